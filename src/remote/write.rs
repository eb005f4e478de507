//! Writes to a collection on a cluster. Any number of servers may write to it.
//!
//! A record's number is also that of its point. One that replaces another takes over its number, and the number
//! of a new record is computed from its id. Without an id, it is drawn at random or, in an import, computed from
//! the record's place in the file. So two servers that write the same new record at once write the same point,
//! and repeating a write changes nothing. No counter is shared.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::Remote;
use super::index::RemoteFilter;
use super::keys::{keys_of, parsed};
use crate::collection::{
    Build, Cores, Encoded, Incoming, Report, Stored, Written, check_batch, check_deletion,
    check_has_ids, check_ids, encode, merged, patched,
};
use crate::digest::Fingerprint;
use crate::error::Result;
use crate::filter::Filter;
use crate::record::Payload;

/// The lowest number that is computed or drawn. Those of a copied collection, whose records were counted, are
/// below. Among a hundred million records, two get the same number by chance once in 2,000 collections.
const COMPUTED: u64 = 1 << 63;

impl Remote {
    /// Adds records: see [`crate::Collection::put`]. When it returns, at least half of the replicas have them, if a
    /// number of replicas was given.
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`], after which some of the records may be written and others not. Writing all
    /// of them again has the same result as if the first time had succeeded, if they have ids.
    pub fn put(&self, records: Vec<Incoming>) -> Result<Written> {
        let about = &self.index.described().about;
        let records = check_batch(about, records)?;
        let encoder = self.encoder.encoder();
        let cancelled = AtomicBool::new(false);
        let encoded = encode(encoder, about, records, &|_| {}, Cores::Half, &cancelled)?;
        self.put_encoded(encoded, |_| RandomState::new().hash_one(0))
    }

    /// Adds the records of a file: see [`Build::add_to`]. If this fails, it can be repeated from the start
    /// under the same name, which changes nothing that is there.
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn import(&self, build: Build<'_>, name: &str) -> Result<Report> {
        let start = Instant::now();
        let about = &self.index.described().about;
        let mut stored = 0;
        let mut report = build.take_in(about, 0, |batch, _| {
            let first = stored;
            stored += batch.len();
            self.put_encoded(batch, |at| digest_of(&format!("{name} {}", first + at)))?;
            Ok(())
        })?;
        report.records_took = start.elapsed();
        Ok(report)
    }

    /// Changes a record by a JSON merge patch: see [`crate::Collection::patch`]. If others change the record at
    /// the same time, one of the changes may be lost.
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn patch(&self, id: &str, patch: &Payload) -> Result<Written> {
        check_has_ids(self.schema(), &self.name)?;
        let stored = self.stored(id)?;
        let payload = parsed(&stored)?;
        let new = merged(self.schema(), &payload, patch, id)?;
        let about = &self.index.described().about;
        let vectors = stored.vectors.chunks(about.dimension);
        let old = Encoded {
            read_in_part: self.schema().is_read_in_part(&payload, &stored.passages),
            payload,
            vectors: vectors.map(crate::Vector::from).collect(),
            ranges: stored.passages,
        };
        let record = patched(about, self.encoder.encoder(), old, new)?;
        self.put_encoded(vec![record], |_| 0)
    }

    /// Deletes records by id: see [`crate::Collection::delete`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn delete(&self, ids: Vec<String>) -> Result<Written> {
        check_ids(&ids)?;
        self.delete_all(&self.with_ids(&ids))
    }

    /// Deletes the records that pass all filters: see [`crate::Collection::delete_matching`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn delete_matching(&self, filters: Vec<Filter>) -> Result<Written> {
        check_deletion(&filters)?;
        let (filter, _) = self.resolved(&filters)?;
        self.delete_all(&filter)
    }

    fn delete_all(&self, filter: &RemoteFilter) -> Result<Written> {
        let removed = self.count(filter.clone())?;
        let sequence = self.index.delete(filter);
        self.statistics.written();
        Ok(Written {
            ids: Vec::new(),
            removed,
            sequence: sequence?,
        })
    }

    /// Writes records. `without_id` says which number a new record without an id gets, given its place.
    fn put_encoded(
        &self,
        records: Vec<Encoded>,
        without_id: impl Fn(usize) -> u64,
    ) -> Result<Written> {
        if records.is_empty() {
            return Ok(Written::default());
        }
        let schema = self.schema();
        let ids = records
            .iter()
            .map(|record| schema.source_id(&record.payload));
        let ids: Vec<Option<String>> = ids.collect();
        let known = self.known(&ids.iter().flatten().cloned().collect::<Vec<_>>(), false)?;
        let mut written = Written {
            removed: known.len() as u32,
            ..Written::default()
        };
        let mut stored = Vec::with_capacity(records.len());
        for (at, (record, id)) in records.into_iter().zip(ids).enumerate() {
            let earlier = id.as_ref().and_then(|id| known.get(id));
            let number = match (&id, earlier) {
                (_, Some(earlier)) => earlier.number,
                (Some(id), None) => COMPUTED | digest_of(id),
                (None, None) => COMPUTED | without_id(at),
            };
            written.ids.push(id.unwrap_or_else(|| number.to_string()));
            stored.push(Stored {
                number,
                fields: serde_json::Value::Object(record.payload).to_string(),
                vectors: record
                    .vectors
                    .iter()
                    .flat_map(|vector| vector.iter().copied())
                    .collect(),
                passages: record.ranges,
            });
        }
        // Their keys are computed in this order.
        stored.sort_unstable_by_key(|stored| stored.number);
        let described = self.index.described();
        let keys = keys_of(
            &described.about,
            &self.encoder,
            described.average_length,
            &stored,
        )?;
        let records: Vec<_> = stored.into_iter().zip(keys).collect();
        let sequence = self.index.write(&records);
        self.statistics.written();
        written.sequence = sequence?;
        Ok(written)
    }
}

fn digest_of(text: &str) -> u64 {
    let mut digest = Fingerprint::default();
    digest.add(text.as_bytes());
    digest.finish()
}
