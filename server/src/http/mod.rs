//! The HTTP interface: the page, the API, and what they share.

mod body;
#[cfg(test)]
mod bounds_tests;
mod card;
mod docs;
#[cfg(test)]
mod document_tests;
mod error;
#[cfg(test)]
mod explore_tests;
mod extract;
#[cfg(test)]
mod feedback_tests;
mod guard;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod map_tests;
mod openapi;
mod page;
mod parameters;
#[cfg(test)]
mod patch_tests;
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
mod vector_tests;
#[cfg(test)]
mod walk_tests;
#[cfg(test)]
mod write_tests;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use leptos::prelude::LeptosOptions;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use self::guard::Guard;
use self::openapi::{About, Routes, Tag};
use crate::service::Service;

/// The largest request body by default: enough for a query.
const MAX_BODY_BYTES: usize = 64 << 10;

/// How long a client may pause while sending a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// All routes of the server.
pub fn router(service: Service, options: LeptosOptions, guard: Guard) -> Router {
    let header =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    api(service.clone(), guard.clone())
        .merge(page::router(service, options, guard))
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
    let (router, described) = routes(guard).split();
    let document = openapi::document(described);
    router
        .route("/api/", any(error::no_route))
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(openapi::serving(&document))
        .with_state(service)
        .merge(docs::router(&document))
}

/// The routes of the API, each with its description.
fn routes(guard: Guard) -> Routes {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE]);
    let reading = v1::routes().merge(openapi::routes());
    let reading = reading.layered(|router| router.layer(cors.clone()));
    let guarded = from_fn_with_state(guard, guard::guard);
    let writing = v1::write_routes().layered(|router| router.layer(guarded));
    let below = reading.merge(writing);
    let below = below.layered(|router| router.fallback(error::no_route));
    let existing = tutorial::routes().layered(|router| router.layer(cors));
    existing.merge(below.below("/api")).merge(health())
}

/// Whether the service is running, and whether it can answer.
fn health() -> Routes {
    Routes::new()
        .get(
            "/healthz",
            || async { "ok\n" },
            About::new(Tag::Service, "health", "Whether the server is running.")
                .sends("text/plain", "It is.")
                .failing_only(&[]),
        )
        .get(
            "/readyz",
            |State(service): State<Service>| async move {
                match service.is_ready() {
                    true => (StatusCode::OK, "ready\n"),
                    false => (StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
                }
            },
            About::new(
                Tag::Service,
                "ready",
                "Whether the server can answer queries.",
            )
            .sends("text/plain", "It can.")
            .sends_with(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "Not yet.")
            .failing_only(&[]),
        )
}
