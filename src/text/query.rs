//! What a query asks of the indexes: which terms score, which records are left out, and
//! which words it had to guess.

use std::ops::Range;
use std::sync::Arc;

use super::condition::Condition;
use super::phrase::Phrase;
use super::postings::Cursor;
use super::search::TextPart;

/// A query as the indexes understand it, looked up in some parts and good for them alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    /// The words that score, in the order typed.
    pub words: Vec<Word>,
    /// What every record must fulfil.
    pub conditions: Vec<Condition>,
    /// What every record must fulfil one of, where there are any: the ways in which a field's
    /// unfinished last word may go on.
    pub unfinished: Vec<Condition>,
    /// Words that no record holds, and what was looked for instead.
    pub corrections: Vec<Correction>,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As it was typed.
    pub text: String,
    /// How often it was.
    pub repeats: u32,
    /// Whether it is the whole query, for the records that have it for a title.
    pub is_title: bool,
    /// What stands for it in records; what scores most counts. None where no record holds it.
    pub terms: Vec<Alternative>,
}

/// What stands for a word: a term, or several one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The term, or the first of several.
    pub term: String,
    /// The terms one after another, where there are several.
    pub phrase: Option<Arc<Phrase>>,
    /// What it weighs: 1 for the word itself, less for what is only like it.
    pub boost: f64,
    /// Whether it is a guess at what was meant: a completion or a correction.
    pub guessed: bool,
}

impl Alternative {
    /// A term as it was typed.
    pub fn typed(term: String, boost: f64) -> Self {
        Self {
            term,
            phrase: None,
            boost,
            guessed: false,
        }
    }

    /// A term that may have been meant.
    pub fn guess(term: String, boost: f64) -> Self {
        Self {
            guessed: true,
            ..Self::typed(term, boost)
        }
    }

    /// The records of a part that hold it; the part's place among those the query was looked
    /// up in says where a phrase has been found.
    pub(super) fn cursor<'a>(&'a self, part: &TextPart<'a>, at: usize) -> Option<Cursor<'a>> {
        match &self.phrase {
            Some(phrase) => phrase.cursor(at),
            None => part.cursor(&self.term),
        }
    }

    /// The term or terms, as they are shown.
    pub(super) fn text(&self) -> String {
        match &self.phrase {
            Some(phrase) => phrase.text(),
            None => self.term.clone(),
        }
    }
}

/// A word that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The word as typed.
    pub word: String,
    /// Where in the query.
    pub range: Range<usize>,
    /// What was looked for instead.
    pub instead: String,
}

/// How words are looked up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup {
    /// Whether the last word may be the beginning of one.
    pub prefix: bool,
    /// Whether misspelt words that no record holds are replaced by the one that was likely
    /// meant. Where only meaning is asked, none is.
    pub correct: bool,
}

impl TextQuery {
    /// The terms that score; of several one after another the first.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.ways().map(|way| way.term.as_str())
    }

    /// What scores: all that stands for any of the words.
    pub fn ways(&self) -> impl Iterator<Item = &Alternative> {
        self.words.iter().flat_map(|word| &word.terms)
    }
}
