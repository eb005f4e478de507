//! Reading a collection without a query: listing its records, the values of its facets, and what
//! begins as typed.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use parallax::collection::Cursor;
use parallax::vocabulary::{FacetCounts, Suggestions, ValuesRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::error::Failure;
use crate::http::extract::{PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::service::Service;

/// The default number of records per page, and of values listed.
const PAGE: u32 = 100;

/// The read routes.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Records, id, summary);
    Routes::new()
        .get(
            "/v1/collections/{name}/records",
            records,
            about("records", "List all records, page by page.")
                .more("Pages follow the order in which the records were written.")
                .query::<PageRequest>()
                .answers::<PageResponse>(),
        )
        .get(
            "/v1/collections/{name}/export",
            export,
            about("export", "All records as lines of JSON.").sends(
                "application/x-ndjson",
                "The records, one a line, as they were written.",
            ),
        )
        .get(
            "/v1/collections/{name}/facets/{field}",
            values,
            About::new(Tag::Search, "facetValues", "The values of a facet.")
                .query::<Values>()
                .answers::<FacetCounts>(),
        )
        .get(
            "/v1/collections/{name}/suggest",
            suggest,
            About::new(
                Tag::Search,
                "suggest",
                "Titles and values that begin as typed.",
            )
            .query::<Typed>()
            .answers::<Suggestions>(),
        )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageRequest {
    /// The most records, up to 1,000; 100 if absent.
    limit: Option<u32>,
    /// The `cursor` of the page before; absent for the first one.
    cursor: Option<String>,
}

/// A record.
#[derive(Serialize, ToSchema)]
struct ReadRecord {
    /// Its id.
    id: String,
    /// Its fields.
    payload: Map<String, Value>,
}

/// A page of records.
#[derive(Serialize, ToSchema)]
struct PageResponse {
    /// The records.
    records: Vec<ReadRecord>,
    /// Where the next page begins; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

async fn records(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(request): QueryParams<PageRequest>,
) -> Result<Json<PageResponse>, Failure> {
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
async fn export(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Response, Failure> {
    let file_name = format!("attachment; filename=\"{name}.jsonl\"");
    let lines = service.export(name).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, file_name),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Values {
    /// A prefix of the values, ignoring case and accents.
    #[serde(default)]
    prefix: String,
    /// Conditions on the records that are counted, each `field:value`.
    #[serde(default)]
    filter: Vec<String>,
    /// The most values, up to 200; 100 if absent.
    limit: Option<u32>,
}

async fn values(
    State(service): State<Service>,
    PathParams((name, field)): PathParams<(String, String)>,
    QueryParams(asked): QueryParams<Values>,
) -> Result<Json<FacetCounts>, Failure> {
    let request = ValuesRequest {
        field,
        prefix: asked.prefix,
        filter: asked.filter,
        limit: asked.limit.unwrap_or(PAGE),
    };
    Ok(Json(service.values(Some(name), request).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Typed {
    /// What was typed.
    q: String,
}

async fn suggest(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(typed): QueryParams<Typed>,
) -> Result<Json<Suggestions>, Failure> {
    let found = service.with_collection(Some(name), move |collection| collection.suggest(&typed.q));
    Ok(Json(found.await?))
}
