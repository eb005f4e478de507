//! How much the graph misses: its answers against the exact scan's.

use std::time::{Duration, Instant};

use super::split_mix::SplitMix64;
use crate::Vector;
use crate::collection::Collection;
use crate::vector::{ExactScan, Graph};

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct GraphRecall {
    /// Which part of the true nearest ten the graph's first ten hold, averaged.
    pub recall_at_10: f64,
    /// The same for the first hundred.
    pub recall_at_100: f64,
    /// How many records were asked as queries.
    pub queries: usize,
    /// How many the graph held.
    pub records: usize,
    /// Building the graph.
    pub build: Duration,
    /// Median time of a search through the graph, rescoring included.
    pub graph_median: Duration,
    /// Median time of an exact scan.
    pub scan_median: Duration,
}

/// Takes `queries` records out, builds a graph of the rest as the collection's own is built,
/// and asks for the neighbours of those taken out. Which ones is drawn from `seed`.
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

/// `count` of the positions below `total`: a Fisher-Yates shuffle's beginning.
fn draw(total: u32, count: usize, seed: u64) -> roaring::RoaringBitmap {
    let mut rng = SplitMix64::new(seed);
    let mut positions: Vec<u32> = (0..total).collect();
    for i in 0..count.min(positions.len()) {
        let rest = (positions.len() - i) as u64;
        positions.swap(i, i + rng.below(rest) as usize);
    }
    positions.into_iter().take(count).collect()
}
