//! The bytes of an import. Callers can look ahead before reading.

use std::io::{self, BufRead, Read};

use super::line::MAX_LINE_BYTES;

/// How many bytes are requested from the source at a time.
const CHUNK: usize = 1 << 16;

/// An import's bytes: UTF-8 text, except for single invalid bytes.
pub struct Input {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// How much of the buffer has been consumed.
    used: usize,
    ended: bool,
    /// Why the source failed. Reported once everything before the failure has been consumed.
    failed: Option<io::Error>,
}

impl Input {
    /// Over a stream.
    pub fn over(source: impl Read + Send + 'static) -> Self {
        Self {
            source: Box::new(source),
            buffer: Vec::new(),
            used: 0,
            ended: false,
            failed: None,
        }
    }

    /// The next bytes without consuming them: at least `count`, or all that remain if there are
    /// fewer.
    ///
    /// # Errors
    /// The source's error, if it failed before providing any of them.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.used < count && self.read_more() {}
        if self.used == self.buffer.len()
            && let Some(error) = self.failed.take()
        {
            return Err(error);
        }
        Ok(&self.buffer[self.used..])
    }

    /// Checks that the source really ended rather than failed.
    ///
    /// # Errors
    /// The source's error, if it failed.
    pub fn check_end(&mut self) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The next non-blank byte, without consuming anything.
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

    /// Skips the rest of a line, including its line break, without storing it. Returns its length.
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

    /// Returns whether more bytes arrived.
    fn read_more(&mut self) -> bool {
        if self.ended || self.failed.is_some() {
            return false;
        }
        // Consumed bytes are removed once they fill most of the buffer, so that the cost of moving
        // the rest to the front stays small per byte.
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
