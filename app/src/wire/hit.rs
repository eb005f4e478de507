//! A hit: the parts of a record that are shown, and why it was found.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Explanation;

/// A record in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The record's id.
    pub id: String,
    /// The score it was ranked by: cosine, BM25 score or fused score, depending on the mode.
    pub score: f32,
    /// Each engine's rank and score for it.
    pub signals: Signals,
    /// The percentage of pairs of unrelated texts in the collection that are less similar than
    /// the query and this record.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub percentile: Option<f32>,
    /// Heading; may be empty.
    pub title: String,
    /// Whether the heading was cut.
    #[serde(skip_serializing_if = "is_false", default)]
    pub title_cut: bool,
    /// Text; may be empty. All ranges of a hit are bytes of this text, as given here.
    pub text: String,
    /// Which part of the record's text this is, if it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snippet: Option<Snippet>,
    /// Whether search by meaning covers only a part of the record, because its text is too long.
    #[serde(skip_serializing_if = "is_false", default)]
    pub read_in_part: bool,
    /// A link, http or https only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// A picture's address: http, https or a path on this server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<String>,
    /// Values of the facet fields, the first hundred.
    pub facets: Vec<Facet>,
    /// How many more values there are.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub more_facets: u32,
    /// Where the query's words occur.
    pub highlights: Highlights,
    /// The nearest passage of a long text, as `[start, end)` bytes of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub passage: Option<(u32, u32)>,
    /// The sentence nearest to the query, as `[start, end)` bytes too, if requested.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sentence: Option<(u32, u32)>,
    /// Identical records that were collapsed into this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub copies: Option<Copies>,
    /// Why it has its rank, if requested.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub explanation: Option<Explanation>,
    /// The record's original fields, or the requested ones; the page does not use them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payload: Option<Map<String, Value>>,
    /// The first twenty fields that were left out because they are too long and not requested.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub left_out: Vec<String>,
}

/// A part of a text, in bytes of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// Where it begins.
    pub start: u32,
    /// How long the whole text is.
    pub length: u32,
    /// Whether the text has more before it.
    pub cut_before: bool,
    /// Whether the text has more after it.
    pub cut_after: bool,
}

/// Records identical to a hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copies {
    /// How many there are.
    pub count: u32,
    /// The first of them.
    pub records: Vec<Copy>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copy {
    /// The record's id.
    pub id: String,
    /// Values of its facet fields, which may differ from the hit's.
    pub facets: Vec<Facet>,
}

/// Each engine's rank and score for a hit; absent if an engine was not used or did not find it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// By meaning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub neural: Option<Signal>,
    /// By words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<Signal>,
}

/// One engine's rank and score for a hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The rank, from 1.
    pub rank: u32,
    /// Cosine, or BM25 score.
    pub score: f32,
}

/// A facet value.
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

// Serde passes references.
fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
