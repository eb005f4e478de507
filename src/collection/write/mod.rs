//! Writes: records are added, changed and deleted. They are durable and searchable when the call
//! returns.
//!
//! Concurrent writers share a transaction: callers queue their changes, and the one that gets the
//! lock writes all queued changes. The written records become a small segment. Small segments are
//! merged as they accumulate, so there are never many.

pub mod build;
pub mod embed;
pub mod encode;
pub mod vector_file;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use self::encode::{Cores, Incoming, MAX_BATCH};
use crate::collection::Collection;
use crate::compactor::load::load;
use crate::compactor::merge::AtWork;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::locks::lock;
use crate::record::RecordId;
use crate::segment::Segment;
use crate::segment::generation::{Generation, Part};
use crate::storage::index_file::BuiltFrom;
use crate::storage::layout::{Applied, Change, Encoded};

/// The result of a write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The ids of the written records, in order.
    pub ids: Vec<String>,
    /// How many records were replaced or deleted.
    pub removed: u32,
    /// The store's sequence number afterwards.
    pub sequence: u64,
}

/// The write queue and the locks of writers.
#[derive(Default)]
pub(crate) struct Writer {
    /// Changes still in the queue.
    queue: Mutex<Vec<Arc<Job>>>,
    /// Held while changes are made and the generation is replaced.
    turn: Mutex<Turn>,
    /// Held while the base's files are replaced.
    pub(crate) files: Arc<Mutex<()>>,
    /// How many callers currently suppress background merges.
    pub(crate) held: AtomicUsize,
    /// Whether a background merge is running.
    pub(crate) at_work: Arc<AtWork>,
}

/// The state kept by writers.
#[derive(Default)]
pub(crate) struct Turn {
    /// How many parts, counted from the first, are being merged in the background and must not
    /// change.
    pub(crate) frozen: usize,
    /// Why the collection accepts no more writes.
    closed: Option<Closed>,
    /// What the base was loaded from after all indexes were reloaded, and whether its columns are
    /// new.
    reloaded: Option<(Option<BuiltFrom>, bool)>,
}

/// Why a collection accepts no more writes. Existing holders may still read it, but its folder will
/// be removed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Closed {
    /// It was dropped.
    Dropped,
    /// It was replaced by another.
    Replaced,
}

struct Job {
    work: Work,
    done: Mutex<Option<Result<Written, Failed>>>,
}

/// Why a change failed, for every caller that requested it.
#[derive(Clone)]
enum Failed {
    Full,
    Doubtful,
    Otherwise(String),
}

enum Work {
    /// Records and a named value beside them, written together or not at all.
    Put(Vec<Encoded>, Option<(String, Vec<u8>)>),
    Delete(Vec<String>),
    DeleteMatching(Vec<Filter>),
}

impl Collection {
    /// Adds records, replacing those with the same source id. When it returns, they are durable,
    /// and the next query in any mode finds them.
    ///
    /// # Errors
    /// [`Error::BadRecord`] with the record's index in the batch; [`Error::Write`] if the store
    /// cannot be written. In both cases, nothing of the batch is written.
    pub fn put(&self, records: Vec<Incoming>) -> Result<Written> {
        let records = self.check(records)?;
        let encoder = self.encoder.encoder();
        let (cores, cancelled) = (Cores::Half, AtomicBool::new(false));
        let records = encode::encode(encoder, self.about(), records, &|_| {}, cores, &cancelled)?;
        self.put_encoded(records, None)
    }

    /// Deletes records by id. Missing ones are not an error, but do not count in
    /// [`Written::removed`].
    ///
    /// # Errors
    /// [`Error::Write`]; [`Error::BadQuery`] if there are too many ids.
    pub fn delete(&self, ids: Vec<String>) -> Result<Written> {
        if ids.len() > MAX_BATCH {
            return Err(Error::BadQuery(format!(
                "{} ids are too many for one request; at most {MAX_BATCH} are allowed",
                ids.len()
            )));
        }
        self.submit(Work::Delete(ids))
    }

    /// Deletes the records that pass all filters. At least one filter is required.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for invalid filters; [`Error::Write`].
    pub fn delete_matching(&self, filters: Vec<Filter>) -> Result<Written> {
        if filters.is_empty() {
            return Err(Error::BadQuery(
                "deleting by filter needs a filter; to delete everything, drop the collection"
                    .into(),
            ));
        }
        // Checked here so that the caller gets the error.
        self.select(&self.generation(), &filters)?;
        self.submit(Work::DeleteMatching(filters))
    }

    /// Writes encoded records and a note, together or not at all.
    pub(crate) fn put_encoded(
        &self,
        records: Vec<Encoded>,
        note: Option<(String, Vec<u8>)>,
    ) -> Result<Written> {
        self.submit(Work::Put(records, note))
    }

    fn check(
        &self,
        records: Vec<Incoming>,
    ) -> Result<Vec<(crate::record::Payload, Option<crate::Vector>)>> {
        if records.len() > MAX_BATCH {
            return Err(Error::BadQuery(format!(
                "{} records are too many for one request; at most {MAX_BATCH} are allowed; \
                 import a file instead",
                records.len()
            )));
        }
        let mut ids: HashMap<String, usize> = HashMap::new();
        let mut checked = Vec::with_capacity(records.len());
        for (at, record) in (1..).zip(records) {
            let bad = |reason: String| Error::BadRecord { at, reason };
            encode::check(self.about(), &record.payload).map_err(bad)?;
            encode::check_size(&record.payload).map_err(bad)?;
            if let Some(id) = self.schema().source_id(&record.payload)
                && let Some(earlier) = ids.insert(id.clone(), at)
            {
                return Err(bad(format!(
                    "the id '{id}' was already given by record {earlier}"
                )));
            }
            let vector = record.vector.as_deref().map(encode::given).transpose();
            checked.push((record.payload, vector.map_err(bad)?));
        }
        Ok(checked)
    }

    /// Makes a change elsewhere, after which this collection accepts no more writes. No write
    /// happens in the meantime. If the change fails, nothing changes here.
    ///
    /// # Errors
    /// The error of the change.
    pub(crate) fn close(&self, why: Closed, change: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut turn = self.turn();
        change()?;
        turn.closed = Some(why);
        Ok(())
    }

    /// Queues a change and waits until it is made, together with other queued ones.
    fn submit(&self, work: Work) -> Result<Written> {
        let job = Arc::new(Job {
            work,
            done: Mutex::new(None),
        });
        lock(&self.writer.queue).push(Arc::clone(&job));
        let mut turn = self.turn();
        // The previous holder of the lock may have made this change along with its own.
        if lock(&job.done).is_none() {
            if let Some(why) = turn.closed {
                return Err(self.closed(why));
            }
            let jobs = std::mem::take(&mut *lock(&self.writer.queue));
            self.make(&jobs, &mut turn);
        }
        let reloaded = turn.reloaded.take();
        drop(turn);
        if let Some((base, columns_are_new)) = reloaded {
            self.complete_in_background(base, columns_are_new);
        }
        self.merge_if_grown();
        let done = lock(&job.done).take();
        let path = self.store.path().to_owned();
        match done {
            Some(Ok(written)) => Ok(written),
            Some(Err(Failed::Full)) => Err(Error::Full(path)),
            Some(Err(Failed::Doubtful)) => Err(Error::Doubtful(path)),
            Some(Err(Failed::Otherwise(reason))) => Err(Error::Write { path, reason }),
            None => Err(Error::Write {
                path,
                reason: "the write was not made".into(),
            }),
        }
    }

    fn closed(&self, why: Closed) -> Error {
        let name = self.name().to_string();
        match why {
            Closed::Dropped => Error::NoCollection {
                name,
                known: Vec::new(),
            },
            Closed::Replaced => Error::Replaced(name),
        }
    }

    /// Makes the changes of some jobs in order, and reports the result of each.
    fn make(&self, jobs: &[Arc<Job>], turn: &mut Turn) {
        // A deletion by filter depends on the current records, so earlier changes are made first.
        let split = |_: &Arc<Job>, next: &Arc<Job>| !matches!(next.work, Work::DeleteMatching(_));
        for jobs in jobs.chunk_by(split) {
            let made = self.make_together(jobs, turn);
            match made {
                Ok(written) => {
                    for (job, written) in jobs.iter().zip(written) {
                        *lock(&job.done) = Some(Ok(written));
                    }
                }
                Err(error) => {
                    let failed = match &error {
                        Error::Doubtful(_) => Failed::Doubtful,
                        full if full.is_full() => Failed::Full,
                        other => Failed::Otherwise(other.to_string()),
                    };
                    for job in jobs {
                        *lock(&job.done) = Some(Err(failed.clone()));
                    }
                }
            }
        }
    }

    fn make_together(&self, jobs: &[Arc<Job>], turn: &mut Turn) -> Result<Vec<Written>> {
        self.store.make_ready()?;
        self.agree(turn)?;
        let generation = self.generation();
        let numbers = self.numbers_to_delete(jobs, &generation)?;
        let (mut changes, mut notes) = (Vec::new(), Vec::new());
        for (job, numbers) in jobs.iter().zip(&numbers) {
            match &job.work {
                Work::Put(records, note) => {
                    changes.push(Change::Put(records));
                    notes.extend(note.as_ref().map(|(name, note)| Change::Note(name, note)));
                }
                Work::Delete(_) | Work::DeleteMatching(_) => changes.push(Change::Delete(numbers)),
            }
        }
        // Notes come last, so that the results of the others are in the order of the jobs.
        changes.append(&mut notes);
        let records: Vec<&Encoded> = jobs
            .iter()
            .filter_map(|job| match &job.work {
                Work::Put(records, _) => Some(records),
                Work::Delete(_) | Work::DeleteMatching(_) => None,
            })
            .flatten()
            .collect();
        let mut reached = None;
        let made = self.store.apply_then(&changes, |applied, state| {
            reached = Some(state);
            let removed: BTreeSet<RecordId> = applied
                .iter()
                .flat_map(|applied| applied.removed.iter().copied())
                .collect();
            let mut parts: Vec<Part> = generation.parts.clone();
            if !records.is_empty() {
                let segment = Segment::of(self.schema(), generation.state.next, &records);
                parts.push(Part::whole(segment));
            }
            if !removed.is_empty() {
                parts = parts.iter().map(|part| part.without(&removed)).collect();
            }
            self.gather(&mut parts, turn.frozen.max(1));
            let written = jobs.iter().zip(applied).map(|(job, applied)| Written {
                ids: self.ids(&job.work, &applied),
                removed: applied.removed.len() as u32,
                sequence: state.sequence,
            });
            let written: Vec<Written> = written.collect();
            (Generation::new(state, parts), written)
        });
        let error = match made {
            Ok((next, written)) => {
                self.generation.store(Arc::new(next));
                return Ok(written);
            }
            Err(error) => error,
        };
        if let Err(error) = self.agree(turn) {
            tracing::warn!(%error, "the store cannot be read after a failed write");
        }
        if reached == Some(self.generation().state) {
            return Err(Error::Doubtful(self.store.path().to_owned()));
        }
        Err(error)
    }

    /// Reloads the indexes if they do not match the store's state. After a failed write, what it
    /// left in the file becomes visible when the file is reopened.
    fn agree(&self, turn: &mut Turn) -> Result<()> {
        let generation = self.generation();
        if self.viewing(|view| Ok(view.state()? == generation.state))? {
            return Ok(());
        }
        tracing::warn!("the store is of another state than its indexes, which are loaded anew");
        let loaded = load(&self.store, &self.folder)?;
        self.generation.store(Arc::new(loaded.generation));
        // The segments that a background merge was using are gone.
        turn.frozen = 0;
        turn.reloaded = Some((loaded.base, loaded.columns_are_new));
        Ok(())
    }

    /// For each job, the records it deletes, as far as they exist before the jobs.
    fn numbers_to_delete(
        &self,
        jobs: &[Arc<Job>],
        generation: &Generation,
    ) -> Result<Vec<Vec<RecordId>>> {
        let view = self.store.read()?;
        let numbers = jobs.iter().map(|job| match &job.work {
            Work::Put(..) => Ok(Vec::new()),
            Work::Delete(ids) => {
                let numbers = ids.iter().map(|id| self.number(&view, id));
                let numbers = numbers.collect::<Result<Vec<Option<RecordId>>>>()?;
                Ok(numbers.into_iter().flatten().collect())
            }
            Work::DeleteMatching(filters) => {
                let passing = match self.select(generation, filters) {
                    // The filter was valid when requested, but what it names has since been
                    // removed.
                    Err(Error::BadQuery(_)) => Vec::new(),
                    passing => passing?.unwrap_or_default(),
                };
                let parts = generation.parts.iter().zip(passing);
                let numbers = parts.flat_map(|(part, passing)| {
                    let numbers = &part.segment.columns.numbers;
                    let of_part = passing.iter().map(|at| numbers[at as usize]);
                    of_part.collect::<Vec<_>>()
                });
                Ok(numbers.collect())
            }
        });
        numbers.collect()
    }

    fn ids(&self, work: &Work, applied: &Applied) -> Vec<String> {
        let Work::Put(records, _) = work else {
            return Vec::new();
        };
        let numbered = applied.added.clone().zip(records);
        let ids = numbered.map(|(number, record)| {
            let own = self.schema().source_id(&record.payload);
            own.unwrap_or_else(|| number.to_string())
        });
        ids.collect()
    }

    pub(crate) fn turn(&self) -> MutexGuard<'_, Turn> {
        lock(&self.writer.turn)
    }
}

/// Suppresses background merges as long as it exists: an import merges once, at its end.
pub(crate) struct Held<'a>(&'a Collection);

impl Collection {
    pub(crate) fn hold_merges(&self) -> Held<'_> {
        self.writer.held.fetch_add(1, Ordering::SeqCst);
        Held(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.writer.held.fetch_sub(1, Ordering::SeqCst);
        self.0.merge_if_grown();
    }
}
