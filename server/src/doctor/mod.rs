//! `parallax doctor`: looks for what is wrong, and says what to do about it. Nothing is changed.
//!
//! What a running server holds open cannot be read beside it. The server is asked about that, and
//! the rest is read as usual.

mod cluster;
mod collections;
mod exposure;
mod folder;
mod installed;
mod kept;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::Qdrant;
use crate::remote::Remote;
use crate::snapshots;

/// What to do if the data folder, or a file in it, cannot be written.
const UNWRITABLE: &str = "run this as the account that runs `parallax serve`; if it is that one, \
                          make it the owner of the data folder and of all files in it, or mount \
                          their disk for writing";

/// What to look at.
pub struct Subject {
    /// The data folder.
    pub data: PathBuf,
    /// The model's folder.
    pub model: PathBuf,
    /// The address that the service is to listen on.
    pub address: SocketAddr,
    /// Whether there is a key for the service.
    pub keyed: bool,
    /// The files with keys.
    pub key_files: Vec<PathBuf>,
    /// The key to send to a running server.
    pub key: Option<String>,
    /// The cluster, if it has the collections.
    pub cluster: Option<Qdrant>,
    /// Where snapshots are kept.
    pub snapshots: snapshots::Settings,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// The service works, but something deserves attention.
    Warn,
    /// The service does not work, or not safely.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub subject: String,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do, unless it is as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Check {
    fn ok(subject: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            level: Level::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    fn warn(
        subject: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Warn,
            remedy: Some(remedy.into()),
            ..Self::ok(subject, found)
        }
    }

    fn error(
        subject: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Error,
            ..Self::warn(subject, found, remedy)
        }
    }
}

/// Looks at everything.
pub fn examine(subject: &Subject) -> Vec<Check> {
    let server = Remote::holding(&subject.data, subject.key.clone());
    let mut checks = vec![installed::model(&subject.model)];
    checks.extend(folder::checks(&subject.data, server.as_ref()));
    match &subject.cluster {
        Some(cluster) => checks.push(cluster::check(cluster, &subject.model)),
        None => checks.extend(collections::checks(&subject.data, server.as_ref())),
    }
    checks.extend(kept::check(&subject.snapshots.folder(&subject.data)));
    checks.extend(exposure::checks(subject, server.is_some()));
    checks
}

/// A size for people.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// A path for people.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
