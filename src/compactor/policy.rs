//! When segments are merged, and which of them.
//!
//! The delta is kept as a geometric series: its newest segments become one as soon as the older
//! ones among them are small compared with the newer ones. Whenever that happens again to a record,
//! its segment has grown by at least a third since the last time, so a record is merged O(log n)
//! times; with batches of equal size, log₄ n times. Base and delta become a new base when the
//! changes since the last base reach a quarter of it, so the bases that a growing collection goes
//! through form a geometric series, whose sum is five times the last one.

/// Thresholds for a collection's background work. They are fixed except in tests and measurements.
#[derive(Debug, Clone, Copy)]
pub struct Tuning {
    /// A segment gets a graph, and is searched through it, from this many records on. Smaller ones
    /// are fully scanned, which misses nothing. Measured on the 40,474 start-ups (`parallax
    /// recall`), the scan is also the faster of the two.
    pub graph_min_records: u32,
    /// Base and delta are merged into a new base when the changes since the last one reach this
    /// number and a quarter of the base.
    pub merge_min_records: u32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            graph_min_records: 50_000,
            merge_min_records: 4_096,
        }
    }
}

/// A writer merges up to this many records itself, which takes tens of milliseconds. Larger merges
/// are done by the compactor's thread.
pub(super) const SMALL: u64 = 4_096;

/// How many segments of equal size become one.
const FACTOR: u64 = 4;

/// The size of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// Records that are not deleted.
    pub live: u64,
    /// All records.
    pub all: u64,
}

/// Where the newest segments of a delta begin that should become one: the longest series of them
/// whose oldest is at most a third as large as the others together. `None` if there is no such
/// series of at most `limit` records, counting deleted ones.
pub(super) fn run(delta: impl IntoIterator<Item = Size>, limit: u64) -> Option<usize> {
    let delta: Vec<Size> = delta.into_iter().collect();
    let mut found = None;
    let (mut live, mut all) = (0, 0);
    for (at, size) in delta.iter().enumerate().rev() {
        all += size.all;
        if all > limit {
            break;
        }
        if at + 1 < delta.len() && size.live * (FACTOR - 1) <= live {
            found = Some(at);
        }
        live += size.live;
    }
    found
}

impl Tuning {
    /// Whether a new base is due after so many changes since the last one.
    pub(super) fn is_due(self, changes: u64, base: u64) -> bool {
        changes >= u64::from(self.merge_min_records) && changes * 4 >= base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split_mix::SplitMix64;

    /// Adds segments of these sizes to a delta. Returns how many records were merged in all, and the
    /// most segments there were at once.
    fn grow(batches: impl Iterator<Item = u64>) -> (u64, usize) {
        let mut delta: Vec<Size> = Vec::new();
        let (mut merged, mut most) = (0, 0);
        for size in batches {
            delta.push(Size {
                live: size,
                all: size,
            });
            if let Some(at) = run(delta.iter().copied(), u64::MAX) {
                let live = delta.drain(at..).map(|size| size.live).sum();
                delta.push(Size { live, all: live });
                merged += live;
            }
            most = most.max(delta.len());
        }
        (merged, most)
    }

    #[test]
    fn equal_batches_are_merged_as_often_as_their_number_has_digits() {
        for digits in 1..=5 {
            let batches = 4u64.pow(digits);
            let (merged, most) = grow((0..batches).map(|_| 1_000));
            assert!(
                merged <= batches * 1_000 * u64::from(digits),
                "{merged} merged"
            );
            assert!(most as u32 <= 3 * digits + 1, "{most} segments");
        }
    }

    #[test]
    fn whatever_the_batches_a_record_is_merged_log_n_times() {
        for seed in 0..100 {
            let mut random = SplitMix64::new(seed);
            let batches: Vec<u64> = (0..1_000)
                .map(|_| {
                    let most = 1 << random.below(14);
                    1 + random.below(most)
                })
                .collect();
            let records: u64 = batches.iter().sum();
            let (merged, most) = grow(batches.into_iter());
            // Every merge enlarges a record's segment by a third, after the first one.
            let bound = (records as f64).ln() / (4.0f64 / 3.0).ln() + 1.0;
            let mean = merged as f64 / records as f64;
            assert!(mean <= bound, "seed {seed}: {mean} merges a record");
            assert!(most as f64 <= bound, "seed {seed}: {most} segments");
        }
    }

    #[test]
    fn a_merge_that_is_too_large_leaves_smaller_ones_possible() {
        let size = |live, all| Size { live, all };
        let delta = [size(50, 5_000), size(10, 10), size(10, 10), size(9, 9)];
        assert_eq!(run(delta, u64::MAX), None);
        let delta = [size(10, 5_000), size(1, 1), size(5, 5), size(30, 30)];
        assert_eq!(run(delta, u64::MAX), Some(0));
        assert_eq!(run(delta, 100), Some(1));
    }
}
