//! Why a hit is where it is: a quiet line, each engine's part in its colour.

use leptos::prelude::*;

use crate::wording::Evidence as Part;

/// The line.
#[component]
pub fn Evidence(
    /// What each engine says.
    parts: Vec<Part>,
) -> impl IntoView {
    let parts = parts.into_iter().map(|part| {
        view! { <li class=format!("evidence-part evidence-{}", part.by.name())>{part.text}</li> }
    });
    view! {
        <ul class="evidence" aria-label="Why it is here">
            {parts.collect_view()}
        </ul>
    }
}
