//! The types sent between browser and server, which the API uses too, so that the page and the
//! API cannot disagree.

mod explain;
mod hit;
mod import;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use explain::{
    ExplainRequest, Explanation, FieldCount, FusionExplanation, MeaningExplanation, MeaningSplit,
    PairShare, TermExplanation, WordShare, WordsExplanation,
};
pub use hit::{Copies, Copy, Facet, Highlights, Hit, Signal, Signals, Snippet};
pub use import::{FieldTold, Preview, Proposed, SkippedLine, Started, Task, TaskState};

/// A search request, as used by the URL, the API and the page. Values are unchecked; the engine
/// validates them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// The query; if empty or `*`, records are listed in order.
    #[serde(default)]
    pub q: String,
    /// `neural`, `text` or `hybrid`.
    #[serde(default = "neural")]
    pub mode: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to skip.
    #[serde(default)]
    pub offset: u32,
    /// The facet to sort records by, for lists and in mode `text`; a leading `-` means
    /// descending.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sort: Option<String>,
    /// Facets whose values are to be counted for this answer.
    #[serde(default)]
    pub facets: Vec<String>,
    /// Whether identical records are collapsed into one hit.
    #[serde(default = "yes")]
    pub collapse: bool,
    /// In mode `hybrid`, the share of meaning, from 0 (words alone) to 1 (meaning alone); if
    /// absent, the engine's default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance: Option<f32>,
    /// In mode `hybrid`: `weighted`, by scores, or `rrf`, by ranks (reciprocal rank fusion).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<String>,
    /// Whether the last word may be incomplete, for search as you type.
    #[serde(default)]
    pub prefix: bool,
    /// Whether a word that no record contains may be replaced by one with a similar spelling.
    #[serde(default = "yes")]
    pub correct: bool,
    /// Whether each hit includes an explanation of its rank; at most 20 hits then.
    #[serde(default)]
    pub explain: bool,
    /// Whether each hit includes the sentence nearest to the query, in modes that use meaning; at
    /// most 20 hits then.
    #[serde(default)]
    pub sentences: bool,
    /// The fields that the hits include, however long they are: names separated by commas, or `*`
    /// for all. If empty, all that are not too long.
    #[serde(default)]
    pub fields: Vec<String>,
}

impl SearchRequest {
    /// A query with defaults for everything else.
    pub fn new(q: impl Into<String>) -> Self {
        Self {
            q: q.into(),
            mode: neural(),
            filter: Vec::new(),
            limit: ten(),
            offset: 0,
            sort: None,
            facets: Vec::new(),
            collapse: true,
            balance: None,
            fusion: None,
            prefix: false,
            correct: true,
            explain: false,
            sentences: false,
            fields: Vec::new(),
        }
    }
}

/// A request for records similar to a given one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimilarRequest {
    /// The record to start from.
    pub id: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to skip.
    #[serde(default)]
    pub offset: u32,
    /// The fields that the hits include, as in a search.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A request for the values of a facet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValuesRequest {
    /// The facet's field.
    pub field: String,
    /// A prefix of the values, ignoring case and accents.
    #[serde(default)]
    pub prefix: String,
    /// Conditions on the records that are counted, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of values.
    #[serde(default = "ten")]
    pub limit: u32,
}

/// A request for records similar to some and dissimilar to others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecommendRequest {
    /// Ids of records to find similar ones to.
    #[serde(default)]
    pub like: Vec<String>,
    /// Ids of records to avoid similar ones to.
    #[serde(default)]
    pub dislike: Vec<String>,
    /// A query text.
    #[serde(default)]
    pub text: Option<String>,
    /// Conditions, each `field:value` or an object that combines several.
    #[serde(default)]
    pub filter: Value,
    /// The maximum number of hits.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to skip.
    #[serde(default)]
    pub offset: u32,
    /// The fields that the hits include, as in a search.
    #[serde(default)]
    pub fields: Vec<String>,
}

fn neural() -> String {
    "neural".into()
}

fn ten() -> u32 {
    10
}

fn yes() -> bool {
    true
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchResponse {
    /// The collection that answered.
    pub collection: String,
    /// How many of the records that pass the filters are answers. Identical records are counted
    /// individually.
    pub total: u32,
    /// Which records those are: `matching`, those that contain a word of the query; `answers`,
    /// those near enough in meaning to fit and those that contain every word; `at_least`, the
    /// same, but checking only the nearest records that the graph found; `all`, if there is no
    /// way to tell.
    pub counted: String,
    /// How neighbours were searched: `graph` or `exact`; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<String>,
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// Counts of the requested facets.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub facets: Vec<CountedFacet>,
    /// Whether anything is near enough to the query to be an answer; absent if that is unknown.
    /// If false, the hits are merely the nearest of the records that do not fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fits: Option<bool>,
    /// Words of the query that no record contains, and their replacements.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub corrections: Vec<Correction>,
    /// Why a query by meaning was answered by words, if the model knows none of its words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unread: Option<String>,
    /// How long each stage took.
    pub timings: Timings,
}

/// The answer to a question asked of a collection of questions and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerResponse {
    /// The collection that was asked.
    pub collection: String,
    /// The answer; `None` if no question in the collection is near enough to the one asked.
    pub answer: Option<String>,
    /// The pair whose question is nearest, near enough or not.
    pub nearest: Option<Hit>,
    /// How long each stage took.
    pub timings: Timings,
}

/// A word that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The word as typed.
    pub word: String,
    /// Where it occurs, as `[start, end)` bytes of the query.
    pub range: (u32, u32),
    /// The replacement.
    pub instead: String,
}

/// A facet counted for one answer. Filters on the facet itself are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountedFacet {
    /// The field.
    pub field: String,
    /// `text`, `number`, `boolean` or `date`.
    pub kind: String,
    /// Which records were counted: as in the answer.
    pub counted: String,
    /// Its values, most frequent first, up to 200.
    pub values: Vec<FacetCount>,
    /// How many more values there are.
    pub more: u32,
}

/// Milliseconds per stage.
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
    /// Everything.
    pub total_ms: f64,
}

/// What its search page and the list of collections need to know about a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionInfo {
    /// Its name.
    pub name: String,
    /// How many records it has.
    pub records: u32,
    /// Its size on disk, in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Whether it is used when no collection is named.
    #[serde(default)]
    pub default: bool,
    /// `ready`; `building` while only the exact scan is used; `none` if the collection is so
    /// small that the exact scan is always used.
    pub graph: String,
    /// Values to filter by, with how many records of the whole collection have each.
    pub facets: Vec<FacetCounts>,
    /// Example queries, if any are known.
    pub examples: Vec<String>,
}

/// A facet field's values, most frequent first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetCounts {
    /// The field.
    pub field: String,
    /// Its values, up to 200.
    pub values: Vec<FacetCount>,
    /// How many more values there are.
    #[serde(default)]
    pub more: u32,
}

/// A facet value and how many records have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How many records of the collection have it.
    pub count: u32,
}

/// Why a request was not answered. The API sends it wrapped in `{"error": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// A code for programs; see [`Problem::status`] for the possible values.
    pub code: String,
    /// A message for people: what happened, where, and what to do.
    pub message: String,
}

impl Problem {
    /// The HTTP status for the code, for the page and the API alike.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "bad_query" => 400,
            "unauthorized" => 401,
            "forbidden" => 403,
            "not_found" => 404,
            "method_not_allowed" => 405,
            "conflict" | "other_model" => 409,
            "too_large" => 413,
            "unsupported_media_type" => 415,
            "overloaded" | "starting" => 503,
            "no_space" => 507,
            _ => 500,
        }
    }
}
