//! The snapshots that the service keeps: listing them, and making one now. They are restored by
//! `…/restore?from=NAME`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::http::body::json_body;
use crate::http::error::Failure;
use crate::http::operation::check_sees_all;
use crate::service::Service;
use crate::snapshots::{self, Kept};

/// The routes, for authorised callers: the list names every collection.
pub fn router() -> Router<Service> {
    Router::new().route("/v1/snapshots", get(list).post(make))
}

#[derive(Serialize)]
struct Listed {
    /// Oldest first.
    snapshots: Vec<Kept>,
    /// What went wrong last, unless it went well since.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<snapshots::Failure>,
}

async fn list(State(service): State<Service>) -> Result<Json<Listed>, Failure> {
    check_sees_all()?;
    let kept = Arc::clone(service.snapshots()?);
    let listed = service.manage(move |_| {
        Ok(Listed {
            snapshots: kept.list()?,
            failure: kept.failure(),
        })
    });
    Ok(Json(listed.await?))
}

/// Which collections to back up.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The collection; all of them if none is named.
    collection: Option<String>,
}

#[derive(Serialize)]
struct Made {
    snapshots: Vec<Kept>,
}

async fn make(
    State(service): State<Service>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Made>), Failure> {
    check_sees_all()?;
    let body = body?;
    let wanted: Wanted = match body.is_empty() {
        true => Wanted::default(),
        false => json_body(&headers, &body)?,
    };
    let kept = Arc::clone(service.snapshots()?);
    let made = service.manage(move |opened| {
        let name = wanted.collection.as_deref();
        snapshots::make(&kept, &opened.catalogue, name, Timestamp::now())
    });
    let snapshots = made.await?;
    Ok((StatusCode::CREATED, Json(Made { snapshots })))
}
