//! Text with marked words or a marked sentence.

use std::ops::Range;

use leptos::either::Either;
use leptos::prelude::*;

use crate::marks::pieces;

/// The part of `text` within `window`. The words at `ranges` are marked or, once it is known, the
/// sentence nearest to the query instead.
#[component]
pub fn Marked(
    /// The whole text.
    text: String,
    /// The matched words, as byte ranges of the whole text.
    ranges: Vec<Range<usize>>,
    /// The nearest sentence, as a byte range too.
    #[prop(optional, into)]
    sentence: Signal<Option<Range<usize>>>,
    /// The part to show.
    #[prop(into)]
    window: Signal<Range<usize>>,
) -> impl IntoView {
    move || {
        let (ranges, class, title) = match sentence.get() {
            Some(sentence) => (vec![sentence], "nearest", Some("Nearest to the query")),
            None => (ranges.clone(), "matched", None),
        };
        let drawn = pieces(&text, &ranges, window.get()).into_iter();
        let drawn = drawn.map(|piece| {
            if piece.marked {
                Either::Left(view! { <mark class=class title=title>{piece.text}</mark> })
            } else {
                Either::Right(piece.text)
            }
        });
        drawn.collect_view()
    }
}
