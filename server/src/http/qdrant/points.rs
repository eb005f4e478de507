//! Points: they are written, deleted, counted and read.

use axum::Json;
use axum::extract::State;
use parallax::collection::Written;
use parallax::payload::{Filter, PointId};
use parallax::points::{Point, Stored};
use parallax::record::Payload;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::form::{Began, Done};
use super::input::{Body, MayFilter, OneVector, Unsupported, check_points, id_in_path};
use super::prepared;
use super::wanted::{Fields, PointOut, Wanted, WithVector};
use crate::http::Failure;
use crate::http::extract::PathParams;
use crate::http::room::RoomToWrite;
use crate::service::Service;

/// How many points are listed if the request does not say.
const LISTED: usize = 10;

/// Points to write, one by one or as columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upsert {
    points: Option<Vec<PointIn>>,
    batch: Option<Batch>,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
    #[serde(default, rename = "update_filter")]
    _update_filter: Unsupported,
    update_mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointIn {
    id: PointId,
    vector: OneVector,
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    ids: Vec<PointId>,
    vectors: Vec<OneVector>,
    payloads: Option<Vec<Option<Payload>>>,
}

impl Upsert {
    fn points(self) -> Result<Vec<Point>, Failure> {
        if self.update_mode.is_some_and(|mode| mode != "upsert") {
            let message = "the body's update_mode: only upsert is supported";
            return Err(Failure::bad_request(message));
        }
        let one = |(id, OneVector(vector), payload): (PointId, OneVector, Option<Payload>)| Point {
            id,
            vector,
            payload: payload.unwrap_or_default(),
        };
        match (self.points, self.batch) {
            (Some(points), None) => {
                let points = points.into_iter();
                Ok(points
                    .map(|point| one((point.id, point.vector, point.payload)))
                    .collect())
            }
            (None, Some(batch)) => {
                let count = batch.ids.len();
                let payloads = batch.payloads.unwrap_or_else(|| vec![None; count]);
                if batch.vectors.len() != count || payloads.len() != count {
                    return Err(Failure::bad_request(format!(
                        "the body's batch has {count} ids, {} vectors and {} payloads",
                        batch.vectors.len(),
                        payloads.len()
                    )));
                }
                let rows = batch.ids.into_iter().zip(batch.vectors).zip(payloads);
                Ok(rows
                    .map(|((id, vector), payload)| one((id, vector, payload)))
                    .collect())
            }
            _ => Err(Failure::bad_request("the body has either points or batch")),
        }
    }
}

/// The outcome of a write. It is always complete, whether the caller asked to wait or not.
#[derive(Serialize)]
pub struct Update {
    operation_id: u64,
    status: &'static str,
}

impl From<Written> for Update {
    fn from(written: Written) -> Self {
        Self {
            operation_id: written.sequence,
            status: "completed",
        }
    }
}

/// Writes points.
pub async fn upsert(
    began: Began,
    _: RoomToWrite,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(upsert): Body<Upsert>,
) -> Result<Json<Done<Update>>, Failure> {
    let points = upsert.points()?;
    let written = service.write_embedded(name, move |collection| {
        check_points(collection)?;
        collection.put_points(points)
    });
    Ok(began.done(written.await?.into()))
}

/// Which points to delete.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    points: Option<Vec<PointId>>,
    filter: Option<MayFilter>,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
}

/// Deletes points.
pub async fn delete(
    began: Began,
    _: RoomToWrite,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(selector): Body<Selector>,
) -> Result<Json<Done<Update>>, Failure> {
    let written = service.write_embedded(name, move |collection| {
        check_points(collection)?;
        match (selector.points, selector.filter) {
            (Some(ids), None) => collection.delete_points(&ids),
            (None, Some(MayFilter(filter))) => collection.delete_points_matching(&filter),
            _ => Err(parallax::Error::BadQuery(
                "the body has either points or filter".into(),
            )),
        }
    });
    Ok(began.done(written.await?.into()))
}

/// Points to read, by id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrieval {
    ids: Vec<PointId>,
    with_payload: Option<Fields>,
    #[serde(default)]
    with_vector: WithVector,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
}

/// Reads points by id.
pub async fn retrieve(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(asked): Body<Retrieval>,
) -> Result<Json<Done<Vec<PointOut>>>, Failure> {
    let wanted = Wanted {
        fields: asked.with_payload.unwrap_or(Fields::All),
        vector: asked.with_vector.0,
    };
    let found = service.with_embedded(Some(name), move |collection| {
        check_points(collection)?;
        collection.points(&asked.ids, |stored| wanted.read(&stored))
    });
    Ok(began.done(found.await?))
}

/// Reads one point.
pub async fn one(
    began: Began,
    State(service): State<Service>,
    PathParams((name, id)): PathParams<(String, String)>,
) -> Result<Json<Done<PointOut>>, Failure> {
    let id = id_in_path(&id)?;
    let wanted = Wanted {
        fields: Fields::All,
        vector: true,
    };
    let found = service.with_embedded(Some(name), move |collection| {
        check_points(collection)?;
        let mut found = collection.points(&[id], |stored| wanted.read(&stored))?;
        found
            .pop()
            .ok_or_else(|| collection.no_record(&id.to_string()))
    });
    Ok(began.done(found.await?))
}

/// Points to list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scroll {
    offset: Option<PointId>,
    limit: Option<usize>,
    #[serde(default)]
    filter: MayFilter,
    with_payload: Option<Fields>,
    #[serde(default)]
    with_vector: WithVector,
    #[serde(default, rename = "order_by")]
    _order_by: Unsupported,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
}

impl Scroll {
    fn filter(&self) -> &Filter {
        &self.filter.0
    }
}

/// Lists points in the order of their ids.
pub async fn scroll(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(mut asked): Body<Scroll>,
) -> Result<Json<Done<Value>>, Failure> {
    let limit = asked.limit.unwrap_or(LISTED);
    if limit == 0 {
        return Err(Failure::bad_request("the body's limit: expected 1 or more"));
    }
    let wanted = Wanted {
        fields: asked.with_payload.take().unwrap_or(Fields::All),
        vector: asked.with_vector.0,
    };
    let listed = prepared::run(
        &service,
        name,
        asked,
        Scroll::filter,
        move |collection, asked| {
            let read = |stored: Stored<'_>| wanted.read(&stored);
            collection.list_points(&asked.filter.0, asked.offset, limit, read)
        },
    );
    let listed = listed.await?;
    let result = json!({"points": listed.points, "next_page_offset": listed.next});
    Ok(began.done(result))
}

/// Points to count.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    #[serde(default)]
    filter: MayFilter,
    // The count is always exact.
    #[serde(default, rename = "exact")]
    _exact: IgnoredAny,
    #[serde(default, rename = "shard_key")]
    _shard_key: Unsupported,
}

impl Count {
    fn filter(&self) -> &Filter {
        &self.filter.0
    }
}

/// Counts points.
pub async fn count(
    began: Began,
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    Body(asked): Body<Count>,
) -> Result<Json<Done<Value>>, Failure> {
    let count = prepared::run(&service, name, asked, Count::filter, |collection, asked| {
        collection.count_points(&asked.filter.0)
    });
    Ok(began.done(json!({"count": count.await?})))
}
