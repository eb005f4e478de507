//! Query vectors, kept: people repeat themselves, and a query costs more to encode than to
//! answer.

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::{Encoder, EncoderError};
use crate::Vector;

/// How many query vectors are kept; each takes 1.5 KB and its text.
const KEPT: usize = 4_096;

/// An encoder that remembers the vectors of recent queries.
pub struct QueryEncoder {
    encoder: Encoder,
    cache: Cache<String, Arc<Vector>>,
}

impl QueryEncoder {
    /// An encoder with nothing remembered yet.
    pub fn new(encoder: Encoder) -> Self {
        Self {
            encoder,
            cache: Cache::new(KEPT),
        }
    }

    /// The vector of a query. Of several threads asking for the same new query, one encodes.
    ///
    /// # Errors
    /// Those of [`Encoder::encode`].
    pub fn encode(&self, query: &str) -> Result<Arc<Vector>, EncoderError> {
        self.cache
            .get_or_insert_with(query, || self.encoder.encode(query).map(Arc::new))
    }

    /// The encoder itself, for texts that will not come again.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Hash of the model.
    pub fn model_hash(&self) -> &str {
        self.encoder.model_hash()
    }
}
