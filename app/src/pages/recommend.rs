//! Records similar to those that the reader liked.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn RecommendPage() -> impl IntoView {
    view! {
        <TabTitle text="Recommendations · Parallax" />
        <div class="recommend-page">
            <h1>"Recommendations"</h1>
        </div>
    }
}
