//! Filters and the facets they read: one grammar for URL, API and command line.
//!
//! `grammar.rs` reads and writes a filter, `value.rs` is what a facet holds, `interval.rs`
//! says which values a filter's text means for a facet's kind, and `index.rs` knows which
//! records have them.

mod grammar;
mod index;
mod interval;
mod value;

#[cfg(test)]
mod tests;

pub use grammar::{Alternative, Filter, MARKS};
pub use index::{FacetIndex, MAX_ALTERNATIVES};
pub use value::{Date, FacetValue, Number};
