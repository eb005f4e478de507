//! Search by words: an inverted index and BM25.

mod best;
mod bm25;
mod builder;
mod completions;
mod condition;
mod cursor;
mod dictionary;
mod explain;
mod fulfil;
mod gathered;
mod guess;
mod highlight;
mod holds;
mod index;
mod known;
mod live;
mod packed;
mod part;
mod phrase;
mod postings;
mod pruned;
mod query;
mod reading;
mod scored;
mod search;
mod sequence;
mod slip;
mod statistics;
mod syntax;
#[cfg(test)]
mod tests;
mod title;
mod titles;
mod unfinished;
mod union;
mod varint;
mod ways;
mod words;
#[cfg(test)]
mod written;

pub use bm25::{B, Bm25, K1};
pub use builder::TextIndexBuilder;
pub use condition::{Condition, conditions};
pub use explain::{TermContribution, explain};
pub use highlight::{Marks, Matches};
pub use holds::holding_all;
pub use index::TextIndex;
pub use live::Live;
pub use part::TextPart;
pub use phrase::Phrase;
pub use query::{Alternative, TextQuery, Word};
pub use search::{Count, Match, WordSearch, count, coverage, exhaustive, matching, scores, search};
pub use syntax::{Clause, parse, without_operators};
pub use unfinished::fulfilling;

pub use crate::vocabulary::{Correction, Lookup};
