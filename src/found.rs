//! A record in an answer, as the engine finds it: whole, with the places in it that matter.

use std::ops::Range;

use crate::record::{Markup, Plain, Record};
use crate::vocabulary::limits::MAX_SNIPPET_BYTES;
use crate::vocabulary::{Copies, Highlights, MatchedField, Signal};

/// A record in an answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// The record.
    pub record: Record,
    /// The score it was ranked by: cosine, BM25 score or fused score, depending on the mode; 0 if
    /// records are listed in order.
    pub score: f32,
    /// Its rank by meaning, if that engine was used and found it.
    pub neural: Option<Signal>,
    /// Its rank by words, if that engine was used and found it.
    pub text: Option<Signal>,
    /// How well its words meet the query's, from 0 to 1, if it was scored by that.
    pub late: Option<f32>,
    /// The percentage of pairs of unrelated texts in the collection that are less similar than the
    /// query and this record.
    pub percentile: Option<f32>,
    /// The part of the record's title that is displayed, from its beginning.
    pub title: Range<usize>,
    /// The part of the record's text that is displayed. A text of more than [`MAX_SNIPPET_BYTES`]
    /// is cut, around the passage if there is one.
    pub snippet: Range<usize>,
    /// Where the query's words appear in what is displayed, in modes that use words; byte ranges of
    /// the whole title and text.
    pub highlights: Highlights,
    /// In modes that use words, a searched field that is not displayed, if words of the query occur
    /// only there.
    pub matched_field: Option<MatchedField>,
    /// For a long text, the byte range in the record's text of the part that best shows why it was
    /// found: the nearest passage or, by words, the fragment with most of the words, as far as it
    /// is displayed.
    pub passage: Option<Range<usize>>,
    /// The byte range in the record's text of the sentence nearest to the query, if requested and
    /// if the text or its passage has more than one sentence.
    pub sentence: Option<Range<usize>>,
    /// Whether only a part of the record is encoded, because its text is too long.
    pub read_in_part: bool,
    /// Identical records that also pass the filters and are collapsed into this hit.
    pub copies: Copies,
}

impl Found {
    /// The hit with title and text as in their source, including markup, and with all ranges
    /// converted. This is for programs, which have the original fields. The displayed parts remain
    /// bounded: one that is mostly markup is left without it.
    pub fn as_written(mut self) -> Self {
        let Markup { title, text } = std::mem::take(&mut self.record.markup);
        if let Some((title, shown)) = title.and_then(|title| written(title, &self.title)) {
            let highlights = self.highlights.title.iter_mut();
            highlights.for_each(|range| *range = title.origin(range.clone()));
            self.title = shown;
            self.record.title = title.into_original();
        }
        if let Some((text, shown)) = text.and_then(|text| written(text, &self.snippet)) {
            let parts = self.passage.iter_mut().chain(&mut self.sentence);
            let places = self.highlights.text.iter_mut().chain(parts);
            places.for_each(|range| *range = text.origin(range.clone()));
            self.snippet = shown;
            self.record.text = text.into_original();
        }
        self
    }
}

/// The part of the original that a part of a text came from. A part that reaches to the ends of the
/// text also reaches to the ends of the original.
fn written(text: Plain, shown: &Range<usize>) -> Option<(Plain, Range<usize>)> {
    const MOST: usize = 4 * MAX_SNIPPET_BYTES;
    let origin = text.origin(shown.clone());
    let start = if shown.start == 0 { 0 } else { origin.start };
    let to_the_end = shown.end == text.text().len();
    let end = if to_the_end {
        text.original().len()
    } else {
        origin.end
    };
    (end - start <= MOST).then_some((text, start..end))
}
