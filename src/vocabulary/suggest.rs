//! What a query that is still being typed may become.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::span;

/// Titles and facet values that begin as typed, at most [`super::limits::MAX_SUGGESTED`] of each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestions {
    /// Titles that begin with the query, in order.
    pub titles: Vec<TitleSuggestion>,
    /// Values of facets that begin with the query or with its last word, those of the most records
    /// first.
    pub values: Vec<ValueSuggestion>,
}

/// A title that begins as typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TitleSuggestion {
    /// The first record that has it.
    pub id: String,
    /// The title, cut if it is very long.
    pub title: String,
}

/// A facet value that begins as typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueSuggestion {
    /// The facet.
    pub field: String,
    /// The value.
    pub value: String,
    /// The part of the query that the value begins with.
    #[serde(with = "span::one")]
    #[cfg_attr(feature = "openapi", schema(value_type = span::Span))]
    pub typed: Range<usize>,
}
