//! One hit.

use leptos::prelude::*;
use parallax::vocabulary::{Facet, Hit};

use super::evidence::Evidence;
use super::logo::Logo;
use super::marked::Marked;
use super::why::Why;
use crate::answers::Found;
use crate::marks::shown;
use crate::nearest::Nearest;
use crate::numbers::{host, label, thousands};
use crate::state::SearchState;
use crate::wording::{also, evidence};

/// The most facet values shown on a card, as links that narrow the search.
const MAX_CHIPS: usize = 20;

/// The card of a hit. Its content never changes: a hit in another answer gets another card.
#[component]
pub fn ResultCard(
    /// The hit.
    hit: Hit,
    /// The search.
    state: SearchState,
    /// The path of the search page.
    path: String,
    /// The hit's place in the list, from 1.
    place: usize,
    /// The newest answer.
    found: Memo<Option<Found>>,
    /// The sentences nearest to the query.
    nearest: Nearest,
) -> impl IntoView {
    let evidence = evidence(&state, &hit);
    let ranked = !evidence.is_empty();
    let name = if hit.title.trim().is_empty() {
        format!("Record {}", hit.id)
    } else if hit.title_cut {
        format!("{}…", hit.title)
    } else {
        hit.title
    };
    let whole_name = 0..name.len();
    let shown = shown(&hit.text, hit.passage.as_ref(), hit.snippet.as_ref());
    let copies = hit.copies.as_ref().map(|copies| {
        view! { <p class="card-copies">{also(copies)}</p> }
    });
    let in_part = hit.read_in_part.then(|| {
        view! {
            <p class="card-copies">"The model read only the beginning of this text."</p>
        }
    });
    let marks = hit.highlights;
    let sentence = {
        let id = hit.id.clone();
        Signal::derive(move || nearest.sentence(&id))
    };
    let tagline = shown.tagline.map(|window| {
        let (text, ranges) = (hit.text.clone(), marks.text.clone());
        view! {
            <p class="card-tagline">
                <Marked text ranges sentence window />
            </p>
        }
    });
    let more = hit.facets.len().saturating_sub(MAX_CHIPS) as u32 + hit.more_facets;
    let chips = hit.facets.into_iter().take(MAX_CHIPS);
    let chips = chips.map(|facet| chip(facet, &state, &path)).collect_view();
    let more = (more > 0).then(|| view! { <span>{format!("and {} more", thousands(more))}</span> });
    // Similar records are ranked by a record, not by a query's words, so there is no explanation.
    let why = (state.like.is_none() && ranked).then(|| {
        view! { <Why id=hit.id.clone() name=name.clone() place found /> }
    });
    let similar = state.similar_to(&hit.id).href(&path);
    let similar_label = format!("Find records similar to {name}");
    view! {
        <article class="card">
            <Logo name=name.clone() image=hit.image />
            <div class="card-head">
                <h2 class="card-title">
                    <Marked text=name ranges=marks.title window=whole_name />
                </h2>
                {tagline}
            </div>
            <Evidence parts=evidence />
            <p class="card-text">
                {shown.before.then_some("… ")}
                <Marked text=hit.text ranges=marks.text sentence window=shown.rest />
                {shown.after.then_some(" …")}
            </p>
            {in_part} {copies}
            <div class="card-foot">
                {chips} {more} {hit.url.map(away)}
                <a class="card-link" href=similar aria-label=similar_label>
                    "Find similar"
                </a>
            </div>
            {why}
        </article>
    }
}

/// A facet value that narrows the search to it.
fn chip(facet: Facet, state: &SearchState, path: &str) -> impl IntoView + use<> {
    let Facet { field, value } = facet;
    let chosen = state.chooses(&field, &value);
    let href = state.with_filter(&field, &value).href(path);
    let what = format!("Only {}: {value}", label(&field));
    view! {
        <a class="chip" href=href aria-label=what aria-current=chosen.then_some("true")>
            {value}
        </a>
    }
}

/// The link to the record's own page, in a new tab.
fn away(url: String) -> impl IntoView {
    let shown = host(&url).unwrap_or(&url).to_owned();
    view! {
        <a class="card-link card-link-away" href=url target="_blank" rel="noopener noreferrer">
            {shown}
            <span class="sr-only">" (opens in a new tab)"</span>
            <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
                <path d="M4 2h6v6M10 2L2.5 9.5" />
            </svg>
        </a>
    }
}
