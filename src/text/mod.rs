//! Search by words: an inverted index and BM25.
//!
//! A [`TextIndex`] is the index of one segment. A [`TextQuery`] is a query whose words were looked up
//! in all segments, and [`WordSearch`] scores it: it is created once per query and gives the best
//! records, the scores of given records, and the records that match.

mod beginnings;
mod best;
mod bm25;
mod builder;
mod completions;
mod condition;
mod containing;
mod corpus;
mod cursor;
mod dictionary;
mod explain;
mod fulfil;
mod gathered;
mod guess;
mod held;
mod highlight;
mod holds;
mod index;
mod known;
mod likely;
mod list;
mod listed;
mod live;
mod matched;
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
mod spellings;
mod statistics;
mod syntax;
#[cfg(test)]
pub(crate) mod tests;
mod title;
mod titles;
mod unfinished;
mod union;
mod varint;
mod watched;
mod ways;
mod window;
mod words;
#[cfg(test)]
mod written;

pub use beginnings::spelled;
pub use bm25::{B, Bm25, K1, Parameters};
pub use builder::TextIndexBuilder;
pub use condition::{Condition, Step, conditions};
pub use corpus::Corpus;
pub use explain::{MissingTerm, TermContribution};
pub(crate) use guess::{GUESS, may_mean};
pub use highlight::{Marks, Matches};
pub use index::TextIndex;
pub use live::Live;
pub use matched::Match;
pub use part::TextPart;
pub use phrase::Phrase;
pub use postings::BLOCK;
pub use query::{Alternative, TextQuery, Word};
pub(crate) use reading::MAX_CORRECTABLE;
pub use search::{Count, WordSearch, count, exhaustive, search};
pub use spellings::each_spelled;
pub use syntax::{Clause, parse, without_operators};
pub use unfinished::fulfilling;
pub use watched::{ListRead, Watched};
pub(crate) use ways::{ALIKE, FEW};

pub use crate::vocabulary::{Correction, Lookup};
