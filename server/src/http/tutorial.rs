//! Two interfaces for existing clients: the tutorial's `GET /api/search` and the FAISS service's
//! `POST /search`, over the default collection.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use parallax::query::{MAX_LIMIT, Mode, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::Failure;
use super::extract::{JsonBody, QueryParams};
use crate::problem::problem;
use crate::service::Service;

/// How many records the tutorial's service returns.
const TUTORIAL_LIMIT: usize = 5;

/// `POST /search`.
pub fn router() -> Router<Service> {
    Router::new().route("/search", post(vector_search))
}

/// What the tutorial's client asks for.
#[derive(Deserialize)]
pub struct Search {
    q: String,
    neural: Option<String>,
}

/// The original fields of the records found.
#[derive(Serialize)]
pub struct Found {
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

#[derive(Deserialize)]
struct VectorSearch {
    query: String,
    top_k: Option<usize>,
}

#[derive(Serialize)]
struct VectorResults {
    results: Vec<VectorResult>,
}

#[derive(Serialize)]
struct VectorResult {
    id: u64,
    score: f32,
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
