//! What was noticed about a file while it was read.

use leptos::prelude::*;

/// The list; nothing where nothing was noticed.
#[component]
pub fn ImportNotes(
    /// The sentences.
    notes: Vec<String>,
) -> impl IntoView {
    if notes.is_empty() {
        return None;
    }
    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> });
    Some(view! {
        <ul class="import-notes" aria-label="About the file">
            {notes.collect_view()}
        </ul>
    })
}
