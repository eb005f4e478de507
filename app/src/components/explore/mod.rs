//! Queries on which the engines disagree, each as a card with its evidence.

mod card;
mod lane;
mod told;

use leptos::prelude::*;
use parallax::vocabulary::limits::MIN_EXPLORED;
use parallax::vocabulary::{Example, Exploration, Mined};

use crate::numbers::counted;
use crate::paths::page_path;
use crate::record_address::collection_api_path;
use card::{Kind, Place, card};
pub use told::state_told;
use told::tried_told;

/// The groups of a collection, or why there are none.
pub fn exploration(collection: Option<&str>, found: &Exploration) -> AnyView {
    let lead = view! {
        <p class="explore-lead">
            "Queries on which search by " <span class="by-meaning">"meaning"</span> " and by "
            <span class="by-words">"words"</span>
            " disagree most in this collection, drawn from its own titles, phrases and words."
        </p>
    };
    let rest = match &found.mined {
        Some(mined) => groups(collection, found, mined),
        None if found.records < MIN_EXPLORED => {
            let least = counted(MIN_EXPLORED, "record");
            let has = counted(found.records, "record");
            let few = format!(
                "This collection has {has}. With fewer than {least}, the first ten hits of any list are \
                 a large part of all records, so the engines cannot disagree much."
            );
            view! { <p class="explore-none">{few}</p> }.into_any()
        }
        None => ().into_any(),
    };
    view! {
        {lead}
        {rest}
    }
    .into_any()
}

fn groups(collection: Option<&str>, found: &Exploration, mined: &Mined) -> AnyView {
    let place = Place::of(collection, mined);
    let groups = [
        (Kind::MeaningFinds, &mined.meaning_finds),
        (Kind::WordsFind, &mined.words_find),
        (Kind::BothStruggle, &mined.both_struggle),
    ];
    let groups = groups.map(|(kind, examples)| group(kind, examples, &place));
    let lab = page_path(collection, "lab");
    let json = collection_api_path(&found.collection, "explore");
    view! {
        <p class="explore-tried">{tried_told(mined)}</p>
        {groups.into_iter().collect_view()}
        <p class="explore-ways">
            <a class="card-link" href=lab>
                "Change a query of your own in the lab"
            </a>
            <a class="card-link" href=json rel="external">
                "JSON"
            </a>
        </p>
    }
    .into_any()
}

fn group(kind: Kind, examples: &[Example], place: &Place) -> AnyView {
    let id = format!("explore-{}", kind.class());
    let labelled = id.clone();
    let cards = examples.iter().map(|example| card(kind, example, place));
    let cards = cards.collect_view();
    let list = if examples.is_empty() {
        view! { <p class="explore-none">"None of the queries tried is a clear example."</p> }
            .into_any()
    } else {
        view! { <ol class="explore-cards">{cards}</ol> }.into_any()
    };
    view! {
        <section class=format!("explore-group explore-group-{}", kind.class()) aria-labelledby=labelled>
            <h2 class="explore-heading" id=id>
                {kind.heading()}
            </h2>
            <p class="explore-hint">{kind.hint()}</p>
            {list}
        </section>
    }
    .into_any()
}
