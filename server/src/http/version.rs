//! What runs here.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::{About, Tag};

/// The version of the API, which its paths begin with.
const API: &str = "v1";

/// The versions of a service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// That of the program.
    version: &'static str,
    /// That of the API.
    api: &'static str,
}

/// What the document says of `GET /api/version`.
pub fn about() -> About {
    About::new(
        Tag::Service,
        "version",
        "The versions of the server and of the API.",
    )
    .answers::<Version>()
    .failing_only(&[400, 401, 429])
}

/// `GET /api/version`, also while the service is starting.
pub async fn version() -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
        api: API,
    })
}
