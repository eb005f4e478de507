//! CSV under a header line. The separator is the one that the header has most of; a row
//! that does not fit the header is skipped, and so is a quote that is never closed.

use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use super::input::Input;
use super::{Line, MAX_LINE_BYTES, Rows};
use crate::error::{Error, Result};
use crate::record::Payload;

/// A row is given up, and the file with it, once this much was read of it: it would be held
/// in memory whole.
const MAX_ROW_READ: u64 = 4 * MAX_LINE_BYTES as u64;

/// The rows of an input.
pub struct CsvRows {
    reader: csv::Reader<Watched>,
    header: Vec<String>,
    row: csv::ByteRecord,
}

impl CsvRows {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error::Import`] where it cannot be read or names a field twice.
    pub fn new(name: &Path, mut input: Input) -> Result<Self> {
        let separator = separator(&mut input).map_err(Error::io(name))?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(separator)
            .from_reader(Watched {
                input,
                bytes: 0,
                quotes: 0,
                row: (0, 1),
            });
        let header: Vec<String> = reader
            .headers()
            .map_err(|error| Error::import(name, format!("the CSV header: {error}")))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if let Some(twice) = (1..header.len()).find(|&i| header[..i].contains(&header[i])) {
            let message = format!("the CSV header names '{}' twice", header[twice]);
            return Err(Error::import(name, message));
        }
        Ok(Self {
            reader,
            header,
            row: csv::ByteRecord::new(),
        })
    }

    /// A quote that is never closed swallows the rest of the file as one field. It is known
    /// by an odd number of quotes once a row of several lines has reached the end.
    fn check_closed(&self, line: u64) -> Result<(), String> {
        let end = self.reader.position();
        let input = self.reader.get_ref();
        let last = end.byte() == input.bytes;
        if last && end.line() > line + 1 && input.quotes % 2 == 1 {
            return Err(format!(
                "a quote opened in this row is never closed, so that all up to line {} was read \
                 as one field",
                end.line()
            ));
        }
        Ok(())
    }

    fn payload(&self) -> Result<Payload, String> {
        if self.row.len() != self.header.len() {
            return Err(format!(
                "{} fields where the header names {}",
                self.row.len(),
                self.header.len()
            ));
        }
        let size: usize = self.row.as_slice().len();
        if size > MAX_LINE_BYTES {
            return Err(format!("the row is longer than {MAX_LINE_BYTES} bytes"));
        }
        let cell = |(name, bytes): (&String, &[u8])| {
            let text = std::str::from_utf8(bytes)
                .map_err(|e| format!("invalid UTF-8 in '{name}', byte {}", e.valid_up_to() + 1))?;
            Ok((name.clone(), Value::String(text.to_owned())))
        };
        self.header.iter().zip(self.row.iter()).map(cell).collect()
    }
}

impl Rows for CsvRows {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let start = self.reader.position();
        let start = (start.byte(), start.line());
        self.reader.get_mut().row = start;
        if !self.reader.read_byte_record(&mut self.row)? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        let payload = self.check_closed(line).and_then(|()| self.payload());
        Ok(Some(match payload {
            Ok(payload) => Line::Record { line, payload },
            Err(reason) => Line::Skipped { line, reason },
        }))
    }
}

/// What parts the fields: whichever of comma, semicolon and tab the header line has most of
/// outside quotes, the comma where they tie.
fn separator(input: &mut Input) -> io::Result<u8> {
    // Of equals, the last is taken below.
    let mut counts = [(b'\t', 0_usize), (b';', 0), (b',', 0)];
    let (mut seen, mut quoted, mut begun) = (0, false, false);
    'header: while seen < MAX_LINE_BYTES {
        let ahead = input.peek(seen + 1)?;
        if ahead.len() <= seen {
            break;
        }
        for &byte in &ahead[seen..] {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted && begun => break 'header,
                _ if quoted => {}
                _ => {
                    let count = counts.iter_mut().find(|(separator, _)| *separator == byte);
                    if let Some((_, count)) = count {
                        *count += 1;
                    }
                }
            }
            begun |= !matches!(byte, b'\n' | b'\r');
        }
        seen = ahead.len();
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    Ok(most.map_or(b',', |(separator, _)| separator))
}

/// The input as the CSV reader takes it: counted, and with an end to rows that have none.
struct Watched {
    input: Input,
    bytes: u64,
    quotes: u64,
    /// Byte and line where the row begins that is being read.
    row: (u64, u64),
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (start, line) = self.row;
        if self.bytes.saturating_sub(start) > MAX_ROW_READ {
            return Err(io::Error::other(format!(
                "the row that begins at line {line} is longer than {MAX_ROW_READ} bytes; \
                 is a quote in it never closed?"
            )));
        }
        let read = self.input.read(buffer)?;
        self.bytes += read as u64;
        let quotes = buffer[..read].iter().filter(|&&byte| byte == b'"');
        self.quotes += quotes.count() as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::MAX_ROW_READ;
    use crate::record::import::tests::{lines, records, skipped};
    use crate::record::{Import, Line};

    #[test]
    fn rows_become_payloads_by_header() {
        let lines = lines("a.csv", b"\xef\xbb\xbfname,text\nx,\"a\nb\"\nshort\ny,z\n");
        let Line::Record { line: 2, payload } = &lines[0] else {
            panic!("{lines:?}")
        };
        assert_eq!(payload["text"], "a\nb");
        assert_eq!(skipped(&lines), [(4, "1 fields where the header names 2")]);
    }

    #[test]
    fn the_separator_is_read_from_the_header() {
        for (file, fields) in [
            ("name;text\nx;a,b,c", ["x", "a,b,c"]),
            ("\r\nname\ttext\nx\ta;b", ["x", "a;b"]),
            ("name,\"text\"\nx,a;b", ["x", "a;b"]),
            ("\"n,a,m,e\";text\nx;a", ["x", "a"]),
            ("na;me,text\nx,a", ["x", "a"]),
        ] {
            let lines = lines("a.csv", file.as_bytes());
            let records = records(&lines);
            let found: Vec<_> = records[0].1.values().collect();
            assert_eq!(found, fields, "{file:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_reported_not_taken_as_text() {
        let bad = lines("a.csv", b"name,text\na,b\nc,\"open\nd,e\nf,g\n");
        assert_eq!(bad.len(), 2);
        let skipped = skipped(&bad);
        assert_eq!(skipped[0].0, 3);
        assert!(skipped[0].1.contains("never closed"), "{skipped:?}");
        // Whereas a closed one may span lines, at the end of the file too.
        let good = lines("a.csv", b"name,text\na,\"b\n\nc\"");
        assert!(matches!(&good[..], [Line::Record { .. }]), "{good:?}");
    }

    #[test]
    fn a_quote_left_open_does_not_read_a_large_file_into_memory() {
        let mut bytes = b"name,text\na,b\nc,\"open\n".to_vec();
        bytes.resize(2 * MAX_ROW_READ as usize, b'x');
        let mut import = Import::read("a.csv", std::io::Cursor::new(bytes)).unwrap();
        assert!(matches!(import.next(), Some(Ok(Line::Record { .. }))));
        let error = import.next().unwrap().unwrap_err().to_string();
        assert!(
            error.contains("a.csv: the row that begins at line 3"),
            "{error}"
        );
        assert!(import.bytes_read() < 3 * MAX_ROW_READ / 2);
        assert!(import.next().is_none());
    }

    #[test]
    fn a_header_that_cannot_be_used_is_named() {
        for (file, needle) in [(&b"a,b,a\n"[..], "'a' twice"), (b"\xff,b\n", "CSV header")] {
            let error = Import::read("a.csv", file).map(|_| ()).unwrap_err();
            assert!(error.to_string().contains(needle), "{error}");
        }
    }
}
