//! The data folder: which collections there are, and where each lies.
//!
//! A collection's name points to a folder that is made under a number of its own and never
//! reused, so that replacing a collection is one write to the catalogue: readers see the
//! old one or the new one, and a build that was cut short is a folder nobody points to,
//! removed at the next start. The catalogue's file is also the lock of the data folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

use crate::collection::{Build, Collection, Report};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};

const CATALOGUE_FILE: &str = "catalogue.redb";
const COLLECTIONS_FOLDER: &str = "collections";

/// Name -> number of the folder.
const COLLECTIONS: TableDefinition<'_, &str, u64> = TableDefinition::new("collections");
/// The number the next folder gets.
const NEXT: TableDefinition<'_, (), u64> = TableDefinition::new("next");

/// An open data folder. One process at a time has it open.
pub struct Catalogue {
    folder: PathBuf,
    database: Database,
    encoder: Arc<QueryEncoder>,
    open: Mutex<HashMap<String, Arc<Collection>>>,
}

impl Catalogue {
    /// Opens a data folder, making it where it does not exist.
    ///
    /// # Errors
    /// [`Error::InUse`] where another process has it open.
    pub fn open(folder: &Path, encoder: Arc<QueryEncoder>) -> Result<Self> {
        let collections = folder.join(COLLECTIONS_FOLDER);
        std::fs::create_dir_all(&collections).map_err(Error::io(&collections))?;
        let path = folder.join(CATALOGUE_FILE);
        let database = Database::create(&path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => Error::InUse(folder.to_owned()),
            other => Error::store(&path)(other),
        })?;
        let catalogue = Self {
            folder: folder.to_owned(),
            database,
            encoder,
            open: Mutex::default(),
        };
        let write = catalogue
            .database
            .begin_write()
            .map_err(catalogue.failed())?;
        write.open_table(COLLECTIONS).map_err(catalogue.failed())?;
        write.open_table(NEXT).map_err(catalogue.failed())?;
        write.commit().map_err(catalogue.failed())?;
        catalogue.remove_orphans()?;
        Ok(catalogue)
    }

    /// The names of the collections, sorted.
    ///
    /// # Errors
    /// What keeps the catalogue from being read.
    pub fn names(&self) -> Result<Vec<String>> {
        Ok(self.entries()?.into_iter().map(|(name, _)| name).collect())
    }

    /// A collection, opened at the first call.
    ///
    /// # Errors
    /// [`Error::NoCollection`], and those of [`Collection::open`].
    pub fn collection(&self, name: &str) -> Result<Arc<Collection>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(collection) = open.get(name) {
            return Ok(Arc::clone(collection));
        }
        let number = self.number(name)?.ok_or_else(|| self.no_collection(name))?;
        let collection =
            Collection::open(name, &self.folder_of(number), Arc::clone(&self.encoder))?;
        open.insert(name.to_owned(), Arc::clone(&collection));
        Ok(collection)
    }

    /// Makes a collection from a file. With `replace` an existing one of that name is kept,
    /// and answers, until the new one is whole.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::CollectionExists`], and those of [`Build::run`].
    pub fn build(&self, name: &str, build: Build<'_>, replace: bool) -> Result<Report> {
        check_name(name)?;
        let earlier = self.number(name)?;
        if earlier.is_some() && !replace {
            return Err(Error::CollectionExists(name.to_owned()));
        }
        let number = self.next_number()?;
        let folder = self.folder_of(number);
        std::fs::create_dir(&folder).map_err(Error::io(&folder))?;
        let report = match build.run(&folder) {
            Ok(report) => report,
            Err(error) => {
                remove(&folder);
                return Err(error);
            }
        };
        self.point(name, number)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(name);
        if let Some(earlier) = earlier {
            remove(&self.folder_of(earlier));
        }
        Ok(report)
    }

    /// The encoder its collections are searched with.
    pub fn encoder(&self) -> &Arc<QueryEncoder> {
        &self.encoder
    }

    /// The error for a name that is not there.
    fn no_collection(&self, name: &str) -> Error {
        Error::NoCollection {
            name: name.to_owned(),
            known: self.names().unwrap_or_default(),
        }
    }

    fn entries(&self) -> Result<Vec<(String, u64)>> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(COLLECTIONS).map_err(self.failed())?;
        let rows = table.iter().map_err(self.failed())?;
        rows.map(|row| {
            let (name, number) = row.map_err(self.failed())?;
            Ok((name.value().to_owned(), number.value()))
        })
        .collect()
    }

    fn number(&self, name: &str) -> Result<Option<u64>> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(COLLECTIONS).map_err(self.failed())?;
        let number = table.get(name).map_err(self.failed())?;
        Ok(number.map(|number| number.value()))
    }

    fn next_number(&self) -> Result<u64> {
        let write = self.database.begin_write().map_err(self.failed())?;
        let number = {
            let mut next = write.open_table(NEXT).map_err(self.failed())?;
            let number = next
                .get(())
                .map_err(self.failed())?
                .map_or(1, |n| n.value());
            next.insert((), number + 1).map_err(self.failed())?;
            number
        };
        write.commit().map_err(self.failed())?;
        Ok(number)
    }

    fn point(&self, name: &str, number: u64) -> Result<()> {
        let write = self.database.begin_write().map_err(self.failed())?;
        {
            let mut table = write.open_table(COLLECTIONS).map_err(self.failed())?;
            table.insert(name, number).map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())
    }

    /// Removes folders no name points to: builds that were cut short, and collections that
    /// were replaced while something kept their folder from going.
    fn remove_orphans(&self) -> Result<()> {
        let known: Vec<String> = self.entries()?.iter().map(|(_, n)| n.to_string()).collect();
        let folder = self.folder.join(COLLECTIONS_FOLDER);
        let entries = std::fs::read_dir(&folder).map_err(Error::io(&folder))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.parse::<u64>().is_ok() && !known.contains(&name) {
                remove(&entry.path());
            }
        }
        Ok(())
    }

    fn folder_of(&self, number: u64) -> PathBuf {
        self.folder
            .join(COLLECTIONS_FOLDER)
            .join(number.to_string())
    }

    fn failed<E: Into<redb::Error>>(&self) -> impl FnOnce(E) -> Error + use<E> {
        Error::store(&self.folder.join(CATALOGUE_FILE))
    }
}

/// Names appear in URLs and on command lines, so they are kept plain.
///
/// # Errors
/// [`Error::BadName`].
pub fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let good = (1..=64).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if good {
        Ok(())
    } else {
        Err(Error::BadName(name.to_owned()))
    }
}

/// What stays behind is an orphan, tried again at the next start.
fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::warn!(folder = %folder.display(), %error, "a folder no longer needed stays behind");
    }
}
