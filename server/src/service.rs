//! The running service: the open data folder, and the pools in which requests run. Both the page
//! and the API use it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, CollectionInfo, Comparison, ExplainRequest, Explanation, Exploration, FacetCounts, Lab,
    MeasuredRecall, RecordView, SearchRequest, SimilarRequest, ValuesRequest, Walkthrough,
};
use parallax::{Collection, Error, Filter, Query};
use parallax_app::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::Stream;

use crate::export::lines;
use crate::keys::{Sight, needs_key};
use crate::opened::Opened;
use crate::pool::{Pool, Refused};
use crate::problem::{internal, overloaded, problem, starting};

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

/// The service; clones share the same state. It may be limited to what a request may see; otherwise, the
/// current request is the one that counts.
#[derive(Clone)]
pub struct Service(Arc<Inner>, Option<Sight>);

struct Inner {
    /// Set once everything is loaded.
    opened: OnceLock<Opened>,
    pool: Pool,
    /// Explaining hits and finding their nearest sentences takes as long as many queries. It has a
    /// pool of its own, so that it does not hold up other queries.
    thorough: Pool,
    /// Writers wait for the disk and for each other, so they do not use the query pool.
    writers: Pool,
    /// One permit for each collection being exported.
    exports: Arc<Semaphore>,
    /// Whether the operator allows judgements.
    judgements: AtomicBool,
}

impl Service {
    /// Creates a service that is still starting.
    pub fn new(cores: usize) -> Self {
        let inner = Inner {
            opened: OnceLock::new(),
            pool: Pool::of_short_jobs(cores),
            thorough: Pool::new(cores.div_ceil(2)),
            writers: Pool::new(WRITERS),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            judgements: AtomicBool::new(false),
        };
        Self(Arc::new(inner), None)
    }

    /// The service, limited to what a request may see.
    pub fn with_sight(&self, sight: Sight) -> Self {
        Self(Arc::clone(&self.0), Some(sight))
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
        self.with_catalogue(move |opened| work(&*opened.collection(name.as_deref())?))
            .await
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
        let work = move |opened: &Opened| work(&*opened.catalogue.collection(&name)?);
        self.run(&self.0.writers, work).await
    }

    /// Manages collections. This is slow, so it does not use the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn manage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.writers, work).await
    }

    /// Runs a job on the data folder in the query pool.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_catalogue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.pool, work).await
    }

    /// Runs a job that takes as long as several queries, in the pool of explanations.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn thoroughly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.thorough, work).await
    }

    /// A place among those who export.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller if there is none.
    pub fn export_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.0.exports).try_acquire_owned();
        place.map_err(|_| overloaded())
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
        self.thoroughly(move |opened| work(&*opened.collection(name.as_deref())?))
            .await
    }

    /// The data folder, once it is open.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub fn opened(&self) -> Result<&Opened, Problem> {
        self.0.opened.get().ok_or_else(starting)
    }

    async fn run<T: Send + 'static>(
        &self,
        pool: &Pool,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let sight = self.1.clone().unwrap_or_else(Sight::current);
        if sight == Sight::Nothing {
            return Err(needs_key());
        }
        let inner = Arc::clone(&self.0);
        let worked = pool.run(move || match inner.opened.get() {
            Some(opened) => {
                let worked = sight.clone().within(|| work(opened));
                worked.map_err(|error| problem(&sight.redacted(error)))
            }
            None => Err(starting()),
        });
        match worked.await {
            Ok(result) => result,
            Err(Refused::Full) => Err(overloaded()),
            Err(Refused::Failed) => Err(internal()),
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
        let Further { filters, vector } = further.into();
        let pool = if request.explain || request.sentences {
            &self.0.thorough
        } else {
            &self.0.pool
        };
        let work = move |opened: &Opened| {
            let collection = &*opened.collection(collection.as_deref())?;
            let mut query = Query::try_from(&request)?;
            query.filters.extend(filters);
            query.vector = vector;
            if request.explain && query.vector.is_some() {
                return Err(Error::BadQuery(
                    "explain shows what the words of a query add to a score, and a vector has none: \
                     leave explain out"
                        .into(),
                ));
            }
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
        self.run(pool, work).await
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
        let work = move |opened: &Opened| {
            let collection = &*opened.collection(collection.as_deref())?;
            let mut query = Query::try_from(&request)?;
            query.filters.extend(filters);
            let compared = collection.compare(&query)?;
            compared.sent(collection.schema(), reader.content(&request.fields))
        };
        self.run(&self.0.thorough, work).await
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
        let work = move |opened: &Opened| opened.collection(collection.as_deref())?.lab(&q);
        self.run(&self.0.thorough, work).await
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
        let work = move |opened: &Opened| {
            let collection = opened.collection(collection.as_deref())?;
            collection.walkthrough(&Query::try_from(&request)?)
        };
        self.run(&self.0.thorough, work).await
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
        let work = move |opened: &Opened| {
            let collection = opened.collection(collection.as_deref())?;
            collection.measure_recall(&Query::try_from(&request)?)
        };
        self.run(&self.0.thorough, work).await
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
        let work = move |opened: &Opened| {
            let collection = opened.collection(collection.as_deref())?;
            let query = Query::try_from(&request.search)?;
            collection.explain(&query, &request.id)
        };
        self.run(&self.0.thorough, work).await
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
        let work = move |opened: &Opened| {
            let collection = opened.collection(collection.as_deref())?;
            collection.record_view(&id)
        };
        self.run(&self.0.thorough, work).await
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
        self.run(&self.0.thorough, |_| Ok(work())).await
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
