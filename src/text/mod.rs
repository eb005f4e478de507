//! Search by words: an inverted index and BM25.

mod bm25;
mod builder;
mod condition;
mod coverage;
mod dictionary;
mod explain;
mod fulfil;
mod gathered;
mod guess;
mod highlight;
mod holds;
mod index;
mod known;
mod part;
mod phrase;
mod postings;
mod query;
mod reading;
mod search;
mod sequence;
mod slip;
mod syntax;
#[cfg(test)]
mod tests;
mod title;
mod titles;
mod unfinished;
mod varint;
mod ways;
#[cfg(test)]
mod written;

pub use bm25::{B, Bm25, K1};
pub use builder::TextIndexBuilder;
pub use condition::{Condition, conditions};
pub use explain::{TermContribution, explain};
pub use highlight::Matches;
pub use holds::holding_all;
pub use index::TextIndex;
pub use part::TextPart;
pub use phrase::Phrase;
pub use query::{Alternative, Correction, Lookup, TextQuery, Word};
pub use search::{
    Count, Match, Statistics, WordSearch, count, exhaustive, matching, scores, search,
};
pub use syntax::{Clause, parse, without_operators};
pub use unfinished::fulfilling;
