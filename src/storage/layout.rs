//! The layout of a store: its tables, what is kept in them, and the changes that are made to them.

use std::ops::Range;
use std::path::PathBuf;

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use crate::Vector;
use crate::record::{Payload, RecordNumber, Schema};
use crate::vector::Distance;

pub(crate) type Bytes = &'static [u8];
pub(crate) const META: TableDefinition<'_, &str, Bytes> = TableDefinition::new("meta");
/// Number -> payload as JSON.
pub(crate) const RECORDS: TableDefinition<'_, u64, Bytes> = TableDefinition::new("records");
/// The vectors of records, of several records together: see `vector_table.rs`.
pub(crate) const VECTORS: TableDefinition<'_, u64, Bytes> = TableDefinition::new("vectors");
/// Number -> byte ranges of its passages in the encoded text, unless one passage covers all of it.
pub(crate) const PASSAGES: TableDefinition<'_, u64, Bytes> = TableDefinition::new("passages");
/// The source's id -> number, if the schema names an id field.
pub(crate) const IDS: TableDefinition<'_, &str, u64> = TableDefinition::new("ids");
/// Sequence number of a deletion -> number of the record deleted.
pub(crate) const DELETED: TableDefinition<'_, u64, u64> = TableDefinition::new("deleted");

/// A store's metadata, fixed when it is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The schema its records are read with.
    pub schema: Schema,
    /// Hash of the model that made its vectors; empty if that is not known.
    pub model: String,
    /// The width of its vectors.
    #[serde(default = "earlier_dimension")]
    pub dimension: usize,
    /// How its vectors are compared.
    #[serde(default, skip_serializing_if = "Distance::is_cosine")]
    pub distance: Distance,
    /// The folder of the model when the store was created; empty if unknown.
    #[serde(default)]
    pub model_dir: PathBuf,
    /// SHA-256 of the file it was created from, in hexadecimal; empty if it was created empty.
    pub source: String,
    /// Whether long texts are encoded passage by passage, rather than only up to the encoder's
    /// limit.
    pub passages: bool,
}

/// The width of all vectors before it was stored.
fn earlier_dimension() -> usize {
    384
}

/// A record ready to be written.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// Its fields.
    pub payload: Payload,
    /// Unit vectors of its passages, at least one.
    pub vectors: Vec<Vector>,
    /// Byte ranges of the passages in the encoded text. Empty if one passage covers all of it, or
    /// if the vector was supplied.
    pub ranges: Vec<Range<u32>>,
    /// Whether the text continues after the passages.
    pub read_in_part: bool,
}

/// A change within a transaction.
pub enum Change<'a> {
    /// Adds records, replacing those with the same source id.
    Put(&'a [Encoded]),
    /// Deletes records by number. Missing ones are ignored.
    Delete(&'a [RecordNumber]),
    /// Stores a named value beside the records.
    Note(&'a str, &'a [u8]),
}

/// The state of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// How many records have ever been written or deleted.
    pub sequence: u64,
    /// The number of the next record.
    pub next: u64,
}

/// What an index was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltFrom {
    /// The state of the store.
    pub state: State,
    /// The model's hash.
    pub model: String,
}

/// The result of a [`Change`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The numbers of the added records, in order.
    pub added: Range<u64>,
    /// The records removed.
    pub removed: Vec<RecordNumber>,
}

/// A record as stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    pub number: u64,
    pub payload: Vec<u8>,
    pub vectors: Vec<u8>,
    pub ranges: Option<Vec<u8>>,
}

pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    // Maps with string keys, numbers and strings: JSON can represent all of them.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Reads the vectors of a record, one or more of a width; `None` if the bytes are something else.
pub(crate) fn read_vectors(bytes: &[u8], dimension: usize, vectors: &mut Vec<f32>) -> Option<()> {
    let row = dimension * size_of::<f32>();
    if bytes.is_empty() || row == 0 || !bytes.len().is_multiple_of(row) {
        return None;
    }
    let numbers = bytes.as_chunks().0.iter();
    vectors.extend(numbers.map(|bytes| f32::from_le_bytes(*bytes)));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_vectors_are_read_by_their_width() {
        let bytes: Vec<u8> = [1.0f32, 0.0, 0.6, 0.8]
            .into_iter()
            .flat_map(f32::to_le_bytes)
            .collect();
        let mut read = Vec::new();
        read_vectors(&bytes, 2, &mut read).unwrap();
        let read: Vec<&[f32]> = read.chunks_exact(2).collect();
        let expected: [&[f32]; 2] = [&[1.0, 0.0], &[0.6, 0.8]];
        assert_eq!(read, expected);
        assert!(read_vectors(&bytes, 3, &mut Vec::new()).is_none());
    }
}
