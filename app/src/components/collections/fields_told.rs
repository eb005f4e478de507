//! What is proposed for each field of a file, and why, one line per field.

use leptos::prelude::*;
use parallax::vocabulary::FieldTold;

/// With more fields than this, the list starts collapsed.
const UNFOLDED: usize = 12;

/// The list.
#[component]
pub fn FieldsTold(
    /// The proposals.
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
            <summary>"How each field will be used"</summary>
            <ul>{lines.collect_view()}</ul>
        </details>
    }
}
