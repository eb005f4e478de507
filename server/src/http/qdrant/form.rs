//! The form of answers: `{"result": …, "status": "ok", "time": …}`, or the reason in `status.error`.

use std::convert::Infallible;
use std::time::Instant;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequestParts, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::http::Failure;

/// The longest refusal that is read.
const LONGEST: usize = 64 << 10;

/// Why a request is refused that this interface does not support.
const OUTSIDE: &str = "is not supported by Parallax; see docs/qdrant.md";

/// An answer.
#[derive(Serialize)]
pub struct Done<T> {
    result: T,
    status: &'static str,
    /// In seconds.
    time: f64,
}

/// When a request began.
pub struct Began(Instant);

impl<S: Send + Sync> FromRequestParts<S> for Began {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Instant::now()))
    }
}

impl Began {
    /// The answer to the request.
    pub fn done<T>(self, result: T) -> Json<Done<T>> {
        Json(Done {
            result,
            status: "ok",
            time: self.0.elapsed().as_secs_f64(),
        })
    }
}

/// What this interface does not have.
pub async fn unsupported(method: Method, OriginalUri(uri): OriginalUri) -> Failure {
    Failure::new("not_found", format!("{method} {} {OUTSIDE}", uri.path()))
}

/// Gives refusals the form of this interface, with their status.
pub async fn refusals(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, LONGEST).await;
    let text = text.unwrap_or_else(|_| "the request is not valid".into());
    let read: Option<Value> = serde_json::from_slice(&text).ok();
    let message = read
        .as_ref()
        .and_then(|read| read["error"]["message"].as_str());
    let message = match message {
        Some(message) => message.to_owned(),
        None => String::from_utf8_lossy(&text).into_owned(),
    };
    let error = match status {
        StatusCode::BAD_REQUEST => format!("Wrong input: {message}"),
        StatusCode::NOT_FOUND => format!("Not found: {message}"),
        StatusCode::METHOD_NOT_ALLOWED => format!("{message}: this {OUTSIDE}"),
        _ => message,
    };
    let body = json!({
        "status": {"error": error},
        "time": began.elapsed().as_secs_f64(),
    });
    for of_old_body in [header::CONTENT_LENGTH, header::CONTENT_TYPE] {
        parts.headers.remove(of_old_body);
    }
    (parts.status, parts.headers, Json(body)).into_response()
}
