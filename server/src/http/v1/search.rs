//! Searching, with all parameters in the URL, or in a body, where filters may be combined.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use parallax::Filter;
use parallax::vocabulary::{Answer, SearchRequest};
use serde_json::{Map, Value};

use crate::http::body::{json_body, json_value};
use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::problem::problem;
use crate::service::{Reader, Service};

/// `…/search`.
pub fn router() -> Router<Service> {
    Router::new().route("/v1/collections/{name}/search", get(by_url).post(by_body))
}

async fn by_url(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Answer>, Failure> {
    let Path(name) = path?;
    let request: SearchRequest = parameters(query.as_deref())?;
    let response = service.search_with(Some(name), request, Vec::new(), Reader::Program);
    Ok(Json(response.await?))
}

/// The URL's parameters as members of an object; `filter` may combine conditions.
async fn by_body(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Answer>, Failure> {
    let Path(name) = path?;
    let (request, filters) = request_and_filters(&headers, &body?)?;
    let response = service.search_with(Some(name), request, filters, Reader::Program);
    Ok(Json(response.await?))
}

/// The request in a body, and its filters, which may be combined.
pub(super) fn request_and_filters(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(SearchRequest, Vec<Filter>), Failure> {
    let mut body: Map<String, Value> = json_body(headers, body)?;
    let filter = body.shift_remove("filter").unwrap_or_default();
    let filters = Filter::from_json(&filter).map_err(|error| problem(&error.into()))?;
    Ok((json_value(Value::Object(body))?, filters))
}
