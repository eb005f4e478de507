//! What can go wrong in the engine. A message says what happened, where, and what to do;
//! the server maps the variants to HTTP statuses, the command line prints them.

use std::path::{Path, PathBuf};

use crate::encoder::EncoderError;
use crate::npy::NpyError;
use crate::vocabulary::BadQuery;

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query, or one of its parameters, cannot be answered as asked.
    #[error("{0}")]
    BadQuery(String),
    /// The cluster that has the collection cannot be asked, or its answer cannot be used.
    #[error("the search on the cluster failed: {0}")]
    Cluster(String),
    /// No such collection.
    #[error("there is no collection '{name}'; {}", have(.known))]
    NoCollection {
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A collection is already being encoded again, or given other settings; one is at a time.
    #[error("collection '{0}' is being re-encoded; wait until that is complete")]
    Busy(String),
    /// The collection exists and was not to be replaced.
    #[error("collection '{0}' exists already: replace it, add to it, or choose another name")]
    CollectionExists(String),
    /// A collection on a cluster that this version of Parallax did not write.
    #[error("{0}")]
    Foreign(String),
    /// A collection on a cluster that does not have all its records.
    #[error("{0}")]
    Incomplete(String),
    /// Another collection took this one's place while a write was on its way to it.
    #[error("collection '{0}' was replaced meanwhile; nothing was written; send it again")]
    Replaced(String),
    /// The collection holds no such record.
    #[error("collection '{collection}' contains no record '{id}'")]
    NoRecord {
        /// The collection asked.
        collection: String,
        /// The id asked for.
        id: String,
    },
    /// Others kept changing a record while it was to be changed.
    #[error(
        "record '{id}' of collection '{collection}' is being changed by others all the time; \
         nothing was written; send it again"
    )]
    Contended {
        /// The collection.
        collection: String,
        /// The record's id.
        id: String,
    },
    /// The collection has no map.
    #[error("collection '{collection}' has no map: {reason}")]
    NoMap {
        /// The collection asked.
        collection: String,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// A record of a batch cannot be taken in; nothing of the batch was.
    #[error("record {at} of the batch: {reason}; nothing was written")]
    BadRecord {
        /// Its place in the batch, from 1.
        at: usize,
        /// Why.
        reason: String,
    },
    /// The store could not be written; what was written before is as it was.
    #[error("{reason}; nothing was written")]
    Write {
        /// The store's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no room for what was to be written; what was written before is as it was.
    #[error(
        "{}: the disk is full; nothing was written; make room there and send it again",
        .0.display()
    )]
    Full(PathBuf),
    /// The very last step of a write failed: whether it is kept cannot be told.
    #[error(
        "{}: the disk failed while a write was made durable, which may or may not be kept; \
         send it again",
        .0.display()
    )]
    Doubtful(PathBuf),
    /// A name that cannot be a collection's.
    #[error(
        "'{0}' cannot name a collection: use 1 to 64 letters, digits, '-' or '_', \
         the first a letter or digit"
    )]
    BadName(String),
    /// An import as a whole cannot go on; single bad lines are skipped and reported instead.
    #[error("{}: {message}", .path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// A packed file unpacks to more than is allowed.
    #[error("{}: unpacked, it is larger than {limit} bytes, which is the limit", .path.display())]
    Unpacked {
        /// The file.
        path: PathBuf,
        /// The most bytes that are allowed.
        limit: u64,
    },
    /// Whoever asked for the work no longer wants it.
    #[error("cancelled")]
    Cancelled,
    /// The data folder is open in another process.
    #[error(
        "the data folder {} is in use by another process; stop that one, or give another --data-dir",
        .0.display()
    )]
    InUse(PathBuf),
    /// The collection's vectors were made by another model.
    #[error(
        "collection '{collection}' was encoded by model {theirs}, the current model is {ours}; \
         give that model with --model, or build the collection again with `parallax index --replace`"
    )]
    OtherModel {
        /// The collection.
        collection: String,
        /// Short hash of the model it was built with.
        theirs: String,
        /// Short hash of the current model.
        ours: String,
    },
    /// The model of a collection cannot be used.
    #[error(
        "collection '{collection}' needs the model that encoded it, {hash}: {reason}; put it back \
         there, or encode the collection by another with `parallax reencode {collection} --model DIR`"
    )]
    NoModel {
        /// The collection.
        collection: String,
        /// Short hash of the model.
        hash: String,
        /// What is wrong with the model.
        reason: EncoderError,
    },
    /// The store was written by a version this one cannot read.
    #[error("{}: {message}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What was found and what is understood.
        message: String,
    },
    /// An operation on a file failed.
    #[error("{}: {reason}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// The store failed.
    #[error("{}: {reason}", .path.display())]
    Store {
        /// The store's file.
        path: PathBuf,
        /// The store's reason.
        reason: Box<redb::Error>,
    },
    /// The model or the encoder failed.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// A file of vectors cannot be used.
    #[error("{}: {reason}", .path.display())]
    Npy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: NpyError,
    },
}

impl From<BadQuery> for Error {
    fn from(BadQuery(message): BadQuery) -> Self {
        Self::BadQuery(message)
    }
}

impl Error {
    /// The error for an unknown id.
    pub fn no_record(collection: &str, id: &str) -> Self {
        Self::NoRecord {
            collection: collection.to_owned(),
            id: id.to_owned(),
        }
    }

    /// Puts the file's name before a system error.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |reason| Self::Io { path, reason }
    }

    /// Puts the store's name before one of redb's several errors.
    pub fn store<E: Into<redb::Error>>(path: &Path) -> impl FnOnce(E) -> Self + use<E> {
        let path = path.to_owned();
        move |reason| Self::Store {
            path,
            reason: Box::new(reason.into()),
        }
    }

    /// Whether the reason is that the disk, or the share of it that is allowed, is full.
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let kind = self.system();
        matches!(self, Self::Full(_))
            || matches!(kind, Some(FileTooLarge | QuotaExceeded | StorageFull))
    }

    /// Whether the reason is that this process may not write a file, or anything on its disk.
    pub fn is_denied(&self) -> bool {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self.system(), Some(PermissionDenied | ReadOnlyFilesystem))
    }

    /// The kind of the system's error, if it is one.
    fn system(&self) -> Option<std::io::ErrorKind> {
        match self {
            Self::Io { reason, .. } => Some(reason.kind()),
            Self::Store { reason, .. } => match &**reason {
                redb::Error::Io(reason) => Some(reason.kind()),
                _ => None,
            },
            _ => None,
        }
    }

    /// A store whose inside is damaged, with what to do about it.
    pub fn damaged(path: &Path) -> Self {
        Self::Format {
            path: path.to_owned(),
            message: "the file is damaged; put back a copy of it, or build what it held again \
                      in another data folder"
                .into(),
        }
    }

    /// Puts the file's name before what is wrong with its vectors.
    pub fn npy(path: &Path) -> impl FnOnce(NpyError) -> Self + use<> {
        let path = path.to_owned();
        move |reason| Self::Npy { path, reason }
    }

    /// An import that cannot go on.
    pub fn import(path: impl AsRef<Path>, message: impl Into<String>) -> Self {
        Self::Import {
            path: path.as_ref().to_owned(),
            message: message.into(),
        }
    }
}

/// The end of a "no such" message: what there is instead.
fn have(known: &[String]) -> String {
    if known.is_empty() {
        "there are none yet: make one with `parallax index FILE --collection NAME`".into()
    } else {
        format!("there are: {}", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::*;

    #[test]
    fn what_the_system_refuses_is_told_from_what_is_damaged() {
        let path = Path::new("store.redb");
        for (kind, full, denied) in [
            (ErrorKind::StorageFull, true, false),
            (ErrorKind::PermissionDenied, false, true),
            (ErrorKind::ReadOnlyFilesystem, false, true),
            (ErrorKind::InvalidData, false, false),
        ] {
            let of_store = redb::StorageError::Io(io::Error::from(kind));
            for error in [Error::io(path)(kind.into()), Error::store(path)(of_store)] {
                let told = (error.is_full(), error.is_denied());
                assert_eq!(told, (full, denied), "{error}");
            }
        }
        assert!(!Error::damaged(path).is_denied());
    }
}
