//! What the model read of a record.

use leptos::prelude::*;

use crate::numbers::thousands;

/// The passages, numbered if there are several.
#[component]
pub fn RecordPassages(
    /// Their texts.
    passages: Vec<String>,
    /// How many more there are.
    more: u32,
    /// Whether the model read only a part of the record's text.
    in_part: bool,
    /// Whether the record has another vector than the one that the model computes from this.
    own_vector: bool,
) -> impl IntoView {
    let several = passages.len() > 1;
    let said = match (own_vector, several) {
        (true, _) => {
            "The model would read this text. But the record has a vector of its own, which was \
             imported or computed by another version."
        }
        (false, true) => {
            "A text too long for the model is read in passages. Each has its own vector, and the \
             one nearest to a query counts."
        }
        (false, false) => "This text was turned into the vector that search by meaning compares.",
    };
    let in_part = in_part.then_some(" The model read only the beginning of this record.");
    let passages = passages.into_iter().map(|passage| {
        view! {
            <li class="passage" dir="auto">
                {passage}
            </li>
        }
    });
    let more = (more > 0).then(|| {
        view! { <p class="record-note">{format!("And {} more.", thousands(more))}</p> }
    });
    view! {
        <section class="record-part" aria-labelledby="passages-title">
            <h2 id="passages-title">"What the model read"</h2>
            <p class="record-note">{said} {in_part}</p>
            <ol class="passages" class:is-numbered=several>
                {passages.collect_view()}
            </ol>
            {more}
        </section>
    }
    .into_any()
}
