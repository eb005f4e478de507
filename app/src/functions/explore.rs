//! Queries on which the engines disagree, and what small changes of a query do.

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use parallax::vocabulary::{Exploration, Lab};

#[cfg(feature = "ssr")]
use super::ssr::Context;
use crate::json::InJson;
use crate::problem::Problem;

/// The queries on which the engines disagree in a collection.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "explore", protocol = Http<GetUrl, InJson>)]
pub async fn explore(
    /// The collection; `None` is the default one.
    collection: Option<String>,
) -> Result<Exploration, Problem> {
    let context = Context::take()?;
    let found = context.backend.explore(collection).await;
    context.with_status(found)
}

/// What small changes of a query do to its rankings.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "lab", protocol = Http<GetUrl, InJson>)]
pub async fn query_lab(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    q: String,
) -> Result<Lab, Problem> {
    let context = Context::take()?;
    let found = context.backend.lab(collection, q).await;
    context.with_status(found)
}
