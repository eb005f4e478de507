//! The page for an unknown path. The server's fallback sets the 404 status.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page for unknown paths.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <TabTitle text="Page not found · Parallax" />
        <section class="notice">
            <h1 class="notice-title">"There is no such page"</h1>
            <p>"The address may be mistyped, or the page has moved."</p>
            <p>
                <a href="/" class="button">
                    "Go to the search"
                </a>
            </p>
        </section>
    }
}
