//! What a query is asked of, wherever the records are.

use crate::collection::Collection;
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::query::{Answer, Query};
use crate::record::Schema;
use crate::remote::Remote;

/// A collection that queries are asked of: one in a folder, or one on a cluster.
pub trait Backend: Send + Sync {
    /// The schema its records are read with.
    fn schema(&self) -> &Schema;

    /// The encoder for its queries.
    fn encoder(&self) -> &QueryEncoder;

    /// Answers a query.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a query that cannot be answered as asked; any error of the encoder or of
    /// what holds the records.
    fn search(&self, query: &Query) -> Result<Answer>;
}

impl Backend for Collection {
    fn schema(&self) -> &Schema {
        self.schema()
    }

    fn encoder(&self) -> &QueryEncoder {
        self.encoder()
    }

    fn search(&self, query: &Query) -> Result<Answer> {
        self.search(query)
    }
}

impl Backend for Remote {
    fn schema(&self) -> &Schema {
        self.schema()
    }

    fn encoder(&self) -> &QueryEncoder {
        self.encoder()
    }

    fn search(&self, query: &Query) -> Result<Answer> {
        self.search(query)
    }
}
