//! What to do with an uploaded file.

use parallax::vocabulary::{FieldRoles, Task, TaskState};
use serde::{Deserialize, Serialize};

/// What to do with an uploaded file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The collection to create, or to add to if it exists.
    pub collection: String,
    /// The original name of the file.
    pub file: String,
    /// The role of each field; all `None` if it is inferred from the file.
    pub fields: FieldRoles,
    /// Whether to add to an existing collection rather than create one.
    pub adds: bool,
    /// Whether a new collection may replace an existing one.
    pub replace: bool,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
    /// The name of the upload, if it has one: that which the client gave to it, or its id.
    #[serde(default)]
    pub upload: Option<String>,
    /// How many bytes the file has, if that was declared.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// The SHA-256 of the file, if that was declared, in lower-case hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Whether the file is sent in one request. Nothing is kept of it if that breaks off.
    #[serde(default)]
    pub at_once: bool,
}

impl Plan {
    /// The task of this plan when it is created.
    pub fn task(&self, id: u64) -> Task {
        Task {
            id,
            collection: self.collection.clone(),
            file: self.file.clone(),
            state: TaskState::Receiving,
            done: 0,
            of: None,
            records: 0,
            skipped: 0,
            listed: Vec::new(),
            partly_read: 0,
            notes: Vec::new(),
            rate: 0.0,
            seconds_left: None,
            message: None,
            upload: self.upload.clone(),
            received: 0,
            bytes: self.bytes,
        }
    }

    /// Whether two plans do the same with the same file. Whether that adds to a collection does not
    /// count: the first of them may have created it.
    pub fn is_same(&self, other: &Self) -> bool {
        let same_size = match (self.bytes, other.bytes) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        let order = |plan: &Self| {
            let Self {
                collection,
                file,
                fields,
                replace,
                passages,
                sha256,
                at_once,
                ..
            } = plan.clone();
            (collection, file, fields, replace, passages, sha256, at_once)
        };
        same_size && order(self) == order(other)
    }
}
