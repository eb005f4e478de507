//! What each stage of a query does, and the recall of the graph around it.

use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use axum::{Json, Router};
use parallax::vocabulary::{MeasuredRecall, SearchRequest, Walkthrough};

use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::service::Service;

/// `…/walkthrough` and `…/recall`.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/walkthrough", get(walkthrough))
        .route("/v1/collections/{name}/recall", get(recall))
}

async fn walkthrough(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Walkthrough>, Failure> {
    let Path(name) = path?;
    let request: SearchRequest = parameters(query.as_deref())?;
    Ok(Json(service.walkthrough_of(Some(name), request).await?))
}

async fn recall(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<MeasuredRecall>, Failure> {
    let Path(name) = path?;
    let request: SearchRequest = parameters(query.as_deref())?;
    Ok(Json(service.recall_of(Some(name), request).await?))
}
