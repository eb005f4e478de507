//! The roles of a source's fields, and the kinds of the fields to filter by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Which field has which role, as an importer names them or as they are proposed for a file. A
/// field inside an object is named by its path, e.g. `make.brand`. In JSON, a role that there is not
/// is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FieldRoles {
    /// What identifies a record.
    pub id: Option<String>,
    /// The heading.
    pub title: Option<String>,
    /// The texts: the first that a record has is shown. In JSON a single one may be a string.
    #[serde(rename = "text", deserialize_with = "one_or_many")]
    pub texts: Vec<String>,
    /// A question, instead of a title; requires an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Its answer, instead of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// A link.
    pub url: Option<String>,
    /// A picture's address.
    pub image: Option<String>,
    /// Fields to filter by: each is `field`, or `field:kind` with the name of a [`FacetKind`]. If
    /// a field's own name matches the whole string, that field is meant.
    pub facets: Vec<String>,
    /// The weight of a word in a field, each `field=weight`; by default three in the title and
    /// one elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<String>,
    /// The language of the texts: a code such as `en`, `none` for no language, `auto`, the
    /// default, to detect it from the texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Accepts a list of names, a single name or none.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        Many(Vec<String>),
        One(Option<String>),
    }
    Ok(match Names::deserialize(from)? {
        Names::Many(names) => names,
        Names::One(name) => name.into_iter().collect(),
    })
}

/// What a field of a file becomes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldTold {
    /// The field; one within an object by its path, such as `make.brand`.
    pub field: String,
    /// Its role or roles, in words.
    pub part: String,
    /// Why it has them.
    pub why: String,
}

/// A field to filter by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetField {
    /// The field's name.
    pub field: String,
    /// What its values are.
    pub kind: FacetKind,
}

/// The kind of a facet's values, which determines how filters compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FacetKind {
    /// Texts. The comparison is exact if any record has that exact spelling, otherwise
    /// case-insensitive.
    Text,
    /// Numbers, with ranges.
    Number,
    /// True or false.
    Boolean,
    /// Days and points in time, with ranges.
    Date,
}

impl FacetKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Boolean, Self::Date];

    /// Its name in options, JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// Whether a filter can ask for a range of values.
    pub fn has_ranges(self) -> bool {
        matches!(self, Self::Number | Self::Date)
    }
}

impl fmt::Display for FacetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FacetKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|kind| kind.name() == text);
        named.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("'{text}' is no kind of facet; the kinds are {names}")
        })
    }
}
