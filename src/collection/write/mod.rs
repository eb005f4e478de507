//! Writes: records are added, changed and deleted. They are durable and searchable when the call
//! returns.
//!
//! Concurrent writers share a transaction: callers queue their changes, and the one that gets the
//! lock writes all queued changes. The written records become a small segment, which is handed to
//! the compactor.

pub mod build;
pub mod embed;
pub mod encode;
pub mod patch;
pub mod reencode;
pub mod vector_file;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::compactor::Compactor;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::locks::lock;
use crate::record::{RecordNumber, Schema};
use crate::segment::Segment;
use crate::segment::generation::Generation;
use crate::storage::layout::{Applied, Change, Encoded};
use crate::storage::store::Store;

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

/// Writes to a collection's store, one transaction at a time.
pub(crate) struct Writer {
    store: Arc<Store>,
    compactor: Arc<Compactor>,
    /// Changes that still have to be made.
    queue: Mutex<Vec<Arc<Job>>>,
    /// Held while changes are made. Contains why no more are accepted, if so.
    turn: Mutex<Option<Closed>>,
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

/// What to write.
pub(crate) enum Work {
    /// Records and a named value beside them, written together or not at all.
    Put(Vec<Encoded>, Option<(String, Vec<u8>)>),
    /// Deletes records by id.
    Delete(Vec<String>),
    /// Deletes the records that pass all filters.
    DeleteMatching(Vec<Filter>),
    /// Deletes records by number, as far as they still exist.
    DeleteNumbered(Vec<RecordNumber>),
}

struct Job {
    work: Work,
    only_if: Option<Unchanged>,
    done: Mutex<Option<Result<Written, Failed>>>,
}

/// A condition of a change: that a record has not been replaced or deleted. Each version of a record
/// has a number of its own.
pub(crate) struct Unchanged {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: RecordNumber,
}

/// Why a change failed, for every caller that requested it.
#[derive(Clone)]
enum Failed {
    Changed,
    Full,
    Doubtful,
    Otherwise(String),
}

impl Writer {
    pub fn new(store: Arc<Store>, compactor: Arc<Compactor>) -> Self {
        Self {
            store,
            compactor,
            queue: Mutex::default(),
            turn: Mutex::default(),
        }
    }

    /// Queues a change and waits until it is made, together with other queued ones. `name` is the
    /// collection's in errors.
    ///
    /// # Errors
    /// [`Error::Write`] and its kin, with nothing written; what the collection was closed for.
    pub fn submit(&self, name: &str, work: Work) -> Result<Written> {
        let written = self.submit_if(name, work, None)?;
        // Without a condition, a change is always made.
        written.ok_or_else(|| Error::Write {
            path: self.store.path().to_owned(),
            reason: "the write was not made".into(),
        })
    }

    /// The same for a change that depends on a condition; `None` if the condition is not met, and
    /// nothing was written.
    ///
    /// # Errors
    /// As for [`Self::submit`].
    pub fn submit_if(
        &self,
        name: &str,
        work: Work,
        only_if: Option<Unchanged>,
    ) -> Result<Option<Written>> {
        let job = Arc::new(Job {
            work,
            only_if,
            done: Mutex::new(None),
        });
        lock(&self.queue).push(Arc::clone(&job));
        let turn = self.turn();
        // The previous holder of the lock may have made this change along with its own.
        if lock(&job.done).is_none() {
            if let Some(why) = *turn {
                return Err(why.error(name));
            }
            let jobs = std::mem::take(&mut *lock(&self.queue));
            self.make(&jobs);
        }
        drop(turn);
        self.compactor.request();
        let done = lock(&job.done).take();
        let path = self.store.path().to_owned();
        match done {
            Some(Ok(written)) => Ok(Some(written)),
            Some(Err(Failed::Changed)) => Ok(None),
            Some(Err(Failed::Full)) => Err(Error::Full(path)),
            Some(Err(Failed::Doubtful)) => Err(Error::Doubtful(path)),
            Some(Err(Failed::Otherwise(reason))) => Err(Error::Write { path, reason }),
            None => Err(Error::Write {
                path,
                reason: "the write was not made".into(),
            }),
        }
    }

    /// Makes a change elsewhere, after which no more writes are accepted. No write happens in the
    /// meantime. If the change fails, nothing changes here.
    ///
    /// # Errors
    /// The error of the change.
    pub fn close(&self, why: Closed, change: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut turn = self.turn();
        change()?;
        *turn = Some(why);
        Ok(())
    }

    /// Makes the changes of some jobs in order, and reports the result of each.
    fn make(&self, jobs: &[Arc<Job>]) {
        // A deletion by filter and a condition depend on the current records, so earlier changes are
        // made first.
        let split = |_: &Arc<Job>, next: &Arc<Job>| {
            next.only_if.is_none() && !matches!(next.work, Work::DeleteMatching(_))
        };
        for jobs in jobs.chunk_by(split) {
            let jobs = self.without_refused(jobs);
            if jobs.is_empty() {
                continue;
            }
            let made = self.make_together(jobs);
            match made {
                Ok(written) => {
                    for (job, written) in jobs.iter().zip(written) {
                        *lock(&job.done) = Some(Ok(written));
                    }
                }
                Err(error) => {
                    let failed = Failed::by(&error);
                    for job in jobs {
                        *lock(&job.done) = Some(Err(failed.clone()));
                    }
                }
            }
        }
    }

    /// The jobs without the first one if its condition is not met, which is then told to its caller.
    /// Only the first one can have a condition.
    fn without_refused<'j>(&self, jobs: &'j [Arc<Job>]) -> &'j [Arc<Job>] {
        let [first, rest @ ..] = jobs else {
            return jobs;
        };
        let Some(unchanged) = &first.only_if else {
            return jobs;
        };
        let failed = match self.holds(unchanged) {
            Ok(true) => return jobs,
            Ok(false) => Failed::Changed,
            Err(error) => Failed::by(&error),
        };
        *lock(&first.done) = Some(Err(failed));
        rest
    }

    fn holds(&self, unchanged: &Unchanged) -> Result<bool> {
        self.store.make_ready()?;
        Ok(self.store.read()?.find(&unchanged.id)? == Some(unchanged.number))
    }

    fn make_together(&self, jobs: &[Arc<Job>]) -> Result<Vec<Written>> {
        self.store.make_ready()?;
        self.compactor.agree()?;
        let current = self.compactor.current();
        let numbers = self.numbers_to_delete(jobs, &current)?;
        let (mut changes, mut notes) = (Vec::new(), Vec::new());
        for (job, numbers) in jobs.iter().zip(&numbers) {
            match &job.work {
                Work::Put(records, note) => {
                    changes.push(Change::Put(records));
                    notes.extend(note.as_ref().map(|(name, note)| Change::Note(name, note)));
                }
                Work::Delete(_) | Work::DeleteMatching(_) | Work::DeleteNumbered(_) => {
                    changes.push(Change::Delete(numbers));
                }
            }
        }
        // Notes come last, so that the results of the others are in the order of the jobs.
        changes.append(&mut notes);
        let segment = self.segment(jobs, current.state.next);
        let (mut reached, mut appended) = (None, None);
        // Everything slow is done before the transaction ends, so that its changes are searchable
        // as soon as they are in the store.
        let made = self.store.apply_then(&changes, |applied, state| {
            reached = Some(state);
            let removed = applied.iter().flat_map(|applied| &applied.removed);
            let removed: BTreeSet<RecordNumber> = removed.copied().collect();
            appended = Some(self.compactor.append(state, segment, &removed));
            let written = jobs.iter().zip(applied).map(|(job, applied)| Written {
                ids: ids(self.schema(), &job.work, &applied),
                removed: applied.removed.len() as u32,
                sequence: state.sequence,
            });
            written.collect()
        });
        let error = match (made, appended) {
            (Ok(written), Some(appended)) => {
                appended.publish();
                return Ok(written);
            }
            (Ok(written), None) => return Ok(written),
            (Err(error), appended) => {
                drop(appended);
                error
            }
        };
        if let Err(error) = self.compactor.agree() {
            tracing::warn!(%error, "the store cannot be read after a failed write");
        }
        if reached == Some(self.compactor.current().state) {
            return Err(Error::Doubtful(self.store.path().to_owned()));
        }
        Err(error)
    }

    /// The records that some jobs add, numbered from `first` on, as a segment.
    fn segment(&self, jobs: &[Arc<Job>], first: u64) -> Option<Segment> {
        let puts = jobs.iter().filter_map(|job| match &job.work {
            Work::Put(records, _) => Some(records),
            Work::Delete(_) | Work::DeleteMatching(_) | Work::DeleteNumbered(_) => None,
        });
        let records: Vec<&Encoded> = puts.flatten().collect();
        (!records.is_empty()).then(|| {
            let tokenize = self.compactor.tokenize();
            Segment::of(self.schema(), tokenize, first, &records)
        })
    }

    /// For each job, the records it deletes, as far as they exist before the jobs.
    fn numbers_to_delete(
        &self,
        jobs: &[Arc<Job>],
        current: &Generation,
    ) -> Result<Vec<Vec<RecordNumber>>> {
        let view = self.store.read()?;
        let numbers = jobs.iter().map(|job| match &job.work {
            Work::Put(..) => Ok(Vec::new()),
            Work::DeleteNumbered(numbers) => Ok(numbers.clone()),
            Work::Delete(ids) => {
                let numbers = ids.iter().map(|id| view.find(id));
                let numbers = numbers.collect::<Result<Vec<Option<RecordNumber>>>>()?;
                Ok(numbers.into_iter().flatten().collect())
            }
            Work::DeleteMatching(filters) => {
                let passing = match current.select(&self.schema().facets, filters) {
                    // The filter was valid when requested, but what it names has since been
                    // removed.
                    Err(Error::BadQuery(_)) => Vec::new(),
                    passing => passing?.unwrap_or_default(),
                };
                let parts = current.parts.iter().zip(passing);
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

    fn schema(&self) -> &Schema {
        &self.store.about().schema
    }

    fn turn(&self) -> MutexGuard<'_, Option<Closed>> {
        lock(&self.turn)
    }
}

impl Failed {
    fn by(error: &Error) -> Self {
        match error {
            Error::Doubtful(_) => Self::Doubtful,
            full if full.is_full() => Self::Full,
            other => Self::Otherwise(other.to_string()),
        }
    }
}

impl Closed {
    fn error(self, name: &str) -> Error {
        match self {
            Self::Dropped => Error::NoCollection {
                name: name.to_owned(),
                known: Vec::new(),
            },
            Self::Replaced => Error::Replaced(name.to_owned()),
        }
    }
}

/// The ids of the records that were added.
fn ids(schema: &Schema, work: &Work, applied: &Applied) -> Vec<String> {
    let Work::Put(records, _) = work else {
        return Vec::new();
    };
    let numbered = applied.added.clone().zip(records);
    let ids = numbered.map(|(number, record)| {
        let own = schema.source_id(&record.payload);
        own.unwrap_or_else(|| number.to_string())
    });
    ids.collect()
}
