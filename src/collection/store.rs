//! The store: records and vectors in redb. It is the truth; every index is made from it.

use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::record::{Payload, RecordId, Schema};
use crate::{DIMENSIONS, Vector};

/// What this version writes; a store of another one is refused by name.
const FORMAT: u32 = 1;

/// Pages redb keeps in memory.
const CACHE_BYTES: usize = 64 << 20;

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// Number -> payload as JSON.
const RECORDS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("records");
/// Number -> vector as little-endian f32.
const VECTORS: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("vectors");
/// The source's id -> number, where the schema names an id.
const IDS: TableDefinition<'_, &str, u32> = TableDefinition::new("ids");

/// A collection's store.
pub struct Store {
    database: Database,
    path: PathBuf,
    about: About,
}

/// What a store says of itself, fixed when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct About {
    /// How its records are read.
    pub schema: Schema,
    /// Hash of the model its vectors were made with.
    pub model: String,
    /// SHA-256 of the file it was made from, in hexadecimal.
    pub source: String,
}

impl Store {
    /// Makes a new, empty store.
    pub fn create(path: &Path, about: About) -> Result<Self> {
        let database = builder().create(path).map_err(Error::store(path))?;
        let store = Self {
            database,
            path: path.to_owned(),
            about,
        };
        let write = store.database.begin_write().map_err(store.failed())?;
        {
            let mut meta = write.open_table(META).map_err(store.failed())?;
            for (key, value) in [
                ("format", json(&FORMAT)),
                ("about", json(&store.about)),
                ("sequence", json(&0u64)),
            ] {
                meta.insert(key, value.as_slice()).map_err(store.failed())?;
            }
            write.open_table(RECORDS).map_err(store.failed())?;
            write.open_table(VECTORS).map_err(store.failed())?;
            write.open_table(IDS).map_err(store.failed())?;
        }
        write.commit().map_err(store.failed())?;
        Ok(store)
    }

    /// Opens an existing store.
    ///
    /// # Errors
    /// [`Error::Format`] where another version wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        let database = builder().open(path).map_err(Error::store(path))?;
        let read = database.begin_read().map_err(Error::store(path))?;
        let meta = read.open_table(META).map_err(Error::store(path))?;
        let format: u32 = read_meta(path, &meta, "format")?;
        if format != FORMAT {
            return Err(Error::Format {
                path: path.to_owned(),
                message: format!("store format {format}; this version reads format {FORMAT}"),
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

    /// What the store says of itself.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Number of the last change: indexes built at it are up to date.
    pub fn sequence(&self) -> Result<u64> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let meta = read.open_table(META).map_err(self.failed())?;
        read_meta(&self.path, &meta, "sequence")
    }

    /// Adds records in one transaction, numbered on from the last. Durable when it returns.
    pub fn append(&self, batch: &[(Payload, Vector)]) -> Result<()> {
        let write = self.database.begin_write().map_err(self.failed())?;
        {
            let mut records = write.open_table(RECORDS).map_err(self.failed())?;
            let mut vectors = write.open_table(VECTORS).map_err(self.failed())?;
            let mut ids = write.open_table(IDS).map_err(self.failed())?;
            let mut meta = write.open_table(META).map_err(self.failed())?;
            let last = records.last().map_err(self.failed())?;
            let first = last.map_or(0, |(number, _)| number.value() + 1);
            for (number, (payload, vector)) in (first..).zip(batch) {
                let bytes = json(payload);
                records
                    .insert(number, bytes.as_slice())
                    .map_err(self.failed())?;
                let bytes = vector_bytes(vector);
                vectors
                    .insert(number, bytes.as_slice())
                    .map_err(self.failed())?;
                if let Some(id) = self.about.schema.source_id(payload) {
                    ids.insert(id.as_str(), number).map_err(self.failed())?;
                }
            }
            let sequence: u64 = read_meta(&self.path, &meta, "sequence")?;
            let sequence = json(&(sequence + batch.len() as u64));
            meta.insert("sequence", sequence.as_slice())
                .map_err(self.failed())?;
        }
        write.commit().map_err(self.failed())
    }

    /// Calls `each` with every record's number and payload, in order of number.
    pub fn for_each_record(&self, mut each: impl FnMut(RecordId, Payload)) -> Result<()> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(RECORDS).map_err(self.failed())?;
        for row in table.iter().map_err(self.failed())? {
            let (number, bytes) = row.map_err(self.failed())?;
            each(RecordId(number.value()), self.payload(bytes.value())?);
        }
        Ok(())
    }

    /// All vectors, in order of their records' numbers.
    pub fn vectors(&self) -> Result<Vec<Vector>> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(VECTORS).map_err(self.failed())?;
        let rows = table.iter().map_err(self.failed())?;
        rows.map(|row| {
            let (_, bytes) = row.map_err(self.failed())?;
            vector_from(bytes.value()).ok_or_else(|| self.damaged("a vector of the wrong length"))
        })
        .collect()
    }

    /// The payloads of records, read in one snapshot, each in the place of its number.
    pub fn payloads(&self, numbers: &[RecordId]) -> Result<Vec<Option<Payload>>> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(RECORDS).map_err(self.failed())?;
        let payload = |number: &RecordId| {
            let bytes = table.get(number.0).map_err(self.failed())?;
            bytes.map(|bytes| self.payload(bytes.value())).transpose()
        };
        numbers.iter().map(payload).collect()
    }

    /// The number of the record with a source id.
    pub fn number_of(&self, id: &str) -> Result<Option<RecordId>> {
        let read = self.database.begin_read().map_err(self.failed())?;
        let table = read.open_table(IDS).map_err(self.failed())?;
        let number = table.get(id).map_err(self.failed())?;
        Ok(number.map(|number| RecordId(number.value())))
    }

    fn payload(&self, bytes: &[u8]) -> Result<Payload> {
        serde_json::from_slice(bytes).map_err(|_| self.damaged("a record that is no JSON object"))
    }

    fn damaged(&self, what: &str) -> Error {
        Error::Format {
            path: self.path.clone(),
            message: format!("the store holds {what}"),
        }
    }

    fn failed<E: Into<redb::Error>>(&self) -> impl FnOnce(E) -> Error + use<E> {
        Error::store(&self.path)
    }
}

fn builder() -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Maps with string keys, numbers and strings: nothing here that JSON cannot hold.
    serde_json::to_vec(value).unwrap_or_default()
}

fn read_meta<T: DeserializeOwned>(
    path: &Path,
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<T> {
    let value = meta.get(key).map_err(Error::store(path))?;
    value
        .and_then(|bytes| serde_json::from_slice(bytes.value()).ok())
        .ok_or_else(|| Error::Format {
            path: path.to_owned(),
            message: format!("the store does not say its {key}; it is none of Parallax's, or cut"),
        })
}

fn vector_bytes(vector: &Vector) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn vector_from(bytes: &[u8]) -> Option<Vector> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    if numbers.len() != DIMENSIONS || !rest.is_empty() {
        return None;
    }
    let mut vector = [0.0; DIMENSIONS];
    for (x, bytes) in vector.iter_mut().zip(numbers) {
        *x = f32::from_le_bytes(*bytes);
    }
    Some(vector)
}
