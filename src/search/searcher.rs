//! A collection in one state, which is what queries are asked of.

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::Analyzer;
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::record::Schema;
use crate::search::counted::facet_of;
use crate::search::remembered::Remembered;
use crate::segment::generation::Generation;
use crate::storage::store::View;

/// A collection in one state: the indexes and the store, unaffected by later writes. Everything
/// that belongs to one answer is read through one searcher, so an answer never contains a deleted
/// record or a gap.
pub struct Searcher<'c> {
    /// The indexes.
    pub(crate) generation: Arc<Generation>,
    /// The store, in the same state.
    pub(crate) view: View<'c>,
    /// The schema that records are read with.
    pub(crate) schema: &'c Schema,
    /// How texts and queries are converted to terms.
    pub(crate) analyzer: &'c Analyzer,
    /// The rankings of recent queries.
    pub(crate) remembered: &'c Remembered,
    /// The encoder for queries.
    pub(crate) encoder: &'c QueryEncoder,
    /// Segments with at least this many records are searched through their graph.
    pub(crate) graph_min_records: u32,
    /// The collection's name.
    pub(crate) name: Arc<String>,
    /// How long it took to get hold of this state.
    pub(crate) waited: Duration,
}

impl Searcher<'_> {
    /// A facet's index in the schema. `what` says what is to be done with it.
    pub(super) fn facet(&self, what: &str, field: &str) -> Result<usize> {
        facet_of(self.schema, what, field)
    }

    /// The error for an unknown id.
    pub(super) fn no_record(&self, id: &str) -> Error {
        Error::no_record(&self.name, id)
    }
}
