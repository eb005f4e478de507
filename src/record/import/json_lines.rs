//! JSON lines: an object a line. Lines end at `\n` and nowhere else: U+2028 is an ordinary
//! character inside a JSON string. Blank lines are passed over.

use std::io::{self, BufRead, Read};

use super::input::Input;
use super::object::{self, Place};
use super::{Line, MAX_LINE_BYTES, Rows};

/// The lines of an input.
pub struct JsonLines {
    input: Input,
    line: u64,
    buffer: Vec<u8>,
}

impl JsonLines {
    /// Reads from the first line on.
    pub fn new(input: Input) -> Self {
        Self {
            input,
            line: 0,
            buffer: Vec::new(),
        }
    }

    /// Reads on to the end of a line without keeping it.
    fn pass_line(&mut self) -> io::Result<()> {
        loop {
            let ahead = self.input.fill_buf()?;
            if ahead.is_empty() {
                return Ok(());
            }
            let end = ahead.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(ahead.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

impl Rows for JsonLines {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            self.buffer.clear();
            let limit = MAX_LINE_BYTES as u64 + 1;
            let read = (&mut self.input)
                .take(limit)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            let line = self.line;
            if read > MAX_LINE_BYTES && !self.buffer.ends_with(b"\n") {
                self.pass_line()?;
                let reason = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                return Ok(Some(Line::Skipped { line, reason }));
            }
            let text = self.buffer.trim_ascii();
            if text.is_empty() {
                continue;
            }
            return Ok(Some(match object::parse(text, Place { line, column: 1 }) {
                Ok(payload) => Line::Record { line, payload },
                Err(reason) => Line::Skipped { line, reason },
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::record::import::tests::{lines, records, skipped};
    use crate::record::{Line, MAX_LINE_BYTES};

    #[test]
    fn bad_lines_are_reported_by_number_and_passed_over() {
        let lines = lines(
            "a.jsonl",
            b"{\"a\":1}\n\n{\"a\":\n[1]\n{\"a\":\"\xff\"}\r\n{\"a\":2}",
        );
        assert_eq!(lines.len(), 5);
        let skipped = skipped(&lines);
        assert_eq!(skipped.iter().map(|s| s.0).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(skipped[0].1.starts_with("not JSON"), "{skipped:?}");
        assert_eq!(skipped[1].1, "not a JSON object");
        assert_eq!(skipped[2].1, "invalid UTF-8 at byte 7");
    }

    #[test]
    fn a_line_separator_inside_a_string_ends_no_line() {
        let lines = lines("a.json", "{\"a\":\"one\u{2028}two\"}\n".as_bytes());
        assert!(matches!(&lines[..], [Line::Record { line: 1, .. }]));
    }

    #[test]
    fn a_line_without_end_is_not_read_into_memory_whole() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES + 10];
        bytes.extend_from_slice(b"\n{\"a\":1}\n");
        let lines = lines("a.jsonl", &bytes);
        assert_eq!(skipped(&lines).len(), 1);
        assert_eq!(records(&lines)[0].0, 2);
    }
}
