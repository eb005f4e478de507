//! A query's words as they are looked up: each a choice of ways in which a record may hold it.

use std::ops::Range;

/// The words of a text, and what several of them are together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The words, in order.
    pub units: Vec<Unit>,
    /// What stands for several of them at once, better than they do one by one.
    pub wholes: Vec<Whole>,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The word folded, as completions and corrections look for it.
    pub word: String,
    /// Its term, without accents: what tells it from other words.
    pub term: String,
    /// The ways in which a record may hold it; the first is the word itself.
    pub ways: Vec<Way>,
    /// What is looked for word by word where no record holds it in any way: the n-grams of a
    /// long word in a script without spaces.
    pub rest: Vec<String>,
    /// Whether it is a stop word.
    pub stop: bool,
}

/// Terms one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Each term with how far it stands from the first.
    pub terms: Vec<(String, u32)>,
    /// How many positions they take in all.
    pub width: u32,
    /// How like the word they are.
    pub likeness: Likeness,
}

/// How like a word of the query a way of holding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// As it was typed.
    Same,
    /// Without the accents it was typed with.
    Unaccented,
    /// Without the particle it was typed with.
    Bare,
}

/// Several words of a query as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Which units it stands for.
    pub units: Range<usize>,
    /// The way records hold it.
    pub way: Way,
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
