//! The bar at the top of every page.

use leptos::prelude::*;
use leptos_router::components::A;

use super::parallax_mark::ParallaxMark;
use super::theme_toggle::ThemeToggle;

/// Wordmark, navigation and theme toggle.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="site-header">
            <a href="/" class="wordmark" aria-label="Parallax, home">
                <ParallaxMark />
                <span class="wordmark-name">"Parallax"</span>
            </a>
            <nav class="site-nav" aria-label="Main">
                <A href="/collections">"Collections"</A>
                <A href="/about">"How it works"</A>
            </nav>
            <ThemeToggle />
        </header>
    }
}
