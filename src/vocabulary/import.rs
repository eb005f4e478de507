//! What the API reports about importing a file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{FieldRoles, FieldTold};

/// The beginning of a file, as it would be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The detected format, such as `CSV`.
    pub format: String,
    /// The fields in the file's order, those within objects by their paths. If there are very
    /// many, only the first.
    pub fields: Vec<String>,
    /// Whether there are more fields.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// The first few records; fields within objects by their paths too.
    pub rows: Vec<Map<String, Value>>,
    /// The proposed role of each field.
    pub proposed: FieldRoles,
    /// What is proposed for each field, and why.
    #[serde(default)]
    pub told: Vec<FieldTold>,
    /// Lines of this beginning that are not valid records.
    #[serde(default)]
    pub skipped: Vec<SkippedLine>,
    /// Other notes about the file, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A line that is not a valid record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// The answer to a file that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// Its import.
    pub task: Task,
}

/// An import and its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    /// Its id.
    pub id: u64,
    /// The collection it imports into.
    pub collection: String,
    /// The file's name.
    pub file: String,
    /// What it is doing.
    pub state: TaskState,
    /// Lines read.
    pub done: u64,
    /// Lines in total; `None` while that is unknown.
    pub of: Option<u64>,
    /// Records read from them.
    pub records: u64,
    /// Lines that were not valid records.
    pub skipped: u64,
    /// The first of those lines.
    pub listed: Vec<SkippedLine>,
    /// Records that search by meaning covers only in part, because their texts are too long.
    #[serde(default)]
    pub partly_read: u64,
    /// Other notes about the file, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Records per second.
    pub rate: f64,
    /// Seconds left; `None` while that is unknown.
    pub seconds_left: Option<f64>,
    /// Why it failed, if it did, and which records were kept, if any.
    pub message: Option<String>,
    /// The name that its client gave to the upload, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<String>,
    /// Bytes of the file that the server has.
    #[serde(default)]
    pub received: u64,
    /// Bytes of the file in all; `None` while that is unknown.
    #[serde(default)]
    pub bytes: Option<u64>,
}

/// An upload that is sent in parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// How many bytes the server has: where the next part begins.
    pub offset: u64,
    /// How many bytes the file has.
    pub bytes: u64,
    /// Its import.
    pub task: Task,
}

/// What creates an upload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// The file's name, which may determine its format.
    pub file: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal, which is compared when all bytes have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whether it may replace an existing collection, instead of being added to it.
    #[serde(default)]
    pub replace: bool,
    /// Whether long texts are encoded passage by passage.
    #[serde(default = "passages")]
    pub passages: bool,
    /// The role of each field; inferred from the file if none is given.
    #[serde(default)]
    pub fields: FieldRoles,
}

fn passages() -> bool {
    true
}

/// The answer to an upload that was withdrawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Withdrawn {
    /// Its import, if it had been queued already: cancelled, or over. Without one, nothing was
    /// changed, and nothing will be.
    pub task: Option<Task>,
}

/// What an import is doing, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Its file is being sent.
    Receiving,
    /// It is waiting for another import to end.
    Queued,
    /// Records are being read and encoded.
    Running,
    /// The word index, facets and graph are being built.
    Indexing,
    /// The collection can be searched.
    Done,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl TaskState {
    /// Whether the import has ended.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_as_the_api_writes_it() {
        let text = r#"{"id":7,"collection":"books","file":"books.csv","state":"indexing",
            "done":12,"of":null,"records":10,"skipped":2,
            "listed":[{"line":3,"reason":"no text"}],"rate":120.5,"seconds_left":null,
            "message":null}"#;
        let task: Task = serde_json::from_str(text).unwrap();
        assert_eq!(task.state, TaskState::Indexing);
        assert!(!task.state.is_over());
        assert_eq!((task.of, task.listed[0].line), (None, 3));
        // As an earlier version wrote it.
        assert_eq!((task.received, task.bytes), (0, None));
    }

    #[test]
    fn what_no_field_plays_may_be_left_out() {
        let text = r#"{"format":"CSV","fields":["a"],"rows":[{"a":1}],
            "proposed":{"title":"a","facets":["year:number"]}}"#;
        let preview: Preview = serde_json::from_str(text).unwrap();
        assert_eq!(preview.proposed.title.as_deref(), Some("a"));
        assert!(preview.proposed.texts.is_empty());
        for (text, texts) in [
            ("null", &[][..]),
            ("\"b\"", &["b"]),
            ("[\"b\",\"c\"]", &["b", "c"]),
        ] {
            let roles: FieldRoles = serde_json::from_str(&format!("{{\"text\":{text}}}")).unwrap();
            assert_eq!(roles.texts, texts);
        }
        assert!(preview.skipped.is_empty() && preview.notes.is_empty());
    }
}
