//! The HTTP interface: the page, the API, and what they share.

mod access;
mod body;
#[cfg(test)]
mod bounds_tests;
mod caching;
mod card;
mod docs;
#[cfg(test)]
mod document_tests;
mod error;
#[cfg(test)]
mod explore_tests;
#[cfg(test)]
mod exposure_tests;
mod extract;
#[cfg(test)]
mod feedback_tests;
mod files;
mod guard;
mod hosts;
mod html;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod mcp_tests;
mod openapi;
mod operation;
#[cfg(test)]
mod operation_tests;
#[cfg(test)]
mod overload_tests;
mod page;
mod parameters;
#[cfg(test)]
mod parts_tests;
#[cfg(test)]
mod patch_tests;
mod path_here;
mod qdrant;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod reencode_tests;
mod request_id;
mod room;
pub mod settings;
#[cfg(test)]
mod settings_tests;
mod sign_in;
mod sign_in_form;
#[cfg(test)]
mod sign_in_tests;
mod stack;
#[cfg(test)]
mod stack_tests;
pub mod streams;
#[cfg(test)]
mod task_tests;
#[cfg(test)]
pub mod tests;
mod timeouts;
mod tutorial;
#[cfg(test)]
mod upload_tests;
mod v1;
#[cfg(test)]
mod vector_tests;
mod version;
#[cfg(test)]
mod walk_tests;
#[cfg(test)]
mod write_tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, any_service};

pub use self::error::Failure;
pub use self::guard::Guard;
use self::openapi::{About, Routes, Tag};
use self::settings::Settings;
use self::streams::Streams;
use crate::caller;
use crate::mcp;
use crate::service::Service;
use crate::site::Site;

/// All routes of the server.
pub fn router(
    service: Service,
    site: Site,
    guard: Guard,
    settings: &Settings,
    streams: Streams,
) -> Router {
    let metrics = Arc::clone(service.metrics());
    let page = page::router(service.clone(), site, guard.clone());
    let page = stack::reading(page, settings);
    let shared = shared_routes(&service, &guard, settings, &streams);
    let api = api_routes(service, guard, settings, streams);
    let all = api.merge(page);
    let all = all.layer(from_fn_with_state(shared, qdrant::divert));
    stack::everything(all, settings, metrics)
}

/// The routes for clients of Qdrant whose paths are also those of pages.
fn shared_routes(
    service: &Service,
    guard: &Guard,
    settings: &Settings,
    streams: &Streams,
) -> Router {
    points_routes(qdrant::shared_routes(), service, guard, settings, streams)
}

/// Routes for clients of Qdrant, guarded like those of the API.
fn points_routes(
    routes: Router<Service>,
    service: &Service,
    guard: &Guard,
    settings: &Settings,
    streams: &Streams,
) -> Router {
    let routes = routes.with_state(service.clone());
    let routes = stack::api(routes, settings, guard.clone(), streams.clone());
    qdrant::in_form(routes.layer(from_fn(caller::follow)))
}

/// The API, guarded, and what is open to everybody: the health checks and the documentation.
fn api_routes(service: Service, guard: Guard, settings: &Settings, streams: Streams) -> Router {
    let (guarded, mut described) = routes(settings).split();
    let (health, of_health) = health().split();
    described.extend(of_health);
    let document = openapi::document(described);
    let tools = any_service(mcp::http(&service));
    let guarded = guarded
        .route("/api/", any(error::no_route))
        .method_not_allowed_fallback(error::method_not_allowed)
        // An answer of a tool has no deadline: its client decides how long to wait.
        .route("/mcp", tools.layer(from_fn(mcp::as_json)))
        .layer(openapi::serving(&document))
        .with_state(service.clone());
    let points = qdrant::routes(settings);
    let points = points_routes(points, &service, &guard, settings, &streams);
    stack::api(guarded, settings, guard, streams)
        .layer(from_fn(caller::follow))
        .merge(health.with_state(service))
        .merge(points)
        .merge(docs::router(&document))
}

/// The routes of the API, each with its description.
fn routes(settings: &Settings) -> Routes {
    let reading = v1::routes()
        .get("/version", version::version, version::about())
        .merge(openapi::routes())
        .layered(|router| stack::reading(router, settings));
    let below = reading.merge(v1::write_routes());
    let below = below.layered(|router| router.fallback(error::no_route));
    let others = tutorial::routes().merge(operation::routes());
    let others = others.layered(|router| stack::reading(router, settings));
    others.merge(below.below("/api"))
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
                match service.is_ready() && service.cluster_answers().await {
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

/// The API with its whole stack and the default settings.
#[cfg(test)]
fn api(service: Service, guard: Guard) -> Router {
    api_with(service, guard, &Settings::default())
}

#[cfg(test)]
fn api_with(service: Service, guard: Guard, settings: &Settings) -> Router {
    let metrics = Arc::clone(service.metrics());
    let streams = Streams::new(&settings.limits, Default::default());
    // Without the page, the paths that it shares with clients of Qdrant are theirs.
    let shared = shared_routes(&service, &guard, settings, &streams);
    let api = api_routes(service, guard, settings, streams);
    stack::everything(api.merge(shared), settings, metrics)
}
