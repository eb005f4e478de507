//! The folder for uploads and tasks: `imports` in the data folder. Each task is a JSON file
//! beside a folder that contains its upload under its original name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use parallax::vocabulary::{FieldRoles, Task, TaskState};
use parallax::{Error, atomic_file};
use serde::{Deserialize, Serialize};

const FOLDER: &str = "imports";

/// How often an interrupted task is restarted. Without a limit, a task that crashes the process
/// would crash it at every start.
const MAX_INTERRUPTED: u32 = 3;

/// What to do with an uploaded file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The collection to create, or to add to if it exists.
    pub collection: String,
    /// The original name of the file.
    pub file: String,
    /// The role of each field; all `None` if it is inferred from the file.
    pub fields: FieldRoles,
    /// Whether to add to an existing collection rather than create one.
    pub adds: bool,
    /// Whether a new collection may replace an existing one.
    pub replace: bool,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
    /// The name that the client gave to the upload, if any.
    #[serde(default)]
    pub upload: Option<String>,
}

/// A file being uploaded. Dropping this deletes the file, unless it has been kept.
pub struct Incoming {
    folder: tempfile::TempDir,
}

impl Incoming {
    /// Where to write its bytes.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("upload")
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    plan: Plan,
    task: Task,
    /// How often the process ended while the task was running.
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
        // Uploads that were interrupted when the process ended.
        for entry in fs::read_dir(&spool.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".upload-") {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(spool)
    }

    /// The stored tasks, oldest first. Those that were running are queued again.
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
                            fail("the service stopped repeatedly while importing it");
                        } else {
                            task.state = TaskState::Queued;
                        }
                        self.write(&plan, &task, interrupted + 1)?;
                    }
                    tasks.push((plan, task));
                }
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "cannot read a task");
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

    /// Stores an upload and its task permanently.
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
            upload: plan.upload.clone(),
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

    /// The path of a task's upload. It keeps its original name, which determines the format.
    pub fn upload(&self, id: u64, file: &str) -> PathBuf {
        self.folder.join(id.to_string()).join(name(file))
    }

    /// Records how a task ended, and deletes its upload.
    pub fn finish(&self, plan: &Plan, task: &Task) {
        if let Err(error) = self.write(plan, task, 0) {
            tracing::warn!(%error, task = task.id, "cannot record how a task ended");
        }
        let _ = fs::remove_dir_all(self.folder.join(task.id.to_string()));
    }

    /// Deletes everything stored for a task.
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

/// The file name as a single folder entry: without a path, never hidden or empty, and with its
/// extension, which determines the format.
fn name(file: &str) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).collect();
    let mut start = plain.len().saturating_sub(100);
    while !plain.is_char_boundary(start) {
        start += 1;
    }
    format!("f-{}", &plain[start..])
}
