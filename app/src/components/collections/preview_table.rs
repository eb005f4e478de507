//! The first records of a file, as they would be read.

use leptos::prelude::*;
use serde_json::{Map, Value};

/// The most characters shown of a value.
const MAX_CHARS: usize = 140;

/// The table. It scrolls sideways if it is too wide.
#[component]
pub fn PreviewTable(
    /// The columns.
    fields: Vec<String>,
    /// The records.
    rows: Vec<Map<String, Value>>,
) -> impl IntoView {
    let row = |row: &Map<String, Value>| {
        let cells = fields.iter().map(|field| {
            let text = row.get(field).map(shown).unwrap_or_default();
            view! {
                <td>
                    <span class="preview-value">{text}</span>
                </td>
            }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let rows = rows.iter().map(row).collect_view();
    let heads = fields
        .iter()
        .map(|field| view! { <th scope="col">{field.clone()}</th> })
        .collect_view();
    // A scrollable element must be reachable by keyboard.
    view! {
        <div class="preview" role="region" aria-label="First records" tabindex="0">
            <table>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A value as text, cut if it is long.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}\u{2026}", text[..end].trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_as_they_stand_and_cut_between_letters() {
        assert_eq!(shown(&json!("<b>x</b>")), "<b>x</b>");
        assert_eq!(shown(&json!(null)), "");
        assert_eq!(shown(&json!(["a", 1])), r#"["a",1]"#);
        let long = shown(&json!("ü".repeat(500)));
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
    }
}
