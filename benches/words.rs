//! Search by words, as a worker that `make bench` and `make bench-peers` run in turn with others:
//! it answers one JSON request a line with one JSON line.
//!
//! `cargo bench --workspace --bench words -- DATA_DIR COLLECTION`, then for instance
//! `{"job":"search","file":"queries.json"}` on standard input.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "measure/worker.rs"]
mod worker;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use common::query_encoder;
use parallax::analysis::Token;
use parallax::collection::{Generation, Page};
use parallax::evaluation::SplitMix64;
use parallax::text::{Clause, Lookup, TextIndexBuilder, TextPart, TextQuery, parse, search};
use parallax::{Catalogue, Collection, Mode, Query, Record};
use serde_json::{Value, json};
use worker::{arguments, number, text, texts, worker};

/// How many hits are asked for.
const HITS: usize = 10;
/// The most words in a query.
const MAX_WORDS: usize = 6;
const SEED: u64 = 20_261_126;

fn main() {
    let arguments = arguments();
    let [data, name] = arguments.as_slice() else {
        println!("skipped: give a data folder and a collection, or use `make bench`");
        return;
    };
    let catalogue = Catalogue::open(Path::new(data), query_encoder()).expect("the data folder");
    let collection = catalogue.collection(name).expect("the collection");
    collection.settle();
    worker(|job, request| match job {
        "queries" => queries(&collection, request),
        "terms" => terms(&collection, request),
        "build" => build(&collection),
        "search" => by_words(&collection, request),
        "answer" => answers(&collection, request),
        other => panic!("unknown job {other}"),
    });
}

/// Writes queries: one to six words in a row from records chosen at random, out of their text or,
/// if that is longer, their title.
fn queries(collection: &Collection, request: &Value) -> Value {
    let mut sources = Vec::new();
    each(collection, |record| {
        // The text of some records is only an address.
        let (title, text) = (&record.title, &record.text);
        let longer = if text.len() > title.len() {
            text
        } else {
            title
        };
        sources.push(longer.clone());
    });
    let mut random = SplitMix64::new(SEED);
    let mut below = |bound: usize| random.below(bound as u64) as usize;
    let drawn = std::iter::repeat_with(|| {
        let words: Vec<&str> = sources[below(sources.len())].split_whitespace().collect();
        let wanted = (1 + below(MAX_WORDS)).min(words.len());
        let start = below(words.len() - wanted + 1);
        words[start..start + wanted].join(" ")
    });
    // Only queries that word search reads as words and nothing else, and that other engines can be
    // asked too.
    let plain = drawn.filter(|query| {
        let clauses = parse(query, |_| true);
        let is_plain = |clause: &Clause| {
            clause.field.is_none() && !clause.phrase && !clause.excluded && clause.text != "*"
        };
        clauses.iter().all(is_plain) && collection.analyzer().tokens(query).next().is_some()
    });
    let queries: Vec<String> = plain.take(number(request, "wanted")).collect();
    std::fs::write(text(request, "out"), json!(queries).to_string()).unwrap();
    json!({"queries": queries.len()})
}

/// Writes the terms of every record and of the queries of a file, for engines that are given the
/// same analysis: a line for each, with spaces between its terms, which are numbered so that no
/// other analysis changes them. A record's title occurs as often as it weighs, which gives other
/// engines the frequencies and lengths that ours computes. Returns the seconds that the analysis of
/// the records took, and the microseconds of each query's.
fn terms(collection: &Collection, request: &Value) -> Value {
    let analyzer = collection.analyzer();
    let schema = collection.schema();
    let (fields, weights) = (schema.words(), schema.word_weights());
    let mut numbers = std::collections::HashMap::<String, usize>::new();
    let mut number = |term: String| {
        let next = numbers.len();
        format!("t{}", numbers.entry(term).or_insert(next))
    };
    let mut out = BufWriter::new(File::create(text(request, "records")).unwrap());
    let mut took = std::time::Duration::ZERO;
    each(collection, |record| {
        let texts = fields.texts(&record.payload);
        let start = Instant::now();
        let read: Vec<Vec<String>> = texts
            .iter()
            .map(|text| analyzer.tokens(text).map(|token| token.term).collect())
            .collect();
        took += start.elapsed();
        let mut line = Vec::new();
        for (terms, weight) in read.into_iter().zip(&weights) {
            let terms: Vec<String> = terms.into_iter().map(&mut number).collect();
            (0..*weight).for_each(|_| line.extend(terms.iter().cloned()));
        }
        writeln!(out, "{}", line.join(" ")).unwrap();
    });
    out.flush().unwrap();
    let mut out = BufWriter::new(File::create(text(request, "queries")).unwrap());
    let mut us = Vec::new();
    for query in texts(request) {
        let start = Instant::now();
        let tokens: Vec<Token> = analyzer.tokens(&query).collect();
        us.push(start.elapsed().as_secs_f64() * 1e6);
        let mut terms: Vec<String> = Vec::new();
        for term in tokens.into_iter().map(|token| number(token.term)) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        writeln!(out, "{}", terms.join(" ")).unwrap();
    }
    out.flush().unwrap();
    json!({"seconds": took.as_secs_f64(), "us": us})
}

/// Builds an index of the words of all records. Returns the seconds it took, with the analysis.
fn build(collection: &Collection) -> Value {
    let schema = collection.schema();
    let fields = schema.words();
    let mut records = Vec::new();
    each(collection, |record| {
        records.push(fields.texts(&record.payload));
    });
    let start = Instant::now();
    let mut builder = TextIndexBuilder::new(collection.analyzer(), schema.word_weights());
    if schema.title.is_some() {
        builder = builder.with_titles();
    }
    for texts in &records {
        builder.add(texts);
    }
    let index = builder.build();
    json!({"seconds": start.elapsed().as_secs_f64(), "records": index.len()})
}

/// Ranks by words alone, from the query's text to the positions and scores of the best ten.
/// Returns the time of each query in microseconds.
fn by_words(collection: &Collection, request: &Value) -> Value {
    let generation: Arc<Generation> = collection.generation();
    let parts: Vec<TextPart<'_>> = generation.text_parts(&None);
    let times = texts(request).into_iter().map(|text| {
        let start = Instant::now();
        let clauses = parse(&text, |_| false);
        let query = TextQuery::new(
            collection.analyzer(),
            &parts,
            &clauses,
            |_| Vec::new(),
            Lookup::default(),
            &|_| false,
        );
        let found = search(&parts, &query, HITS);
        let took = start.elapsed().as_secs_f64() * 1e6;
        assert!(found.len() <= HITS);
        took
    });
    json!({"us": times.collect::<Vec<f64>>()})
}

/// Answers queries as the page and the API do, in the mode and with the hits asked for, which are read
/// and marked.
/// Returns the time of each in microseconds.
fn answers(collection: &Collection, request: &Value) -> Value {
    let mode: Mode = text(request, "mode").parse().unwrap();
    let limit = number(request, "hits");
    let times = texts(request).into_iter().map(|text| {
        let query = Query {
            mode,
            limit,
            ..Query::new(text)
        };
        let start = Instant::now();
        collection.search(&query).unwrap();
        start.elapsed().as_secs_f64() * 1e6
    });
    json!({"us": times.collect::<Vec<f64>>()})
}

/// Passes every record to a function, in order.
fn each(collection: &Collection, mut visit: impl FnMut(&Record)) {
    let mut after = None;
    loop {
        let page: Page = collection
            .page(after, parallax::query::MAX_PAGE_RECORDS)
            .unwrap();
        page.records.iter().for_each(&mut visit);
        after = page.next;
        if after.is_none() {
            return;
        }
    }
}
