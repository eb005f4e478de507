//! The records most similar to one, and in which way they are.

use leptos::prelude::*;
use parallax::vocabulary::SimilarRecord;

use crate::components::logo::Logo;
use crate::components::recommend::like_buttons::LikeButtons;
use crate::record_address::record_path;
use crate::state::SearchState;
use crate::wording::{name_of, similarity};

/// The list.
#[component]
pub fn RecordSimilar(
    /// The records, nearest first.
    similar: Vec<SimilarRecord>,
    /// The search that led to the record.
    state: SearchState,
    /// The path of the search page.
    path: String,
) -> impl IntoView {
    let note = if similar.is_empty() {
        "The collection contains no other records."
    } else {
        "The nearest by meaning, with the cosine of the two, and the rare words that both use."
    };
    let items = similar.into_iter().map(|record| {
        let href = state.href(&record_path(&path, &record.id));
        item(record, href)
    });
    view! {
        <section class="record-part" aria-labelledby="similar-title">
            <h2 id="similar-title">"Similar records"</h2>
            <p class="record-note">{note}</p>
            <ol class="similar">{items.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn item(record: SimilarRecord, href: String) -> impl IntoView {
    let name = name_of(&record.title, &record.id);
    let words = (!record.shared.is_empty()).then(|| {
        view! {
            <li class="evidence-part evidence-text" dir="auto">
                {record.shared.join(", ")}
            </li>
        }
    });
    let likes = view! { <LikeButtons id=record.id title=name.clone() /> };
    view! {
        <li>
            <Logo name=name.clone() image=record.image />
            <div class="similar-text">
                <a href=href rel="external" dir="auto">
                    {name}
                </a>
                <ul class="evidence" aria-label="How it is similar">
                    <li class="evidence-part evidence-neural">
                        {similarity(record.cosine)}
                    </li>
                    {words}
                </ul>
                {likes}
            </div>
        </li>
    }
}
