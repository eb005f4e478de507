//! Reading a collection without a query: listing its records, the values of its facets, and what
//! begins as typed.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use parallax::collection::Cursor;
use parallax::vocabulary::{FacetCounts, Suggestions, ValuesRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::error::Failure;
use crate::http::extract::{Named, NamedRecord};
use crate::http::parameters::parameters;
use crate::service::Service;

/// The default number of records per page, and of values listed.
const PAGE: u32 = 100;

/// The read routes.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/records", get(records))
        .route("/v1/collections/{name}/export", get(export))
        .route("/v1/collections/{name}/facets/{field}", get(values))
        .route("/v1/collections/{name}/suggest", get(suggest))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageRequest {
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct ReadRecord {
    id: String,
    payload: Map<String, Value>,
}

#[derive(Serialize)]
struct PageResponse {
    records: Vec<ReadRecord>,
    /// Where the next page begins; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

async fn records(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<PageResponse>, Failure> {
    let Path(name) = path?;
    let request: PageRequest = parameters(query.as_deref())?;
    let page = service.with_collection(Some(name), move |collection| {
        let after: Option<Cursor> = request.cursor.map(|text| text.parse()).transpose()?;
        collection.page(after, request.limit.unwrap_or(PAGE) as usize)
    });
    let page = page.await?;
    let records = page.records.into_iter().map(|record| ReadRecord {
        id: record.id,
        payload: record.payload,
    });
    Ok(Json(PageResponse {
        records: records.collect(),
        cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// All records as JSON lines.
async fn export(State(service): State<Service>, path: Named) -> Result<Response, Failure> {
    let Path(name) = path?;
    let file_name = format!("attachment; filename=\"{name}.jsonl\"");
    let lines = service.export(name).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, file_name),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    filter: Vec<String>,
    limit: Option<u32>,
}

async fn values(
    State(service): State<Service>,
    path: NamedRecord,
    RawQuery(query): RawQuery,
) -> Result<Json<FacetCounts>, Failure> {
    let Path((name, field)) = path?;
    let asked: Values = parameters(query.as_deref())?;
    let request = ValuesRequest {
        field,
        prefix: asked.prefix,
        filter: asked.filter,
        limit: asked.limit.unwrap_or(PAGE),
    };
    Ok(Json(service.values(Some(name), request).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    q: String,
}

async fn suggest(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Suggestions>, Failure> {
    let Path(name) = path?;
    let typed: Typed = parameters(query.as_deref())?;
    let found = service.with_collection(Some(name), move |collection| collection.suggest(&typed.q));
    Ok(Json(found.await?))
}
