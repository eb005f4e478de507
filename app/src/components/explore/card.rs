//! A query with its evidence: the record that one engine finds and the other misses, where each has it,
//! and what the other has instead.

use leptos::prelude::*;
use parallax::vocabulary::{Compared, Example, Mined, Witness};

use super::lane::{Lane, lane};
use super::told::{by_meaning, by_words, facts};
use crate::components::lab_link::lab_path;
use crate::paths::path_of;
use crate::record_address::record_path;
use crate::state::{COMPARE, SearchState};
use crate::wording::name_of;

/// A kind of disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Meaning finds what words miss.
    MeaningFinds,
    /// Words find what meaning misses.
    WordsFind,
    /// Both struggle.
    BothStruggle,
}

impl Kind {
    /// The name in ids and class names.
    pub fn class(self) -> &'static str {
        match self {
            Self::MeaningFinds => "meaning",
            Self::WordsFind => "words",
            Self::BothStruggle => "neither",
        }
    }

    /// The heading of the group.
    pub fn heading(self) -> &'static str {
        match self {
            Self::MeaningFinds => "Meaning finds what words miss",
            Self::WordsFind => "Words find what meaning misses",
            Self::BothStruggle => "Both struggle",
        }
    }

    /// How its examples are to be read.
    pub fn hint(self) -> &'static str {
        match self {
            Self::MeaningFinds => {
                "The record is near enough to the query to be an answer, but says it in other words. \
                 Each line runs from the first place to the last, on a logarithmic scale; the first \
                 ten are shaded."
            }
            Self::WordsFind => {
                "The record contains every word of the query, and few others do, but as a whole it is \
                 about something else. The lines are as above."
            }
            Self::BothStruggle => {
                "Nothing is near enough to the query to be an answer, and the best by words contains \
                 only a part of it, or a word that many records contain. The upper line runs from a \
                 similarity of 0 to 1; what counts as near is shaded. The lower one is how many of the \
                 words the best record contains."
            }
        }
    }
}

/// Where the examples were found.
#[derive(Debug, Clone)]
pub struct Place {
    /// The collection; `None` is the default one.
    pub collection: Option<String>,
    /// How many records it had.
    pub records: u32,
    /// The similarity from which a record is near.
    pub near_from: Option<f32>,
}

impl Place {
    /// Where these were found.
    pub fn of(collection: Option<&str>, mined: &Mined) -> Self {
        Self {
            collection: collection.map(str::to_owned),
            records: mined.records,
            near_from: mined.near_from,
        }
    }

    fn path(&self) -> String {
        path_of(self.collection.as_deref())
    }
}

/// The card.
pub fn card(kind: Kind, example: &Example, place: &Place) -> AnyView {
    let query = example.query.clone();
    let compare = SearchState::default()
        .searching(&query)
        .in_mode(COMPARE)
        .href(&place.path());
    let lab = lab_path(place.collection.as_deref(), &query);
    let compare_label = format!("Compare the rankings of {query}");
    let lab_label = format!("Try changes to {query}");
    view! {
        <li class="explore-card">
            <h3 class="explore-query">
                <a href=compare.clone()>
                    "\u{201c}" <bdi>{query}</bdi> "\u{201d}"
                </a>
            </h3>
            {evidence(kind, example, place)}
            <p class="explore-facts">{facts(example)}</p>
            <p class="explore-links">
                <a class="card-link" href=compare aria-label=compare_label>
                    "Compare"
                </a>
                <a class="card-link" href=lab aria-label=lab_label>
                    "Try changes"
                </a>
            </p>
        </li>
    }
    .into_any()
}

fn evidence(kind: Kind, example: &Example, place: &Place) -> AnyView {
    let record = &example.record;
    let instead = example.instead.as_ref();
    match kind {
        Kind::MeaningFinds | Kind::WordsFind => {
            let all = place.records;
            let lanes = view! {
                {row("meaning", Lane::place(record.by_meaning, all), by_meaning(record))}
                {row("words", Lane::place(record.by_words, all), by_words(record, example))}
            };
            let other = match kind {
                Kind::MeaningFinds => "Words put first: ",
                _ => "Meaning puts first: ",
            };
            let instead = instead.map(|instead| named(other, instead, place));
            view! {
                {named("", record, place)}
                <ul class="explore-lanes">{lanes}</ul>
                {instead}
            }
            .into_any()
        }
        Kind::BothStruggle => {
            let near = Lane::similarity(record.hit.similarity, place.near_from);
            let words = example.words.len();
            let best = instead.unwrap_or(record);
            let held = match words {
                // A single word is in all of them.
                0 | 1 => Lane::default(),
                _ => Lane::share(best.contains.len(), words),
            };
            view! {
                {named("Nearest: ", record, place)}
                <ul class="explore-lanes">{row("meaning", near, by_meaning(record))}</ul>
                {named("Best by words: ", best, place)}
                <ul class="explore-lanes">{row("words", held, by_words(best, example))}</ul>
            }
            .into_any()
        }
    }
}

/// A record by its name, with a link to its page.
fn named(before: &'static str, record: &Compared<Witness>, place: &Place) -> AnyView {
    let name = name_of(&record.hit.title, &record.hit.id);
    let href = record_path(&place.path(), &record.hit.id);
    let class = if before.is_empty() {
        "explore-record"
    } else {
        "explore-record explore-other"
    };
    view! {
        <p class=class>
            {before} <a href=href rel="external">
                <bdi>{name}</bdi>
            </a>
        </p>
    }
    .into_any()
}

/// A lane and what it shows.
fn row(engine: &'static str, drawn: Lane, text: String) -> AnyView {
    view! {
        <li class=["explore-lane explore-lane-", engine].concat()>
            {lane(drawn)} <span class="explore-says">{text}</span>
        </li>
    }
    .into_any()
}
