//! The data folder: its collections and their locations.
//!
//! A collection's name points to a folder with a unique number that is never reused. So replacing a
//! collection is a single write to the catalogue: readers see either the old one or the new one. A
//! folder that is under construction or was replaced is recorded as discarded, and the remains of
//! an interrupted build or removal are deleted at the next start. Only recorded folders are ever
//! removed. The catalogue's file also serves as the lock of the data folder.

mod discarded;
mod judged;
mod reencode;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use redb::{DatabaseError, ReadableTable, TableDefinition, WriteTransaction};

use crate::atomic_file;
use crate::collection::{
    About, Build, Closed, Collection, Report, STORE_FILE, Store, Tuning, check_model, short,
};
use crate::database::{Durable, Reading};
use crate::encoder::{Models, QueryEncoder};
use crate::error::{Error, Result};
use crate::locks::lock;
use crate::record::Schema;
use crate::vocabulary::limits::MAX_NAME;

/// The file that says which collections there are, and is locked as long as the folder is open.
pub const CATALOGUE_FILE: &str = "catalogue.redb";
pub(crate) const COLLECTIONS_FOLDER: &str = "collections";

/// The size of the page cache for the catalogue's file.
pub(crate) const CACHE_BYTES: usize = 4 << 20;

/// Name -> number of the folder.
pub(crate) const COLLECTIONS: TableDefinition<'_, &str, u64> = TableDefinition::new("collections");
/// The name of the collection used if a request names none.
const DEFAULT: TableDefinition<'_, (), &str> = TableDefinition::new("default");
/// The number of the next folder.
const NEXT: TableDefinition<'_, (), u64> = TableDefinition::new("next");
/// Numbers of folders that do not contain a collection yet, or no longer do.
const DISCARDED: TableDefinition<'_, u64, ()> = TableDefinition::new("discarded");

/// An open data folder. Only one process at a time can open it.
pub struct Catalogue {
    folder: PathBuf,
    database: Durable,
    models: Models,
    tuning: Tuning,
    /// Numbers of the folders that are being filled.
    filling: Mutex<BTreeSet<u64>>,
    /// The collections that are open or being opened, by folder number.
    open: Mutex<HashMap<u64, Arc<Slot>>>,
    /// The metadata of collections whose store is open only to be copied, because their model is
    /// missing.
    copied: Mutex<HashMap<u64, About>>,
    /// Held while a name's target is changed.
    changing: Mutex<()>,
    known: Mutex<Known>,
}

/// The folder numbers of names, as far as they were asked for since the last change: every query
/// asks for one.
#[derive(Default)]
struct Known {
    /// How many changes there were.
    changes: u64,
    numbers: HashMap<String, u64>,
}

/// A slot for an open collection. Its lock is held while the collection is opened, which takes
/// seconds for a large one: callers who need this collection wait, others do not.
type Slot = Mutex<Option<Arc<Collection>>>;

impl Catalogue {
    /// Opens a data folder, creating it if it does not exist.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process has it open.
    pub fn open(folder: &Path, encoder: Arc<QueryEncoder>) -> Result<Self> {
        Self::open_with(folder, encoder, Tuning::default())
    }

    /// The same with custom thresholds for its collections.
    ///
    /// # Errors
    /// As for [`Catalogue::open`].
    pub fn open_with(folder: &Path, encoder: Arc<QueryEncoder>, tuning: Tuning) -> Result<Self> {
        let collections = folder.join(COLLECTIONS_FOLDER);
        atomic_file::create_folder(&collections).map_err(Error::io(&collections))?;
        let path = folder.join(CATALOGUE_FILE);
        refuse_without_catalogue(&path, &collections)?;
        // redb checks what it reads, but may panic if damage goes undetected.
        let database = catch_unwind(|| Durable::create(&path, CACHE_BYTES))
            .map_err(|_| Error::damaged(&path))?
            .map_err(|error| match error {
                DatabaseError::DatabaseAlreadyOpen => Error::InUse(folder.to_owned()),
                other => Error::store(&path)(other),
            })?;
        let catalogue = Self {
            folder: folder.to_owned(),
            database,
            models: Models::new(encoder),
            tuning,
            filling: Mutex::default(),
            open: Mutex::default(),
            copied: Mutex::default(),
            changing: Mutex::default(),
            known: Mutex::default(),
        };
        catalogue.write(|write| {
            write.open_table(COLLECTIONS)?;
            write.open_table(DEFAULT)?;
            write.open_table(NEXT)?;
            write.open_table(DISCARDED)?;
            write.open_table(judged::JUDGEMENTS)?;
            Ok(())
        })?;
        // The catalogue itself must be there after a crash.
        atomic_file::sync_folder(folder).map_err(Error::io(folder))?;
        catalogue.remove_discarded()?;
        Ok(catalogue)
    }

    /// The names of the collections, sorted.
    ///
    /// # Errors
    /// The catalogue cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        Ok(self.entries()?.into_iter().map(|(name, _)| name).collect())
    }

    /// The name last stored by [`Catalogue::set_default`]; its collection may no longer exist.
    ///
    /// # Errors
    /// The catalogue cannot be read.
    pub fn default(&self) -> Result<Option<String>> {
        self.read(|read| {
            let name = read.open_table(DEFAULT)?.get(())?;
            Ok(name.map(|name| name.value().to_owned()))
        })
    }

    /// Stores the name of the collection used if a request names none, so that it remains the
    /// default when others are added.
    ///
    /// # Errors
    /// The catalogue cannot be written.
    pub fn set_default(&self, name: &str) -> Result<()> {
        self.write(|write| {
            write.open_table(DEFAULT)?.insert((), name)?;
            Ok(())
        })
    }

    /// A collection, opened on first use.
    ///
    /// # Errors
    /// [`Error::NoCollection`], and as for [`Collection::open`].
    pub fn collection(&self, name: &str) -> Result<Arc<Collection>> {
        loop {
            let number = self.number(name)?.ok_or_else(|| self.no_collection(name))?;
            let opened = self.opened(name, number);
            if self.number(name)? == Some(number) {
                return opened;
            }
            // It was replaced, dropped or renamed in the meantime.
            let entries = self.entries()?;
            match (entries.iter().find(|(_, of)| *of == number), opened) {
                (Some((name, _)), Ok(collection)) => collection.set_name(name),
                (Some(_), Err(_)) => {}
                (None, _) => drop(lock(&self.open).remove(&number)),
            }
        }
    }

    /// The collections that are open, sorted by name. One that is being opened, or filled, is left
    /// out, so that nobody waits for it.
    pub fn open_collections(&self) -> Vec<Arc<Collection>> {
        let filling = lock(&self.filling).clone();
        let open = lock(&self.open);
        let slots = open.iter().filter(|(number, _)| !filling.contains(number));
        let opened = slots.filter_map(|(_, slot)| slot.try_lock().ok()?.clone());
        let mut opened: Vec<_> = opened.collect();
        opened.sort_by_key(|collection| collection.name());
        opened
    }

    /// The collection in a folder, opened if needed.
    fn opened(&self, name: &str, number: u64) -> Result<Arc<Collection>> {
        let slot = Arc::clone(lock(&self.open).entry(number).or_default());
        let mut slot = lock(&slot);
        if let Some(collection) = &*slot {
            return Ok(Arc::clone(collection));
        }
        let copied = lock(&self.copied).get(&number).cloned();
        if let Some(about) = copied {
            self.model_of(name, &about)?;
        }
        let folder = self.folder_of(number);
        let collection = catch_unwind(AssertUnwindSafe(|| {
            let store = Store::open(&folder.join(STORE_FILE))?;
            let encoder = self.model_of(name, store.about())?;
            Collection::over(name, store, &folder, encoder, self.tuning)
        }))
        .map_err(|_| Error::damaged(&folder))??;
        *slot = Some(Arc::clone(&collection));
        Ok(collection)
    }

    /// The model with which a collection was encoded.
    fn model_of(&self, name: &str, about: &About) -> Result<Arc<QueryEncoder>> {
        let default = self.models.default();
        if about.model.is_empty() {
            return Ok(Arc::new(default.for_given_vectors(about.dimension)));
        }
        let found = match self.models.find(&about.model, &about.model_dir) {
            // An earlier version did not store where the model was.
            Err(_) if about.model_dir.as_os_str().is_empty() => Arc::clone(default),
            found => found.map_err(|reason| Error::NoModel {
                collection: name.to_owned(),
                hash: short(&about.model),
                reason,
            })?,
        };
        check_model(name, about, &found)?;
        Ok(found)
    }

    /// Creates a collection from a file. With `replace`, an existing one with that name remains in
    /// use until the new one is complete.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::CollectionExists`], and as for [`Build::run`].
    pub fn build(&self, name: &str, build: Build<'_>, replace: bool) -> Result<Report> {
        self.make(name, replace, |folder| build.run(folder, self.tuning))
    }

    /// Creates an empty collection.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::CollectionExists`], [`Error::Store`].
    pub fn create(&self, name: &str, schema: Schema, passages: bool) -> Result<()> {
        self.create_as(name, About::new(schema, self.encoder().encoder(), passages))
    }

    /// Creates an empty collection with this metadata.
    pub(crate) fn create_as(&self, name: &str, about: About) -> Result<()> {
        self.make(name, false, |folder| {
            Store::create(&folder.join(STORE_FILE), about).map(drop)
        })
    }

    /// Creates a collection in a new folder, filled by `fill`.
    pub(crate) fn make<T>(
        &self,
        name: &str,
        replace: bool,
        fill: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<T> {
        check_name(name)?;
        if !replace && self.number(name)?.is_some() {
            return Err(Error::CollectionExists(name.to_owned()));
        }
        self.in_new_folder(|number| self.fill_and_point(name, replace, number, fill))
    }

    /// Works with a new folder, which is removed if the work fails.
    fn in_new_folder<T>(&self, work: impl FnOnce(u64) -> Result<T>) -> Result<T> {
        let number = {
            // A single step: otherwise a concurrent removal could mistake the folder for a
            // leftover.
            let mut filling = lock(&self.filling);
            let number = self.next_number()?;
            filling.insert(number);
            number
        };
        let made = work(number);
        lock(&self.filling).remove(&number);
        if made.is_err() {
            lock(&self.open).remove(&number);
        }
        self.tidy();
        made
    }

    fn fill_and_point<T>(
        &self,
        name: &str,
        replace: bool,
        number: u64,
        fill: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<T> {
        let folder = self.folder_of(number);
        std::fs::create_dir(&folder).map_err(Error::io(&folder))?;
        let made = fill(&folder)?;
        sync(&folder)?;
        // Opened before it is used, so that nobody has to wait for it, and one that cannot be
        // opened, such as a snapshot from another model, does not replace the existing one.
        self.opened(name, number)?;
        let _changing = lock(&self.changing);
        // Checked again: another one may have been created under that name in the meantime.
        let earlier = self.number(name)?;
        if earlier.is_some() && !replace {
            return Err(Error::CollectionExists(name.to_owned()));
        }
        self.close(earlier, Closed::Replaced, || {
            self.point(name, Some(number), earlier)
        })?;
        Ok(made)
    }

    /// Closes a collection for writes if `change` succeeds. No write happens in the meantime: it is
    /// either acknowledged before the change or fails after it.
    fn close(
        &self,
        number: Option<u64>,
        why: Closed,
        change: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let Some(number) = number else {
            return change();
        };
        let slot = Arc::clone(lock(&self.open).entry(number).or_default());
        let opened = lock(&slot);
        match opened.clone() {
            Some(collection) => {
                drop(opened);
                collection.close(why, change)?;
            }
            // It cannot be opened before the change is made.
            None => change()?,
        }
        lock(&self.open).remove(&number);
        Ok(())
    }

    /// Creates a collection from a snapshot. `path` is its name in errors. When it returns, any
    /// indexes that could not be taken from the snapshot have been built.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::CollectionExists`], [`Error::OtherModel`], and as for
    /// [`crate::collection::restore`].
    pub fn restore(&self, name: &str, input: impl Read, path: &Path, replace: bool) -> Result<()> {
        self.make(name, replace, |folder| {
            crate::collection::restore(input, path, folder)
        })?;
        self.collection(name)?.settle();
        Ok(())
    }

    /// Removes a collection with all its records.
    ///
    /// # Errors
    /// [`Error::NoCollection`].
    pub fn drop_collection(&self, name: &str) -> Result<()> {
        self.drop_if(name, None)
    }

    /// The same, unless another collection has taken the place of the one with that
    /// [`Collection::id`].
    ///
    /// # Errors
    /// [`Error::NoCollection`]; [`Error::Replaced`] if it is another one.
    pub fn drop_exactly(&self, name: &str, id: u64) -> Result<()> {
        self.drop_if(name, Some(id))
    }

    fn drop_if(&self, name: &str, id: Option<u64>) -> Result<()> {
        {
            let _changing = lock(&self.changing);
            let number = self.number(name)?.ok_or_else(|| self.no_collection(name))?;
            if id.is_some_and(|id| id != number) {
                return Err(Error::Replaced(name.to_owned()));
            }
            self.close(Some(number), Closed::Dropped, || {
                self.point(name, None, Some(number))
            })?;
        }
        self.tidy();
        Ok(())
    }

    /// Renames a collection.
    ///
    /// # Errors
    /// [`Error::NoCollection`], [`Error::BadName`], [`Error::CollectionExists`].
    pub fn rename(&self, name: &str, to: &str) -> Result<()> {
        check_name(to)?;
        let _changing = lock(&self.changing);
        let number = self.number(name)?.ok_or_else(|| self.no_collection(name))?;
        if self.number(to)?.is_some() {
            return Err(Error::CollectionExists(to.to_owned()));
        }
        self.write(|write| {
            let mut table = write.open_table(COLLECTIONS)?;
            table.remove(name)?;
            table.insert(to, number)?;
            let mut default = write.open_table(DEFAULT)?;
            let kept = default.get(())?.is_some_and(|kept| kept.value() == name);
            if kept {
                default.insert((), to)?;
            }
            judged::rename(write, name, to)
        })?;
        // A collection that is in use under its old name remains in use under the new one.
        let slot = lock(&self.open).get(&number).cloned();
        if let Some(collection) = slot.and_then(|slot| lock(&slot).clone()) {
            collection.set_name(to);
        }
        Ok(())
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The default model: that of collections that are created.
    pub fn encoder(&self) -> &Arc<QueryEncoder> {
        self.models.default()
    }

    /// The error for an unknown name.
    fn no_collection(&self, name: &str) -> Error {
        Error::NoCollection {
            name: name.to_owned(),
            known: self.names().unwrap_or_default(),
        }
    }

    fn entries(&self) -> Result<Vec<(String, u64)>> {
        self.read(|read| {
            let table = read.open_table(COLLECTIONS)?;
            let entries = table.iter()?.map(|row| {
                let (name, number) = row?;
                Ok((name.value().to_owned(), number.value()))
            });
            entries.collect()
        })
    }

    fn number(&self, name: &str) -> Result<Option<u64>> {
        let changes = {
            let known = lock(&self.known);
            if let Some(&number) = known.numbers.get(name) {
                return Ok(Some(number));
            }
            known.changes
        };
        let number = self.read(|read| {
            let number = read.open_table(COLLECTIONS)?.get(name)?;
            Ok(number.map(|number| number.value()))
        })?;
        let mut known = lock(&self.known);
        // It may have been changed since it was read.
        if let Some(number) = number
            && known.changes == changes
        {
            known.numbers.insert(name.to_owned(), number);
        }
        Ok(number)
    }

    /// A number for a new folder, recorded as discarded until a name points to it.
    fn next_number(&self) -> Result<u64> {
        self.write(|write| {
            let mut next = write.open_table(NEXT)?;
            let number = next.get(())?.map_or(1, |n| n.value());
            next.insert((), number + 1)?;
            write.open_table(DISCARDED)?.insert(number, ())?;
            Ok(number)
        })
    }

    /// Makes a name point to a folder, or to none, instead of an earlier one, in one transaction.
    fn point(&self, name: &str, number: Option<u64>, earlier: Option<u64>) -> Result<()> {
        self.write(|write| {
            let mut table = write.open_table(COLLECTIONS)?;
            let mut discarded = write.open_table(DISCARDED)?;
            match number {
                Some(number) => {
                    table.insert(name, number)?;
                    discarded.remove(number)?;
                }
                None => {
                    table.remove(name)?;
                    judged::forget(write, name)?;
                }
            }
            if let Some(earlier) = earlier {
                discarded.insert(earlier, ())?;
            }
            Ok(())
        })
    }

    fn folder_of(&self, number: u64) -> PathBuf {
        self.folder
            .join(COLLECTIONS_FOLDER)
            .join(number.to_string())
    }

    fn read<T>(&self, work: impl FnMut(&Reading) -> Result<T, redb::Error>) -> Result<T> {
        self.database.reading(work).map_err(self.failed())
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T> {
        let written = self.database.write(work).map_err(self.failed());
        // Also if it failed: its last step may have been done all the same.
        let mut known = lock(&self.known);
        known.changes += 1;
        known.numbers.clear();
        written
    }

    fn failed(&self) -> impl FnOnce(redb::Error) -> Error + use<> {
        Error::store(&self.folder.join(CATALOGUE_FILE))
    }
}

/// After a crash, a name must not point to a folder, or a folder to a file, that is not there. The
/// files' contents are durable already.
fn sync(folder: &Path) -> Result<()> {
    atomic_file::sync_folder(folder).map_err(Error::io(folder))?;
    atomic_file::sync_parent(folder).map_err(Error::io(folder))
}

/// Checks a name. Names appear in URLs and on command lines, so they must be plain.
///
/// # Errors
/// [`Error::BadName`].
pub fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let good = (1..=MAX_NAME).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if good {
        Ok(())
    } else {
        Err(Error::BadName(name.to_owned()))
    }
}

/// Refuses to create an empty catalogue that would hide existing collections.
fn refuse_without_catalogue(catalogue: &Path, collections: &Path) -> Result<()> {
    let there = std::fs::metadata(catalogue).is_ok_and(|file| file.len() > 0);
    let mut entries = std::fs::read_dir(collections).map_err(Error::io(collections))?;
    if there || entries.next().is_none() {
        return Ok(());
    }
    Err(Error::Format {
        path: catalogue.to_owned(),
        message: format!(
            "the catalogue is missing, though {} is not empty; put it back, or give another \
             --data-dir",
            collections.display()
        ),
    })
}
