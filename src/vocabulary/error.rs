//! The error of a query that cannot be answered as asked.

/// A query, or one of its parameters, cannot be answered as asked. The message names the parameter
/// and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(pub String);
