//! What a screen reader announces while results change. The element always stays in the page,
//! even when empty: only changes to an existing live region are announced.

use leptos::prelude::*;

use super::live::live;
use crate::answers::{Compared, Found};
use crate::wording::{announcement, difference};

/// The live region.
#[component]
pub fn Status(
    /// The newest answer.
    found: Memo<Option<Found>>,
    /// The newest comparison.
    compared: Memo<Option<Compared>>,
    /// Whether a newer answer is pending.
    waiting: Memo<bool>,
) -> impl IntoView {
    let text = move || {
        if waiting.get() {
            return "Searching\u{2026}".into();
        }
        if let Some(compared) = compared.read().as_ref() {
            return difference(&compared.comparison);
        }
        let found = found.read();
        let told = found
            .as_ref()
            .map(|found| announcement(found.state(), &found.response));
        told.unwrap_or_default()
    };
    view! {
        <p class="sr-only" role="status">
            {live(text)}
        </p>
    }
}
