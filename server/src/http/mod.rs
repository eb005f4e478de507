//! The HTTP interface: the page, the API, and what they share.

mod access;
mod body;
#[cfg(test)]
mod bounds_tests;
mod caching;
mod card;
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
mod guard;
mod hosts;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod mcp_tests;
mod operation;
#[cfg(test)]
mod operation_tests;
#[cfg(test)]
mod overload_tests;
mod page;
mod parameters;
mod path_here;
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
mod version;
#[cfg(test)]
mod walk_tests;
#[cfg(test)]
mod write_tests;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::from_fn;
use axum::routing::{any, get};
use leptos::prelude::LeptosOptions;

pub use self::error::Failure;
pub use self::guard::Guard;
use self::settings::Settings;
use self::streams::Streams;
use crate::caller;
use crate::keys::Sight;
use crate::mcp;
use crate::service::Service;

/// All routes of the server.
pub fn router(
    service: Service,
    options: LeptosOptions,
    guard: Guard,
    settings: &Settings,
    streams: Streams,
) -> Router {
    let metrics = Arc::clone(service.metrics());
    let page = page::router(service.clone(), options, guard.clone());
    let page = stack::reading(page, settings);
    let api = api_routes(service.clone(), guard, settings, streams);
    let routes = api.merge(health(service)).merge(page);
    stack::everything(routes, settings, metrics)
}

/// The API, guarded.
fn api_routes(service: Service, guard: Guard, settings: &Settings, streams: Streams) -> Router {
    let reading = v1::router().route("/version", get(version::version));
    let reading = stack::reading(reading, settings);
    let writing = v1::write_router();
    let others = tutorial::router().merge(operation::router());
    let routes = Router::new()
        .merge(stack::reading(others, settings))
        .nest("/api", reading.merge(writing).fallback(error::no_route))
        .route("/api/", any(error::no_route))
        .method_not_allowed_fallback(error::method_not_allowed)
        // An answer of a tool has no deadline: its client decides how long to wait.
        .route_service("/mcp", mcp::http(service.clone(), may_read))
        .with_state(service)
        .layer(from_fn(caller::follow));
    stack::api(routes, settings, guard, streams)
}

/// Whether the caller of a tool may read a collection. The guard has put into the request what it may
/// see.
fn may_read(parts: Option<&Parts>, name: &str) -> bool {
    parts.is_none_or(|parts| {
        let sight = parts.extensions.get::<Sight>();
        sight.is_some_and(|sight| sight.includes(name))
    })
}

/// Whether the service is alive, and whether it can answer queries.
fn health(service: Service) -> Router {
    let ready = move || async move {
        if service.is_ready() {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "starting\n")
        }
    };
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
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
    let routes = api_routes(service.clone(), guard, settings, streams);
    stack::everything(routes.merge(health(service)), settings, metrics)
}
