//! Whether pruning changes the results: random queries, answered by `text::search` and by scoring
//! every matching record, over a whole collection.
//!
//! `cargo bench --bench pruning -- DATA_DIR COLLECTION [QUERIES]`, on a copy of that data folder.
//! Prints the share of queries for which both results are identical to the bit, and the time of
//! each.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::query_encoder;
use parallax::Catalogue;
use parallax::evaluation::SplitMix64;
use parallax::text::{Lookup, TextQuery, exhaustive, parse, search};

/// The number of hits requested, in turn.
const DEPTHS: [usize; 3] = [10, 100, 1];
const QUERIES: usize = 10_000;
const SEED: u64 = 20_261_121;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let (data, name, queries) = match arguments.as_slice() {
        [data, name] => (data, name, QUERIES),
        [data, name, queries] => (data, name, queries.parse().expect("a number of queries")),
        _ => {
            println!(
                "skipped: give a data folder and a collection, as in `cargo bench --bench pruning -- data startups`"
            );
            return;
        }
    };
    let catalogue = Catalogue::open(Path::new(data), query_encoder()).expect("the data folder");
    let collection = catalogue.collection(name).expect("the collection");
    let generation = collection.generation();
    let parts = generation.text_parts(&None);

    // A third of the query words are drawn from all words, the others from the most common ones.
    let vocabulary: Vec<String> = parts
        .iter()
        .flat_map(|part| part.index.words().texts().all())
        .collect();
    let mut common: Vec<(u32, String)> = parts
        .iter()
        .flat_map(|part| {
            let terms = part.index.terms().into_iter();
            terms.map(|term| (part.index.holding(part.index.term(&term).unwrap()), term))
        })
        .collect();
    common.sort_unstable_by(|a, b| b.cmp(a));
    common.truncate(2_000);

    let mut random = SplitMix64::new(SEED);
    let (mut same, mut pruned, mut all) = (0, Vec::new(), Vec::new());
    for at in 0..queries {
        let mut below = |end: usize| random.below(end as u64) as usize;
        let words = 1 + below(6);
        let words: Vec<&str> = (0..words)
            .map(|_| match below(3) {
                0 => vocabulary[below(vocabulary.len())].as_str(),
                _ => common[below(common.len())].1.as_str(),
            })
            .collect();
        let clauses = parse(&words.join(" "), |_| false);
        let query = TextQuery::new(
            collection.analyzer(),
            &parts,
            &clauses,
            |_| Vec::new(),
            Lookup::default(),
            &|_| false,
        );
        let depth = DEPTHS[at % DEPTHS.len()];
        let start = Instant::now();
        let found = search(&parts, &query, depth);
        pruned.push(start.elapsed());
        let start = Instant::now();
        let mut oracle = exhaustive(&parts, &query);
        all.push(start.elapsed());
        oracle.truncate(depth);
        if found == oracle {
            same += 1;
        } else {
            println!("differs: {words:?}, {depth} hits");
        }
    }
    println!(
        "{name}: {same} of {queries} random queries (seed {SEED}) equal to scoring every record"
    );
    println!("pruned     {}", spread(pruned));
    println!("exhaustive {}", spread(all));
    assert_eq!(same, queries);
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("p50 {:.3} ms, p99 {:.3} ms", at(0.5), at(0.99))
}
