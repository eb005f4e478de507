//! Converts a [`Problem`] to a response: status, body and `Retry-After`.

use std::error::Error;

use axum::Json;
use axum::extract::OriginalUri;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use parallax_app::Problem;
use serde::Serialize;
use tower_http::timeout::TimeoutError;
use utoipa::ToSchema;

/// A problem to be sent to the caller as `{"error": {"code", "message"}}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Failure {
    #[schema(value_type = Object)]
    error: Problem,
}

impl Failure {
    /// A malformed request.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new("bad_query", message)
    }

    /// A failure with one of the codes of [`parallax_app::problem::CODES`].
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            error: Problem {
                code: code.to_owned(),
                message: message.into(),
            },
        }
    }

    /// The failure if a body could not be read because the client paused for too long.
    pub fn too_slow(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut causes = std::iter::successors(Some(error), |&error| error.source());
        let paused = causes.any(<dyn Error + 'static>::is::<TimeoutError>);
        let message = "the request's body stopped arriving; send it again";
        paused.then(|| Self::new("too_slow", message))
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Problem> for Failure {
    fn from(error: Problem) -> Self {
        Self { error }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A body that is too large, stopped arriving or was cut short.
impl From<BytesRejection> for Failure {
    fn from(rejection: BytesRejection) -> Self {
        if let Some(failure) = Self::too_slow(&rejection) {
            return failure;
        }
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let message = "the request body is too large: the limit is 1 MiB for a search, 64 KiB \
                               for other queries and 32 MiB for a write; import larger data as a \
                               file";
                Self::new("too_large", message)
            }
            _ => Self::bad_request("the request body was cut short"),
        }
    }
}

/// A path whose segments are not valid text.
impl From<PathRejection> for Failure {
    fn from(_: PathRejection) -> Self {
        Self::bad_request("the path is not UTF-8")
    }
}

/// A path that the API does not have.
pub async fn no_route(OriginalUri(uri): OriginalUri) -> Failure {
    Failure::new(
        "not_found",
        format!("the API has no route {}; /docs lists them", uri.path()),
    )
}

/// A path that exists, requested with an unsupported method.
pub async fn method_not_allowed(method: Method, OriginalUri(uri): OriginalUri) -> Failure {
    Failure::new(
        "method_not_allowed",
        format!("{} does not support {method}", uri.path()),
    )
}
