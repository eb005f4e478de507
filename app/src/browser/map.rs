//! What the map asks the API for: points and colours as arrays of numbers, and the records at places.

use parallax::vocabulary::{Inside, InsideRequest, MapLegend, MapNames, MapRecord};
use serde_json::json;

use super::calls::of_collection;
use super::request::{Body, ask, fetch_bytes};
use crate::problem::Problem;

/// The points, as sent.
///
/// # Errors
/// Those of the API, and `unreachable`.
pub async fn map_points(collection: &str) -> Result<Vec<u8>, Problem> {
    fetch_bytes(&address(collection, "points")).await
}

/// The class of every point, as sent.
///
/// # Errors
/// As for [`map_points`].
pub async fn map_colours(collection: &str, facet: &str) -> Result<Vec<u8>, Problem> {
    fetch_bytes(&of_facet(collection, "colours", facet)).await
}

/// What the classes mean.
///
/// # Errors
/// As for [`map_points`].
pub async fn map_legend(collection: &str, facet: &str) -> Result<MapLegend, Problem> {
    ask("GET", &of_facet(collection, "legend", facet), Body::None).await
}

/// The record at a place in map order; `None` if it no longer exists.
///
/// # Errors
/// As for [`map_points`].
pub async fn map_record(collection: &str, index: u32) -> Result<Option<MapRecord>, Problem> {
    let address = format!("{}?index={index}", address(collection, "at"));
    let names: MapNames = ask("GET", &address, Body::None).await?;
    Ok(names.records.into_iter().next())
}

/// The records inside a polygon.
///
/// # Errors
/// As for [`map_points`].
pub async fn map_inside(collection: &str, request: &InsideRequest) -> Result<Inside, Problem> {
    let body = json!(request).to_string();
    ask("POST", &address(collection, "inside"), Body::Json(&body)).await
}

fn address(collection: &str, what: &str) -> String {
    format!("{}/map/{what}", of_collection(collection))
}

fn of_facet(collection: &str, what: &str, facet: &str) -> String {
    let facet: String = form_urlencoded::byte_serialize(facet.as_bytes()).collect();
    format!("{}?facet={facet}", address(collection, what))
}
