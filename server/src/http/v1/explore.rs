//! Queries on which the engines disagree in a collection, and what small changes of a query do.

use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use axum::{Json, Router};
use parallax::vocabulary::{Exploration, Lab};
use serde::Deserialize;

use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::service::Service;

/// `…/explore` and `…/lab`.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/explore", get(explore))
        .route("/v1/collections/{name}/lab", get(lab))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoParameters {}

async fn explore(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Exploration>, Failure> {
    let Path(name) = path?;
    let NoParameters {} = parameters(query.as_deref())?;
    Ok(Json(service.explore(Some(name)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabRequest {
    q: String,
}

async fn lab(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Lab>, Failure> {
    let Path(name) = path?;
    let LabRequest { q } = parameters(query.as_deref())?;
    Ok(Json(service.lab(Some(name), q).await?))
}
