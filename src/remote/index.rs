//! What a cluster answers by itself, for [`super::Remote`].

use std::collections::HashMap;
use std::ops::Bound;
use std::path::Path;

use crate::Vector;
use crate::collection::{About, Stored};
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::remote::keys::Keys;
use crate::vocabulary::Mined;

/// What a collection on a cluster is.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// A number that no other collection of this name has or had.
    pub id: u64,
    /// Its schema, model and vectors.
    pub about: About,
    /// How many terms a record had on average when the collection was copied to the cluster; the weights of
    /// terms are computed with it.
    pub average_length: f64,
    /// How many records there were then.
    pub records: u64,
    /// The queries on which the engines disagree; `None` if none had been tried when it was copied.
    pub mined: Option<Mined>,
}

/// A collection to be stored on a cluster.
#[derive(Clone, Copy)]
pub struct Copied<'a> {
    /// A snapshot of it.
    pub snapshot: &'a Path,
    /// The queries on which its engines disagree; `None` if none were tried.
    pub mined: Option<&'a Mined>,
    /// Whether to delete a collection with its name first.
    pub replace: bool,
}

/// A record of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Its [fingerprint](Keys::fingerprint).
    pub fingerprint: u64,
    /// How many terms it has.
    pub length: u32,
    /// The vector of its first passage.
    pub vector: Vector,
}

/// The collections of a cluster.
pub trait Cluster: Send + Sync {
    /// The names of the collections that this version of Parallax wrote, in order.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`], as for the other methods.
    fn names(&self) -> Result<Vec<String>>;

    /// Creates an empty collection.
    ///
    /// # Errors
    /// [`crate::Error::CollectionExists`]; [`crate::Error::Cluster`].
    fn create(&self, name: &str, about: &About) -> Result<()>;

    /// Stores a collection. `progress` is told how many of how many records are stored.
    ///
    /// # Errors
    /// [`crate::Error::CollectionExists`] unless it is to be replaced; [`crate::Error::BadQuery`] for a record that
    /// the cluster cannot hold; [`crate::Error::Cluster`].
    fn upload(
        &self,
        name: &str,
        copied: Copied<'_>,
        encoder: &QueryEncoder,
        progress: &dyn Fn(u64, u64),
    ) -> Result<()>;

    /// Deletes a collection. A missing one is not an error.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    fn drop_collection(&self, name: &str) -> Result<()>;

    /// A collection, as it is now.
    ///
    /// # Errors
    /// [`crate::Error::NoCollection`]; [`crate::Error::Cluster`] if it cannot be searched.
    fn open(&self, name: &str) -> Result<Box<dyn RemoteIndex>>;

    /// Checks that the cluster answers.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    fn check(&self) -> Result<()>;
}

/// The records of a collection on a cluster, with their vectors, their terms as sparse vectors, and the
/// [keys](super::Keys) that they are filtered by. A call waits for the cluster.
pub trait RemoteIndex: Send + Sync {
    /// What the collection is.
    fn described(&self) -> &Described;

    /// For each question, the numbers and scores of the records with the best scores, best first.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`], as for the other methods.
    fn best(&self, questions: &[Question<'_>]) -> Result<Vec<Vec<(u64, f32)>>>;

    /// The records with these numbers, in any order. Those deleted in the meantime are left out.
    ///
    /// # Errors
    /// As above.
    fn candidates(&self, numbers: &[u64], with: With) -> Result<Vec<Candidate>>;

    /// For each question, the records that score well enough, without their fields and vectors, best first.
    ///
    /// # Errors
    /// As above.
    fn reached(&self, reaches: &[Reach<'_>]) -> Result<Vec<Vec<Reached>>>;

    /// The keys of a facet of the records that pass a filter, each with how many of them have it.
    ///
    /// # Errors
    /// As above.
    fn keys(&self, facet: usize, filter: &RemoteFilter) -> Result<Vec<(String, u64)>>;

    /// How many records pass each filter: exactly, which takes time for each of them, or as estimated from the
    /// sizes of indexes.
    ///
    /// # Errors
    /// As above.
    fn counts(&self, filters: &[RemoteFilter], exactly: bool) -> Result<Vec<u64>>;

    /// How many records contain each term or piece. The counts may be estimates.
    ///
    /// # Errors
    /// As above.
    fn frequencies(&self, of: Vocabulary) -> Result<Frequencies>;

    /// The first records that pass a filter, in order of number, from a number on; with their vectors if these
    /// are wanted.
    ///
    /// # Errors
    /// As above.
    fn listed(
        &self,
        filter: &RemoteFilter,
        from: u64,
        limit: usize,
        vectors: bool,
    ) -> Result<Vec<Stored>>;

    /// The records with the smallest fingerprints in rising order, one for each fingerprint.
    ///
    /// # Errors
    /// As above.
    fn sampled(&self, limit: usize) -> Result<Vec<Sampled>>;

    /// The first records in order of their [titles](Keys::title), from a place on, without vectors.
    ///
    /// # Errors
    /// As above.
    fn titled(&self, from: u64, limit: usize) -> Result<Vec<Stored>>;

    /// Whether the nearest records are found by comparing all of them.
    fn scans(&self) -> bool;

    /// Writes records, each in place of the one with the same number. When it returns, the
    /// next query finds them, and if a number of replicas was given, at least half of these have them. Returns the number of the change.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a record that the cluster cannot hold, before anything is written;
    /// [`crate::Error::Cluster`], after which some may be written and others not: write all of them again.
    fn write(&self, records: &[(Stored, Keys)]) -> Result<u64>;

    /// Deletes the records that pass a filter. Returns the number of the change.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`], after which some may be deleted and others not.
    fn delete(&self, filter: &RemoteFilter) -> Result<u64>;
}

/// Which records are the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Question<'a> {
    /// By what they are scored; all are equally good if it is absent.
    pub by: Option<By<'a>>,
    /// Only records that pass it are scored.
    pub filter: &'a RemoteFilter,
    /// The most records wanted.
    pub limit: usize,
}

/// What is read of candidates besides their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct With {
    /// Their vectors.
    pub vectors: bool,
    /// The pieces that their passages consist of.
    pub pieces: bool,
}

/// A record that may be among the hits.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The record.
    pub record: Stored,
    /// The distinct pieces of its text in rising order, if they and the vectors were read and it has only one passage.
    pub pieces: Option<Vec<u32>>,
}

impl From<Stored> for Candidate {
    fn from(record: Stored) -> Self {
        Self {
            record,
            pieces: None,
        }
    }
}

/// Which records score well enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach<'a> {
    /// By what they are scored; if it is absent, all score well enough, and are in order of number.
    pub by: Option<By<'a>>,
    /// The lowest score.
    pub least: f32,
    /// Only records that pass it are scored.
    pub filter: &'a RemoteFilter,
    /// The most records wanted.
    pub limit: usize,
    /// What is read of them.
    pub reads: Reads,
}

/// What is read of a record besides its number and score. Reading anything takes a cluster several times as long
/// as finding the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Nothing.
    Nothing,
    /// Its fingerprint.
    Fingerprint,
    /// The keys of its facets.
    Facets,
}

/// A record that scores well enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Its number.
    pub number: u64,
    /// Its score.
    pub score: f32,
    /// Its [fingerprint](super::Keys::fingerprint); 0 if it was not read.
    pub fingerprint: u64,
    /// For each facet of the schema, its [keys](super::FacetKeys::texts); empty if they were not read.
    pub facets: Vec<Vec<String>>,
}

/// What records are scored by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum By<'a> {
    /// Their passage nearest to a unit vector.
    Meaning(&'a [f32]),
    /// The sum, over their terms, of the weight given here by hash times the weight stored with the record.
    Words(&'a [(u32, f32)]),
}

/// What is counted of that which records consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// Terms, given by their hashes.
    Terms,
    /// Pieces of the model's vocabulary.
    Pieces,
}

/// How many records contain each term or piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequencies {
    /// The counts of the commonest ones.
    pub counts: HashMap<u32, u64>,
    /// Whether no record contains any other.
    pub are_all: bool,
}

impl Vocabulary {
    /// A filter for the records that contain at least one of these.
    pub fn any_of(self, these: Vec<u32>) -> RemoteFilter {
        match self {
            Self::Terms => RemoteFilter::Terms(these),
            Self::Pieces => RemoteFilter::Pieces(these),
        }
    }
}

/// What a record must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoteFilter {
    /// It has one of these numbers.
    Numbers(Vec<u64>),
    /// It has one of these ids, in a collection with a field for ids.
    Ids(Vec<String>),
    /// It contains one of these terms, given by their hashes.
    Terms(Vec<u32>),
    /// It consists of pieces of the model's vocabulary among which is one of these.
    Pieces(Vec<u32>),
    /// A facet, given by its number in the schema, has one of these [keys](super::FacetKeys::texts).
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

    /// A filter for the records that pass both.
    pub fn and(self, other: Self) -> Self {
        if other == Self::NONE {
            return self;
        }
        if self == Self::NONE {
            return other;
        }
        Self::All(vec![self, other])
    }
}
