//! A hit: the parts of a record that are shown, and why it was found.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Explanation, span};

/// A record in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// The record's id.
    pub id: String,
    /// The score it was ranked by: by meaning, the mean of cosine and late interaction, or the cosine
    /// alone; the BM25 score or the fused score in the other modes.
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
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub title_cut: bool,
    /// Text; may be empty. All ranges of a hit are bytes of this text, as given here.
    pub text: String,
    /// Which part of the record's text this is, if it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snippet: Option<Snippet>,
    /// Whether search by meaning covers only a part of the record, because its text is too long.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
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
    /// A searched field that is not among those shown, if words of the query occur in it but not in
    /// the title or the text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matched_field: Option<MatchedField>,
    /// The part of a long text that best shows why it was found: the nearest passage or, by words,
    /// the fragment with most of them.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<span::Span>))]
    pub passage: Option<Range<usize>>,
    /// The sentence nearest to the query, if requested.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<span::Span>))]
    pub sentence: Option<Range<usize>>,
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

/// A field that contains words of the query, and the part of its text around the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchedField {
    /// The field.
    pub field: String,
    /// The part of its text, without markup.
    pub text: String,
    /// Byte ranges of matched words in this part.
    #[serde(with = "span::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<span::Span>))]
    pub highlights: Vec<Range<usize>>,
}

/// A part of a text, in bytes of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snippet {
    /// Where it begins.
    pub start: usize,
    /// How long the whole text is.
    pub length: usize,
    /// Whether the text has more before it.
    pub cut_before: bool,
    /// Whether the text has more after it.
    pub cut_after: bool,
}

/// Records identical to a hit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Copies {
    /// How many there are.
    pub count: u32,
    /// The first of them, up to [`super::limits::MAX_COPIES`].
    pub records: Vec<Duplicate>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Duplicate {
    /// The record's id.
    pub id: String,
    /// Values of its facet fields, which may differ from the hit's.
    pub facets: Vec<Facet>,
}

/// Each engine's rank and score for a hit; absent if an engine was not used or did not find it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signals {
    /// By meaning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub neural: Option<Signal>,
    /// By words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<Signal>,
    /// In mode `neural`, how similar the words of the record's nearest passage are to those of the
    /// query, from 0 to 1; absent if the record was not scored by that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub late_interaction: Option<f32>,
}

/// One engine's rank and score for a hit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signal {
    /// The rank, from 1.
    pub rank: u32,
    /// Cosine, or BM25 score.
    pub score: f32,
}

/// A facet value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facet {
    /// The field.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// Byte ranges of matched words, among what is displayed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Highlights {
    /// In the title.
    #[serde(with = "span::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<span::Span>))]
    pub title: Vec<Range<usize>>,
    /// In the text.
    #[serde(with = "span::list")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<span::Span>))]
    pub text: Vec<Range<usize>>,
}

// Serde passes a reference.
fn is_zero(count: &u32) -> bool {
    *count == 0
}
