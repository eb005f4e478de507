//! The conditions that narrow the results, each with a link that removes it.

use leptos::prelude::*;

use crate::answers::Found;
use crate::wording::condition;

/// The conditions of the newest answer.
#[component]
pub fn Conditions(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let conditions = move || {
        let found = found.read();
        let Some(Found { question, like, .. }) = found.as_ref() else {
            return Vec::new();
        };
        let (state, path) = (&question.state, question.path());
        let like = state.like.as_ref().map(|id| {
            let name = like.clone().unwrap_or_else(|| format!("record {id}"));
            let back = if state.q.is_empty() {
                "Back to the search"
            } else {
                "Back to the results"
            };
            (
                format!("Similar to {name}"),
                back.to_owned(),
                state.without_like().href(&path),
            )
        });
        let filters = state.filters.iter().map(|filter| {
            let text = condition(filter);
            let drop = format!("Drop the filter {text}");
            (text, drop, state.without_filter(filter).href(&path))
        });
        like.into_iter().chain(filters).collect()
    };
    let item = |(text, what, href): (String, String, String)| {
        view! {
            <li class="condition">
                {text}
                <a class="condition-drop" href=href aria-label=what.clone() title=what>
                    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                        <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />
                    </svg>
                </a>
            </li>
        }
    };
    move || {
        let conditions = conditions();
        (!conditions.is_empty()).then(|| {
            view! {
                <ul class="conditions" aria-label="Narrowed to">
                    {conditions.into_iter().map(item).collect_view()}
                </ul>
            }
        })
    }
}
