//! The ways to hits before and after those on the page. The list grows in place; without
//! JavaScript, the page reloads at the same hit. A page can also begin at any place, with a link
//! of its own.

use leptos::prelude::*;
use parallax::vocabulary::Counted;

use crate::answers::Found;
use crate::components::place::element_id;
use crate::numbers::thousands;
use crate::state::SearchState;

/// The link to the hits before the first one on the page, if there are any.
#[component]
pub fn ShowEarlier(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let href = Memo::new(move |_| {
        let found = found.read();
        let found = found.as_ref()?;
        let from = found.state().from;
        let earlier = found.state().earlier()?;
        let href = earlier.href(&found.question.path());
        // The place stays the same where the list grows.
        let at = if earlier.from + earlier.limit > from {
            from
        } else {
            earlier.from
        };
        Some(format!("{href}#{}", element_id(at as usize)))
    });
    view! {
        <Show when=move || href.read().is_some()>
            <p class="more">
                <a class="button-quiet" href=move || href.get() data-noscroll="">
                    "Show earlier"
                </a>
            </p>
        </Show>
    }
    .into_any()
}

/// The links to further hits: to more of them on this page, and to a page that begins with them.
#[component]
pub fn ShowMore(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let links = move || {
        let found = found.read();
        let found = found.as_ref()?;
        let (state, path) = (found.state(), found.question.path());
        let next = next(found)?;
        let place = element_id(next as usize);
        let link = |state: SearchState, text: String, keeps_place: bool| {
            let href = format!("{}#{place}", state.href(&path));
            view! {
                <a class="button-quiet" href=href data-noscroll=keeps_place.then_some("")>
                    {text}
                </a>
            }
        };
        let more = state
            .more()
            .map(|more| link(more, "Show more".into(), true));
        let page = state.at(next).map(|page| {
            let last = next + page.limit - 1;
            let text = format!("Page {} to {}", thousands(next), thousands(last));
            link(page, text, false)
        });
        let end = (more.is_none() && page.is_none()).then(|| {
            let last = thousands(next - 1);
            view! { <span class="more-end">{format!("The list ends with number {last}.")}</span> }
        });
        Some(view! { <p class="more">{more} {page} {end}</p> })
    };
    view! { {links} }.into_any()
}

/// The place after the last hit of the page, if the list goes on there.
fn next(found: &Found) -> Option<u32> {
    let (state, response) = (found.state(), &found.response);
    let shown = response.hits.len() as u32;
    let next = state.from + shown;
    let full = shown >= state.limit;
    let goes_on = match (response.best, response.counted) {
        (Some(best), _) => next <= best,
        // By meaning there is always a next record, even if it is not an answer.
        (None, Counted::Answers | Counted::AtLeast) => true,
        (None, Counted::Matching | Counted::All) => next <= response.total,
    };
    (shown > 0 && full && goes_on).then_some(next)
}
