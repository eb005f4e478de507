//! The vector indexes, as a worker that `make bench` and `make bench-peers` run in turn with
//! others: it answers one JSON request a line with one JSON line.
//!
//! `cargo bench --workspace --bench nearest`, then for instance
//! `{"job":"build","vectors":"v.npy","graph":true}` and
//! `{"job":"search","queries":"q.npy","ef":100}` on standard input. Vectors are f32 `[n, width]`, of
//! unit length. Times are those of one thread.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "measure/worker.rs"]
mod worker;

use std::path::Path;
use std::time::Instant;

use parallax::npy;
use parallax::vector::{Effort, ExactScan, Graph, Neighbour};
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use worker::{arguments, text, worker};

/// How many neighbours are asked for.
const NEAREST: usize = 10;

fn main() {
    if !arguments().is_empty() {
        println!("skipped: takes requests on standard input; use `make bench`");
        return;
    }
    let mut index = None;
    worker(|job, request| match job {
        "build" => {
            let (built, reply) = build(request);
            index = Some(built);
            reply
        }
        "search" => search(index.as_ref().expect("an index"), request),
        other => panic!("unknown job {other}"),
    });
}

/// What a collection has of its vectors: the codes, and a graph where it is large.
struct Index {
    scan: ExactScan,
    graph: Option<Graph>,
}

/// Builds the index of a file's vectors, with a graph if asked. Returns the seconds that each took.
fn build(request: &Value) -> (Index, Value) {
    let vectors = npy::read(Path::new(text(request, "vectors"))).expect("the vectors");
    let start = Instant::now();
    let scan = ExactScan::new(&vectors);
    let scan_took = start.elapsed();
    let graph = (request["graph"] == true).then(|| Graph::build(scan.codes()));
    let took = start.elapsed();
    let reply = json!({"scan_seconds": scan_took.as_secs_f64(), "seconds": took.as_secs_f64()});
    (Index { scan, graph }, reply)
}

/// Searches for the ten nearest of each query of a file: by the graph with `ef`; without it by the
/// exact scan; or among every `every`th vector, by whichever of the two is cheaper. Returns the ids
/// and the mean time of a query in microseconds.
fn search(index: &Index, request: &Value) -> Value {
    let queries = npy::read(Path::new(text(request, "queries"))).expect("the queries");
    let every = request["every"].as_u64().map(|every| {
        let all = 0..index.scan.len() as u32;
        all.step_by(every as usize).collect::<RoaringBitmap>()
    });
    let effort = match (request["ef"].as_u64(), &every) {
        (Some(ef), _) => Some(Effort {
            ef: ef as usize,
            most: usize::MAX,
            most_hidden: usize::MAX,
        }),
        (None, Some(every)) => Effort::if_cheaper(&index.scan, NEAREST, every.len()),
        (None, None) => None,
    };
    let start = Instant::now();
    let found: Vec<Vec<u32>> = queries
        .iter()
        .map(|query| positions(&index.nearest(query, every.as_ref(), effort)))
        .collect();
    let mean = start.elapsed().as_secs_f64() * 1e6 / queries.len() as f64;
    json!({"us": mean, "ids": found})
}

impl Index {
    /// The ten nearest, by the graph with some effort, otherwise by the exact scan.
    fn nearest(
        &self,
        query: &[f32],
        filter: Option<&RoaringBitmap>,
        effort: Option<Effort>,
    ) -> Vec<Neighbour> {
        let walked = effort.zip(self.graph.as_ref()).and_then(|(effort, graph)| {
            graph.nearest_and_reaching(&self.scan, query, NEAREST, f32::INFINITY, filter, effort)
        });
        let walked = walked.map(|found| found.nearest);
        walked.unwrap_or_else(|| self.scan.nearest(query, NEAREST, filter))
    }
}

fn positions(near: &[Neighbour]) -> Vec<u32> {
    let nearest = near.iter().take(NEAREST);
    nearest.map(|near| near.position).collect()
}
