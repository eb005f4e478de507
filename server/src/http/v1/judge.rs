//! Judging: blind comparisons of two rankings, and judgements of relevance.

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parallax::vocabulary::{
    InterleaveRequest, Interleaved, Judgement, Judgements, Pool, PoolRequest, Progress,
    RevealRequest, Revealed,
};
use serde::Deserialize;

use crate::http::body::json_body;
use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::service::Service;

/// The read routes.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/interleave", get(interleave))
        .route("/v1/collections/{name}/interleave/reveal", get(reveal))
        .route("/v1/collections/{name}/judgements", get(judgements))
        .route("/v1/collections/{name}/judgements/pool", get(pool))
        .route("/v1/collections/{name}/judgements/export", get(export))
}

/// The write routes, for authorised callers.
pub fn write_router() -> Router<Service> {
    Router::new().route(
        "/v1/collections/{name}/judgements",
        post(judge).delete(take_back),
    )
}

async fn interleave(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Interleaved>, Failure> {
    let Path(name) = path?;
    let request: InterleaveRequest = parameters(query.as_deref())?;
    Ok(Json(service.interleave(Some(name), request).await?))
}

async fn reveal(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Revealed>, Failure> {
    let Path(name) = path?;
    let request: RevealRequest = parameters(query.as_deref())?;
    Ok(Json(service.reveal(Some(name), request).await?))
}

async fn pool(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Pool>, Failure> {
    let Path(name) = path?;
    let request: PoolRequest = parameters(query.as_deref())?;
    Ok(Json(service.pool_of(Some(name), request).await?))
}

async fn judgements(
    State(service): State<Service>,
    path: Named,
) -> Result<Json<Judgements>, Failure> {
    let Path(name) = path?;
    Ok(Json(service.judgements(Some(name)).await?))
}

async fn judge(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Progress>, Failure> {
    let Path(name) = path?;
    let judgement: Judgement = json_body(&headers, &body?)?;
    Ok(Json(service.judge(name, judgement).await?))
}

/// The judgement to take back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TakenBack {
    q: String,
    id: String,
}

async fn take_back(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Progress>, Failure> {
    let Path(name) = path?;
    let TakenBack { q, id } = parameters(query.as_deref())?;
    Ok(Json(service.take_back(name, q, id).await?))
}

async fn export(State(service): State<Service>, path: Named) -> Result<Response, Failure> {
    let Path(name) = path?;
    let file = format!("attachment; filename=\"{name}-judgements.zip\"");
    let archive = service.export_judgements(name).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, Body::from_stream(archive)).into_response())
}
