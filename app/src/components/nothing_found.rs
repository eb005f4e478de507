//! An answer without hits: why, and what to do.

use leptos::prelude::*;
use parallax::vocabulary::Mode;

use super::facets::Conditions;
use super::live::live;
use crate::answers::Found;
use crate::wording::{nothing, ranked_by};

/// The reason and links to what to try next.
#[component]
pub fn NothingFound(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let body = move || {
        let found = found.read();
        let Found {
            question, response, ..
        } = found.as_ref()?;
        let (state, path) = (&question.state, question.path());
        let (reason, advice) = nothing(state, response.unread);
        let by_words = ranked_by(state) == Some(Mode::Text) && !state.lists();
        let by_meaning = by_words.then(|| state.in_mode(Mode::Neural.name()).href(&path));
        let unfiltered = (!state.filters.is_empty()).then(|| state.without_filters().href(&path));
        let first = state.at(1).filter(|first| first.from < state.from);
        let first = first.map(|first| first.href(&path));
        let way =
            |text: &'static str| move |href| view! { <a class="button-quiet" href=href>{text}</a> };
        Some(view! {
            <section class="notice">
                <h2 class="notice-title">{reason}</h2>
                <p>{advice}</p>
                <p class="notice-ways">
                    {first.map(way("Show the first results"))}
                    {unfiltered.map(way("Search without the filter"))}
                    {by_meaning.map(way("Search by meaning"))}
                </p>
            </section>
        })
    };
    view! {
        <Conditions found />
        {live(body)}
    }
}
