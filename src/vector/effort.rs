//! How far a walk over the graph goes, and when the exact scan is cheaper.

use super::graph::MOST_LINKS;
use super::scan::ExactScan;

/// How many rows a walk keeps (`ef` in the paper) for up to half of [`EF`] hits. At this number,
/// `parallax recall` finds 0.98 of the nearest ten and more, on start-ups and on titles, and for
/// queries of another kind as well.
pub const EF: usize = 320;

/// The time of a walk over a few hundred thousand rows is about that of its start plus one for
/// each row kept, and that of a scan grows with the rows. Measured in nanoseconds with AVX-512 on
/// start-ups and titles with 384 components.
const START_NS: u64 = 30_000;
const KEPT_NS: u64 = 1_000;
const SCANNED_NS: u64 = 10;
/// For a row that is read alone, because others do not pass a filter.
const SCATTERED_NS: u64 = 20;
/// For a row estimated during a walk.
const WALKED_NS: u64 = 50;

/// What a walk may do.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How many of the nearest rows that pass it keeps.
    pub ef: usize,
    /// How many cosines it may estimate before it gives up.
    pub most: usize,
    /// The same if most of the rows that it holds do not pass: it goes through all of them, and the
    /// longer its list, the longer each takes.
    pub most_hidden: usize,
}

impl Effort {
    /// Enough for `k` hits if about half of the near rows pass, or more. A walk gives up where
    /// hardly any of them do, as when thousands of similar records were deleted: it would go
    /// through all of them, keeping an ever longer list. Where all pass, it stays far below.
    pub fn for_hits(k: usize) -> Self {
        let ef = EF.max(k.saturating_mul(2));
        let most = ef.saturating_mul(MOST_LINKS);
        Self {
            ef,
            most,
            most_hidden: most,
        }
    }

    /// The same where about half of all rows pass, or more. If they also do near the query, a walk
    /// only gives up when a scan would have been faster: among many similar rows, it is long.
    pub fn if_most_pass(scan: &ExactScan, k: usize) -> Self {
        let effort = Self::for_hits(k);
        let scanned = SCANNED_NS * scan.codes().len() as u64;
        Self {
            most: effort.most.max((scanned / WALKED_NS) as usize),
            ..effort
        }
    }

    /// Enough for `k` hits of which `passing` of all positions may be some; `None` if an exact scan
    /// is probably faster.
    ///
    /// If one row in ten passes, a walk sees ten times as many rows until it has kept as many. It
    /// sees even more if few pass near the query, so it gives up when a scan would have been
    /// faster.
    pub fn if_cheaper(scan: &ExactScan, k: usize, passing: u64) -> Option<Self> {
        let all = scan.len() as u64;
        let effort = Self::for_hits(k);
        let unfiltered = START_NS.saturating_add(KEPT_NS.saturating_mul(effort.ef as u64));
        let walk = unfiltered.saturating_mul(all) / passing.max(1);
        let rows = scan.codes().len() as u64;
        let scanned = (SCANNED_NS * rows).min(SCATTERED_NS * passing);
        let most = (scanned / WALKED_NS) as usize;
        (walk < scanned).then_some(Self {
            most,
            most_hidden: most,
            ..effort
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::{Codes, Distinct, Vectors};

    /// A scan of so many rows, of one component each.
    fn scan(rows: usize) -> ExactScan {
        let values = vec![1.0; rows];
        let codes = Codes::new(1, &values);
        let vectors = Vectors::new(1, values.into()).unwrap();
        ExactScan::of_parts(vectors, codes, Distinct::all(rows)).unwrap()
    }

    #[test]
    fn the_larger_a_collection_the_further_a_walk_may_go_where_most_rows_pass() {
        let [small, large] = [10_000, 500_000].map(|rows| Effort::if_most_pass(&scan(rows), 10));
        assert_eq!(small.most, Effort::for_hits(10).most);
        assert!(large.most > small.most);
        assert_eq!(large.most_hidden, small.most_hidden);
    }

    #[test]
    fn narrow_filters_and_small_collections_are_scanned() {
        let large = scan(500_000);
        assert!(Effort::if_cheaper(&large, 10, 500_000).is_some());
        assert!(Effort::if_cheaper(&large, 10, 250_000).is_some());
        assert!(Effort::if_cheaper(&large, 10, 5_000).is_none());
        assert!(Effort::if_cheaper(&large, 10, 0).is_none());
        // A deep search keeps more rows than a scan reads.
        assert!(Effort::if_cheaper(&large, 10_000, 500_000).is_none());
        assert!(Effort::if_cheaper(&scan(10_000), 10, 10_000).is_none());
    }
}
