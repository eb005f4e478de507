//! CSV with a header line, in any of its dialects. An error in a row affects only that row: a row
//! that does not fit the header is skipped, and an unclosed quote costs no more than its own line.

mod dialect;
mod header;
mod remarks;
mod row;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};
use std::path::Path;

use serde_json::Value;

pub use self::dialect::is_table;
use self::row::{Dialect, Parsed, Row, end_of_line, lines_in};
use super::bounds::unread;
use super::input::Input;
use super::line::{Line, MAX_LINE_BYTES, Rows};
use super::notes::Notes;
use crate::error::{Error, Result};
use crate::record::Payload;

/// How much of a file is used to detect its dialect.
pub const LOOKED_AT: usize = 1 << 16;

/// How many bytes may be read repeatedly without result after unclosed quotes. Beyond that, every
/// quote must be closed on its own line.
const MAX_READ_IN_VAIN: usize = 16 * MAX_LINE_BYTES;

/// The rows of an input.
pub struct CsvRows {
    input: Input,
    dialect: Dialect,
    header: Vec<String>,
    row: Row,
    /// The line on which the next row begins.
    line: u64,
    read_in_vain: usize,
}

/// What was read instead of a valid row.
enum Broken {
    Unclosed,
    TooLong,
}

impl CsvRows {
    /// Detects the dialect and reads the header.
    ///
    /// # Errors
    /// [`Error::Import`] if the header cannot be read or has too many columns.
    pub fn new(name: &Path, mut input: Input, notes: &Notes) -> Result<Self> {
        let io = unread;
        let beginning = input.peek(LOOKED_AT).map_err(io(name))?;
        let said = dialect::said_separator(beginning);
        let skipped = said.as_ref().map_or(0, |said| said.length);
        let whole = beginning.len() < LOOKED_AT;
        let separator = said.map(|said| said.separator);
        let remarks = remarks::length(&beginning[skipped..], whole, separator);
        let skipped = skipped + remarks;
        let dialect = dialect::tell(&beginning[skipped..], whole, separator);
        let line = 1 + lines_in(&beginning[..skipped]);
        input.consume(skipped);
        if remarks > 0 {
            notes.say(format!(
                "The header is in line {line}; the lines above it were ignored."
            ));
        }
        let mut rows = Self {
            input,
            dialect,
            header: Vec::new(),
            row: Row::default(),
            line,
            read_in_vain: 0,
        };
        let header = loop {
            match rows.next_row(usize::MAX).map_err(io(name))? {
                Some(Ok(_)) if rows.row.is_blank() => {}
                Some(Ok(_)) => break header::names(rows.row.fields(), notes),
                Some(Err(Broken::TooLong)) => {
                    break Err(format!("it is longer than {MAX_LINE_BYTES} bytes"));
                }
                Some(Err(Broken::Unclosed)) => {
                    break Err("a quote in it is never closed".into());
                }
                None => break Err("the file has none".into()),
            }
        };
        rows.header =
            header.map_err(|what| Error::import(name, format!("the CSV header: {what}")))?;
        say_separator(dialect.separator, notes);
        Ok(rows)
    }

    /// Reads the next row, which may be blank, and returns the line it begins on.
    fn next_row(&mut self, columns: usize) -> io::Result<Option<Result<u64, Broken>>> {
        let begins = self.line;
        let mut wanted = 1;
        loop {
            let bytes = self.input.peek(wanted)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let whole = bytes.len() < wanted;
            let bytes = &bytes[..bytes.len().min(MAX_LINE_BYTES)];
            let line = end_of_line(bytes, whole);
            // Once too much was read without result, each line is a row.
            let (text, ends) = match line {
                Some(end) if self.read_in_vain > MAX_READ_IN_VAIN => (&bytes[..end], true),
                _ => (bytes, whole),
            };
            let row = match self.row.parse(text, ends, columns, self.dialect) {
                Parsed::Short if bytes.len() < MAX_LINE_BYTES => {
                    wanted = MAX_LINE_BYTES.min(2 * bytes.len().max(wanted)) + 1;
                    continue;
                }
                Parsed::Row { length, lines }
                    if lines == 1
                        || self.row.is_believed(&text[..length], columns, self.dialect) =>
                {
                    Some(length)
                }
                Parsed::Row { .. } | Parsed::Short | Parsed::Unclosed => None,
            };
            let read = bytes.len();
            if whole && row.is_none_or(|length| length == read) {
                self.input.check_end()?;
            }
            if let Some(length) = row {
                self.pass(length)?;
                return Ok(Some(Ok(begins)));
            }
            self.read_in_vain += read;
            let Some(end) = line else {
                self.line += u64::from(self.input.pass_line()? > 0);
                return Ok(Some(Err(Broken::TooLong)));
            };
            self.pass(end)?;
            return Ok(Some(Err(Broken::Unclosed)));
        }
    }

    fn pass(&mut self, length: usize) -> io::Result<()> {
        let bytes = self.input.peek(length)?;
        self.line += lines_in(&bytes[..length.min(bytes.len())]);
        self.input.consume(length);
        Ok(())
    }

    fn payload(&self) -> Result<Payload, String> {
        if !self.row.fits(self.header.len()) {
            return Err(format!(
                "{} where the header names {}",
                fields(self.row.len()),
                self.header.len()
            ));
        }
        let cell = |(name, bytes): (&String, &[u8])| {
            let text = std::str::from_utf8(bytes)
                .map_err(|e| format!("invalid UTF-8 in '{name}', byte {}", e.valid_up_to() + 1))?;
            if text.contains('\0') {
                return Err(format!(
                    "a NUL byte in '{name}'; the file may be damaged here"
                ));
            }
            Ok((name.clone(), Value::String(text.to_owned())))
        };
        self.header
            .iter()
            .zip(self.row.fields())
            .map(cell)
            .collect()
    }
}

impl Rows for CsvRows {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let begins = self.line;
            let (line, payload) = match self.next_row(self.header.len())? {
                None => return Ok(None),
                Some(Ok(_)) if self.row.is_blank() => continue,
                Some(Ok(line)) => (line, self.payload()),
                Some(Err(Broken::Unclosed)) => {
                    let what = "a quote opened in this line is never closed; a quote within a \
                                field is written twice";
                    (begins, Err(what.into()))
                }
                Some(Err(Broken::TooLong)) => {
                    let what = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                    (begins, Err(what))
                }
            };
            return Ok(Some(match payload {
                Ok(payload) => Line::Record { line, payload },
                Err(reason) => Line::Skipped { line, reason },
            }));
        }
    }
}

fn fields(count: usize) -> String {
    if count == 1 {
        "1 field".into()
    } else {
        format!("{count} fields")
    }
}

/// A comma is the default and needs no note.
fn say_separator(separator: Option<u8>, notes: &Notes) {
    let marks = match separator {
        Some(b',') => return,
        Some(b';') => "semicolons".into(),
        Some(b'\t') => "tabs".into(),
        Some(b'|') => "vertical bars".into(),
        Some(other) => format!("'{}'", char::from(other)),
        None => {
            notes.say("The file has one column: no separator was found in its header.");
            return;
        }
    };
    notes.say(format!("The fields are separated by {marks}."));
}
