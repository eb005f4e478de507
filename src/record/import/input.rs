//! The bytes of an import: counted as they arrive, unpacked where they begin like gzip,
//! without a byte-order mark, and open to a look ahead before they are read.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::MAX_LINE_BYTES;

/// How much is asked of the source at once.
const CHUNK: usize = 1 << 16;

/// An import's unpacked bytes.
pub struct Input {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// How much of the buffer was consumed.
    used: usize,
}

impl Input {
    /// Takes a stream; `bytes` counts what is read of it.
    pub fn new(raw: impl Read + Send + 'static, bytes: Arc<AtomicU64>) -> io::Result<Self> {
        let mut input = Self::over(Counted { raw, bytes });
        if input.peek(2)?.starts_with(&[0x1f, 0x8b]) {
            input = Self::over(Unpacked(MultiGzDecoder::new(input)));
        }
        if input.peek(3)?.starts_with(b"\xef\xbb\xbf") {
            input.consume(3);
        }
        Ok(input)
    }

    fn over(source: impl Read + Send + 'static) -> Self {
        Self {
            source: Box::new(source),
            buffer: Vec::new(),
            used: 0,
        }
    }

    /// The next bytes without consuming them: at least `count`, or else all there are.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.used < count && self.read_more()? > 0 {}
        Ok(&self.buffer[self.used..])
    }

    /// The next byte that is not blank, without consuming anything.
    pub fn first_byte(&mut self) -> io::Result<Option<u8>> {
        let mut seen = 0;
        while seen < MAX_LINE_BYTES {
            let ahead = self.peek(seen + 1)?;
            let mut unseen = ahead.iter().skip(seen);
            if let Some(&byte) = unseen.find(|byte| !byte.is_ascii_whitespace()) {
                return Ok(Some(byte));
            }
            if ahead.len() <= seen {
                return Ok(None);
            }
            seen = ahead.len();
        }
        Ok(None)
    }

    fn read_more(&mut self) -> io::Result<usize> {
        if self.used == self.buffer.len() {
            self.buffer.clear();
            self.used = 0;
        }
        let start = self.buffer.len();
        self.buffer.resize(start + CHUNK, 0);
        let read = self.source.read(&mut self.buffer[start..]);
        let more = read.as_ref().map_or(0, |&more| more);
        self.buffer.truncate(start + more);
        read
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, count: usize) {
        self.used = self.buffer.len().min(self.used + count);
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

/// The source, counted; an interrupted read is tried again.
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

/// What gzip packed, with errors that say what is wrong.
struct Unpacked(MultiGzDecoder<Input>);

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => io::Error::new(
                ErrorKind::UnexpectedEof,
                "the gzip data ends too early: the file is cut",
            ),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => io::Error::new(
                ErrorKind::InvalidData,
                format!("the gzip data is damaged ({error}); make or fetch the file again"),
            ),
            _ => error,
        })
    }
}
