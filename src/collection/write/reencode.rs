//! Re-encodes a collection with another model, or gives it another schema, while the old vectors
//! and indexes are used.
//!
//! The records are copied to a new store with their numbers, so that ids, order and the log of
//! deletions stay the same and only the vectors differ. Those of records whose text to encode stays
//! the same, with the same model, are copied too. Records that are written in the meantime
//! are copied in further rounds, the last of them while no write can happen.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::collection::Tuning;
use crate::collection::write::build::{Progress, save_indexes};
use crate::collection::write::encode::{self, Cores, encode};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::record::{Payload, Schema};
use crate::storage::STORE_FILE;
use crate::storage::layout::{About, Change, Row, State, json};
use crate::storage::store::Store;

/// How many records are encoded and stored together.
const BATCH: usize = 1_024;

/// The maximum number of changes left for the last round, during which writes wait.
const LAST_ROUND: u64 = 256;

/// How a collection is re-encoded.
#[derive(Clone, Copy)]
pub struct Reencode<'a> {
    /// Which cores to use.
    pub cores: Cores,
    /// Called with the progress.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Set by another thread to cancel the work.
    pub cancelled: &'a AtomicBool,
}

/// A copy of a collection with vectors of another model, or with another schema.
pub(crate) struct Copy<'a> {
    from: &'a Store,
    /// The approximate number of records.
    records: u64,
    to: Store,
    encoder: Arc<QueryEncoder>,
    how: Reencode<'a>,
    /// Fails if the copy is no longer wanted.
    wanted: &'a (dyn Fn() -> Result<()> + Sync),
    /// How many records have been copied.
    copied: u64,
    /// The state of the collection up to which its records have been copied.
    reached: State,
    /// The state from which on the copy's log of deletions is complete.
    forgotten: u64,
}

impl<'a> Copy<'a> {
    /// Fills an empty folder with the copy and its indexes.
    ///
    /// # Errors
    /// If the folder, the store or the encoder cannot be used; [`Error::Cancelled`]; those of
    /// `wanted`, which is called before each batch.
    pub fn make(
        (from, records): (&'a Store, u64),
        encoder: Arc<QueryEncoder>,
        schema: Schema,
        how: Reencode<'a>,
        folder: &Path,
        tuning: Tuning,
        wanted: &'a (dyn Fn() -> Result<()> + Sync),
    ) -> Result<Self> {
        let old = from.about().clone();
        let about = if old.schema.points {
            About { schema, ..old }
        } else {
            About {
                source: old.source,
                ..About::new(schema, encoder.encoder(), old.passages)
            }
        };
        let mut copy = Self {
            from,
            records,
            to: Store::create(&folder.join(STORE_FILE), about)?,
            encoder,
            how,
            wanted,
            copied: 0,
            reached: State::default(),
            forgotten: 0,
        };
        copy.forgotten = from.read()?.state()?.sequence;
        copy.round()?;
        // The file is compacted now, when most of it is written: at the end, writes would have to
        // wait.
        copy.to.close_compactly();
        copy.to = Store::open(&folder.join(STORE_FILE))?;
        save_indexes(
            (&copy.to, &*copy.encoder),
            folder,
            copy.to.about().tuned(tuning),
            how.cores,
            how.progress,
            how.cancelled,
        )?;
        while from.read()?.state()?.sequence > copy.reached.sequence + LAST_ROUND {
            copy.round()?;
        }
        Ok(copy)
    }

    /// Copies what was written since the last round. No write may happen in the meantime.
    ///
    /// # Errors
    /// As for [`Copy::make`].
    pub fn finish(mut self) -> Result<()> {
        self.round()
    }

    /// Copies what was written since the last round.
    fn round(&mut self) -> Result<()> {
        let view = self.from.read()?;
        let state = view.state()?;
        let known = self.reached.sequence.max(self.forgotten);
        if view.forgotten()? > known {
            return Err(Error::Write {
                path: self.from.path().to_owned(),
                reason: "its log of deletions no longer reaches back to the copy; try again".into(),
            });
        }
        let mut deletions = Vec::new();
        view.for_each_deletion(|sequence, number| {
            if sequence > known {
                deletions.push((sequence, number));
            }
            Ok(())
        })?;
        self.to.restore(&[], &deletions, state, self.forgotten)?;
        let mut batch: Vec<(Row, Payload)> = Vec::with_capacity(BATCH);
        let (mut done, mut held) = (self.copied, 0);
        view.for_each_row(self.reached.next..state.next, |row| {
            held += row.payload.len() + row.vectors.len();
            let payload = view.payload(&row.payload)?;
            batch.push((row, payload));
            if batch.len() == BATCH || held >= encode::MAX_HELD_BYTES {
                held = 0;
                done += self.store(&mut batch, state, done)?;
            }
            Ok(())
        })?;
        self.copied = done + self.store(&mut batch, state, done)?;
        // An import that continues in the copy must know how far it got.
        let notes = view.notes()?;
        let notes = notes.iter().map(|(name, note)| Change::Note(name, note));
        self.to.apply(&notes.collect::<Vec<_>>())?;
        self.reached = state;
        Ok(())
    }

    /// Stores records with their numbers, and encodes them unless their vectors stay the same.
    /// Returns how many there were.
    fn store(&self, batch: &mut Vec<(Row, Payload)>, state: State, done: u64) -> Result<u64> {
        (self.wanted)()?;
        let (old, new) = (self.from.about(), self.to.about());
        let mut rows = Vec::with_capacity(batch.len());
        let (mut places, mut records) = (Vec::new(), Vec::new());
        for (row, payload) in std::mem::take(batch) {
            if old.model != new.model || encodes_anew(&old.schema, &new.schema, &payload) {
                places.push(rows.len());
                records.push((payload, None));
            }
            rows.push(row);
        }
        let kept = (rows.len() - records.len()) as u64;
        let progress = |more: u64| {
            (self.how.progress)(Progress::Records {
                done: done + more,
                of: self.records.max(done + more),
            });
        };
        progress(kept);
        let encoded = encode(
            self.encoder.encoder(),
            new,
            records,
            &|more| progress(kept + more),
            self.how.cores,
            self.how.cancelled,
        )?;
        for (at, record) in places.into_iter().zip(encoded) {
            let numbers = record.vectors.iter().flatten();
            rows[at].vectors = numbers.flat_map(|x| x.to_le_bytes()).collect();
            rows[at].ranges = (!record.ranges.is_empty()).then(|| json(&record.ranges));
        }
        self.to.restore(&rows, &[], state, self.forgotten)?;
        Ok(rows.len() as u64)
    }
}

/// Whether another schema changes the text to encode of a record. The vector of a point was given.
pub(crate) fn encodes_anew(old: &Schema, new: &Schema, payload: &Payload) -> bool {
    !old.points && old.encoded_text(payload) != new.encoded_text(payload)
}
