//! Sends requests over HTTP and measures how long the answers take: on a few connections as fast as
//! the server answers, or at a steady rate. It uses threads and plain sockets, so that it costs the
//! server's cores little, and nothing of the engine.
//!
//! `cargo bench --workspace --bench load -- HOST:PORT PATHS_FILE CONNECTIONS SECONDS [RATE]`. The
//! file has a path with its query a line, each sent once, in order; the run ends with the last one
//! or after so many seconds. Prints the figures as one JSON line.
//!
//! At a steady rate, a request's time counts from when it was due, so that requests that wait for
//! a slow server are counted too. Answers with status 503 are counted apart, as refused.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let arguments = std::env::args().skip(1);
    let arguments: Vec<String> = arguments.filter(|argument| argument != "--bench").collect();
    let [host, file, connections, seconds, rate @ ..] = arguments.as_slice() else {
        println!("skipped: give HOST:PORT PATHS CONNECTIONS SECONDS [RATE], or use `make bench`");
        return;
    };
    let paths = std::fs::read_to_string(file).expect("the file of paths");
    let paths: Vec<&str> = paths.lines().collect();
    let connections: usize = connections.parse().expect("a number of connections");
    let run = Run {
        host,
        paths: &paths,
        next: AtomicUsize::new(0),
        found: Mutex::default(),
        start: Instant::now(),
        seconds: Duration::from_secs_f64(seconds.parse().expect("a number of seconds")),
        rate: rate.first().map(|rate| rate.parse().expect("a rate")),
    };
    std::thread::scope(|scope| {
        for _ in 0..connections {
            // Hundreds of them need little memory.
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            thread.spawn_scoped(scope, || run.connection()).unwrap();
        }
    });
    let elapsed = run.start.elapsed().as_secs_f64();
    let mut found = run.found.into_inner().unwrap();
    found.taken.sort_unstable();
    found.refused.sort_unstable();
    println!(
        "{{\"requests\":{},\"per_second\":{:.1},\"p50_ms\":{:.4},\"p99_ms\":{:.4},\"max_ms\":{:.4},\
         \"fell_back\":{},\"refused\":{},\"refused_p50_ms\":{:.4}}}",
        found.taken.len(),
        found.taken.len() as f64 / elapsed,
        at(&found.taken, 0.50),
        at(&found.taken, 0.99),
        at(&found.taken, 1.0),
        found.fell_back,
        found.refused.len(),
        at(&found.refused, 0.50),
    );
}

/// A quantile of sorted times, in milliseconds; 0 if there are none.
fn at(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    let time = sorted.get(at.saturating_sub(1));
    time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// How long requests took.
#[derive(Default)]
struct Found {
    /// Those that were answered.
    taken: Vec<Duration>,
    /// Those that were refused.
    refused: Vec<Duration>,
    /// How many were answered in another mode than asked for.
    fell_back: usize,
}

/// What the connections share.
struct Run<'a> {
    host: &'a str,
    paths: &'a [&'a str],
    /// The next path to send.
    next: AtomicUsize,
    found: Mutex<Found>,
    start: Instant,
    seconds: Duration,
    /// Requests a second; as many as possible if `None`.
    rate: Option<f64>,
}

impl Run<'_> {
    /// Sends requests on one connection until there are no more.
    fn connection(&self) {
        let stream = TcpStream::connect(self.host).expect("a connection");
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::with_capacity(1 << 16, stream);
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = self.paths.get(at) else {
                return;
            };
            let due = match self.rate {
                Some(rate) => Duration::from_secs_f64(at as f64 / rate),
                None => self.start.elapsed(),
            };
            if due >= self.seconds {
                return;
            }
            std::thread::sleep(due.saturating_sub(self.start.elapsed()));
            let host = self.host;
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            reader.get_mut().write_all(request.as_bytes()).unwrap();
            let (refused, fell_back) = read_response(&mut reader, path);
            let time = self.start.elapsed().saturating_sub(due);
            let mut found = self.found.lock().unwrap();
            let times = match refused {
                true => &mut found.refused,
                false => &mut found.taken,
            };
            times.push(time);
            found.fell_back += usize::from(fell_back);
        }
    }
}

/// Reads a response to its end. Returns whether it is a refusal, and whether it is the answer of
/// another mode than the one asked for.
fn read_response(reader: &mut BufReader<TcpStream>, path: &str) -> (bool, bool) {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a response");
    let refused = line.starts_with("HTTP/1.1 503");
    assert!(
        refused || line.starts_with("HTTP/1.1 200"),
        "{path}: {line}"
    );
    let mut body = Vec::new();
    let (mut length, mut chunked) = (None, false);
    while header(reader, &mut line) {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse::<u64>().ok();
        }
        chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
    }
    if let Some(length) = length {
        read(reader, length, &mut body);
    } else if chunked {
        loop {
            header(reader, &mut line);
            let size = u64::from_str_radix(line.trim(), 16).expect("the size of a chunk");
            read(reader, size, &mut body);
            header(reader, &mut line);
            if size == 0 {
                break;
            }
        }
    }
    // It comes after the hits.
    let end = &body[body.len().saturating_sub(1_000)..];
    let name = b"\"fallback\":";
    let fell_back = end.windows(name.len()).any(|part| part == name);
    (refused, fell_back)
}

/// Reads a line; returns whether it is not empty.
fn header(reader: &mut impl BufRead, line: &mut String) -> bool {
    line.clear();
    reader.read_line(line).expect("a line");
    !line.trim_end().is_empty()
}

/// Reads bytes.
fn read(reader: &mut impl Read, bytes: u64, body: &mut Vec<u8>) {
    let read = reader.take(bytes).read_to_end(body).expect("a body");
    assert_eq!(read as u64, bytes, "the body is cut short");
}
