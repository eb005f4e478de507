//! Why a hit has its rank: a subtle line, each engine's part in its own colour.

use leptos::prelude::*;

use crate::wording::Evidence as Part;

/// The line.
#[component]
pub fn Evidence(
    /// What each engine says.
    parts: Vec<Part>,
) -> impl IntoView {
    let some = !parts.is_empty();
    let parts = parts.into_iter().map(|part| {
        view! { <li class=format!("evidence-part evidence-{}", part.by.name())>{part.text}</li> }
    });
    let parts = parts.collect_view();
    // Records listed in a fixed order have none.
    some.then(|| {
        view! {
            <ul class="evidence" aria-label="Why it is here">
                {parts}
            </ul>
        }
    })
}
