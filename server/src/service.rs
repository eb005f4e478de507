//! The running service: the open data folder, and the pools in which requests run. Both the page
//! and the API use it.

mod answers;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parallax::Collection;
use parallax::backend::Backend;
use parallax::vocabulary::CollectionInfo;
use parallax_app::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::answers::{Further, Reader};
use crate::caller::Caller;
use crate::disk;
use crate::keys::{Sight, needs_key};
use crate::logs::Slow;
use crate::metrics::{CollectionReading, Metrics, Readings};
use crate::opened::Opened;
use crate::pool::{self, Flow, Pool, Refused, Stats};
use crate::problem::{internal, overloaded, problem, starting};
use crate::snapshots::{self, Snapshots};

/// How many writers run at once; concurrent writes share a transaction.
const WRITERS: usize = 8;

/// How many exports may run at once. Each occupies a thread and a snapshot of its store for as
/// long as its client reads.
const EXPORTS: usize = 4;

/// The service; clones share the same state.
#[derive(Clone)]
pub struct Service(Arc<Inner>, Whom);

/// For whom the service works, where that is not known by the task, which otherwise counts.
#[derive(Clone, Default)]
struct Whom {
    /// What may be seen.
    sight: Option<Sight>,
    /// Who asked.
    caller: Option<Caller>,
}

struct Inner {
    /// Set once everything is loaded.
    opened: OnceLock<Opened>,
    /// Queries that run the model queue apart from the others, so that those go on if the model
    /// cannot keep up.
    words: Pool,
    meaning: Pool,
    /// Explaining hits and finding their nearest sentences takes as long as many queries. It has a
    /// pool of its own, so that it does not hold up other queries.
    thorough: Pool,
    /// Writers wait for the disk and for each other, so they do not use the query pool.
    writers: Pool,
    /// One permit for each collection being exported.
    exports: Arc<Semaphore>,
    /// Whether the operator allows judgements.
    judgements: AtomicBool,
    metrics: Arc<Metrics>,
    /// Which searches are logged as slow, if any.
    slow: OnceLock<Slow>,
    snapshots: OnceLock<Arc<Snapshots>>,
}

impl Service {
    /// Creates a service that is still starting.
    pub fn new(cores: usize) -> Self {
        Self::with_settings(cores, &pool::Settings::default())
    }

    /// The same, with limits of its own.
    pub fn with_settings(cores: usize, settings: &pool::Settings) -> Self {
        let [words, meaning] = Pool::two_of_short_jobs(cores, settings.queries());
        let inner = Inner {
            opened: OnceLock::new(),
            words,
            meaning,
            thorough: Pool::new(cores.div_ceil(2), settings.slow()),
            writers: Pool::new(WRITERS, settings.writes()),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            judgements: AtomicBool::new(false),
            metrics: Arc::default(),
            slow: OnceLock::new(),
            snapshots: OnceLock::new(),
        };
        Self(Arc::new(inner), Whom::default())
    }

    /// The service, limited to what a request may see.
    pub fn with_sight(&self, sight: Sight) -> Self {
        let reader = Whom {
            sight: Some(sight),
            ..self.1.clone()
        };
        Self(Arc::clone(&self.0), reader)
    }

    /// Logs slow searches.
    pub fn log_slow(&self, slow: Slow) {
        let _ = self.0.slow.set(slow);
    }

    /// Keeps snapshots as an operator set it, rather than by default.
    pub fn keep_snapshots(&self, snapshots: Arc<Snapshots>) {
        let _ = self.0.snapshots.set(snapshots);
    }

    /// The snapshots of the data folder.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub fn snapshots(&self) -> Result<&Arc<Snapshots>, Problem> {
        let opened = self.opened()?;
        if let Some(snapshots) = self.0.snapshots.get() {
            return Ok(snapshots);
        }
        let settings = snapshots::Settings::default();
        let made = Snapshots::open(opened.local.folder(), &settings);
        let made = made.map_err(|error| problem(&error))?;
        Ok(self.0.snapshots.get_or_init(|| Arc::new(made)))
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// What the metrics show beside what is counted. This neither waits nor uses a pool.
    pub fn readings(&self) -> Readings {
        let mut readings = Readings {
            pools: self.pools().into(),
            ..Readings::default()
        };
        let Some(opened) = self.0.opened.get() else {
            return readings;
        };
        for collection in opened.local.open_collections() {
            let generation = collection.generation();
            let reading = CollectionReading {
                records: generation.records().into(),
                segments: generation.parts.len() as u64,
                merges: collection.merges(),
            };
            let name = collection.name().to_string();
            readings.collections.insert(name, reading);
        }
        readings.cache = opened.local.encoder().counts();
        for task in opened.tasks.all() {
            let state = serde_json::to_value(task.state).unwrap_or_default();
            let state = state.as_str().unwrap_or("unknown").to_owned();
            *readings.imports.entry(state).or_default() += 1;
        }
        readings.free_bytes = disk::free_bytes(opened.local.folder());
        if let Some(snapshots) = self.0.snapshots.get() {
            let status = snapshots.status();
            readings.snapshots = (status.made, status.failed);
            readings.last_snapshot = status.last.map(jiff::Timestamp::as_second);
        }
        readings
    }

    /// The service as it works for a caller whose request another task answers. Their work is
    /// dropped when they leave.
    pub fn working_for(&self, caller: Option<Caller>) -> Self {
        let reader = Whom {
            caller,
            ..self.1.clone()
        };
        Self(Arc::clone(&self.0), reader)
    }

    /// The pools in which requests run, by name.
    pub fn pools(&self) -> [(&'static str, Stats); 4] {
        [
            ("words", self.0.words.stats()),
            ("meaning", self.0.meaning.stats()),
            ("slow", self.0.thorough.stats()),
            ("writes", self.0.writers.stats()),
        ]
    }

    /// Lets those who may write keep judgements of relevance.
    pub fn allow_judgements(&self) {
        self.0.judgements.store(true, Ordering::Relaxed);
    }

    /// Whether judgements are kept.
    pub fn allows_judgements(&self) -> bool {
        self.0.judgements.load(Ordering::Relaxed)
    }

    /// Makes the service ready to answer queries.
    pub fn open(&self, opened: Opened) {
        // Start-up runs once; a second one would find the data folder locked.
        let _ = self.0.opened.set(opened);
    }

    /// Whether the service is ready to answer queries.
    pub fn is_ready(&self) -> bool {
        self.0.opened.get().is_some()
    }

    /// Whether the cluster with the collections answers, if they are on one.
    pub async fn cluster_answers(&self) -> bool {
        let inner = Arc::clone(&self.0);
        let answers = tokio::task::spawn_blocking(move || {
            let cluster = inner
                .opened
                .get()
                .and_then(|opened| opened.cluster.as_ref());
            cluster.is_none_or(|cluster| cluster.collections.check().is_ok())
        });
        answers.await.unwrap_or(false)
    }

    /// Runs a job on a collection in the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_collection<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_on(&self.0.words, name, work).await
    }

    /// Runs a job on a collection that runs the model, in the pool of such queries.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_collection_encoding<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_on(&self.0.meaning, name, work).await
    }

    /// Runs a job on a collection in a folder, in the query pool. Collections on a cluster cannot do it.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_embedded<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.words, name.clone(), embedded(name, work))
            .await
    }

    /// The same for a job that runs the model.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_embedded_encoding<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.meaning, name.clone(), embedded(name, work))
            .await
    }

    /// The same for a job that takes as long as many queries.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_embedded_thoroughly<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.thorough, name.clone(), embedded(name, work))
            .await
    }

    /// Writes to a collection in a folder, in the writers' pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn write_embedded<T: Send + 'static>(
        &self,
        name: String,
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let work = embedded(Some(name.clone()), work);
        self.run(&self.0.writers, Some(name), work).await
    }

    /// Information about every collection that can be opened.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn collections(&self) -> Result<Vec<CollectionInfo>, Problem> {
        self.with_catalogue(Opened::infos).await
    }

    /// Writes to a collection, in the writers' pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn write<T: Send + 'static>(
        &self,
        name: String,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let named = name.clone();
        let work = move |opened: &Opened| work(&*opened.backend_to_write(Some(&named))?);
        self.run(&self.0.writers, Some(name), work).await
    }

    /// Checks that a write to a collection would not be refused now, before its body is read.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub fn check_room_to_write(&self, name: Option<String>) -> Result<(), Problem> {
        let room = self.0.writers.check_room(&self.flow(name));
        room.map_err(|refused| self.refusal(&refused))
    }

    /// Manages collections. This is slow, so it does not use the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn manage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.writers, None, work).await
    }

    /// Runs a job on the data folder in the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_catalogue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.words, None, work).await
    }

    /// Runs a job that takes as long as several queries, in the pool of explanations.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn thoroughly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.thorough, None, work).await
    }

    /// Draws a picture, in the pool for slow jobs.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn draw<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.thorough, None, |_| Ok(work())).await
    }

    /// A place among those who export.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller if there is none.
    pub fn export_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.0.exports).try_acquire_owned();
        place.map_err(|_| overloaded(1))
    }

    /// Runs a job on a collection that takes as long as many queries.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_collection_thoroughly<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_on(&self.0.thorough, name, work).await
    }

    /// The data folder, once it is open.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub fn opened(&self) -> Result<&Opened, Problem> {
        self.0.opened.get().ok_or_else(starting)
    }

    /// Runs a job on a collection in a pool.
    async fn run_on<T: Send + 'static>(
        &self,
        pool: &Pool,
        name: Option<String>,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let worked = self.attempt_on(pool, name, work).await;
        worked.unwrap_or_else(|refused| Err(self.refusal(&refused)))
    }

    /// Runs a job in a pool; its turn depends on the collection that it names.
    async fn run<T: Send + 'static>(
        &self,
        pool: &Pool,
        collection: Option<String>,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let worked = self.attempt(pool, collection, work).await;
        worked.unwrap_or_else(|refused| Err(self.refusal(&refused)))
    }

    /// Runs a job on a collection in a pool, unless it is refused there.
    async fn attempt_on<T: Send + 'static>(
        &self,
        pool: &Pool,
        name: Option<String>,
        work: impl FnOnce(&dyn Backend) -> parallax::Result<T> + Send + 'static,
    ) -> Result<Result<T, Problem>, Refused> {
        let collection = name.clone();
        let work = move |opened: &Opened| work(&*opened.backend(name.as_deref())?);
        self.attempt(pool, collection, work).await
    }

    /// Runs a job in a pool, unless it is refused there.
    async fn attempt<T: Send + 'static>(
        &self,
        pool: &Pool,
        collection: Option<String>,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<Result<T, Problem>, Refused> {
        let sight = self.1.sight.clone().unwrap_or_else(Sight::current);
        if sight == Sight::Nothing {
            return Ok(Err(needs_key()));
        }
        let inner = Arc::clone(&self.0);
        let worked = pool.run(self.flow(collection), move || match inner.opened.get() {
            Some(opened) => {
                let worked = sight.clone().within(|| work(opened));
                worked.map_err(|error| problem(&sight.redacted(error)))
            }
            None => Err(starting()),
        });
        // A request's own task ends when its caller leaves.
        let Some(caller) = &self.1.caller else {
            return worked.await;
        };
        tokio::select! {
            biased;
            () = caller.left() => Err(Refused::Left),
            worked = worked => worked,
        }
    }

    /// The caller for whom work is done, if known.
    fn caller(&self) -> Option<Caller> {
        self.1.caller.clone().or_else(Caller::current)
    }

    /// The flow of a job on a collection.
    fn flow(&self, collection: Option<String>) -> Flow {
        Flow {
            collection,
            address: self.caller().and_then(|caller| caller.address()),
        }
    }

    /// What to tell a caller whose job was not run.
    fn refusal(&self, refused: &Refused) -> Problem {
        match refused {
            Refused::Full { wait } => {
                let seconds = (wait.as_secs_f64().ceil() as u64).max(1);
                if let Some(caller) = self.caller() {
                    caller.tell_retry_after(seconds);
                }
                overloaded(seconds)
            }
            // Nobody reads it.
            Refused::Left => overloaded(1),
            Refused::Failed => internal(),
        }
    }
}

/// A job on a collection in a folder.
fn embedded<T>(
    name: Option<String>,
    work: impl FnOnce(&Collection) -> parallax::Result<T>,
) -> impl FnOnce(&Opened) -> parallax::Result<T> {
    move |opened| work(&*opened.collection(name.as_deref())?)
}
