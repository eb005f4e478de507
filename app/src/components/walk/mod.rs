//! One query on its way through the engine, stage by stage, with the numbers of its own run.

mod fusion;
mod nearest;
mod postings;
mod recall;
mod times;
mod tokens;
mod vector;

use leptos::prelude::*;
use parallax::vocabulary::Walkthrough;

pub use recall::{Measured, recall};

use crate::state::SearchState;

/// The stages: the element's id, and the name.
const STAGES: [(&str, &str); 7] = [
    ("tokens", "Tokens"),
    ("vector", "Vector"),
    ("nearest", "Nearest records"),
    ("postings", "Postings"),
    ("fusion", "Fusion"),
    ("times", "Times"),
    ("recall", "Recall"),
];

/// Where a walk is shown, for the links in it.
pub struct Shown {
    /// The search.
    pub state: SearchState,
    /// The path of the search page.
    pub search: String,
    /// The path of the page that the walk is on.
    pub path: String,
}

/// All stages, after a line of links to each.
pub fn walk(walked: Walkthrough, shown: &Shown, measured: Measured) -> AnyView {
    // The router would scroll to them without moving the focus.
    let contents = STAGES.map(|(id, name)| {
        view! {
            <li>
                <a href=format!("#{id}") rel="external">
                    {name}
                </a>
            </li>
        }
    });
    let times = times::times(&walked);
    let recall = recall(&walked, shown, measured);
    let Walkthrough {
        tokens,
        vector,
        nearest,
        words,
        fusion,
        unread,
        ..
    } = walked;
    let meaning = match (tokens, vector, nearest) {
        (Some(tokens), Some(vector), Some(nearest)) => {
            let tokens = tokens::tokens(tokens);
            let vector = vector::vector(vector);
            let nearest = nearest::nearest(nearest);
            view! { {tokens} {vector} {nearest} }.into_any()
        }
        _ => unreadable(unread),
    };
    let words = postings::postings(words);
    let fusion = fusion::fusion(fusion, shown);
    view! {
        <nav class="walk-contents" aria-label="Stages of the query">
            <ol>{contents.into_iter().collect_view()}</ol>
        </nav>
        {meaning}
        {words}
        {fusion}
        {times}
        {recall}
    }
    .into_any()
}

/// Instead of the stages of search by meaning.
fn unreadable(unread: bool) -> AnyView {
    let why = match unread {
        true => "The model cannot read any of this query, so only words are searched.",
        false => "This query is not searched by meaning.",
    };
    // The links above lead here, too.
    let ids = ["vector", "nearest"].map(|id| view! { <span id=id></span> });
    let body = view! {
        {ids.into_iter().collect_view()}
        <p>{why}</p>
    };
    stage("tokens", "by-meaning", "By meaning", body.into_any())
}

/// A stage: its id, the class of its colour, its heading, and what is in it.
fn stage(id: &'static str, colour: &'static str, heading: &'static str, body: AnyView) -> AnyView {
    let label = format!("{id}-heading");
    let of_heading = label.clone();
    view! {
        <section class="walk-stage" id=id tabindex="-1" aria-labelledby=label>
            <h2 id=of_heading class=colour>
                {heading}
            </h2>
            {body}
        </section>
    }
    .into_any()
}

/// A list of figures: what each is, and the figure.
fn figures(figures: Vec<(&'static str, String)>) -> AnyView {
    let rows = figures.into_iter().map(|(what, figure)| {
        view! {
            <div class="walk-figure">
                <dt>{what}</dt>
                <dd>{figure}</dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    view! { <dl class="walk-figures">{rows}</dl> }.into_any()
}

/// A share in percent: `0.4%`, `12%`.
fn percent(part: u32, of: u32) -> String {
    match 100.0 * f64::from(part) / f64::from(of.max(1)) {
        share if share < 9.95 => format!("{share:.1}%"),
        share => format!("{share:.0}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_keep_two_figures() {
        assert_eq!(percent(1, 3), "33%");
        assert_eq!(percent(12, 4_000), "0.3%");
        assert_eq!(percent(5, 5), "100%");
        assert_eq!(percent(0, 0), "0.0%");
    }
}
