//! Writing and deleting records.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::routing::MethodFilter;
use parallax::Filter;
use parallax::collection::{Incoming, Written};
use parallax::record::with_all_digits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::http::body::{json_body, json_list, parsed};
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams};
use crate::http::openapi::{About, Routes, Tag, filters};
use crate::http::room::RoomToWrite;
use crate::service::Service;

/// The largest body of a write: a thousand records of 32 KB. Larger sets must be imported.
const MAX_BODY_BYTES: usize = 32 << 20;

/// A record.
pub const RECORD: &str = "/v1/collections/{name}/records/{id}";

/// The bulk delete, and a record that is called so.
pub const CALLED_DELETE: &str = "/v1/collections/{name}/records/delete";

/// The path of the record with the id `delete`. It is also the path of the bulk delete, which has no
/// id parameter.
pub fn called_delete(name: String) -> PathParams<(String, String)> {
    PathParams((name, "delete".to_owned()))
}

/// The write routes, for authorised callers.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Records, id, summary).failing(&[409, 507]);
    let records = json!({"records": [{"id": "a", "text": "goats give milk", "year": 2019}]});
    Routes::new()
        .put(
            "/v1/collections/{name}/records",
            write,
            about("putRecords", "Add up to 1,000 records.")
                .more(
                    "Records with the same ids are replaced. All of them are written, or none. The \
                     body may also be the bare list of records.",
                )
                .body_or::<Batch>(
                    json!({"type": "array", "items": {"type": "object"}}),
                    records,
                )
                .answers::<WrittenResponse>(),
        )
        .post(
            CALLED_DELETE,
            delete_many,
            about(
                "deleteRecords",
                "Delete records by id, or all that match a filter.",
            )
            .body_with::<Deletion>(
                "DeletionBody",
                json!({"filter": filters()}),
                json!({"ids": ["a", "b"]}),
            )
            .answers::<DeletedResponse>(),
        )
        .patch(
            RECORD,
            patch,
            about("patchRecord", "Change some fields of a record.")
                .more(
                    "The body is a JSON merge patch (RFC 7396): its fields take the place of the \
                     record's, objects are merged, and null removes a field. The id cannot change. \
                     If others change the record at the same time, all changes are kept.",
                )
                .body_of(
                    json!({"type": "object"}),
                    json!({"year": 2020, "city": null}),
                )
                .answers::<WrittenResponse>(),
        )
        .delete(
            RECORD,
            delete_one,
            about("deleteRecord", "Delete a record.").answers::<DeletedResponse>(),
        )
        .also(MethodFilter::PATCH, CALLED_DELETE, patch_called_delete)
        .also(MethodFilter::DELETE, CALLED_DELETE, delete_called_delete)
        .layered(|router| router.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)))
}

/// Records to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// The records, at most 1,000.
    records: Vec<Map<String, Value>>,
    /// One vector per record, if they were computed in advance.
    vectors: Option<Vec<Vec<f32>>>,
}

impl From<Vec<Map<String, Value>>> for Batch {
    fn from(records: Vec<Map<String, Value>>) -> Self {
        Self {
            records,
            vectors: None,
        }
    }
}

/// What was written.
#[derive(Serialize, ToSchema)]
struct WrittenResponse {
    /// The ids of the records.
    ids: Vec<String>,
    /// How many existing records were replaced.
    replaced: u32,
    /// The number of changes that the collection has seen.
    sequence: u64,
}

async fn write(
    _: RoomToWrite,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<WrittenResponse>, Failure> {
    let read = parsed(body?, move |body| {
        let body = &with_all_digits(body);
        let batch = match json_list::<Map<String, Value>>(&headers, body)? {
            Some(records) => records.into(),
            None => json_body(&headers, body)?,
        };
        incoming(batch)
    });
    let incoming = read.await?;
    let written = service.write(name, move |collection| collection.put(incoming));
    Ok(Json(written.await?.into()))
}

impl From<Written> for WrittenResponse {
    fn from(written: Written) -> Self {
        Self {
            ids: written.ids,
            replaced: written.removed,
            sequence: written.sequence,
        }
    }
}

async fn patch(
    _: RoomToWrite,
    State(service): State<Service>,
    PathParams((name, id)): PathParams<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<WrittenResponse>, Failure> {
    let read = parsed(body?, move |body| {
        json_body::<Map<String, Value>>(&headers, &with_all_digits(body))
    });
    let patch = read.await?;
    let written = service.write(name, move |collection| collection.patch(&id, &patch));
    Ok(Json(written.await?.into()))
}

async fn patch_called_delete(
    room: RoomToWrite,
    service: State<Service>,
    PathParams(name): PathParams<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<WrittenResponse>, Failure> {
    patch(room, service, called_delete(name), headers, body).await
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Deletion {
    /// Ids, at most 1,000.
    ids: Option<Vec<String>>,
    /// Filters, instead of ids.
    filter: Option<Value>,
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
struct DeletedResponse {
    /// How many records.
    deleted: u32,
    /// The number of changes that the collection has seen.
    sequence: u64,
}

async fn delete_many(
    _: RoomToWrite,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(deletion): JsonBody<Deletion>,
) -> Result<Json<DeletedResponse>, Failure> {
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
    PathParams((name, id)): PathParams<(String, String)>,
) -> Result<Json<DeletedResponse>, Failure> {
    let written = service.write(name, move |collection| {
        let written = collection.delete(vec![id.clone()])?;
        match written.removed {
            0 => Err(parallax::Error::no_record(&collection.name(), &id)),
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
    PathParams(name): PathParams<String>,
) -> Result<Json<DeletedResponse>, Failure> {
    delete_one(service, called_delete(name)).await
}
