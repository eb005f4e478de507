//! The server functions of the page that shows how a query is answered.

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use parallax::vocabulary::{MeasuredRecall, SearchRequest, Walkthrough};

#[cfg(feature = "ssr")]
use super::ssr;
use crate::json::InJson;
use crate::problem::Problem;

/// Tells what each stage of a query does.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "walkthrough", protocol = Http<GetUrl, InJson>)]
pub async fn follow(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query; its mode does not matter.
    request: SearchRequest,
) -> Result<Walkthrough, Problem> {
    let context = ssr::Context::take()?;
    let walkthrough = context.backend.walkthrough(collection, request).await;
    context.with_status(walkthrough)
}

/// Measures the recall of the graph around a query.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "recall", protocol = Http<GetUrl, InJson>)]
pub async fn measure_recall(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query; its mode does not matter.
    request: SearchRequest,
) -> Result<MeasuredRecall, Problem> {
    let context = ssr::Context::take()?;
    // Does not set the status: the rest of the page is valid without it.
    context.backend.recall(collection, request).await
}
