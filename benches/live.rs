//! Queries during writes: latency with and without a writer, and whether any answer contains a
//! deleted record.
//!
//! `cargo bench --bench live -- DATA_DIR COLLECTION`, on a copy of that data folder. The model is
//! loaded from where `parallax model` installs it.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::query_encoder;
use parallax::collection::Incoming;
use parallax::{Catalogue, Collection, Mode, Query};

/// Records changed per second: each is written again, which deletes its old version.
const WRITES: u64 = 50;
/// Records per write.
const BATCH: u64 = 5;
/// Queries per second; every tenth is by meaning.
const QUERIES: u64 = 100;
const QUIET: Duration = Duration::from_secs(30);
const BUSY: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [data, name] = arguments.as_slice() else {
        println!(
            "skipped: give a data folder and a collection, as in `cargo bench --bench live -- data startups`"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    copy(&PathBuf::from(data), folder.path());
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    let collection = catalogue.collection(name).unwrap();
    collection.settle();
    let records = collection.generation().records();
    let queries: Vec<String> = (0..500u64)
        .filter_map(|at| {
            let number = (at * 2_654_435_761) % u64::from(records);
            let title = collection.record(&number.to_string()).ok()?.title;
            let words: Vec<&str> = title.split_whitespace().take(3).collect();
            (!words.is_empty()).then(|| words.join(" "))
        })
        .collect();

    let gone = Mutex::new(HashSet::new());
    let before = ask(&collection, &queries, QUIET, &gone);
    let stop = AtomicBool::new(false);
    let written = AtomicU64::new(0);
    let during = std::thread::scope(|scope| {
        scope.spawn(|| write(&collection, &stop, &written, &gone));
        let during = ask(&collection, &queries, BUSY, &gone);
        stop.store(true, Ordering::Relaxed);
        during
    });
    let rate = written.load(Ordering::Relaxed) as f64 / BUSY.as_secs_f64();
    println!(
        "{records} records; {rate:.1} of them changed a second, encoded; {QUERIES} queries a second"
    );
    for (name, times) in [("without", &before), ("with", &during)] {
        println!(
            "text queries {name} the writer: p50 {:.2} ms, p99 {:.2} ms, of {}",
            percentile(times, 0.50),
            percentile(times, 0.99),
            times.len()
        );
    }
    let ratio = percentile(&during, 0.99) / percentile(&before, 0.99);
    println!("p99 with / without {ratio:.2}; no error, no deleted record among the hits");
    collection.settle();
}

/// Sends queries at a steady rate, and returns the times of the text queries in milliseconds.
fn ask(
    collection: &Collection,
    queries: &[String],
    during: Duration,
    gone: &Mutex<HashSet<u64>>,
) -> Vec<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    for at in 0u32.. {
        let due = Duration::from_secs_f64(f64::from(at) / QUERIES as f64);
        if due >= during {
            break;
        }
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        let mode = if at % 10 == 9 {
            Mode::Neural
        } else {
            Mode::Text
        };
        let query = Query {
            mode,
            ..Query::new(&queries[at as usize % queries.len()])
        };
        let gone_before = gone.lock().unwrap().clone();
        let asked = Instant::now();
        let answer = collection.search(&query).unwrap();
        if mode == Mode::Text {
            times.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        for hit in answer.hits {
            assert!(
                !gone_before.contains(&hit.record.number.0),
                "a deleted record was found"
            );
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

/// Changes records at a steady rate until told to stop.
fn write(
    collection: &Collection,
    stop: &AtomicBool,
    written: &AtomicU64,
    gone: &Mutex<HashSet<u64>>,
) {
    let start = Instant::now();
    let records = collection.generation().records();
    for at in 0u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let due = Duration::from_secs_f64((at * BATCH) as f64 / WRITES as f64);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        let ids: Vec<u32> = (0..BATCH)
            .map(|i| ((at * BATCH + i) * 7_919 % u64::from(records)) as u32)
            .collect();
        let old: Vec<_> = ids
            .iter()
            .filter_map(|id| collection.record(&id.to_string()).ok())
            .collect();
        let changed = old.iter().map(|record| Incoming {
            payload: record.payload.clone(),
            vector: None,
        });
        collection.put(changed.collect()).unwrap();
        collection
            .delete(old.iter().map(|record| record.id.clone()).collect())
            .unwrap();
        gone.lock()
            .unwrap()
            .extend(old.iter().map(|record| record.number.0));
        written.fetch_add(old.len() as u64, Ordering::Relaxed);
    }
}

fn percentile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted[at.min(sorted.len() - 1)]
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
