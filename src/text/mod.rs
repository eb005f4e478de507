//! Search by words: an inverted index and BM25.

mod bm25;
mod condition;
mod dictionary;
mod explain;
mod guess;
mod highlight;
mod index;
mod postings;
mod query;
mod search;
mod syntax;
#[cfg(test)]
mod tests;
mod unfinished;
mod varint;

pub use bm25::{B, Bm25, K1};
pub use condition::any_holds_all;
pub use explain::{TermContribution, explain};
pub use highlight::Matches;
pub use index::{TextIndex, TextIndexBuilder};
pub use query::{Alternative, Condition, Correction, Lookup, TextQuery, Word, conditions};
pub use search::{Match, TextPart, count, exhaustive, matching, scores, search};
pub use syntax::{Clause, parse, without_operators};
pub use unfinished::fulfilling;
