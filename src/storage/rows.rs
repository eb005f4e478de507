//! Reads single records: their tables are opened once for all of them.

use std::ops::Range;

use redb::ReadOnlyTable;

use crate::error::Result;
use crate::record::{Payload, RecordNumber};
use crate::storage::layout::{Bytes, PASSAGES, RECORDS};
use crate::storage::store::View;

/// The tables of a view that hold records and the places of their passages.
pub struct Rows<'v> {
    view: &'v View<'v>,
    records: ReadOnlyTable<u64, Bytes>,
    passages: ReadOnlyTable<u64, Bytes>,
}

impl View<'_> {
    /// Opens the tables that hold records.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn rows(&self) -> Result<Rows<'_>> {
        Ok(Rows {
            view: self,
            records: self.read.open_table(RECORDS).map_err(self.failed())?,
            passages: self.read.open_table(PASSAGES).map_err(self.failed())?,
        })
    }
}

impl Rows<'_> {
    /// The error for a damaged record.
    pub(crate) fn damaged(&self, what: &str) -> crate::Error {
        self.view.store.damaged(what)
    }

    /// A record's payload.
    ///
    /// # Errors
    /// [`crate::Error::Store`], [`crate::Error::Format`].
    pub fn payload(&self, number: RecordNumber) -> Result<Option<Payload>> {
        let payload = self.json(number, |json| self.view.payload(json))?;
        payload.transpose()
    }

    /// Reads a record's payload as JSON on one line, without parsing it.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn json<T>(
        &self,
        number: RecordNumber,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<T>> {
        let bytes = self.records.get(number.0).map_err(self.view.failed())?;
        Ok(bytes.map(|bytes| read(bytes.value())))
    }

    /// The byte ranges of a record's passages; empty if one passage covers all of its text.
    ///
    /// # Errors
    /// [`crate::Error::Store`], [`crate::Error::Format`].
    pub fn ranges(&self, number: RecordNumber) -> Result<Vec<Range<u32>>> {
        let bytes = self.passages.get(number.0).map_err(self.view.failed())?;
        let Some(bytes) = bytes else {
            return Ok(Vec::new());
        };
        serde_json::from_slice(bytes.value())
            .map_err(|_| self.view.store.damaged("passages that cannot be read"))
    }
}
