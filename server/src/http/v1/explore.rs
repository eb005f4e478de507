//! Queries on which the engines disagree in a collection, and what small changes of a query do.

use axum::Json;
use axum::extract::State;
use parallax::vocabulary::{Exploration, Lab};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::error::Failure;
use crate::http::extract::{PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::service::Service;

/// `…/explore` and `…/lab`.
pub fn routes() -> Routes {
    Routes::new()
        .get(
            "/v1/collections/{name}/explore",
            explore,
            About::new(
                Tag::Explore,
                "explore",
                "The queries on which the two engines disagree most.",
            )
            .more(
                "Starts to look for them in the background if nobody has, or if a quarter of the \
                 records have changed since.",
            )
            .answers::<Exploration>(),
        )
        .get(
            "/v1/collections/{name}/lab",
            lab,
            About::new(
                Tag::Explore,
                "lab",
                "What small changes of a query do to its rankings.",
            )
            .query::<LabRequest>()
            .answers::<Lab>(),
        )
}

async fn explore(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Exploration>, Failure> {
    Ok(Json(service.explore(Some(name)).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LabRequest {
    /// The query.
    q: String,
}

async fn lab(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(LabRequest { q }): QueryParams<LabRequest>,
) -> Result<Json<Lab>, Failure> {
    Ok(Json(service.lab(Some(name), q).await?))
}
