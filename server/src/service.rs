//! The running service: the open data folder, the pool that works on queries, and what is
//! said while neither can answer. Page and API both come through here.

use std::sync::{Arc, OnceLock};

use parallax::{Catalogue, Collection, Error, Schema};
use parallax_app::backend::{Backend, Pending};
use parallax_app::wire::{
    CollectionInfo, ExplainRequest, Explanation, Problem, SearchRequest, SearchResponse,
    SimilarRequest,
};

use crate::pool::{Pool, Refused};
use crate::sample;
use crate::tasks::Tasks;
use crate::wire::{self, Payload};

/// How many writers are at work at once; those that come together share a transaction.
const WRITERS: usize = 8;

/// The most hits of one answer that are explained: each is encoded anew, token by token.
const MAX_EXPLAINED: u32 = 20;

/// The service; clones share it.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    /// Set once everything is loaded.
    opened: OnceLock<Opened>,
    pool: Pool,
    /// Explaining hits and finding their nearest sentences takes as long as many queries: it
    /// has places of its own, so that no query waits behind it.
    thorough: Pool,
    /// Writers wait for the disk and for each other; they take no place from queries.
    writers: Pool,
}

/// What is there once everything is loaded.
pub struct Opened {
    /// The data folder.
    pub catalogue: Arc<Catalogue>,
    /// Its imports.
    pub tasks: Arc<Tasks>,
    /// The collection that answers where none is named.
    pub default: String,
}

impl Opened {
    /// A collection by name. Where none is named, the default one; where that is gone, as it
    /// may be dropped or renamed, the first there is.
    fn collection(&self, name: Option<&str>) -> parallax::Result<Arc<Collection>> {
        let found = self.catalogue.collection(name.unwrap_or(&self.default));
        match found {
            Err(Error::NoCollection { known, .. }) if name.is_none() && !known.is_empty() => {
                self.catalogue.collection(&known[0])
            }
            found => found,
        }
    }
}

impl Service {
    /// A service that is still starting.
    pub fn new(cores: usize) -> Self {
        Self(Arc::new(Inner {
            opened: OnceLock::new(),
            pool: Pool::new(cores),
            thorough: Pool::new(cores.div_ceil(2)),
            writers: Pool::new(WRITERS),
        }))
    }

    /// From now on queries are answered.
    pub fn open(&self, opened: Opened) {
        // Start-up runs once; a second call would find the first one's data folder locked.
        let _ = self.0.opened.set(opened);
    }

    /// Whether queries are answered.
    pub fn is_ready(&self) -> bool {
        self.0.opened.get().is_some()
    }

    /// Works on something in the pool, with a collection at hand.
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

    /// What there is to know of every collection that can be opened.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn collections(&self) -> Result<Vec<CollectionInfo>, Problem> {
        self.with_catalogue(|opened| {
            let names = opened.catalogue.names()?;
            let collections = names.iter().map(|name| opened.catalogue.collection(name));
            let whole = collections.filter_map(|collection| match collection {
                Ok(collection) => Some(info(&collection, &opened.default)),
                Err(error) => {
                    tracing::error!(%error, "a collection cannot be opened");
                    None
                }
            });
            whole.collect()
        })
        .await
    }

    /// Writes something, with a collection at hand.
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

    /// Manages collections: slow work, beside the queries.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn manage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.writers, work).await
    }

    /// Works on something in the pool, with the data folder at hand.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn with_catalogue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Opened) -> parallax::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.0.pool, work).await
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
        let inner = Arc::clone(&self.0);
        let worked = pool.run(move || match inner.opened.get() {
            Some(opened) => work(opened).map_err(|error| problem(&error)),
            None => Err(starting()),
        });
        match worked.await {
            Ok(result) => result,
            Err(Refused::Full) => Err(Problem {
                code: "overloaded".into(),
                message: "too many requests are waiting; try again in a second".into(),
            }),
            Err(Refused::Failed) => Err(internal()),
        }
    }
}

impl Backend for Service {
    fn search(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Pending<SearchResponse> {
        let service = self.clone();
        Box::pin(async move {
            service
                .search_with(collection, request, Payload::Left)
                .await
        })
    }

    fn similar(
        &self,
        collection: Option<String>,
        request: SimilarRequest,
    ) -> Pending<SearchResponse> {
        let service = self.clone();
        Box::pin(async move {
            service
                .similar_with(collection, request, Payload::Left)
                .await
        })
    }

    fn explain(&self, collection: Option<String>, request: ExplainRequest) -> Pending<Explanation> {
        let service = self.clone();
        Box::pin(async move { service.explain_with(collection, request).await })
    }

    fn collection(&self, collection: Option<String>) -> Pending<CollectionInfo> {
        let service = self.clone();
        Box::pin(async move {
            let found = service.with_catalogue(move |opened| {
                info(&*opened.collection(collection.as_deref())?, &opened.default)
            });
            found.await
        })
    }

    fn collections(&self) -> Pending<Vec<CollectionInfo>> {
        let service = self.clone();
        // The service's own method of that name, not this one.
        Box::pin(async move { Service::collections(&service).await })
    }

    fn title(&self, collection: Option<String>, id: String) -> Pending<Option<String>> {
        let service = self.clone();
        Box::pin(async move {
            let found = service.with_collection(collection, move |collection| {
                let title = collection.record(&id)?.title;
                Ok((!title.is_empty()).then_some(title))
            });
            found.await
        })
    }
}

impl Service {
    /// Answers a query.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn search_with(
        &self,
        collection: Option<String>,
        request: SearchRequest,
        payload: Payload,
    ) -> Result<SearchResponse, Problem> {
        let pool = if request.explain || request.sentences {
            &self.0.thorough
        } else {
            &self.0.pool
        };
        let work = move |opened: &Opened| {
            let collection = &*opened.collection(collection.as_deref())?;
            let query = wire::query(&request)?;
            if request.explain && request.limit > MAX_EXPLAINED {
                return Err(Error::BadQuery(format!(
                    "limit is {}, with explain=true allowed is 1 to {MAX_EXPLAINED}",
                    request.limit
                )));
            }
            let answer = collection.search(&query)?;
            let mut response = wire::response(collection, answer, payload);
            if request.explain {
                let ids: Vec<&str> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
                // None where a record was deleted since.
                let explained = collection.explain_all(&query, &ids)?;
                for (hit, explanation) in response.hits.iter_mut().zip(explained) {
                    hit.explanation = explanation.map(wire::explanation);
                }
            }
            Ok(response)
        };
        self.run(pool, work).await
    }

    /// Why a record stands where it does for a query.
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
            let query = wire::query(&request.search)?;
            Ok(wire::explanation(collection.explain(&query, &request.id)?))
        };
        self.run(&self.0.thorough, work).await
    }

    /// Records like a given one.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn similar_with(
        &self,
        collection: Option<String>,
        request: SimilarRequest,
        payload: Payload,
    ) -> Result<SearchResponse, Problem> {
        self.with_collection(collection, move |collection| {
            let filters = wire::filters(&request.filter)?;
            let (limit, offset) = (request.limit as usize, request.offset as usize);
            let answer = collection.similar(&request.id, limit, offset, &filters)?;
            Ok(wire::response(collection, answer, payload))
        })
        .await
    }
}

fn info(collection: &Collection, default: &str) -> parallax::Result<CollectionInfo> {
    let startups = *collection.schema() == Schema::startups();
    let examples: &[&str] = if startups { &sample::EXAMPLES } else { &[] };
    wire::info(collection, examples, *collection.name() == default)
}

/// What a caller is told of an engine's error. What is none of the caller's making is
/// logged here, once, and not told.
fn problem(error: &Error) -> Problem {
    let code = match error {
        Error::BadQuery(_) | Error::BadName(_) | Error::BadRecord { .. } => "bad_query",
        Error::Import { .. } => "bad_query",
        Error::CollectionExists(_) => "conflict",
        full if full.is_full() => {
            tracing::error!(error = %full, "a request failed");
            return Problem {
                code: "no_space".into(),
                message: "the server's disk is full, or was at an earlier write; nothing was written: make \
                          room there and start the service again".into(),
            };
        }
        Error::NoCollection { .. } | Error::NoRecord { .. } => "not_found",
        Error::OtherModel { .. } => "other_model",
        other => {
            tracing::error!(error = %other, "a request failed");
            return internal();
        }
    };
    Problem {
        code: code.into(),
        message: error.to_string(),
    }
}

fn starting() -> Problem {
    Problem {
        code: "starting".into(),
        message: "the service is starting: the model and the collections are being loaded".into(),
    }
}

fn internal() -> Problem {
    Problem {
        code: "internal".into(),
        message: "something went wrong here; the server's log says what".into(),
    }
}
