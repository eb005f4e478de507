//! The statistics of a whole collection, for an index that contains only some of its records.

use std::collections::HashMap;

/// What scores are based on instead of the index's own counts, so that they equal those in the whole
/// collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Corpus {
    /// N: the number of records.
    pub records: u64,
    /// How many terms they have in all.
    pub terms: u64,
    /// How many of them contain a term. One that is missing here is counted in the index.
    pub holding: HashMap<String, u32>,
}

impl Corpus {
    /// How many records contain a term, as far as that is known.
    pub fn holding(&self, term: &str) -> u32 {
        self.holding.get(term).copied().unwrap_or(0)
    }
}
