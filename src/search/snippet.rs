//! The part of a long text that a hit shows. Words are looked up and marked in a window of the
//! text, so that a hit with megabytes of text costs no more than any other.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use unicode_segmentation::UnicodeSegmentation;

use crate::analysis::Analyzer;
use crate::query::{MAX_SNIPPET_BYTES, MAX_TITLE_BYTES};
use crate::text::{Marks, Matches, TextQuery};

/// How much of a text is searched for the query's words at once: its beginning and, if they are
/// not there, the surroundings of the first one further on.
const LOOKED_THROUGH: usize = 64 << 10;

/// How many parts after the first are searched one by one.
const MAX_WINDOWS: usize = 16;

/// The length of a line of a field, and how far before a word it starts.
const LINE: usize = 160;
const LEAD: usize = 32;

/// How far back a cut may be moved to the start of a word.
const WORD: usize = 64;

/// Marks a query's words in texts.
pub struct Marker<'a> {
    /// The collection's analyzer.
    pub analyzer: &'a Analyzer,
    /// The query's words.
    pub marks: Marks<'a>,
    /// The query.
    pub query: &'a TextQuery,
}

/// The query's words in a part of a text.
pub struct Looked<'a> {
    /// The part.
    part: Range<usize>,
    /// Where they occur in it.
    matches: Matches<'a>,
}

impl<'a> Marker<'a> {
    /// Searches one part of a text.
    pub fn at(&self, text: &str, part: Range<usize>) -> Looked<'a> {
        let read = text.get(part.clone()).unwrap_or_default();
        Looked {
            matches: Matches::of(self.analyzer, &self.marks, read),
            part,
        }
    }

    /// Searches for a part that contains any of the words.
    pub fn through(&self, text: &str) -> Looked<'a> {
        let end = boundary(text, LOOKED_THROUGH);
        let first = self.at(text, 0..end);
        if end == text.len() || first.has_any() {
            return first;
        }
        let likely = self.further_on(text, end);
        let likely = likely.map(|at| boundary(text, at.saturating_sub(WORD)));
        // A word in a form other than its term is found only by analysing the text.
        let others = std::iter::successors(Some(end), |&start| Some(start + LOOKED_THROUGH));
        let others = others.take(MAX_WINDOWS).map(|at| boundary(text, at));
        let starts = likely.into_iter().chain(others);
        let mut looked = starts
            .take_while(|&start| start < text.len())
            .map(|start| self.at(text, start..boundary(text, start + LOOKED_THROUGH)));
        looked.find(Looked::has_any).unwrap_or(first)
    }

    /// The first place at or after `from` where a word of the query may occur: where a term
    /// occurs as written, ignoring ASCII case.
    fn further_on(&self, text: &str, from: usize) -> Option<usize> {
        let terms = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(self.query.terms())
            .ok()?;
        let found = terms.find(text.get(from..)?)?;
        Some(from + found.start())
    }
}

impl Looked<'_> {
    /// Whether any of the words occurs there.
    fn has_any(&self) -> bool {
        !self.matches.ranges().is_empty()
    }

    /// Where the words occur in a window of the text.
    pub fn within(&self, window: &Range<usize>) -> Vec<Range<usize>> {
        let ranges = self.matches.ranges().into_iter();
        let ranges = ranges.map(|at| self.part.start + at.start..self.part.start + at.end);
        ranges
            .filter(|at| window.start <= at.start && at.end <= window.end)
            .collect()
    }

    /// The part of a long text that contains the most distinct words of the query.
    pub fn fragment(&self, text: &str) -> Option<Range<usize>> {
        let found = self.matches.fragment(text.get(self.part.clone())?)?;
        Some(self.part.start + found.start..self.part.start + found.end)
    }
}

/// The part of a title that is shown.
pub fn of_title(title: &str) -> Range<usize> {
    0..boundary(title, MAX_TITLE_BYTES)
}

/// The part of a text that is shown: all of a short text; otherwise what surrounds a passage, or
/// the beginning.
pub fn around(text: &str, passage: Option<&Range<usize>>) -> Range<usize> {
    if text.len() <= MAX_SNIPPET_BYTES {
        return 0..text.len();
    }
    let passage = passage.cloned().unwrap_or(0..0);
    // Most of the remaining room goes after the passage, where the text goes on.
    let room = MAX_SNIPPET_BYTES.saturating_sub(passage.len());
    let start = boundary(text, passage.start.saturating_sub(room / 4));
    // A later start would leave room unused after the text's end.
    let last = boundary(text, text.len() - MAX_SNIPPET_BYTES + WORD);
    let start = start.min(last).min(boundary(text, passage.start));
    start..boundary(text, start + MAX_SNIPPET_BYTES)
}

/// A line of a text, around a word.
pub fn line(text: &str, word: &Range<usize>) -> Range<usize> {
    let start = boundary(text, word.start.saturating_sub(LEAD)).min(word.start);
    start..boundary(text, start + LINE).max(word.end)
}

/// The last place up to `at` where a text may be cut: before a word, or else before a
/// user-perceived character.
fn boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let from = text.floor_char_boundary(at.saturating_sub(WORD));
    let to = text.ceil_char_boundary((at + WORD).min(text.len()));
    let near = text.get(from..to).unwrap_or_default();
    let mut after_blank = None;
    let mut any = from;
    let mut blank = false;
    for (place, cluster) in near.grapheme_indices(true) {
        let place = from + place;
        if place > at {
            break;
        }
        any = place;
        if blank {
            after_blank = Some(place);
        }
        blank = cluster.chars().all(char::is_whitespace);
    }
    after_blank.unwrap_or(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_text_is_shown_whole_and_of_a_long_one_what_surrounds_the_passage() {
        assert_eq!(around("short", Some(&(1..2))), 0..5);
        let text = "some words and ".repeat(1_000);
        assert_eq!(around(&text, None).start, 0);
        for passage in [0..200, 5_000..5_240, text.len() - 100..text.len()] {
            let shown = around(&text, Some(&passage));
            assert!(shown.start <= passage.start && passage.end <= shown.end + WORD);
            assert!(shown.len() > MAX_SNIPPET_BYTES - 2 * WORD);
        }
    }

    #[test]
    fn a_cut_parts_no_word_and_no_emoji() {
        assert_eq!(boundary("one two three", 6), 4);
        assert_eq!(boundary("one two", 4), 4);
        assert_eq!(boundary("one two", 99), 7);
        let family = "👨‍👩‍👧";
        let text = family.repeat(3);
        for at in 0..text.len() {
            assert_eq!(boundary(&text, at), at / family.len() * family.len());
        }
    }

    #[test]
    fn a_line_contains_the_word_that_it_is_around() {
        let text = "some words and ".repeat(40);
        for word in [0..4, 5..10, 300..305, text.len() - 4..text.len() - 1] {
            let line = line(&text, &word);
            assert!(line.start <= word.start && word.end <= line.end, "{word:?}");
            assert!(line.len() <= LINE + WORD);
        }
        assert_eq!(line("word", &(0..4)), 0..4);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_bounded_and_lies_on_characters(
            text in "[a-z é日\u{301}👍🏽\n]{0,3000}", start in 0.0..1.0, length in 0usize..3000
        ) {
            let start = text.floor_char_boundary((start * text.len() as f64) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let shown = around(&text, Some(&(start..end)));
            prop_assert!(text.get(shown.clone()).is_some());
            prop_assert!(shown.len() <= MAX_SNIPPET_BYTES);
            // Part of the passage is shown.
            prop_assert!(shown.start <= start);
            prop_assert!(start == end || shown.end > start);
        }
    }
}
