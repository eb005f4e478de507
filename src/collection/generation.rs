//! One build of a collection's indexes: immutable, and true of one state of the store.
//!
//! Positions run from 0 in order of record number, the same in every part, so that equal
//! scores stand in order of number wherever they come from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index_file::BuiltFrom;
use super::store::Store;
use crate::error::Result;
use crate::filter::FacetIndex;
use crate::record::RecordId;
use crate::text::{TextIndex, TextIndexBuilder};
use crate::vector::{ExactScan, Graph};

/// The indexes of one state of the store.
pub struct Generation {
    /// The state they were built from.
    pub from: BuiltFrom,
    /// Words, facets and record numbers.
    pub words: Arc<Words>,
    /// The vectors.
    pub scan: Arc<ExactScan>,
    /// The graph over them; absent while it is being built, when the scan answers alone.
    pub graph: Option<Arc<Graph>>,
}

/// What is built by reading every record once.
#[derive(Serialize, Deserialize)]
pub struct Words {
    /// The number of the record at each position, rising.
    pub numbers: Vec<RecordId>,
    /// The inverted index.
    pub text: TextIndex,
    /// Facets.
    pub facets: FacetIndex,
}

impl Words {
    /// Reads every record of a store.
    pub fn build(store: &Store) -> Result<Self> {
        let schema = &store.about().schema;
        let mut numbers = Vec::new();
        let mut text = TextIndexBuilder::default();
        let mut facets = FacetIndex::new(schema);
        store.for_each_record(|number, payload| {
            facets.add(numbers.len() as u32, &payload);
            let texts = schema.word_texts(&payload);
            text.add(texts.iter().map(String::as_str));
            numbers.push(number);
        })?;
        Ok(Self {
            numbers,
            text: text.build(),
            facets,
        })
    }

    /// Where a record stands.
    pub fn position(&self, number: RecordId) -> Option<u32> {
        let at = self.numbers.binary_search(&number).ok()?;
        u32::try_from(at).ok()
    }
}

impl Generation {
    /// How many records it holds.
    pub fn records(&self) -> u32 {
        self.words.numbers.len() as u32
    }

    /// The number of the record at a position.
    pub fn number(&self, position: u32) -> Option<RecordId> {
        self.words.numbers.get(position as usize).copied()
    }

    /// The same with its graph.
    pub fn with_graph(&self, graph: Arc<Graph>) -> Self {
        Self {
            from: self.from.clone(),
            words: Arc::clone(&self.words),
            scan: Arc::clone(&self.scan),
            graph: Some(graph),
        }
    }
}
