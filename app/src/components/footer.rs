//! The line at the bottom of every page.

use leptos::prelude::*;

use super::keys::Keys;
use super::pictures_choice::PicturesChoice;

/// What this is, and that queries stay on the server.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <p>"Parallax: neural search you can see through. Your queries stay on this server."</p>
            <PicturesChoice />
            <div class="footer-keys with-js">
                // Shown by the stylesheet where there is a search field.
                <span class="slash-hint">"Press " <kbd>"/"</kbd> " to search."</span>
                <Keys />
            </div>
        </footer>
    }
}
