//! All fields of a record.

use leptos::prelude::*;
use parallax::vocabulary::FieldRow;

use crate::numbers::label;
use crate::pictures::Pictures;

/// The fields, each with its values.
#[component]
pub fn RecordFields(
    /// The fields, and below an object or a list of objects the fields of these.
    rows: Vec<FieldRow>,
    /// Whether some were left out.
    cut: bool,
) -> impl IntoView {
    let below: Vec<u8> = rows.iter().skip(1).map(|row| row.depth).collect();
    let below = below.into_iter().chain([0]);
    let rows = rows.into_iter().zip(below);
    let rows = rows.map(|(row, below)| field(row, below)).collect_view();
    let cut = cut.then(|| {
        view! {
            <p class="record-note">
                "There are more fields or values than fit here; the JSON has all of them."
            </p>
        }
    });
    view! {
        <section class="record-part" aria-labelledby="fields-title">
            <h2 id="fields-title">"Fields"</h2>
            <dl class="fields">{rows}</dl>
            {cut}
        </section>
    }
    .into_any()
}

/// A field; `below` is the depth of the next one.
fn field(row: FieldRow, below: u8) -> impl IntoView {
    let FieldRow {
        depth,
        name,
        mut values,
        cut,
    } = row;
    let classes = ["field-name", "field-value"];
    let [of_name, of_value] = classes.map(|class| format!("{class} field-depth-{depth}"));
    let last = cut.then_some(" \u{2026} (the JSON has all of it)");
    let body = match values.len() {
        0 if below > depth => ().into_any(),
        0 => view! { <span class="field-empty">"empty"</span> }.into_any(),
        1 => value(values.remove(0)).into_any(),
        _ => {
            let items = values
                .into_iter()
                .map(|text| view! { <li>{value(text)}</li> });
            view! { <ul class="field-values">{items.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <dt class=of_name>{label(&name)}</dt>
        <dd class=of_value>{body} {last}</dd>
    }
}

/// A value: a link if it is a web address and nothing else.
fn value(text: String) -> AnyView {
    let one = !text.contains(char::is_whitespace);
    if one && text.contains("://") && Pictures::here().links(&text) {
        let href = text.clone();
        return view! {
            <a href=href target="_blank" rel="noopener noreferrer">
                {text}
                <span class="sr-only">" (opens in a new tab)"</span>
            </a>
        }
        .into_any();
    }
    view! { <span dir="auto" class="field-text">{text}</span> }.into_any()
}
