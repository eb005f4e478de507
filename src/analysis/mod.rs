//! From text to terms: what counts as the same word.
//!
//! A text is read in one pass ([`Analyzer::each`]): glued words and their parts, runs of
//! scripts without spaces in n-grams, pictures. Words are folded and get the stems of the
//! collection's language. A query is read by the same rules ([`Analyzer::query`]), but a word
//! of it is a choice of ways in which records may hold it.
//!
//! Every piece keeps the bytes it came from, so that highlighting marks what matched. Nothing
//! here knows of postings or of scores.

mod apostrophe;
mod asked;
mod detect;
mod devanagari;
mod fold;
mod language;
mod letters;
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

pub use detect::detect;
pub use fold::fold;
pub use language::Language;
pub use letters::is_blank;
pub use pieces::{Kind, Piece};
pub use unit::{Asked, Likeness, Unit, Way, Whole};

use letters::Script;

/// Turns the texts of one collection into terms: records, queries and highlights alike. Cheap
/// to make and to copy.
#[derive(Clone, Copy)]
pub struct Analyzer {
    language: Language,
    /// The script of the language, and its stemmer, where there is one.
    script: Script,
    stemmer: Option<Algorithm>,
    /// The stemmer for Latin words, which is English where the language has another script.
    latin: Option<Algorithm>,
    /// The stop words of the language, and those of Latin words where that is another.
    stop_words: &'static HashSet<String>,
    latin_stop_words: Option<&'static HashSet<String>>,
}

impl Analyzer {
    /// The analyzer of a language.
    pub fn new(language: Language) -> Self {
        let latin = match language.script() {
            Script::Latin => language,
            _ => Language::English,
        };
        Self {
            language,
            script: language.script(),
            stemmer: language.stemmer(),
            latin: latin.stemmer(),
            stop_words: stop_words::stop_words(language),
            latin_stop_words: (latin != language).then(|| stop_words::stop_words(latin)),
        }
    }

    /// The language it reads.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The term of a folded word: its stem. A word that would get the stem of a stop word is
    /// its own term: "willing" would be in every record that has a "will".
    pub fn term<'w>(&self, word: &'w str) -> Cow<'w, str> {
        let Some(stemmer) = self.stemmer_of(word).filter(|_| !self.is_stop_word(word)) else {
            return Cow::Borrowed(word);
        };
        // Ta marbuta was folded to ha, which the stemmer would leave where it is.
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

    /// Whether a folded word is a stop word, which says nothing by itself.
    pub fn is_stop_word(&self, word: &str) -> bool {
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

    /// The term for where a whole of a glued word ends, whose own term says where it starts.
    pub fn tail(&self, term: &str) -> String {
        format!("\u{1}{term}")
    }

    /// The words of a text one by one, without stop words, the parts of a glued word among
    /// them, and without what only a query asks for.
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
}
