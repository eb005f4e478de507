//! Comparing the rankings of a query, with all parameters in the URL or in a body.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use parallax::vocabulary::{Comparison, SearchRequest};

use super::search::request_and_filters;
use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::service::{Reader, Service};

/// `…/compare`.
pub fn router() -> Router<Service> {
    Router::new().route("/v1/collections/{name}/compare", get(by_url).post(by_body))
}

async fn by_url(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<Comparison>, Failure> {
    let Path(name) = path?;
    let request: SearchRequest = parameters(query.as_deref())?;
    let compared = service.compare_with(Some(name), request, Vec::new(), Reader::Program);
    Ok(Json(compared.await?))
}

/// The URL's parameters as members of an object; `filter` may combine conditions.
async fn by_body(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Comparison>, Failure> {
    let Path(name) = path?;
    let (request, filters) = request_and_filters(&headers, &body?)?;
    let compared = service.compare_with(Some(name), request, filters, Reader::Program);
    Ok(Json(compared.await?))
}
