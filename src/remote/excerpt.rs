//! Some records of a collection, in memory, on which a query is answered by the same stages as on a whole
//! one. Their scores are those that they have in the whole collection, because its statistics are given.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::index::Candidate;
use super::keys::{given, parsed};
use crate::analysis::Analyzer;
use crate::collection::{About, Generation, Segment, State, Store};
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::record::Payload;
use crate::search::{Remembered, Searcher};
use crate::segment::Given;
use crate::segment::generation::Whole;
use crate::segment::pieces::Tokenize;
use crate::segment::unrelated::Sample;

/// Records of a collection, with their indexes.
pub struct Excerpt {
    store: Store,
    generation: Arc<Generation>,
    /// Nothing is remembered, because the next query has another excerpt.
    remembered: Remembered,
}

impl Excerpt {
    /// The excerpt with these records, in any order and some perhaps more than once. If `only` is given, no other terms
    /// are indexed.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`] if a record cannot be read.
    pub fn of(
        about: &About,
        tokenize: &dyn Tokenize,
        only: Option<HashSet<String>>,
        mut candidates: Vec<Candidate>,
        whole: Arc<Whole>,
        sample: Arc<Sample>,
    ) -> Result<Self> {
        candidates.sort_unstable_by_key(|candidate| candidate.record.number);
        candidates.dedup_by_key(|candidate| candidate.record.number);
        let payloads = candidates.iter().map(|candidate| parsed(&candidate.record));
        let payloads: Vec<Payload> = payloads.collect::<Result<_>>()?;
        let records = candidates
            .iter()
            .zip(&payloads)
            .map(|(candidate, payload)| Given {
                pieces: candidate.pieces.as_deref(),
                ..given((&candidate.record, payload))
            });
        let segment = Segment::of_some(&about.schema, tokenize, about.dimension, only, records);
        let last = candidates.last();
        let state = State {
            sequence: candidates.len() as u64,
            next: last.map_or(0, |last| last.record.number + 1),
        };
        let ids = payloads
            .iter()
            .map(|payload| about.schema.source_id(payload));
        let ids: Vec<Option<String>> = ids.collect();
        let rows = candidates.into_iter();
        let rows: Vec<_> = rows.map(|candidate| candidate.record.into_row()).collect();
        let store = Store::in_memory(about.clone(), &rows, &ids, state)?;
        let generation = Generation::excerpt(state, segment, whole, sample);
        Ok(Self {
            store,
            generation: Arc::new(generation),
            remembered: Remembered::default(),
        })
    }

    /// The cosine from which a record is near enough to be an answer; `None` if nothing is judged.
    pub fn line(&self) -> Option<f32> {
        let unrelated = self.generation.unrelated();
        unrelated.map(|unrelated| unrelated.line())
    }

    /// Answers something on it, as if it were the whole collection.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn searching<T>(
        &self,
        (name, analyzer, encoder): (&Arc<String>, &Analyzer, &QueryEncoder),
        work: impl FnOnce(&Searcher<'_>) -> Result<T>,
    ) -> Result<T> {
        work(&Searcher {
            generation: Arc::clone(&self.generation),
            view: self.store.read()?,
            schema: &self.store.about().schema,
            analyzer,
            remembered: &self.remembered,
            encoder,
            graph_min_records: u32::MAX,
            name: Arc::clone(name),
            waited: Duration::ZERO,
        })
    }
}
