//! A query's words as they are looked up: each is a choice of ways in which a record may contain
//! it.

use std::ops::Range;

/// The words of a text, and the wholes that several of them form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The words, in order.
    pub units: Vec<Unit>,
    /// Several of the words as one, which matches better than they do one by one.
    pub wholes: Vec<Whole>,
    /// Whether some of the words are not pieces of the text as [`super::Analyzer::each`] reads it:
    /// several parts joined without a mark, words of scripts without spaces, or pictographs.
    pub regrouped: bool,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its byte range in the text.
    pub range: Range<usize>,
    /// The folded word, for completions and corrections.
    pub word: String,
    /// Its term, without accents, which identifies the word.
    pub term: String,
    /// The ways in which a record may contain it; the first is the word itself.
    pub ways: Vec<Way>,
    /// What is looked up term by term if no record contains the word in any way: the n-grams of
    /// a long word in a script without spaces.
    pub rest: Vec<String>,
    /// Whether it is a stop word.
    pub stop: bool,
}

/// Terms in sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Each term with its offset from the first.
    pub terms: Vec<(String, u32)>,
    /// How many positions they cover in all.
    pub width: u32,
    /// How similar they are to the word.
    pub likeness: Likeness,
}

/// How similar a way is to the word of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// As typed.
    Same,
    /// Without the accents it was typed with.
    Unaccented,
    /// Without the particle it was typed with.
    Bare,
}

/// Several words of a query as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The units it stands for.
    pub units: Range<usize>,
    /// How records contain it.
    pub way: Way,
    /// Whether it is a run of a script without spaces.
    pub is_run: bool,
}

impl Way {
    /// A single term.
    pub(super) fn term(term: String, likeness: Likeness) -> Self {
        Self {
            terms: vec![(term, 0)],
            width: 1,
            likeness,
        }
    }
}
