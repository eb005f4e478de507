//! A collection: records of one schema, kept in a store and searched through a generation
//! of indexes.
//!
//! The store is the truth. A write goes into the store first and then, in a small segment
//! of its own, into a new generation; opening a collection reads the base segment from its
//! files where they are whole, builds it anew where not, and catches up with the store.

mod index;
mod read;
mod search;
mod storage;
mod write;

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

pub use index::generation::{Generation, Part, Passing};
pub use index::segment::{Columns, Segment};
pub use read::{Cursor, Page};
pub use search::ask::Reply;
pub use search::fit::Background;
pub use storage::index_file::BuiltFrom;
pub use storage::snapshot::restore;
pub use storage::store::{About, Applied, Change, Encoded, State, Store, View};
pub(crate) use write::Closed;
pub use write::Written;
pub use write::build::{Build, LISTED, Progress, Report, Skipped, SourceFile};
pub use write::embed::embed;
pub use write::encode::{Cores, Incoming, MAX_BATCH};
pub use write::vector_file::VectorFile;

use index::load::{Loaded, load};
use write::{Writer, encode};

pub(crate) const STORE_FILE: &str = "store.redb";
const COLUMNS_FILE: &str = "columns.idx";
const GRAPH_FILE: &str = "graph.idx";

/// When a collection does what; fixed numbers, but for tests and measurements.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// A segment gets a graph, and is searched through it, from this many records on.
    /// Smaller ones are scanned whole, which misses nothing. Measured on the 40,474
    /// start-ups (`parallax recall`), the scan is also the faster of the two.
    pub graph_min_records: u32,
    /// The delta is merged into the base when it has this many records, or deletions, and
    /// a quarter of the base's.
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
    name: ArcSwap<String>,
    folder: PathBuf,
    store: Store,
    /// How its texts and queries become terms.
    analyzer: Analyzer,
    encoder: Arc<QueryEncoder>,
    tuning: Tuning,
    generation: ArcSwap<Generation>,
    writer: Writer,
    /// Itself, for the threads that work for it: they end when it is gone.
    itself: Weak<Self>,
}

impl Collection {
    /// Opens the collection in a folder.
    ///
    /// # Errors
    /// [`Error::OtherModel`] where its vectors came from another model, and whatever keeps
    /// the store from being read. A damaged index file is no error: it is built again.
    pub fn open(name: &str, folder: &Path, encoder: Arc<QueryEncoder>) -> Result<Arc<Self>> {
        Self::open_with(name, folder, encoder, Tuning::default())
    }

    /// The same, with other numbers than the usual ones.
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

    /// The same over a store that is open already.
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

    /// Gives it another name.
    pub(crate) fn set_name(&self, name: &str) {
        self.name.store(Arc::new(name.to_owned()));
    }

    /// How its records are read.
    pub fn schema(&self) -> &Schema {
        &self.store.about().schema
    }

    /// How its texts and queries become terms.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// What its store says of itself.
    pub fn about(&self) -> &About {
        self.store.about()
    }

    /// The file it was made from, by its hash; empty where it began empty.
    pub fn source(&self) -> &str {
        &self.store.about().source
    }

    /// The indexes as they are now.
    pub fn generation(&self) -> Arc<Generation> {
        self.generation.load_full()
    }

    /// What its files take on disk, in bytes.
    pub fn bytes(&self) -> u64 {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
        sizes.sum()
    }

    /// How neighbours are looked for in the base, the only segment that gets a graph.
    pub fn graph_state(&self) -> GraphState {
        match self.generation().parts.first() {
            Some(base) if base.graph.is_some() => GraphState::Ready,
            Some(base) if base.segment.len() >= self.tuning.graph_min_records => {
                GraphState::Building
            }
            _ => GraphState::NotNeeded,
        }
    }

    /// Looks something up in the indexes and a view of the store, both of one state; once
    /// more in the state there is then, where the store's file fails meanwhile.
    fn in_one_state<T>(&self, work: impl Fn(&Generation, &View<'_>) -> Result<T>) -> Result<T> {
        self.again_where_it_broke_off(|| self.now(), |generation, view| work(generation, view))
    }

    /// Reads in a view of the store, likewise.
    fn viewing<T>(&self, work: impl Fn(&View<'_>) -> Result<T>) -> Result<T> {
        self.again_where_it_broke_off(|| Ok(((), self.store.read()?)), |(), view| work(view))
    }

    fn again_where_it_broke_off<'a, G, T>(
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

    /// The indexes and a view of the store, both of one state. A write exchanges the indexes
    /// right after its transaction; whoever looks in between looks again. Should a write
    /// have failed halfway, they stay apart until its writer has made them agree; what there
    /// is has to do where that takes long.
    fn now(&self) -> Result<(Arc<Generation>, View<'_>)> {
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

    /// What passes every filter.
    fn select(&self, generation: &Generation, filters: &[Filter]) -> Result<Passing> {
        generation.select(&self.schema().facets, filters)
    }

    /// The line that an import under a name has reached, as [`Build::add_to`] keeps it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn reached(&self, name: &str) -> Result<Option<u64>> {
        self.viewing(|view| view.note(name))
    }

    /// A record by its id: the source's where the schema names one, else its number.
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

    /// Whether meaning reads a part of a record only, since its text is too long. Words
    /// search in all of it.
    ///
    /// # Errors
    /// What keeps the store from being read.
    pub fn reads_in_part(&self, record: &Record) -> Result<bool> {
        self.viewing(|view| {
            let ranges = view.ranges(record.number)?;
            Ok(self.goes_on_after(&ranges, &record.payload))
        })
    }

    /// Whether the text that is encoded of a record goes on after its passages.
    fn goes_on_after(&self, passages: &[Range<u32>], payload: &Payload) -> bool {
        passages.last().is_some_and(|last| {
            let text = self.schema().encoded_text(payload);
            encode::goes_on(&text, last.end as usize)
        })
    }

    /// What encodes its queries.
    pub fn encoder(&self) -> &QueryEncoder {
        &self.encoder
    }

    /// The number an id stands for; the record may not exist where ids are numbers.
    fn number(&self, view: &View<'_>, id: &str) -> Result<Option<RecordId>> {
        if self.schema().id.is_some() {
            view.number_of(id)
        } else {
            Ok(id.parse().ok().map(RecordId))
        }
    }

    /// The error for an id that no record has.
    pub fn no_record(&self, id: &str) -> Error {
        Error::NoRecord {
            collection: self.name().to_string(),
            id: id.to_owned(),
        }
    }
}

/// Whether a collection has its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphState {
    /// It is so small that all of it is scanned.
    NotNeeded,
    /// It is being loaded or built; the exact scan answers alone.
    Building,
    /// It is in use.
    Ready,
}

/// Enough of a hash to tell two models apart.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
