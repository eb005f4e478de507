//! What a screen reader is told while results change. It stays in the page, empty or not:
//! only changes of a region that was there before are spoken.

use leptos::prelude::*;

use crate::answers::Found;
use crate::wording::announcement;

/// The live region.
#[component]
pub fn Status(
    /// The newest answer.
    found: Memo<Option<Found>>,
    /// Whether a newer one is on its way.
    waiting: Memo<bool>,
) -> impl IntoView {
    let text = move || {
        if waiting.get() {
            return "Searching\u{2026}".into();
        }
        let found = found.read();
        let told = found
            .as_ref()
            .map(|found| announcement(found.state(), &found.response));
        told.unwrap_or_default()
    };
    view! {
        <p class="sr-only" role="status">
            {text}
        </p>
    }
}
