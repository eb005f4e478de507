//! What operators read: the metrics. They need an admin key, because they name every
//! collection.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::error::Failure;
use super::openapi::{About, Routes, Tag};
use crate::keys::Sight;
use crate::metrics::CONTENT_TYPE;
use crate::problem::internal;
use crate::service::Service;

/// `/metrics`, for authorised callers.
pub fn routes() -> Routes {
    Routes::new().get(
        "/metrics",
        metrics,
        About::new(
            Tag::Service,
            "metrics",
            "What the service counts and measures, for Prometheus.",
        )
        .sends(CONTENT_TYPE, "The metrics, in the OpenMetrics format."),
    )
}

async fn metrics(State(service): State<Service>) -> Result<Response, Failure> {
    check_sees_all()?;
    let text = service.metrics().render(&service.readings());
    let text = text.map_err(|_| internal())?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

/// Refuses callers with a key for some collections only: what operators see is about all.
///
/// # Errors
/// That such a key is needed.
pub fn check_sees_all() -> Result<(), Failure> {
    match Sight::current() {
        Sight::All => Ok(()),
        Sight::Only(_) | Sight::Nothing => Err(Failure::new(
            "forbidden",
            "this is about all collections, and the key is only for some; use an admin key for all",
        )),
    }
}
