//! How much the graph misses, compared with the exact scan, and how long each takes.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use crate::collection::Collection;
use crate::split_mix::SplitMix64;
use crate::vector::{EF, Effort, ExactScan, Graph, Neighbour};

/// How many rows a walk keeps, for each point of the curve.
const KEPT: [usize; 8] = [16, 32, 64, 128, 192, EF, 512, 1_024];

/// The results of the measurement.
#[derive(Debug, Clone)]
pub struct GraphRecall {
    /// Recall and time, from the fastest to the most thorough.
    pub curve: Vec<RecallPoint>,
    /// How many records were used as queries.
    pub queries: usize,
    /// How many records the graph contained.
    pub records: usize,
    /// How many distinct vectors they had.
    pub distinct: usize,
    /// Time to build the graph.
    pub build: Duration,
    /// Median time of an exact scan.
    pub scan_median: Duration,
}

/// One point of the curve of recall against time.
#[derive(Debug, Clone, Copy)]
pub struct RecallPoint {
    /// How many rows a walk keeps (`ef`).
    pub ef: usize,
    /// The average share of the true nearest ten in the graph's first ten.
    pub recall_at_10: f64,
    /// The same for the first hundred; `None` if a walk keeps fewer.
    pub recall_at_100: Option<f64>,
    /// Median time of a search for ten, including rescoring.
    pub median: Duration,
}

/// Takes `queries` records out, builds a graph of the rest in the same way as the collection's own,
/// and searches for the neighbours of those taken out. They are selected at random from `seed`.
pub fn graph_recall(collection: &Collection, queries: usize, seed: u64) -> GraphRecall {
    let generation = collection.generation();
    let total = generation.records();
    let held_out = draw(total, queries.min(total as usize / 2), seed);
    let (mut kept, mut asked) = (Vec::new(), Vec::new());
    for (at, position) in (0..).zip(generation.positions()) {
        if let Some(vector) = generation.vector(position) {
            let side = if held_out.contains(at) {
                &mut asked
            } else {
                &mut kept
            };
            side.push(vector);
        }
    }
    let scan = ExactScan::new(&kept);
    let start = Instant::now();
    let graph = Graph::build(scan.codes());
    let build = start.elapsed();

    let mut scan_times = Vec::new();
    let truths: Vec<Vec<Neighbour>> = asked
        .iter()
        .map(|query| {
            let start = Instant::now();
            scan.nearest(query, 10, None);
            scan_times.push(start.elapsed());
            scan.nearest(query, 100, None)
        })
        .collect();
    let curve = KEPT.map(|ef| point(&scan, &graph, ef, &asked, &truths));
    GraphRecall {
        curve: curve.to_vec(),
        queries: asked.len(),
        records: scan.len(),
        distinct: scan.codes().len(),
        build,
        scan_median: median(scan_times),
    }
}

fn point(
    scan: &ExactScan,
    graph: &Graph,
    ef: usize,
    queries: &[Cow<'_, [f32]>],
    truths: &[Vec<Neighbour>],
) -> RecallPoint {
    let effort = Effort {
        ef,
        most: usize::MAX,
        most_hidden: usize::MAX,
    };
    let search = |query: &[f32], k: usize| {
        let found = graph.nearest_and_reaching(scan, query, k, f32::INFINITY, None, effort);
        found.unwrap_or_default().nearest
    };
    let (mut at_10, mut at_100) = (0.0, 0.0);
    let mut times = Vec::new();
    for (query, truth) in queries.iter().zip(truths) {
        let start = Instant::now();
        let found = search(query, 10);
        times.push(start.elapsed());
        at_10 += overlap(truth, &found, 10);
        if ef >= 100 {
            at_100 += overlap(truth, &search(query, 100), 100);
        }
    }
    let of = queries.len().max(1) as f64;
    RecallPoint {
        ef,
        recall_at_10: at_10 / of,
        recall_at_100: (ef >= 100).then_some(at_100 / of),
        median: median(times),
    }
}

fn overlap(truth: &[Neighbour], found: &[Neighbour], k: usize) -> f64 {
    let truth = &truth[..k.min(truth.len())];
    let found = &found[..k.min(found.len())];
    let is_found = |of: &&Neighbour| found.iter().any(|near| near.position == of.position);
    truth.iter().filter(is_found).count() as f64 / truth.len().max(1) as f64
}

pub(super) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// `count` random positions below `total`: the beginning of a Fisher-Yates shuffle.
pub(super) fn draw(total: u32, count: usize, seed: u64) -> roaring::RoaringBitmap {
    let mut rng = SplitMix64::new(seed);
    let mut positions: Vec<u32> = (0..total).collect();
    for i in 0..count.min(positions.len()) {
        let rest = (positions.len() - i) as u64;
        positions.swap(i, i + rng.below(rest) as usize);
    }
    positions.into_iter().take(count).collect()
}
