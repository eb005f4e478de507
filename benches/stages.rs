//! How long each stage of a query takes, by mode: queries made of the collection's own records,
//! first to last, with the vectors of the queries cached, but not their rankings.
//!
//! `cargo bench --bench stages -- DATA_DIR COLLECTION [QUERIES [MODE]]`, on a copy of that data
//! folder. Prints the medians and the 99th percentiles over all queries, ten hits each, and how many
//! of them were answered through a graph. With a mode, only queries in it and without a filter are
//! asked, for profiling.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::time::Duration;

use common::query_encoder;
use parallax::evaluation::SplitMix64;
use parallax::vocabulary::Route;
use parallax::{Catalogue, Filter, Mode, Query, Timings};

const QUERIES: usize = 1_000;
/// The hits of an answer.
const HITS: usize = 10;
/// The words of a query.
const WORDS: usize = 4;
const SEED: u64 = 20_261_126;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [data, name, rest @ ..] = arguments.as_slice() else {
        println!("usage: cargo bench --bench stages -- DATA_DIR COLLECTION [QUERIES [MODE]]");
        return;
    };
    let count = rest.first().map_or(QUERIES, |count| count.parse().unwrap());
    let only: Option<Mode> = rest.get(1).map(|mode| mode.parse().unwrap());
    let catalogue = Catalogue::open(Path::new(data), query_encoder()).unwrap();
    let collection = catalogue.collection(name).unwrap();
    collection.settle();
    let generation = collection.generation();
    let positions: Vec<u32> = generation.positions().collect();
    let mut random = SplitMix64::new(SEED);
    let texts: Vec<String> = std::iter::repeat_with(|| {
        let at = positions[random.below(positions.len() as u64) as usize];
        let record = collection.numbered(generation.number(at).unwrap()).unwrap();
        let words: Vec<&str> = record.text.split_whitespace().collect();
        let start = random.below(words.len().max(1) as u64) as usize;
        let words = words.into_iter().skip(start).take(WORDS);
        words.collect::<Vec<_>>().join(" ")
    })
    .filter(|text| !text.trim().is_empty())
    .take(count)
    .collect();
    let facets = collection.facet_counts().unwrap();
    let first = facets.iter().find_map(|facet| {
        let value = facet.values.first()?;
        Some(format!("{}:{}", facet.field, value.value))
    });
    println!(
        "{count} queries of {WORDS} words, microseconds: median (99th percentile)\n\
         {:<18} {:>14} {:>14} {:>14} {:>14} {:>14} {:>14} {:>7}",
        "mode", "encode", "neural", "text", "fusion", "fetch", "total", "graph"
    );
    for filter in [None, first.filter(|_| only.is_none())] {
        let filters: Vec<Filter> = filter.iter().map(|f| f.parse().unwrap()).collect();
        for mode in Mode::ALL
            .into_iter()
            .filter(|&mode| only.is_none_or(|only| only == mode))
        {
            let query = |text: &String, limit| Query {
                mode,
                limit,
                filters: filters.clone(),
                operators: false,
                ..Query::new(text)
            };
            let ask = |text, limit| collection.search(&query(text, limit)).unwrap();
            // The first time, vectors are encoded. With another limit, because the rankings of queries
            // are kept.
            for text in &texts {
                ask(text, HITS - 1);
            }
            let mut by_graph = 0;
            let timed = texts.iter().map(|text| {
                let answer = ask(text, HITS);
                by_graph += u32::from(answer.route == Some(Route::Graph));
                answer.timings
            });
            let timings: Vec<Timings> = timed.collect();
            let of = |stage: fn(&Timings) -> Duration| {
                let mut times: Vec<u128> = timings.iter().map(|t| stage(t).as_micros()).collect();
                times.sort_unstable();
                format!(
                    "{} ({})",
                    times[times.len() / 2],
                    times[times.len() * 99 / 100]
                )
            };
            println!(
                "{:<18} {:>14} {:>14} {:>14} {:>14} {:>14} {:>14} {by_graph:>7}",
                format!(
                    "{mode}{}",
                    if filters.is_empty() { "" } else { ", filtered" }
                ),
                of(|t| t.encode),
                of(|t| t.neural),
                of(|t| t.text),
                of(|t| t.fusion),
                of(|t| t.fetch),
                of(|t| t.total),
            );
        }
    }
}
