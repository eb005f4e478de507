//! What travels between browser and server, and what the API answers: one set of types, so
//! that page and API cannot tell different stories.

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

/// A question to a collection, as URL, API and page ask it. Everything is text as it was
/// typed; the engine checks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// What is looked for; nothing, or `*`, lists records in order.
    #[serde(default)]
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
    /// The facet that records stand in order of, falling where a `-` stands before it: in a
    /// list, and in mode `text`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sort: Option<String>,
    /// Facets whose values are counted for this answer.
    #[serde(default)]
    pub facets: Vec<String>,
    /// Whether identical records are one hit.
    #[serde(default = "yes")]
    pub collapse: bool,
    /// In mode `hybrid` the share of meaning, 0 (words alone) to 1 (meaning alone); the
    /// engine's own choice where nobody says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance: Option<f32>,
    /// In mode `hybrid`: `weighted`, by scores, or `rrf`, by ranks (reciprocal rank fusion).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<String>,
    /// Whether the last word may be unfinished: for searching while somebody types.
    #[serde(default)]
    pub prefix: bool,
    /// Whether a word that no record holds may be replaced by one that is spelled alike.
    #[serde(default = "yes")]
    pub correct: bool,
    /// Whether each hit carries why it stands where it does; at most 20 hits then.
    #[serde(default)]
    pub explain: bool,
    /// Whether the sentence nearest to the query is told of each hit, in modes that read
    /// meaning; at most 20 hits then.
    #[serde(default)]
    pub sentences: bool,
    /// The fields that the hits carry, however long they are: names with commas between, `*`
    /// for all. Where nobody says, all that are not too long.
    #[serde(default)]
    pub fields: Vec<String>,
}

impl SearchRequest {
    /// A query with nothing else said.
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
    /// The fields that the hits carry, as in a search.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A request for the values of a facet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValuesRequest {
    /// The facet's field.
    pub field: String,
    /// What its values begin with, without regard to case and accents.
    #[serde(default)]
    pub prefix: String,
    /// Conditions on the records that are counted, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// How many values at most.
    #[serde(default = "ten")]
    pub limit: u32,
}

/// A request for records like some and unlike others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecommendRequest {
    /// Ids of records to find more of.
    #[serde(default)]
    pub like: Vec<String>,
    /// Ids of records to keep away from.
    #[serde(default)]
    pub dislike: Vec<String>,
    /// What is looked for, in words.
    #[serde(default)]
    pub text: Option<String>,
    /// Conditions, each `field:value` or an object that combines some.
    #[serde(default)]
    pub filter: Value,
    /// How many hits at most.
    #[serde(default = "ten")]
    pub limit: u32,
    /// How many hits to pass over.
    #[serde(default)]
    pub offset: u32,
    /// The fields that the hits carry, as in a search.
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
    /// How many records are answers, of those that pass the filters; identical ones one by one.
    pub total: u32,
    /// Which records those are: `matching`, those that hold a word of the query; `answers`,
    /// those near enough in meaning to fit and those that hold every word; `at_least`, the
    /// same, but nearness was only looked for among the nearest that the graph finds; `all`,
    /// where nothing tells.
    pub counted: String,
    /// How neighbours were looked for: `graph` or `exact`; absent where they were not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<String>,
    /// Best first.
    pub hits: Vec<Hit>,
    /// Counts of the facets that were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub facets: Vec<CountedFacet>,
    /// Whether anything is near enough to the query to be an answer; absent where that cannot
    /// be told. Where it is false, the hits are just the nearest of what does not fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fits: Option<bool>,
    /// Words of the query that no record holds, and what was looked for instead.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub corrections: Vec<Correction>,
    /// Why a query by meaning was answered by words: the model knows nothing of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unread: Option<String>,
    /// How long each stage took.
    pub timings: Timings,
}

/// What came of a question to a collection of questions and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerResponse {
    /// The collection that was asked.
    pub collection: String,
    /// The answer; none where no question is near enough to the one asked: nobody here knows.
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
    /// Where it stands, as `[start, end)` bytes of the query.
    pub range: (u32, u32),
    /// What was looked for instead.
    pub instead: String,
}

/// A facet counted for one answer. Filters on the facet itself are left aside.
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
    /// How many further values there are.
    pub more: u32,
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

/// A collection, as its search page and the list of collections need to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionInfo {
    /// Its name.
    pub name: String,
    /// How many records it holds.
    pub records: u32,
    /// What it takes on disk, in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Whether it answers where no collection is named.
    #[serde(default)]
    pub default: bool,
    /// `ready`; `building` while the exact scan answers alone; `none` where the collection is
    /// so small that it always does.
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
    /// Its values, up to 200.
    pub values: Vec<FacetCount>,
    /// How many further values there are.
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
