//! A record in a ranking, on two lines: its place and title, and the evidence. All of it is a link to
//! the explanation of its rank.

use leptos::prelude::*;

use super::rows::{Ranking, Row};
use crate::components::marked::Marked;

/// The content of a row.
#[component]
pub fn CompareRow(
    /// The record.
    row: Row,
    /// Its place.
    #[prop(into)]
    place: Signal<u32>,
) -> impl IntoView {
    let ranking = row.ranking;
    let window = 0..row.name.len();
    let label = format!("Why this rank {}: {}", how(ranking), row.name);
    let evidence = row.evidence.into_iter().map(|(by, text)| {
        view! { <span class=format!("compare-by-{}", by.class())>{text}</span> }
    });
    let evidence = evidence.collect_view();
    view! {
        <span class=format!("compare-place compare-place-{}", ranking.class())>{place}</span>
        <h3 class="compare-title" dir="auto">
            <Marked text=row.name ranges=row.marks window />
        </h3>
        <p class="compare-evidence">{evidence}</p>
        <a class="compare-why" href=row.why aria-label=label>
            "Why"
        </a>
    }
    .into_any()
}

fn how(ranking: Ranking) -> &'static str {
    match ranking {
        Ranking::Meaning => "by meaning",
        Ranking::Words => "by words",
        Ranking::Both => "by both",
    }
}
