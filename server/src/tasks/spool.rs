//! The folder where uploads and tasks lie: `imports` in the data folder. A task is a JSON
//! file, its upload a folder beside it with the file under its own name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use parallax::{Error, atomic_file};
use parallax_app::wire::{Proposed, Task, TaskState};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "imports";

/// How often a task is taken up again after the process ended: one that brings it down
/// would otherwise do so at every start.
const MAX_INTERRUPTED: u32 = 3;

/// What is to be done with a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The collection to make, or to add to where it exists.
    pub collection: String,
    /// The file's own name.
    pub file: String,
    /// Which fields play which parts; all `None` where the file tells by itself.
    pub fields: Proposed,
    /// Whether records are added to a collection that is there, rather than one made.
    pub adds: bool,
    /// Whether a collection that is made may take the place of one that is there.
    pub replace: bool,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
}

/// A file on its way; it is gone when this is dropped before the file was kept.
pub struct Incoming {
    folder: tempfile::TempDir,
}

impl Incoming {
    /// Where its bytes go.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("upload")
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    plan: Plan,
    task: Task,
    /// How often the process ended while the task was under way.
    #[serde(default)]
    interrupted: u32,
}

pub(super) struct Spool {
    folder: PathBuf,
    next: AtomicU64,
}

impl Spool {
    pub fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join(FOLDER);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let spool = Self {
            folder,
            next: AtomicU64::new(1),
        };
        // Uploads that broke off with the process.
        for entry in fs::read_dir(&spool.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".upload-") {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(spool)
    }

    /// The tasks there are, oldest first; those that were under way are queued again.
    pub fn tasks(&self) -> Result<Vec<(Plan, Task)>> {
        let mut tasks = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let kept = fs::read(&path).map_err(anyhow::Error::from);
            let kept = kept.and_then(|bytes| Ok(serde_json::from_slice::<Kept>(&bytes)?));
            match kept {
                Ok(Kept {
                    plan,
                    mut task,
                    interrupted,
                }) => {
                    if !task.state.is_over() {
                        let mut fail = |why: &str| {
                            task.state = TaskState::Failed;
                            task.message = Some(why.to_owned());
                        };
                        if !self.upload(task.id, &plan.file).is_file() {
                            fail("the uploaded file is gone; import it again");
                        } else if interrupted >= MAX_INTERRUPTED {
                            fail("the service ended again and again while it was imported");
                        } else {
                            task.state = TaskState::Queued;
                        }
                        self.write(&plan, &task, interrupted + 1)?;
                    }
                    tasks.push((plan, task));
                }
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "a task cannot be read");
                }
            }
        }
        tasks.sort_by_key(|(_, task)| task.id);
        if let Some((_, last)) = tasks.last() {
            self.next.store(last.id + 1, Ordering::Relaxed);
        }
        Ok(tasks)
    }

    pub fn receive(&self) -> io::Result<Incoming> {
        let folder = tempfile::Builder::new()
            .prefix(".upload-")
            .tempdir_in(&self.folder)?;
        Ok(Incoming { folder })
    }

    /// Makes an upload and its task last.
    pub fn keep(&self, incoming: Incoming, plan: &Plan) -> parallax::Result<Task> {
        let fail = || Error::io(&self.folder);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let task = Task {
            id,
            collection: plan.collection.clone(),
            file: plan.file.clone(),
            state: TaskState::Queued,
            done: 0,
            of: None,
            records: 0,
            skipped: 0,
            listed: Vec::new(),
            partly_read: 0,
            notes: Vec::new(),
            rate: 0.0,
            seconds_left: None,
            message: None,
        };
        let received = fs::File::open(incoming.path());
        received.and_then(|file| file.sync_all()).map_err(fail())?;
        let upload = self.upload(id, &plan.file);
        fs::rename(
            incoming.path(),
            incoming.folder.path().join(name(&plan.file)),
        )
        .map_err(fail())?;
        let from = incoming.folder.keep();
        fs::rename(from, upload.parent().unwrap_or(&self.folder)).map_err(fail())?;
        if let Err(error) = self.write(plan, &task, 0) {
            self.forget(id);
            return Err(error);
        }
        Ok(task)
    }

    /// Where a task's upload lies, under its own name, which tells its format.
    pub fn upload(&self, id: u64, file: &str) -> PathBuf {
        self.folder.join(id.to_string()).join(name(file))
    }

    /// Writes down how a task ended, and lets its upload go.
    pub fn finish(&self, plan: &Plan, task: &Task) {
        if let Err(error) = self.write(plan, task, 0) {
            tracing::warn!(%error, task = task.id, "how a task ended is not written down");
        }
        let _ = fs::remove_dir_all(self.folder.join(task.id.to_string()));
    }

    /// Removes all there is of a task.
    pub fn forget(&self, id: u64) {
        let _ = fs::remove_file(self.folder.join(format!("{id}.json")));
        let _ = fs::remove_dir_all(self.folder.join(id.to_string()));
    }

    fn write(&self, plan: &Plan, task: &Task, interrupted: u32) -> parallax::Result<()> {
        let kept = Kept {
            plan: plan.clone(),
            task: task.clone(),
            interrupted,
        };
        let path = self.folder.join(format!("{}.json", task.id));
        atomic_file::write(&path, |file| {
            let written = serde_json::to_writer(file, &kept).map_err(io::Error::from);
            written.map_err(Error::io(&path))
        })
    }
}

/// A file's name as one of a folder's entries: without a path, never hidden or empty, and
/// with its end, which tells its format.
fn name(file: &str) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).collect();
    let mut start = plain.len().saturating_sub(100);
    while !plain.is_char_boundary(start) {
        start += 1;
    }
    format!("f-{}", &plain[start..])
}
