//! From a source's bytes to text: they are counted as they arrive, unpacked if they begin like
//! gzip, converted to UTF-8 if they are in another encoding, and stripped of a byte-order mark.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bounds::Bounds;
use super::encoding::{self, Utf8};
use super::gzip::{self, Gunzip};
use super::input::Input;
use super::notes::Notes;

/// Takes a stream and unpacks it if needed, within bounds. `bytes` counts the bytes read from it.
pub fn packed(
    raw: impl Read + Send + 'static,
    bytes: Arc<AtomicU64>,
    notes: &Notes,
    bounds: &Bounds,
) -> io::Result<Input> {
    let mut input = Input::over(Counted {
        raw: bounds.reader(raw),
        bytes,
    });
    if input.peek(gzip::MAGIC.len())?.starts_with(gzip::MAGIC) {
        input = Input::over(Gunzip::new(input, notes.clone(), bounds.clone()));
    }
    Ok(input)
}

/// Converts an input to UTF-8.
pub fn text(mut input: Input, notes: &Notes) -> io::Result<Input> {
    let mark = encoding::mark(input.peek(encoding::LOOKED_AT)?);
    input.consume(mark.length);
    Ok(Input::over(Utf8::new(input, mark.encoding, notes.clone())))
}

/// Counts the bytes of the source, and retries interrupted reads.
struct Counted<R> {
    raw: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.raw.read(into) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => {
                    let count = read.as_ref().map_or(0, |&count| count as u64);
                    self.bytes.fetch_add(count, Ordering::Relaxed);
                    return read;
                }
            }
        }
    }
}
