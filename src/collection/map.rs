//! A collection's map: read from its file when the collection is opened, or computed in the
//! background when it is first asked for. Neither reading nor writing waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::analysis::Analyzer;
use crate::background;
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::locks::lock;
use crate::map::{MIN_RECORDS, Map};
use crate::segment::generation::Generation;
use crate::storage::MAP_FILE;
use crate::vocabulary::GraphState;
use crate::vocabulary::{Inside, InsideRequest, MapHits, MapLegend, MapRecord, MapState, MapView};

/// When one in so many records of a map is gone, or is missing on it, another one is made.
const OUTDATED: u32 = 10;

/// The map of one collection.
#[derive(Default)]
pub(super) struct Maps(Arc<Shared>);

#[derive(Default)]
struct Shared {
    standing: Mutex<Standing>,
    /// The part of the running computation that is done, as the bits of an f32.
    progress: AtomicU32,
    /// Set when the collection is closed.
    cancelled: AtomicBool,
}

#[derive(Default)]
struct Standing {
    map: Option<Arc<Map>>,
    /// Whether one is being computed.
    runs: bool,
    /// The sequence number at which it could not be computed.
    failed: Option<u64>,
}

impl Drop for Maps {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }
}

/// A map to compute.
struct Job {
    shared: Arc<Shared>,
    generation: Arc<Generation>,
    folder: PathBuf,
    model: String,
    analyzer: Analyzer,
}

impl Collection {
    /// The current map, if there is one.
    fn current_map(&self) -> Option<Arc<Map>> {
        lock(&self.maps.0.standing).map.clone()
    }

    /// Reads the map from its file, if there is one. One that cannot be used is removed at once: after
    /// more writes, it could be taken for one of this collection.
    pub(super) fn look_for_map(&self) {
        let path = self.folder.join(MAP_FILE);
        match crate::map::load(&path, &self.about().model, self.generation().state) {
            Ok(map) => lock(&self.maps.0.standing).map = Some(Arc::new(map)),
            Err(reason) if path.exists() => {
                tracing::warn!(file = %path.display(), reason, "the map is made again");
                if let Err(error) = std::fs::remove_file(&path) {
                    tracing::warn!(file = %path.display(), %error, "it cannot be removed");
                }
            }
            Err(_) => {}
        }
    }

    /// Describes the map, with how many of its records still exist and how many are missing. If there
    /// is none, or if too much has changed since, another one is begun in the background.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn map_view(&self) -> Result<MapView> {
        let map = self.current_map();
        let mut view = match &map {
            Some(map) => self.searching(|searcher| Ok(searcher.map_view(map)))?,
            None => MapView {
                of_records: self.generation().records(),
                ..MapView::default()
            },
        };
        let gone = map.map_or(0, |map| map.len() as u32 - view.points);
        let changed = gone.max(view.outdated).saturating_mul(OUTDATED);
        if view.state == MapState::None || changed > view.points {
            self.begin_map();
        }
        let standing = lock(&self.maps.0.standing);
        if standing.runs {
            view.progress = Some(f32::from_bits(self.maps.0.progress.load(Ordering::Relaxed)));
        }
        let failed = standing.failed == Some(self.generation().state.sequence);
        let possible = self.has_map() && view.of_records >= MIN_RECORDS && !failed;
        if view.state == MapState::None && possible {
            view.state = MapState::Computing;
        }
        Ok(view)
    }

    /// Whether it can have a map, which shows how similar records are by their cosines.
    fn has_map(&self) -> bool {
        self.about().distance.is_cosine()
    }

    /// Begins to compute a map in the background, if [`Self::map_job`] has one.
    fn begin_map(&self) {
        let Some(job) = self.map_job() else {
            return;
        };
        let shared = Arc::clone(&job.shared);
        let spawned = std::thread::Builder::new()
            .name("map".into())
            .spawn(move || job.run(&|_| {}));
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread for the map");
            lock(&shared.standing).runs = false;
        }
    }

    /// Computes a map of the current records and keeps it. `progress` is told which part is done.
    ///
    /// # Errors
    /// [`Error::NoMap`] if there are too few records, another one is being computed, or it failed.
    pub fn make_map(&self, progress: &(dyn Fn(f32) + Sync)) -> Result<MapView> {
        let job = self.map_job().ok_or_else(|| self.no_map())?;
        job.run(progress);
        self.current_map().ok_or_else(|| self.no_map())?;
        self.map_view()
    }

    /// A map to compute, unless one is being computed, there are too few records, or it failed with
    /// the same records. During an import, and until the graph is built, it is too early: without a
    /// graph, finding the neighbours of very many records takes too long.
    fn map_job(&self) -> Option<Job> {
        let generation = self.generation();
        let graph = self.graph_state();
        let waits = matches!(graph, GraphState::Building | GraphState::Failed);
        let possible = self.has_map() && generation.records() >= MIN_RECORDS;
        if !possible || self.compactor.is_held() || waits {
            return None;
        }
        let mut standing = lock(&self.maps.0.standing);
        if standing.runs || standing.failed == Some(generation.state.sequence) {
            return None;
        }
        standing.runs = true;
        self.maps.0.progress.store(0, Ordering::Relaxed);
        Some(Job {
            shared: Arc::clone(&self.maps.0),
            generation,
            folder: self.folder.clone(),
            model: self.about().model.clone(),
            analyzer: Analyzer::new(self.schema().language),
        })
    }

    /// The error if there is no map.
    fn no_map(&self) -> Error {
        let reason = if lock(&self.maps.0.standing).runs {
            "it is being computed; ask again when the map's state is 'ready'"
        } else if self.generation().records() < MIN_RECORDS {
            "it has too few records; a map needs at least 10"
        } else {
            "it is not computed yet; ask for the map first"
        };
        Error::NoMap {
            collection: self.name().to_string(),
            reason,
        }
    }

    fn on_map<T>(
        &self,
        work: impl Fn(&crate::search::Searcher<'_>, &Map) -> Result<T>,
    ) -> Result<T> {
        let map = self.current_map().ok_or_else(|| self.no_map())?;
        self.searching(|searcher| work(searcher, &map))
    }

    /// A tag of the map's points and colours: another one if any of them may have changed.
    ///
    /// # Errors
    /// [`Error::NoMap`].
    pub fn map_tag(&self) -> Result<String> {
        let map = self.current_map().ok_or_else(|| self.no_map())?;
        let state = self.generation().state;
        Ok(format!(
            "{:x}-{:x}-{:08x}-{:x}",
            self.id(),
            map.from.state.sequence,
            map.digest(),
            state.sequence
        ))
    }

    /// The coordinates of all records in map order: see [`crate::search::Searcher::map_points`].
    ///
    /// # Errors
    /// [`Error::NoMap`]; the store's read errors.
    pub fn map_points(&self) -> Result<[Vec<u16>; 2]> {
        self.on_map(|searcher, map| Ok(searcher.map_points(map)))
    }

    /// The class of each record, in map order, and what the classes mean: see
    /// [`crate::search::Searcher::map_classes`].
    ///
    /// # Errors
    /// As there, and [`Error::NoMap`].
    pub fn map_classes(&self, facet: &str) -> Result<(Vec<u8>, MapLegend)> {
        self.on_map(|searcher, map| searcher.map_classes(map, facet))
    }

    /// The records inside a polygon: see [`crate::search::Searcher::map_inside`].
    ///
    /// # Errors
    /// As there, and [`Error::NoMap`].
    pub fn map_inside(&self, request: &InsideRequest) -> Result<Inside> {
        self.on_map(|searcher, map| searcher.map_inside(map, request))
    }

    /// The best records for a query on the map: see [`crate::search::Searcher::map_hits`].
    ///
    /// # Errors
    /// As there, and [`Error::NoMap`].
    pub fn map_hits(&self, text: &str, limit: usize) -> Result<MapHits> {
        self.on_map(|searcher, map| searcher.map_hits(map, text, limit))
    }

    /// The records at some places in map order: see [`crate::search::Searcher::map_names`].
    ///
    /// # Errors
    /// As there, and [`Error::NoMap`].
    pub fn map_names(&self, indices: &[u32]) -> Result<Vec<MapRecord>> {
        self.on_map(|searcher, map| searcher.map_names(map, indices))
    }
}

impl Job {
    /// Computes the map and keeps it.
    fn run(&self, progress: &(dyn Fn(f32) + Sync)) {
        // One at a time, whatever the collection, because each needs memory for every record.
        static ONE: Mutex<()> = Mutex::new(());
        let shared = &self.shared;
        let watch = |done: f32| {
            shared.progress.store(done.to_bits(), Ordering::Relaxed);
            progress(done);
            !shared.cancelled.load(Ordering::Relaxed)
        };
        let built = {
            let _one = lock(&ONE);
            let build = || crate::map::build(&self.generation, &self.model, &self.analyzer, &watch);
            catch_unwind(AssertUnwindSafe(|| background::map(build)))
        };
        let map = built.ok().flatten().map(Arc::new);
        let cancelled = shared.cancelled.load(Ordering::Relaxed);
        if let Some(map) = map.as_ref().filter(|_| !cancelled) {
            self.keep(&self.folder.join(MAP_FILE), map);
        } else if !cancelled {
            tracing::error!(folder = %self.folder.display(), "the map cannot be made");
        }
        let mut standing = lock(&shared.standing);
        standing.runs = false;
        match map {
            Some(map) => standing.map = Some(map),
            None => standing.failed = Some(self.generation.state.sequence),
        }
    }

    fn keep(&self, path: &Path, map: &Map) {
        if let Err(error) = crate::map::save(path, map) {
            tracing::warn!(%error, "the map is not kept; the next start makes it again");
        }
    }
}
