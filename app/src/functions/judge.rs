//! The server functions of the page where searches are judged.

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use parallax::vocabulary::{
    InterleaveRequest, Interleaved, Judgements, Pool, PoolRequest, RevealRequest, Revealed,
    Standing, Tally,
};

use crate::json::InJson;
use crate::problem::Problem;

/// Interleaves two rankings of a query.
///
/// # Errors
/// Those of the engine, and `unreachable` if the server does not answer.
#[server(prefix = "/fn", endpoint = "interleave", protocol = Http<GetUrl, InJson>)]
pub async fn interleave(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query and the two ways to rank.
    request: InterleaveRequest,
) -> Result<Interleaved, Problem> {
    let context = super::ssr::Context::take()?;
    let interleaved = context.backend.interleave(collection, request).await;
    context.with_status(interleaved)
}

/// Says which ranking the picks came from.
///
/// # Errors
/// As for [`interleave`].
#[server(prefix = "/fn", endpoint = "reveal", protocol = Http<GetUrl, InJson>)]
pub async fn reveal(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The list and the picks.
    request: RevealRequest,
) -> Result<Revealed, Problem> {
    let context = super::ssr::Context::take()?;
    let revealed = context.backend.reveal(collection, request).await;
    context.with_status(revealed)
}

/// What follows from a tally.
///
/// # Errors
/// As for [`interleave`].
#[server(prefix = "/fn", endpoint = "standing", protocol = Http<GetUrl, InJson>)]
pub async fn standing_of(
    /// The tally.
    tally: Tally,
) -> Result<Standing, Problem> {
    let context = super::ssr::Context::take()?;
    let standing = context.backend.standing(tally).await;
    context.with_status(standing)
}

/// Reads the hits of a query that are to be graded.
///
/// # Errors
/// As for [`interleave`].
#[server(prefix = "/fn", endpoint = "judging-pool", protocol = Http<GetUrl, InJson>)]
pub async fn judging_pool(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    request: PoolRequest,
) -> Result<Pool, Problem> {
    let context = super::ssr::Context::take()?;
    let pool = context.backend.pool(collection, request).await;
    context.with_status(pool)
}

/// Lists the judgements of a collection.
///
/// # Errors
/// As for [`interleave`].
#[server(prefix = "/fn", endpoint = "judgements", protocol = Http<GetUrl, InJson>)]
pub async fn judgements_of(
    /// The collection; `None` is the default one.
    collection: Option<String>,
) -> Result<Judgements, Problem> {
    let context = super::ssr::Context::take()?;
    let judgements = context.backend.judgements(collection).await;
    context.with_status(judgements)
}
