//! Compares our BM25 with bm25s, a well-known implementation in Python. Writes the analysed terms
//! of a benchmark's records and queries, with our first hundred hits for each query, for
//! `check_bm25s.py` to compare.
//!
//! `make quality-check`, or `cargo bench --bench bm25s -- BEIR_FOLDER OUT.json`.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::HashMap;
use std::path::Path;

use parallax::text::{Alternative, B, K1, TextIndexBuilder, TextPart, TextQuery, Word, search};
use parallax::{Analyzer, Language};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [folder, out] = arguments.as_slice() else {
        println!(
            "skipped: give a benchmark's folder and a file to write, or use `make quality-check`"
        );
        return;
    };
    let read = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(Path::new(folder).join(name)).expect(name);
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let records: Vec<[String; 2]> = read("corpus.jsonl")
        .iter()
        .map(|record| [text(record, "title"), text(record, "text")])
        .collect();
    // Only the formula is compared. Terms are replaced by numbers, so that none of them has several
    // readings, as words can have.
    let analyzer = Analyzer::default();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut terms = |text: &str| -> Vec<String> {
        let tokens = analyzer.tokens(text).map(|token| {
            let next = numbers.len();
            format!("t{}", numbers.entry(token.term).or_insert(next))
        });
        tokens.collect()
    };
    let records: Vec<Vec<String>> = records
        .iter()
        .map(|texts| texts.iter().flat_map(|text| terms(text)).collect())
        .collect();
    let mut builder = TextIndexBuilder::new(&Analyzer::new(Language::None), vec![1]);
    for record in &records {
        builder.add(&[record.join(" ")]);
    }
    let index = builder.build();
    let parts = [TextPart {
        index: &index,
        live: None,
        terms: index.lengths().iter().copied().map(u64::from).sum(),
        passing: None,
        offset: 0,
        corpus: None,
    }];
    let queries = read("queries.jsonl").into_iter().map(|query| {
        let asked = terms(&text(&query, "text"));
        let words = asked.iter().map(|term| Word {
            is_title: false,
            text: term.clone(),
            repeats: 1,
            terms: vec![Alternative::typed(term.clone(), 1.0)],
        });
        let words = TextQuery {
            words: words.collect(),
            ..TextQuery::default()
        };
        let found = search(&parts, &words, 100);
        let hits: Vec<Value> = found
            .iter()
            .map(|hit| json!([hit.position, hit.score]))
            .collect();
        json!({"terms": asked, "hits": hits})
    });
    let queries: Vec<Value> = queries.collect();
    let written = json!({
        "k1": K1,
        "b": B,
        "records": records,
        "queries": queries,
    });
    std::fs::write(out, written.to_string()).expect("the file to write");
}
