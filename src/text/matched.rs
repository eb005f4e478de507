//! A record that matches a query.

use std::cmp::Ordering;

/// A record that contains a term of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Position across all parts, from 0.
    pub position: u32,
    /// BM25 score, above 0.
    pub score: f32,
}

impl Match {
    pub(super) fn best_first(a: &Self, b: &Self) -> Ordering {
        let by_score = b.score.total_cmp(&a.score);
        by_score.then(a.position.cmp(&b.position))
    }
}
