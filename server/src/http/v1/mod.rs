//! The API: collections, search, records, similar records.

mod compare;
mod explore;
mod import;
mod judge;
mod manage;
mod map;
mod read;
mod records;
mod search;
mod snapshots;
mod walkthrough;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use parallax::Filter;
use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, CollectionInfo, ExplainRequest, Explanation, Reason, RecommendRequest, Recommendations,
    Reply, SearchRequest, SimilarRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::body::json_body;
use super::error::Failure;
use super::extract::{Named, NamedRecord};
use super::parameters::parameters;
use super::tutorial;
use crate::service::{Reader, Service};

/// The read routes, below `/api`.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/search", get(tutorial::search))
        .route("/v1/collections", get(collections))
        .route("/v1/collections/{name}", get(collection))
        .merge(search::router())
        .merge(compare::router())
        .merge(explore::router())
        .merge(walkthrough::router())
        .merge(map::router())
        .merge(read::router())
        .merge(judge::router())
        .route("/v1/collections/{name}/answer", get(answer))
        .route("/v1/collections/{name}/recommend", post(recommend))
        .route("/v1/collections/{name}/records/{id}", get(record))
        .route(
            "/v1/collections/{name}/records/delete",
            get(record_called_delete),
        )
        .route("/v1/collections/{name}/records/{id}/similar", get(similar))
        .route("/v1/collections/{name}/records/{id}/explain", get(explain))
        .merge(import::tasks_router())
}

/// The write routes, below `/api`.
pub fn write_router() -> Router<Service> {
    records::router()
        .merge(manage::router())
        .merge(import::router())
        .merge(judge::write_router())
        .merge(snapshots::router())
}

#[derive(Serialize)]
struct Collections {
    collections: Vec<CollectionInfo>,
}

async fn collections(State(service): State<Service>) -> Result<Json<Collections>, Failure> {
    let collections = service.collections().await?;
    Ok(Json(Collections { collections }))
}

async fn collection(
    State(service): State<Service>,
    path: Named,
) -> Result<Json<CollectionInfo>, Failure> {
    use parallax_app::backend::Backend;
    let Path(name) = path?;
    Ok(Json(service.collection(Some(name)).await?))
}

#[derive(Serialize)]
struct RecordResponse {
    id: String,
    payload: Map<String, Value>,
    /// Whether only the beginning of its text is encoded, because it is too long.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_in_part: bool,
}

async fn record(
    State(service): State<Service>,
    path: NamedRecord,
) -> Result<Json<RecordResponse>, Failure> {
    let Path((name, id)) = path?;
    let found = service.with_collection(Some(name), move |collection| {
        let record = collection.record(&id)?;
        let read_in_part = collection.reads_in_part(&record)?;
        Ok((record, read_in_part))
    });
    let (record, read_in_part) = found.await?;
    Ok(Json(RecordResponse {
        id: record.id,
        payload: record.payload,
        read_in_part,
    }))
}

async fn record_called_delete(
    service: State<Service>,
    path: Named,
) -> Result<Json<RecordResponse>, Failure> {
    record(service, records::called_delete(path)).await
}

/// The requested page of the results.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageOf {
    #[serde(default)]
    filter: Vec<String>,
    limit: Option<u32>,
    #[serde(default)]
    offset: u32,
    #[serde(default)]
    fields: Vec<String>,
}

async fn similar(
    State(service): State<Service>,
    path: NamedRecord,
    RawQuery(query): RawQuery,
) -> Result<Json<Answer>, Failure> {
    let Path((name, id)) = path?;
    let page: PageOf = parameters(query.as_deref())?;
    let request = SimilarRequest {
        id,
        filter: page.filter,
        limit: page.limit.unwrap_or(10),
        offset: page.offset,
        fields: page.fields,
    };
    let response = service.similar_with(Some(name), request, Reader::Program);
    Ok(Json(response.await?))
}

/// Recommended records, with the reasons beside them.
#[derive(Serialize)]
struct Recommended {
    #[serde(flatten)]
    answer: Answer,
    reasons: Vec<Reason>,
}

/// Takes a body, because it may name a hundred records; it does not write anything.
async fn recommend(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Recommended>, Failure> {
    let Path(name) = path?;
    let request: RecommendRequest = json_body(&headers, &body?)?;
    // The words that records share are looked for in their texts.
    let recommended = service.with_collection_thoroughly(Some(name), move |collection| {
        let (limit, offset) = (request.limit as usize, request.offset as usize);
        let filters = Filter::from_json(&request.filter)?;
        let fields = request.fields.clone();
        let recommended = collection.recommend(&request.into(), limit, offset, &filters)?;
        recommended.sent(collection.schema(), Content::Original(&fields))
    });
    let Recommendations { answer, reasons } = recommended.await?;
    Ok(Json(Recommended { answer, reasons }))
}

/// A question for a collection of questions and answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    q: String,
    #[serde(default)]
    filter: Vec<String>,
}

async fn answer(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Reply>, Failure> {
    let Path(name) = path?;
    let question: Question = parameters(query.as_deref())?;
    let replied = service.with_collection_encoding(Some(name), move |collection| {
        let reply = collection.ask(&question.q, Filter::from_texts(&question.filter)?)?;
        reply.sent(collection.schema(), Content::Original(&[]))
    });
    Ok(Json(replied.await?))
}

async fn explain(
    State(service): State<Service>,
    path: NamedRecord,
    RawQuery(query): RawQuery,
) -> Result<Json<Explanation>, Failure> {
    let Path((name, id)) = path?;
    let search: SearchRequest = parameters(query.as_deref())?;
    let request = ExplainRequest { id, search };
    Ok(Json(service.explain_with(Some(name), request).await?))
}
