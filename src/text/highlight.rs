//! Which words of a text a query matched, and which part of a long text shows them best.

use std::collections::HashSet;
use std::ops::Range;

use super::query::TextQuery;
use crate::analysis::Analyzer;

/// How long a fragment is, in bytes, and how far before its first matched word it begins.
const FRAGMENT: usize = 240;
const LEAD: usize = 40;

/// The words of a text that a query looks for, in order, with their terms.
pub struct Matches(Vec<(Range<usize>, String)>);

impl Matches {
    /// Looks through a text once.
    pub fn of(analyzer: &Analyzer, query: &TextQuery, text: &str) -> Self {
        let terms: HashSet<&str> = query.terms().collect();
        if terms.is_empty() {
            return Self(Vec::new());
        }
        let matched = analyzer
            .all_tokens(text)
            .filter(|token| terms.contains(token.term.as_str()));
        Self(matched.map(|token| (token.range, token.term)).collect())
    }

    /// Their byte ranges. They lie on character boundaries; who draws them escapes the text.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        self.0.iter().map(|(range, _)| range.clone()).collect()
    }

    /// The part of the text, cut at words, that holds most of the query's different words, of
    /// equal ones the first; `None` where the text is short enough to be shown, or nothing
    /// matches.
    pub fn fragment(&self, text: &str) -> Option<Range<usize>> {
        let Self(matched) = self;
        if text.len() <= FRAGMENT * 2 {
            return None;
        }
        let worth = |start: usize| {
            let until = matched[start].0.start + FRAGMENT - LEAD;
            let inside = matched[start..]
                .iter()
                .take_while(|(range, _)| range.end <= until);
            let (mut terms, mut all) = (HashSet::new(), 0);
            for (_, term) in inside {
                all += 1;
                terms.insert(term);
            }
            (terms.len(), all)
        };
        let best = (0..matched.len()).max_by_key(|&at| (worth(at), std::cmp::Reverse(at)))?;
        let start = matched[best].0.start;
        let from = blank_before(text, start.saturating_sub(LEAD)).min(start);
        let to = blank_before(text, from + FRAGMENT).max(matched[best].0.end);
        Some(from..to)
    }
}

/// The end of the text, or the start of the word that a place lies in.
fn blank_before(text: &str, mut at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text[..at].char_indices().rev().take(LEAD);
    let blank = before.into_iter().find(|(_, c)| c.is_whitespace());
    blank.map_or(at, |(blank, c)| blank + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Alternative, Word};
    use proptest::prelude::*;

    fn query(words: &str) -> TextQuery {
        let words = Analyzer::default().tokens(words).map(|token| Word {
            text: token.word,
            repeats: 1,
            terms: vec![Alternative {
                term: token.term,
                boost: 1.0,
            }],
        });
        TextQuery {
            words: words.collect(),
            ..TextQuery::default()
        }
    }

    #[test]
    fn whole_words_are_marked_through_stems_and_accents() {
        let text = "Cafés connect; the caféteria's <b>connections</b>.";
        let marked: Vec<&str> = Matches::of(&Analyzer::default(), &query("cafe CONNECTION"), text)
            .ranges()
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(marked, ["Cafés", "connect", "connections"]);
    }

    #[test]
    fn the_fragment_is_where_most_of_the_words_are() {
        let filler = "nothing of note happens here at all. ".repeat(20);
        let text = format!("Goat. {filler} Fresh goat milk every day. {filler}");
        let fragment = |words, text: &str| {
            Matches::of(&Analyzer::default(), &query(words), text).fragment(text)
        };
        let range = fragment("goat milk", &text).unwrap();
        assert!(
            text[range.clone()].contains("Fresh goat milk"),
            "{}",
            &text[range]
        );
        assert_eq!(fragment("wood", &text), None);
        assert_eq!(fragment("goat", "A goat."), None);
    }

    proptest! {
        #[test]
        fn fragments_lie_on_characters_and_hold_a_match(text in "[aé日 .]{0,400}") {
            let text = format!("{text} milk {text}");
            if let Some(range) = Matches::of(&Analyzer::default(), &query("milk"), &text).fragment(&text) {
                prop_assert!(text[range].contains("milk"));
            }
        }
    }
}
