//! How much the graph misses, compared with the exact scan.

use std::time::{Duration, Instant};

use super::split_mix::SplitMix64;
use crate::Vector;
use crate::collection::Collection;
use crate::vector::{ExactScan, Graph};

/// The results of the measurement.
#[derive(Debug, Clone, Copy)]
pub struct GraphRecall {
    /// The average share of the true nearest ten in the graph's first ten.
    pub recall_at_10: f64,
    /// The same for the first hundred.
    pub recall_at_100: f64,
    /// How many records were used as queries.
    pub queries: usize,
    /// How many records the graph contained.
    pub records: usize,
    /// Time to build the graph.
    pub build: Duration,
    /// Median time of a graph search, including rescoring.
    pub graph_median: Duration,
    /// Median time of an exact scan.
    pub scan_median: Duration,
}

/// Takes `queries` records out, builds a graph of the rest in the same way as the collection's own,
/// and searches for the neighbours of those taken out. They are selected at random from `seed`.
pub fn graph_recall(collection: &Collection, queries: usize, seed: u64) -> GraphRecall {
    let generation = collection.generation();
    let total = generation.records();
    let held_out = draw(total, queries.min(total as usize / 2), seed);
    let (mut kept, mut asked): (Vec<Vector>, Vec<Vector>) = (Vec::new(), Vec::new());
    for (at, position) in (0..).zip(generation.positions()) {
        if let Some(vector) = generation.vector(position) {
            let side = if held_out.contains(at) {
                &mut asked
            } else {
                &mut kept
            };
            side.push(*vector);
        }
    }
    let scan = ExactScan::new(kept);
    let start = Instant::now();
    let graph = Graph::build(scan.codes());
    let build = start.elapsed();

    let (mut at_10, mut at_100) = (0.0, 0.0);
    let (mut graph_times, mut scan_times) = (Vec::new(), Vec::new());
    for query in &asked {
        let start = Instant::now();
        let truth: Vec<u32> = positions(scan.nearest(query, 100, None));
        scan_times.push(start.elapsed());
        let start = Instant::now();
        let found: Vec<u32> = positions(scan.rescore(query, graph.candidates(query)));
        graph_times.push(start.elapsed());
        at_10 += overlap(&truth, &found, 10);
        at_100 += overlap(&truth, &found, 100);
    }
    let of = asked.len().max(1) as f64;
    GraphRecall {
        recall_at_10: at_10 / of,
        recall_at_100: at_100 / of,
        queries: asked.len(),
        records: scan.len(),
        build,
        graph_median: median(graph_times),
        scan_median: median(scan_times),
    }
}

fn positions(near: Vec<crate::vector::Neighbour>) -> Vec<u32> {
    near.into_iter().map(|near| near.position).collect()
}

fn overlap(truth: &[u32], found: &[u32], k: usize) -> f64 {
    let truth = &truth[..k.min(truth.len())];
    let found = &found[..k.min(found.len())];
    let common = truth
        .iter()
        .filter(|position| found.contains(position))
        .count();
    common as f64 / truth.len().max(1) as f64
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// `count` random positions below `total`: the beginning of a Fisher-Yates shuffle.
fn draw(total: u32, count: usize, seed: u64) -> roaring::RoaringBitmap {
    let mut rng = SplitMix64::new(seed);
    let mut positions: Vec<u32> = (0..total).collect();
    for i in 0..count.min(positions.len()) {
        let rest = (positions.len() - i) as u64;
        positions.swap(i, i + rng.below(rest) as usize);
    }
    positions.into_iter().take(count).collect()
}
