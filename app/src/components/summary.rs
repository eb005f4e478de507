//! The line above the hits: how many, in what order and how fast, and a caution if needed.

use leptos::prelude::*;

use super::lab_link::lab_link;
use super::live::live;
use super::share::Share;
use super::timing::Timing;
use crate::answers::Found;
use crate::wording::{caution, summary};

/// The line.
#[component]
pub fn Summary(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let of = move |say: fn(&Found) -> Option<String>| found.read().as_ref().and_then(say);
    let line = move || of(|found| Some(summary(found.state(), &found.response)));
    let caution = move || {
        let caution = of(|found| caution(found.state(), &found.response));
        caution.map(|caution| view! { <p class="caution">{caution}</p> })
    };
    let lab = move || {
        let found = found.read();
        found.as_ref().and_then(|found| lab_link(&found.question))
    };
    view! {
        <div class="summary">
            <p class="summary-line">{live(line)}</p>
            <Timing found />
            {live(lab)}
            <Share found />
        </div>
        {live(caution)}
    }
}
