//! What a cluster answers by itself, for [`super::Remote`].

use std::ops::Bound;

use crate::Vector;
use crate::collection::{About, Stored};
use crate::error::Result;

/// What a collection on a cluster is.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its schema, model and vectors.
    pub about: About,
    /// How many terms a record has on average, as the weights of its terms were computed with.
    pub average_length: f64,
}

/// The records of a collection on a cluster, with their vectors, their terms as sparse vectors, and the
/// [keys](super::Keys) that they are filtered by. A call waits for the cluster.
pub trait RemoteIndex: Send + Sync {
    /// What the collection is.
    fn described(&self) -> &Described;

    /// For each question, the records with the best scores, best first.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`], as for the other methods.
    fn best(&self, questions: &[Question<'_>]) -> Result<Vec<Vec<Stored>>>;

    /// How many records pass each filter.
    ///
    /// # Errors
    /// As above.
    fn counts(&self, filters: &[RemoteFilter]) -> Result<Vec<u64>>;

    /// The first records that pass a filter, in order of number.
    ///
    /// # Errors
    /// As above.
    fn listed(&self, filter: &RemoteFilter, limit: usize) -> Result<Vec<Stored>>;

    /// The smallest fingerprints of the records in rising order, each once, with the vector of the first
    /// passage of a record that has it.
    ///
    /// # Errors
    /// As above.
    fn sampled(&self, limit: usize) -> Result<Vec<(u64, Vector)>>;

    /// Whether the nearest records are found by comparing all of them.
    fn scans(&self) -> bool;
}

/// Which records are the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Question<'a> {
    /// By what they are scored.
    pub by: By<'a>,
    /// Only records that pass it are scored.
    pub filter: &'a RemoteFilter,
    /// The most records wanted.
    pub limit: usize,
}

/// What records are scored by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum By<'a> {
    /// Their passage nearest to a unit vector.
    Meaning(&'a [f32]),
    /// The sum over their terms of the weight here, by hash, times the one there.
    Words(&'a [(u32, f32)]),
}

/// What a record must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoteFilter {
    /// It contains one of these terms, given by their hashes.
    Terms(Vec<u32>),
    /// It consists of pieces of the model's vocabulary among which is this one.
    Piece(u32),
    /// A facet, given by its number in the schema, has one of these [keys](super::Keys).
    Keys(usize, Vec<String>),
    /// A facet has a number between these bounds.
    Between(usize, Bound<f64>, Bound<f64>),
    /// All of these. Every record satisfies none.
    All(Vec<RemoteFilter>),
    /// At least one of these. No record satisfies none.
    Any(Vec<RemoteFilter>),
    /// Not this.
    Not(Box<RemoteFilter>),
}

impl RemoteFilter {
    /// What every record satisfies.
    pub const NONE: Self = Self::All(Vec::new());
}
