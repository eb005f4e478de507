//! Filters and the facets they read: one grammar for URL, API and command line.
//!
//! Conditions and their combinations are in [`crate::vocabulary`], facet values in
//! [`crate::value`]. `interval.rs` says which values a condition's text means for a facet's kind,
//! `resolve.rs` which it means in a collection's current state. `column.rs` keeps a facet's values
//! sorted, `walk.rs` iterates over several columns at once, and `index.rs` has the columns of all
//! facets.

mod column;
mod index;
mod interval;
mod resolve;
mod walk;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;

pub use column::{Column, Wanted};
pub use index::{FacetIndex, FacetIndexBuilder};
pub use resolve::{MAX_ALTERNATIVES, Resolved, no_facet, resolve};
pub use walk::Walk;

pub use crate::value::{Date, FacetValue, Number, Text};
pub use crate::vocabulary::{Alternative, Condition, Filter, MARKS, MAX_NESTING};
