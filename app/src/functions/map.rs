//! A collection's map, for its page.

use leptos::prelude::*;
use leptos::server_fn::Http;
use leptos::server_fn::codec::GetUrl;
use parallax::vocabulary::{MapHits, MapView};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::ssr;
use crate::json::InJson;
use crate::problem::Problem;

/// A map, and the name of its collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedMap {
    /// The collection, by the name that the API takes.
    pub collection: String,
    /// Its map, without the points.
    pub map: MapView,
}

/// Describes a collection's map.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "map", protocol = Http<GetUrl, InJson>)]
pub async fn map(
    /// The collection; `None` is the default one.
    collection: Option<String>,
) -> Result<NamedMap, Problem> {
    let context = ssr::Context::take()?;
    let map = context.backend.map(collection.clone()).await;
    let map = context.with_status(map)?;
    let collection = match collection {
        Some(name) => name,
        None => {
            let names = context.with_status(context.backend.names().await)?;
            names.default.unwrap_or_default()
        }
    };
    Ok(NamedMap { collection, map })
}

/// Finds where a query and its hits are on the map.
///
/// # Errors
/// As for [`super::search`].
#[server(prefix = "/fn", endpoint = "hits-on-map", protocol = Http<GetUrl, InJson>)]
pub async fn hits_on_map(
    /// The collection; `None` is the default one.
    collection: Option<String>,
    /// The query.
    q: String,
) -> Result<MapHits, Problem> {
    let context = ssr::Context::take()?;
    // Does not set the status: the map is valid without the hits.
    context.backend.map_hits(collection, q).await
}
