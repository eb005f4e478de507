//! The lines of a file that could not be read as a record, and why.

use leptos::prelude::*;
use parallax::vocabulary::SkippedLine;

use crate::numbers::{counted, thousands};

/// The list; nothing if no line was skipped.
#[component]
pub fn SkippedLines(
    /// How many there are.
    total: u64,
    /// The first of them.
    listed: Vec<SkippedLine>,
) -> impl IntoView {
    if total == 0 {
        return None;
    }
    let more = total.saturating_sub(listed.len() as u64);
    let more = (more > 0).then(|| view! { <li>{format!("and {} more", thousands(more))}</li> });
    let lines = listed.into_iter().map(|SkippedLine { line, reason }| {
        view! {
            <li>
                <strong>{format!("Line {}", thousands(line))}</strong>
                ": "
                {reason}
            </li>
        }
    });
    let lines = lines.collect_view();
    Some(view! {
        <div class="skipped">
            <p>{format!("{} cannot be used:", counted(total, "line"))}</p>
            <ul aria-label="Skipped lines" tabindex="0">
                {lines}
                {more}
            </ul>
        </div>
    })
}
