//! A collection's map. The places and the colours of all records are arrays of little-endian
//! numbers, in map order, after a header of four words: what follows, the version of its form, how
//! many records there are, and a number of its own.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use parallax::Collection;
use parallax::vocabulary::{
    Inside, InsideRequest, MAX_MAP_HITS, MapHits, MapLegend, MapNames, MapView,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::http::caching::Known;
use crate::http::error::Failure;
use crate::http::extract::{JsonBody, PathParams, QueryParams};
use crate::http::openapi::{About, Routes, Tag};
use crate::service::Service;

/// The version of the arrays.
const VERSION: u32 = 1;

/// `…/map` and what belongs to it. Nothing of it writes: a polygon only has too many vertices for a
/// URL.
pub fn routes() -> Routes {
    let about = |id, summary| About::new(Tag::Map, id, summary);
    let array = |id, summary, more| {
        about(id, summary)
            .more(more)
            .header(
                "If-None-Match",
                "The `ETag` of the array that the caller has.",
            )
            .sends("application/octet-stream", "The array.")
            .empty(StatusCode::NOT_MODIFIED, "The caller has it already.")
    };
    Routes::new()
        .get(
            "/v1/collections/{name}/map",
            view,
            about("map", "The map of a collection: its state and its regions.")
                .answers::<MapView>(),
        )
        .get(
            "/v1/collections/{name}/map/points",
            points,
            array(
                "mapPoints",
                "The places of all records on the map.",
                "The ASCII letters `PXMP`, then little-endian u32: the version 1, the number of \
                 records, 0; then the x of each record as u16 in map order, then the y of each.",
            ),
        )
        .get(
            "/v1/collections/{name}/map/colours",
            colours,
            array(
                "mapColours",
                "The classes of all records for a facet.",
                "The ASCII letters `PXMC`, then little-endian u32: the version 1, the number of \
                 records, the number of classes; then one byte for each record in map order: 0 \
                 without a value, 255 for another value, otherwise the class.",
            )
            .query::<OfFacet>(),
        )
        .get(
            "/v1/collections/{name}/map/legend",
            legend,
            about("mapLegend", "What the classes of a facet are.")
                .query::<OfFacet>()
                .answers::<MapLegend>(),
        )
        .post(
            "/v1/collections/{name}/map/inside",
            inside,
            about("mapInside", "The records inside a polygon.")
                .body::<InsideRequest>(
                    json!({"polygon": [[0, 0], [65535, 0], [65535, 65535]], "limit": 10}),
                )
                .answers::<Inside>(),
        )
        .get(
            "/v1/collections/{name}/map/hits",
            hits,
            about("mapHits", "The best records for a query, on the map.")
                .query::<Asked>()
                .answers::<MapHits>(),
        )
        .get(
            "/v1/collections/{name}/map/at",
            at,
            about("mapAt", "The records at some places in map order.")
                .query::<At>()
                .answers::<MapNames>(),
        )
}

async fn view(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
) -> Result<Json<MapView>, Failure> {
    let view = service.with_embedded(Some(name), Collection::map_view);
    Ok(Json(view.await?))
}

async fn points(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfFacet {
    /// The facet.
    facet: String,
}

async fn colours(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(OfFacet { facet }): QueryParams<OfFacet>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
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
    PathParams(name): PathParams<String>,
    QueryParams(OfFacet { facet }): QueryParams<OfFacet>,
) -> Result<Json<MapLegend>, Failure> {
    let legend = service.with_embedded_thoroughly(Some(name), move |collection| {
        Ok(collection.map_classes(&facet)?.1)
    });
    Ok(Json(legend.await?))
}

/// Takes a body, because a polygon may have many vertices; it does not write anything.
async fn inside(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    JsonBody(request): JsonBody<InsideRequest>,
) -> Result<Json<Inside>, Failure> {
    let found = service.with_embedded_thoroughly(Some(name), move |collection| {
        collection.map_inside(&request)
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The query.
    q: String,
    /// The most records by meaning, and by words; 50 if absent.
    limit: Option<u32>,
}

async fn hits(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(asked): QueryParams<Asked>,
) -> Result<Json<MapHits>, Failure> {
    let limit = asked.limit.map_or(MAX_MAP_HITS, |limit| limit as usize);
    let found = service.with_embedded_encoding(Some(name), move |collection| {
        collection.map_hits(&asked.q, limit)
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct At {
    /// Places in map order, at most 50; may be repeated.
    #[serde(default)]
    index: Vec<u32>,
}

async fn at(
    State(service): State<Service>,
    PathParams(name): PathParams<String>,
    QueryParams(At { index }): QueryParams<At>,
) -> Result<Json<MapNames>, Failure> {
    let records = service.with_embedded(Some(name), move |collection| collection.map_names(&index));
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
    let read = service.with_embedded_thoroughly(Some(name), move |collection| {
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
