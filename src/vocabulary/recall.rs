//! The recall of the graph of vectors around a query: how many of the true nearest records it finds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ScanReason;
use super::answer::milliseconds;

/// The recall of the graph, measured on one query and on others around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasuredRecall {
    /// The collection that was measured.
    pub collection: String,
    /// How many different vectors were searched.
    pub vectors: u32,
    /// Why there is nothing to measure: the query's search is the exact scan itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scanned_because: Option<ScanReason>,
    /// From how many records on a part of the collection is searched by a graph.
    pub graph_min_records: u32,
    /// On the query itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub query: Option<RecallFigures>,
    /// On queries around it: each half-way between the query and one of its nearest records.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub around: Option<RecallFigures>,
}

/// How many of the true nearest the graph finds, and how long that takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecallFigures {
    /// How many queries were asked.
    pub queries: u32,
    /// The mean share of the ten nearest records that the graph finds.
    pub recall_at_10: f32,
    /// The smallest share among the queries.
    pub least: f32,
    /// How many of the queries found all ten.
    pub perfect: u32,
    /// The median time of a search by the graph.
    #[serde(rename = "graph_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub graph: Duration,
    /// The median time of the exact scan.
    #[serde(rename = "scan_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub scan: Duration,
}
