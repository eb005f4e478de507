//! A button that copies the address of the page.

use crate::components::live::live;
use leptos::prelude::*;

use crate::components::share::clipboard::copied;

/// The button, which says whether it worked. A screen reader is told by a live region beside it:
/// inside the button, it would take away the button's name. Without JavaScript the button is hidden:
/// the browser itself shows the address.
#[component]
pub fn CopyLink() -> impl IntoView {
    let said = RwSignal::new("");
    let label = move || match said.get() {
        "" => "Copy link",
        said => said,
    };
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            let address = window().location().href().unwrap_or_default();
            said.set(if copied(&address).await {
                "Link copied"
            } else {
                "Copying failed: copy it from the address bar"
            });
        });
    };
    view! {
        <button type="button" class="card-link with-js" on:click=copy>
            {live(label)}
        </button>
        <span class="sr-only" role="status">
            {said}
        </span>
    }
}
