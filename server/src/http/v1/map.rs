//! A collection's map. The places and the colours of all records are arrays of little-endian
//! numbers, in map order, after a header of four words: what follows, the version of its form, how
//! many records there are, and a number of its own.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parallax::Collection;
use parallax::vocabulary::{
    Inside, InsideRequest, MAX_MAP_HITS, MapHits, MapLegend, MapNames, MapView,
};
use serde::Deserialize;

use crate::http::body::json_body;
use crate::http::caching::Known;
use crate::http::error::Failure;
use crate::http::extract::Named;
use crate::http::parameters::parameters;
use crate::service::Service;

/// The version of the arrays.
const VERSION: u32 = 1;

/// `…/map` and what belongs to it. Nothing of it writes: a polygon only has too many vertices for a
/// URL.
pub fn router() -> Router<Service> {
    Router::new()
        .route("/v1/collections/{name}/map", get(view))
        .route("/v1/collections/{name}/map/points", get(points))
        .route("/v1/collections/{name}/map/colours", get(colours))
        .route("/v1/collections/{name}/map/legend", get(legend))
        .route("/v1/collections/{name}/map/inside", post(inside))
        .route("/v1/collections/{name}/map/hits", get(hits))
        .route("/v1/collections/{name}/map/at", get(at))
}

async fn view(State(service): State<Service>, path: Named) -> Result<Json<MapView>, Failure> {
    let Path(name) = path?;
    let view = service.with_collection(Some(name), Collection::map_view);
    Ok(Json(view.await?))
}

async fn points(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Path(name) = path?;
    let bytes = |collection: &Collection| -> parallax::Result<Vec<u8>> {
        let [x, y] = collection.map_points()?;
        let mut bytes = header_of(*b"PXMP", x.len(), 0);
        for number in x.into_iter().chain(y) {
            bytes.extend(number.to_le_bytes());
        }
        Ok(bytes)
    };
    tagged(&service, name, &headers, bytes).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfFacet {
    facet: String,
}

async fn colours(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Path(name) = path?;
    let OfFacet { facet } = parameters(query.as_deref())?;
    let bytes = move |collection: &Collection| -> parallax::Result<Vec<u8>> {
        let (classes, legend) = collection.map_classes(&facet)?;
        let mut bytes = header_of(*b"PXMC", classes.len(), legend.classes.len());
        bytes.extend(classes);
        Ok(bytes)
    };
    tagged(&service, name, &headers, bytes).await
}

async fn legend(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<MapLegend>, Failure> {
    let Path(name) = path?;
    let OfFacet { facet } = parameters(query.as_deref())?;
    let legend = service.with_collection_thoroughly(Some(name), move |collection| {
        Ok(collection.map_classes(&facet)?.1)
    });
    Ok(Json(legend.await?))
}

/// Takes a body, because a polygon may have many vertices; it does not write anything.
async fn inside(
    State(service): State<Service>,
    path: Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Inside>, Failure> {
    let Path(name) = path?;
    let request: InsideRequest = json_body(&headers, &body?)?;
    let found = service.with_collection_thoroughly(Some(name), move |collection| {
        collection.map_inside(&request)
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    q: String,
    limit: Option<u32>,
}

async fn hits(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<MapHits>, Failure> {
    let Path(name) = path?;
    let asked: Asked = parameters(query.as_deref())?;
    let limit = asked.limit.map_or(MAX_MAP_HITS, |limit| limit as usize);
    let found = service.with_collection_encoding(Some(name), move |collection| {
        collection.map_hits(&asked.q, limit)
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    #[serde(default)]
    index: Vec<u32>,
}

async fn at(
    State(service): State<Service>,
    path: Named,
    RawQuery(query): RawQuery,
) -> Result<Json<MapNames>, Failure> {
    let Path(name) = path?;
    let At { index } = parameters(query.as_deref())?;
    let records =
        service.with_collection(Some(name), move |collection| collection.map_names(&index));
    Ok(Json(MapNames {
        records: records.await?,
    }))
}

/// Bytes with a tag, or only the news that they are those the caller has.
async fn tagged(
    service: &Service,
    name: String,
    headers: &HeaderMap,
    bytes: impl FnOnce(&Collection) -> parallax::Result<Vec<u8>> + Send + 'static,
) -> Result<Response, Failure> {
    let known = Known::of(headers);
    let read = service.with_collection_thoroughly(Some(name), move |collection| {
        // Taken first: if anything changes meanwhile, the bytes are newer than the tag says, and are
        // sent again when asked for.
        let tag = format!("\"{}\"", collection.map_tag()?);
        let bytes = if known.has(&tag) {
            None
        } else {
            Some(bytes(collection)?)
        };
        Ok((tag, bytes))
    });
    let (tag, bytes) = read.await?;
    let headers = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
    ];
    Ok(match bytes {
        Some(bytes) => (headers, bytes).into_response(),
        None => (StatusCode::NOT_MODIFIED, headers).into_response(),
    })
}

/// The header before an array.
fn header_of(what: [u8; 4], records: usize, own: usize) -> Vec<u8> {
    let mut bytes = what.to_vec();
    for word in [VERSION, records as u32, own as u32] {
        bytes.extend(word.to_le_bytes());
    }
    bytes
}
