//! Reads everything in a store, for a snapshot or a copy.

use std::ops::Range;

use redb::ReadableTable;

use crate::error::Result;
use crate::storage::layout::{DELETED, META, PASSAGES, RECORDS, Row, VECTORS};
use crate::storage::store::View;
use crate::storage::vector_table::VectorReader;

/// The names in the metadata table that the store itself uses.
const OWN: [&str; 4] = ["format", "about", "state", "forgotten"];

impl View<'_> {
    /// Calls `each` with the records in a range of numbers as they are stored, in order.
    ///
    /// # Errors
    /// [`crate::Error::Store`], and those of `each`.
    pub(crate) fn for_each_row(
        &self,
        numbers: Range<u64>,
        mut each: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let records = self.read.open_table(RECORDS).map_err(self.failed())?;
        let vectors = self.read.open_table(VECTORS).map_err(self.failed())?;
        let mut vectors = VectorReader::new(vectors);
        let passages = self.read.open_table(PASSAGES).map_err(self.failed())?;
        for row in records.range(numbers).map_err(self.failed())? {
            let (number, payload) = row.map_err(self.failed())?;
            let number = number.value();
            let of_one = vectors.of(number).map_err(self.failed())?;
            let of_one = of_one.ok_or_else(|| self.store.damaged("a record without a vector"))?;
            let ranges = passages.get(number).map_err(self.failed())?;
            each(Row {
                number,
                payload: payload.value().to_vec(),
                vectors: of_one.to_vec(),
                ranges: ranges.map(|ranges| ranges.value().to_vec()),
            })?;
        }
        Ok(())
    }

    /// Calls `each` with every entry of the log of deletions.
    ///
    /// # Errors
    /// [`crate::Error::Store`], and those of `each`.
    pub(crate) fn for_each_deletion(
        &self,
        mut each: impl FnMut(u64, u64) -> Result<()>,
    ) -> Result<()> {
        let table = self.read.open_table(DELETED).map_err(self.failed())?;
        for row in table.iter().map_err(self.failed())? {
            let (sequence, number) = row.map_err(self.failed())?;
            each(sequence.value(), number.value())?;
        }
        Ok(())
    }

    /// The named values that writes have stored besides the records.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub(crate) fn notes(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let meta = self.read.open_table(META).map_err(self.failed())?;
        let mut notes = Vec::new();
        for row in meta.iter().map_err(self.failed())? {
            let (name, value) = row.map_err(self.failed())?;
            if !OWN.contains(&name.value()) {
                notes.push((name.value().to_owned(), value.value().to_vec()));
            }
        }
        Ok(notes)
    }
}
