//! The access log: a line for each request, with its method, route, status, time and id.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::request_id::RequestId;
use crate::logs;

/// The routes that monitors ask for every few seconds.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// What the log needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// The time from which on a request is a slow one.
    slow: Duration,
}

impl Access {
    /// By these settings.
    pub fn new(settings: &logs::Settings) -> Self {
        Self {
            slow: Duration::from_millis(settings.slow_request_ms.get()),
        }
    }
}

/// Runs the request in a span of its own, and logs how it ended. The time is until the response
/// begins.
pub async fn log(State(access): State<Access>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    // The path itself may contain names of records, and is different for each.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>();
    let id = id.map_or("", |RequestId(id)| id);
    // Of the highest level, so that a warning inside says of which request it is at any level.
    let span = tracing::error_span!("request", method = %request.method(), route, id);
    let response = next.run(request).instrument(span.clone()).await;
    let took = start.elapsed();
    let (status, ms) = (response.status().as_u16(), took.as_millis() as u64);
    span.in_scope(|| {
        if took >= access.slow {
            tracing::warn!(status, ms, "a slow request");
        } else if HEALTH.contains(&route.as_str()) {
            tracing::debug!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
    });
    response
}
