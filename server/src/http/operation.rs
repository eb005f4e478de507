//! What operators read: the metrics. Whoever may write may read them, because they name every
//! collection.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::Failure;
use crate::metrics::CONTENT_TYPE;
use crate::problem::internal;
use crate::service::Service;

/// `/metrics`, for authorised callers.
pub fn router() -> Router<Service> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(service): State<Service>) -> Result<Response, Failure> {
    let text = service.metrics().render(&service.readings());
    let text = text.map_err(|_| internal())?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
