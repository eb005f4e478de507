//! The worker's side of the benchmarks: one JSON request a line on standard input, one JSON line
//! on standard output. `worker.py` is the other side.

#![allow(dead_code)]

use std::io::BufRead;

use serde_json::Value;

/// The arguments, without the one that cargo adds.
pub fn arguments() -> Vec<String> {
    let arguments = std::env::args().skip(1);
    arguments.filter(|argument| argument != "--bench").collect()
}

/// Answers every request with what `answer` returns for its job.
pub fn worker(mut answer: impl FnMut(&str, &Value) -> Value) {
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).expect("a JSON request");
        println!("{}", answer(text(&request, "job"), &request));
    }
}

/// A text in a request.
pub fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name]
        .as_str()
        .unwrap_or_else(|| panic!("a text {name}"))
}

/// A whole number in a request.
pub fn number(request: &Value, name: &str) -> usize {
    request[name]
        .as_u64()
        .unwrap_or_else(|| panic!("a number {name}")) as usize
}

/// The texts of the file that a request names: a JSON array of strings.
pub fn texts(request: &Value) -> Vec<String> {
    let file = std::fs::read_to_string(text(request, "file")).expect("the file of texts");
    serde_json::from_str(&file).expect("a JSON array of strings")
}
