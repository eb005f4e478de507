//! What is told about a collection.

use serde::{Deserialize, Serialize};

use super::{FacetCount, FieldRoles};

/// What its search page and the list of collections need to know about a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CollectionInfo {
    /// Its name.
    pub name: String,
    /// A number that no other collection of the service has or had. A collection that takes the
    /// place of another has its own.
    #[serde(default)]
    pub id: u64,
    /// How many records it has.
    pub records: u32,
    /// Its size on disk, in bytes; 0 if it is on a cluster, where that is not known.
    #[serde(default)]
    pub bytes: u64,
    /// Whether it is used when no collection is named.
    #[serde(default)]
    pub default: bool,
    /// Whether it has a graph.
    pub graph: GraphState,
    /// Values to filter by, with how many records of the whole collection have each.
    pub facets: Vec<FacetValues>,
    /// Example queries, if any are known.
    pub examples: Vec<String>,
    /// Which field has which role.
    #[serde(default)]
    pub fields: FieldRoles,
    /// Whether its records are questions and answers, so that it can be asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pairs: bool,
    /// The name of the model that encoded it; empty if unknown.
    #[serde(default)]
    pub model: String,
    /// The progress or result of encoding it by another model, if that was started since the
    /// service started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reencoding: Option<Reencoding>,
}

/// The progress of encoding a collection anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reencoding {
    /// The name of the new model.
    pub model: String,
    /// How many records have been encoded.
    pub done: u64,
    /// How many there are.
    pub of: u64,
    /// Whether it has ended.
    pub over: bool,
    /// Why it failed, if it did. Then the collection is as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What can be changed about a collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Which field has which role.
    pub fields: FieldRoles,
    /// The fields of its records, as far as they are known.
    pub known: Vec<String>,
}

/// What a change of settings costs, estimated from the first records.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsCost {
    /// Whether anything changes.
    pub changes: bool,
    /// How many records are encoded again. All of them are indexed again.
    pub encodes: u32,
    /// How long the encoding takes, in seconds.
    pub seconds: f64,
}

/// A facet field's values in the whole collection, most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetValues {
    /// The field.
    pub field: String,
    /// Its values, at most [`super::limits::MAX_FACET_VALUES`].
    pub values: Vec<FacetCount>,
    /// How many more values there are.
    #[serde(default)]
    pub more: u32,
}

/// Whether a collection has a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum GraphState {
    /// It is small enough to be scanned in full.
    #[serde(rename = "none")]
    NotNeeded,
    /// It is being loaded or built. Until then, the exact scan is used.
    Building,
    /// It is in use.
    Ready,
    /// It could not be built. The exact scan is used until the next merge or start.
    Failed,
}
