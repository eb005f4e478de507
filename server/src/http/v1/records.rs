//! Writing and deleting records.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use axum::routing::{delete, post, put};
use axum::{Json, Router};
use parallax::Filter;
use parallax::collection::{Incoming, Written};
use parallax::record::with_all_digits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::body::json_body;
use crate::http::error::Failure;
use crate::http::extract::{Named, NamedRecord};
use crate::http::room::RoomToWrite;
use crate::problem::internal;
use crate::service::Service;

/// The largest body of a write: a thousand records of 32 KB. Larger sets must be imported.
const MAX_BODY_BYTES: usize = 32 << 20;

/// The write routes, for authorised callers.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/records", put(write))
        .route(
            "/v1/collections/{name}/records/delete",
            post(delete_many).delete(delete_called_delete),
        )
        .route("/v1/collections/{name}/records/{id}", delete(delete_one))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    records: Vec<Map<String, Value>>,
    /// One vector per record, if they were computed in advance.
    vectors: Option<Vec<Vec<f32>>>,
}

#[derive(Serialize)]
struct WrittenResponse {
    /// The ids of the records.
    ids: Vec<String>,
    /// How many existing records were replaced.
    replaced: u32,
    sequence: u64,
}

async fn write(
    _: RoomToWrite,
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<WrittenResponse>, Failure> {
    let Path(name) = path?;
    let body = body?;
    // Parsing 32 MiB of JSON would block the async thread for too long.
    let read = tokio::task::spawn_blocking(move || {
        incoming(json_body(&headers, &with_all_digits(&body))?)
    });
    let incoming = read.await.map_err(|_| Failure::from(internal()))??;
    let written = service.write(name, move |collection| collection.put(incoming));
    let Written {
        ids,
        removed,
        sequence,
    } = written.await?;
    Ok(Json(WrittenResponse {
        ids,
        replaced: removed,
        sequence,
    }))
}

fn incoming(batch: Batch) -> Result<Vec<Incoming>, Failure> {
    let records = batch.records.into_iter();
    let Some(vectors) = batch.vectors else {
        let plain = records.map(|payload| Incoming {
            payload,
            vector: None,
        });
        return Ok(plain.collect());
    };
    if vectors.len() != records.len() {
        return Err(Failure::bad_request(format!(
            "there are {} records and {} vectors; give one vector per record, or none",
            records.len(),
            vectors.len()
        )));
    }
    let pairs = records.zip(vectors).map(|(payload, vector)| Incoming {
        payload,
        vector: Some(vector),
    });
    Ok(pairs.collect())
}

/// Which records to delete: by id, or all that match the filters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deletion {
    ids: Option<Vec<String>>,
    filter: Option<Value>,
}

#[derive(Serialize)]
struct DeletedResponse {
    deleted: u32,
    sequence: u64,
}

async fn delete_many(
    _: RoomToWrite,
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<DeletedResponse>, Failure> {
    let Path(name) = path?;
    let deletion: Deletion = json_body(&headers, &body?)?;
    let written = service.write(name, move |collection| {
        match (deletion.ids, deletion.filter) {
            (Some(ids), None) => collection.delete(ids),
            (None, Some(filter)) => collection.delete_matching(Filter::from_json(&filter)?),
            _ => Err(parallax::Error::BadQuery(
                "give either ids or filter to select the records to delete".into(),
            )),
        }
    });
    let written = written.await?;
    Ok(Json(DeletedResponse {
        deleted: written.removed,
        sequence: written.sequence,
    }))
}

async fn delete_one(
    State(service): State<Service>,
    path: NamedRecord,
) -> Result<Json<DeletedResponse>, Failure> {
    let Path((name, id)) = path?;
    let written = service.write(name, move |collection| {
        let written = collection.delete(vec![id.clone()])?;
        match written.removed {
            0 => Err(collection.no_record(&id)),
            _ => Ok(written),
        }
    });
    let written = written.await?;
    Ok(Json(DeletedResponse {
        deleted: written.removed,
        sequence: written.sequence,
    }))
}

async fn delete_called_delete(
    service: State<Service>,
    path: Named,
) -> Result<Json<DeletedResponse>, Failure> {
    delete_one(service, called_delete(path)).await
}

/// The record with the id `delete`. Its path is also the path of the bulk delete, which has no
/// id parameter.
pub(super) fn called_delete(path: Named) -> NamedRecord {
    path.map(|Path(name)| Path((name, "delete".to_owned())))
}
