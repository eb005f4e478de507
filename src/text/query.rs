//! What a query asks of the indexes: which terms score, which records are excluded, and which
//! words were guessed.

use std::sync::Arc;

use super::Correction;
use super::bm25::Parameters;
use super::condition::Condition;
use super::cursor::Cursor;
use super::held::Held;
use super::part::TextPart;
use super::phrase::Phrase;
use super::postings::Postings;

/// A query as the indexes understand it, looked up in some parts and valid only for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextQuery {
    /// The words that score, in the order typed.
    pub words: Vec<Word>,
    /// What every record must satisfy.
    pub conditions: Vec<Condition>,
    /// If there are any, every record must meet one of these: the ways in which a field's
    /// unfinished last word may go on.
    pub unfinished: Vec<Condition>,
    /// Words that no record contains, and what was looked up instead.
    pub corrections: Vec<Correction>,
    /// The parameters of its scores.
    pub parameters: Parameters,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As typed.
    pub text: String,
    /// How often it was typed.
    pub repeats: u32,
    /// Whether it is the whole query, for records with that title.
    pub is_title: bool,
    /// What stands for it in records; the best score counts. Empty if no record contains it.
    pub terms: Vec<Alternative>,
}

/// What stands for a word: a term, or several in sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The term, or the first of several.
    pub term: String,
    /// The terms in sequence, if there are several.
    pub phrase: Option<Arc<Phrase>>,
    /// Its weight: 1 for the word itself, less for what is only similar.
    pub boost: f64,
    /// Whether it is a guess at what was meant: a completion or a correction.
    pub guessed: bool,
    /// Where the term is held, by index of part, if it has been looked up. There may be fewer than
    /// parts; those without are not held.
    pub(super) held: Option<Vec<Held>>,
}

impl Alternative {
    /// A term as typed.
    pub fn typed(term: String, boost: f64) -> Self {
        Self {
            term,
            phrase: None,
            boost,
            guessed: false,
            held: None,
        }
    }

    /// A term that may have been meant.
    pub fn guess(term: String, boost: f64) -> Self {
        Self {
            guessed: true,
            ..Self::typed(term, boost)
        }
    }

    /// The records of a part that contain it. `at` is the index of the part among those in which
    /// the query was looked up; phrases need it.
    pub(super) fn cursor<'a>(&'a self, part: &TextPart<'a>, at: usize) -> Option<Cursor<'a>> {
        match &self.phrase {
            Some(phrase) => phrase.cursor(at),
            None => part.cursor(&self.term),
        }
    }

    /// How many live records contain it, by the statistics of a part, and the postings of the part that it
    /// is in and its number there, if any record of the part contains it.
    pub(super) fn postings<'a>(
        &'a self,
        part: &TextPart<'a>,
        at: usize,
    ) -> Option<(u32, Option<(&'a Postings, u32)>)> {
        if let Some(phrase) = &self.phrase {
            let (postings, live) = phrase.postings(at)?;
            return Some((live, Some((postings, 0))));
        }
        let held = match &self.held {
            Some(held) => *held.get(at)?,
            None => Held::of(part, &self.term)?,
        };
        let postings = held.number.map(|number| (part.index.postings(), number));
        Some((held.live, postings))
    }

    /// The term or terms, for display.
    pub fn spelled(&self) -> String {
        match &self.phrase {
            Some(phrase) => phrase.text(),
            None => self.term.clone(),
        }
    }
}

impl TextQuery {
    /// The terms that score; of a sequence, the first.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.ways().map(|way| way.term.as_str())
    }

    /// Everything that scores: all alternatives of all words.
    pub fn ways(&self) -> impl Iterator<Item = &Alternative> {
        self.words.iter().flat_map(|word| &word.terms)
    }
}
