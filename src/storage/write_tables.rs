//! The store's tables, opened for writing in one transaction, and how changes are applied to them.

use redb::{ReadableTable, Table, WriteTransaction};

use crate::record::{Payload, RecordNumber, Schema};
use crate::storage::layout::{
    Applied, Bytes, DELETED, Encoded, IDS, META, PASSAGES, RECORDS, Row, State, json,
};
use crate::storage::vector_table::VectorTable;

type Result<T> = std::result::Result<T, redb::Error>;

/// All tables of a store.
pub(crate) struct WriteTables<'a> {
    meta: Table<'a, &'static str, Bytes>,
    records: Table<'a, u64, Bytes>,
    vectors: VectorTable<'a>,
    passages: Table<'a, u64, Bytes>,
    ids: Table<'a, &'static str, u64>,
    deleted: Table<'a, u64, u64>,
}

impl<'a> WriteTables<'a> {
    /// Opens the tables, creating missing ones.
    pub fn open(write: &'a WriteTransaction) -> Result<Self> {
        Ok(Self {
            meta: write.open_table(META)?,
            records: write.open_table(RECORDS)?,
            vectors: VectorTable::open(write)?,
            passages: write.open_table(PASSAGES)?,
            ids: write.open_table(IDS)?,
            deleted: write.open_table(DELETED)?,
        })
    }

    /// The state of the store.
    pub fn state(&self) -> Result<State> {
        let bytes = self.meta.get("state")?;
        let state = bytes.and_then(|bytes| serde_json::from_slice(bytes.value()).ok());
        state.ok_or_else(|| redb::Error::Corrupted("the store does not say its state".into()))
    }

    /// Stores a value under a name.
    pub fn note(&mut self, name: &str, value: &[u8]) -> Result<()> {
        self.meta.insert(name, value)?;
        Ok(())
    }

    /// Adds records, replacing those with the same source id.
    pub fn put(
        &mut self,
        schema: &Schema,
        records: &[Encoded],
        state: &mut State,
    ) -> Result<Applied> {
        let first = state.next;
        let mut removed = Vec::new();
        for record in records {
            let number = state.next;
            state.next = number.checked_add(1).ok_or_else(|| {
                redb::Error::Corrupted("no record numbers are left; build it anew".into())
            })?;
            if let Some(id) = schema.source_id(&record.payload) {
                let earlier = self.ids.insert(id.as_str(), number)?.map(|n| n.value());
                if let Some(earlier) = earlier {
                    self.remove(RecordNumber(earlier), state)?;
                    removed.push(RecordNumber(earlier));
                }
            }
            let payload = json(&record.payload);
            self.records.insert(number, payload.as_slice())?;
            let floats = record.vectors.iter().flatten();
            let vectors: Vec<u8> = floats.flat_map(|x| x.to_le_bytes()).collect();
            self.vectors.push(number, &vectors)?;
            if !record.ranges.is_empty() {
                let ranges = json(&record.ranges);
                self.passages.insert(number, ranges.as_slice())?;
            }
            state.sequence += 1;
        }
        self.vectors.flush()?;
        Ok(Applied {
            added: first..state.next,
            removed,
        })
    }

    /// Deletes records by number.
    pub fn delete(
        &mut self,
        schema: &Schema,
        numbers: &[RecordNumber],
        state: &mut State,
    ) -> Result<Applied> {
        let mut removed = Vec::new();
        for &number in numbers {
            let Some(payload) = self.payload(number)? else {
                continue;
            };
            if let Some(id) = schema.source_id(&payload) {
                self.ids.remove(id.as_str())?;
            }
            self.remove(number, state)?;
            removed.push(number);
        }
        Ok(Applied {
            added: state.next..state.next,
            removed,
        })
    }

    /// Makes the deletions of a log, and inserts rows, in order and after those there are.
    pub fn restore(
        &mut self,
        schema: &Schema,
        rows: &[Row],
        deletions: &[(u64, u64)],
    ) -> Result<()> {
        for (sequence, number) in deletions {
            let payload = self.payload(RecordNumber(*number))?;
            if let Some(id) = payload.and_then(|payload| schema.source_id(&payload)) {
                self.ids.remove(id.as_str())?;
            }
            self.records.remove(number)?;
            self.vectors.remove(*number)?;
            self.passages.remove(number)?;
            self.deleted.insert(sequence, number)?;
        }
        let mut last = self.records.last()?.map(|(number, _)| number.value());
        for row in rows {
            if last.replace(row.number) >= Some(row.number) {
                return Err(redb::Error::Corrupted(
                    "the records are out of order".into(),
                ));
            }
            self.insert(row)?;
            let payload = self.payload(RecordNumber(row.number))?;
            if let Some(id) = payload.and_then(|payload| schema.source_id(&payload)) {
                self.ids.insert(id.as_str(), row.number)?;
            }
        }
        self.vectors.flush()?;
        Ok(())
    }

    /// Inserts rows in order, each with the id of its record.
    pub fn fill(&mut self, rows: &[Row], ids: &[Option<String>]) -> Result<()> {
        for (row, id) in rows.iter().zip(ids) {
            self.insert(row)?;
            if let Some(id) = id {
                self.ids.insert(id.as_str(), row.number)?;
            }
        }
        self.vectors.flush()?;
        Ok(())
    }

    fn insert(&mut self, row: &Row) -> Result<()> {
        self.records.insert(row.number, row.payload.as_slice())?;
        self.vectors.push(row.number, &row.vectors)?;
        if let Some(ranges) = &row.ranges {
            self.passages.insert(row.number, ranges.as_slice())?;
        }
        Ok(())
    }

    /// Drops the log of deletions up to a sequence number.
    pub fn forget_deletions(&mut self, until: u64) -> Result<()> {
        self.deleted.retain_in(..=until, |_, _| false)?;
        Ok(())
    }

    fn payload(&self, number: RecordNumber) -> Result<Option<Payload>> {
        let bytes = self.records.get(number.0)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(bytes.value()).ok()))
    }

    fn remove(&mut self, number: RecordNumber, state: &mut State) -> Result<()> {
        self.records.remove(number.0)?;
        self.vectors.remove(number.0)?;
        self.passages.remove(number.0)?;
        state.sequence += 1;
        self.deleted.insert(state.sequence, number.0)?;
        Ok(())
    }
}
