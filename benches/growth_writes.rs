//! The cost of writing in batches: a collection that grows from nothing, compared with one import
//! of the same records, and then updates of its records.
//!
//! `cargo bench --bench growth_writes -- RECORDS [UPDATES]`. With 0 records, a few thousand are
//! updated again and again instead. The records are short sentences of random words with random
//! unit vectors, so that neither encoder nor data set is needed; the model is only loaded because
//! every collection belongs to one. Graphs are not built: one import builds one graph, and a
//! growing collection builds its graphs in the background, when it is quiet.

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
use parallax::{Catalogue, Collection, Schema, Vector, npy};
use serde_json::{Value, json};

const BATCH: u64 = 1_000;
/// How many different records are updated if none are imported.
const FEW: u64 = 4_000;
/// Updates take records in steps of this prime number, so that they are spread over all of them.
const STEP: u64 = 7_919;
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
    let updates = numbers.get(1).copied().unwrap_or(0);
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), TUNING).unwrap();
    let schema = Schema::named(&options()).unwrap();
    catalogue.create("records", schema, false).unwrap();
    let collection = catalogue.collection("records").unwrap();
    if records > 0 {
        let import = import(records).as_secs_f64();
        println!("one import of {records} records: {import:.1} s");
        let growth = put_all(&collection, records, |at| incoming(at, at));
        println!(
            "growth to {records} records by batches of {BATCH}: {growth:.1} s, {:.2} times as long",
            growth / import
        );
    }
    if updates > 0 {
        let of = if records > 0 { records } else { FEW };
        let took = put_all(&collection, updates, |at| {
            incoming(at * STEP % of, records + at)
        });
        println!("{updates} updates of {of} records by batches of {BATCH}: {took:.1} s");
        let last = (updates - 1) * STEP % of;
        let title = collection.record(&last.to_string()).unwrap().title;
        assert_eq!(title, format!("record {}", records + updates - 1));
        assert_eq!(
            u64::from(collection.generation().records()),
            updates.min(of).max(records)
        );
    }
    println!(
        "{} MB on disk, at most {} MB resident",
        collection.bytes() >> 20,
        peak_memory() >> 10
    );
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
    let component = |_| random.below(2_001) as f32 / 1_000.0 - 1.0;
    let mut vector: Vector = (0..384).map(component).collect();
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

/// Puts so many records into a collection batch by batch, and waits for its merges. Returns the
/// seconds it took, without those for making up the records.
fn put_all(collection: &Collection, records: u64, record: impl Fn(u64) -> Incoming) -> f64 {
    let (mut took, mut parts) = (Vec::new(), 0);
    for first in (0..records).step_by(BATCH as usize) {
        let end = records.min(first + BATCH);
        let batch: Vec<Incoming> = (first..end).map(&record).collect();
        let start = Instant::now();
        collection.put(batch).unwrap();
        took.push(start.elapsed().as_secs_f64());
        parts = parts.max(collection.generation().parts.len());
    }
    let start = Instant::now();
    collection.settle();
    let waited = start.elapsed().as_secs_f64();
    let total = took.iter().sum::<f64>() + waited;
    took.sort_by(f64::total_cmp);
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)] * 1e3;
    println!(
        "  a batch: p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms; at most {parts} segments; \
         waiting for merges at the end {waited:.1} s",
        at(50),
        at(99),
        at(100)
    );
    total
}

/// The most memory this process has used so far, in KB; 0 where that is not known.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
