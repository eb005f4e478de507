//! The store: records and vectors in redb. It is the source of truth; every index is derived from
//! it.
//!
//! A record gets a new number whenever it is written, and numbers are never reused: changing a
//! record means deleting it and writing it again. So the changes since any state are the records
//! from its next number on, and the numbers in the log of deletions. That is all an index built at
//! that state needs to catch up.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{ReadableTable, StorageBackend, WriteTransaction};
use serde::de::DeserializeOwned;

use crate::database::{Durable, Reading, reading_again};
use crate::error::{Error, Result};
use crate::record::{Payload, RecordNumber};
use crate::storage::earlier;
use crate::storage::layout::{
    About, Applied, Bytes, Change, DELETED, IDS, META, RECORDS, Row, State, VECTORS, json,
    read_vectors,
};
use crate::storage::vector_table;
use crate::storage::write_tables::WriteTables;

/// The format this version writes. A store of the one before is converted when it is opened; one of
/// another is rejected with a message that names it.
pub(crate) const FORMAT: u32 = 3;

/// The size of redb's page cache.
pub(crate) const CACHE_BYTES: usize = 64 << 20;

/// A collection's store.
pub struct Store {
    database: Durable,
    path: PathBuf,
    about: About,
}

impl Store {
    /// Creates a new, empty store.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn create(path: &Path, about: About) -> Result<Self> {
        let database = Durable::create(path, CACHE_BYTES).map_err(Error::store(path))?;
        Self::with(database, path, about, State::default(), |_| Ok(()))
    }

    /// Creates a store in memory with these rows, in order of number, each with the id of its record. Unlike
    /// [`Store::restore`], it trusts them. A row without vectors is allowed.
    ///
    /// # Errors
    /// As for [`Store::create`].
    pub(crate) fn in_memory(
        about: About,
        rows: &[Row],
        ids: &[Option<String>],
        state: State,
    ) -> Result<Self> {
        let path = Path::new("memory");
        let memory = Arc::new(InMemoryBackend::new());
        let database = Durable::over(memory, CACHE_BYTES).map_err(Error::store(path))?;
        Self::with(database, path, about, state, |tables| {
            tables.fill(rows, ids)
        })
    }

    /// A new store, on which `work` is done in the transaction that creates it.
    fn with(
        database: Durable,
        path: &Path,
        about: About,
        state: State,
        work: impl FnOnce(&mut WriteTables<'_>) -> Result<(), redb::Error>,
    ) -> Result<Self> {
        let store = Self {
            database,
            path: path.to_owned(),
            about,
        };
        store.write(|write| {
            let mut tables = WriteTables::open(write)?;
            tables.note("format", &json(&FORMAT))?;
            tables.note("about", &json(&store.about))?;
            work(&mut tables)?;
            tables.note("state", &json(&state))
        })?;
        Ok(store)
    }

    /// Opens an existing store. One of the format before is converted first, which writes all of it.
    ///
    /// # Errors
    /// [`Error::Format`] if another version wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        let open = || Durable::open(path, CACHE_BYTES).map_err(Error::store(path));
        let database = open()?;
        if !convert(&database, path)? {
            return Self::of(database, path);
        }
        // The earlier tables left their space behind. If this is interrupted, the file only stays
        // longer.
        shorten(database, path);
        Self::of(open()?, path)
    }

    /// The same for anything that behaves like a file, such as one that fails on demand. `path` is
    /// its name in errors.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn open_over(file: Arc<dyn StorageBackend>, path: &Path) -> Result<Self> {
        let database = Durable::over(file, CACHE_BYTES).map_err(Error::store(path))?;
        convert(&database, path)?;
        Self::of(database, path)
    }

    fn of(database: Durable, path: &Path) -> Result<Self> {
        let read = database.read().map_err(Error::store(path))?;
        let meta = read.open_table(META).map_err(Error::store(path))?;
        let format: u32 = read_meta(path, &meta, "format")?;
        if format != FORMAT {
            return Err(Error::Format {
                path: path.to_owned(),
                message: format!(
                    "the store has format {format}, this version reads format {FORMAT}; build the \
                     collection again from its file with `parallax index --replace`"
                ),
            });
        }
        let about = read_meta(path, &meta, "about")?;
        drop((meta, read));
        Ok(Self {
            database,
            path: path.to_owned(),
            about,
        })
    }

    /// The store's metadata.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The store's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes all changes in order in one transaction, which is durable when this returns. Returns
    /// what each change did, and the new state.
    ///
    /// # Errors
    /// [`Error::Store`], with nothing changed.
    pub fn apply(&self, changes: &[Change<'_>]) -> Result<(Vec<Applied>, State)> {
        self.apply_then(changes, |applied, state| (applied, state))
    }

    /// The same, but calls `then` before the transaction ends, so that slow work is done before the
    /// changes become visible.
    ///
    /// # Errors
    /// [`Error::Store`], with nothing changed.
    pub(crate) fn apply_then<T>(
        &self,
        changes: &[Change<'_>],
        then: impl FnOnce(Vec<Applied>, State) -> T,
    ) -> Result<T> {
        self.write(|write| {
            let mut tables = WriteTables::open(write)?;
            let mut state: State = tables.state()?;
            let applied: Result<Vec<Applied>, redb::Error> = changes
                .iter()
                .map(|change| match change {
                    Change::Put(records) => tables.put(&self.about.schema, records, &mut state),
                    Change::Delete(numbers) => {
                        tables.delete(&self.about.schema, numbers, &mut state)
                    }
                    Change::Note(name, value) => {
                        tables.note(name, value)?;
                        Ok(Applied::default())
                    }
                })
                .collect();
            tables.note("state", &json(&state))?;
            Ok(then(applied?, state))
        })
    }

    /// Drops the log of deletions up to a sequence number, when every index includes them.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn forget_deletions(&self, until: u64) -> Result<()> {
        self.write(|write| {
            let mut tables = WriteTables::open(write)?;
            tables.note("forgotten", &json(&until))?;
            tables.forget_deletions(until)
        })
    }

    /// Inserts rows of a snapshot, and sets the state it was taken at.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Format`] for invalid rows.
    pub(crate) fn restore(
        &self,
        rows: &[Row],
        deletions: &[(u64, u64)],
        state: State,
        forgotten: u64,
    ) -> Result<()> {
        for row in rows {
            let fits = row.number < state.next
                && read_vectors(&row.vectors, self.about.dimension, &mut Vec::new()).is_some()
                && serde_json::from_slice::<Payload>(&row.payload).is_ok();
            if !fits {
                return Err(self.damaged("a record that no store writes"));
            }
        }
        self.write(|write| {
            let mut tables = WriteTables::open(write)?;
            tables.restore(&self.about.schema, rows, deletions)?;
            tables.note("state", &json(&state))?;
            tables.note("forgotten", &json(&forgotten))
        })
    }

    /// A view of the store's current state, unaffected by later writes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn read(&self) -> Result<View<'_>> {
        let read = self.database.read().map_err(self.failed())?;
        Ok(View { store: self, read })
    }

    /// Reads in a view of the current state. Retries in a new view if the store's file fails in the
    /// meantime.
    ///
    /// # Errors
    /// The store's read errors, and those of `work`.
    pub fn viewing<T>(&self, work: impl Fn(&View<'_>) -> Result<T>) -> Result<T> {
        reading_again(|| self.read(), View::broke_off, work)
    }

    /// Makes the store writable again after a failed write, so that subsequent reads see what the
    /// next write will find.
    ///
    /// # Errors
    /// [`Error::Store`] if it still cannot be written; it can then still be read as before.
    pub fn make_ready(&self) -> Result<()> {
        self.database.make_ready().map_err(self.failed())
    }

    /// Closes the store when much was written to it, and makes its file as short as what it holds.
    /// If that fails, the file stays as long as it is.
    pub(crate) fn close_compactly(self) {
        shorten(self.database, &self.path);
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T> {
        self.database.write(work).map_err(self.failed())
    }

    pub(crate) fn damaged(&self, what: &str) -> Error {
        Error::Format {
            path: self.path.clone(),
            message: format!("the store holds {what}"),
        }
    }

    fn failed<E: Into<redb::Error>>(&self) -> impl FnOnce(E) -> Error + use<'_, E> {
        |reason| Error::store(&self.path)(reason)
    }
}

/// A read-only view of one state of a store.
pub struct View<'a> {
    pub(super) store: &'a Store,
    pub(super) read: Reading,
}

impl View<'_> {
    /// The state of the store.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Format`].
    pub fn state(&self) -> Result<State> {
        let meta = self.read.open_table(META).map_err(self.failed())?;
        read_meta(&self.store.path, &meta, "state")
    }

    /// The path of the store's file.
    pub fn path(&self) -> &Path {
        &self.store.path
    }

    /// The store's metadata.
    pub(crate) fn about(&self) -> &About {
        &self.store.about
    }

    /// Whether the store's file has failed or been reopened since. If so, something that cannot be
    /// read here may be readable in a new view.
    pub fn broke_off(&self) -> bool {
        self.read.broke_off()
    }

    /// The sequence number up to which the log of deletions has been dropped.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn forgotten(&self) -> Result<u64> {
        Ok(self.note("forgotten")?.unwrap_or(0))
    }

    /// A named value stored beside the records.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn note<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let meta = self.read.open_table(META).map_err(self.failed())?;
        let value = meta.get(name).map_err(self.failed())?;
        Ok(value.and_then(|bytes| serde_json::from_slice(bytes.value()).ok()))
    }

    /// The numbers of the records deleted after a state.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn deleted_since(&self, sequence: u64) -> Result<Vec<RecordNumber>> {
        let table = self.read.open_table(DELETED).map_err(self.failed())?;
        let rows = table.range(sequence + 1..).map_err(self.failed())?;
        rows.map(|row| Ok(RecordNumber(row.map_err(self.failed())?.1.value())))
            .collect()
    }

    /// Calls `each` with the records in a range of numbers, in order.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Format`], and those of `each`.
    pub fn for_each_record(
        &self,
        numbers: Range<u64>,
        mut each: impl FnMut(RecordNumber, Payload) -> Result<()>,
    ) -> Result<()> {
        let table = self.read.open_table(RECORDS).map_err(self.failed())?;
        for row in table.range(numbers).map_err(self.failed())? {
            let (number, bytes) = row.map_err(self.failed())?;
            each(RecordNumber(number.value()), self.payload(bytes.value())?)?;
        }
        Ok(())
    }

    /// Calls `each` with the payloads from a number on, in order and as JSON on one line, until it
    /// breaks.
    ///
    /// # Errors
    /// [`Error::Store`], and those of `each`.
    pub(crate) fn for_each_payload(
        &self,
        first: u64,
        mut each: impl FnMut(RecordNumber, &[u8]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let table = self.read.open_table(RECORDS).map_err(self.failed())?;
        for row in table.range(first..).map_err(self.failed())? {
            let (number, bytes) = row.map_err(self.failed())?;
            if each(RecordNumber(number.value()), bytes.value())?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The width of the store's vectors.
    pub fn dimension(&self) -> usize {
        self.store.about.dimension
    }

    /// Calls `each` with the vectors of the records in a range of numbers, in order: those of a
    /// record's passages, one after the other.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Format`].
    pub fn for_each_vectors(
        &self,
        numbers: Range<u64>,
        mut each: impl FnMut(RecordNumber, &[f32]),
    ) -> Result<()> {
        let table = self.read.open_table(VECTORS).map_err(self.failed())?;
        let first = vector_table::key_of(&table, numbers.start).map_err(self.failed())?;
        let mut vectors = Vec::new();
        for group in table.range(first..numbers.end).map_err(self.failed())? {
            let (_, group) = group.map_err(self.failed())?;
            let entries = vector_table::entries(group.value());
            for (number, bytes) in entries.filter(|(number, _)| numbers.contains(number)) {
                vectors.clear();
                read_vectors(bytes, self.dimension(), &mut vectors)
                    .ok_or_else(|| self.store.damaged("a vector of the wrong length"))?;
                each(RecordNumber(number), &vectors);
            }
        }
        Ok(())
    }

    /// The byte ranges of a record's passages; empty if one passage covers all of its text.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Format`].
    pub fn ranges(&self, number: RecordNumber) -> Result<Vec<Range<u32>>> {
        self.rows()?.ranges(number)
    }

    /// A record's payload.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Format`].
    pub fn record(&self, number: RecordNumber) -> Result<Option<Payload>> {
        self.rows()?.payload(number)
    }

    /// The number of the record with a source id.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn number_of(&self, id: &str) -> Result<Option<RecordNumber>> {
        let table = self.read.open_table(IDS).map_err(self.failed())?;
        let number = table.get(id).map_err(self.failed())?;
        Ok(number.map(|number| RecordNumber(number.value())))
    }

    /// The numbers of the records with some source ids, of those that exist.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn numbers_of<T: Eq + Hash>(
        &self,
        ids: impl Iterator<Item = (T, String)>,
    ) -> Result<HashMap<T, RecordNumber>> {
        let table = self.read.open_table(IDS).map_err(self.failed())?;
        let mut numbers = HashMap::new();
        for (key, id) in ids {
            let number = table.get(id.as_str()).map_err(self.failed())?;
            numbers.extend(number.map(|number| (key, RecordNumber(number.value()))));
        }
        Ok(numbers)
    }

    /// Calls `each` with every source id and the number of its record, in alphabetical order.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn for_each_id(&self, mut each: impl FnMut(&str, RecordNumber)) -> Result<()> {
        let table = self.read.open_table(IDS).map_err(self.failed())?;
        for row in table.iter().map_err(self.failed())? {
            let (id, number) = row.map_err(self.failed())?;
            each(id.value(), RecordNumber(number.value()));
        }
        Ok(())
    }

    /// The number of the record with an id: the source's if the schema names an id field, otherwise
    /// the number itself. Then the record may not exist, and other spellings of a number, such as
    /// `007`, are no ids.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn find(&self, id: &str) -> Result<Option<RecordNumber>> {
        if self.store.about.schema.id.is_some() {
            return self.number_of(id);
        }
        let number = id.parse().ok().map(RecordNumber);
        Ok(number.filter(|number| number.0.to_string() == id))
    }

    pub(crate) fn payload(&self, bytes: &[u8]) -> Result<Payload> {
        serde_json::from_slice(bytes)
            .map_err(|_| self.store.damaged("a record that is no JSON object"))
    }

    pub(super) fn failed<E: Into<redb::Error>>(&self) -> impl FnOnce(E) -> Error + use<'_, E> {
        self.store.failed()
    }
}

fn shorten(database: Durable, path: &Path) {
    if let Err(error) = database.close_compactly() {
        tracing::warn!(file = %path.display(), %error, "a store stays longer than needed");
    }
}

/// Converts a store of the format before, and returns whether it was one.
fn convert(database: &Durable, path: &Path) -> Result<bool> {
    let read = database.read().map_err(Error::store(path))?;
    let meta = read.open_table(META).map_err(Error::store(path))?;
    let format: u32 = read_meta(path, &meta, "format")?;
    drop((meta, read));
    if format != earlier::FORMAT {
        return Ok(false);
    }
    tracing::info!(file = %path.display(), "converting the store to a newer format");
    let work = |write: &WriteTransaction| earlier::convert(write, FORMAT);
    database.write(work).map_err(Error::store(path))?;
    Ok(true)
}

pub(crate) fn read_meta<T: DeserializeOwned>(
    path: &Path,
    meta: &impl ReadableTable<&'static str, Bytes>,
    key: &str,
) -> Result<T> {
    let value = meta.get(key).map_err(Error::store(path))?;
    value
        .and_then(|bytes| serde_json::from_slice(bytes.value()).ok())
        .ok_or_else(|| Error::Format {
            path: path.to_owned(),
            message: format!(
                "the store does not say its {key}; it was not written by Parallax, or is truncated"
            ),
        })
}
