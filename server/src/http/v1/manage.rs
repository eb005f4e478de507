//! Creating, renaming, dropping, backing up and restoring collections.

use std::io::Seek;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use parallax::vocabulary::{CollectionInfo, FieldRoles, Reencoding, Settings, SettingsCost};
use parallax::{Collection, Schema};
use parallax_app::backend::Backend;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use super::upload::broken_off;
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::http::operation::check_sees_all;
use crate::keys::Sight;
use crate::opened::model_name;
use crate::service::Service;
use crate::tasks::{Incoming, empty, unwritable};

/// A collection.
pub const COLLECTION: &str = "/v1/collections/{name}";

const SETTINGS: &str = "/v1/collections/{name}/settings";

/// The routes for managing collections, for authorised callers.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Collections, id, summary);
    let roles = json!({"id": "id", "title": "name", "text": ["about"], "facets": ["year:number"]});
    Routes::new()
        .put(
            COLLECTION,
            create,
            about("createCollection", "Create an empty collection.")
                .more("Each member names the field with that role.")
                .body::<Creation>(roles.clone())
                .answers_with::<CollectionInfo>(StatusCode::CREATED, "The collection.")
                .failing(&[409, 507]),
        )
        .delete(
            COLLECTION,
            drop_collection,
            about("dropCollection", "Delete a collection.")
                .query::<Exactly>()
                .empty(StatusCode::NO_CONTENT, "It is deleted.")
                .failing(&[409, 507]),
        )
        .post(
            "/v1/collections/{name}/rename",
            rename,
            about("renameCollection", "Rename a collection.")
                .body::<Renaming>(json!({"to": "companies"}))
                .answers::<CollectionInfo>()
                .failing(&[409, 507]),
        )
        .post(
            "/v1/collections/{name}/reencode",
            reencode,
            about("reencode", "Encode a collection with another model.")
                .more(
                    "Works in the background; `reencoding` of the collection tells its progress. \
                     Until it is over, queries use the old vectors.",
                )
                .body::<By>(json!({"model": "all-MiniLM-L6-v2"}))
                .answers_with::<Reencoding>(StatusCode::ACCEPTED, "It has begun.")
                .failing(&[409, 507]),
        )
        .get(
            SETTINGS,
            settings,
            about("settings", "Which field has which role.").answers::<Settings>(),
        )
        .post(
            SETTINGS,
            change_settings,
            about(
                "changeSettings",
                "Give the fields of a collection other roles.",
            )
            .more(
                "Works in the background; `reencoding` of the collection tells its progress. \
                     With `estimate=true`, only the cost is returned.",
            )
            .query::<Changing>()
            .body::<FieldRoles>(roles)
            .answers_with::<SettingsCost>(StatusCode::OK, "The cost, if asked for.")
            .answers_with::<Reencoding>(StatusCode::ACCEPTED, "It has begun.")
            .failing(&[409, 507]),
        )
        .get(
            "/v1/collections/{name}/snapshot",
            snapshot,
            about("snapshot", "The whole collection as one file.")
                .sends("application/octet-stream", "The file, for `restore`.")
                .failing(&[507]),
        )
        .post(
            "/v1/collections/{name}/restore",
            restore,
            about("restore", "Create a collection from a snapshot.")
                .query::<Restoration>()
                .optional_file("The snapshot, unless `from` names one that the service keeps.")
                .answers_with::<CollectionInfo>(StatusCode::CREATED, "The collection.")
                .failing(&[409, 507]),
        )
}

/// A collection to create: the role of each field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Creation {
    #[serde(flatten)]
    fields: FieldRoles,
    /// Whether long texts are encoded passage by passage.
    passages: Option<bool>,
}

async fn create(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(creation): JsonBody<Creation>,
) -> Result<(StatusCode, Json<CollectionInfo>), Failure> {
    let passages = creation.passages.unwrap_or(true);
    let made = service.manage({
        let name = name.clone();
        move |opened| {
            let schema = Schema::named(&creation.fields).map_err(parallax::Error::BadQuery)?;
            match &opened.cluster {
                Some(cluster) => cluster.collections.create(&name, schema, passages),
                None => opened.local.create(&name, schema, passages).map(drop),
            }
        }
    });
    made.await?;
    let info = service.collection(Some(name)).await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Which collection is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Exactly {
    /// Its id, if another collection that has taken its place is not meant.
    id: Option<u64>,
}

async fn drop_collection(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(Exactly { id }): QueryParams<Exactly>,
) -> Result<StatusCode, Failure> {
    let dropped = service.manage(move |opened| {
        let dropped = match (&opened.cluster, id) {
            (Some(cluster), id) => cluster.collections.drop_collection(&name, id),
            (None, Some(id)) => opened.local.drop_exactly(&name, id),
            (None, None) => opened.local.drop_collection(&name),
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

/// Another name for a collection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Renaming {
    /// The new name.
    to: String,
}

async fn rename(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(Renaming { to }): JsonBody<Renaming>,
) -> Result<Json<CollectionInfo>, Failure> {
    if !Sight::current().includes(&to) {
        let message = format!("the key is not for the collection '{to}'");
        return Err(Failure::new("forbidden", message));
    }
    let renamed = service.manage({
        let to = to.clone();
        move |opened| opened.catalogue()?.rename(&name, &to)
    });
    renamed.await?;
    Ok(Json(service.collection(Some(to)).await?))
}

/// A model to encode a collection with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ModelChoice)]
struct By {
    /// The name of an installed model.
    model: String,
}

/// Encodes a collection anew by another model, in the background. The collection says how far that
/// is, and is used as before until it is over.
async fn reencode(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(By { model }): JsonBody<By>,
) -> Result<(StatusCode, Json<Reencoding>), Failure> {
    let started = service.manage(move |opened| {
        let catalogue = opened.catalogue()?;
        opened.reencodings.start(catalogue, &name, &model)
    });
    Ok((StatusCode::ACCEPTED, Json(started.await?)))
}

/// What can be changed about a collection.
async fn settings(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Settings>, Failure> {
    let settings = service.write(name, |collection| {
        Ok(Settings {
            fields: collection.schema().roles(),
            known: collection.known_fields()?,
        })
    });
    Ok(Json(settings.await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changing {
    /// Whether only the cost is asked for.
    #[serde(default)]
    estimate: bool,
}

/// Gives the fields of a collection other roles, in the background, or tells what that costs.
async fn change_settings(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(Changing { estimate }): QueryParams<Changing>,
    JsonBody(fields): JsonBody<FieldRoles>,
) -> Result<Response, Failure> {
    let changed = move |collection: &Collection| -> parallax::Result<Schema> {
        let schema = collection.schema().changed(&fields);
        let schema = schema.map_err(parallax::Error::BadQuery)?;
        collection.check_fields(&schema)?;
        Ok(schema)
    };
    if estimate {
        let cost = service.write_embedded(name, move |collection| {
            collection.cost_of(&changed(collection)?)
        });
        return Ok(Json(cost.await?).into_response());
    }
    let started = service.manage(move |opened| {
        let catalogue = opened.catalogue()?;
        let collection = catalogue.collection(&name)?;
        let wanted = (changed(&collection)?, model_name(&*collection));
        opened.reencodings.start_settings(catalogue, &name, wanted)
    });
    Ok((StatusCode::ACCEPTED, Json(started.await?)).into_response())
}

/// The whole collection as one file that `parallax restore` accepts.
async fn snapshot(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Response, Failure> {
    let file_name = format!("attachment; filename=\"{name}.parallax\"");
    let snapshots = Arc::clone(service.snapshots()?);
    let file = service.write_embedded(name, move |collection| {
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
#[derive(Deserialize, ToSchema)]
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
    PathParams(name): PathParams<String>,
    QueryParams(Restoration { replace, from }): QueryParams<Restoration>,
    body: Body,
) -> Result<(StatusCode, Json<CollectionInfo>), Failure> {
    if let Some(from) = from {
        check_sees_all()?;
        let snapshots = Arc::clone(service.snapshots()?);
        let restored = service.manage({
            let name = name.clone();
            move |opened| {
                let file = snapshots.open_intact(&from)?;
                let shown = std::path::Path::new(&from);
                opened.catalogue()?.restore(&name, file, shown, replace)
            }
        });
        restored.await?;
    } else {
        let incoming = service.manage({
            let name = name.clone();
            move |opened| {
                parallax::catalogue::check_name(&name)?;
                if !replace && opened.catalogue()?.names()?.contains(&name) {
                    return Err(parallax::Error::CollectionExists(name));
                }
                let incoming = opened.tasks.receive();
                incoming.map_err(parallax::Error::io(opened.catalogue()?.folder()))
            }
        });
        let incoming = incoming.await?;
        let most = service.opened()?.tasks.max_upload_bytes();
        receive(body, &incoming, most).await?;
        let restored = service.manage({
            let name = name.clone();
            move |opened| {
                let path = incoming.path();
                let file = std::fs::File::open(&path).map_err(parallax::Error::io(&path))?;
                let shown = std::path::Path::new("the snapshot");
                opened.catalogue()?.restore(&name, file, shown, replace)
            }
        });
        restored.await?;
    }
    let info = service.collection(Some(name)).await?;
    Ok((StatusCode::CREATED, Json(info)))
}

/// Writes a snapshot to disk as it arrives.
async fn receive(mut body: Body, incoming: &Incoming, most: u64) -> Result<(), Failure> {
    let path = incoming.path();
    let mut file = tokio::fs::File::create(&path).await.map_err(unwritable)?;
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken_off(&error, true))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        received += bytes.len() as u64;
        if received > most {
            let message = format!("the snapshot is larger than {most} bytes");
            return Err(Failure::new("too_large", message));
        }
        file.write_all(&bytes).await.map_err(unwritable)?;
    }
    if received == 0 {
        return Err(empty().into());
    }
    Ok(file.flush().await.map_err(unwritable)?)
}
