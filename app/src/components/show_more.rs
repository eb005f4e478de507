//! The link to more hits. The list grows in place; without JavaScript, the page reloads at the
//! first new hit.

use leptos::prelude::*;
use parallax::vocabulary::Counted;

use super::place::element_id;
use crate::answers::Found;
use crate::numbers::counted;
use crate::state::MOST;

/// The link, or a note that the list ends.
#[component]
pub fn ShowMore(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let shown = move || {
        found
            .read()
            .as_ref()
            .map_or(0, |found| found.response.hits.len())
    };
    let goes_on = move |shown: usize| {
        let found = found.read();
        let response = found.as_ref().map(|found| &found.response);
        response.is_some_and(|response| match response.counted {
            // By meaning there is always a next record, even if it is not an answer.
            Counted::Answers | Counted::AtLeast => true,
            Counted::Matching | Counted::All => (shown as u32) < response.total,
        })
    };
    let href = Memo::new(move |_| {
        let found = found.read();
        let found = found.as_ref()?;
        let full = shown() >= found.state().limit as usize && goes_on(shown());
        let more = found.state().more().filter(|_| full)?;
        let href = more.href(&found.question.path());
        Some(format!("{href}#{}", element_id(shown() + 1)))
    });
    let end = move || {
        let cut = shown() >= MOST as usize && goes_on(shown());
        cut.then(|| {
            let first = counted(MOST, "record");
            view! { <p class="list-end">{format!("These are the first {first}.")}</p> }
        })
    };
    view! {
        <Show when=move || href.read().is_some() fallback=end>
            <p class="more">
                <a class="button-quiet" href=move || href.get() data-noscroll="">
                    "Show more"
                </a>
            </p>
        </Show>
    }
}
