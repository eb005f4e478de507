//! Which words were replaced, and a link to the search as typed.

use leptos::prelude::*;

use crate::answers::Found;
use crate::wording::corrected;

/// The line; nothing if no word was replaced.
#[component]
pub fn Corrected(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    move || {
        let found = found.get()?;
        let corrections = &found.response.corrections;
        let text = corrected(corrections)?;
        let href = found.state().as_typed().href(&found.question.path());
        Some(view! {
            <p class="corrected">
                {text} " " <a href=href>"Search as typed"</a>
            </p>
        })
    }
}
