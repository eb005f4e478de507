//! A part of the REST interface of Qdrant, on the same port, so that its clients work with Parallax in
//! place of the server. docs/qdrant.md lists what is supported; everything else is refused by name.
//!
//! `collections.rs` and `points.rs` handle the requests, `query.rs` those that search. `input.rs`
//! contains what requests share, `prepared.rs` decides where a request with a filter runs, and
//! `wanted.rs` selects what is returned of a point. `form.rs` gives answers and refusals the form that
//! clients expect, `divert.rs` tells clients from browsers where both use the same path.

mod collections;
mod divert;
mod form;
mod input;
mod points;
mod prepared;
mod query;
#[cfg(test)]
mod tests;
mod wanted;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{any, get, post, put};

pub use self::divert::divert;
use super::settings::Settings;
use super::stack;
use crate::service::Service;

/// The version of Qdrant whose interface this is. Clients compare it with their own.
const VERSION: &str = "1.20.0";

/// The largest body of a write, as in Qdrant's default configuration.
const MAX_WRITE_BYTES: usize = 32 << 20;

/// The largest body of other requests, and of several searches.
const MAX_READ_BYTES: usize = 1 << 20;
const MAX_BATCH_BYTES: usize = 4 << 20;

/// The routes below `/collections/`, without the guard.
pub fn routes(settings: &Settings) -> Router<Service> {
    let reading = Router::new()
        .route("/collections/{name}/exists", get(collections::exists))
        .route("/collections/{name}/points/{id}", get(points::one))
        .route("/collections/{name}/points/scroll", post(points::scroll))
        .route("/collections/{name}/points/count", post(points::count))
        .route("/collections/{name}/points/query", post(query::query))
        .route(
            "/collections/{name}/points/query/batch",
            post(query::batch).layer(DefaultBodyLimit::max(MAX_BATCH_BYTES)),
        );
    let reading = stack::reading(reading, settings);
    Router::new()
        .route(
            "/collections/{name}",
            get(collections::info)
                .put(collections::create)
                .delete(collections::delete),
        )
        .route("/collections/{name}/index", put(collections::index))
        .route(
            "/collections/{name}/points",
            put(points::upsert)
                .layer(DefaultBodyLimit::max(MAX_WRITE_BYTES))
                .post(points::retrieve),
        )
        .route(
            "/collections/{name}/points/delete",
            post(points::delete).layer(DefaultBodyLimit::max(MAX_WRITE_BYTES)),
        )
        .merge(reading)
        .route("/collections/{name}/{*rest}", any(form::unsupported))
        .layer(DefaultBodyLimit::max(MAX_READ_BYTES))
}

/// The two routes whose paths are also those of pages; see [`divert`].
pub fn shared_routes() -> Router<Service> {
    Router::new()
        .route("/", get(collections::version))
        .route("/collections", get(collections::list))
}

/// The layer that gives refusals the form of this interface. It is outside of all that may refuse a
/// request.
pub fn in_form(router: Router) -> Router {
    router.layer(from_fn(form::refusals))
}
