//! Text with its matched words marked.

use std::ops::Range;

use leptos::either::Either;
use leptos::prelude::*;

use crate::marks::pieces;

/// The part of `text` within `window`, the words at `ranges` marked.
#[component]
pub fn Marked(
    /// The whole text.
    text: String,
    /// The matched words, as byte ranges of the whole text.
    ranges: Vec<(u32, u32)>,
    /// The part to show.
    window: Range<usize>,
) -> impl IntoView {
    let pieces = pieces(&text, &ranges, window).into_iter();
    let drawn = pieces.map(|piece| {
        if piece.marked {
            Either::Left(view! { <mark>{piece.text}</mark> })
        } else {
            Either::Right(piece.text)
        }
    });
    drawn.collect_view()
}
