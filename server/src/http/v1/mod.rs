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
mod upload;
mod walkthrough;

use axum::Json;
use axum::extract::State;
use axum::routing::MethodFilter;
use parallax::Filter;
use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, CollectionInfo, ExplainRequest, Explanation, Reason, RecommendRequest, Recommendations,
    Reply, SearchRequest, SimilarRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::error::Failure;
use super::extract::{JsonBody, PathParams, QueryParams};
use super::openapi::{About, Routes, Tag, filters};
use super::tutorial;
use crate::service::{Reader, Service};

/// The read routes, below `/api`.
pub fn routes() -> Routes {
    let about = |tag, id, summary| About::new(tag, id, summary);
    Routes::new()
        .get("/search", tutorial::search, tutorial::about_search())
        .merge(search::routes())
        .merge(compare::routes())
        .merge(walkthrough::routes())
        .get(
            "/v1/collections/{name}/answer",
            answer,
            about(Tag::Search, "answer", "Answer a question.")
                .more("Only in collections of questions and answers.")
                .query::<Question>()
                .answers::<Reply>(),
        )
        .post(
            "/v1/collections/{name}/recommend",
            recommend,
            about(
                Tag::Search,
                "recommend",
                "Records similar to some and different from others.",
            )
            .body_with::<RecommendRequest>(
                "RecommendBody",
                json!({"filter": filters()}),
                json!({"text": "milk", "limit": 3}),
            )
            .answers::<Recommended>(),
        )
        .merge(read::routes())
        .get(
            records::RECORD,
            record,
            about(Tag::Records, "record", "A record.").answers::<RecordResponse>(),
        )
        .also(
            MethodFilter::GET,
            records::CALLED_DELETE,
            record_called_delete,
        )
        .get(
            "/v1/collections/{name}/records/{id}/similar",
            similar,
            about(
                Tag::Search,
                "similar",
                "The records most similar to one by meaning.",
            )
            .query::<PageOf>()
            .answers::<Answer>(),
        )
        .get(
            "/v1/collections/{name}/records/{id}/explain",
            explain,
            about(
                Tag::Search,
                "explain",
                "Why a record has its rank for a query.",
            )
            .query::<SearchRequest>()
            .answers::<Explanation>(),
        )
        .get(
            "/v1/collections",
            collections,
            about(Tag::Collections, "collections", "List the collections.")
                .answers::<Collections>(),
        )
        .get(
            manage::COLLECTION,
            collection,
            about(
                Tag::Collections,
                "collection",
                "A collection, its facets and its state.",
            )
            .answers::<CollectionInfo>(),
        )
        .merge(explore::routes())
        .merge(map::routes())
        .merge(judge::routes())
        .merge(import::task_routes())
}

/// The write routes, below `/api`.
pub fn write_routes() -> Routes {
    records::routes()
        .merge(manage::routes())
        .merge(import::routes())
        .merge(judge::write_routes())
        .merge(snapshots::routes())
}

/// The collections.
#[derive(Serialize, ToSchema)]
struct Collections {
    /// Those that can be opened, in order of their names.
    collections: Vec<CollectionInfo>,
}

async fn collections(State(service): State<Service>) -> Result<Json<Collections>, Failure> {
    let collections = service.collections().await?;
    Ok(Json(Collections { collections }))
}

async fn collection(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<CollectionInfo>, Failure> {
    use parallax_app::backend::Backend;
    Ok(Json(service.collection(Some(name)).await?))
}

/// A record.
#[derive(Serialize, ToSchema)]
struct RecordResponse {
    /// Its id.
    id: String,
    /// Its fields.
    payload: Map<String, Value>,
    /// Whether only the beginning of its text is encoded, because it is too long.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_in_part: bool,
}

async fn record(
    State(service): State<Service>,
    PathParams((name, id)): PathParams<(String, String)>,
) -> Result<Json<RecordResponse>, Failure> {
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
    PathParams(name): PathParams<String>,
) -> Result<Json<RecordResponse>, Failure> {
    record(service, records::called_delete(name)).await
}

/// The requested page of the results.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageOf {
    /// Conditions, each `field:value`.
    #[serde(default)]
    filter: Vec<String>,
    /// The most hits, up to 100; 10 if absent.
    limit: Option<u32>,
    /// How many hits to skip.
    #[serde(default)]
    offset: u32,
    /// The fields that the hits include, as in a search.
    #[serde(default)]
    fields: Vec<String>,
}

async fn similar(
    State(service): State<Service>,
    PathParams((name, id)): PathParams<(String, String)>,
    QueryParams(page): QueryParams<PageOf>,
) -> Result<Json<Answer>, Failure> {
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
#[derive(Serialize, ToSchema)]
struct Recommended {
    #[serde(flatten)]
    answer: Answer,
    /// Why each hit was recommended, in their order.
    reasons: Vec<Reason>,
}

/// Takes a body, because it may name a hundred records; it does not write anything.
async fn recommend(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(request): JsonBody<RecommendRequest>,
) -> Result<Json<Recommended>, Failure> {
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The question.
    q: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    filter: Vec<String>,
}

async fn answer(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(question): QueryParams<Question>,
) -> Result<Json<Reply>, Failure> {
    let replied = service.with_collection_encoding(Some(name), move |collection| {
        let reply = collection.ask(&question.q, Filter::from_texts(&question.filter)?)?;
        reply.sent(collection.schema(), Content::Original(&[]))
    });
    Ok(Json(replied.await?))
}

async fn explain(
    State(service): State<Service>,
    PathParams((name, id)): PathParams<(String, String)>,
    QueryParams(search): QueryParams<SearchRequest>,
) -> Result<Json<Explanation>, Failure> {
    let request = ExplainRequest { id, search };
    Ok(Json(service.explain_with(Some(name), request).await?))
}
