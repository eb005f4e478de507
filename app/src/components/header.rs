//! The bar at the top of every page.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::parallax_mark::ParallaxMark;
use super::theme_toggle::ThemeToggle;
use crate::paths::{collection_in, page_path};

/// The pages of a collection that have a link here: the last part of the path, the link's text, and its class.
const PAGES: [(&str, &str, Option<&str>); 4] = [
    ("explore", "Explore", None),
    ("map", "Map", Some("in-folder")),
    ("judge", "Judge", None),
    ("ask", "Ask", None),
];

/// Wordmark, navigation and theme toggle.
#[component]
pub fn Header() -> impl IntoView {
    let path = use_location().pathname;
    let collection = Memo::new(move |_| collection_in(&path.read()));
    let to = move |page| move || page_path(collection.read().as_deref(), page);
    let links =
        PAGES.map(|(page, text, class)| view! { <A href=to(page) attr:class=class>{text}</A> });
    view! {
        <header class="site-header">
            <a href="/" class="wordmark" aria-label="Parallax, home">
                <ParallaxMark />
                <span class="wordmark-name">"Parallax"</span>
            </a>
            <nav class="site-nav" aria-label="Main">
                {links.into_iter().collect_view()}
                <A href="/collections">"Collections"</A>
                <A href=to("about")>"How it works"</A>
            </nav>
            <ThemeToggle />
        </header>
    }
}
