//! The bytes of an import: counted as they arrive, unpacked where they begin like gzip,
//! turned into UTF-8 where they are in another encoding, without a byte-order mark, and open
//! to a look ahead before they are read.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::MAX_LINE_BYTES;
use super::encoding::{self, Utf8};
use super::gzip::{self, Gunzip};
use super::notes::Notes;

/// How much is asked of the source at once.
const CHUNK: usize = 1 << 16;

/// An import's bytes: text in UTF-8, but for single bytes that are none.
pub struct Input {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// How much of the buffer was consumed.
    used: usize,
    ended: bool,
    /// Why the source gives no more; told once all that it gave before was consumed.
    failed: Option<io::Error>,
}

impl Input {
    /// Takes a stream and unpacks it; `bytes` counts what is read of it.
    pub fn packed(
        raw: impl Read + Send + 'static,
        bytes: Arc<AtomicU64>,
        notes: &Notes,
    ) -> io::Result<Self> {
        let mut input = Self::over(Counted { raw, bytes });
        if input.peek(gzip::MAGIC.len())?.starts_with(gzip::MAGIC) {
            input = Self::over(Gunzip::new(input, notes.clone()));
        }
        Ok(input)
    }

    /// The same as text in UTF-8.
    pub fn text(mut self, notes: &Notes) -> io::Result<Self> {
        let mark = encoding::mark(self.peek(encoding::LOOKED_AT)?);
        self.consume(mark.length);
        Ok(Self::over(Utf8::new(self, mark.encoding, notes.clone())))
    }

    fn over(source: impl Read + Send + 'static) -> Self {
        Self {
            source: Box::new(source),
            buffer: Vec::new(),
            used: 0,
            ended: false,
            failed: None,
        }
    }

    /// The next bytes without consuming them: at least `count`, or else all that come.
    ///
    /// # Errors
    /// The source's, where it failed before it gave any of them.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.used < count && self.read_more() {}
        if self.used == self.buffer.len()
            && let Some(error) = self.failed.take()
        {
            return Err(error);
        }
        Ok(&self.buffer[self.used..])
    }

    /// Says whether what was seen last is truly the end of the source.
    ///
    /// # Errors
    /// The source's, where it is none.
    pub fn check_end(&mut self) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
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

    /// Consumes the rest of a line, its end included, without keeping it. Gives its length.
    pub fn pass_line(&mut self) -> io::Result<u64> {
        let mut passed = 0;
        loop {
            let ahead = self.fill_buf()?;
            if ahead.is_empty() {
                return Ok(passed);
            }
            let end = ahead.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(ahead.len(), |end| end + 1);
            self.consume(used);
            passed += used as u64;
            if end.is_some() {
                return Ok(passed);
            }
        }
    }

    /// Whether there was more.
    fn read_more(&mut self) -> bool {
        if self.ended || self.failed.is_some() {
            return false;
        }
        // What was consumed goes once it is most of the buffer, so that moving the rest to
        // the front costs little for each byte.
        if self.used > self.buffer.len() / 2 {
            self.buffer.drain(..self.used);
            self.used = 0;
        }
        let start = self.buffer.len();
        self.buffer.resize(start + CHUNK, 0);
        let read = self.source.read(&mut self.buffer[start..]);
        let more = read.as_ref().map_or(0, |&more| more);
        self.buffer.truncate(start + more);
        self.ended = more == 0;
        self.failed = read.err();
        more > 0
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
