//! Creating, renaming, dropping, backing up and restoring collections.

use std::io::Seek;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use parallax::vocabulary::{CollectionInfo, FieldRoles, Reencoding, Settings};
use parallax::{Collection, Schema};
use parallax_app::backend::Backend;
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use super::import::receive;
use crate::http::body::json_body;
use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::operation::check_sees_all;
use crate::http::parameters::parameters;
use crate::keys::Sight;
use crate::opened::{Opened, model_name};
use crate::service::Service;

/// The routes for managing collections, for authorised callers.
pub fn router() -> Router<Service> {
    Router::new()
        .route(
            "/v1/collections/{name}",
            put(create).delete(drop_collection),
        )
        .route("/v1/collections/{name}/rename", post(rename))
        .route("/v1/collections/{name}/reencode", post(reencode))
        .route(
            "/v1/collections/{name}/settings",
            get(settings).post(change_settings),
        )
        .route("/v1/collections/{name}/snapshot", get(snapshot))
        .route("/v1/collections/{name}/restore", post(restore))
}

/// A collection to create: the role of each field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    #[serde(flatten)]
    fields: FieldRoles,
    /// Whether long texts are encoded passage by passage.
    passages: Option<bool>,
}

async fn create(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<CollectionInfo>), Failure> {
    let Path(name) = path?;
    let creation: Creation = json_body(&headers, &body?)?;
    let passages = creation.passages.unwrap_or(true);
    let made = service.manage({
        let name = name.clone();
        move |opened| {
            let schema = Schema::named(&creation.fields).map_err(parallax::Error::BadQuery)?;
            opened.catalogue.create(&name, schema, passages)
        }
    });
    made.await?;
    let info = service.collection(Some(name)).await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Which collection is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exactly {
    /// Its id, if another collection that has taken its place is not meant.
    id: Option<u64>,
}

async fn drop_collection(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Failure> {
    let Path(name) = path?;
    let Exactly { id } = parameters(query.as_deref())?;
    let dropped = service.manage(move |opened| {
        let dropped = match id {
            Some(id) => opened.catalogue.drop_exactly(&name, id),
            None => opened.catalogue.drop_collection(&name),
        };
        match dropped {
            Err(parallax::Error::Replaced(_)) => Ok(false),
            dropped => dropped.map(|()| true),
        }
    });
    if dropped.await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::new(
        "conflict",
        "another collection has taken its place; nothing was deleted",
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renaming {
    to: String,
}

async fn rename(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<CollectionInfo>, Failure> {
    let Path(name) = path?;
    let Renaming { to } = json_body(&headers, &body?)?;
    if !Sight::current().includes(&to) {
        let message = format!("the key is not for the collection '{to}'");
        return Err(Failure::new("forbidden", message));
    }
    let renamed = service.manage({
        let to = to.clone();
        move |opened| opened.catalogue.rename(&name, &to)
    });
    renamed.await?;
    Ok(Json(service.collection(Some(to)).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    /// The name of an installed model.
    model: String,
}

/// Encodes a collection anew by another model, in the background. The collection says how far that
/// is, and is used as before until it is over.
async fn reencode(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Reencoding>), Failure> {
    let Path(name) = path?;
    let By { model } = json_body(&headers, &body?)?;
    let started = service.manage(move |opened| {
        let Opened {
            catalogue,
            reencodings,
            ..
        } = opened;
        reencodings.start(catalogue, &name, &model)
    });
    Ok((StatusCode::ACCEPTED, Json(started.await?)))
}

/// What can be changed about a collection.
async fn settings(State(service): State<Service>, path: Named) -> Result<Json<Settings>, Failure> {
    let Path(name) = path?;
    let settings = service.write(name, |collection| {
        Ok(Settings {
            fields: collection.schema().roles(),
            known: collection.known_fields()?,
        })
    });
    Ok(Json(settings.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changing {
    /// Whether only the cost is asked for.
    #[serde(default)]
    estimate: bool,
}

/// Gives the fields of a collection other roles, in the background, or tells what that costs.
async fn change_settings(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let Path(name) = path?;
    let Changing { estimate } = parameters(query.as_deref())?;
    let fields: FieldRoles = json_body(&headers, &body?)?;
    let changed = move |collection: &Collection| -> parallax::Result<Schema> {
        let schema = collection.schema().changed(&fields);
        let schema = schema.map_err(parallax::Error::BadQuery)?;
        collection.check_fields(&schema)?;
        Ok(schema)
    };
    if estimate {
        let cost = service.write(name, move |collection| {
            collection.cost_of(&changed(collection)?)
        });
        return Ok(Json(cost.await?).into_response());
    }
    let started = service.manage(move |opened| {
        let collection = opened.catalogue.collection(&name)?;
        let wanted = (changed(&collection)?, model_name(&collection));
        let (catalogue, reencodings) = (&opened.catalogue, &opened.reencodings);
        reencodings.start_settings(catalogue, &name, wanted)
    });
    Ok((StatusCode::ACCEPTED, Json(started.await?)).into_response())
}

/// The whole collection as one file that `parallax restore` accepts.
async fn snapshot(State(service): State<Service>, path: Named) -> Result<Response, Failure> {
    let Path(name) = path?;
    let file_name = format!("attachment; filename=\"{name}.parallax\"");
    let snapshots = Arc::clone(service.snapshots()?);
    let file = service.write(name, move |collection| {
        let mut file = snapshots.unnamed()?;
        collection.snapshot(&mut file)?;
        let failed = || parallax::Error::io(std::path::Path::new("the snapshot"));
        file.rewind().map_err(failed())?;
        Ok(file)
    });
    let file = tokio::fs::File::from_std(file.await?);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, file_name),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// How a collection is restored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restoration {
    /// Whether it may take the place of an existing one.
    #[serde(default)]
    replace: bool,
    /// The snapshot's name, if it is one that the service keeps.
    from: Option<String>,
}

/// Creates a collection from a snapshot, which is the body or, with `from`, one that is kept.
async fn restore(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<(StatusCode, Json<CollectionInfo>), Failure> {
    let Path(name) = path?;
    let Restoration { replace, from } = parameters(query.as_deref())?;
    if let Some(from) = from {
        check_sees_all()?;
        let snapshots = Arc::clone(service.snapshots()?);
        let restored = service.manage({
            let name = name.clone();
            move |opened| {
                let file = snapshots.open_intact(&from)?;
                let shown = std::path::Path::new(&from);
                opened.catalogue.restore(&name, file, shown, replace)
            }
        });
        restored.await?;
        let info = service.collection(Some(name)).await?;
        return Ok((StatusCode::CREATED, Json(info)));
    }
    let incoming = service.manage({
        let name = name.clone();
        move |opened| {
            parallax::catalogue::check_name(&name)?;
            if !replace && opened.catalogue.names()?.contains(&name) {
                return Err(parallax::Error::CollectionExists(name));
            }
            let incoming = opened.tasks.receive();
            incoming.map_err(parallax::Error::io(opened.catalogue.folder()))
        }
    });
    let incoming = incoming.await?;
    receive(body, &incoming).await?;
    let restored = service.manage({
        let name = name.clone();
        move |opened| {
            let path = incoming.path();
            let file = std::fs::File::open(&path).map_err(parallax::Error::io(&path))?;
            let shown = std::path::Path::new("the snapshot");
            opened.catalogue.restore(&name, file, shown, replace)
        }
    });
    restored.await?;
    let info = service.collection(Some(name)).await?;
    Ok((StatusCode::CREATED, Json(info)))
}
