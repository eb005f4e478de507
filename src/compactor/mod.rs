//! Loads a collection's segments at startup, and merges small ones into larger ones.

pub(crate) mod load;
pub(crate) mod merge;
