//! A hit: what is shown of a record, and why it was found.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Explanation;

/// A record in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// What the record is called by.
    pub id: String,
    /// What it was ranked by: cosine, BM25 score or fused score, as the mode has it.
    pub score: f32,
    /// Each engine's word on it.
    pub signals: Signals,
    /// How many of a hundred pairs of unrelated texts in the collection are less near than
    /// the query and this record.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub percentile: Option<f32>,
    /// Heading; may be empty.
    pub title: String,
    /// Whether the heading goes on.
    #[serde(skip_serializing_if = "is_false", default)]
    pub title_cut: bool,
    /// Text; may be empty. All ranges of a hit are bytes of it, as it stands here.
    pub text: String,
    /// Which part of the record's text that is, where it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snippet: Option<Snippet>,
    /// Whether meaning reads a part of the record only, since its text is too long.
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
    /// How many further values there are.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub more_facets: u32,
    /// Where the query's words stand.
    pub highlights: Highlights,
    /// The passage of a long text that was nearest, as `[start, end)` bytes of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub passage: Option<(u32, u32)>,
    /// The sentence that is nearest to the query, likewise, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sentence: Option<(u32, u32)>,
    /// Identical records that are hidden behind this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub copies: Option<Copies>,
    /// Why it stands where it does, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub explanation: Option<Explanation>,
    /// The record's original fields, or those that were asked for; the page does without.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payload: Option<Map<String, Value>>,
    /// Fields that are too long to be among them unless they are asked for: the first twenty.
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
    /// Whether the text goes on after it.
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
    /// What it is called by.
    pub id: String,
    /// Values of its facet fields, in which it may differ.
    pub facets: Vec<Facet>,
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

// Serde passes references.
fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
