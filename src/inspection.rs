//! Looks at a data folder without changing it, to say what is wrong: whether its databases can be
//! read and match their checksums, and whether the index files do.

use std::path::{Path, PathBuf};

use redb::{DatabaseError, ReadableDatabase, ReadableTable, TableError};

use crate::catalogue::{self, CATALOGUE_FILE, COLLECTIONS, COLLECTIONS_FOLDER};
use crate::collection::About;
use crate::database;
use crate::error::{Error, Result};
use crate::map;
use crate::segment::files;
use crate::storage::layout::META;
use crate::storage::store::{self, FORMAT, read_meta};
use crate::storage::{COLUMNS_FILE, GRAPH_FILE, MAP_FILE, STORE_FILE, VECTORS_FILE, earlier};

/// What a store says of itself.
#[derive(Debug, Clone)]
pub struct StoreFacts {
    /// Its metadata.
    pub about: About,
    /// Whether it has the format of an earlier version, and is converted when it is opened.
    pub earlier_format: bool,
    /// Whether it is repaired when it is opened, because something in it does not match: after a
    /// crash its list of free pages, otherwise its last transactions.
    pub needs_repair: bool,
}

/// An index file that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// Its name.
    pub name: &'static str,
    /// Why it cannot be used, if so.
    pub damage: Option<String>,
}

/// The names of the collections in a data folder and the numbers of their folders, sorted by name.
///
/// # Errors
/// [`Error::InUse`] if a process has it open; the catalogue's read errors.
pub fn collections(data: &Path) -> Result<Vec<(String, u64)>> {
    let path = data.join(CATALOGUE_FILE);
    let (database, _) =
        database::inspect(&path, catalogue::CACHE_BYTES).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => Error::InUse(data.to_owned()),
            other => Error::store(&path)(other),
        })?;
    let read = database.begin_read().map_err(Error::store(&path))?;
    let table = match read.open_table(COLLECTIONS) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(Error::store(&path)(error)),
    };
    let rows = table.iter().map_err(Error::store(&path))?;
    let entries = rows.map(|row| {
        let (name, number) = row.map_err(Error::store(&path))?;
        Ok((name.value().to_owned(), number.value()))
    });
    entries.collect()
}

/// The folder of a collection in a data folder, by its number.
pub fn folder(data: &Path, number: u64) -> PathBuf {
    data.join(COLLECTIONS_FOLDER).join(number.to_string())
}

/// Reads all of a collection's store, and compares it with its checksums.
///
/// # Errors
/// [`Error::Format`] if this version cannot read it, and the store's read errors if it is damaged.
pub fn store(folder: &Path) -> Result<StoreFacts> {
    let path = folder.join(STORE_FILE);
    let (database, intact) =
        database::inspect(&path, store::CACHE_BYTES).map_err(Error::store(&path))?;
    let read = database.begin_read().map_err(Error::store(&path))?;
    let meta = read.open_table(META).map_err(Error::store(&path))?;
    let format: u32 = read_meta(&path, &meta, "format")?;
    if format != FORMAT && format != earlier::FORMAT {
        return Err(Error::Format {
            message: format!("the store has format {format}, this version reads format {FORMAT}"),
            path,
        });
    }
    Ok(StoreFacts {
        about: read_meta(&path, &meta, "about")?,
        earlier_format: format != FORMAT,
        needs_repair: !intact,
    })
}

/// Compares a collection's index files with their checksums. A file that is missing is no fault:
/// all of them are made again from the store.
pub fn index_files(folder: &Path) -> Vec<IndexFile> {
    type Verify = fn(&Path) -> Result<(), String>;
    let known: [(&str, Verify); 4] = [
        (COLUMNS_FILE, files::verify_columns),
        (VECTORS_FILE, files::verify_vectors),
        (GRAPH_FILE, files::verify_graph),
        (MAP_FILE, map::file::verify),
    ];
    let there = known.into_iter().filter_map(|(name, verify)| {
        let path = folder.join(name);
        path.exists().then(|| IndexFile {
            name,
            damage: verify(&path).err(),
        })
    });
    there.collect()
}
