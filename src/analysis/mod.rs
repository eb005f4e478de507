//! From text to terms: which words count as the same.
//!
//! A text is read in one pass ([`Analyzer::each`]): compound words and their parts, n-grams of
//! scripts without spaces, pictographs. Words are folded and stemmed in the collection's
//! language. A query is read by the same rules ([`Analyzer::query`]), but each of its words is a
//! choice of ways in which records may contain it.
//!
//! Every piece keeps its byte range, so that highlighting can mark what matched. Nothing here
//! knows about postings or scores.

mod apostrophe;
mod asked;
mod detect;
mod devanagari;
mod fold;
mod language;
mod letters;
mod part;
mod particles;
mod parts;
mod pieces;
mod related;
mod runs;
mod scan;
mod segment;
mod stop_words;
#[cfg(test)]
mod tests;
mod unit;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use snowball_stemmers_rs::{Algorithm, Stemmer};

pub use asked::apart;
pub use detect::detect;
pub use fold::fold;
pub use language::Language;
pub use letters::is_blank;
pub use pieces::{Kind, Piece};
pub use unit::{Asked, Likeness, Unit, Way, Whole};

use letters::Script;

/// Turns the texts of one collection into terms: records, queries and highlights alike. Cheap to
/// create and copy.
#[derive(Clone, Copy)]
pub struct Analyzer {
    language: Language,
    /// The script of the language, and its stemmer, if there is one.
    script: Script,
    stemmer: Option<Algorithm>,
    /// The stemmer for Latin words: English if the language has another script.
    latin: Option<Algorithm>,
    /// The stop words of the language, and those for Latin words if that is another language.
    stop_words: &'static HashSet<String>,
    latin_stop_words: Option<&'static HashSet<String>>,
    /// The length of the longest stop word in bytes: most words are longer, and need not be looked
    /// up among them.
    longest_stop_word: usize,
}

impl Analyzer {
    /// The analyzer for a language.
    pub fn new(language: Language) -> Self {
        let latin = match language.script() {
            Script::Latin => language,
            _ => Language::English,
        };
        let stop_words = stop_words::stop_words(language);
        let latin_stop_words = (latin != language).then(|| stop_words::stop_words(latin));
        let all = stop_words
            .iter()
            .chain(latin_stop_words.into_iter().flatten());
        Self {
            language,
            script: language.script(),
            stemmer: language.stemmer(),
            latin: latin.stemmer(),
            stop_words,
            latin_stop_words,
            longest_stop_word: all.map(String::len).max().unwrap_or(0),
        }
    }

    /// The language it analyses.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The term of a folded word: its stem. A word whose stem would be a stop word is its own
    /// term: otherwise "willing" would match every record with "will".
    pub fn term<'w>(&self, word: &'w str) -> Cow<'w, str> {
        let Some(stemmer) = self.stemmer_of(word).filter(|_| !self.is_stop_word(word)) else {
            return Cow::Borrowed(word);
        };
        // Ta marbuta was folded to ha, which the stemmer would not strip.
        let feminine = word
            .strip_suffix('\u{647}')
            .filter(|_| stemmer == Algorithm::Arabic);
        let stem = match feminine {
            Some(before) => {
                let written = format!("{before}\u{629}");
                Cow::Owned(Stemmer::create(stemmer).stem(&written).into_owned())
            }
            None => Stemmer::create(stemmer).stem(word),
        };
        if stem.is_empty() || self.is_stop_word(&stem) {
            return Cow::Borrowed(word);
        }
        stem
    }

    /// Whether the term of a folded word certainly begins with the same letter. Some stemmers
    /// remove prefixes; the English one removes only apostrophes before the first letter.
    pub fn keeps_initial(&self, word: &str) -> bool {
        word.is_ascii() && word.starts_with(char::is_alphanumeric) && self.keeps_beginnings()
    }

    /// Whether the terms of all ASCII words that begin with a letter or a digit begin with the same
    /// two characters, if they have as many; but a second y may become an i, as in `dying`.
    pub fn keeps_beginnings(&self) -> bool {
        matches!(self.latin, None | Some(Algorithm::English))
    }

    /// Whether a folded word is a stop word, which means nothing by itself.
    pub fn is_stop_word(&self, word: &str) -> bool {
        if word.len() > self.longest_stop_word {
            return false;
        }
        let latin = self.latin_stop_words;
        self.stop_words.contains(word) || latin.is_some_and(|words| words.contains(word))
    }

    /// The stop words.
    pub fn stop_words(&self) -> impl Iterator<Item = &'static str> + use<> {
        let words = self
            .stop_words
            .iter()
            .chain(self.latin_stop_words.into_iter().flatten());
        words.map(String::as_str)
    }

    fn stemmer_of(&self, word: &str) -> Option<Algorithm> {
        if word.is_ascii() {
            return self.latin;
        }
        match Script::of(word.chars().next()?) {
            Script::Latin => self.latin,
            script if script == self.script => self.stemmer,
            _ => None,
        }
    }

    /// The term for the end of the whole of a compound word; the whole's own term marks its
    /// start.
    pub fn tail(&self, term: &str) -> String {
        format!("\u{1}{term}")
    }

    /// The words of a text in order, with the parts of compound words, but without stop words
    /// and the pieces that only queries look up.
    pub fn tokens(&self, text: &str) -> impl Iterator<Item = Token> + use<> {
        let mut tokens = Vec::new();
        self.each(text, |piece| {
            if matches!(piece.kind, Kind::Word | Kind::Gram) && !self.is_stop_word(piece.word) {
                tokens.push(Token {
                    term: self.term(piece.word).into_owned(),
                    word: piece.word.to_owned(),
                    range: piece.range.clone(),
                    position: piece.position,
                });
            }
        });
        tokens.into_iter()
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(Language::default())
    }
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Analyzer").field(&self.language).finish()
    }
}

/// A term and the place of its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The stem, as in the index.
    pub term: String,
    /// The folded word, before stemming.
    pub word: String,
    /// The word's byte range in the text.
    pub range: Range<usize>,
    /// The word's number in the text, from 0, counting stop words.
    pub position: u32,
}
