//! The explanation: what was ranked by first, then the scores that it is made of.

use leptos::prelude::*;
use parallax::vocabulary::Explanation;

use super::Shown;
use super::by_both::by_both;
use super::by_meaning::by_meaning;
use super::by_words::by_words;
use super::late::late;
use crate::problem::Problem;

/// The explanation of a record's rank, or why there is none.
#[component]
pub fn WhyPanel(
    /// The explanation.
    explanation: Result<Explanation, Problem>,
    /// Where it is shown.
    shown: Shown,
) -> impl IntoView {
    let drawn = match explanation {
        Ok(explanation) => parts(explanation, &shown),
        Err(problem) => view! { <p class="why-problem">{problem.message}</p> }.into_any(),
    };
    let own_page = (!shown.alone).then(|| {
        let href = shown.state.explaining(None).href(&shown.own_path);
        view! {
            <p class="why-own-page">
                <a class="card-link" href=href rel="external">
                    "This explanation on a page of its own"
                </a>
            </p>
        }
    });
    view! {
        <section class="why-panel" aria-label="Why it has this rank">
            {drawn}
            {own_page}
        </section>
    }
    .into_any()
}

fn parts(explanation: Explanation, shown: &Shown) -> AnyView {
    let Explanation {
        words,
        meaning,
        late_interaction,
        fusion,
    } = explanation;
    let texts = meaning.as_ref();
    let texts = texts.map(|of| (of.query_text.clone(), of.record_text.clone()));
    let late = late_interaction.map(|of| late(of, texts.unwrap_or_default()));
    let fusion = fusion.map(|of| by_both(of, shown));
    let meaning = meaning.map(by_meaning);
    let words = by_words(words, shown);
    // By words alone, words come first.
    if fusion.is_none() && late.is_none() && shown.state.counts_words() {
        return view! { {words} {meaning} }.into_any();
    }
    view! { {fusion} {late} {meaning} {words} }.into_any()
}
