//! Judging: blind comparisons of two rankings, and judgements of relevance.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use parallax::vocabulary::{
    InterleaveRequest, Interleaved, Judgement, Judgements, Pool, PoolRequest, Progress,
    RevealRequest, Revealed,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::service::Service;

const JUDGEMENTS: &str = "/v1/collections/{name}/judgements";

/// The read routes.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Judge, id, summary);
    Routes::new()
        .get(
            "/v1/collections/{name}/interleave",
            interleave,
            about("interleave", "Mix two rankings of a query into one list.")
                .query::<InterleaveRequest>()
                .answers::<Interleaved>(),
        )
        .get(
            "/v1/collections/{name}/interleave/reveal",
            reveal,
            about(
                "reveal",
                "Which ranking each record of the list came from, and which one won.",
            )
            .query::<RevealRequest>()
            .answers::<Revealed>()
            .failing(&[409]),
        )
        .get(
            JUDGEMENTS,
            judgements,
            about("judgements", "The judgements of a collection.").answers::<Judgements>(),
        )
        .get(
            "/v1/collections/{name}/judgements/pool",
            pool,
            about("judgementPool", "What to judge for a query.")
                .query::<PoolRequest>()
                .answers::<Pool>(),
        )
        .get(
            "/v1/collections/{name}/judgements/export",
            export,
            about(
                "exportJudgements",
                "The judgements as a ZIP archive in BEIR format, for `parallax eval`.",
            )
            .sends("application/zip", "The archive."),
        )
}

/// The write routes, for authorised callers.
pub fn write_routes() -> Routes {
    let about = |id, summary| {
        let about = About::new(Tag::Judge, id, summary).answers::<Progress>();
        about.failing(&[409, 507])
    };
    Routes::new()
        .post(
            JUDGEMENTS,
            judge,
            about("judge", "Save how relevant a record is to a query.")
                .more("Needs `parallax serve --judgements`.")
                .body::<Judgement>(json!({"q": "milk", "id": "7", "grade": 2})),
        )
        .delete(
            JUDGEMENTS,
            take_back,
            about("takeBackJudgement", "Take a judgement back.").query::<TakenBack>(),
        )
}

async fn interleave(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<InterleaveRequest>,
) -> Result<Json<Interleaved>, Failure> {
    Ok(Json(service.interleave(Some(name), request).await?))
}

async fn reveal(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<RevealRequest>,
) -> Result<Json<Revealed>, Failure> {
    Ok(Json(service.reveal(Some(name), request).await?))
}

async fn pool(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<PoolRequest>,
) -> Result<Json<Pool>, Failure> {
    Ok(Json(service.pool_of(Some(name), request).await?))
}

async fn judgements(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Judgements>, Failure> {
    Ok(Json(service.judgements(Some(name)).await?))
}

async fn judge(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(judgement): JsonBody<Judgement>,
) -> Result<Json<Progress>, Failure> {
    Ok(Json(service.judge(name, judgement).await?))
}

/// The judgement to take back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakenBack {
    /// The query.
    q: String,
    /// The record.
    id: String,
}

async fn take_back(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(TakenBack { q, id }): QueryParams<TakenBack>,
) -> Result<Json<Progress>, Failure> {
    Ok(Json(service.take_back(name, q, id).await?))
}

async fn export(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Response, Failure> {
    let file = format!("attachment; filename=\"{name}-judgements.zip\"");
    let archive = service.export_judgements(name).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, Body::from_stream(archive)).into_response())
}
