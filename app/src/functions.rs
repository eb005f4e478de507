//! The page's way to the server: server functions under `/fn`, asked with GET. They hand the
//! question to the backend as it came, for the engine checks it, and hand back its answer.
//!
//! While a page is rendered they run in place, in the browser they are requests; in both
//! cases a problem also sets the response's HTTP status.

use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, JsonEncoding};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::wire::{
    CollectionInfo, CountedFacet, ExplainRequest, Explanation, Problem, SearchRequest,
    SearchResponse, SimilarRequest, ValuesRequest,
};

/// Records like one, and what that one is called, where its title is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarRecords {
    /// The title of the record started from.
    pub title: Option<String>,
    /// Its like.
    pub response: SearchResponse,
}

/// Answers a query.
///
/// # Errors
/// The engine's own, and `unreachable` where the server does not answer.
#[server(prefix = "/fn", endpoint = "search", input = GetUrl)]
pub async fn search(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: SearchRequest,
) -> Result<SearchResponse, Problem> {
    let context = ssr::Context::take()?;
    let answer = context.backend.search(collection, request).await;
    context.with_status(answer)
}

/// Records like a given one.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "similar", input = GetUrl)]
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

/// Why a record stands where it does for a query.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "explain", input = GetUrl)]
pub async fn explain(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The record and the query.
    request: ExplainRequest,
) -> Result<Explanation, Problem> {
    let context = ssr::Context::take()?;
    // No status of its own: the answer it belongs to stands without it.
    context.backend.explain(collection, request).await
}

/// Where in the hits of a query the sentence nearest to it stands: ids, and byte ranges of
/// their texts.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "sentences", input = GetUrl)]
pub async fn sentences(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: SearchRequest,
) -> Result<Vec<(String, (u32, u32))>, Problem> {
    let context = ssr::Context::take()?;
    let request = SearchRequest {
        sentences: true,
        ..request
    };
    let answer = context.backend.search(collection, request).await?;
    let hits = answer.hits.into_iter();
    Ok(hits
        .filter_map(|hit| Some((hit.id, hit.sentence?)))
        .collect())
}

/// The values of a facet.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "values", input = GetUrl)]
pub async fn values(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The facet, and which of its values.
    request: ValuesRequest,
) -> Result<CountedFacet, Problem> {
    let context = ssr::Context::take()?;
    let values = context.backend.values(collection, request).await;
    context.with_status(values)
}

/// What there is to know of a collection.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "collection", input = GetUrl)]
pub async fn collection(
    /// Its name; `None` is the default one.
    collection: Option<String>,
) -> Result<CollectionInfo, Problem> {
    let context = ssr::Context::take()?;
    let info = context.backend.collection(collection).await;
    context.with_status(info)
}

/// What there is to know of every collection, in order of name.
///
/// # Errors
/// As for [`search`].
#[server(prefix = "/fn", endpoint = "collections", input = GetUrl)]
pub async fn collections() -> Result<Vec<CollectionInfo>, Problem> {
    let context = ssr::Context::take()?;
    let collections = context.backend.collections().await;
    context.with_status(collections)
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, message) = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                ("unreachable", "The server did not answer.".to_owned())
            }
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => (
                "bad_query",
                format!("The request could not be read: {reason}"),
            ),
            // Whatever stood in for an answer, such as a proxy's own error page.
            ServerFnErrorErr::Deserialization(_) => (
                "unreachable",
                "What came back was not an answer of this server.".to_owned(),
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

    use crate::backend::SharedBackend;
    use crate::wire::Problem;

    /// What a server function needs of its surroundings. Taken before the first `await`,
    /// after which the surroundings may be another request's.
    pub struct Context {
        pub backend: SharedBackend,
        response: Option<ResponseOptions>,
    }

    impl Context {
        pub fn take() -> Result<Self, Problem> {
            let backend = use_context().ok_or_else(|| Problem {
                code: "internal".into(),
                message: "The server gave the page no backend.".into(),
            })?;
            Ok(Self {
                backend,
                response: use_context(),
            })
        }

        /// Lets the response's status say what went wrong.
        pub fn with_status<T>(&self, answer: Result<T, Problem>) -> Result<T, Problem> {
            if let (Err(problem), Some(response)) = (&answer, &self.response) {
                set_status(response, problem);
            }
            answer
        }
    }

    /// Lets the response's status say what went wrong.
    pub fn set_status(response: &ResponseOptions, problem: &Problem) {
        let status =
            StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.set_status(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
    }
}
