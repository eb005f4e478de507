//! What can go wrong with a cluster.

use qdrant_client::QdrantError;

/// The result of what is done with a cluster.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done with a cluster.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no cluster at this address, or it does not accept the key.
    #[error(
        "Qdrant at {url} does not answer; give the port of its gRPC interface (6334 by default) and, if it has one, its API key ({why})"
    )]
    Unreachable {
        /// The cluster's address.
        url: String,
        /// What happened.
        why: String,
    },
    /// A request failed, and again if it could be repeated.
    #[error("Qdrant could not {what}: {why}")]
    Request {
        /// What was asked for.
        what: String,
        /// Why it failed.
        why: String,
    },
    /// The cluster does not keep the metadata of collections.
    #[error("Qdrant at {url} keeps no metadata of collections; it must be version 1.16 or newer")]
    NoMetadata {
        /// The cluster's address.
        url: String,
    },
    /// The cluster has no such collection.
    #[error("Qdrant at {url} has no collection '{name}'")]
    NoCollection {
        /// The cluster's address.
        url: String,
        /// The collection.
        name: String,
    },
    /// The cluster has such a collection already.
    #[error("Qdrant at {url} already has a collection '{name}'; to delete that first, replace it")]
    Exists {
        /// The cluster's address.
        url: String,
        /// The collection.
        name: String,
    },
    /// The collection was not written by Parallax, or not by this version.
    #[error("collection '{name}' in Qdrant {why}")]
    NotOurs {
        /// The collection.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not all records of the collection are there.
    #[error(
        "collection '{name}' in Qdrant is incomplete: it is being imported or copied, or that was interrupted; wait \
         until it is complete, or import or copy it again and replace it"
    )]
    Incomplete {
        /// The collection.
        name: String,
    },
    /// A record that Qdrant could not store as it is.
    #[error("record {number} cannot be copied: {why}")]
    Record {
        /// Its number.
        number: u64,
        /// Why.
        why: String,
    },
    /// A point that does not hold what Parallax wrote.
    #[error(
        "point {id} of collection '{name}' cannot be read: it {why}; copy the collection to Qdrant again"
    )]
    Point {
        /// The collection.
        name: String,
        /// The point's id.
        id: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The cluster does not have as many points as were written.
    #[error(
        "Qdrant has {found} points of collection '{name}', and {expected} were expected: it was changed there; copy it again while nothing else writes to it"
    )]
    Count {
        /// The collection.
        name: String,
        /// How many it has.
        found: u64,
        /// How many it should have.
        expected: u64,
    },
    /// What the collection's records were read from or written to failed.
    #[error(transparent)]
    Engine(#[from] parallax::Error),
}

/// What happened, without the details of the protocol.
pub(crate) fn reason(error: &QdrantError) -> String {
    let status = match error {
        QdrantError::ResponseError { status }
        | QdrantError::ResourceExhaustedError { status, .. } => status,
        other => return other.to_string(),
    };
    match status.message() {
        "" => status.code().to_string(),
        message => message.to_owned(),
    }
}
