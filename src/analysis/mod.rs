//! From text to terms: what counts as the same word.
//!
//! Unicode words (UAX #29), cut once more where a missing blank runs two together, accents and
//! case folded, possessives cut, English stop words told apart, Snowball's English stems.
//! Records and queries pass through the same steps, and every term keeps the bytes it came
//! from, so that highlighting marks what matched.

mod language;

use std::ops::Range;

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

pub use language::Language;

/// A longer word is no word: it is cut here, so that no index holds a term of megabytes.
const MAX_WORD_BYTES: usize = 128;

/// The 33 stop words of Lucene's English analyser.
pub(crate) const STOP_WORDS: [&str; 33] = [
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

/// Turns the texts of one collection into terms: records, queries and highlights alike. Cheap
/// to make and to copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Analyzer {
    language: Language,
}

impl Analyzer {
    /// The analyzer of a language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language it reads.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The terms of a text, in order, without stop words.
    pub fn tokens<'t>(&self, text: &'t str) -> impl Iterator<Item = Token> + use<'t> {
        self.all_tokens(text).filter(|token| !token.stop)
    }

    /// The terms of a text, in order, with stop words: they stand for themselves, and only
    /// phrases and fields ask for them.
    pub fn all_tokens<'t>(&self, text: &'t str) -> impl Iterator<Item = Token> + use<'t> {
        let stemmer = Stemmer::create(self.language.stemmer().unwrap_or(Algorithm::English));
        (0..)
            .zip(words(text))
            .filter_map(move |(position, (start, word))| {
                let folded = fold(word);
                let stop = is_stop_word(&folded);
                let stem = stemmer.stem(&folded);
                // "Willing" would be stemmed to "will", and be in every record that has a will.
                let term = if stop || is_stop_word(&stem) {
                    folded.clone()
                } else {
                    stem.into_owned()
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
}

fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// The words of a text with the bytes they start at.
///
/// UAX #29 keeps `mission:build` and `hello.World` whole, as it must keep `foo.com`. They are
/// two words each, of a text whose blank was forgotten: a colon ends a word, and so does a
/// full stop between a small letter and a capital.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.unicode_word_indices().flat_map(|(start, word)| {
        let mut rest = Some((start, word));
        let parts = std::iter::from_fn(move || {
            let (start, word) = rest?;
            let cut = cut(word);
            rest = cut.map(|(_, next)| (start + next, &word[next..]));
            Some((start, cut.map_or(word, |(end, _)| &word[..end])))
        });
        parts.filter(|(_, part)| !part.is_empty())
    })
}

/// Where the first of the words run together ends, and where the next begins.
fn cut(word: &str) -> Option<(usize, usize)> {
    let mut before = None;
    let mut characters = word.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        let ends = match character {
            ':' | '\u{ff1a}' => true,
            '.' => before.is_some_and(char::is_lowercase) && next.is_some_and(char::is_uppercase),
            _ => false,
        };
        if ends {
            return Some((at, at + character.len_utf8()));
        }
        before = Some(character);
    }
    None
}

/// Lower case without accents and without a possessive ending, in letters that a keyboard
/// without them has.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let seen = |c: &char| !is_combining_mark(*c) && !is_invisible(*c);
    let plain = word.nfkd().filter(seen);
    for c in plain.flat_map(char::to_lowercase) {
        let mut bytes = [0; 4];
        let letters = plain_letters(c).unwrap_or_else(|| c.encode_utf8(&mut bytes));
        if folded.len() + letters.len() > MAX_WORD_BYTES {
            break;
        }
        folded.push_str(letters);
    }
    if let Some(owner) = folded.strip_suffix("'s") {
        folded.truncate(owner.len());
    }
    folded
}

/// Whether a text shows nothing at all.
pub fn is_blank(text: &str) -> bool {
    let shows_nothing = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    text.chars().all(shows_nothing)
}

/// Marks inside a word that nobody sees or types: where it may be hyphenated or broken, and
/// which way it is written.
fn is_invisible(mark: char) -> bool {
    matches!(
        mark,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
    )
}

/// How a letter is written without it, where Unicode does not decompose it: it holds these to
/// be letters of their own, not letters with a mark.
fn plain_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'ı' => "i",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        '\u{2019}' => "'",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> impl Iterator<Item = Token> {
        Analyzer::default().tokens(text)
    }

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
            ("STRASSE", "Straße"),
            ("soren", "Søren"),
            ("Lodz", "ŁÓDŹ"),
            ("aeroskobing", "Ærøskøbing"),
            ("thingvellir", "Þingvellir"),
            ("ISTANBUL ılık", "İstanbul ilik"),
            ("Zusammen\u{ad}arbeit", "zusammenarbeit"),
            ("\u{200f}butter\u{200e}", "butter"),
            ("\u{feff}cheese\u{2060}", "cheese"),
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
    fn words_that_a_missing_blank_runs_together_are_two() {
        for (text, words) in [
            (
                "our mission:build Drift.In it",
                &["our", "mission", "build", "Drift", "In", "it"][..],
            ),
            ("experience.We", &["experience", "We"]),
            ("a:b:c", &["a", "b", "c"]),
            ("élan.Über", &["élan", "Über"]),
            ("foo.com", &["foo.com"]),
            ("U.S.A", &["U.S.A"]),
            ("3.5", &["3.5"]),
        ] {
            let found: Vec<Token> = Analyzer::default().all_tokens(text).collect();
            let ranges: Vec<&str> = found.iter().map(|t| &text[t.range.clone()]).collect();
            assert_eq!(ranges, words);
            let positions = found.iter().map(|token| token.position);
            assert!(positions.eq(0..words.len() as u32), "{text}");
        }
    }

    #[test]
    fn no_word_is_taken_for_a_stop_word() {
        for (word, stop) in [("willing", "will"), ("being", "be")] {
            let tokens: Vec<Token> = Analyzer::default()
                .all_tokens(&format!("{word} {stop}"))
                .collect();
            assert!(!tokens[0].stop && tokens[1].stop);
            assert_ne!(tokens[0].term, tokens[1].term);
        }
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
