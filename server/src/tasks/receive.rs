//! Receiving a file: its upload is created first, then its bytes are sent in one or several parts,
//! and when all have arrived, the import is queued, exactly once.

use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parallax::digest::sha256_of_file;
use parallax::locks::lock;
use parallax::vocabulary::{Task, TaskState};
use parallax_app::Problem;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::{OwnedMutexGuard, watch};

use super::entry::Entry;
use super::idle::wall_clock;
use super::plan::Plan;
use super::state::NotChanged;
use super::withdrawals::Holder;
use super::{Known, LOOK, Tasks};
use crate::disk::free_bytes;
use crate::problem::{internal, problem};

/// Where a part of a file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Where the client believes that the upload is.
    At(u64),
    /// At the beginning, whatever has arrived before.
    Beginning,
}

/// Why a part is not written.
#[derive(Debug)]
pub enum NotBegun {
    /// The upload is at another offset, which is this one.
    Offset(u64),
    /// Any other reason.
    Problem(Problem),
}

impl From<Problem> for NotBegun {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A part of a file on its way. Nobody else writes to the file meanwhile.
pub struct Part {
    tasks: Arc<Tasks>,
    entry: Arc<Entry>,
    file: File,
    /// Where it begins, and where it ends so far.
    start: u64,
    end: u64,
    /// How many bytes the file may have, and what to say if it has more.
    most: u64,
    too_many: Problem,
    turn: watch::Receiver<u64>,
    number: u64,
    _writing: OwnedMutexGuard<()>,
}

impl Part {
    /// Appends bytes.
    ///
    /// # Errors
    /// If they are too many, or cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let end = self.end.saturating_add(bytes.len() as u64);
        if end > self.most {
            return Err(self.too_many.clone());
        }
        self.tasks.reserve(&self.entry, end)?;
        self.file.write_all(bytes).await.map_err(unwritable)?;
        self.end = end;
        Ok(())
    }

    /// Waits until somebody else sends bytes of this file, or it is withdrawn.
    pub async fn taken_over(&mut self) -> Problem {
        let number = self.number;
        let _ = self.turn.wait_for(|now| *now != number).await;
        if self.entry.state().is_over() {
            return withdrawn();
        }
        taken()
    }

    /// Makes what was written durable, or takes it back.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub async fn close(&mut self, keep: bool) -> Result<(), Problem> {
        if !keep {
            self.end = self.start;
        }
        self.file.flush().await.map_err(unwritable)?;
        self.file.set_len(self.end).await.map_err(unwritable)?;
        self.entry.count(self.end);
        self.file.sync_all().await.map_err(unwritable)
    }
}

impl Tasks {
    /// Creates an upload, and says whether it is new. One that is created again, by the same name or
    /// for the same file while that is not over, is the one that there is: nothing is imported twice.
    ///
    /// # Errors
    /// Why it cannot be created.
    pub fn create(&self, plan: &Plan, holder: &Holder) -> Result<(Arc<Entry>, bool), Problem> {
        self.give_up_abandoned();
        let withdrawals = lock(&self.withdrawn);
        if let Some(upload) = &plan.upload {
            if let Some(entry) = self.uploaded(upload) {
                if entry.plan.is_same(plan) {
                    return Ok((entry, false));
                }
                return Err(name_taken(&entry));
            }
            if withdrawals.contain(holder, upload) {
                return Err(withdrawn());
            }
        }
        if let Some(entry) = self.same_unfinished(plan) {
            return Ok((entry, false));
        }
        self.promise_room(plan)?;
        let entry = self
            .spool
            .create(plan, wall_clock())
            .map(|kept| self.add(kept));
        self.promised.store(0, Ordering::SeqCst);
        let entry = entry.map_err(|error| problem(&error))?;
        Ok((entry, true))
    }

    /// The upload of a name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn upload(&self, name: &str) -> Result<Arc<Entry>, Problem> {
        let entry = self.uploaded(name).filter(|entry| entry.is_visible());
        entry.ok_or_else(|| Problem {
            code: "not_found".into(),
            message: format!(
                "there is no upload '{name}'; POST /api/v1/collections/NAME/uploads creates one"
            ),
        })
    }

    /// An unfinished import that does the same with the same file.
    fn same_unfinished(&self, plan: &Plan) -> Option<Arc<Entry>> {
        plan.sha256.as_ref()?;
        let known = lock(&self.known);
        let mut unfinished = known.values().filter(|entry| !entry.state().is_over());
        unfinished.find(|entry| entry.plan.is_same(plan)).cloned()
    }

    /// Checks that there is room for another upload, and promises that room to it.
    fn promise_room(&self, plan: &Plan) -> Result<(), Problem> {
        let settings = &self.settings;
        let bytes = plan.bytes.unwrap_or(0);
        if bytes > settings.max_upload_bytes {
            return Err(self.too_large());
        }
        let known = lock(&self.known);
        let waits = |state: TaskState| matches!(state, TaskState::Receiving | TaskState::Queued);
        let waiting = known.values().filter(|entry| waits(entry.state())).count();
        if waiting >= settings.max_waiting {
            return Err(Problem {
                code: "overloaded".into(),
                message: format!(
                    "{waiting} imports are waiting, which is the limit of the setting \
                     max_waiting; try again when one of them is over"
                ),
            });
        }
        if bytes > self.spool_room(&known, None) {
            return Err(self.spool_full());
        }
        let unfinished = known.values().filter(|entry| !entry.state().is_over());
        let missing = unfinished.map(|entry| entry.size().saturating_sub(entry.held()));
        let missing = missing.fold(bytes, u64::saturating_add);
        match free_bytes(self.spool.folder()) {
            Some(free) if free < missing => Err(Problem {
                code: "no_space".into(),
                message: format!(
                    "the server's disk has no room for {bytes} more bytes; make room there and \
                     send the file again"
                ),
            }),
            _ => {
                self.promised.store(bytes, Ordering::SeqCst);
                Ok(())
            }
        }
    }

    /// How many more bytes the uploads may have together, apart from one of them.
    fn spool_room(&self, known: &Known, apart_from: Option<u64>) -> u64 {
        let others = known.values().filter(|entry| {
            let counts = Some(entry.id()) != apart_from;
            counts && !entry.state().is_over()
        });
        let promised = self.promised.load(Ordering::SeqCst);
        let held = others.map(|entry| entry.size());
        let held = held.fold(promised, u64::saturating_add);
        self.settings.max_spooled_bytes.saturating_sub(held)
    }

    /// Counts the bytes of a file up to an end, before they are written, so that of several uploads
    /// only one gets the last room.
    fn reserve(&self, entry: &Entry, end: u64) -> Result<(), Problem> {
        if end <= entry.size() {
            entry.count(end);
            return Ok(());
        }
        let known = lock(&self.known);
        if end > self.spool_room(&known, Some(entry.id())) {
            return Err(self.spool_full());
        }
        entry.count(end);
        Ok(())
    }

    /// Begins to write a part of a file, of so many bytes if that is `announced`. Whoever wrote
    /// before is told to stop, unless this part is refused anyway. Returns `None` if all of the file
    /// has arrived already.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn begin(
        self: &Arc<Self>,
        entry: &Arc<Entry>,
        from: Start,
        announced: Option<u64>,
    ) -> Result<Option<Part>, NotBegun> {
        if self.place(&entry.task(), from, announced)?.is_none() {
            return Ok(None);
        }
        let number = entry.interrupt();
        let writing = Arc::clone(&entry.file).lock_owned().await;
        let turn = entry.turn.subscribe();
        if *turn.borrow() != number {
            return Err(taken().into());
        }
        // What the one before had sent may have been added.
        let task = entry.task();
        let Some(start) = self.place(&task, from, announced)? else {
            return Ok(None);
        };
        let (most, too_many) = self.most_of(&task);
        let path = self.spool.upload(task.id, &entry.plan.file);
        let opened = OpenOptions::new().write(true).open(&path).await;
        let mut file = opened.map_err(unwritable)?;
        // What follows was not acknowledged.
        file.set_len(start).await.map_err(unwritable)?;
        file.seek(SeekFrom::Start(start))
            .await
            .map_err(unwritable)?;
        entry.count(start);
        Ok(Some(Part {
            tasks: Arc::clone(self),
            entry: Arc::clone(entry),
            file,
            start,
            end: start,
            most,
            too_many,
            turn,
            number,
            _writing: writing,
        }))
    }

    /// Where a part begins, as the upload is now; `None` if all of the file has arrived already.
    fn place(
        &self,
        task: &Task,
        from: Start,
        announced: Option<u64>,
    ) -> Result<Option<u64>, NotBegun> {
        match task.state {
            TaskState::Receiving => {}
            TaskState::Cancelled => return Err(withdrawn().into()),
            TaskState::Failed => {
                let why = task.message.as_deref().unwrap_or_default();
                return Err(conflict(&format!("the upload is over: {why}")).into());
            }
            _ => return Ok(None),
        }
        if from != Start::Beginning && task.bytes == Some(task.received) {
            return Ok(None);
        }
        let start = match from {
            Start::Beginning => 0,
            Start::At(offset) if offset == task.received => offset,
            Start::At(_) => return Err(NotBegun::Offset(task.received)),
        };
        let (most, too_many) = self.most_of(task);
        if announced.is_some_and(|bytes| bytes > most.saturating_sub(start)) {
            return Err(too_many.into());
        }
        Ok(Some(start))
    }

    /// How many bytes a file may have, and what to say if it has more.
    fn most_of(&self, task: &Task) -> (u64, Problem) {
        if let Some(bytes) = task.bytes {
            let message = format!(
                "the file has more than the {bytes} bytes that were declared; nothing of this \
                 part was kept"
            );
            let code = "too_large".into();
            return (bytes, Problem { code, message });
        }
        (self.settings.max_upload_bytes, self.too_large())
    }

    /// Records what arrived of a file. When that is all, because its size is reached or because it
    /// was the `last` part, the import is queued.
    ///
    /// # Errors
    /// If it cannot be stored, or the file is not the one that was declared.
    pub fn received(&self, part: &Part, last: bool) -> Result<Task, Problem> {
        let entry = &part.entry;
        if entry.state() != TaskState::Receiving {
            return Err(withdrawn());
        }
        let end = part.end;
        if last && end == 0 {
            return Err(empty());
        }
        let now = wall_clock();
        let noted = entry.note(
            &self.spool,
            |facts| facts.touched = now,
            |task| {
                task.received = end;
                if last {
                    task.bytes = Some(end);
                }
            },
        );
        noted.map_err(|error| problem(&error))?;
        entry.touch(now);
        self.complete(entry)?;
        Ok(entry.task())
    }

    /// Queues the import of a file if all of it has arrived.
    ///
    /// # Errors
    /// If it cannot be stored, or the file is not the one that was declared.
    pub fn complete(&self, entry: &Arc<Entry>) -> Result<(), Problem> {
        let task = entry.task();
        if task.state != TaskState::Receiving || task.bytes != Some(task.received) {
            return Ok(());
        }
        if let Some(expected) = &entry.plan.sha256 {
            let path = self.spool.upload(task.id, &entry.plan.file);
            let found = sha256_of_file(&path).map_err(unwritable)?;
            if found != *expected {
                let why = format!(
                    "the SHA-256 of what arrived is {found}, not {expected} as declared; nothing \
                     was imported; create another upload and send the file again"
                );
                let also = |task: &mut Task| task.message = Some(why.clone());
                return match entry.end(&self.spool, TaskState::Failed, also) {
                    Ok(()) => Err(Problem {
                        code: "bad_query".into(),
                        message: why,
                    }),
                    // It is over already.
                    Err(_) => Ok(()),
                };
            }
        }
        match entry.change(&self.spool, TaskState::Queued, |_| ()) {
            Ok(()) => {
                self.enqueue(entry);
                Ok(())
            }
            // It was queued or withdrawn meanwhile.
            Err(NotChanged::Illegal { .. }) => Ok(()),
            Err(NotChanged::NotStored(error)) => Err(problem(&error)),
        }
    }

    /// Forgets an upload in one request that broke off, unless another request goes on with it.
    pub fn broke_off(&self, part: &Part) {
        let entry = &part.entry;
        let mut known = lock(&self.known);
        let is_ours = *entry.turn.borrow() == part.number;
        if entry.plan.at_once && is_ours && entry.state() == TaskState::Receiving {
            known.remove(&entry.id());
            self.spool.forget(entry.id());
        }
    }

    /// Gives up the uploads that got no byte for a long time.
    pub fn give_up_abandoned(&self) {
        let entries: Vec<Arc<Entry>> = lock(&self.known).values().cloned().collect();
        for entry in entries {
            let after = match entry.plan.at_once {
                // Its client left before the first byte was read, and nobody can go on with it.
                true => self.settings.abandoned_after().min(LOOK),
                false => self.settings.abandoned_after(),
            };
            let idle = entry.idle();
            let is_receiving = entry.state() == TaskState::Receiving;
            if !is_receiving || idle < after || entry.file.try_lock().is_err() {
                continue;
            }
            let why = format!(
                "no bytes arrived for {} seconds, so the upload was given up; nothing was \
                 imported; send the file again",
                idle.as_secs()
            );
            let also = |task: &mut Task| task.message = Some(why.clone());
            // If it ended meanwhile, there is nothing to give up.
            let _ = entry.end(&self.spool, TaskState::Failed, also);
        }
    }

    fn too_large(&self) -> Problem {
        Problem {
            code: "too_large".into(),
            message: format!(
                "the file is larger than {} bytes; import it with `parallax index`",
                self.settings.max_upload_bytes
            ),
        }
    }

    fn spool_full(&self) -> Problem {
        Problem {
            code: "no_space".into(),
            message: format!(
                "the files of all imports that are not over would have more than {} bytes \
                 together, which is the limit of the setting max_spooled_bytes; try again when \
                 one of them is over",
                self.settings.max_spooled_bytes
            ),
        }
    }
}

fn conflict(message: &str) -> Problem {
    Problem {
        code: "conflict".into(),
        message: message.to_owned(),
    }
}

fn withdrawn() -> Problem {
    conflict("the upload was withdrawn; nothing was imported")
}

fn taken() -> Problem {
    Problem {
        code: "overloaded".into(),
        message: "another request goes on with this upload, or the service is about to end; ask \
                  for its offset, and go on there"
            .into(),
    }
}

fn name_taken(earlier: &Entry) -> Problem {
    let Plan {
        file, collection, ..
    } = &earlier.plan;
    let which = match earlier.is_visible() {
        true => format!(", of '{file}' into '{collection}'"),
        false => String::new(),
    };
    conflict(&format!(
        "the upload has the name of an earlier one{which}; nothing was imported; give it a name of \
         its own"
    ))
}

/// The problem with a file without a byte.
pub fn empty() -> Problem {
    Problem {
        code: "bad_query".into(),
        message: "the file is empty".into(),
    }
}

/// What the sender of bytes is told that cannot be written.
pub fn unwritable(error: std::io::Error) -> Problem {
    tracing::error!(%error, "cannot write an upload");
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem {
            code: "no_space".into(),
            message: "the server's disk is full; nothing was imported".into(),
        },
        _ => internal(),
    }
}
