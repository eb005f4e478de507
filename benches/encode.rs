//! The encoder, as a worker that `make bench` and `make bench-peers` run in turn with others: it
//! answers one JSON request a line with one JSON line.
//!
//! `cargo bench --workspace --bench encode -- MODEL_FOLDER`, then for instance
//! `{"job":"queries","file":"queries.json","rounds":4}` on standard input. Texts are a JSON array
//! of strings.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "measure/worker.rs"]
mod worker;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use parallax::{Encoder, npy};
use serde_json::{Value, json};
use tokenizers::Tokenizer;
use worker::{arguments, number, text, texts, worker};

fn main() {
    let arguments = arguments();
    let [model] = arguments.as_slice() else {
        println!("skipped: give the model's folder, or use `make bench`");
        return;
    };
    let model = Path::new(model);
    let encoder = Encoder::load(model).expect("the model");
    worker(|job, request| match job {
        "queries" => queries(&encoder, request),
        "documents" => documents(&encoder, request),
        "vectors" => vectors(&encoder, request),
        "cut" => cut(model, request),
        other => panic!("unknown job {other}"),
    });
}

/// Encodes texts one by one, as queries are. Returns the time of each in microseconds.
fn queries(encoder: &Encoder, request: &Value) -> Value {
    let texts = texts(request);
    let times = (0..number(request, "rounds"))
        .flat_map(|_| &texts)
        .map(|text| {
            let start = Instant::now();
            encoder.encode(text).unwrap();
            start.elapsed().as_secs_f64() * 1e6
        });
    json!({"us": times.collect::<Vec<f64>>()})
}

/// Encodes texts together, as an import does. Returns the seconds it took.
fn documents(encoder: &Encoder, request: &Value) -> Value {
    let texts = texts(request);
    let start = Instant::now();
    encoder.encode_all(&texts, |_| {}).unwrap();
    json!({"seconds": start.elapsed().as_secs_f64()})
}

/// Writes the vectors of texts.
fn vectors(encoder: &Encoder, request: &Value) -> Value {
    let vectors = encoder.encode_all(&texts(request), |_| {}).unwrap();
    let file = BufWriter::new(File::create(text(request, "out")).unwrap());
    npy::write(file, &vectors).unwrap();
    json!({"vectors": vectors.len()})
}

/// Cuts texts to a number of tokens, including the special ones. Writes as many as wanted of those
/// that have exactly this number when they are read again: a word cut in two may be read as other
/// pieces than before.
fn cut(model: &Path, request: &Value) -> Value {
    let mut tokenizer = Tokenizer::from_file(model.join("tokenizer.json")).unwrap();
    tokenizer.with_truncation(None).unwrap();
    tokenizer.with_padding(None);
    let tokens = number(request, "tokens");
    let count = |text: &str| tokenizer.encode(text, true).unwrap().len();
    let texts = texts(request);
    let cut = texts.iter().filter_map(|text| {
        let read = tokenizer.encode(text.as_str(), false).unwrap();
        let (_, end) = *read.get_offsets().get(tokens - 3)?;
        let text = text.get(..end)?;
        (count(text) == tokens).then(|| text.to_owned())
    });
    let cut: Vec<String> = cut.take(number(request, "wanted")).collect();
    std::fs::write(text(request, "out"), json!(cut).to_string()).unwrap();
    json!({"texts": cut.len()})
}
