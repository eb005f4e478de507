//! Imports run as tasks: a file is uploaded completely, then read in the background, one file
//! at a time, using half of the cores.
//!
//! The upload and the task stay in the data folder until the task ends, so that unfinished tasks
//! resume after a restart. A task that creates a collection starts over, because none of it was
//! visible yet; one that adds to a collection resumes after the last line written.

mod run;
mod spool;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context, Result};
use parallax::Catalogue;
use parallax::locks::lock;
use parallax::vocabulary::{Task, TaskState};
use parallax_app::Problem;
use tokio::sync::watch;

use crate::keys::Sight;

pub use spool::{Incoming, Plan};

/// How many finished tasks are remembered.
const REMEMBERED: usize = 100;

/// How many withdrawn uploads are remembered: those whose bytes may still be on their way.
const WITHDRAWN: usize = 100;

/// The tasks of a data folder.
pub struct Tasks {
    spool: spool::Spool,
    known: Mutex<BTreeMap<u64, Arc<Entry>>>,
    queue: Sender<Arc<Entry>>,
    /// The uploads that were withdrawn before they had a task, newest last. It is locked while an
    /// upload becomes a task, so that of two with the same name only one does.
    withdrawn: Mutex<VecDeque<String>>,
}

/// What became of an upload.
#[derive(Debug)]
pub enum Queued {
    /// It has a task.
    Task(Task),
    /// It was withdrawn before.
    Withdrawn,
    /// Its name is that of an upload of another file, or into another collection, which has this task.
    NameTaken(Task),
}

/// A task and what is needed to run it.
struct Entry {
    plan: Plan,
    cancelled: AtomicBool,
    task: watch::Sender<Task>,
    /// The name under which the collection stores the progress of the import. It is set once the
    /// task is known to add to a collection.
    note: OnceLock<String>,
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
    pub fn open(data_dir: &Path, catalogue: Arc<Catalogue>) -> Result<Arc<Self>> {
        let spool = spool::Spool::open(data_dir)?;
        let (queue, waiting) = channel();
        let tasks = Arc::new(Self {
            known: Mutex::default(),
            queue,
            spool,
            withdrawn: Mutex::default(),
        });
        for (plan, task) in tasks.spool.tasks()? {
            tasks.add(plan, task);
        }
        let worker = Arc::clone(&tasks);
        std::thread::Builder::new()
            .name("imports".into())
            .spawn(move || worker.work(&waiting, &catalogue))
            .context("cannot start the import thread")?;
        Ok(tasks)
    }

    /// Creates a place for a file to be uploaded to.
    ///
    /// # Errors
    /// If the data folder cannot be written.
    pub fn receive(&self) -> std::io::Result<Incoming> {
        self.spool.receive()
    }

    /// Queues the import of a completely uploaded file. An upload whose name is that of an earlier
    /// one of the same file into the same collection is that one sent again: it gets the same task,
    /// and is not imported twice.
    ///
    /// # Errors
    /// If the data folder cannot be written.
    pub fn queue(&self, incoming: Incoming, plan: Plan) -> parallax::Result<Queued> {
        let withdrawn = lock(&self.withdrawn);
        if let Some(upload) = &plan.upload {
            if let Some(entry) = self.uploaded(upload) {
                let first = &entry.plan;
                let same = first.collection == plan.collection && first.file == plan.file;
                let task = entry.task.borrow().clone();
                return Ok(if same {
                    Queued::Task(task)
                } else {
                    Queued::NameTaken(task)
                });
            }
            if withdrawn.contains(upload) {
                return Ok(Queued::Withdrawn);
            }
        }
        let task = self.spool.keep(incoming, &plan)?;
        self.add(plan, task.clone());
        Ok(Queued::Task(task))
    }

    /// Withdraws an upload. If it has a task, that is cancelled and returned; otherwise it will not
    /// get one.
    pub fn withdraw(&self, upload: &str) -> Option<Task> {
        let mut withdrawn = lock(&self.withdrawn);
        if let Some(entry) = self.uploaded(upload).filter(|entry| entry.is_visible()) {
            self.cancel_entry(&entry);
            return Some(entry.task.borrow().clone());
        }
        if withdrawn.iter().any(|known| known == upload) {
            return None;
        }
        if withdrawn.len() == WITHDRAWN {
            withdrawn.pop_front();
        }
        withdrawn.push_back(upload.to_owned());
        None
    }

    /// All tasks of collections that the request may see, newest first.
    pub fn all(&self) -> Vec<Task> {
        let known = lock(&self.known);
        let tasks = known.values().rev().filter(|entry| entry.is_visible());
        tasks.map(|entry| entry.task.borrow().clone()).collect()
    }

    /// A task and its future states.
    ///
    /// # Errors
    /// `not_found`.
    pub fn watch(&self, id: u64) -> Result<watch::Receiver<Task>, Problem> {
        Ok(self.entry(id)?.task.subscribe())
    }

    /// Cancels a task, which ends at its next step unless it has already ended.
    ///
    /// # Errors
    /// `not_found`.
    pub fn cancel(&self, id: u64) -> Result<watch::Receiver<Task>, Problem> {
        let entry = self.entry(id)?;
        self.cancel_entry(&entry);
        Ok(entry.task.subscribe())
    }

    fn cancel_entry(&self, entry: &Entry) {
        entry.cancelled.store(true, Ordering::Relaxed);
        let mut waiting = false;
        entry.task.send_if_modified(|task| {
            waiting = task.state == TaskState::Queued;
            if waiting {
                task.state = TaskState::Cancelled;
            }
            waiting
        });
        if waiting {
            self.spool.finish(&entry.plan, &entry.task.borrow());
        }
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

    fn add(&self, plan: Plan, task: Task) {
        let id = task.id;
        let over = task.state.is_over();
        let entry = Arc::new(Entry {
            plan,
            cancelled: AtomicBool::new(false),
            task: watch::Sender::new(task),
            note: OnceLock::new(),
        });
        let mut known = lock(&self.known);
        known.insert(id, Arc::clone(&entry));
        let ended = known
            .values()
            .filter(|entry| entry.task.borrow().state.is_over());
        let excess = ended.count().saturating_sub(REMEMBERED);
        let oldest: Vec<u64> = known
            .iter()
            .filter(|(_, entry)| entry.task.borrow().state.is_over())
            .map(|(id, _)| *id)
            .take(excess)
            .collect();
        for id in oldest {
            known.remove(&id);
            self.spool.forget(id);
        }
        drop(known);
        if !over {
            // The receiver is dropped only when the service ends.
            let _ = self.queue.send(entry);
        }
    }

    fn work(&self, waiting: &Receiver<Arc<Entry>>, catalogue: &Catalogue) {
        while let Ok(entry) = waiting.recv() {
            if entry.task.borrow().state.is_over() {
                continue;
            }
            run::run(&entry, &self.spool, catalogue);
            self.spool.finish(&entry.plan, &entry.task.borrow());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::encoder;
    use parallax::vocabulary::FieldRoles;

    fn plan(collection: &str) -> Plan {
        Plan {
            collection: collection.into(),
            file: "../a.jsonl".into(),
            fields: FieldRoles::default(),
            adds: false,
            replace: false,
            passages: true,
            upload: None,
        }
    }

    fn wait(tasks: &Tasks, id: u64) -> Task {
        let mut watch = tasks.watch(id).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let over = watch.wait_for(|task| task.state.is_over());
        runtime.block_on(over).unwrap().clone()
    }

    #[test]
    fn a_restart_goes_on_with_what_was_not_over_and_forgets_cut_uploads() {
        let folder = tempfile::tempdir().unwrap();
        {
            let spool = spool::Spool::open(folder.path()).unwrap();
            for collection in ["first", "second"] {
                let incoming = spool.receive().unwrap();
                std::fs::write(incoming.path(), "{\"title\": \"milk\"}\n").unwrap();
                spool.keep(incoming, &plan(collection)).unwrap();
            }
            std::fs::remove_dir_all(folder.path().join("imports/2")).unwrap();
            std::fs::create_dir(folder.path().join("imports/.upload-cut")).unwrap();
        }
        let catalogue = Arc::new(Catalogue::open(folder.path(), encoder()).unwrap());
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue)).unwrap();
        assert_eq!(wait(&tasks, 1).state, TaskState::Done);
        let lost = wait(&tasks, 2);
        assert_eq!(lost.state, TaskState::Failed);
        assert!(lost.message.unwrap().contains("import it again"));
        assert_eq!(catalogue.names().unwrap(), ["first"]);
        assert!(!folder.path().join("imports/.upload-cut").exists());

        // A task that finished but could not record it is not run twice.
        let spool = spool::Spool::open(folder.path()).unwrap();
        spool.tasks().unwrap();
        let incoming = spool.receive().unwrap();
        std::fs::write(incoming.path(), "{\"title\": \"milk\"}\n").unwrap();
        let id = spool.keep(incoming, &plan("first")).unwrap().id;
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue)).unwrap();
        assert_eq!(wait(&tasks, id).state, TaskState::Done);
        let first = catalogue.collection("first").unwrap();
        assert_eq!(first.generation().records(), 1);
    }

    #[test]
    fn a_task_that_brings_the_service_down_is_given_up_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let id = {
            let spool = spool::Spool::open(folder.path()).unwrap();
            let incoming = spool.receive().unwrap();
            std::fs::write(incoming.path(), "{\"title\": \"milk\"}\n").unwrap();
            spool.keep(incoming, &plan("first")).unwrap().id
        };
        // Each start resumes the task, and ends while it is running.
        let mut starts = 0;
        let given_up = loop {
            let spool = spool::Spool::open(folder.path()).unwrap();
            let (_, task) = spool.tasks().unwrap().remove(0);
            if task.state.is_over() {
                break task;
            }
            assert_eq!(task.state, TaskState::Queued);
            starts += 1;
            assert!(starts < 10, "it is resumed forever");
        };
        assert!(starts >= 2, "it is abandoned at the first interruption");
        assert_eq!(given_up.state, TaskState::Failed);
        let message = given_up.message.unwrap();
        assert!(message.contains("repeatedly"), "{message}");

        // The next start skips it and runs the task after it.
        let catalogue = Arc::new(Catalogue::open(folder.path(), encoder()).unwrap());
        let tasks = Tasks::open(folder.path(), Arc::clone(&catalogue)).unwrap();
        assert_eq!(wait(&tasks, id).state, TaskState::Failed);
        let incoming = tasks.receive().unwrap();
        std::fs::write(incoming.path(), "{\"title\": \"milk\"}\n").unwrap();
        let Queued::Task(next) = tasks.queue(incoming, plan("second")).unwrap() else {
            panic!("it is not queued");
        };
        let next = next.id;
        assert_eq!(wait(&tasks, next).state, TaskState::Done);
        assert_eq!(catalogue.names().unwrap(), ["second"]);
    }
}
