//! What is proposed for each field of a file, and why: a line each.

use leptos::prelude::*;

use crate::wire::FieldTold;

/// With more fields the list is folded.
const UNFOLDED: usize = 12;

/// The list.
#[component]
pub fn FieldsTold(
    /// What is proposed.
    told: Vec<FieldTold>,
) -> impl IntoView {
    let open = told.len() <= UNFOLDED;
    let lines = told.into_iter().map(|told| {
        let FieldTold { field, part, why } = told;
        view! {
            <li>
                <strong>{field}</strong>
                {format!(" \u{2013} {part}: {why}")}
            </li>
        }
    });
    view! {
        <details class="told" open=open>
            <summary>"What each field is taken for"</summary>
            <ul>{lines.collect_view()}</ul>
        </details>
    }
}
