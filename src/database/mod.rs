//! A redb database that recovers from failures of its file.
//!
//! After a failure of its file, such as a full disk, redb serves only what is in its cache until it
//! is reopened. This module reopens it automatically. Readers continue at once with the last
//! committed state: the file is opened a second time, and what opening would write is kept in
//! memory. The next writer reopens the file itself; if that or its write fails, readers are not
//! affected.

mod medium;

use std::fs::OpenOptions;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use redb::backends::FileBackend;
use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageBackend};
use redb::{StorageError, WriteTransaction};

use self::medium::{Health, Medium, Writes};
use crate::locks::lock;

/// How often a read is attempted if the file fails or is reopened in the meantime.
const ATTEMPTS: usize = 5;

/// A database in a file.
pub(crate) struct Durable {
    medium: Medium,
    cache: usize,
    current: ArcSwap<Opened>,
    /// Held while the file is reopened.
    opening: Mutex<()>,
}

/// One opening of the database.
struct Opened {
    database: Database,
    health: Arc<Health>,
    writes: Writes,
}

/// One state of the database.
pub(crate) struct Reading {
    transaction: ReadTransaction,
    /// Closing it would end the transaction.
    opened: Arc<Opened>,
}

impl Durable {
    /// Opens a database, creating it if it does not exist. At most `cache` bytes of it are kept in
    /// memory.
    pub fn create(path: &Path, cache: usize) -> Result<Self, DatabaseError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        Self::over(Arc::new(FileBackend::new(options.open(path)?)?), cache)
    }

    /// Opens a database that exists.
    pub fn open(path: &Path, cache: usize) -> Result<Self, DatabaseError> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let file = FileBackend::new(file)?;
        not_empty(&file)?;
        Self::over(Arc::new(file), cache)
    }

    /// The same for anything that behaves like a file.
    pub fn over(file: Arc<dyn StorageBackend>, cache: usize) -> Result<Self, DatabaseError> {
        let medium = Medium::new(file);
        let opened = open(&medium, cache, Writes::ToFile)?;
        Ok(Self {
            medium,
            cache,
            current: ArcSwap::from_pointee(opened),
            opening: Mutex::new(()),
        })
    }

    /// A view of the last committed state, unaffected by later writes.
    pub fn read(&self) -> Result<Reading, redb::Error> {
        let opened = self.current.load_full();
        let opened = if opened.health.is_well() {
            opened
        } else {
            self.open_for_reading()?
        };
        let transaction = opened.database.begin_read()?;
        Ok(Reading {
            transaction,
            opened,
        })
    }

    /// Reads something, and retries if the file failed or was reopened in the meantime.
    pub fn reading<T>(
        &self,
        work: impl FnMut(&Reading) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        reading_again(|| self.read(), Reading::broke_off, work)
    }

    /// Reopens the file if it had failed, so that subsequent reads see what the next write will
    /// find.
    pub fn make_ready(&self) -> Result<(), redb::Error> {
        self.open_for_writing()?;
        Ok(())
    }

    /// Makes changes in one transaction, durable when it returns. If it fails, nothing was changed,
    /// unless the very last step failed; a view opened afterwards shows which.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let opened = self.open_for_writing()?;
        opened.write(work).map_err(|error| match error {
            // Report the original failure.
            redb::Error::PreviousIo => opened.health.first_failure().unwrap_or(error),
            error => error,
        })
    }

    /// Closes the database, and first moves the pages at the end of its file into free ones before
    /// them, so that the file becomes as short as what it holds. redb doubles a file that is full,
    /// so it may otherwise be twice as long, with holes where nothing was written. Nothing is done
    /// if someone still reads.
    pub fn close_compactly(self) -> Result<(), redb::Error> {
        match Arc::into_inner(self.current.into_inner()) {
            Some(Opened { mut database, .. }) => {
                database.compact()?;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn open_for_reading(&self) -> Result<Arc<Opened>, DatabaseError> {
        let _opening = lock(&self.opening);
        let current = self.current.load_full();
        if current.health.is_well() {
            return Ok(current);
        }
        tracing::warn!("a file failed: reading goes on in what was committed last");
        let next = self.open_anew(Writes::ToMemory)?;
        self.current.store(Arc::clone(&next));
        Ok(next)
    }

    fn open_for_writing(&self) -> Result<Arc<Opened>, DatabaseError> {
        let _opening = lock(&self.opening);
        let current = self.current.load_full();
        if current.health.is_well() && current.writes == Writes::ToFile {
            return Ok(current);
        }
        let next = self.open_anew(Writes::ToFile)?;
        // Writes will reuse pages that readers of the old opening still need.
        current.health.end();
        self.current.store(Arc::clone(&next));
        tracing::info!("a file that had failed is written again");
        Ok(next)
    }

    fn open_anew(&self, writes: Writes) -> Result<Arc<Opened>, DatabaseError> {
        // redb would create a new database in an empty file.
        not_empty(self.medium.inner())?;
        // redb checks what it reads, but may panic if damage goes undetected.
        let opened = catch_unwind(AssertUnwindSafe(|| open(&self.medium, self.cache, writes)));
        let damaged = || StorageError::Corrupted("the file is damaged".into());
        opened.map_err(|_| damaged())?.map(Arc::new)
    }
}

/// An existing database as it is, only to be looked at: what opening it would write is kept in
/// memory. The second value is whether all checksums in it match.
pub(crate) fn inspect(path: &Path, cache: usize) -> Result<(Database, bool), DatabaseError> {
    // A lock can only be taken on a file that is open for writing.
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let file = FileBackend::new(file)?;
    not_empty(&file)?;
    let medium = Medium::new(Arc::new(file));
    let checked = || -> Result<_, DatabaseError> {
        let Opened { mut database, .. } = open(&medium, cache, Writes::ToMemory)?;
        let intact = database.check_integrity()?;
        Ok((database, intact))
    };
    // redb checks what it reads, but may panic if damage goes undetected.
    let damaged = |_| StorageError::Corrupted("the file is damaged".into());
    catch_unwind(AssertUnwindSafe(checked)).map_err(damaged)?
}

fn not_empty(file: &dyn StorageBackend) -> std::io::Result<()> {
    if file.len()? > 0 {
        return Ok(());
    }
    let empty = "the file is empty";
    Err(std::io::Error::new(std::io::ErrorKind::InvalidData, empty))
}

impl Opened {
    fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        let mut write = self.database.begin_write()?;
        // After a crash, the free pages are then already recorded, and redb need not scan the file
        // for them.
        write.set_quick_repair(true);
        let done = work(&write)?;
        write.commit()?;
        Ok(done)
    }
}

fn open(medium: &Medium, cache: usize, writes: Writes) -> Result<Opened, DatabaseError> {
    let (file, health) = medium.file(writes)?;
    let mut builder = Database::builder();
    builder.set_cache_size(cache);
    let database = builder.create_with_backend(file)?;
    Ok(Opened {
        database,
        health,
        writes,
    })
}

impl Reading {
    /// Whether something that cannot be read here may be readable in a new view.
    pub fn broke_off(&self) -> bool {
        !self.opened.health.is_well()
    }
}

impl Deref for Reading {
    type Target = ReadTransaction;

    fn deref(&self) -> &ReadTransaction {
        &self.transaction
    }
}

/// Reads with what `look` opens, and again with what it opens then if the file fails in the
/// meantime.
///
/// # Errors
/// Those of `look` and `work`.
pub(crate) fn reading_again<R, T, E>(
    look: impl Fn() -> Result<R, E>,
    broke_off: impl Fn(&R) -> bool,
    mut work: impl FnMut(&R) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempts = 1;
    loop {
        let reading = look()?;
        let done = work(&reading);
        if done.is_ok() || !broke_off(&reading) || attempts == ATTEMPTS {
            return done;
        }
        attempts += 1;
    }
}

#[cfg(test)]
mod tests;
