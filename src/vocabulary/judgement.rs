//! Graded judgements of relevance.

use serde::{Deserialize, Serialize};

use super::PlainRecord;

/// A query whose hits are to be graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolRequest {
    /// The query.
    pub q: String,
    /// How many hits of each ranking are pooled.
    #[serde(default = "ten")]
    pub depth: u32,
}

fn ten() -> u32 {
    10
}

/// The best records of a query by meaning, by words and by both, in an order that depends on none of
/// them, with their grades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pool {
    /// The collection.
    pub collection: String,
    /// The query, as its judgements are kept.
    pub q: String,
    /// The records.
    pub records: Vec<Graded>,
    /// What has been judged in this collection.
    pub progress: Progress,
    /// Whether the operator allows judgements.
    pub allowed: bool,
}

/// A record of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Graded {
    /// The record.
    pub record: PlainRecord,
    /// Its grade, if it was judged for this query.
    pub grade: Option<u8>,
}

/// How much has been judged in a collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Queries with at least one judgement.
    pub queries: u32,
    /// Judgements of all queries.
    pub judgements: u32,
}

/// A judgement: how relevant a record is to a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The query.
    pub q: String,
    /// The record.
    pub id: String,
    /// 0 for not relevant, 1 for partly, 2 for relevant.
    pub grade: u8,
}

/// The judgements of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JudgedQuery {
    /// The query.
    pub q: String,
    /// The grades of records by id, in order of id.
    pub grades: Vec<(String, u8)>,
}

/// The judgements of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Judgements {
    /// Whether the operator allows more.
    pub allowed: bool,
    /// How many there are.
    #[serde(flatten)]
    pub progress: Progress,
    /// The queries, in order, with their judgements.
    pub judged: Vec<JudgedQuery>,
}
