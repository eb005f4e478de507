//! The version, and collections: they are listed, described, created and deleted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parallax::points::Points;
use parallax::vector::Distance;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::VERSION;
use super::form::{Began, Done};
use super::input::{Body, Unsupported, check_points};
use crate::http::Failure;
use crate::http::extract::PathParams;
use crate::opened::Opened;
use crate::service::Service;

/// What the server is.
pub async fn version() -> Json<Value> {
    Json(json!({"title": "Parallax", "version": VERSION, "commit": env!("CARGO_PKG_VERSION")}))
}

/// The collections that were made through this interface.
pub async fn list(
    began: Began,
    State(service): State<Service>,
) -> Result<Json<Done<Value>>, Failure> {
    let names = service.with_catalogue(|opened| {
        let mut listed = Vec::new();
        for name in opened.names()?.all {
            // One that cannot be opened is logged when it is used.
            let opened = opened.catalogue()?.collection(&name);
            if opened.is_ok_and(|collection| collection.schema().points) {
                listed.push(json!({"name": name}));
            }
        }
        Ok(listed)
    });
    Ok(began.done(json!({"collections": names.await?})))
}

/// Whether there is a collection with a name.
pub async fn exists(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Done<Value>>, Failure> {
    let exists = service.with_catalogue(move |opened| Ok(opened.names()?.all.contains(&name)));
    Ok(began.done(json!({"exists": exists.await?})))
}

/// A collection to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creation {
    vectors: Vectors,
    metadata: Option<Metadata>,
    // What decides how Qdrant stores a collection has no counterpart here, and changes no answer.
    #[serde(default, rename = "hnsw_config")]
    _hnsw: IgnoredAny,
    #[serde(default, rename = "optimizers_config")]
    _optimizers: IgnoredAny,
    #[serde(default, rename = "wal_config")]
    _wal: IgnoredAny,
    #[serde(default, rename = "quantization_config")]
    _quantization: IgnoredAny,
    #[serde(default, rename = "on_disk_payload")]
    _on_disk: IgnoredAny,
    #[serde(default, rename = "shard_number")]
    _shards: IgnoredAny,
    #[serde(default, rename = "replication_factor")]
    _replicas: IgnoredAny,
    #[serde(default, rename = "write_consistency_factor")]
    _consistency: IgnoredAny,
    #[serde(default, rename = "strict_mode_config")]
    _strict_mode: Unsupported,
    #[serde(default, rename = "sharding_method")]
    _sharding: Unsupported,
    #[serde(default, rename = "sparse_vectors")]
    _sparse: Unsupported,
    #[serde(default, rename = "init_from")]
    _init_from: Unsupported,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    size: usize,
    distance: Compared,
    #[serde(default, rename = "hnsw_config")]
    _hnsw: IgnoredAny,
    #[serde(default, rename = "quantization_config")]
    _quantization: IgnoredAny,
    #[serde(default, rename = "on_disk")]
    _on_disk: IgnoredAny,
    #[serde(default, rename = "datatype")]
    _datatype: Option<Datatype>,
    #[serde(default, rename = "multivector_config")]
    _multivector: Unsupported,
}

/// The type of components that is supported, which is Qdrant's default.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Datatype {
    Float32,
}

/// The distances that are supported.
#[derive(Clone, Copy, Deserialize, Serialize)]
enum Compared {
    Cosine,
    Dot,
}

/// Data about the collection, of which only the member for Parallax is supported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    parallax: Option<Roles>,
}

/// Which fields of the payload are text, so that the collection can be searched for words.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    title: Option<String>,
    #[serde(default)]
    text: Vec<String>,
    /// The name of the model that made the vectors from these fields.
    model: Option<String>,
}

/// Creates a collection.
pub async fn create(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(creation): Body<Creation>,
) -> Result<Json<Done<bool>>, Failure> {
    let roles = creation.metadata.and_then(|metadata| metadata.parallax);
    let roles = roles.unwrap_or_default();
    let points = Points {
        dimension: creation.vectors.size,
        distance: match creation.vectors.distance {
            Compared::Cosine => Distance::Cosine,
            Compared::Dot => Distance::Dot,
        },
        title: roles.title,
        texts: roles.text,
        model: roles.model,
    };
    let made = service.manage(move |opened| opened.catalogue()?.create_points(&name, &points));
    made.await?;
    Ok(began.done(true))
}

/// Deletes a collection. The answer is false if there was none.
pub async fn delete(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<(StatusCode, Json<Done<bool>>), Failure> {
    let dropped = service.manage(move |opened: &Opened| {
        if !opened.names()?.all.contains(&name) {
            return Ok(false);
        }
        check_points(&*opened.collection(Some(&name))?)?;
        opened.catalogue()?.drop_collection(&name).map(|()| true)
    });
    Ok((StatusCode::OK, began.done(dropped.await?)))
}

/// Describes a collection.
pub async fn info(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Done<Value>>, Failure> {
    let info = service.with_embedded(Some(name), |collection| {
        check_points(collection)?;
        let (about, generation) = (collection.about(), collection.generation());
        let distance = match about.distance {
            Distance::Cosine => Compared::Cosine,
            Distance::Dot => Compared::Dot,
        };
        // The settings of Qdrant's own storage are required by clients; here they decide nothing.
        Ok(json!({
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": generation.records(),
            "points_count": generation.records(),
            "segments_count": generation.parts.len(),
            "config": {
                "params": {
                    "vectors": {"size": about.dimension, "distance": distance},
                    "shard_number": 1,
                    "replication_factor": 1,
                    "write_consistency_factor": 1,
                    "on_disk_payload": true,
                },
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
                "optimizer_config": {
                    "deleted_threshold": 0.2,
                    "vacuum_min_vector_number": 1000,
                    "default_segment_number": 0,
                    "flush_interval_sec": 0,
                },
                "wal_config": {"wal_capacity_mb": 0, "wal_segments_ahead": 0},
            },
            "payload_schema": {},
        }))
    });
    Ok(began.done(info.await?))
}

/// An index on a field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    #[serde(rename = "field_name")]
    _field: String,
    field_schema: Option<Value>,
}

/// The kinds of indexes that conditions on the field need in Qdrant. Here, they need none.
const OF_CONDITIONS: [&str; 6] = ["keyword", "integer", "float", "bool", "datetime", "uuid"];

/// Accepts an index on a field, and does nothing: conditions are as fast without it.
pub async fn index(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(index): Body<Index>,
) -> Result<Json<Done<Value>>, Failure> {
    let schema = index.field_schema.unwrap_or_default();
    let kind = schema.as_str().or_else(|| schema["type"].as_str());
    match kind {
        Some(kind) if OF_CONDITIONS.contains(&kind) => {}
        None if schema.is_null() => {}
        _ => {
            return Err(Failure::bad_request(
                "an index of this kind is not supported; fields that are searched for words \
                 are named when the collection is created, as \
                 metadata={\"parallax\": {\"text\": [\"FIELD\"]}}",
            ));
        }
    }
    let sequence = service.with_embedded(Some(name), |collection| {
        check_points(collection)?;
        Ok(collection.generation().state.sequence)
    });
    Ok(began.done(json!({"operation_id": sequence.await?, "status": "completed"})))
}
