//! A collection as a map: a projection of its vectors to two dimensions.
//!
//! The places and the colours of all records are sent as arrays of numbers, not as JSON: see
//! `GET …/map/points` and `GET …/map/colours` in docs/api.md. Both are in *map order*, and a record's
//! place in this order is its `index` here. Coordinates are whole numbers from 0 to
//! [`MAP_EXTENT`], in both directions.

use serde::{Deserialize, Serialize};

use super::BadQuery;

/// The largest coordinate.
pub const MAP_EXTENT: u16 = u16::MAX;
/// The most vertices of a polygon.
pub const MAX_VERTICES: usize = 256;
/// The most ids of records inside a polygon.
pub const MAX_INSIDE_IDS: usize = 10_000;
/// The most records by meaning, and by words, shown on a map for a query.
pub const MAX_MAP_HITS: usize = 50;
/// The most records named by their places in one request.
pub const MAX_NAMED: usize = 50;
/// The most values of a facet that have a colour of their own.
pub const MAX_CLASSES: usize = 11;
/// The class of records without a value of the facet.
pub const NO_VALUE: u8 = 0;
/// The class of records whose value has no class of its own.
pub const OTHER_VALUE: u8 = u8::MAX;

/// Whether a collection has a map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MapState {
    /// It has one.
    Ready,
    /// It is being computed in the background.
    Computing,
    /// It has too few records, or it could not be computed.
    #[default]
    None,
}

/// A map, without its points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapView {
    /// Whether there is a map. While another one is computed, the earlier one is still `ready`.
    pub state: MapState,
    /// The part of the computation that is done, 0 to 1; null if none is running.
    pub progress: Option<f32>,
    /// How many records it shows. Identical records each have a point, in the same place.
    pub points: u32,
    /// How many records the collection has now.
    pub of_records: u32,
    /// How many of these were written after it was computed, so that it does not show them.
    pub outdated: u32,
    /// How long it took to compute, in seconds.
    pub took_s: f32,
    /// The trustworthiness at 15 neighbours (Venna & Kaski 2001), on a sample: 1 if all records that
    /// are near in the map are near in all dimensions. Null if there are too few to tell.
    pub trustworthiness: Option<f32>,
    /// The smallest and the largest coordinates: x, y, x, y.
    pub extent: [u16; 4],
    /// Its regions: a few of level 0, for the whole map, and more of level 1, for a closer look.
    pub regions: Vec<MapRegion>,
    /// The facets that can colour it.
    pub facets: Vec<String>,
}

/// A region of a map: records that are near each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapRegion {
    /// Where its name belongs, amid its records.
    pub x: u16,
    /// The same, downwards.
    pub y: u16,
    /// How many records it has.
    pub records: u32,
    /// One to three words that are much more frequent in it than elsewhere, most distinctive first.
    pub words: Vec<String>,
    /// 0 for a region of the whole map, 1 for one of its parts.
    pub level: u8,
}

/// What the colours of a map mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapLegend {
    /// The facet.
    pub facet: String,
    /// The values that have a class of their own: the most frequent ones, or intervals of numbers or
    /// dates.
    pub classes: Vec<MapClass>,
    /// How many records have another value.
    pub other: u32,
    /// How many have none.
    pub none: u32,
}

/// A class of records with the same colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapClass {
    /// Its number, from 1.
    pub class: u8,
    /// The value, or the interval as text. A record with several values counts for the first of
    /// these classes.
    pub value: String,
    /// How many records of the map it has.
    pub records: u32,
}

/// A record on a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapRecord {
    /// Its id.
    pub id: String,
    /// Its title, cut if it is very long; its id if it has none.
    pub title: String,
    /// Its place in map order.
    pub index: u32,
    /// Its coordinates.
    pub x: u16,
    /// The same, downwards.
    pub y: u16,
}

/// Asks for the records inside a polygon.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InsideRequest {
    /// Its vertices, from 3 to [`MAX_VERTICES`]. The last one is joined to the first.
    pub polygon: Vec<[u16; 2]>,
    /// The best records for it, by both engines, come first.
    #[serde(default)]
    pub q: String,
    /// How many records, at most [`super::limits::MAX_LIMIT`].
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many to leave out before them.
    #[serde(default)]
    pub offset: u32,
}

/// The records inside a polygon.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inside {
    /// How many there are.
    pub total: u32,
    /// The requested ones, those nearest to the polygon's centre first. With a query, the best hundred
    /// for it come before them.
    pub records: Vec<MapRecord>,
    /// The ids of all of them, at most [`MAX_INSIDE_IDS`], in the same order.
    pub ids: Vec<String>,
}

/// The best records for a query, by meaning and by words, on the map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapHits {
    /// Where the query itself would be: amid the records nearest to it. Null if the model cannot read
    /// it, or the map shows none of them.
    pub query: Option<MapPlace>,
    /// The nearest records.
    pub meaning: Vec<MapHit>,
    /// The best records by words.
    pub words: Vec<MapHit>,
}

/// A place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapPlace {
    /// To the right.
    pub x: u16,
    /// Downwards.
    pub y: u16,
}

/// A hit on the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapHit {
    /// Its rank, from 1. Hits that were written after the map was computed are left out, so that ranks
    /// may be missing.
    pub rank: u32,
    /// Its place in map order.
    pub index: u32,
    /// Its id.
    pub id: String,
    /// Its title, as in [`MapRecord`].
    pub title: String,
    /// Its coordinates.
    pub x: u16,
    /// The same, downwards.
    pub y: u16,
}

/// The records at some places in map order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapNames {
    /// Those that still exist, in the order asked for.
    pub records: Vec<MapRecord>,
}

impl InsideRequest {
    /// Checks the numbers of vertices and records.
    ///
    /// # Errors
    /// Which one is out of bounds.
    pub fn check(&self) -> Result<(), BadQuery> {
        let vertices = self.polygon.len();
        if !(3..=MAX_VERTICES).contains(&vertices) {
            return Err(BadQuery(format!(
                "polygon has {vertices} vertices; it must have 3 to {MAX_VERTICES}"
            )));
        }
        super::check_page(self.limit as usize, self.offset as usize)
    }
}

fn ten() -> u32 {
    10
}
