//! The snapshots that the service keeps: listing them, and making one now. They are restored by
//! `…/restore?from=NAME`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::http::body::json_body;
use crate::http::error::Failure;
use crate::http::openapi::{About, Routes, Tag};
use crate::http::operation::check_sees_all;
use crate::service::Service;
use crate::snapshots::{self, Kept};

/// The routes, for authorised callers: the list names every collection.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Collections, id, summary);
    Routes::new()
        .get(
            PATH,
            list,
            about("snapshots", "List the snapshots that the service keeps.").answers::<Listed>(),
        )
        .post(
            PATH,
            make,
            about(
                "makeSnapshots",
                "Make a snapshot of a collection, or of each.",
            )
            .more("The service keeps it, and it can be restored with `restore?from=NAME`.")
            .optional_body::<Wanted>(json!({"collection": "books"}))
            .answers_with::<Made>(
                StatusCode::CREATED,
                "The snapshots, once they are verified.",
            )
            .failing(&[404, 507]),
        )
}

const PATH: &str = "/v1/snapshots";

/// The snapshots that the service keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = KeptSnapshots)]
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
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = SnapshotsWanted)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The collection; all of them if none is named.
    collection: Option<String>,
}

/// Snapshots that were made.
#[derive(Serialize, ToSchema)]
#[schema(as = SnapshotsMade)]
struct Made {
    /// One for each collection.
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
        snapshots::make(&kept, opened.catalogue()?, name, Timestamp::now())
    });
    let snapshots = made.await?;
    Ok((StatusCode::CREATED, Json(Made { snapshots })))
}
