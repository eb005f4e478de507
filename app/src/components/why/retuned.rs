//! Says that the list is ranked with other parameters of BM25 than usual.

use leptos::prelude::*;
use parallax::vocabulary::{B, K1};

use crate::answers::Found;

/// The line, if k1 or b was chosen.
#[component]
pub fn Retuned(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    move || {
        let found = found.read();
        let found = found.as_ref()?;
        let state = found.state();
        if state.has_usual_bm25() {
            return None;
        }
        let usual = [K1, B].map(|number| number.to_string());
        let k1 = state.k1.as_ref().unwrap_or(&usual[0]);
        let b = state.b.as_ref().unwrap_or(&usual[1]);
        let said = ["Words are scored with k1 ", k1, " and b ", b, "."].concat();
        let href = state.with_usual_bm25().href(&found.question.path());
        let line = view! {
            <p class="why-retuned">
                {said} " " <a href=href data-noscroll="">
                    {back_to_usual()}
                </a>
            </p>
        };
        Some(line.into_any())
    }
}

/// The text of a link to the search with the default parameters.
pub fn back_to_usual() -> String {
    ["Back to ", &K1.to_string(), " and ", &B.to_string()].concat()
}
