//! What runs here.

use axum::Json;
use serde::Serialize;

/// The version of the API, which its paths begin with.
const API: &str = "v1";

/// The versions of a service.
#[derive(Debug, Serialize)]
pub struct Version {
    /// That of the program.
    version: &'static str,
    /// That of the API.
    api: &'static str,
}

/// `GET /api/version`, also while the service is starting.
pub async fn version() -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
        api: API,
    })
}
