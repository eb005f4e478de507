//! The HTTP interface: the page, the API, and what they share.

mod body;
#[cfg(test)]
mod bounds_tests;
mod card;
#[cfg(test)]
mod document_tests;
mod error;
#[cfg(test)]
mod explore_tests;
#[cfg(test)]
mod feedback_tests;
mod files;
mod guard;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod map_tests;
mod page;
mod parameters;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod reencode_tests;
#[cfg(test)]
mod settings_tests;
#[cfg(test)]
mod task_tests;
#[cfg(test)]
pub mod tests;
mod tutorial;
#[cfg(test)]
mod upload_tests;
mod v1;
#[cfg(test)]
mod walk_tests;
#[cfg(test)]
mod write_tests;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use self::guard::Guard;
use crate::service::Service;
use crate::site::Site;

/// The largest request body by default: enough for a query.
const MAX_BODY_BYTES: usize = 64 << 10;

/// How long a client may pause while sending a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// All routes of the server.
pub fn router(service: Service, site: Site, guard: Guard) -> Router {
    let header =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    api(service.clone(), guard.clone())
        .merge(page::router(service, site, guard))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        // A snapshot is already compressed, and so is a font.
        .layer(
            CompressionLayer::new().compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("application/octet-stream"))
                    .and(NotForContentType::const_new("application/zip"))
                    .and(NotForContentType::const_new("font/")),
            ),
        )
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
}

/// The API alone. Any website may call the read routes, as with the tutorial's service; the
/// write routes are guarded, and closed to other websites.
pub fn api(service: Service, guard: Guard) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE]);
    let reading = v1::router().layer(cors.clone());
    let writing = v1::write_router().layer(from_fn_with_state(guard, guard::guard));
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
        .merge(tutorial::router().layer(cors))
        .nest("/api", reading.merge(writing).fallback(error::no_route))
        .route("/api/", any(error::no_route))
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(service)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}
