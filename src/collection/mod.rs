//! A collection: records of one schema, kept in a store and searched through a generation
//! of indexes.
//!
//! The store is the truth. Opening a collection reads its index files where they are whole
//! and builds them anew where not: the words' index at once, which takes seconds; the
//! graph in the background, while the exact scan answers.

mod build;
mod embed;
mod generation;
mod index_file;
mod search;
mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::record::{Record, RecordId, Schema};
use crate::vector::{ExactScan, Graph};

pub use build::{Build, Progress, Report, Skipped, SourceFile, VectorFile};
pub use embed::embed;
pub use generation::{Generation, Words};
pub use index_file::BuiltFrom;
pub use store::{About, Store};

const STORE_FILE: &str = "store.redb";
const WORDS_FILE: &str = "words.idx";
const GRAPH_FILE: &str = "graph.idx";

/// An open collection. All methods may be called from many threads at once.
pub struct Collection {
    name: String,
    folder: PathBuf,
    store: Store,
    encoder: Arc<QueryEncoder>,
    generation: ArcSwap<Generation>,
}

impl Collection {
    /// Opens the collection in a folder.
    ///
    /// # Errors
    /// [`Error::OtherModel`] where its vectors came from another model, and whatever keeps
    /// the store from being read. A damaged index file is no error: it is built again.
    pub fn open(name: &str, folder: &Path, encoder: Arc<QueryEncoder>) -> Result<Arc<Self>> {
        let store = Store::open(&folder.join(STORE_FILE))?;
        let model = store.about().model.clone();
        if model != encoder.model_hash() {
            return Err(Error::OtherModel {
                collection: name.to_owned(),
                theirs: short(&model),
                ours: short(encoder.model_hash()),
            });
        }
        let from = BuiltFrom {
            sequence: store.sequence()?,
            model,
        };
        let words = load_or_build_words(&store, folder, &from)?;
        let scan = Arc::new(ExactScan::new(store.vectors()?));
        let graph = load_graph(folder, &from, scan.len());
        let missing = graph.is_none();
        let collection = Arc::new(Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            store,
            encoder,
            generation: ArcSwap::from_pointee(Generation {
                from,
                words: Arc::new(words),
                scan,
                graph,
            }),
        });
        if missing {
            collection.build_graph_in_background();
        }
        Ok(collection)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its records are read.
    pub fn schema(&self) -> &Schema {
        &self.store.about().schema
    }

    /// The file it was made from, by its hash.
    pub fn source(&self) -> &str {
        &self.store.about().source
    }

    /// The indexes as they are now.
    pub fn generation(&self) -> Arc<Generation> {
        self.generation.load_full()
    }

    /// A record by its id: the source's where the schema names one, else its number.
    ///
    /// # Errors
    /// [`Error::NoRecord`].
    pub fn record(&self, id: &str) -> Result<Record> {
        let number = self.number(id)?;
        let found = self.store.payloads(&[number])?.pop().flatten();
        let payload = found.ok_or_else(|| self.no_record(id))?;
        Ok(self.schema().read(number, payload))
    }

    fn number(&self, id: &str) -> Result<RecordId> {
        let number = if self.schema().id.is_some() {
            self.store.number_of(id)?
        } else {
            id.parse().ok().map(RecordId)
        };
        number.ok_or_else(|| self.no_record(id))
    }

    fn no_record(&self, id: &str) -> Error {
        Error::NoRecord {
            collection: self.name.clone(),
            id: id.to_owned(),
        }
    }

    /// Builds the graph on a thread of its own, one core wide so that queries keep theirs,
    /// and swaps it in. Should that fail, the scan goes on answering.
    fn build_graph_in_background(self: &Arc<Self>) {
        let collection = Arc::downgrade(self);
        let generation = self.generation();
        let path = self.folder.join(GRAPH_FILE);
        let name = self.name.clone();
        let work = move || {
            let graph = match one_thread(|| Graph::build(generation.scan.codes())) {
                Ok(graph) => Arc::new(graph),
                Err(error) => {
                    tracing::error!(%error, collection = name, "the graph cannot be built");
                    return;
                }
            };
            if let Err(error) = index_file::write(&path, &generation.from, &*graph) {
                tracing::warn!(%error, "the graph is not kept; the next start builds it again");
            }
            if let Some(collection) = collection.upgrade() {
                let with_graph = collection.generation().with_graph(graph);
                collection.generation.store(Arc::new(with_graph));
                tracing::info!(collection = name, "the graph is built and in use");
            }
        };
        let thread = std::thread::Builder::new().name("graph".into());
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "no thread to build the graph; the exact scan answers");
        }
    }
}

fn one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok(pool.install(work))
}

fn load_or_build_words(store: &Store, folder: &Path, from: &BuiltFrom) -> Result<Words> {
    let path = folder.join(WORDS_FILE);
    match index_file::read(&path, from) {
        Ok(words) => Ok(words),
        Err(reason) => {
            tracing::warn!(file = %path.display(), reason, "building the words' index again");
            let words = Words::build(store)?;
            if let Err(error) = index_file::write(&path, from, &words) {
                tracing::warn!(%error, "the words' index is not kept; the next start builds it again");
            }
            Ok(words)
        }
    }
}

fn load_graph(folder: &Path, from: &BuiltFrom, points: usize) -> Option<Arc<Graph>> {
    let path = folder.join(GRAPH_FILE);
    match index_file::read::<Graph>(&path, from) {
        Ok(graph) if graph.len() == points => Some(Arc::new(graph)),
        Ok(_) => {
            tracing::warn!(file = %path.display(), "the graph does not fit the store; building it again");
            None
        }
        Err(reason) => {
            tracing::warn!(
                file = %path.display(), reason,
                "building the graph again; the exact scan answers meanwhile"
            );
            None
        }
    }
}

/// Enough of a hash to tell two models apart.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
