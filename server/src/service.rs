//! The running service: the open data folder, and the pools in which requests run. Both the page
//! and the API use it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parallax::query::{Answer as Found, Mode};
use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, CollectionInfo, Comparison, ExplainRequest, Explanation, Exploration, FacetCounts, Lab,
    MeasuredRecall, RecordView, SearchRequest, SimilarRequest, Timings, ValuesRequest, Walkthrough,
};
use parallax::{Collection, Error, Filter, Query};
use parallax_app::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::Stream;
use tracing::Instrument;

use crate::caller::Caller;
use crate::disk;
use crate::export::lines;
use crate::keys::{Sight, needs_key};
use crate::logs::{Search, Slow};
use crate::metrics::{CollectionReading, Metrics, PoolReading, Readings};
use crate::opened::Opened;
use crate::pool::{self, Flow, Pool, Refused, Stats};
use crate::problem::{internal, overloaded, problem, starting};
use crate::snapshots::{self, Snapshots};

/// How many writers run at once; concurrent writes share a transaction.
const WRITERS: usize = 8;

/// The maximum number of hits to explain per request: each is encoded again, token by token.
const MAX_EXPLAINED: u32 = 20;

/// How many exports may run at once. Each occupies a thread and a snapshot of its store for as
/// long as its client reads.
const EXPORTS: usize = 4;

/// Who reads the hits of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A person, on the page.
    Person,
    /// A program, which gets the requested fields too.
    Program,
}

impl Reader {
    fn content(self, fields: &[String]) -> Content<'_> {
        match self {
            Self::Person => Content::Readable,
            Self::Program => Content::Original(fields),
        }
    }
}

/// What a search may ask for in addition to its parameters.
#[derive(Debug, Default)]
pub struct Further {
    /// Filters, which may combine conditions.
    pub filters: Vec<Filter>,
    /// A vector, instead of a text.
    pub vector: Option<Vec<f32>>,
}

impl From<Vec<Filter>> for Further {
    fn from(filters: Vec<Filter>) -> Self {
        Self {
            filters,
            vector: None,
        }
    }
}

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
        let made = Snapshots::open(opened.catalogue.folder(), &settings);
        let made = made.map_err(|error| problem(&error))?;
        Ok(self.0.snapshots.get_or_init(|| Arc::new(made)))
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// What the metrics show beside what is counted. This neither waits nor uses a pool.
    pub fn readings(&self) -> Readings {
        let pools = self.pools().map(|(name, stats)| {
            let reading = PoolReading {
                waiting: stats.waiting,
                running: stats.running,
                refused: stats.refused,
            };
            (name, reading)
        });
        let mut readings = Readings {
            pools: pools.to_vec(),
            ..Readings::default()
        };
        let Some(opened) = self.0.opened.get() else {
            return readings;
        };
        for collection in opened.catalogue.open_collections() {
            let generation = collection.generation();
            let reading = CollectionReading {
                records: generation.records().into(),
                segments: generation.parts.len() as u64,
                merges: collection.merges(),
            };
            let name = collection.name().to_string();
            readings.collections.insert(name, reading);
        }
        readings.cache = opened.catalogue.encoder().counts();
        for task in opened.tasks.all() {
            let state = serde_json::to_value(task.state).unwrap_or_default();
            let state = state.as_str().unwrap_or("unknown").to_owned();
            *readings.imports.entry(state).or_default() += 1;
        }
        readings.free_bytes = disk::free_bytes(opened.catalogue.folder());
        if let Some(snapshots) = self.0.snapshots.get() {
            let status = snapshots.status();
            readings.snapshots = (status.made, status.failed);
            readings.last_snapshot = status.last.map(jiff::Timestamp::as_second);
        }
        readings
    }

    /// Counts a search that was made, and logs it if it was slow.
    fn searched(&self, collection: &str, q: &str, mode: &str, timings: &Timings) {
        let mode: Option<Mode> = match q.trim() {
            "" => None,
            _ => mode.parse().ok(),
        };
        self.0.metrics.searched(mode, timings);
        let search = Search {
            collection,
            q,
            mode: mode.map_or("list", Mode::name),
        };
        if self
            .0
            .slow
            .get()
            .is_some_and(|slow| slow.note(search, timings))
        {
            self.0.metrics.was_slow();
        }
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

    /// Runs a job on a collection in the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_collection<T: Send + 'static>(
        &self,
        name: Option<String>,
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
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
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_on(&self.0.meaning, name, work).await
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
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_on(&self.0.writers, Some(name), work).await
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
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
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
        work: impl FnOnce(&Collection) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let collection = name.clone();
        let work = move |opened: &Opened| work(&*opened.collection(name.as_deref())?);
        self.run(pool, collection, work).await
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

impl Service {
    /// Answers a query, with whatever else it asks for, for whoever reads the hits.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn search_with(
        &self,
        collection: Option<String>,
        request: SearchRequest,
        further: impl Into<Further>,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        let further = further.into();
        let (q, mode) = (request.q.clone(), request.mode.clone());
        let span = tracing::info_span!("search", mode);
        let answer = self.answer_to(collection, request, further, reader);
        let answer = answer.instrument(span).await?;
        self.searched(&answer.collection, &q, &mode, &answer.timings);
        Ok(answer)
    }

    async fn answer_to(
        &self,
        collection: Option<String>,
        request: SearchRequest,
        further: Further,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        let mut query = Query::try_from(&request).map_err(|error| problem(&error.into()))?;
        query.filters.extend(further.filters);
        query.vector = further.vector;
        if request.explain && query.vector.is_some() {
            let refused = Error::BadQuery(
                "explain shows what the words of a query add to a score, and a vector has none: \
                 leave explain out"
                    .into(),
            );
            return Err(problem(&refused));
        }
        if !request.explain && !request.sentences {
            let fields = request.fields;
            let sent = move |collection: &Collection, answer: Found| {
                answer.sent(collection.schema(), reader.content(&fields))
            };
            return self.find(collection, query, sent).await;
        }
        let work = move |collection: &Collection| {
            if request.explain && request.limit > MAX_EXPLAINED {
                return Err(Error::BadQuery(format!(
                    "limit is {}; with explain=true it must be between 1 and {MAX_EXPLAINED}",
                    request.limit
                )));
            }
            let (schema, content) = (collection.schema(), reader.content(&request.fields));
            if !request.explain {
                return collection.search(&query)?.sent(schema, content);
            }
            let (answer, explained) = collection.search_explained(&query)?;
            let mut answer = answer.sent(schema, content)?;
            for (hit, explanation) in answer.hits.iter_mut().zip(explained) {
                hit.explanation = explanation;
            }
            Ok(answer)
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// Answers a query and converts the answer. If too many queries wait for the model, one in mode
    /// `hybrid` is answered by words, and says so.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn find<T: Send + 'static>(
        &self,
        collection: Option<String>,
        query: Query,
        convert: impl FnOnce(&Collection, Found) -> parallax::Result<T> + Clone + Send + 'static,
    ) -> Result<T, Problem> {
        if query.mode == Mode::Text || query.is_open() {
            let work = move |found: &Collection| convert(found, found.search(&query)?);
            return self.run_on(&self.0.words, collection, work).await;
        }
        let query = Arc::new(query);
        let encoded = {
            let (query, convert, name) = (Arc::clone(&query), convert.clone(), collection.clone());
            let work = move |opened: &Opened| {
                let found = &*opened.collection(name.as_deref())?;
                convert(found, found.search(&query)?)
            };
            self.attempt(&self.0.meaning, collection.clone(), work)
        };
        let refused = match encoded.await {
            Ok(worked) => return worked,
            Err(refused @ Refused::Full { .. }) => refused,
            Err(refused) => return Err(self.refusal(&refused)),
        };
        let work = move |found: &Collection| {
            let answer = found.search_unencoded(&query)?;
            answer.map(|answer| convert(found, answer)).transpose()
        };
        let answered = self.run_on(&self.0.words, collection, work).await?;
        answered.ok_or_else(|| self.refusal(&refused))
    }

    /// Compares the rankings of a query, with filters in addition to those in the request. The
    /// places of records far down take a scan of all records, so this is as slow as an explanation.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn compare_with(
        &self,
        collection: Option<String>,
        request: SearchRequest,
        filters: Vec<Filter>,
        reader: Reader,
    ) -> Result<Comparison, Problem> {
        let work = move |collection: &Collection| {
            let mut query = Query::try_from(&request)?;
            query.filters.extend(filters);
            let compared = collection.compare(&query)?;
            compared.sent(collection.schema(), reader.content(&request.fields))
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// The queries on which the engines disagree in a collection, as far as they have been found.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn explore(&self, collection: Option<String>) -> Result<Exploration, Problem> {
        let work = move |opened: &Opened| Ok(opened.collection(collection.as_deref())?.explore());
        self.with_catalogue(work).await
    }

    /// What small changes of a query do to its rankings, which takes several comparisons.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn lab(&self, collection: Option<String>, q: String) -> Result<Lab, Problem> {
        let work = move |collection: &Collection| collection.lab(&q);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// What each stage of a query does. The model runs once more for its time, so this is slower than
    /// an answer.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn walkthrough_of(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Result<Walkthrough, Problem> {
        let work =
            move |collection: &Collection| collection.walkthrough(&Query::try_from(&request)?);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// The recall of the graph around a query, measured by as many exact scans.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn recall_of(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Result<MeasuredRecall, Problem> {
        let work =
            move |collection: &Collection| collection.measure_recall(&Query::try_from(&request)?);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// Why a record has its rank for a query.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn explain_with(
        &self,
        collection: Option<String>,
        request: ExplainRequest,
    ) -> Result<Explanation, Problem> {
        let work = move |collection: &Collection| {
            let query = Query::try_from(&request.search)?;
            collection.explain(&query, &request.id)
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// A record as its own page shows it.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn record_view(
        &self,
        collection: Option<String>,
        id: String,
    ) -> Result<RecordView, Problem> {
        let work = move |collection: &Collection| collection.record_view(&id);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// The values of a facet.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn values(
        &self,
        collection: Option<String>,
        request: ValuesRequest,
    ) -> Result<FacetCounts, Problem> {
        self.with_collection(collection, move |collection| {
            let filters = Filter::from_texts(&request.filter)?;
            let limit = request.limit as usize;
            collection.facet_values(&request.field, &request.prefix, limit, &filters)
        })
        .await
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

    /// Streams all records of a collection as JSON lines.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller. A later one ends the stream with an error.
    pub async fn export(
        &self,
        name: String,
    ) -> Result<impl Stream<Item = std::io::Result<Vec<u8>>> + use<>, Problem> {
        let place = self.export_place()?;
        let collection = self.with_catalogue(move |opened| opened.catalogue.collection(&name));
        Ok(lines(collection.await?, place))
    }

    /// Records similar to a given one.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn similar_with(
        &self,
        collection: Option<String>,
        request: SimilarRequest,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        self.with_collection(collection, move |collection| {
            let filters = Filter::from_texts(&request.filter)?;
            let (limit, offset) = (request.limit as usize, request.offset as usize);
            let answer = collection.similar(&request.id, limit, offset, &filters)?;
            answer.sent(collection.schema(), reader.content(&request.fields))
        })
        .await
    }
}
