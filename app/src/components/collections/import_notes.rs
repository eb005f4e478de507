//! Notes about a file that were made while reading it.

use leptos::prelude::*;

/// The list; nothing if there are no notes.
#[component]
pub fn ImportNotes(
    /// The notes, one sentence each.
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
