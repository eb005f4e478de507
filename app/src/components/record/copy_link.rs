//! A button that copies the address of the page.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The button, which says whether it worked. Without JavaScript it is hidden: the browser itself
/// shows the address.
#[component]
pub fn CopyLink() -> impl IntoView {
    let said = RwSignal::new("Copy link");
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            let address = window().location().href().unwrap_or_default();
            let clipboard = window().navigator().clipboard();
            // Pages that are not served over https have no clipboard.
            let copied = match clipboard.is_undefined() {
                true => false,
                false => JsFuture::from(clipboard.write_text(&address)).await.is_ok(),
            };
            said.set(if copied {
                "Link copied"
            } else {
                "Copying failed: copy it from the address bar"
            });
        });
    };
    view! {
        <button type="button" class="card-link with-js" on:click=copy>
            <span role="status">{said}</span>
        </button>
    }
}
