//! The HTTP surface: the page, the API, and what both have in common.

mod error;
mod page;
#[cfg(test)]
mod tests;
mod tutorial;
mod v1;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::routing::get;
use leptos::prelude::LeptosOptions;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::service::Service;

/// The longest request body: a query with some room.
const MAX_BODY_BYTES: usize = 64 << 10;

/// Everything the server answers.
pub fn router(service: Service, options: LeptosOptions) -> Router {
    let header =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    api(service.clone())
        .merge(page::router(service, options))
        .layer(CompressionLayer::new())
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
}

/// The API alone. It only reads, so a page from anywhere may ask it, as the tutorial's
/// service allows.
pub fn api(service: Service) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE]);
    let ready = {
        let service = service.clone();
        move || async move {
            if service.is_ready() {
                (StatusCode::OK, "ready\n")
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, "starting\n")
            }
        }
    };
    Router::new()
        .merge(tutorial::router())
        .nest("/api", v1::router())
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(cors)
        .with_state(service)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}
