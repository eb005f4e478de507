//! The hits of the newest answer, and the lines about the answer as a whole.

use leptos::prelude::*;
use parallax::vocabulary::Hit;
use web_sys::HtmlElement;

use super::corrected::Corrected;
use super::facets::{Conditions, ShowEarlier, ShowMore};
use super::no_fit::NoFit;
use super::place::element_id;
use super::result_card::ResultCard;
use super::summary::Summary;
use super::why::Retuned;
use crate::answers::Found;
use crate::nearest::Nearest;
use crate::state::SearchState;

/// A hit as it is listed. Rows with equal keys are not redrawn, so that showing more leaves the
/// earlier ones in place.
#[derive(Clone, PartialEq)]
struct Row {
    place: usize,
    hit: Hit,
    state: SearchState,
    path: String,
}

impl Row {
    fn key(&self) -> String {
        let Self {
            place,
            hit,
            state,
            path,
        } = self;
        // A card says what ranks it, and that changes although its signals may not.
        let first = if state.words_first { "words" } else { "" };
        let href = state.href(path);
        format!("{place} {} {:?} {first} {href}", hit.id, hit.signals)
    }
}

/// The list.
#[component]
pub fn ResultList(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let rows = Memo::new(move |_| rows(found.read().as_ref()));
    keep_focus(found);
    let nearest = Nearest::of(found);
    view! {
        <Conditions found />
        <Corrected found />
        <NoFit found />
        <Summary found />
        <Retuned found />
        <ShowEarlier found />
        <ol class="cards" start=move || first_place(&found.read())>
            <For
                each=move || rows.get()
                key=Row::key
                let:row
            >
                <li id=element_id(row.place) tabindex="-1">
                    <ResultCard
                        hit=row.hit
                        state=row.state
                        path=row.path
                        place=row.place
                        found
                        nearest
                    />
                </li>
            </For>
        </ol>
        <ShowMore found />
    }
}

/// The place of the first hit shown.
fn first_place(found: &Option<Found>) -> usize {
    found
        .as_ref()
        .map_or(1, |found| found.state().from as usize)
}

fn rows(found: Option<&Found>) -> Vec<Row> {
    let Some(found) = found else {
        return Vec::new();
    };
    // The first page's state: the limit and the explained hit must not change any card.
    let first = found.state().from as usize;
    let state = SearchState {
        limit: SearchState::default().limit,
        from: 1,
        explain: None,
        ..found.state().clone()
    };
    let path = found.question.path();
    let hits = found.response.hits.iter().cloned().enumerate();
    let row = |(at, hit)| Row {
        place: first + at,
        hit,
        state: state.clone(),
        path: path.clone(),
    };
    hits.map(row).collect()
}

/// Moves the focus to the first of the added hits. If the focused element disappeared with an
/// older answer, moves it to the first hit, so that it does not fall back to the top of the page.
/// An answer to what is being typed moves no focus.
fn keep_focus(found: Memo<Option<Found>>) {
    Effect::new(move |before: Option<Option<Found>>| {
        let now = found.get();
        let before = before.flatten();
        let explained = now.as_ref().and_then(|now| opened(before.as_ref(), now));
        let pointed_at = explained.map(element_id).filter(|id| is_pointed_at(id));
        if let Some(id) = pointed_at
            && focus_is_lost()
        {
            show(&id);
        } else if let (Some(before), Some(now)) = (before, &now) {
            let (had, has) = (before.response.hits.len(), now.response.hits.len());
            let more = before.state().more().as_ref() == Some(now.state()) && has > had;
            let first = now.state().from as usize;
            if more {
                focus(&element_id(first + had));
            } else if focus_is_lost() && !now.state().unfinished {
                focus(&element_id(first));
            }
        }
        now
    });
}

/// The place of the hit whose explanation came with this answer, and not with the one before.
fn opened(before: Option<&Found>, now: &Found) -> Option<usize> {
    let id = &now.explained.as_ref()?.id;
    let explained = before.and_then(|before| before.explained.as_ref());
    if explained.is_some_and(|explained| explained.id == *id) {
        return None;
    }
    let at = now.response.hits.iter().position(|hit| hit.id == *id)?;
    Some(now.state().from as usize + at)
}

/// Whether the address points at an element that the browser has not gone to by itself: a
/// comparison links to explanations in lists that are not there yet.
fn is_pointed_at(id: &str) -> bool {
    let hash = window().location().hash().unwrap_or_default();
    let element = document().get_element_by_id(id);
    let is_there = element.is_some_and(|element| element.matches(":target").unwrap_or(false));
    hash.strip_prefix('#') == Some(id) && !is_there
}

/// Focuses an element and scrolls to it.
fn show(id: &str) {
    focus(id);
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
    }
}

fn focus_is_lost() -> bool {
    let active = document().active_element();
    active.is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body"))
}

fn focus(id: &str) {
    use leptos::wasm_bindgen::JsCast;
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::tests::{hit, state};

    #[test]
    fn a_card_is_drawn_again_when_words_no_longer_rank_alone() {
        let row = |state| Row {
            place: 1,
            hit: hit(None, Some(1)),
            state,
            path: "/".into(),
        };
        let whole = state("hybrid");
        assert_ne!(row(whole.by_words_first()).key(), row(whole).key());
    }
}
