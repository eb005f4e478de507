//! Single records of a collection on a cluster, and all of them.

use std::collections::HashMap;

use super::Remote;
use super::index::RemoteFilter;
use super::keys::parsed;
use crate::collection::{Cursor, Page, Stored, first_of};
use crate::error::{Error, Result};
use crate::query::MAX_PAGE_BYTES;
use crate::record::{Record, RecordNumber};

/// How many records are exported at once.
const EXPORTED: usize = 200;

impl Remote {
    /// A record by its id: see [`crate::Collection::record`].
    ///
    /// # Errors
    /// [`Error::NoRecord`]; [`Error::Cluster`].
    pub fn record(&self, id: &str) -> Result<Record> {
        let mut found = self.known(&[id.to_owned()], false)?;
        let stored = found.remove(id);
        self.read(&stored.ok_or_else(|| Error::no_record(&self.name, id))?)
    }

    /// Whether only a part of a record's text is encoded: see [`crate::Collection::reads_in_part`].
    ///
    /// # Errors
    /// [`Error::Cluster`].
    pub fn reads_in_part(&self, record: &Record) -> Result<bool> {
        let numbered = RemoteFilter::Numbers(vec![record.number.0]);
        let found = self.index.listed(&numbered, 0, 1, false)?;
        let passages = found.first().map(|stored| stored.passages.as_slice());
        let passages = passages.unwrap_or_default();
        Ok(self.schema().is_read_in_part(&record.payload, passages))
    }

    /// The records after a page: see [`crate::Collection::page`].
    ///
    /// # Errors
    /// As there; [`Error::Cluster`].
    pub fn page(&self, after: Option<Cursor>, limit: usize) -> Result<Page> {
        let first = first_of(after, limit)?;
        let found = self
            .index
            .listed(&RemoteFilter::NONE, first, limit + 1, false)?;
        let (mut records, mut next, mut bytes) = (Vec::new(), None, 0);
        for stored in found {
            bytes += stored.fields.len();
            let full = records.len() == limit || bytes > MAX_PAGE_BYTES;
            if full && !records.is_empty() {
                next = Some(Cursor::before(stored.number));
                break;
            }
            records.push(self.read(&stored)?);
        }
        Ok(Page { records, next })
    }

    /// Calls `each` with every record's fields: see [`crate::Collection::export`]. Records that are written in
    /// the meantime may be there or not.
    ///
    /// # Errors
    /// Those of `each`; [`Error::Cluster`].
    pub fn export(&self, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut first = Some(0);
        while let Some(from) = first {
            let found = self
                .index
                .listed(&RemoteFilter::NONE, from, EXPORTED, false)?;
            for stored in &found {
                each(stored.fields.as_bytes())?;
            }
            first = match found.last() {
                Some(last) if found.len() == EXPORTED => last.number.checked_add(1),
                _ => None,
            };
        }
        Ok(())
    }

    /// A record as it is stored, with its vectors.
    pub(super) fn stored(&self, id: &str) -> Result<Stored> {
        let mut found = self.all_stored(&[id.to_owned()])?;
        found.pop().ok_or_else(|| Error::no_record(&self.name, id))
    }

    /// Records as they are stored, with their vectors, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::NoRecord`] for the first that is missing; [`Error::Cluster`].
    pub(super) fn all_stored(&self, ids: &[String]) -> Result<Vec<Stored>> {
        let known = self.known(ids, true)?;
        let stored = |id: &String| {
            let stored = known.get(id).cloned();
            stored.ok_or_else(|| Error::no_record(&self.name, id))
        };
        ids.iter().map(stored).collect()
    }

    /// Those of these records that exist, by their ids; with their vectors if these are wanted.
    pub(super) fn known(&self, ids: &[String], vectors: bool) -> Result<HashMap<String, Stored>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self
            .index
            .listed(&self.with_ids(ids), 0, ids.len(), vectors)?;
        let known = found.into_iter().map(|stored| {
            let payload = parsed(&stored)?;
            let own = self.schema().source_id(&payload);
            Ok((own.unwrap_or_else(|| stored.number.to_string()), stored))
        });
        known.collect()
    }

    /// The condition that a record has one of these ids.
    pub(super) fn with_ids(&self, ids: &[String]) -> RemoteFilter {
        match &self.schema().id {
            Some(_) => RemoteFilter::Ids(ids.to_vec()),
            // Only the usual form of a number is an id.
            None => RemoteFilter::Numbers(
                ids.iter()
                    .filter_map(|id| {
                        id.parse()
                            .ok()
                            .filter(|number: &u64| number.to_string() == *id)
                    })
                    .collect(),
            ),
        }
    }

    pub(super) fn read(&self, stored: &Stored) -> Result<Record> {
        let number = RecordNumber(stored.number);
        Ok(self.schema().read(number, parsed(stored)?))
    }
}
