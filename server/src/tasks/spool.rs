//! The folder for uploads and tasks: `imports` in the data folder. Each task is a JSON file
//! beside a folder that contains its upload under its original name.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context, Result};
use parallax::vocabulary::{Task, TaskState};
use parallax::{Error, atomic_file};
use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::state::is_at_work;
use super::withdrawals::Withdrawals;

const FOLDER: &str = "imports";

/// The file with the last id that was given to a task, so that it is never given again, also if the
/// task is forgotten.
const LAST: &str = "last-id";

/// The file with the uploads that were withdrawn before they were created.
const WITHDRAWN: &str = "withdrawn";

/// How the names of files begin that a killed process may leave unfinished.
const UNFINISHED: [&str; 2] = [".upload-", ".tmp"];

/// A snapshot being uploaded. Dropping this deletes the file.
pub struct Incoming {
    folder: tempfile::TempDir,
}

impl Incoming {
    /// Where to write its bytes.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("upload")
    }
}

/// What is stored of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    pub plan: Plan,
    pub task: Task,
    #[serde(flatten)]
    pub facts: Facts,
}

/// What is stored of a task, and not told to clients.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// How often the process was killed while the task was running.
    pub interrupted: u32,
    /// Whether it is to be cancelled.
    pub cancelled: bool,
    /// The digest of the file, once it has been read.
    pub source: Option<String>,
    /// The name under which the collection stores the progress of the import, once the task is known
    /// to add to a collection.
    pub note: Option<String>,
    /// When its file last received bytes, in seconds since 1970.
    pub touched: u64,
}

/// The folder.
pub struct Spool {
    folder: PathBuf,
    next: AtomicU64,
    /// Set when the service is told to stop.
    ending: AtomicBool,
}

impl Spool {
    pub fn open(data_dir: &Path) -> Result<Self> {
        let folder = data_dir.join(FOLDER);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let mut last = read_last(&folder.join(LAST));
        for entry in fs::read_dir(&folder)?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if UNFINISHED.iter().any(|start| name.starts_with(start)) {
                remove(&entry.path());
                continue;
            }
            let Some(id) = number(&name) else {
                continue;
            };
            last = last.max(id);
            // The process ended before the task was stored, or while it was being forgotten.
            if entry.path().is_dir() && !folder.join(format!("{id}.json")).exists() {
                remove(&entry.path());
            }
        }
        Ok(Self {
            folder,
            next: AtomicU64::new(last + 1),
            ending: AtomicBool::new(false),
        })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The stored tasks, oldest first.
    pub fn stored(&self) -> Result<Vec<Kept>> {
        let mut stored = Vec::new();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let kept = fs::read(&path).map_err(anyhow::Error::from);
            match kept.and_then(|bytes| Ok(serde_json::from_slice::<Kept>(&bytes)?)) {
                Ok(kept) => stored.push(kept),
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "cannot read a task");
                }
            }
        }
        stored.sort_by_key(|kept| kept.task.id);
        Ok(stored)
    }

    /// The uploads that were withdrawn before they were created.
    pub fn withdrawals(&self) -> Withdrawals {
        let stored = fs::read(self.folder.join(WITHDRAWN)).unwrap_or_default();
        serde_json::from_slice(&stored).unwrap_or_default()
    }

    /// Stores them durably.
    ///
    /// # Errors
    /// If the folder cannot be written. What was stored before is still there then.
    pub fn keep_withdrawals(&self, withdrawals: &Withdrawals) -> parallax::Result<()> {
        atomic_file::write_json(&self.folder.join(WITHDRAWN), withdrawals)
    }

    /// A place for a snapshot to be uploaded to.
    pub fn receive(&self) -> io::Result<Incoming> {
        let folder = tempfile::Builder::new()
            .prefix(UNFINISHED[0])
            .tempdir_in(&self.folder)?;
        Ok(Incoming { folder })
    }

    /// Stores a new task, with an empty file for its upload.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(&self, plan: &Plan, touched: u64) -> parallax::Result<Kept> {
        let id = self.claim()?;
        let kept = Kept {
            plan: plan.clone(),
            task: plan.task(id),
            facts: Facts {
                touched,
                ..Facts::default()
            },
        };
        let path = self.upload(id, &plan.file);
        let made = fs::File::create(&path).and_then(|file| {
            file.sync_all()?;
            atomic_file::sync_parent(&path)
        });
        let stored = made
            .map_err(Error::io(&path))
            .and_then(|()| self.write(&kept));
        match stored {
            Ok(()) => Ok(kept),
            Err(error) => {
                self.forget(id);
                Err(error)
            }
        }
    }

    /// Takes an id that no task ever had, and creates its folder.
    fn claim(&self) -> parallax::Result<u64> {
        loop {
            let id = self.next.fetch_add(1, Ordering::Relaxed);
            let folder = self.folder.join(id.to_string());
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io(&folder)(error)),
                Ok(()) => {
                    let last = self.folder.join(LAST);
                    let id_text = id.to_string();
                    atomic_file::write(&last, |file| {
                        io::Write::write_all(file, id_text.as_bytes()).map_err(Error::io(&last))
                    })?;
                    return Ok(id);
                }
            }
        }
    }

    /// The path of a task's upload. It keeps its original name, which determines the format.
    pub fn upload(&self, id: u64, file: &str) -> PathBuf {
        self.folder.join(id.to_string()).join(name(file))
    }

    /// Deletes the upload of a task that is over.
    pub fn discard(&self, id: u64) {
        let _ = fs::remove_dir_all(self.folder.join(id.to_string()));
    }

    /// Deletes everything stored for a task.
    pub fn forget(&self, id: u64) {
        let _ = fs::remove_file(self.folder.join(format!("{id}.json")));
        self.discard(id);
    }

    /// Notes that the service is about to end: what is at work is stored as waiting from now on, so
    /// that this end does not count as an interruption.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    /// Whether the service is about to end.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    /// Stores a task durably.
    ///
    /// # Errors
    /// If the folder cannot be written. What was stored before is still there then.
    pub fn write(&self, kept: &Kept) -> parallax::Result<()> {
        let mut kept = Cow::Borrowed(kept);
        if self.is_ending() && is_at_work(kept.task.state) {
            kept.to_mut().task.state = TaskState::Queued;
        }
        let path = self.folder.join(format!("{}.json", kept.task.id));
        atomic_file::write_json(&path, &kept)
    }
}

/// The id that the name of a file or a folder contains.
fn number(name: &str) -> Option<u64> {
    name.strip_suffix(".json").unwrap_or(name).parse().ok()
}

fn read_last(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn remove(path: &Path) {
    let removed = match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    if let Err(error) = removed {
        tracing::warn!(path = %path.display(), %error, "cannot remove an unfinished upload");
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

#[cfg(test)]
mod tests {
    // Test helpers fail by panicking, as tests do.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_is_never_given_twice_whatever_is_left_of_earlier_tasks() {
        let folder = tempfile::tempdir().unwrap();
        let next = || {
            let spool = Spool::open(folder.path()).unwrap();
            spool.create(&Plan::default(), 0).unwrap().task.id
        };
        let imports = folder.path().join(FOLDER);
        let mut last = next();
        let mut check = |left: &dyn Fn(&Path, u64)| {
            left(&imports, last);
            let id = next();
            assert!(id > last, "{id} after {last}");
            last = id;
        };
        // Nothing, a folder without a task, a task without a folder, a task that cannot be read.
        check(&|_, last| Spool::open(folder.path()).unwrap().forget(last));
        check(&|imports, last| fs::create_dir(imports.join((last + 5).to_string())).unwrap());
        check(&|imports, last| fs::write(imports.join(format!("{}.json", last + 5)), "").unwrap());
        check(&|imports, last| fs::remove_dir_all(imports.join(last.to_string())).unwrap());
        check(&|imports, _| fs::write(imports.join(".tmpcut"), "{").unwrap());
        check(&|imports, _| fs::remove_file(imports.join(LAST)).unwrap());
        // A folder that appears while the service runs is not used either.
        let spool = Spool::open(folder.path()).unwrap();
        fs::create_dir(imports.join((last + 1).to_string())).unwrap();
        let id = spool.create(&Plan::default(), 0).unwrap().task.id;
        assert_eq!(id, last + 2);
        assert!(!imports.join(".tmpcut").exists());
    }
}
