//! Reads JSON objects one after another: usually one per line, but also pretty-printed over several
//! lines or several on one line. A line that is not JSON is skipped. Lines end only at `\n`: U+2028
//! is an ordinary character in a JSON string.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::brackets::length_of_value;
use super::exact::exact;
use super::input::Input;
use super::line::{Line, MAX_LINE_BYTES, Rows};
use super::notes::Notes;
use super::object::{self, Place};

/// The objects of an input.
pub struct JsonValues {
    input: Input,
    /// The position of the next byte.
    at: Place,
    notes: Notes,
    read_in_vain: usize,
}

/// How many bytes may be read repeatedly without result after incomplete records. Beyond that,
/// every record must end on its own line.
const MAX_READ_IN_VAIN: usize = 16 * MAX_LINE_BYTES;

/// The extent of the next item.
enum Extent {
    /// A value of this many bytes.
    Value(usize),
    /// A line without a value, of this many bytes including its line break.
    Line(usize),
    /// An invalid value that spans several lines, with the reason.
    Lines(String),
    /// A line that is too long.
    TooLong,
}

impl JsonValues {
    /// Reads from the first byte.
    pub fn new(input: Input, notes: Notes) -> Self {
        Self {
            input,
            at: Place { line: 1, column: 1 },
            notes,
            read_in_vain: 0,
        }
    }

    /// Finds the end of the value that begins here.
    fn extent(&mut self) -> io::Result<Extent> {
        let mut wanted = 1;
        // How many bytes were already checked and form the beginning of a value.
        let mut checked = 0;
        loop {
            let ahead = self.input.peek(wanted)?;
            let whole = ahead.len() < wanted;
            let ahead = &ahead[..ahead.len().min(MAX_LINE_BYTES)];
            let seen = ahead.len();
            let full = seen == MAX_LINE_BYTES;
            let line = ahead.iter().position(|&byte| byte == b'\n');
            let is_nested = matches!(ahead.first(), Some(b'{' | b'['));
            // Usually a value is on one line.
            let first = line.map_or(ahead, |end| &ahead[..end]);
            if is_nested && let Some(length) = length_of_value(first) {
                return Ok(Extent::Value(length));
            }
            match line {
                None if whole => return Ok(Extent::Line(ahead.len())),
                None if full => return Ok(Extent::TooLong),
                None => {}
                Some(end) if !is_nested || self.read_in_vain > MAX_READ_IN_VAIN => {
                    return Ok(Extent::Line(end + 1));
                }
                Some(end) if ahead.len() > 2 * checked || whole || full => {
                    let reason = match beginning(ahead, whole, self.at) {
                        Beginning::Value(length) => return Ok(Extent::Value(length)),
                        Beginning::Wrong { in_first: true, .. } => {
                            return Ok(Extent::Line(end + 1));
                        }
                        Beginning::Wrong { reason, .. } => Some(reason),
                        Beginning::Open if whole => {
                            Some("not JSON: the file ends within this record".into())
                        }
                        Beginning::Open if full => {
                            Some(format!("the record is longer than {MAX_LINE_BYTES} bytes"))
                        }
                        Beginning::Open => None,
                    };
                    checked = ahead.len();
                    if let Some(reason) = reason {
                        self.read_in_vain += checked;
                        if whole {
                            self.input.check_end()?;
                        }
                        return Ok(Extent::Lines(reason));
                    }
                }
                Some(_) => {}
            }
            wanted = MAX_LINE_BYTES.min(2 * seen.max(wanted)) + 1;
        }
    }

    /// Consumes the given bytes and updates the position.
    fn pass(&mut self, length: usize) -> io::Result<()> {
        let ahead = self.input.peek(length)?;
        for &byte in ahead.iter().take(length) {
            self.at.pass(byte);
        }
        self.input.consume(length);
        Ok(())
    }

    fn pass_line(&mut self) -> io::Result<()> {
        self.input.pass_line()?;
        self.at.pass(b'\n');
        Ok(())
    }

    /// Skips blanks between values, commas left over from a list, and the separators of RFC 7464.
    /// Returns whether a value follows.
    fn pass_blanks(&mut self) -> io::Result<bool> {
        loop {
            let ahead = self.input.fill_buf()?;
            if ahead.is_empty() {
                return Ok(false);
            }
            let parts = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | 0x1e);
            let blanks = ahead.iter().take_while(|&&byte| parts(byte)).count();
            if blanks == 0 {
                return Ok(true);
            }
            self.pass(blanks)?;
        }
    }

    /// Skips the lines of an invalid value, up to one that begins another value.
    fn pass_lines(&mut self) -> io::Result<()> {
        loop {
            self.pass_line()?;
            if matches!(self.input.fill_buf()?.first(), None | Some(b'{' | b'[')) {
                return Ok(());
            }
        }
    }
}

impl Rows for JsonValues {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if !self.pass_blanks()? {
            return Ok(None);
        }
        let start = self.at;
        let parsed = match self.extent()? {
            Extent::Value(length) | Extent::Line(length) => {
                let ahead = self.input.peek(length)?;
                let text = ahead[..length.min(ahead.len())].trim_ascii();
                let parsed = object::parse(text, start, &self.notes);
                if parsed.is_err() && ahead.len() <= length {
                    // If it ends in the middle, the source may have failed.
                    self.input.check_end()?;
                }
                self.pass(length)?;
                parsed
            }
            Extent::Lines(reason) => {
                self.pass_lines()?;
                Err(reason)
            }
            Extent::TooLong => {
                self.pass_line()?;
                Err(format!("the line is longer than {MAX_LINE_BYTES} bytes"))
            }
        };
        let line = start.line;
        Ok(Some(match parsed {
            Ok(payload) => Line::Record { line, payload },
            Err(reason) => Line::Skipped { line, reason },
        }))
    }
}

/// What is at the beginning of some bytes that start like a value.
enum Beginning {
    Value(usize),
    /// A value that does not end in them.
    Open,
    /// Not a value.
    Wrong {
        /// Whether the first line already shows that.
        in_first: bool,
        reason: String,
    },
}

fn beginning(bytes: &[u8], whole: bool, start: Place) -> Beginning {
    if let Some(length) = length_of_value(bytes) {
        return match check(&bytes[..length], start) {
            Ok(()) => Beginning::Value(length),
            Err(wrong) => wrong,
        };
    }
    // The last line may be cut in the middle of a word.
    let end = bytes.iter().rposition(|&byte| byte == b'\n');
    let bytes = match end {
        Some(end) if !whole => &bytes[..=end],
        _ => bytes,
    };
    check(bytes, start).map_or_else(|wrong| wrong, |()| Beginning::Open)
}

fn check(bytes: &[u8], start: Place) -> Result<(), Beginning> {
    let exact = exact(bytes);
    let mut reader = serde_json::Deserializer::from_slice(&exact.text);
    match IgnoredAny::deserialize(&mut reader) {
        Ok(_) => Ok(()),
        Err(error) if error.is_eof() => Err(Beginning::Open),
        Err(error) => Err(Beginning::Wrong {
            // An unclosed string is only detected at the start of the next line.
            in_first: error.line() == 1 || (error.line() == 2 && error.column() == 0),
            reason: object::not_json(&error, start),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::record::import::tests::{lines, read, records, skipped};
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
    fn values_may_span_lines_and_follow_one_another_on_one() {
        let text = "{\n  \"a\": \"} {\",\n  \"b\": [\n    {\"a\": 9}\n  ]\n}\n{\"a\":2} {\"a\":3}{\n\
                    \"a\":4},\n{\"a\":5},\n";
        let lines = lines("a.json", text.as_bytes());
        let records = records(&lines);
        let begin: Vec<u64> = records.iter().map(|(line, _)| *line).collect();
        assert_eq!(begin, [1, 7, 7, 7, 9], "{lines:?}");
        assert_eq!(records[0].1["a"], "} {");
        assert!(skipped(&lines).is_empty());
    }

    #[test]
    fn a_line_that_is_cut_costs_no_other() {
        for cut in [
            "{\"a\":1,\"b\":",
            "{\"a\":1,",
            "{\"a\":\"open",
            "{\"a\":[1",
            "{",
        ] {
            let text = format!("{{\"a\":0}}\n{cut}\n{{\"a\":2}}\n{{\"a\":3}}\n");
            let lines = lines("a.jsonl", text.as_bytes());
            assert_eq!(records(&lines).len(), 3, "{cut}: {lines:?}");
            assert_eq!(skipped(&lines)[0].0, 2, "{cut}: {lines:?}");
        }
    }

    #[test]
    fn a_pretty_printed_value_that_is_wrong_is_one_skipped_record() {
        let text =
            "{\n \"a\": 1\n}\n{\n \"a\": 2\n \"b\": {\n  \"a\": 9\n }\n}\n{\n \"a\": 3\n}\n{\n";
        let lines = lines("a.json", text.as_bytes());
        assert_eq!(records(&lines).len(), 2, "{lines:?}");
        let places: Vec<u64> = skipped(&lines).iter().map(|skipped| skipped.0).collect();
        assert_eq!(places, [4, 13]);
    }

    #[test]
    fn what_is_no_number_becomes_null_and_long_numbers_keep_their_digits() {
        let text = "{\"a\":NaN,\"b\":[-Infinity]}\n{\"a\":89014103211118510720,\"b\":1.10}\n\
                    {\n\"a\": Infinity\n}\n{\"a\":18446744073709551615}";
        let (lines, notes) = read("a.jsonl", text.as_bytes());
        let records = records(&lines);
        assert_eq!(records[0].1["a"], serde_json::Value::Null);
        assert_eq!(records[1].1["a"], "89014103211118510720");
        assert_eq!(records[1].1["b"], 1.1);
        assert_eq!(records[2].1["a"], serde_json::Value::Null);
        assert_eq!(records[3].1["a"], u64::MAX);
        assert!(
            notes[0].starts_with("3 values") && notes[0].contains("NaN"),
            "{notes:?}"
        );
        assert!(notes[1].starts_with("1 whole number"), "{notes:?}");
    }

    #[test]
    fn of_a_key_given_twice_the_last_value_counts() {
        let lines = lines("a.jsonl", b"{\"a\":1,\"a\":2}");
        assert_eq!(records(&lines)[0].1["a"], 2);
    }

    #[test]
    fn a_line_separator_inside_a_string_ends_no_line() {
        let lines = lines("a.json", "{\"a\":\"one\u{2028}two\"}\n".as_bytes());
        assert!(matches!(&lines[..], [Line::Record { line: 1, .. }]));
    }

    #[test]
    fn a_line_without_end_is_not_read_into_memory_whole() {
        for start in ["x", "{\"a\":\""] {
            let mut bytes = start.as_bytes().to_vec();
            bytes.resize(MAX_LINE_BYTES + 10, b'x');
            bytes.extend_from_slice(b"\n{\"a\":1}\n");
            let lines = lines("a.jsonl", &bytes);
            assert_eq!(skipped(&lines).len(), 1);
            assert_eq!(records(&lines)[0].0, 2);
        }
    }

    #[test]
    fn a_record_of_too_many_fields_is_refused() {
        let fields: Vec<String> = (0..100_000).map(|i| format!("\"k{i}\":1")).collect();
        let lines = lines("a.jsonl", format!("{{{}}}", fields.join(",")).as_bytes());
        assert!(skipped(&lines)[0].1.contains("100000 fields"), "{lines:?}");
    }
}
