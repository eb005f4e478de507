//! Which words of a text match a query, and which part of a long text shows them best.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::likely::Beginnings;
use super::phrase::Phrase;
use super::query::TextQuery;
use crate::analysis::Analyzer;

/// The length of a fragment in bytes, and how far before its first match it starts.
const FRAGMENT: usize = 240;
const LEAD: usize = 40;

/// What to mark of a query, prepared once for many texts.
pub struct Marks<'q> {
    terms: HashSet<&'q str>,
    phrases: Vec<&'q Phrase>,
    /// The terms of the phrases.
    in_phrases: HashSet<&'q str>,
    /// The letters that any of these begin with, one bit for each ASCII character.
    initials: u128,
    /// How the terms begin, and those of the phrases.
    beginnings: Beginnings,
    phrase_beginnings: Beginnings,
}

impl<'q> Marks<'q> {
    /// The marks of a query.
    pub fn of(query: &'q TextQuery) -> Self {
        let (phrases, words): (Vec<_>, Vec<_>) = query.ways().partition(|way| way.phrase.is_some());
        let terms: HashSet<&str> = words.iter().map(|way| way.term.as_str()).collect();
        let phrases = phrases.iter().filter_map(|way| way.phrase.as_deref());
        let phrases: Vec<&Phrase> = phrases.collect();
        let in_phrases = phrases.iter().flat_map(|phrase| &phrase.terms);
        let in_phrases: HashSet<&str> = in_phrases.map(|(term, _)| term.as_str()).collect();
        let initials = terms.iter().chain(&in_phrases);
        let initials = initials.fold(0, |initials, term| initials | initial(term));
        Self {
            beginnings: Beginnings::of(terms.iter().copied()),
            phrase_beginnings: Beginnings::of(in_phrases.iter().copied()),
            terms,
            phrases,
            in_phrases,
            initials,
        }
    }

    fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.in_phrases.is_empty()
    }

    /// Whether a folded word may have one of the terms. Most words do not, and finding the term of
    /// a word takes longer than anything else here.
    fn may_match(&self, analyzer: &Analyzer, word: &str) -> bool {
        self.initials & initial(word) != 0 || !analyzer.keeps_initial(word)
    }
}

/// Whether a text may contain a term of a phrase.
fn may_hold_phrases(marks: &Marks<'_>, text: &str) -> bool {
    let mut any = false;
    if !marks.in_phrases.is_empty() {
        marks.phrase_beginnings.each_likely(text, |_| any = true);
    }
    any
}

/// The bit of a word's first character; 0 if that is not ASCII.
fn initial(word: &str) -> u128 {
    let first = word.bytes().next().filter(u8::is_ascii);
    first.map_or(0, |first| 1 << first)
}

/// The words of a text that match a query, in order, with their terms.
pub struct Matches<'q>(Vec<(Range<usize>, &'q str)>);

/// Where terms occur in a text: their positions and byte ranges.
type Places<'q> = HashMap<&'q str, Vec<(u32, Range<usize>)>>;

impl<'q> Matches<'q> {
    /// Scans a text once.
    pub fn of(analyzer: &Analyzer, marks: &Marks<'q>, text: &str) -> Self {
        if marks.is_empty() {
            return Self(Vec::new());
        }
        if !analyzer.keeps_beginnings() || may_hold_phrases(marks, text) {
            return Self::of_all(analyzer, marks, text);
        }
        let mut matched = Vec::new();
        marks.beginnings.each_likely(text, |part| {
            analyzer.each(&text[part.clone()], |piece| {
                // Of a word that is not ASCII, more may change.
                if (!piece.word.is_ascii() || marks.beginnings.may_be_of(piece.word))
                    && let Some(&term) = marks.terms.get(&*analyzer.term(piece.word))
                {
                    let (start, end) = (piece.range.start, piece.range.end);
                    matched.push((part.start + start..part.start + end, term));
                }
            });
        });
        Self::in_order(matched)
    }

    /// The same by analysing all of the text, which tells where phrases are.
    fn of_all(analyzer: &Analyzer, marks: &Marks<'q>, text: &str) -> Self {
        let mut places = Places::new();
        let mut matched = Vec::new();
        analyzer.each(text, |piece| {
            if !marks.may_match(analyzer, piece.word) {
                return;
            }
            let term = analyzer.term(piece.word);
            if let Some(&term) = marks.terms.get(&*term) {
                matched.push((piece.range.clone(), term));
            }
            if let Some(&term) = marks.in_phrases.get(&*term) {
                let places = places.entry(term).or_default();
                places.push((piece.position, piece.range.clone()));
            }
        });
        // Wholes come after their parts, and therefore out of order.
        for places in places.values_mut() {
            places.sort_unstable_by_key(|place| place.0);
        }
        for phrase in &marks.phrases {
            mark_phrase(phrase, &places, &mut matched);
        }
        Self::in_order(matched)
    }

    fn in_order(mut matched: Vec<(Range<usize>, &'q str)>) -> Self {
        matched.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        Self(matched)
    }

    /// Their byte ranges, merged where they touch or overlap. They lie on character boundaries.
    /// The caller must escape the text.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (range, _) in &self.0 {
            match ranges.last_mut().filter(|last| range.start <= last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => ranges.push(range.clone()),
            }
        }
        ranges
    }

    /// The part of the text, cut at words, that contains the most distinct words of the query;
    /// the first one on a tie. `None` if the text is short enough to show in full, or if nothing
    /// matches.
    pub fn fragment(&self, text: &str) -> Option<Range<usize>> {
        let Self(matched) = self;
        if text.len() <= FRAGMENT * 2 {
            return None;
        }
        let mut terms: Vec<&str> = Vec::new();
        let mut worth = |start: usize| {
            let until = matched[start].0.start + FRAGMENT - LEAD;
            let inside = matched[start..]
                .iter()
                .take_while(|(range, _)| range.end <= until);
            let mut all = 0;
            terms.clear();
            for &(_, term) in inside {
                all += 1;
                if !terms.contains(&term) {
                    terms.push(term);
                }
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

/// Marks the terms of a phrase wherever they occur in sequence.
fn mark_phrase<'q>(
    phrase: &'q Phrase,
    places: &Places<'q>,
    matched: &mut Vec<(Range<usize>, &'q str)>,
) {
    let Some((first, _)) = phrase.terms.first() else {
        return;
    };
    for (start, _) in places.get(first.as_str()).into_iter().flatten() {
        let place = |(term, offset): &'q (String, u32)| {
            let of_term = places.get(term.as_str())?;
            let at = of_term.binary_search_by_key(&(start + offset), |place| place.0);
            let at = at.ok()?;
            Some((of_term[at].1.clone(), term.as_str()))
        };
        let found: Option<Vec<_>> = phrase.terms.iter().map(place).collect();
        matched.extend(found.into_iter().flatten());
    }
}

/// The start of the word at a place, or the end of the text.
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
            is_title: false,
            terms: vec![Alternative::typed(token.term, 1.0)],
        });
        TextQuery {
            words: words.collect(),
            ..TextQuery::default()
        }
    }

    #[test]
    fn whole_words_are_marked_through_stems_and_accents() {
        let text = "Cafés connect; the caféteria's <b>connections</b>.";
        let marked: Vec<&str> = Matches::of(
            &Analyzer::default(),
            &Marks::of(&query("cafe CONNECTION")),
            text,
        )
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
            Matches::of(&Analyzer::default(), &Marks::of(&query(words)), text).fragment(text)
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
        fn what_is_marked_is_what_analysing_all_of_it_finds(
            text in "([a-cX2 .'#+-]|sky|skies|dy|ing|é|日| ){0,30}", words in "([a-c2 ]|sky|die|é){0,6}"
        ) {
            let (analyzer, query) = (Analyzer::default(), query(&words));
            let marks = Marks::of(&query);
            let found = Matches::of(&analyzer, &marks, &text);
            let all = Matches::of_all(&analyzer, &marks, &text);
            prop_assert_eq!(found.0, all.0);
        }

        #[test]
        fn fragments_lie_on_characters_and_hold_a_match(text in "[aé日 .]{0,400}") {
            let text = format!("{text} milk {text}");
            if let Some(range) = Matches::of(&Analyzer::default(), &Marks::of(&query("milk")), &text).fragment(&text) {
                prop_assert!(text[range].contains("milk"));
            }
        }
    }
}
