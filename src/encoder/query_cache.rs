//! A cache of query vectors: queries are often repeated, and encoding one takes as long as
//! answering it.
//!
//! Different queries that wait at the same time are not encoded together: a run of 16 tokens takes
//! twice as long as one of 8, so they would gain nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use super::{Encoder, EncoderError};

/// How many query vectors are kept. One of 384 components takes 1.5 KB plus its text.
const KEPT: usize = 4_096;

/// An encoder with a cache of recent queries.
pub struct QueryEncoder {
    encoder: Arc<Encoder>,
    /// The width of given vectors, if the encoder did not make the vectors that are searched.
    given: Option<usize>,
    cache: Cache<String, Arc<[f32]>>,
    /// Whether the model can read them, which takes as long to find out as to tokenize them.
    readable: Cache<String, bool>,
    /// Their pieces, which takes as long again.
    pieces: Cache<String, Arc<[u32]>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// How often the vector of a query was in the cache, and how often it was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// How often it was.
    pub hits: u64,
    /// How often it was not.
    pub misses: u64,
}

impl QueryEncoder {
    /// Creates an encoder with an empty cache.
    pub fn new(encoder: Encoder) -> Self {
        Self::of(Arc::new(encoder), None)
    }

    /// For a collection whose vectors, of this width, were made by no known model. It can read no
    /// query, so texts are searched by their words; the encoder only knows which words there are.
    pub fn for_given_vectors(&self, dimension: usize) -> Self {
        Self::of(Arc::clone(&self.encoder), Some(dimension))
    }

    fn of(encoder: Arc<Encoder>, given: Option<usize>) -> Self {
        Self {
            encoder,
            given,
            cache: Cache::new(KEPT),
            readable: Cache::new(KEPT),
            pieces: Cache::new(KEPT),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The vector of a query. If several threads ask for the same new query, only one of them
    /// encodes it.
    ///
    /// # Errors
    /// As for [`Encoder::encode_query`]; [`EncoderError::Given`] without a model.
    pub fn encode(&self, query: &str) -> Result<Arc<[f32]>, EncoderError> {
        if !self.has_model() {
            return Err(EncoderError::Given);
        }
        let mut missed = false;
        let found = self.cache.get_or_insert_with(query, || {
            missed = true;
            self.encoder.encode_query(query).map(Arc::from)
        });
        let count = if missed { &self.misses } else { &self.hits };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// How often the cache was of use since the start.
    pub fn counts(&self) -> CacheCounts {
        CacheCounts {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }

    /// Whether the vector of a query is in the cache.
    pub fn remembers(&self, query: &str) -> bool {
        self.cache.contains_key(query)
    }

    /// Whether the model made the vectors that are searched.
    pub fn has_model(&self) -> bool {
        self.given.is_none()
    }

    /// The width of the vectors that are searched.
    pub fn dimension(&self) -> usize {
        self.given.unwrap_or_else(|| self.encoder.dimension())
    }

    /// Whether the model can read any of a query: see [`Encoder::reads`]. Without a model, none.
    ///
    /// # Errors
    /// As for [`Encoder::reads`].
    pub fn reads(&self, query: &str) -> Result<bool, EncoderError> {
        if !self.has_model() {
            return Ok(false);
        }
        self.readable
            .get_or_insert_with(query, || self.encoder.reads(query))
    }

    /// The ids of the pieces of a query: see [`Encoder::pieces`].
    ///
    /// # Errors
    /// As for [`Encoder::pieces`].
    pub fn query_pieces(&self, query: &str) -> Result<Arc<[u32]>, EncoderError> {
        self.pieces
            .get_or_insert_with(query, || self.encoder.pieces(query).map(Arc::from))
    }

    /// The encoder itself, for texts that should not be cached.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The model's hash; empty without a model.
    pub fn model_hash(&self) -> &str {
        match self.given {
            Some(_) => "",
            None => self.encoder.model_hash(),
        }
    }
}
