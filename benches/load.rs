//! Sends requests over HTTP and measures how long the answers take: on a few connections as fast as
//! the server answers, or at a steady rate. It uses threads and plain sockets, so that it costs the
//! server's cores little, and nothing of the engine.
//!
//! `cargo bench --workspace --bench load -- HOST:PORT PATHS_FILE CONNECTIONS SECONDS [RATE]`. The
//! file has a path with its query a line, each sent once, in order; the run ends with the last one
//! or after so many seconds. Prints the figures as one JSON line.
//!
//! At a steady rate, a request's time counts from when it was due, so that requests that wait for
//! a slow server are counted too.

// Benchmarks fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
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
        start: Instant::now(),
        seconds: Duration::from_secs_f64(seconds.parse().expect("a number of seconds")),
        rate: rate.first().map(|rate| rate.parse().expect("a rate")),
    };
    let mut taken: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| run.connection()))
            .collect();
        let joined = threads.into_iter();
        joined.flat_map(|thread| thread.join().unwrap()).collect()
    });
    let elapsed = run.start.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |share: f64| {
        let at = (taken.len() as f64 * share).ceil() as usize;
        let time = taken.get(at.saturating_sub(1).min(taken.len().saturating_sub(1)));
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    };
    println!(
        "{{\"requests\":{},\"per_second\":{:.1},\"p50_ms\":{:.4},\"p99_ms\":{:.4},\"max_ms\":{:.4}}}",
        taken.len(),
        taken.len() as f64 / elapsed,
        at(0.50),
        at(0.99),
        at(1.0),
    );
}

/// What the connections share.
struct Run<'a> {
    host: &'a str,
    paths: &'a [&'a str],
    /// The next path to send.
    next: AtomicUsize,
    start: Instant,
    seconds: Duration,
    /// Requests a second; as many as possible if `None`.
    rate: Option<f64>,
}

impl Run<'_> {
    /// Sends requests on one connection until there are no more. Returns how long each took.
    fn connection(&self) -> Vec<Duration> {
        let stream = TcpStream::connect(self.host).expect("a connection");
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::with_capacity(1 << 16, stream);
        let mut taken = Vec::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = self.paths.get(at) else {
                return taken;
            };
            let due = match self.rate {
                Some(rate) => Duration::from_secs_f64(at as f64 / rate),
                None => self.start.elapsed(),
            };
            if due >= self.seconds {
                return taken;
            }
            std::thread::sleep(due.saturating_sub(self.start.elapsed()));
            let host = self.host;
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            reader.get_mut().write_all(request.as_bytes()).unwrap();
            read_response(&mut reader, path);
            taken.push(self.start.elapsed().saturating_sub(due));
        }
    }
}

/// Reads a response to its end.
fn read_response(reader: &mut BufReader<TcpStream>, path: &str) {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a response");
    assert!(line.starts_with("HTTP/1.1 200"), "{path}: {line}");
    let (mut length, mut chunked) = (None, false);
    while header(reader, &mut line) {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse::<u64>().ok();
        }
        chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
    }
    if let Some(length) = length {
        skip(reader, length);
    } else if chunked {
        loop {
            header(reader, &mut line);
            let size = u64::from_str_radix(line.trim(), 16).expect("the size of a chunk");
            skip(reader, size + 2);
            if size == 0 {
                return;
            }
        }
    }
}

/// Reads a line; returns whether it is not empty.
fn header(reader: &mut impl BufRead, line: &mut String) -> bool {
    line.clear();
    reader.read_line(line).expect("a line");
    !line.trim_end().is_empty()
}

/// Reads bytes and drops them.
fn skip(reader: &mut impl Read, bytes: u64) {
    let copied = std::io::copy(&mut reader.take(bytes), &mut std::io::sink());
    assert_eq!(copied.expect("a body"), bytes, "the body is cut short");
}
