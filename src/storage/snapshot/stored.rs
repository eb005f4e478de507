//! The records in a snapshot, one after the other, to copy a collection to another kind of store and back.

use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::storage::layout::{About, Row, State, json, read_vectors};
use crate::storage::snapshot::frames::{Frames, Head, failed};
use crate::storage::snapshot::parts::Parts;

/// A record as it is stored: its fields, and what was computed from them once.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its number, which is unique in the collection and never changes. Records that were written later
    /// have higher ones.
    pub number: u64,
    /// Its fields: a JSON object on one line.
    pub fields: String,
    /// The vectors of its passages, one after the other: f32 [n, width], with n >= 1.
    pub vectors: Vec<f32>,
    /// The byte ranges of its passages in the encoded text; empty if one passage covers all of it, or if
    /// the vector was supplied.
    pub passages: Vec<Range<u32>>,
}

impl Stored {
    /// The record as a store keeps it.
    pub(crate) fn into_row(self) -> Row {
        let vectors = self.vectors.iter();
        let ranges = (!self.passages.is_empty()).then(|| json(&self.passages));
        Row {
            number: self.number,
            vectors: vectors.flat_map(|number| number.to_le_bytes()).collect(),
            payload: self.fields.into_bytes(),
            ranges,
        }
    }
}

/// Reads the records of a snapshot.
pub struct SnapshotReader<'a, R: Read> {
    about: About,
    state: State,
    parts: Parts<'a, R>,
    path: &'a Path,
}

impl<'a, R: Read> SnapshotReader<'a, R> {
    /// Begins to read; `path` is the snapshot's name in errors.
    ///
    /// # Errors
    /// [`Error::Import`] if this is not a snapshot.
    pub fn open(input: R, path: &'a Path) -> Result<Self> {
        let (Head { about, state, .. }, parts) = Parts::open(input, path)?;
        Ok(Self {
            about,
            state,
            parts,
            path,
        })
    }

    /// The metadata of the collection.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The state of its store.
    pub fn state(&self) -> State {
        self.state
    }

    fn stored(&self, row: Row) -> Option<Stored> {
        let mut vectors = Vec::new();
        read_vectors(&row.vectors, self.about.dimension, &mut vectors)?;
        let passages = row.ranges.map(|json| serde_json::from_slice(&json));
        Some(Stored {
            number: row.number,
            fields: String::from_utf8(row.payload).ok()?,
            vectors,
            passages: passages.transpose().ok()?.unwrap_or_default(),
        })
    }

    fn next_stored(&mut self) -> Result<Option<Stored>> {
        let Some(row) = self.parts.next_row()? else {
            return Ok(None);
        };
        let bad = || Error::import(self.path, "holds a record that cannot be read");
        self.stored(row).ok_or_else(bad).map(Some)
    }
}

/// The records by number, and why the snapshot cannot be read, if so.
impl<R: Read> Iterator for SnapshotReader<'_, R> {
    type Item = Result<Stored>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_stored().transpose()
    }
}

/// Writes a snapshot of records.
pub struct SnapshotWriter<W: Write>(Frames<W>);

impl<W: Write> SnapshotWriter<W> {
    /// Begins a snapshot of a collection; the state is that of the store from which the records are.
    ///
    /// # Errors
    /// [`Error::Io`] if the output fails, as for the other methods.
    pub fn new(out: W, about: About, state: State) -> Result<Self> {
        // There will be no log of deletions.
        let forgotten = state.sequence;
        let head = Head {
            about,
            state,
            forgotten,
        };
        Frames::begin(out, &head).map(Self).map_err(failed)
    }

    /// Writes the next record. They must come in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&mut self, record: Stored) -> Result<()> {
        self.0.row(&record.into_row()).map_err(failed)
    }

    /// Ends the snapshot.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<()> {
        self.0.end().map_err(failed)
    }
}
