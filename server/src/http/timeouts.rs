//! How long the service waits for a request's body, and a caller for a response.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::timeout::TimeoutBody;

use super::error::Failure;
use super::settings::Timeouts;

/// How long a client may pause while sending a body.
#[derive(Debug, Clone, Copy)]
pub struct BodyTimeout(Duration);

impl BodyTimeout {
    /// By these settings.
    pub fn new(settings: &Timeouts) -> Self {
        Self(settings.body_seconds.duration())
    }
}

/// Makes reading the body fail if the client pauses for too long.
pub async fn time_body(
    State(BodyTimeout(timeout)): State<BodyTimeout>,
    request: Request,
    next: Next,
) -> Response {
    let timed = request.map(|body| Body::new(TimeoutBody::new(timeout, body)));
    next.run(timed).await
}

/// How long a response may take to begin.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Duration);

impl Deadline {
    /// By these settings.
    pub fn new(settings: &Timeouts) -> Self {
        Self(settings.request_seconds.duration())
    }
}

/// Gives up a request whose response does not begin in time.
pub async fn limit(
    State(Deadline(deadline)): State<Deadline>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let response = tokio::time::timeout(deadline, next.run(request)).await;
    response.map_err(|_| {
        let seconds = deadline.as_secs_f32();
        let message = format!("there was no answer within {seconds} s; try again later");
        Failure::new("timeout", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::extract::JsonBody;
    use crate::http::tests::send;
    use axum::Router;
    use axum::body::Bytes;
    use axum::http::{Request, StatusCode, header};
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use serde_json::Value;
    use tokio_stream::StreamExt;

    const SHORT: Duration = Duration::from_millis(50);

    async fn code(router: Router, body: Body) -> (StatusCode, Value) {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/json");
        let (status, answer) = send(router, request.body(body).unwrap()).await;
        (status, answer["error"]["code"].clone())
    }

    #[tokio::test]
    async fn a_request_without_an_answer_ends_at_the_deadline() {
        let forever = post(std::future::pending::<&'static str>);
        let layer = from_fn_with_state(Deadline(SHORT), limit);
        let router = Router::new().route("/", forever).layer(layer);
        let expected = (StatusCode::SERVICE_UNAVAILABLE, "timeout".into());
        assert_eq!(code(router, Body::empty()).await, expected);
    }

    #[tokio::test]
    async fn a_body_that_stops_arriving_is_told_from_one_that_is_cut_short() {
        let read = post(|JsonBody(_): JsonBody<Value>| async { "read" });
        let layer = from_fn_with_state(BodyTimeout(SHORT), time_body);
        let router = Router::new().route("/", read).layer(layer);
        let begun = || tokio_stream::once(Ok::<_, std::io::Error>(Bytes::from_static(b"{")));
        let stopped = Body::from_stream(begun().chain(tokio_stream::pending()));
        let expected = (StatusCode::REQUEST_TIMEOUT, "too_slow".into());
        assert_eq!(code(router.clone(), stopped).await, expected);
        let cut = tokio_stream::once(Err(std::io::Error::other("reset")));
        let expected = (StatusCode::BAD_REQUEST, "bad_query".into());
        assert_eq!(
            code(router, Body::from_stream(begun().chain(cut))).await,
            expected
        );
    }
}
