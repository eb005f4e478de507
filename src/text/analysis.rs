//! From text to terms: what counts as the same word.
//!
//! Unicode words (UAX #29), accents and case folded, possessives cut, English stop words
//! told apart, Snowball's English stems. Records and queries pass through the same steps, and
//! every term keeps the bytes it came from, so that highlighting marks what matched.

use std::ops::Range;

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// A longer word is no word: it is cut here, so that no index holds a term of megabytes.
const MAX_WORD_BYTES: usize = 128;

/// The 33 stop words of Lucene's English analyser.
const STOP_WORDS: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
    "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these",
    "they", "this", "to", "was", "will", "with",
];

/// A term and where its word stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The stem that the index knows.
    pub term: String,
    /// The word folded, before it was stemmed.
    pub word: String,
    /// The word's bytes in the text.
    pub range: Range<usize>,
    /// Which word of the text it is, from 0, stop words counted.
    pub position: u32,
    /// Whether it is a stop word, which says nothing by itself.
    pub stop: bool,
}

/// The terms of a text, in order, without stop words.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    all_tokens(text).filter(|token| !token.stop)
}

/// The terms of a text, in order, with stop words: they stand for themselves, and only
/// phrases ask for them.
pub(super) fn all_tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let stemmer = Stemmer::create(Algorithm::English);
    (0..)
        .zip(text.unicode_word_indices())
        .filter_map(move |(position, (start, word))| {
            let folded = fold(word);
            let stop = STOP_WORDS.contains(&folded.as_str());
            let term = if stop {
                folded.clone()
            } else {
                stemmer.stem(&folded).into_owned()
            };
            (!folded.is_empty()).then(|| Token {
                term,
                word: folded,
                range: start..start + word.len(),
                position,
                stop,
            })
        })
}

/// Lower case without accents and without a possessive ending.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let plain = word.nfkd().filter(|&c| !is_combining_mark(c));
    for c in plain.flat_map(char::to_lowercase) {
        if folded.len() + c.len_utf8() > MAX_WORD_BYTES {
            break;
        }
        folded.push(if c == '\u{2019}' { '\'' } else { c });
    }
    if let Some(owner) = folded.strip_suffix("'s") {
        folded.truncate(owner.len());
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        tokens(text).map(|token| token.term).collect()
    }

    #[test]
    fn forms_of_a_word_share_a_term() {
        for (a, b) in [
            ("connections", "Connected"),
            ("Montréal", "montreal"),
            ("the bakery's", "bakery"),
            ("the bakery\u{2019}s", "BAKERY"),
            ("ﬁshing", "fish"),
            ("Cafe\u{301}", "café"),
        ] {
            assert_eq!(terms(a), terms(b), "{a} {b}");
        }
    }

    #[test]
    fn words_of_other_scripts_are_terms() {
        assert_eq!(terms("日本 поиск").len(), 3);
    }

    #[test]
    fn ranges_are_the_words_as_written() {
        let text = "Über-fast cafés, the café's";
        let words: Vec<&str> = tokens(text).map(|t| &text[t.range]).collect();
        assert_eq!(words, ["Über", "fast", "cafés", "café's"]);
    }

    #[test]
    fn stop_words_take_a_place_though_they_are_no_terms() {
        let places: Vec<u32> = tokens("state of the art").map(|t| t.position).collect();
        assert_eq!(places, [0, 3]);
    }

    #[test]
    fn stop_words_alone_leave_nothing() {
        assert!(terms("to be, or not").is_empty());
        assert!(terms("... !! \u{1F600}").is_empty());
    }

    #[test]
    fn endless_words_are_cut() {
        assert!(terms(&"x".repeat(100_000))[0].len() <= MAX_WORD_BYTES);
    }
}
