//! The link to the explanation of a hit's rank. It is a link so that it works without JavaScript:
//! the answer includes the explanation, and the card opens in place.

use leptos::prelude::*;

use super::place::element_id;
use super::why_panel::WhyPanel;
use crate::answers::{Explained, Found};

/// The link and, once requested, the panel below it.
#[component]
pub fn Why(
    /// The record.
    id: String,
    /// Its name.
    name: String,
    /// The hit's place in the list, from 1.
    place: usize,
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let of_this = id.clone();
    let explained: Memo<Option<Box<Explained>>> = Memo::new(move |_| {
        let found = found.read();
        let explained = found.as_ref()?.explained.as_ref()?;
        (explained.id == of_this).then(|| explained.clone())
    });
    let open = move || explained.read().is_some();
    let href = move || {
        let found = found.read();
        let found = found.as_ref()?;
        let asked = (!open()).then_some(id.as_str());
        let href = found.state().explaining(asked).href(&found.question.path());
        Some(format!("{href}#{}", element_id(place)))
    };
    let label = format!("Why this rank: {name}");
    let panel = move || {
        explained.get().map(|explained| {
            view! { <WhyPanel explanation=explained.explanation /> }
        })
    };
    view! {
        <div class="why">
            <a
                class="card-link"
                href=href
                aria-label=label
                aria-expanded=move || if open() { "true" } else { "false" }
                data-noscroll=""
            >
                "Why this rank"
            </a>
            {panel}
        </div>
    }
}
