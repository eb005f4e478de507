//! Filters and the facets they read: one grammar for URL, API and command line.
//!
//! `grammar.rs` reads and writes a condition on a facet, `tree.rs` combines them. Facet values
//! (`value.rs`) are texts (`letters.rs`), numbers (`number.rs`), booleans or dates (`date.rs`).
//! `interval.rs` says which values a condition's text means for a facet's kind, `resolve.rs`
//! which it means in a collection's current state. `column.rs` keeps a facet's values sorted,
//! `walk.rs` iterates over several columns at once, and `index.rs` has the columns of all
//! facets.

mod column;
mod date;
mod grammar;
mod index;
mod interval;
mod letters;
mod number;
mod resolve;
mod tree;
mod value;
mod walk;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;

pub use column::{Column, Wanted};
pub use date::Date;
pub use grammar::{Alternative, Condition, MARKS};
pub use index::{FacetIndex, FacetIndexBuilder};
pub use letters::Text;
pub use number::Number;
pub use resolve::{MAX_ALTERNATIVES, Resolved, no_facet, resolve};
pub use tree::{Filter, MAX_NESTING};
pub use value::FacetValue;
pub use walk::Walk;
