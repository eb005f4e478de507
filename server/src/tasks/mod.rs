//! Imports run as tasks: a file is uploaded completely, then read in the background, one file
//! at a time, using half of the cores.
//!
//! The upload and the task stay in the data folder until the task ends, so that unfinished tasks
//! resume after a restart. A task that creates a collection starts over, because none of it was
//! visible yet; one that adds to a collection resumes after the last line written. An upload goes on
//! after the last byte that was acknowledged.

mod entry;
mod idle;
mod plan;
mod receive;
mod recover;
mod run;
mod settings;
mod spool;
mod state;
#[cfg(test)]
pub mod tests;
mod to_cluster;
mod withdrawals;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use parallax::Catalogue;
use parallax::locks::lock;
use parallax::remote::Remotes;
use parallax::vocabulary::{Task, TaskState};
use parallax_app::Problem;
use tokio::sync::watch;

pub use entry::Entry;
pub use plan::Plan;
pub use receive::{NotBegun, Part, Start, empty, unwritable};
pub use settings::Settings;
pub use spool::Incoming;
pub use withdrawals::Holder;

use self::withdrawals::Withdrawals;
use crate::keys::Sight;
use crate::problem::problem;

/// How many finished tasks are remembered.
const REMEMBERED: usize = 100;

/// How often abandoned uploads are looked for while no import runs.
const LOOK: Duration = Duration::from_secs(60);

/// The tasks that are known, by their ids.
type Known = BTreeMap<u64, Arc<Entry>>;

/// The tasks of a data folder.
pub struct Tasks {
    settings: Settings,
    spool: spool::Spool,
    /// The cluster that imports go to, if not to the data folder.
    cluster: Option<Arc<Remotes>>,
    known: Mutex<Known>,
    queue: Sender<Arc<Entry>>,
    /// The uploads that were withdrawn before they were created. It is locked while an upload is
    /// created, so that of two with the same name only one is.
    withdrawn: Mutex<Withdrawals>,
    /// How many bytes the upload that is being created will have. It changes while `known` is
    /// locked, or to 0.
    promised: AtomicU64,
    /// Whether a task is being worked on, and who waits for its end.
    working: (Mutex<bool>, Condvar),
    /// Called with all progress, so that a test can hold an import where it likes.
    #[cfg(test)]
    gate: std::sync::OnceLock<tests::Gate>,
}

impl Entry {
    /// Whether the current request may see the collection.
    fn is_visible(&self) -> bool {
        Sight::current().includes(&self.plan.collection)
    }
}

impl Tasks {
    /// Opens the tasks of a data folder, and starts to run the unfinished ones.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn open(
        data_dir: &Path,
        catalogue: Arc<Catalogue>,
        settings: Settings,
    ) -> Result<Arc<Self>> {
        Self::open_with(data_dir, catalogue, None, settings)
    }

    /// The same for imports to a cluster.
    ///
    /// # Errors
    /// As above.
    pub fn open_with(
        data_dir: &Path,
        catalogue: Arc<Catalogue>,
        cluster: Option<Arc<Remotes>>,
        settings: Settings,
    ) -> Result<Arc<Self>> {
        let spool = spool::Spool::open(data_dir)?;
        let (queue, waiting) = channel();
        let tasks = Arc::new(Self {
            settings,
            cluster,
            known: Mutex::default(),
            queue,
            withdrawn: Mutex::new(spool.withdrawals()),
            spool,
            promised: AtomicU64::new(0),
            working: (Mutex::new(false), Condvar::new()),
            #[cfg(test)]
            gate: std::sync::OnceLock::new(),
        });
        for kept in tasks.spool.stored()? {
            let Some(kept) = recover::recover(kept, &tasks.spool, &catalogue) else {
                continue;
            };
            let entry = tasks.add(kept);
            let task = entry.task();
            // The process may have ended between the last byte and the queue.
            let is_whole = task.bytes == Some(task.received);
            if task.state == TaskState::Queued || (task.state == TaskState::Receiving && is_whole) {
                tasks.enqueue(&entry);
            }
        }
        let worker = Arc::clone(&tasks);
        std::thread::Builder::new()
            .name("imports".into())
            .spawn(move || worker.work(&waiting, &catalogue))
            .context("cannot start the import thread")?;
        Ok(tasks)
    }

    /// Creates a place for a snapshot to be uploaded to.
    ///
    /// # Errors
    /// If the data folder cannot be written.
    pub fn receive(&self) -> std::io::Result<Incoming> {
        self.spool.receive()
    }

    /// The largest upload, in bytes as sent.
    pub fn max_upload_bytes(&self) -> u64 {
        self.settings.max_upload_bytes
    }

    /// Withdraws an upload. If there is one, its import is cancelled and returned; otherwise the same
    /// caller will not create one.
    ///
    /// # Errors
    /// If it cannot be stored; nothing is withdrawn then.
    pub fn withdraw(&self, upload: &str, holder: &Holder) -> Result<Option<Task>, Problem> {
        let mut withdrawn = lock(&self.withdrawn);
        if let Some(entry) = self.uploaded(upload).filter(|entry| entry.is_visible()) {
            let cancelled = entry.cancel(&self.spool);
            cancelled.map_err(|error| problem(&error))?;
            return Ok(Some(entry.task()));
        }
        if !withdrawn.contain(holder, upload) {
            let mut more = withdrawn.clone();
            more.add(holder, upload);
            let kept = self.spool.keep_withdrawals(&more);
            kept.map_err(|error| problem(&error))?;
            *withdrawn = more;
        }
        Ok(None)
    }

    /// All tasks of collections that the request may see, newest first.
    pub fn all(&self) -> Vec<Task> {
        let known = lock(&self.known);
        let tasks = known.values().rev().filter(|entry| entry.is_visible());
        tasks.map(|entry| entry.task()).collect()
    }

    /// A task and its future states.
    ///
    /// # Errors
    /// `not_found`.
    pub fn watch(&self, id: u64) -> Result<watch::Receiver<Task>, Problem> {
        Ok(self.entry(id)?.watch())
    }

    /// Cancels a task, durably. It ends at its next step unless it has already ended.
    ///
    /// # Errors
    /// `not_found`; if it cannot be stored, and the task goes on.
    pub fn cancel(&self, id: u64) -> Result<Task, Problem> {
        let entry = self.entry(id)?;
        let cancelled = entry.cancel(&self.spool);
        cancelled.map_err(|error| problem(&error))?;
        Ok(entry.task())
    }

    /// Stops all work because the service ends, and waits for that for some time. What is not over
    /// goes on after the next start, and is not counted as interrupted.
    pub fn stop(&self, within: Duration) {
        self.spool.end();
        let entries: Vec<Arc<Entry>> = lock(&self.known).values().cloned().collect();
        for entry in entries {
            entry.pause(&self.spool);
        }
        let (working, ended) = &self.working;
        let waited = ended.wait_timeout_while(lock(working), within, |working| *working);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// The task of a named upload.
    fn uploaded(&self, upload: &str) -> Option<Arc<Entry>> {
        let known = lock(&self.known);
        let mut entries = known.values();
        let found = entries.find(|entry| entry.plan.upload.as_deref() == Some(upload));
        found.cloned()
    }

    fn entry(&self, id: u64) -> Result<Arc<Entry>, Problem> {
        let known = lock(&self.known);
        let entry = known.get(&id).filter(|entry| entry.is_visible());
        entry.cloned().ok_or_else(|| Problem {
            code: "not_found".into(),
            message: format!("there is no task {id}; GET /api/v1/tasks lists the tasks"),
        })
    }

    /// Adds a task to those that are known, and forgets the oldest of those that are over.
    fn add(&self, kept: spool::Kept) -> Arc<Entry> {
        let entry = Arc::new(Entry::new(kept));
        let mut known = lock(&self.known);
        known.insert(entry.id(), Arc::clone(&entry));
        let over = known.values().filter(|entry| entry.state().is_over());
        let over: Vec<u64> = over.map(|entry| entry.id()).collect();
        let excess = over.len().saturating_sub(REMEMBERED);
        for id in over.into_iter().take(excess) {
            known.remove(&id);
            self.spool.forget(id);
        }
        entry
    }

    fn enqueue(&self, entry: &Arc<Entry>) {
        // The receiver is dropped only when the service ends.
        let _ = self.queue.send(Arc::clone(entry));
    }

    fn work(&self, waiting: &Receiver<Arc<Entry>>, catalogue: &Catalogue) {
        loop {
            match waiting.recv_timeout(LOOK) {
                Ok(entry) => self.take(&entry, catalogue),
                Err(RecvTimeoutError::Timeout) => self.give_up_abandoned(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&self, entry: &Arc<Entry>, catalogue: &Catalogue) {
        let (working, ended) = &self.working;
        *lock(working) = true;
        if entry.state() == TaskState::Receiving {
            if let Err(error) = self.complete(entry) {
                tracing::warn!(%error, task = entry.id(), "an upload cannot be imported");
            }
        } else if !self.spool.is_ending() {
            run::run(self, entry, catalogue);
        }
        *lock(working) = false;
        ended.notify_all();
    }

    /// Lets a test hold the import at this point.
    #[cfg(test)]
    fn pass(&self, progress: &parallax::collection::Progress) {
        if let Some(gate) = self.gate.get() {
            gate.pass(progress);
        }
    }
}
