//! One hit.

use leptos::prelude::*;
use parallax::vocabulary::{Facet, Hit, MatchedField};

use super::evidence::Evidence;
use super::logo::Logo;
use super::marked::Marked;
use super::recommend::like_buttons::LikeButtons;
use super::snippet::Snippet;
use super::why::Why;
use crate::answers::Found;
use crate::marks::shown;
use crate::nearest::Nearest;
use crate::numbers::{host, label, thousands};
use crate::pictures::Pictures;
use crate::record_address::record_path;
use crate::state::SearchState;
use crate::wording::{also, evidence, nameless};

/// The most facet values shown on a card, as links that narrow the search.
const MAX_VALUES: usize = 3;

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
        nameless(&hit.id)
    } else if hit.title_cut {
        format!("{}…", hit.title)
    } else {
        hit.title
    };
    let whole_name = 0..name.len();
    let shown = shown(&hit.text, hit.passage.as_ref(), hit.snippet.as_ref());
    let copies = hit.copies.as_ref().map(|copies| note(also(copies)));
    let in_part = "The model read only the beginning of this text.";
    let in_part = hit.read_in_part.then(|| note(in_part.into()));
    let marks = hit.highlights;
    let sentence = {
        let id = hit.id.clone();
        Signal::derive(move || nearest.sentence(&id))
    };
    let tagline = shown.tagline.clone().map(|window| {
        let (text, ranges) = (hit.text.clone(), marks.text.clone());
        view! {
            <p class="card-tagline" dir="auto">
                <Marked text ranges sentence window />
            </p>
        }
    });
    let more = hit.facets.len().saturating_sub(MAX_VALUES) as u32 + hit.more_facets;
    let values = hit.facets.into_iter().take(MAX_VALUES);
    let values = values
        .map(|facet| value(facet, &state, &path))
        .collect_view();
    let more = (more > 0).then(
        || view! { <span class="card-more">{format!("and {} more", thousands(more))}</span> },
    );
    // Similar records are ranked by a record, not by a query's words, so there is no explanation.
    let why = (state.like.is_none() && ranked).then(|| {
        view! { <Why id=hit.id.clone() name=name.clone() place found /> }
    });
    let likes = view! { <LikeButtons id=hit.id.clone() title=name.clone() /> };
    let record = state.href(&record_path(&path, &hit.id));
    let similar = state.similar_to(&hit.id).href(&path);
    let similar_label = format!("Find records similar to {name}");
    view! {
        <article class="card">
            <Logo name=name.clone() image=hit.image />
            <div class="card-head">
                <h2 class="card-title" dir="auto">
                    <a href=record rel="external">
                        <Marked text=name ranges=marks.title window=whole_name />
                    </a>
                </h2>
            </div>
            <Evidence parts=evidence />
            <div class="card-body">
                {tagline} <Snippet text=hit.text ranges=marks.text sentence shown />
                {hit.matched_field.map(elsewhere)} {in_part} {copies}
            </div>
            {why}
            <div class="card-actions">
                <a class="card-link" href=similar aria-label=similar_label>
                    "Similar"
                </a>
                {likes}
                {hit.url.map(away)} {values} {more}
            </div>
        </article>
    }
    .into_any()
}

/// The field that matched although it is not among those shown.
fn elsewhere(field: MatchedField) -> impl IntoView {
    let whole = 0..field.text.len();
    view! {
        <p class="card-elsewhere" dir="auto">
            <span class="card-field">{label(&field.field)}</span>
            <Marked text=field.text ranges=field.highlights window=whole />
        </p>
    }
}

/// A remark on the record as a whole.
fn note(text: String) -> impl IntoView {
    view! { <p class="card-note">{text}</p> }
}

/// A facet value that narrows the search to it.
fn value(facet: Facet, state: &SearchState, path: &str) -> impl IntoView + use<> {
    let Facet { field, value } = facet;
    let chosen = state.chooses(&field, &value);
    let href = state.with_filter(&field, &value).href(path);
    let what = format!("Only {}: {value}", label(&field));
    view! {
        <a class="card-value" href=href aria-label=what aria-current=chosen.then_some("true")>
            <span dir="auto">{value}</span>
        </a>
    }
}

/// The link to the record's own place on the web, in a new tab. An address of this server's API is
/// no link.
pub fn away(url: String) -> impl IntoView {
    let shown = host(&url).unwrap_or(&url).to_owned();
    if !Pictures::here().links(&url) {
        return view! { <span class="card-host">{shown}</span> }.into_any();
    }
    view! {
        <a class="card-link card-link-away" href=url target="_blank" rel="noopener noreferrer">
            <span class="card-host">{shown}</span>
            <span class="sr-only">" (opens in a new tab)"</span>
            <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
                <path d="M4 2h6v6M10 2L2.5 9.5" />
            </svg>
        </a>
    }
    .into_any()
}
