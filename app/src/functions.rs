//! The page's access to the server: server functions under `/fn`, called with GET. They pass
//! requests to the backend unchanged, since the engine validates them, and return its answer.
//!
//! During server-side rendering they run in place; in the browser they are HTTP requests. In
//! both cases a problem also sets the response's HTTP status.

mod explore;
mod judge;
mod map;
pub mod recommend;
mod walk;

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use parallax::vocabulary::{
    Answer, CollectionInfo, Comparison, ExplainRequest, Explanation, FacetCounts, RecordView,
    SearchRequest, SimilarRequest, Suggestions, Task, ValuesRequest,
};
use serde::{Deserialize, Serialize};

pub use explore::{explore, query_lab};

use crate::access::Access;
use crate::json::{InJson, Json};
use crate::problem::Problem;

pub use judge::{interleave, judgements_of, judging_pool, reveal, standing_of};
pub use map::{NamedMap, hits_on_map, map};
pub use walk::{follow, measure_recall};

/// Records similar to a given one, and the title of that one, if known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarRecords {
    /// The title of the given record.
    pub title: Option<String>,
    /// The similar records.
    pub response: Answer,
}

/// The names of the collections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CollectionNames {
    /// All of them, in order.
    pub all: Vec<String>,
    /// That of the default one, if there is any.
    pub default: Option<String>,
}

/// Why a record has its rank, and its title, if known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainedRecord {
    /// The record's title.
    pub title: Option<String>,
    /// Why it has its rank.
    pub explanation: Explanation,
}

/// Answers a query.
///
/// # Errors
/// Those of the engine, and `unreachable` if the server does not answer.
#[server(prefix = "/fn", endpoint = "search", protocol = Http<GetUrl, InJson>)]
pub async fn search(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: SearchRequest,
) -> Result<Answer, Problem> {
    let context = ssr::Context::take()?;
    let answer = context.backend.search(collection, request).await;
    context.with_status(answer)
}

/// Finds records similar to a given one.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "similar", protocol = Http<GetUrl, InJson>)]
pub async fn similar(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The record to start from.
    request: SimilarRequest,
) -> Result<SimilarRecords, Problem> {
    let context = ssr::Context::take()?;
    let id = request.id.clone();
    let response = context.backend.similar(collection.clone(), request).await;
    let response = context.with_status(response)?;
    let title = context.backend.title(collection, id).await;
    let title = context.with_status(title)?;
    Ok(SimilarRecords { title, response })
}

/// Explains a record's rank for a query.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "explain", protocol = Http<GetUrl, InJson>)]
pub async fn explain(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The record and the query.
    request: ExplainRequest,
) -> Result<Explanation, Problem> {
    let context = ssr::Context::take()?;
    let explanation = context.backend.explain(collection, request).await;
    context.with_status_unless_page(explanation)
}

/// Compares the rankings of a query by meaning, by words and by both.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "compare", protocol = Http<GetUrl, InJson>)]
pub async fn compare(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query; its mode does not matter.
    request: SearchRequest,
) -> Result<Comparison, Problem> {
    let context = ssr::Context::take()?;
    let compared = context.backend.compare(collection, request).await;
    context.with_status(compared)
}

/// Explains a record's rank for a query, on a page of its own.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "why", protocol = Http<GetUrl, InJson>)]
pub async fn why(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The record and the query.
    request: ExplainRequest,
) -> Result<ExplainedRecord, Problem> {
    let context = ssr::Context::take()?;
    let id = request.id.clone();
    let explanation = context.backend.explain(collection.clone(), request).await;
    let explanation = context.with_status(explanation)?;
    let title = context.backend.title(collection, id).await;
    let title = context.with_status(title)?;
    Ok(ExplainedRecord { title, explanation })
}

/// Finds the sentence nearest to a query in each of its hits: ids, and byte ranges of their
/// texts.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "sentences", protocol = Http<GetUrl, InJson>)]
pub async fn sentences(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: SearchRequest,
) -> Result<Vec<(String, (usize, usize))>, Problem> {
    let context = ssr::Context::take()?;
    let request = SearchRequest {
        sentences: true,
        ..request
    };
    let answer = context.backend.search(collection, request).await;
    let hits = context.with_status(answer)?.hits.into_iter();
    Ok(hits
        .filter_map(|hit| hit.sentence.map(|at| (hit.id, (at.start, at.end))))
        .collect())
}

/// Counts the facets that a query names, for its answer.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "facets", protocol = Http<GetUrl, InJson>)]
pub async fn facets(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: SearchRequest,
) -> Result<Vec<FacetCounts>, Problem> {
    let context = ssr::Context::take()?;
    let answer = context.backend.search(collection, request).await;
    context.with_status(answer).map(|answer| answer.facets)
}

/// Lists the values of a facet.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "values", protocol = Http<GetUrl, InJson>)]
pub async fn values(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The facet, and which of its values to list.
    request: ValuesRequest,
) -> Result<FacetCounts, Problem> {
    let context = ssr::Context::take()?;
    let values = context.backend.values(collection, request).await;
    context.with_status(values)
}

/// Looks up titles and facet values that begin as typed.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "suggest", protocol = Http<GetUrl, InJson>)]
pub async fn suggest(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// What was typed.
    typed: String,
) -> Result<Suggestions, Problem> {
    let context = ssr::Context::take()?;
    let suggestions = context.backend.suggest(collection, typed).await;
    context.with_status(suggestions)
}

/// Names the collections.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "names", protocol = Http<GetUrl, InJson>)]
pub async fn names() -> Result<CollectionNames, Problem> {
    let context = ssr::Context::take()?;
    let names = context.backend.names().await;
    context.with_status_unless_page(names)
}

/// Reads a record for its own page.
///
/// # Errors
/// As for [`search`], and `not_found` for an unknown id.
#[server(prefix = "/fn", endpoint = "record", protocol = Http<GetUrl, InJson>)]
pub async fn record(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The record's id.
    id: String,
) -> Result<RecordView, Problem> {
    let context = ssr::Context::take()?;
    let record = context.backend.record(collection, id).await;
    context.with_status(record)
}

/// Describes a collection.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "collection", protocol = Http<GetUrl, InJson>)]
pub async fn collection(
    /// Its name; `None` is the default one.
    collection: Option<String>,
) -> Result<CollectionInfo, Problem> {
    let context = ssr::Context::take()?;
    let info = context.backend.collection(collection).await;
    context.with_status(info)
}

/// Describes every collection, sorted by name.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "collections", protocol = Http<GetUrl, InJson>)]
pub async fn collections() -> Result<Vec<CollectionInfo>, Problem> {
    let context = ssr::Context::take()?;
    let collections = context.backend.collections().await;
    context.with_status(collections)
}

/// Lists the imports that the server remembers, newest first.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "tasks", protocol = Http<GetUrl, InJson>)]
pub async fn tasks() -> Result<Vec<Task>, Problem> {
    let context = ssr::Context::take()?;
    let tasks = context.backend.tasks().await;
    context.with_status_unless_page(tasks)
}

/// Whether whoever asks may change anything.
///
/// # Errors
/// `unreachable` if the server does not answer.
#[server(prefix = "/fn", endpoint = "access", protocol = Http<GetUrl, InJson>)]
pub async fn write_access() -> Result<Access, Problem> {
    ssr::access()
}

impl FromServerFnError for Problem {
    type Encoder = Json;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, message) = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                ("unreachable", "The server did not answer.".to_owned())
            }
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => (
                "bad_query",
                format!("The request could not be read: {reason}"),
            ),
            // Something other than the server answered, such as a proxy with its own error page.
            ServerFnErrorErr::Deserialization(_) => (
                "unreachable",
                "The response did not come from this server.".to_owned(),
            ),
            other => ("internal", other.to_string()),
        };
        let problem = Self {
            code: code.into(),
            message,
        };
        #[cfg(feature = "ssr")]
        if let Some(response) = use_context() {
            ssr::set_status(&response, &problem);
        }
        problem
    }
}

#[cfg(feature = "ssr")]
mod ssr {
    use http::{HeaderValue, StatusCode, header};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::access::Access;
    use crate::backend::{AccessCheck, SharedBackend};
    use crate::problem::Problem;

    /// Whether whoever sent the current request may change anything.
    pub fn access() -> Result<Access, Problem> {
        let check: Option<AccessCheck> = use_context();
        let parts: Option<http::request::Parts> = use_context();
        let access = check.zip(parts).map(|(check, parts)| check(&parts));
        access.ok_or_else(|| Problem {
            code: "internal".into(),
            message: "The server does not say who may change anything.".into(),
        })
    }

    /// What a server function needs from the Leptos context. Taken before the first `await`,
    /// after which the context may belong to another request.
    pub struct Context {
        pub backend: SharedBackend,
        response: Option<ResponseOptions>,
        /// Whether a page is being rendered, not only this function called.
        is_page: bool,
    }

    impl Context {
        pub fn take() -> Result<Self, Problem> {
            let backend = use_context().ok_or_else(|| Problem {
                code: "internal".into(),
                message: "The server gave the page no backend.".into(),
            })?;
            let parts: Option<http::request::Parts> = use_context();
            let is_page = parts.is_none_or(|parts| !parts.uri.path().starts_with("/fn/"));
            Ok(Self {
                backend,
                response: use_context(),
                is_page,
            })
        }

        /// Sets the status of the page that is being rendered. If only this function was called, its
        /// answer is one, whatever it says.
        pub fn set_page_status(&self, problem: &Problem) {
            if let Some(response) = self.response.as_ref().filter(|_| self.is_page) {
                set_status(response, problem);
            }
        }

        /// Sets the response's status if the answer is a problem, unless the answer is only a part of
        /// a page, which is valid without it.
        pub fn with_status_unless_page<T>(&self, answer: Result<T, Problem>) -> Result<T, Problem> {
            if self.is_page {
                return answer;
            }
            self.with_status(answer)
        }

        /// Sets the response's status if the answer is a problem.
        pub fn with_status<T>(&self, answer: Result<T, Problem>) -> Result<T, Problem> {
            if let (Err(problem), Some(response)) = (&answer, &self.response) {
                set_status(response, problem);
            }
            answer
        }
    }

    /// Sets the response's status to that of the problem.
    pub fn set_status(response: &ResponseOptions, problem: &Problem) {
        let status =
            StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.set_status(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
    }
}
