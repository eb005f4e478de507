//! Requests as they are written in a URL or a JSON body, with filters and names as text. Values are
//! unchecked: [`super::Query`] and the engine validate them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A search, from which [`super::Query`] is parsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// The query; if empty or `*`, records are listed in order.
    #[serde(default)]
    pub q: String,
    /// `neural` (by meaning), `text` (by words) or `hybrid` (by both, the default).
    #[serde(default = "both")]
    #[cfg_attr(feature = "openapi", schema(value_type = super::Mode, default = both))]
    pub mode: String,
    /// Conditions, each `field:value`.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The maximum number of hits.
    #[serde(default = "ten")]
    #[cfg_attr(feature = "openapi", schema(default = ten, minimum = 1, maximum = 100))]
    pub limit: u32,
    /// How many hits to skip.
    #[serde(default)]
    pub offset: u32,
    /// The facet to sort records by, for lists and in mode `text`; a leading `-` means
    /// descending.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sort: Option<String>,
    /// Facets whose values are to be counted for this answer; `*` for all.
    #[serde(default)]
    pub facets: Vec<String>,
    /// The most values returned of each of these facets.
    #[serde(default = "most_values")]
    #[cfg_attr(feature = "openapi", schema(default = most_values, minimum = 1, maximum = 200))]
    pub facet_values: u32,
    /// A prefix of these values, ignoring case and accents.
    #[serde(default)]
    pub facet_prefix: String,
    /// Into how many intervals the numbers and dates among these facets are divided for a
    /// histogram; 0 for none.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 50))]
    pub histogram: u32,
    /// Whether the total is exact, however many records match; otherwise, they are counted up to
    /// [`super::limits::MAX_COUNTED`]. Named as in Elasticsearch.
    #[serde(default)]
    pub track_total_hits: bool,
    /// Whether identical records are collapsed into one hit.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = yes))]
    pub collapse: bool,
    /// In mode `hybrid`, the share of meaning, from 0 (words alone) to 1 (meaning alone); if
    /// absent, the engine's default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub balance: Option<f32>,
    /// In mode `hybrid`: `weighted`, by scores, or `rrf`, by ranks (reciprocal rank fusion).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<String>,
    /// In mode `hybrid`, whether the scores of similar records count.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = yes))]
    pub neighbours: bool,
    /// In mode `neural`, whether records are also ranked by how similar their words are to those of
    /// the query, one by one.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = yes))]
    pub late_interaction: bool,
    /// k1 of BM25, from 0 to [`super::limits::MAX_K1`]; if absent, the engine's default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 3))]
    pub k1: Option<f32>,
    /// b of BM25, from 0 to 1; if absent, the engine's default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub b: Option<f32>,
    /// Whether the last word may be incomplete, for search as you type.
    #[serde(default)]
    pub prefix: bool,
    /// Whether a word that no record contains may be replaced by one with a similar spelling.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = yes))]
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
            mode: both(),
            filter: Vec::new(),
            limit: ten(),
            offset: 0,
            sort: None,
            facets: Vec::new(),
            facet_values: most_values(),
            facet_prefix: String::new(),
            histogram: 0,
            track_total_hits: false,
            collapse: true,
            balance: None,
            fusion: None,
            neighbours: true,
            late_interaction: true,
            k1: None,
            b: None,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

fn both() -> String {
    super::Mode::default().name().into()
}

fn ten() -> u32 {
    10
}

fn most_values() -> u32 {
    super::limits::MAX_FACET_VALUES as u32
}

fn yes() -> bool {
    true
}

/// A request to explain a record's rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainRequest {
    /// The record.
    pub id: String,
    /// The search it is ranked in.
    pub search: SearchRequest,
}
