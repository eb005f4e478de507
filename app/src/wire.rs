//! What travels between browser and server, and what the API answers: one set of types, so
//! that page and API cannot tell different stories.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A question to a collection, as URL, API and page ask it. Everything is text as it was
/// typed; the engine checks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchRequest {
    /// What is looked for.
    pub q: String,
    /// `neural`, `text` or `hybrid`.
    #[serde(default = "neural")]
    pub mode: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// How many hits at most.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to pass over.
    #[serde(default)]
    pub offset: u32,
}

/// A request for records like a given one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarRequest {
    /// The record to start from.
    pub id: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// How many hits at most.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to pass over.
    #[serde(default)]
    pub offset: u32,
}

fn neural() -> String {
    "neural".into()
}

fn ten() -> u32 {
    10
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// The collection that answered.
    pub collection: String,
    /// In text mode how many records match, else how many pass the filters.
    pub total: u32,
    /// How neighbours were looked for: `graph` or `exact`; absent where they were not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<String>,
    /// Best first.
    pub hits: Vec<Hit>,
    /// How long each stage took.
    pub timings: Timings,
}

/// A record in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// What the record is called by.
    pub id: String,
    /// What it was ranked by: cosine, BM25 score or fused score, as the mode has it.
    pub score: f32,
    /// Each engine's word on it.
    pub signals: Signals,
    /// Heading; may be empty.
    pub title: String,
    /// Text; may be empty.
    pub text: String,
    /// A link, http or https only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// A picture's address: http, https or a path on this server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<String>,
    /// Values of the facet fields.
    pub facets: Vec<Facet>,
    /// Where the query's words stand.
    pub highlights: Highlights,
    /// The record's original fields; the page does without.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payload: Option<Map<String, Value>>,
}

/// The engines' places for a hit; absent where an engine was not asked or did not find it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// By meaning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub neural: Option<Signal>,
    /// By words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<Signal>,
}

/// One engine's place for a hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// From 1.
    pub rank: u32,
    /// Cosine, or BM25 score.
    pub score: f32,
}

/// A facet's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facet {
    /// The field.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// Matched words as `[start, end)` byte ranges of the UTF-8 text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Highlights {
    /// In the title.
    pub title: Vec<(u32, u32)>,
    /// In the text.
    pub text: Vec<(u32, u32)>,
}

/// Milliseconds by stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Query to vector.
    pub encode_ms: f64,
    /// Ranking by meaning.
    pub neural_ms: f64,
    /// Ranking by words.
    pub text_ms: f64,
    /// Fusing the two.
    pub fusion_ms: f64,
    /// Reading records, marking words.
    pub fetch_ms: f64,
    /// All of it.
    pub total_ms: f64,
}

/// A collection, as its search page needs to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionInfo {
    /// Its name.
    pub name: String,
    /// How many records it holds.
    pub records: u32,
    /// `ready`, or `building` while the exact scan answers alone.
    pub graph: String,
    /// Values to filter by, with how many records of the whole collection have each.
    pub facets: Vec<FacetCounts>,
    /// Queries worth trying, where some are known.
    pub examples: Vec<String>,
}

/// A facet field's values, most frequent first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetCounts {
    /// The field.
    pub field: String,
    /// Its values.
    pub values: Vec<FacetCount>,
}

/// A facet value and how many records have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How many records of the collection have it.
    pub count: u32,
}

/// Why a request was not answered. `{"error": …}` around it is what the API sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// One word for programs; see [`Problem::status`] for those there are.
    pub code: String,
    /// A sentence for people: what, where, what to do.
    pub message: String,
}

impl Problem {
    /// The HTTP status that goes with the code, for page and API alike.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "bad_query" => 400,
            "not_found" => 404,
            "method_not_allowed" => 405,
            "other_model" => 409,
            "too_large" => 413,
            "overloaded" | "starting" => 503,
            _ => 500,
        }
    }
}
