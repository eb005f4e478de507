//! Two interfaces for existing clients: the tutorial's `GET /api/search` and the FAISS service's
//! `POST /search`, over the default collection.

use axum::Json;
use axum::extract::State;
use parallax::query::{MAX_LIMIT, Mode, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::error::Failure;
use super::extract::{JsonBody, QueryParams};
use super::openapi::{About, Routes, Tag};
use crate::problem::problem;
use crate::service::Service;

/// How many records the tutorial's service returns.
const TUTORIAL_LIMIT: usize = 5;

/// `POST /search`.
pub fn routes() -> Routes {
    Routes::new().post(
        "/search",
        vector_search,
        About::new(
            Tag::Existing,
            "faissSearch",
            "Search by meaning, as the service of a FAISS tutorial answers.",
        )
        .body::<VectorSearch>(json!({"query": "solar panels", "top_k": 3}))
        .answers::<VectorResults>()
        .failing(&[404]),
    )
}

/// What the document says of `GET /api/search`.
pub fn about_search() -> About {
    About::new(
        Tag::Existing,
        "tutorialSearch",
        "Search by meaning, as the service of Qdrant's tutorial answers.",
    )
    .more("Returns the five best records. With `neural=false`, words rank them.")
    .query::<Search>()
    .answers::<Found>()
    .failing(&[404])
}

/// The parameters of a search.
#[derive(Deserialize, ToSchema)]
pub struct Search {
    /// The query.
    q: String,
    /// `true` (by meaning) or `false` (by words).
    neural: Option<String>,
}

/// The original fields of the records found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// The records, best first.
    result: Vec<Map<String, Value>>,
}

/// `GET /api/search?q=…&neural=true|false`.
pub async fn search(
    State(service): State<Service>,
    QueryParams(search): QueryParams<Search>,
) -> Result<Json<Found>, Failure> {
    let mode = match search.neural.as_deref() {
        None | Some("true" | "1") => Mode::Neural,
        Some("false" | "0") => Mode::Text,
        Some(other) => {
            let message = format!("neural is '{other}'; it must be true or false");
            return Err(Failure::bad_request(message));
        }
    };
    let query = Query {
        mode,
        limit: TUTORIAL_LIMIT,
        late_share: 0.0,
        ..Query::new(search.q)
    };
    // These interfaces require a query.
    query.check().map_err(|error| problem(&error))?;
    let answer = service.find(None, query, |_, answer| Ok(answer.hits));
    let hits = answer.await?.into_iter();
    Ok(Json(Found {
        result: hits.map(|hit| hit.record.payload).collect(),
    }))
}

/// A search.
#[derive(Deserialize, ToSchema)]
struct VectorSearch {
    /// The query.
    query: String,
    /// The most results, up to 100; 10 if absent.
    top_k: Option<usize>,
}

/// The results of a search.
#[derive(Serialize, ToSchema)]
struct VectorResults {
    /// Best first.
    results: Vec<VectorResult>,
}

/// A record found.
#[derive(Serialize, ToSchema)]
struct VectorResult {
    /// Its number.
    id: u64,
    /// The cosine.
    score: f32,
    /// The text that was encoded.
    text: String,
}

async fn vector_search(
    State(service): State<Service>,
    JsonBody(search): JsonBody<VectorSearch>,
) -> Result<Json<VectorResults>, Failure> {
    let limit = search.top_k.unwrap_or(10);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let message = format!("top_k is {limit}; it must be between 1 and {MAX_LIMIT}");
        return Err(Failure::bad_request(message));
    }
    let query = Query {
        mode: Mode::Neural,
        limit,
        // The score is the cosine.
        late_share: 0.0,
        ..Query::new(search.query)
    };
    query.check().map_err(|error| problem(&error))?;
    let answer = service.find(None, query, |collection, answer| {
        let schema = collection.schema();
        // The score is a cosine, which hits found by words do not have.
        let near = answer.hits.into_iter().filter(|_| !answer.unread);
        let results = near.map(|hit| VectorResult {
            id: hit.record.number.0,
            score: hit.score,
            text: schema.encoded_text(&hit.record.payload),
        });
        Ok(results.collect())
    });
    Ok(Json(VectorResults {
        results: answer.await?,
    }))
}
