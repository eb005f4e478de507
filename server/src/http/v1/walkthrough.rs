//! What each stage of a query does, and the recall of the graph around it.

use axum::Json;
use axum::extract::State;
use parallax::vocabulary::{MeasuredRecall, SearchRequest, Walkthrough};

use crate::http::error::Failure;
use crate::http::extract::{PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::service::Service;

/// `…/walkthrough` and `…/recall`.
pub fn routes() -> Routes {
    Routes::new()
        .get(
            "/v1/collections/{name}/walkthrough",
            walkthrough,
            About::new(
                Tag::Search,
                "walkthrough",
                "Follow a query through the stages of the engine.",
            )
            .query::<SearchRequest>()
            .answers::<Walkthrough>(),
        )
        .get(
            "/v1/collections/{name}/recall",
            recall,
            About::new(
                Tag::Search,
                "recall",
                "Measure how many of the nearest records the graph finds around a query.",
            )
            .query::<SearchRequest>()
            .answers::<MeasuredRecall>(),
        )
}

async fn walkthrough(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Json<Walkthrough>, Failure> {
    Ok(Json(service.walkthrough_of(Some(name), request).await?))
}

async fn recall(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Json<MeasuredRecall>, Failure> {
    Ok(Json(service.recall_of(Some(name), request).await?))
}
