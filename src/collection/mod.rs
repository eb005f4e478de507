//! A collection: records with one schema, kept in a store and searched through a generation of
//! indexes.
//!
//! The store is the source of truth. A write goes into the store and, as a small segment, into a new
//! generation. Opening a collection reads the base segment from its files if they are intact,
//! otherwise rebuilds it, and then catches up with the store: see `crate::compactor`. Queries are
//! answered by `crate::search`.

mod explore;
mod map;
mod queries;
mod read;
mod settings;
pub(crate) mod write;

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::ArcSwap;

use crate::analysis::Analyzer;
use crate::compactor::Compactor;
use crate::encoder::{Encoder, QueryEncoder};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::payload::Ordered;
use crate::record::{Record, RecordNumber, Schema};
use crate::search::Remembered;
use crate::segment::pieces::Tokenize;
use crate::vector::Distance;

pub use crate::compactor::Tuning;
pub use crate::search::Searcher;
pub use crate::segment::generation::{Generation, Part, Passing};
pub use crate::segment::{Columns, Segment};
pub use crate::vocabulary::GraphState;
pub(crate) use read::first_of;
pub use read::{Cursor, Page};

pub use crate::segment::unrelated::Unrelated;
pub use crate::storage::layout::{About, Applied, BuiltFrom, Change, Encoded, State};
pub use crate::storage::snapshot::stored::{SnapshotReader, SnapshotWriter, Stored};
pub use crate::storage::snapshot::{restore, verify as verify_snapshot};
pub use crate::storage::store::{Store, View};
pub(crate) use write::Closed;
pub(crate) use write::Work;
pub use write::Written;
pub use write::build::{Build, LISTED, Progress, Report, SourceFile};
pub use write::embed::embed;
pub use write::encode::{Cores, Incoming, MAX_BATCH};
pub(crate) use write::encode::{check_batch, check_size, encode};
pub(crate) use write::patch::{check_has_ids, merged, patched};
pub(crate) use write::reencode::Copy;
pub use write::reencode::Reencode;
pub use write::vector_file::VectorFile;

pub(crate) use crate::storage::STORE_FILE;
use crate::storage::snapshot;
use map::Maps;
use write::Writer;

/// An open collection. All methods may be called from many threads at once.
pub struct Collection {
    pub(crate) name: ArcSwap<String>,
    pub(crate) folder: PathBuf,
    pub(crate) store: Arc<Store>,
    /// How its texts and queries are converted to terms.
    pub(crate) analyzer: Analyzer,
    pub(crate) encoder: Arc<QueryEncoder>,
    /// The rankings of recent queries.
    pub(crate) remembered: Remembered,
    pub(crate) tuning: Tuning,
    pub(crate) compactor: Arc<Compactor>,
    pub(crate) writer: Writer,
    /// The queries on which the engines disagree.
    explorer: Arc<explore::Explorer>,
    maps: Maps,
    /// The ids of its points in order.
    pub(crate) ordered: Ordered,
}

impl Collection {
    /// Opens the collection in a folder.
    ///
    /// # Errors
    /// [`Error::OtherModel`] if its vectors came from another model, and the store's read errors. A
    /// damaged index file is not an error: the index is rebuilt.
    pub fn open(name: &str, folder: &Path, encoder: Arc<QueryEncoder>) -> Result<Arc<Self>> {
        Self::open_with(name, folder, encoder, Tuning::default())
    }

    /// The same with custom thresholds.
    ///
    /// # Errors
    /// As for [`Collection::open`].
    pub fn open_with(
        name: &str,
        folder: &Path,
        encoder: Arc<QueryEncoder>,
        tuning: Tuning,
    ) -> Result<Arc<Self>> {
        let store = Store::open(&folder.join(STORE_FILE))?;
        Self::over(name, store, folder, encoder, tuning)
    }

    /// The same with a store that is already open.
    ///
    /// # Errors
    /// As for [`Collection::open`].
    pub fn over(
        name: &str,
        store: Store,
        folder: &Path,
        encoder: Arc<QueryEncoder>,
        tuning: Tuning,
    ) -> Result<Arc<Self>> {
        check_model(name, store.about(), &encoder)?;
        if store.about().dimension != encoder.dimension() {
            return Err(Error::damaged(store.path()));
        }
        let tuning = store.about().tuned(tuning);
        let store = Arc::new(store);
        let compactor = Arc::new(Compactor::open(
            Arc::clone(&store),
            folder,
            tuning,
            Arc::clone(&encoder) as Arc<dyn Tokenize>,
        )?);
        compactor.request();
        let now = BuiltFrom {
            state: compactor.current().state,
            model: store.about().model.clone(),
        };
        let collection = Arc::new(Self {
            explorer: Arc::new(explore::Explorer::open(folder, &now)?),
            name: ArcSwap::from_pointee(name.to_owned()),
            folder: folder.to_owned(),
            analyzer: Analyzer::new(store.about().schema.language),
            encoder,
            remembered: Remembered::default(),
            tuning,
            writer: Writer::new(Arc::clone(&store), Arc::clone(&compactor)),
            compactor,
            store,
            maps: Maps::default(),
            ordered: Ordered::default(),
        });
        collection.look_for_map();
        Ok(collection)
    }

    /// Its name.
    pub fn name(&self) -> Arc<String> {
        self.name.load_full()
    }

    /// The number of its folder, which no other collection of the data folder has or had; 0 if it is
    /// not in one.
    pub fn id(&self) -> u64 {
        let folder = self.folder.file_name().unwrap_or_default();
        folder.to_string_lossy().parse().unwrap_or(0)
    }

    /// Renames it.
    pub(crate) fn set_name(&self, name: &str) {
        self.name.store(Arc::new(name.to_owned()));
    }

    /// The schema its records are read with.
    pub fn schema(&self) -> &Schema {
        &self.store.about().schema
    }

    /// How its texts and queries are converted to terms.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The store's metadata.
    pub fn about(&self) -> &About {
        self.store.about()
    }

    /// The hash of the file it was created from; empty if it was created empty.
    pub fn source(&self) -> &str {
        &self.store.about().source
    }

    /// The current indexes.
    pub fn generation(&self) -> Arc<Generation> {
        self.compactor.current()
    }

    /// How many bytes its files take on disk. The holes of a file take none: a store that grows is
    /// lengthened long before it is filled.
    pub fn bytes(&self) -> u64 {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let sizes = entries.filter_map(|entry| Some(on_disk(&entry.ok()?.metadata().ok()?)));
        sizes.sum()
    }

    /// How many merges of its segments were finished since it was opened.
    pub fn merges(&self) -> u64 {
        self.compactor.merges()
    }

    /// The state of the graph of the base, the only segment that has one.
    pub fn graph_state(&self) -> GraphState {
        self.compactor.graph_state()
    }

    /// Waits until all background work is finished.
    pub fn settle(&self) {
        self.compactor.settle();
    }

    /// Adds records, replacing those with the same source id. When it returns, they are durable,
    /// and the next query in any mode finds them.
    ///
    /// # Errors
    /// [`Error::BadRecord`] with the record's index in the batch; [`Error::Write`] if the store
    /// cannot be written. In both cases, nothing of the batch is written.
    pub fn put(&self, records: Vec<Incoming>) -> Result<Written> {
        if self.schema().points
            && let Some(at) = records.iter().position(|record| record.vector.is_none())
        {
            let reason = "no vector: the records of this collection come with theirs".into();
            return Err(Error::BadRecord { at: at + 1, reason });
        }
        let records = check_batch(self.about(), records)?;
        let encoder = self.encoder.encoder();
        let (cores, cancelled) = (Cores::Half, AtomicBool::new(false));
        let records = encode(encoder, self.about(), records, &|_| {}, cores, &cancelled)?;
        self.put_encoded(records, None)
    }

    /// Writes encoded records and a note, together or not at all.
    pub(crate) fn put_encoded(
        &self,
        records: Vec<Encoded>,
        note: Option<(String, Vec<u8>)>,
    ) -> Result<Written> {
        self.writer.submit(&self.name(), Work::Put(records, note))
    }

    /// Deletes records by id. Missing ones are not an error, but do not count in
    /// [`Written::removed`].
    ///
    /// # Errors
    /// [`Error::Write`]; [`Error::BadQuery`] if there are too many ids.
    pub fn delete(&self, ids: Vec<String>) -> Result<Written> {
        check_ids(&ids)?;
        self.writer.submit(&self.name(), Work::Delete(ids))
    }

    /// Deletes the records that pass all filters. At least one filter is required.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for invalid filters; [`Error::Write`].
    pub fn delete_matching(&self, filters: Vec<Filter>) -> Result<Written> {
        check_deletion(&filters)?;
        // Checked here so that the caller gets the error.
        self.select(&self.generation(), &filters)?;
        self.writer
            .submit(&self.name(), Work::DeleteMatching(filters))
    }

    /// Makes a change elsewhere, after which this collection accepts no more writes. No write
    /// happens in the meantime. If the change fails, nothing changes here.
    ///
    /// # Errors
    /// The error of the change.
    pub(crate) fn close(&self, why: Closed, change: impl FnOnce() -> Result<()>) -> Result<()> {
        self.writer.close(why, change)
    }

    /// Writes a snapshot of the collection's state at one moment.
    ///
    /// # Errors
    /// The store's read errors; [`Error::Write`] if the output fails.
    pub fn snapshot(&self, out: &mut impl Write) -> Result<()> {
        let (files, view) = self.compactor.files()?;
        snapshot::write(self.about(), &view, files, out)
    }

    /// The records after the page that ended at a cursor, in the order they were written; without a
    /// cursor, the first ones. There are at most `limit`, or fewer if they are large.
    ///
    /// A record that exists throughout is returned exactly once. One that is changed in the
    /// meantime moves to the end and is returned there with its new contents.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if the limit is too high; the store's read errors.
    pub fn page(&self, after: Option<Cursor>, limit: usize) -> Result<Page> {
        read::page(&self.store, after, limit)
    }

    /// Calls `each` with every record's fields, as JSON on one line, in the order they were
    /// written. All records are from the same state, regardless of concurrent writes.
    ///
    /// # Errors
    /// The store's read errors, and those of `each`.
    pub fn export(&self, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let view = self.store.read()?;
        view.for_each_payload(0, |_, json| each(json).map(ControlFlow::Continue))
    }

    /// Reads in a view of the store. Retries in a new one if the store's file fails in the meantime.
    pub(crate) fn viewing<T>(&self, work: impl Fn(&View<'_>) -> Result<T>) -> Result<T> {
        self.store.viewing(work)
    }

    /// The indexes and a view of the store, both in the same state. A write replaces the indexes
    /// right after its transaction, so a reader in between tries again. If a write failed halfway,
    /// the two differ until its writer has reconciled them; after too many attempts, they are used
    /// as they are.
    pub(crate) fn now(&self) -> Result<(Arc<Generation>, View<'_>)> {
        const LOOKS: usize = 1_000;
        for _ in 0..LOOKS {
            let (generation, view) = (self.generation(), self.store.read()?);
            match view.state() {
                Ok(state) if state == generation.state => return Ok((generation, view)),
                Err(error) if !view.broke_off() => return Err(error),
                _ => std::thread::sleep(std::time::Duration::from_micros(50)),
            }
        }
        Ok((self.generation(), self.store.read()?))
    }

    /// The records that pass every filter.
    pub(crate) fn select(&self, generation: &Generation, filters: &[Filter]) -> Result<Passing> {
        generation.select(&self.schema().facets, filters)
    }

    /// The line that a named import has reached, as stored by [`Build::add_to`].
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn reached(&self, name: &str) -> Result<Option<u64>> {
        self.viewing(|view| view.note(name))
    }

    /// A record by its id: the source's if the schema names an id field, otherwise its number.
    ///
    /// # Errors
    /// [`Error::NoRecord`].
    pub fn record(&self, id: &str) -> Result<Record> {
        self.viewing(|view| {
            let number = self.number(view, id)?;
            let number = number.ok_or_else(|| self.no_record(id))?;
            let payload = view.record(number)?.ok_or_else(|| self.no_record(id))?;
            Ok(self.schema().read(number, payload))
        })
    }

    /// A record by its number.
    ///
    /// # Errors
    /// [`Error::NoRecord`].
    pub fn numbered(&self, number: RecordNumber) -> Result<Record> {
        let payload = self.viewing(|view| view.record(number))?;
        let payload = payload.ok_or_else(|| self.no_record(&number.0.to_string()))?;
        Ok(self.schema().read(number, payload))
    }

    /// Whether only a part of a record's text is encoded, because it is too long. Word search
    /// covers all of it.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn reads_in_part(&self, record: &Record) -> Result<bool> {
        self.viewing(|view| {
            let ranges = view.ranges(record.number)?;
            Ok(self.schema().is_read_in_part(&record.payload, &ranges))
        })
    }

    /// The encoder for its queries.
    pub fn encoder(&self) -> &QueryEncoder {
        &self.encoder
    }

    /// The same, to be shared.
    pub fn shared_encoder(&self) -> &Arc<QueryEncoder> {
        &self.encoder
    }

    /// The number for an id.
    pub(crate) fn number(&self, view: &View<'_>, id: &str) -> Result<Option<RecordNumber>> {
        view.find(id)
    }

    /// The error for an unknown id.
    pub fn no_record(&self, id: &str) -> Error {
        Error::no_record(&self.name(), id)
    }
}

impl About {
    /// The metadata of a collection that is created empty, to be encoded by this encoder.
    pub fn new(schema: Schema, encoder: &Encoder, passages: bool) -> Self {
        Self {
            schema,
            model: encoder.model_hash().to_owned(),
            dimension: encoder.dimension(),
            distance: Distance::default(),
            model_dir: encoder.folder().to_owned(),
            source: String::new(),
            passages,
        }
    }

    /// The thresholds for its indexes. A graph compares cosines, so there is none for other
    /// distances.
    pub(crate) fn tuned(&self, tuning: Tuning) -> Tuning {
        match self.distance {
            Distance::Cosine => tuning,
            Distance::Dot => Tuning {
                graph_min_records: u32::MAX,
                ..tuning
            },
        }
    }
}

#[cfg(unix)]
fn on_disk(file: &std::fs::Metadata) -> u64 {
    // In units of 512 bytes, whatever the file system's blocks are.
    let allocated = std::os::unix::fs::MetadataExt::blocks(file).saturating_mul(512);
    allocated.min(file.len())
}

#[cfg(not(unix))]
fn on_disk(file: &std::fs::Metadata) -> u64 {
    file.len()
}

/// Checks that a collection was encoded by a model.
///
/// # Errors
/// [`Error::OtherModel`].
pub fn check_model(name: &str, about: &About, encoder: &QueryEncoder) -> Result<()> {
    if about.model == encoder.model_hash() {
        return Ok(());
    }
    Err(Error::OtherModel {
        collection: name.to_owned(),
        theirs: short(&about.model),
        ours: short(encoder.model_hash()),
    })
}

/// Checks that ids are not too many to delete at once.
///
/// # Errors
/// [`Error::BadQuery`].
pub(crate) fn check_ids(ids: &[String]) -> Result<()> {
    if ids.len() <= MAX_BATCH {
        return Ok(());
    }
    Err(Error::BadQuery(format!(
        "{} ids are too many for one request; at most {MAX_BATCH} are allowed",
        ids.len()
    )))
}

/// Checks that a deletion by filter has a filter.
///
/// # Errors
/// [`Error::BadQuery`].
pub(crate) fn check_deletion(filters: &[Filter]) -> Result<()> {
    if !filters.is_empty() {
        return Ok(());
    }
    Err(Error::BadQuery(
        "deleting by filter needs a filter; to delete everything, drop the collection".into(),
    ))
}

/// Enough of a hash to distinguish two models.
pub fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
