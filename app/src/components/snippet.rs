//! The part of a hit's text that shows why it was found, in a few lines.

use std::ops::Range;

use leptos::prelude::*;

use super::marked::Marked;
use crate::marks::Shown;
use crate::snippet::begin;

/// The snippet. It begins where it shows the matched words or, once that is known, the sentence
/// nearest to the query.
#[component]
pub fn Snippet(
    /// The hit's text.
    text: String,
    /// The matched words, as byte ranges of the text.
    ranges: Vec<Range<usize>>,
    /// The nearest sentence, as a byte range too.
    sentence: Signal<Option<Range<usize>>>,
    /// What the card shows of the text.
    shown: Shown,
) -> impl IntoView {
    let Shown {
        rest,
        before,
        after,
        ..
    } = shown;
    let window = {
        let (text, ranges, rest) = (text.clone(), ranges.clone(), rest.clone());
        Memo::new(move |_| {
            let begin = match sentence.get() {
                Some(sentence) => begin(&text, &rest, &[sentence]),
                None => begin(&text, &rest, &ranges),
            };
            begin..rest.end
        })
    };
    let goes_before = move || (before || window.read().start > rest.start).then_some("\u{2026} ");
    view! {
        <p class="card-text" dir="auto">
            {goes_before} <Marked text ranges sentence window /> {after.then_some(" \u{2026}")}
        </p>
    }
}
