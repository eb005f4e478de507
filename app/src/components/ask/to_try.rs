//! What can be asked of a collection, before anything is: some of its own questions.

use leptos::prelude::*;
use parallax::vocabulary::Answer;

use super::ask_form::asking;
use crate::numbers::counted;

/// The questions.
#[component]
pub fn ToTry(
    /// The first pairs of the collection.
    first: Answer,
    /// How many there are.
    pairs: u32,
    /// The path of the page.
    path: String,
) -> impl IntoView {
    let questions = first.hits.into_iter().map(|hit| hit.title);
    let questions = questions.filter(|title| !title.trim().is_empty());
    let links = questions.map(|question| {
        let href = asking(&path, &question);
        view! {
            <li>
                <a class="example" href=href dir="auto">
                    {question}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    let some = !links.is_empty();
    view! {
        <div class="idle">
            {some
                .then(|| {
                    view! {
                        <h2 class="idle-title">"Try one of these, or ask it in your own words"</h2>
                        <ul class="example-list">{links}</ul>
                    }
                })}
            <p class="idle-count">
                <strong>{counted(pairs, "question")}</strong>
                " with answers, in the collection “" <bdi>{first.collection}</bdi> "”."
            </p>
        </div>
    }
    .into_any()
}
