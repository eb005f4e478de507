//! Search by words: analysis, an inverted index and BM25.

mod analysis;
mod bm25;
mod highlight;
mod index;
mod search;

pub use analysis::{Token, query_terms, tokens};
pub use bm25::Bm25;
pub use highlight::highlight;
pub use index::{Posting, TextIndex, TextIndexBuilder};
pub use search::{Match, Matches, TextPart, matching, search};
