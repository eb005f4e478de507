//! The exact scan: it examines every vector, and its answer equals that of a full f32 scan.
//!
//! It reads the one-byte codes, a quarter of the memory, and knows how far each vector's estimate
//! can be off (see [`super::code`]). A vector is rescored in f32 whenever it could reach the k-th
//! best score within that bound, so nothing that belongs in the answer is missed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use roaring::RoaringBitmap;

use super::Neighbour;
use super::code::{Code, QueryCode};
use super::kernels::cosine;
use crate::Vector;

/// Vectors and their codes, by position.
#[derive(Default)]
pub struct ExactScan {
    vectors: Vec<Vector>,
    codes: Vec<Code>,
}

impl ExactScan {
    /// Quantises unit vectors for scanning.
    pub fn new(vectors: Vec<Vector>) -> Self {
        use rayon::prelude::*;
        let codes = vectors.par_iter().map(Code::new).collect();
        Self { vectors, codes }
    }

    /// Merges several scans, keeping only the given positions of each, in order.
    pub fn merge<'a>(parts: impl Iterator<Item = (&'a Self, RoaringBitmap)> + Clone) -> Self {
        let kept: u64 = parts.clone().map(|(_, kept)| kept.len()).sum();
        let mut merged = Self {
            vectors: Vec::with_capacity(kept as usize),
            codes: Vec::with_capacity(kept as usize),
        };
        for (part, kept) in parts {
            for position in kept {
                let at = position as usize;
                if let (Some(vector), Some(code)) = (part.vectors.get(at), part.codes.get(at)) {
                    merged.vectors.push(*vector);
                    merged.codes.push(code.clone());
                }
            }
        }
        merged
    }

    /// The number of vectors.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// The codes, by position.
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// The vector at a position.
    pub fn vector(&self, position: u32) -> Option<&Vector> {
        self.vectors.get(position as usize)
    }

    /// The `k` vectors nearest to a unit query among those that pass the filter, best first. Fewer
    /// only if fewer exist.
    pub fn nearest(
        &self,
        query: &Vector,
        k: usize,
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        self.nearest_and_reaching(query, k, f32::INFINITY, filter)
    }

    /// Every vector that passes the filter and whose cosine with a unit query is at least `least`,
    /// best first.
    pub fn reaching(
        &self,
        query: &Vector,
        least: f32,
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        self.nearest_and_reaching(query, 0, least, filter)
    }

    /// Both in one scan: the `k` nearest, and all others down to `least`, best first.
    pub fn nearest_and_reaching(
        &self,
        query: &Vector,
        k: usize,
        least: f32,
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        let candidates = match filter {
            None => self.candidates(query, k, least, 0..self.codes.len() as u32),
            Some(filter) => self.candidates(query, k, least, filter.iter()),
        };
        let mut near = self.rescore(query, candidates);
        near.truncate(near.partition_point(|near| near.cosine >= least).max(k));
        near
    }

    /// The true cosines of some positions, best first. Positions that are not in the index are left
    /// out.
    pub fn rescore(
        &self,
        query: &Vector,
        positions: impl IntoIterator<Item = u32>,
    ) -> Vec<Neighbour> {
        let mut near: Vec<Neighbour> = positions
            .into_iter()
            .filter_map(|position| {
                let cosine = cosine(query, self.vector(position)?);
                Some(Neighbour { position, cosine })
            })
            .collect();
        near.sort_unstable_by(Neighbour::best_first);
        near
    }

    /// Every position that could be among the best `k`, or have a cosine of `least`.
    fn candidates(
        &self,
        query: &Vector,
        k: usize,
        least: f32,
        positions: impl Iterator<Item = u32>,
    ) -> Vec<u32> {
        let query = QueryCode::new(query);
        // The k best lower bounds so far. At least k vectors reach the smallest of them.
        let mut floor: BinaryHeap<Reverse<Ordered>> = BinaryHeap::with_capacity(k.min(1 << 16) + 1);
        let mut reach = if k == 0 {
            f32::INFINITY
        } else {
            f32::NEG_INFINITY
        };
        let mut candidates: Vec<(u32, f32)> = Vec::new();
        for position in positions {
            let Some(code) = self.codes.get(position as usize) else {
                break;
            };
            let (estimate, bound) = query.estimate(code);
            if estimate + bound < reach.min(least) {
                continue;
            }
            candidates.push((position, estimate + bound));
            let lower = estimate - bound;
            if floor.len() < k || lower > reach {
                floor.push(Reverse(Ordered(lower)));
                if floor.len() > k {
                    floor.pop();
                }
                if floor.len() == k {
                    reach = floor.peek().map_or(reach, |least| least.0.0);
                }
            }
        }
        candidates.retain(|&(_, upper)| upper >= reach.min(least));
        candidates
            .into_iter()
            .map(|(position, _)| position)
            .collect()
    }
}

/// An f32 with a total order, for use in a heap.
#[derive(PartialEq)]
struct Ordered(f32);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The expected result of the scan: every cosine computed, sorted and cut.
    fn full_scan(vectors: &[Vector], query: &Vector, k: usize) -> Vec<Neighbour> {
        let mut all: Vec<Neighbour> = (0u32..)
            .zip(vectors)
            .map(|(position, vector)| Neighbour {
                position,
                cosine: cosine(query, vector),
            })
            .collect();
        all.sort_by(Neighbour::best_first);
        all.truncate(k);
        all
    }

    /// Unit vectors in a few tight clusters, with duplicates: many scores are closer together than
    /// the codes can distinguish.
    fn clustered(seed: u64, n: usize) -> Vec<Vector> {
        let mut state = seed | 1;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f32 / (1u64 << 53) as f32 - 0.5
        };
        let centres: Vec<Vector> = (0..3).map(|_| std::array::from_fn(|_| random())).collect();
        let mut vectors: Vec<Vector> = Vec::new();
        for i in 0..n {
            let mut vector = if i % 7 == 6 {
                vectors[i / 2]
            } else {
                centres[i % 3].map(|x| x + random() * 0.01)
            };
            crate::vector::normalise(&mut vector).unwrap();
            vectors.push(vector);
        }
        vectors
    }

    proptest! {
        #[test]
        fn the_scan_equals_a_full_scan_in_f32(seed: u64, n in 1usize..400, k in 0usize..50) {
            let mut vectors = clustered(seed, n + 1);
            let query = vectors.pop().unwrap();
            let scan = ExactScan::new(vectors.clone());
            prop_assert_eq!(scan.nearest(&query, k, None), full_scan(&vectors, &query, k));
        }

        #[test]
        fn what_reaches_a_cosine_is_a_full_scan_down_to_it(seed: u64, k in 1usize..300, keep in 1u32..9) {
            let mut vectors = clustered(seed, 301);
            let query = vectors.pop().unwrap();
            let scan = ExactScan::new(vectors.clone());
            let all = full_scan(&vectors, &query, 300);
            let least = all[k - 1].cosine;
            let mut expected = all;
            expected.retain(|near| near.cosine >= least);
            prop_assert_eq!(scan.reaching(&query, least, None), expected.clone());
            let filter: RoaringBitmap = (0..300).filter(|p| p % keep == 0).collect();
            expected.retain(|near| filter.contains(near.position));
            prop_assert_eq!(scan.reaching(&query, least, Some(&filter)), expected);
        }

        #[test]
        fn a_filtered_scan_equals_a_full_scan_of_what_passes(seed: u64, keep in 1u32..20) {
            let mut vectors = clustered(seed, 300);
            let query = vectors.pop().unwrap();
            let scan = ExactScan::new(vectors.clone());
            let filter: RoaringBitmap = (0..299).filter(|p| p % keep == 0).collect();
            let mut expected = full_scan(&vectors, &query, 299);
            expected.retain(|near| filter.contains(near.position));
            expected.truncate(10);
            prop_assert_eq!(scan.nearest(&query, 10, Some(&filter)), expected);
        }
    }
}
