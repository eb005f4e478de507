//! A collection: records with one schema, kept in a store and searched through a generation of
//! indexes.
//!
//! The store is the source of truth. A write goes into the store first and then, as a small
//! segment, into a new generation. Opening a collection reads the base segment from its files if
//! they are intact, otherwise rebuilds it, and then catches up with the store.

mod read;
pub(crate) mod write;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;

use crate::analysis::Analyzer;
use crate::database::ATTEMPTS;
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::record::{Payload, Record, RecordId, Schema};

pub use crate::search::ask::Reply;
pub use crate::segment::generation::{Generation, Part, Passing};
pub use crate::segment::{Columns, Segment};
pub use read::{Cursor, Page};

pub use crate::segment::background::Background;
pub use crate::storage::index_file::BuiltFrom;
pub use crate::storage::layout::{About, Applied, Change, Encoded, State};
pub use crate::storage::snapshot::restore;
pub use crate::storage::store::{Store, View};
pub(crate) use write::Closed;
pub use write::Written;
pub use write::build::{Build, LISTED, Progress, Report, Skipped, SourceFile};
pub use write::embed::embed;
pub use write::encode::{Cores, Incoming, MAX_BATCH};
pub use write::vector_file::VectorFile;

use crate::compactor::load::{Loaded, load};
use write::{Writer, encode};

pub(crate) const STORE_FILE: &str = "store.redb";
pub(crate) const COLUMNS_FILE: &str = "columns.idx";
pub(crate) const GRAPH_FILE: &str = "graph.idx";

/// Thresholds for a collection's background work. They are fixed except in tests and measurements.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// A segment gets a graph, and is searched through it, from this many records on. Smaller ones
    /// are fully scanned, which misses nothing. Measured on the 40,474 start-ups (`parallax
    /// recall`), the scan is also the faster of the two.
    pub graph_min_records: u32,
    /// The delta is merged into the base when its records or deletions reach this number and a
    /// quarter of the base.
    pub merge_min_records: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            graph_min_records: 50_000,
            merge_min_records: 4_096,
        }
    }
}

/// An open collection. All methods may be called from many threads at once.
pub struct Collection {
    pub(crate) name: ArcSwap<String>,
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    /// How its texts and queries are converted to terms.
    pub(crate) analyzer: Analyzer,
    pub(crate) encoder: Arc<QueryEncoder>,
    pub(crate) tuning: Tuning,
    pub(crate) generation: ArcSwap<Generation>,
    pub(crate) writer: Writer,
    /// A weak reference to itself, for its background threads: they end when the collection is
    /// dropped.
    pub(crate) itself: Weak<Self>,
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
        let model = &store.about().model;
        if model != encoder.model_hash() {
            return Err(Error::OtherModel {
                collection: name.to_owned(),
                theirs: short(model),
                ours: short(encoder.model_hash()),
            });
        }
        let Loaded {
            generation,
            base,
            columns_are_new,
        } = load(&store, folder)?;
        let collection = Arc::new_cyclic(|itself| Self {
            name: ArcSwap::from_pointee(name.to_owned()),
            folder: folder.to_owned(),
            analyzer: Analyzer::new(store.about().schema.language),
            store,
            encoder,
            tuning,
            generation: ArcSwap::from_pointee(generation),
            writer: Writer::default(),
            itself: itself.clone(),
        });
        collection.complete_in_background(base, columns_are_new);
        collection.merge_if_grown();
        Ok(collection)
    }

    /// Its name.
    pub fn name(&self) -> Arc<String> {
        self.name.load_full()
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
        self.generation.load_full()
    }

    /// The size of its files on disk in bytes.
    pub fn bytes(&self) -> u64 {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
        sizes.sum()
    }

    /// The state of the graph of the base, the only segment that has one.
    pub fn graph_state(&self) -> GraphState {
        match self.generation().parts.first() {
            Some(base) if base.graph.is_some() => GraphState::Ready,
            Some(base) if base.segment.len() >= self.tuning.graph_min_records => {
                GraphState::Building
            }
            _ => GraphState::NotNeeded,
        }
    }

    /// Runs a lookup with the indexes and a view of the store in the same state. Retries in the
    /// then current state if the store's file fails in the meantime.
    pub(crate) fn in_one_state<T>(
        &self,
        work: impl Fn(&Generation, &View<'_>) -> Result<T>,
    ) -> Result<T> {
        self.again_where_it_broke_off(|| self.now(), |generation, view| work(generation, view))
    }

    /// Reads in a view of the store, with the same retries.
    pub(crate) fn viewing<T>(&self, work: impl Fn(&View<'_>) -> Result<T>) -> Result<T> {
        self.again_where_it_broke_off(|| Ok(((), self.store.read()?)), |(), view| work(view))
    }

    pub(crate) fn again_where_it_broke_off<'a, G, T>(
        &'a self,
        look: impl Fn() -> Result<(G, View<'a>)>,
        work: impl Fn(&G, &View<'a>) -> Result<T>,
    ) -> Result<T> {
        let mut attempts = 1;
        loop {
            let (state, view) = look()?;
            let done = work(&state, &view);
            if done.is_ok() || !view.broke_off() || attempts == ATTEMPTS {
                return done;
            }
            attempts += 1;
        }
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
    pub fn numbered(&self, number: RecordId) -> Result<Record> {
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
            Ok(self.goes_on_after(&ranges, &record.payload))
        })
    }

    /// Whether the encoded text of a record continues after its passages.
    pub(crate) fn goes_on_after(&self, passages: &[Range<u32>], payload: &Payload) -> bool {
        passages.last().is_some_and(|last| {
            let text = self.schema().encoded_text(payload);
            encode::goes_on(&text, last.end as usize)
        })
    }

    /// The encoder for its queries.
    pub fn encoder(&self) -> &QueryEncoder {
        &self.encoder
    }

    /// The number for an id. If ids are numbers, the record may not exist, and other spellings of a
    /// number, such as `007`, are no ids.
    pub(crate) fn number(&self, view: &View<'_>, id: &str) -> Result<Option<RecordId>> {
        if self.schema().id.is_some() {
            view.number_of(id)
        } else {
            let number: Option<u32> = id.parse().ok();
            let number = number.filter(|number| number.to_string() == id);
            Ok(number.map(RecordId))
        }
    }

    /// The error for an unknown id.
    pub fn no_record(&self, id: &str) -> Error {
        Error::NoRecord {
            collection: self.name().to_string(),
            id: id.to_owned(),
        }
    }
}

/// Whether a collection has a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphState {
    /// It is small enough to be scanned in full.
    NotNeeded,
    /// It is being loaded or built. Until then, the exact scan is used.
    Building,
    /// It is in use.
    Ready,
}

/// Enough of a hash to distinguish two models.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
