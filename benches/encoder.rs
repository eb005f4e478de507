//! The time of a query, the rate of documents, and how far the vectors are from those of f32.
//!
//! `cargo bench --bench encoder` measures with every kernel of this processor and with tract. Texts
//! are start-ups and titles of the test data (`PARALLAX_TEST_DATA`), as many as
//! `cargo bench --bench encoder -- COUNT` says, 2,000 of each by default.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::Read as _;
use std::time::Instant;

use common::{json_lines, model_dir, startup_text, test_data};
use parallax::Vector;
use parallax::encoder::pooling::dot;
use parallax::encoder::{Encoder, Kernel, Runtime};

/// A query of 8 tokens and one of 32, with `[CLS]` and `[SEP]`.
const QUERIES: [(usize, &str); 2] = [
    (8, "cheap solar power for homes"),
    (
        32,
        "a company that sells cheap solar power to homes near the coast and lets people who live \
         there share the surplus with the neighbours at night in the winter",
    ),
];

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok());
    let texts = texts(count.unwrap_or(2_000));
    let tract = Encoder::load_with(&model_dir(), Runtime::Tract).unwrap();
    let exact = measure(&tract, &texts);
    for kernel in Kernel::available().filter(|kernel| *kernel != Kernel::Portable) {
        let fused = Encoder::load_with(&model_dir(), Runtime::Fused(kernel)).unwrap();
        let vectors = measure(&fused, &texts);
        let pairs = vectors.iter().flatten().zip(exact.iter().flatten());
        let mut cosines: Vec<f32> = pairs.map(|(a, b)| dot(a, b)).collect();
        cosines.sort_by(f32::total_cmp);
        if let (Some(lowest), Some(low)) = (cosines.first(), cosines.get(cosines.len() / 100)) {
            let count = cosines.len();
            println!("  cosine to f32 over {count} texts: lowest {lowest}, first percentile {low}");
        }
    }
}

/// Prints times and rates, and returns the documents' vectors.
fn measure(encoder: &Encoder, texts: &[(&str, Vec<String>)]) -> Vec<Vec<Vector>> {
    println!("{:?}", encoder.runtime());
    for (tokens, query) in QUERIES {
        let time = || {
            let start = Instant::now();
            std::hint::black_box(encoder.encode(query).unwrap());
            start.elapsed().as_secs_f64() * 1e3
        };
        let _ = (0..50).map(|_| time()).sum::<f64>();
        let mut times: Vec<f64> = (0..301).map(|_| time()).collect();
        times.sort_by(f64::total_cmp);
        println!(
            "  query of {tokens} tokens: {:.3} ms",
            times[times.len() / 2]
        );
    }
    let rates = texts.iter().map(|(name, texts)| {
        let start = Instant::now();
        let vectors = encoder.encode_all(texts, |_| {}).unwrap();
        let rate = texts.len() as f64 / start.elapsed().as_secs_f64();
        println!("  {name}: {rate:.0}/s");
        vectors
    });
    rates.collect()
}

/// `count` texts of each kind, spread over their files.
fn texts(count: usize) -> Vec<(&'static str, Vec<String>)> {
    let Some(data) = test_data() else {
        return vec![];
    };
    let spread = |texts: Vec<String>| {
        let step = (texts.len() / count).max(1);
        texts.into_iter().step_by(step).take(count).collect()
    };
    let startups = json_lines(&data.join("startups/startups_demo.json"));
    let startups = startups.iter().map(startup_text).collect();
    let file = std::fs::File::open(data.join("scale/reddit_titles_500k.jsonl.gz")).unwrap();
    let mut lines = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut lines)
        .unwrap();
    let title = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["title"].as_str().unwrap().to_owned()
    };
    let titles = lines.lines().map(title).collect();
    vec![("start-ups", spread(startups)), ("titles", spread(titles))]
}
