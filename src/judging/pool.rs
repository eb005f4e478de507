//! The hits of a query that are to be graded: the best of each ranking, pooled as at TREC (Spärck
//! Jones & van Rijsbergen, 1975), in an order that tells nothing of their ranks.

use std::collections::HashSet;

use super::blind::unranked;
use super::plain::key;
use crate::collection::Collection;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::query::{Mode, Query};
use crate::record::Record;
use crate::vocabulary::limits::MAX_POOLED;

/// The union of the first `depth` hits of a query by meaning, by words and by both. Of records that
/// read the same, there is one.
///
/// # Errors
/// [`Error::BadQuery`] for a depth out of bounds or a query without words; those of
/// [`Collection::search`].
pub fn pool(collection: &Collection, q: &str, depth: u32) -> Result<Vec<Record>> {
    if !(1..=MAX_POOLED).contains(&depth) {
        return Err(Error::BadQuery(format!(
            "depth is {depth}; it must be between 1 and {MAX_POOLED}"
        )));
    }
    let mut seen = HashSet::new();
    let mut pooled: Vec<(String, Record)> = Vec::new();
    for mode in Mode::ALL {
        let query = Query {
            mode,
            limit: depth as usize,
            ..Query::new(q)
        };
        query.check()?;
        if query.is_open() {
            return Err(unranked());
        }
        for hit in collection.search(&query)?.hits {
            if seen.insert(key(&hit.record)) {
                // The same for every visitor, so that progress can be seen.
                let order = sha256(format!("{q}\0{}", hit.record.id).as_bytes());
                pooled.push((order, hit.record));
            }
        }
    }
    pooled.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(pooled.into_iter().map(|(_, record)| record).collect())
}
