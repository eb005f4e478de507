//! The cost of sorted facet columns: 1,000,000 records of twelve floats are indexed, merged and
//! queried for ranges. The values are generated, so neither data nor a model is needed.
//!
//! `cargo bench --bench facets`. Prints the time of each step, the peak memory, and the time of a
//! range, a count of all values and a sort.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use parallax::evaluation::SplitMix64;
use parallax::filter::{FacetIndex, FacetIndexBuilder, Filter, Walk, Wanted, resolve};
use parallax::record::{FacetField, FacetKind, Payload, Schema};
use roaring::RoaringBitmap;
use serde_json::{Value, json};

const RECORDS: u32 = 1_000_000;
const COLUMNS: usize = 12;
const RANGES: usize = 1_000;
const SEED: u64 = 20_261_126;

fn main() {
    let schema = Schema {
        facets: (0..COLUMNS).map(column).collect(),
        ..Schema::startups()
    };
    let mut random = SplitMix64::new(SEED);

    let start = Instant::now();
    let halves = [(); 2].map(|()| half(&schema, &mut random));
    println!(
        "{RECORDS} records of {COLUMNS} floats indexed in two halves: {:.1?}",
        start.elapsed()
    );

    let start = Instant::now();
    let places =
        [0, RECORDS / 2].map(|from| (from..from + RECORDS / 2).map(Some).collect::<Vec<_>>());
    let parts = [
        (&halves[0], places[0].as_slice()),
        (&halves[1], places[1].as_slice()),
    ];
    let index = FacetIndex::merge(&parts, &schema.facets);
    println!("merged: {:.1?}", start.elapsed());
    drop(halves);
    println!("peak memory: {} MB", peak_megabytes());

    let mut all = RoaringBitmap::new();
    all.insert_range(0..RECORDS);
    let mut times = Vec::new();
    let mut passing = 0;
    for _ in 0..RANGES {
        let (from, to) = (share(&mut random), share(&mut random));
        let range = format!(
            "c{}:{}..{}",
            random.below(COLUMNS as u64),
            from.min(to),
            from.max(to)
        );
        let filters: [Filter; 1] = [range.parse().unwrap()];
        let start = Instant::now();
        let holds = |facet: usize, wanted: &Wanted| index.holds(facet, wanted, None);
        let filter = resolve(&filters, &schema.facets, &holds).unwrap();
        passing += index.passing(&filter, &all).len();
        times.push(start.elapsed());
    }
    times.sort();
    let mean = passing / RANGES as u64;
    println!(
        "{RANGES} ranges, {mean} records each on average: median {:.2?}, longest {:.2?}",
        times[RANGES / 2],
        times[RANGES - 1]
    );
    println!(
        "all values of a column read in order: {:.2?}",
        walked(&index)
    );
}

fn column(at: usize) -> FacetField {
    FacetField {
        field: format!("c{at}"),
        kind: FacetKind::Number,
    }
}

/// A random number between 0 and 1.
fn share(random: &mut SplitMix64) -> f64 {
    random.below(1 << 53) as f64 / (1u64 << 53) as f64
}

fn half(schema: &Schema, random: &mut SplitMix64) -> FacetIndex {
    let mut builder = FacetIndexBuilder::new(schema);
    for position in 0..RECORDS / 2 {
        let value = |facet: &FacetField| (facet.field.clone(), json!(share(random)));
        let payload: Payload = schema.facets.iter().map(value).collect();
        builder.add(position, &payload);
    }
    builder.build()
}

fn walked(index: &FacetIndex) -> Duration {
    let start = Instant::now();
    let mut walk = Walk::over([index.column(0)]);
    let mut records = 0;
    while walk.step().is_some() {
        records += walk
            .positions()
            .map(|(_, having)| having.len())
            .sum::<usize>();
    }
    assert_eq!(records as u32, RECORDS);
    start.elapsed()
}

/// The peak memory of this process, as reported by Linux.
fn peak_megabytes() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    json!(kilobytes.map(|kilobytes| kilobytes / 1_000))
}
