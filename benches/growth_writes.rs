//! The cost of writing in batches: a collection that grows from nothing, compared with one import
//! of the same records, and a few thousand records that are updated again and again.
//!
//! `cargo bench --bench growth_writes -- RECORDS [UPDATES]`. The records are short sentences of
//! random words with random unit vectors, so that neither encoder nor data set is needed; the model
//! is only loaded because every collection belongs to one. Graphs are not built: one import builds
//! one graph, and a growing collection builds its graphs in the background, when it is quiet.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use common::{encoder, query_encoder};
use parallax::collection::{Build, Cores, Incoming, SourceFile, Tuning, VectorFile};
use parallax::evaluation::SplitMix64;
use parallax::record::FieldRoles;
use parallax::{Catalogue, Schema, Vector, npy};
use serde_json::{Value, json};

const BATCH: u64 = 1_000;
/// How many different records are updated.
const UPDATED: u64 = 4_000;
const TUNING: Tuning = Tuning {
    graph_min_records: u32::MAX,
    merge_min_records: 4_096,
};

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let Some(&records) = numbers.first() else {
        println!(
            "skipped: give a number of records, as in `cargo bench --bench growth_writes -- 500000`"
        );
        return;
    };
    if records > 0 {
        let import = import(records);
        println!(
            "one import of {records} records: {:.1} s",
            import.as_secs_f64()
        );
        let growth = grow(records);
        let ratio = growth.as_secs_f64() / import.as_secs_f64();
        println!(
            "growth by batches of {BATCH}: {:.1} s, {ratio:.2} times as long",
            growth.as_secs_f64()
        );
    }
    if let Some(&updates) = numbers.get(1) {
        update(updates);
    }
}

/// Words whose frequencies fall as in natural language.
fn text(random: &mut SplitMix64) -> String {
    let words = (0..12).map(|_| {
        let spread = 1 + random.below(200_000);
        format!("w{}", random.below(spread))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn record(id: u64) -> Value {
    let mut random = SplitMix64::new(id);
    json!({"id": id.to_string(), "title": format!("record {id}"), "text": text(&mut random)})
}

fn vector(id: u64) -> Vector {
    let mut random = SplitMix64::new(id ^ 0x5eed);
    let mut vector: Vector = std::array::from_fn(|_| random.below(2_001) as f32 / 1_000.0 - 1.0);
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    for x in &mut vector {
        *x /= length;
    }
    vector
}

fn incoming(id: u64, seed: u64) -> Incoming {
    let Value::Object(mut payload) = record(seed) else {
        unreachable!()
    };
    payload.insert("id".into(), id.to_string().into());
    Incoming {
        payload,
        vector: Some(vector(seed).to_vec()),
    }
}

fn options() -> FieldRoles {
    FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    }
}

fn import(records: u64) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let (file, vectors) = (folder.path().join("r.jsonl"), folder.path().join("v.npy"));
    write(&file, &vectors, records);
    let catalogue = Catalogue::open_with(&folder.path().join("data"), query_encoder(), TUNING);
    let catalogue = catalogue.unwrap();
    let start = Instant::now();
    let source = SourceFile::look(&file, &options()).unwrap();
    let build = Build {
        source: &source,
        vectors: Some(VectorFile::open(&vectors).unwrap()),
        encoder: encoder(),
        passages: false,
        cores: Cores::All,
        progress: &|_| {},
        cancelled: &AtomicBool::new(false),
    };
    let report = catalogue.build("records", build, false).unwrap();
    let took = start.elapsed();
    println!(
        "  of which reading and storing {:.1} s",
        report.records_took.as_secs_f64()
    );
    println!("  and indexing {:.1} s", report.indexes_took.as_secs_f64());
    took
}

fn write(file: &Path, out: &Path, records: u64) {
    let mut lines = BufWriter::new(fs::File::create(file).unwrap());
    for id in 0..records {
        writeln!(lines, "{}", record(id)).unwrap();
    }
    lines.flush().unwrap();
    let all: Vec<Vector> = (0..records).map(vector).collect();
    npy::write(BufWriter::new(fs::File::create(out).unwrap()), &all).unwrap();
}

fn grow(records: u64) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), TUNING).unwrap();
    let schema = Schema::named(&options()).unwrap();
    catalogue.create("records", schema, false).unwrap();
    let collection = catalogue.collection("records").unwrap();
    let (mut took, mut parts) = (Vec::new(), 0);
    let mut total = Duration::ZERO;
    for first in (0..records).step_by(BATCH as usize) {
        let batch: Vec<Incoming> = (first..records.min(first + BATCH))
            .map(|id| incoming(id, id))
            .collect();
        let start = Instant::now();
        collection.put(batch).unwrap();
        took.push(start.elapsed());
        total += start.elapsed();
        parts = parts.max(collection.generation().parts.len());
    }
    let start = Instant::now();
    collection.settle();
    println!(
        "  of which waiting for merges at the end {:.1} s",
        start.elapsed().as_secs_f64()
    );
    total += start.elapsed();
    took.sort_unstable();
    println!(
        "  a batch: p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms; at most {parts} segments",
        took[took.len() / 2].as_secs_f64() * 1e3,
        took[took.len() * 99 / 100].as_secs_f64() * 1e3,
        took[took.len() - 1].as_secs_f64() * 1e3,
    );
    total
}

fn update(updates: u64) {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), TUNING).unwrap();
    let schema = Schema::named(&options()).unwrap();
    catalogue.create("records", schema, false).unwrap();
    let collection = catalogue.collection("records").unwrap();
    let start = Instant::now();
    let mut parts = 0;
    for first in (0..updates).step_by(BATCH as usize) {
        let batch = (first..updates.min(first + BATCH)).map(|at| incoming(at % UPDATED, at));
        collection.put(batch.collect()).unwrap();
        parts = parts.max(collection.generation().parts.len());
    }
    collection.settle();
    println!(
        "{updates} updates of {UPDATED} records: {:.1} s, at most {parts} segments, {} MB on disk, \
         at most {} MB resident",
        start.elapsed().as_secs_f64(),
        collection.bytes() >> 20,
        peak_memory() >> 10,
    );
    let records = collection.generation().records();
    assert_eq!(u64::from(records), updates.min(UPDATED));
}

/// The most memory this process has used so far, in KB; 0 where that is not known.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
