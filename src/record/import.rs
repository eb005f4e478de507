//! Reading a file of records, one at a time, with line numbers.
//!
//! JSON lines or CSV, plain or gzip; which of these it is, is read from the name and the
//! first bytes. A line that cannot be used is reported as [`Line::Skipped`] and the next
//! one is read; only a file that cannot be read at all is an error. Lines end at `\n` and
//! nowhere else: U+2028 is an ordinary character inside a JSON string.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::Payload;
use crate::error::{Error, Result};

/// The longest line taken: a longer one is no record, or a file without line ends.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// What one line of the file gave.
#[derive(Debug)]
pub enum Line {
    /// A record's fields.
    Record {
        /// Line in the file, from 1.
        line: u64,
        /// Its fields.
        payload: Payload,
    },
    /// A line that holds no record.
    Skipped {
        /// Line in the file, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
}

/// An open file of records: an iterator over its lines.
pub struct Import {
    path: PathBuf,
    rows: Rows,
}

enum Rows {
    Json(JsonLines),
    Csv(Box<CsvRows>),
}

impl Import {
    /// Opens a file; `.csv` and `.csv.gz` are CSV with a header line, everything else is
    /// JSON lines.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be opened; [`Error::Import`] where it is empty,
    /// is one JSON array, or its CSV header cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let reader = open_plain(path)?;
        let rows = if is_csv(path) {
            Rows::Csv(Box::new(CsvRows::new(path, reader)?))
        } else {
            Rows::Json(JsonLines::new(path, reader)?)
        };
        Ok(Self {
            path: path.to_owned(),
            rows,
        })
    }
}

impl Iterator for Import {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.rows {
            Rows::Json(lines) => lines.next_line(),
            Rows::Csv(rows) => rows.next_row(),
        };
        match next {
            Ok(line) => line.map(Ok),
            Err(error) => Some(Err(Error::io(&self.path)(error))),
        }
    }
}

type Reader = Box<dyn BufRead + Send>;

/// The file's text: unpacked where it begins like gzip, and without a byte-order mark.
fn open_plain(path: &Path) -> Result<Reader> {
    let file = File::open(path).map_err(Error::io(path))?;
    if file.metadata().map_err(Error::io(path))?.is_dir() {
        return Err(Error::import(path, "is a folder; give a file of records"));
    }
    let mut raw = BufReader::new(file);
    let start = raw.fill_buf().map_err(Error::io(path))?;
    let mut reader: Reader = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::new(MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    };
    let start = reader.fill_buf().map_err(Error::io(path))?;
    if start.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    if reader.fill_buf().map_err(Error::io(path))?.is_empty() {
        return Err(Error::import(path, "the file is empty"));
    }
    Ok(reader)
}

fn is_csv(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

struct JsonLines {
    reader: Reader,
    line: u64,
    buffer: Vec<u8>,
}

impl JsonLines {
    fn new(path: &Path, mut reader: Reader) -> Result<Self> {
        let start = reader.fill_buf().map_err(Error::io(path))?;
        if start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(Error::import(
                path,
                "line 1 starts a JSON array; write one JSON object a line instead \
                 (jq -c '.[]' does it)",
            ));
        }
        Ok(Self {
            reader,
            line: 0,
            buffer: Vec::new(),
        })
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            self.buffer.clear();
            let limit = MAX_LINE_BYTES as u64 + 1;
            let read = (&mut self.reader)
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
            return Ok(Some(match parse_object(text) {
                Ok(payload) => Line::Record { line, payload },
                Err(reason) => Line::Skipped { line, reason },
            }));
        }
    }

    /// Reads on to the end of a line without keeping it.
    fn pass_line(&mut self) -> std::io::Result<()> {
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                return Ok(());
            }
            let end = available.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(available.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

fn parse_object(line: &[u8]) -> Result<Payload, String> {
    let text = std::str::from_utf8(line)
        .map_err(|e| format!("invalid UTF-8 at byte {}", e.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(payload)) => Ok(payload),
        Ok(_) => Err("not a JSON object".into()),
        Err(error) => Err(format!("not JSON: {}", without_position(&error))),
    }
}

/// serde_json counts lines within the text it was given, always 1 here; the column stays.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!("{what} at column {}", error.column())
}

struct CsvRows {
    reader: csv::Reader<Reader>,
    header: Vec<String>,
    row: csv::ByteRecord,
}

impl CsvRows {
    fn new(path: &Path, reader: Reader) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let header: Vec<String> = reader
            .headers()
            .map_err(|error| Error::import(path, format!("the CSV header: {error}")))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if let Some(twice) = (1..header.len()).find(|&i| header[..i].contains(&header[i])) {
            let message = format!("the CSV header names '{}' twice", header[twice]);
            return Err(Error::import(path, message));
        }
        Ok(Self {
            reader,
            header,
            row: csv::ByteRecord::new(),
        })
    }

    fn next_row(&mut self) -> std::io::Result<Option<Line>> {
        let more = self.reader.read_byte_record(&mut self.row)?;
        if !more {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        Ok(Some(match self.payload() {
            Ok(payload) => Line::Record { line, payload },
            Err(reason) => Line::Skipped { line, reason },
        }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn import(name: &str, bytes: &[u8]) -> Result<Vec<Line>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Import::open(&path)?.collect()
    }

    fn skipped(lines: &[Line]) -> Vec<(u64, &str)> {
        lines
            .iter()
            .filter_map(|line| match line {
                Line::Skipped { line, reason } => Some((*line, reason.as_str())),
                Line::Record { .. } => None,
            })
            .collect()
    }

    #[test]
    fn bad_lines_are_reported_by_number_and_passed_over() {
        let lines = import(
            "a.jsonl",
            b"{\"a\":1}\n\n{\"a\":\n[1]\n{\"a\":\"\xff\"}\r\n{\"a\":2}",
        )
        .unwrap();
        assert_eq!(lines.len(), 5);
        let skipped = skipped(&lines);
        assert_eq!(skipped.iter().map(|s| s.0).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(skipped[0].1.starts_with("not JSON"), "{skipped:?}");
        assert_eq!(skipped[1].1, "not a JSON object");
        assert_eq!(skipped[2].1, "invalid UTF-8 at byte 7");
    }

    #[test]
    fn a_line_separator_inside_a_string_ends_no_line() {
        let lines = import("a.json", "{\"a\":\"one\u{2028}two\"}\n".as_bytes()).unwrap();
        assert!(matches!(&lines[..], [Line::Record { line: 1, .. }]));
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"{\"a\":1}\n{\"a\":2}\n").unwrap();
        assert_eq!(import("a.jsonl", &gz.finish().unwrap()).unwrap().len(), 2);
    }

    #[test]
    fn csv_rows_become_payloads_by_header() {
        let lines = import("a.csv", b"\xef\xbb\xbfname,text\nx,\"a\nb\"\nshort\ny,z\n").unwrap();
        let Line::Record { line: 2, payload } = &lines[0] else {
            panic!("{lines:?}")
        };
        assert_eq!(payload["text"], "a\nb");
        assert_eq!(skipped(&lines), [(4, "1 fields where the header names 2")]);
    }

    #[test]
    fn a_line_without_end_is_not_read_into_memory_whole() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES + 10];
        bytes.extend_from_slice(b"\n{\"a\":1}\n");
        let lines = import("a.jsonl", &bytes).unwrap();
        assert_eq!(skipped(&lines).len(), 1);
        assert!(matches!(lines[1], Line::Record { line: 2, .. }));
    }

    #[test]
    fn empty_files_and_arrays_are_refused_with_advice() {
        for (bytes, needle) in [(&b""[..], "empty"), (b"[{}]", "one JSON object a line")] {
            let error = import("a.json", bytes).unwrap_err().to_string();
            assert!(error.contains(needle), "{error}");
        }
    }
}
