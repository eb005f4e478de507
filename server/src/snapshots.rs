//! Snapshots that the service keeps: each a file of a collection, which was read back after it was
//! written, and beside it a file that says what it is.
//!
//! A snapshot is written under a temporary name on the same disk, verified, and renamed, so that a
//! file with its final name is whole. They are made on request and on a [`schedule`].

pub mod schedule;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::{Timestamp, ToSpan};
use parallax::collection::verify_snapshot;
use parallax::digest::sha256_of_file;
use parallax::locks::lock;
use parallax::{Catalogue, Collection, Error, Result, atomic_file};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The folder in the data folder, unless another is set.
const FOLDER: &str = "snapshots";
/// Where snapshots are written until they are whole.
const UNFINISHED: &str = "tmp";
/// The ending of a snapshot.
const ENDING: &str = "parallax";
/// What is known about a snapshot is in a file of its name with this ending added.
const FACTS: &str = "json";
/// The file that says what went wrong last; it is gone once that collection has a snapshot.
const FAILURE: &str = "failure.json";

/// The section `[snapshots]`: when snapshots are made, and how many are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How often snapshots are made, such as `24h`, `30m` or `7d`; none are made by themselves
    /// without it. A collection that has not changed since is left out.
    pub every: Option<String>,
    /// How many snapshots of each collection are kept; the oldest are removed.
    pub keep: usize,
    /// Where they are kept; `snapshots` in the data folder if it is not set.
    pub folder: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            every: None,
            keep: 7,
            folder: None,
        }
    }
}

impl Settings {
    /// Where the snapshots of a data folder are.
    pub fn folder(&self, data: &Path) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| data.join(FOLDER))
    }
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = KeptSnapshot)]
pub struct Kept {
    /// The name of its file.
    pub name: String,
    /// Counts the snapshots of the folder: a later one has a higher number, even if the clock was set
    /// back meanwhile.
    #[serde(default)]
    pub number: u64,
    /// The collection's name when it was made.
    pub collection: String,
    /// The collection's number, which no other has.
    pub id: u64,
    /// The state that it was made of, or a later one.
    pub sequence: u64,
    /// When it was made.
    #[serde(with = "rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made: Timestamp,
    /// How many records it holds.
    pub records: u64,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: String,
}

/// Why a snapshot could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SnapshotFailure)]
pub struct Failure {
    /// When.
    #[serde(with = "rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Of which collection.
    pub collection: String,
    /// Why.
    pub message: String,
}

/// What became of the snapshots since the start.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// How many were made.
    pub made: u64,
    /// How many could not be made.
    pub failed: u64,
    /// When the last one was made.
    pub last: Option<Timestamp>,
}

/// The snapshots of a data folder.
pub struct Snapshots {
    folder: PathBuf,
    keep: usize,
    status: Mutex<Status>,
    /// Held while one is made: one at a time, because each occupies the disk.
    making: Mutex<()>,
}

impl Snapshots {
    /// Opens the folder, and creates it if it does not exist. What an earlier process left
    /// unfinished is removed.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn open(data: &Path, settings: &Settings) -> Result<Self> {
        let folder = settings.folder(data);
        let unfinished = folder.join(UNFINISHED);
        let _ = fs::remove_dir_all(&unfinished);
        atomic_file::create_folder(&unfinished).map_err(Error::io(&unfinished))?;
        let snapshots = Self {
            folder,
            keep: settings.keep.max(1),
            status: Mutex::default(),
            making: Mutex::default(),
        };
        let last = snapshots.list()?.into_iter().map(|kept| kept.made).max();
        lock(&snapshots.status).last = last;
        Ok(snapshots)
    }

    /// What became of the snapshots since the start.
    pub fn status(&self) -> Status {
        lock(&self.status).clone()
    }

    /// What went wrong last, unless it went well since.
    pub fn failure(&self) -> Option<Failure> {
        failure_in(&self.folder)
    }

    /// A file without a name on the disk of the snapshots.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn unnamed(&self) -> Result<File> {
        let folder = self.folder.join(UNFINISHED);
        tempfile::tempfile_in(&folder).map_err(Error::io(&folder))
    }

    /// All snapshots, in the order in which they were made.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Kept>> {
        let entries = fs::read_dir(&self.folder).map_err(Error::io(&self.folder))?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let facts = paths.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(&format!(".{ENDING}.{FACTS}"))
        });
        let kept = facts.filter_map(|path| {
            let kept: Kept = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            self.folder.join(&kept.name).is_file().then_some(kept)
        });
        let mut kept: Vec<Kept> = kept.collect();
        kept.sort_by(|a, b| (a.number, a.made, &a.name).cmp(&(b.number, b.made, &b.name)));
        Ok(kept)
    }

    /// Opens a snapshot by the name of its file, after comparing it with its digest.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if there is none with that name, [`Error::Import`] if it is damaged.
    pub fn open_intact(&self, name: &str) -> Result<File> {
        // Only names that are listed are opened, so that a name cannot lead out of the folder.
        let kept = self.list()?.into_iter().find(|kept| kept.name == name);
        let kept = kept.ok_or_else(|| {
            Error::BadQuery(format!(
                "from is '{name}', but there is no such snapshot; GET /api/v1/snapshots lists them"
            ))
        })?;
        let path = self.folder.join(&kept.name);
        let found = sha256_of_file(&path).map_err(Error::io(&path))?;
        if found != kept.sha256 {
            let what = format!("has sha256 {found}, expected {}; take another", kept.sha256);
            return Err(Error::import(Path::new(name), what));
        }
        File::open(&path).map_err(Error::io(&path))
    }

    /// Makes a snapshot of a collection, verifies it, and removes the oldest ones of it beyond
    /// those that are kept. `now` is its time.
    ///
    /// # Errors
    /// If it cannot be written or read back; then no earlier one is removed.
    pub fn make(&self, collection: &Collection, now: Timestamp) -> Result<Kept> {
        let _one = lock(&self.making);
        let made = self.make_one(collection, now);
        let name = collection.name();
        let mut status = lock(&self.status);
        match &made {
            Ok(kept) => {
                status.made += 1;
                status.last = Some(kept.made);
                if self.failure().is_some_and(|last| last.collection == **name) {
                    let _ = fs::remove_file(self.folder.join(FAILURE));
                }
            }
            Err(error) => {
                status.failed += 1;
                tracing::error!(collection = %name, %error, "a snapshot cannot be made");
                self.keep_failure(&Failure {
                    at: now,
                    collection: name.to_string(),
                    message: error.to_string(),
                });
            }
        }
        made
    }

    fn make_one(&self, collection: &Collection, now: Timestamp) -> Result<Kept> {
        // Taken before, so that a write in between counts as a change since.
        let state = collection.generation().state;
        let (name, made) = self.free_name(&collection.name(), now);
        let number = self.list()?.last().map_or(1, |last| last.number + 1);
        let unfinished = self.folder.join(UNFINISHED).join(&name);
        let written = self.write(collection, &unfinished);
        let (records, bytes, sha256) = written.inspect_err(|_| {
            let _ = fs::remove_file(&unfinished);
        })?;
        let kept = Kept {
            name,
            number,
            collection: collection.name().to_string(),
            id: collection.id(),
            sequence: state.sequence,
            made,
            records,
            bytes,
            sha256,
        };
        let path = self.folder.join(&kept.name);
        fs::rename(&unfinished, &path).map_err(Error::io(&path))?;
        atomic_file::write_json_pretty(&self.facts_of(&kept.name), &kept)?;
        self.remove_oldest(&kept.collection)?;
        Ok(kept)
    }

    /// Writes a snapshot and reads it back: how many records it holds, its size and its digest.
    fn write(&self, collection: &Collection, path: &Path) -> Result<(u64, u64, String)> {
        let failed = || Error::io(path);
        let mut file = File::create(path).map_err(failed())?;
        collection.snapshot(&mut file)?;
        file.sync_all().map_err(failed())?;
        drop(file);
        let file = File::open(path).map_err(failed())?;
        let bytes = file.metadata().map_err(failed())?.len();
        let records = verify_snapshot(file, path)?;
        Ok((records, bytes, sha256_of_file(path).map_err(failed())?))
    }

    fn remove_oldest(&self, collection: &str) -> Result<()> {
        let kept = self.list()?;
        let of_it: Vec<_> = kept
            .iter()
            .filter(|kept| kept.collection == collection)
            .collect();
        let excess = of_it.len().saturating_sub(self.keep);
        for old in &of_it[..excess] {
            for path in [self.folder.join(&old.name), self.facts_of(&old.name)] {
                fs::remove_file(&path).map_err(Error::io(&path))?;
            }
        }
        Ok(())
    }

    /// A name that no snapshot has, by collection and second.
    fn free_name(&self, collection: &str, now: Timestamp) -> (String, Timestamp) {
        let mut made = now;
        loop {
            let name = format!("{collection}-{}.{ENDING}", made.strftime("%Y%m%dT%H%M%SZ"));
            let later = made.checked_add(1.second());
            match later {
                Ok(later) if self.folder.join(&name).exists() => made = later,
                _ => return (name, made),
            }
        }
    }

    fn facts_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{FACTS}"))
    }

    fn keep_failure(&self, failure: &Failure) {
        // On a full disk this fails as well; the log and the metrics have it.
        let _ = atomic_file::write_json_pretty(&self.folder.join(FAILURE), failure);
    }
}

/// What went wrong last in a folder of snapshots, unless it went well since.
pub fn failure_in(folder: &Path) -> Option<Failure> {
    serde_json::from_slice(&fs::read(folder.join(FAILURE)).ok()?).ok()
}

/// Makes a snapshot of the named collection, or of all.
///
/// # Errors
/// The first one that cannot be made; the others are made all the same.
pub fn make(
    snapshots: &Snapshots,
    catalogue: &Catalogue,
    name: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Kept>> {
    let names = match name {
        Some(name) => vec![name.to_owned()],
        None => catalogue.names()?,
    };
    let made = names.iter().map(|name| {
        let collection = catalogue.collection(name)?;
        snapshots.make(&collection, now)
    });
    let made: Vec<_> = made.collect();
    made.into_iter().collect()
}

/// Times as RFC 3339 has them.
mod rfc3339 {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
