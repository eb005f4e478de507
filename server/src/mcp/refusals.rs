//! The answers of `/mcp` to what is no message of the protocol. The SDK gives them as plain text, and
//! says that a message it cannot read has the wrong content type.

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rmcp::model::{ErrorData, JsonRpcError};
use serde::de::IgnoredAny;

use crate::http::Failure;
use crate::keys::essence;
use crate::problem::internal;

/// The longest text of the SDK.
const LONGEST: usize = 4 << 10;

/// Makes refusals JSON: an error of the protocol if the message cannot be read, otherwise one of the
/// API.
pub async fn as_json(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = match Bytes::from_request(whole, &()).await {
        Ok(body) => body,
        Err(rejection) => return Failure::from(rejection).into_response(),
    };
    let sends_json = is_json(&parts.headers);
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let response = next.run(request).await;
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    if !refused || is_json(response.headers()) {
        return response;
    }
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return match sends_json {
            true => unreadable(&body),
            false => {
                let message = "the body's content type must be application/json";
                Failure::new("unsupported_media_type", message).into_response()
            }
        };
    }
    if status.is_server_error() {
        return Failure::from(internal()).into_response();
    }
    let text = to_bytes(response.into_body(), LONGEST).await;
    let text = text.unwrap_or_default();
    Failure::bad_request(String::from_utf8_lossy(&text)).into_response()
}

/// The answer to a body that is no message. Its id, if it has one, is not known.
fn unreadable(body: &[u8]) -> Response {
    let error = match serde_json::from_slice::<IgnoredAny>(body) {
        Err(error) => ErrorData::parse_error(format!("the body is not JSON: {error}"), None),
        Ok(_) => ErrorData::invalid_request("the body is not a message of JSON-RPC 2.0", None),
    };
    let error = JsonRpcError::new(None, error);
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}

fn is_json(headers: &HeaderMap) -> bool {
    essence(headers).eq_ignore_ascii_case("application/json")
}
