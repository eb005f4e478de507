//! Reading records from a file, a folder or an upload, one at a time, with line numbers.
//!
//! Which [`Format`] it is, is read from the name and the first bytes; gzip is unpacked on the
//! way. What cannot be used of the input is reported as [`Line::Skipped`] and reading goes
//! on; only an input that cannot be read at all, or not to its end, is an error. Nothing but
//! the record at hand is held in memory.

mod csv;
mod document;
mod folder;
mod front_matter;
mod input;
mod json_array;
mod json_lines;
mod object;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::csv::CsvRows;
use self::folder::Folder;
use self::input::Input;
use self::json_array::JsonArray;
use self::json_lines::JsonLines;
use super::Payload;
use crate::error::{Error, Result};

/// The longest line, element, row or text taken, in bytes: a longer one is no record, or a
/// file without line ends.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// What one line of the input gave.
#[derive(Debug)]
pub enum Line {
    /// A record's fields.
    Record {
        /// Line on which it begins, from 1; in a folder the number of its file.
        line: u64,
        /// Its fields.
        payload: Payload,
    },
    /// A place that holds no record.
    Skipped {
        /// Line on which it begins, from 1; in a folder the number of its file.
        line: u64,
        /// Why.
        reason: String,
    },
}

/// How records are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
    /// Rows under a header, parted by commas, semicolons or tabs.
    Csv,
    /// A text or Markdown file a record.
    Folder,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonLines => "JSON lines",
            Self::JsonArray => "a JSON array",
            Self::Csv => "CSV",
            Self::Folder => "a folder of texts",
        })
    }
}

/// An open input: an iterator over its lines, which ends after the first error.
pub struct Import {
    /// What messages call it.
    name: PathBuf,
    format: Format,
    /// Raw bytes read so far.
    bytes: Arc<AtomicU64>,
    /// Nothing once the end or an error was met.
    rows: Option<Box<dyn Rows>>,
}

/// A reader of one format.
trait Rows: Send {
    /// The next record or skipped place; nothing at the end.
    fn next_line(&mut self) -> io::Result<Option<Line>>;
}

impl Import {
    /// Opens a folder of texts, or a file: `.csv` and `.tsv`, plain or `.gz`, are CSV with a
    /// header line, one that begins with `[` is a JSON array, everything else JSON lines. Where
    /// the ending tells nothing, what begins with neither `{` nor `[` is CSV.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be opened; [`Error::Import`] where it is empty, or its
    /// CSV header cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        let kind = file.metadata().map_err(Error::io(path))?.file_type();
        if kind.is_dir() {
            let bytes = Arc::default();
            let folder = Folder::open(path, Arc::clone(&bytes))?;
            return Ok(Self {
                name: path.to_owned(),
                format: Format::Folder,
                bytes,
                rows: Some(Box::new(folder)),
            });
        }
        if !kind.is_file() {
            let message =
                "is no plain file, and records are read more than once; save it as one first";
            return Err(Error::import(path, message));
        }
        Self::stream(path, file)
    }

    /// Reads any stream, such as an upload. `name` is its file's name: it tells the format
    /// as in [`Import::open`] and stands in messages.
    ///
    /// # Errors
    /// As for [`Import::open`].
    pub fn read(name: &str, input: impl Read + Send + 'static) -> Result<Self> {
        Self::stream(Path::new(name), input)
    }

    fn stream(name: &Path, raw: impl Read + Send + 'static) -> Result<Self> {
        let bytes = Arc::default();
        let mut input = Input::new(raw, Arc::clone(&bytes)).map_err(Error::io(name))?;
        if input.peek(1).map_err(Error::io(name))?.is_empty() {
            return Err(Error::import(name, "the file is empty"));
        }
        if is_no_text(input.peek(LOOKED_AT).map_err(Error::io(name))?) {
            let message = "this is no text in UTF-8, but UTF-16 or a binary file; save it as JSON \
                           lines or CSV in UTF-8";
            return Err(Error::import(name, message));
        }
        let first = input.first_byte().map_err(Error::io(name))?;
        let format = match (Ending::of(name), first) {
            (Ending::Csv, _) => Format::Csv,
            (_, Some(b'[')) => Format::JsonArray,
            (Ending::Other, Some(byte)) if byte != b'{' => Format::Csv,
            _ => Format::JsonLines,
        };
        let rows: Box<dyn Rows> = match format {
            Format::Csv => Box::new(CsvRows::new(name, input)?),
            Format::JsonArray => Box::new(JsonArray::new(input)),
            _ => Box::new(JsonLines::new(input)),
        };
        Ok(Self {
            name: name.to_owned(),
            format,
            bytes,
            rows: Some(rows),
        })
    }

    /// How the records are written down.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How much of the input was read, in bytes as they are stored or sent: before gzip is
    /// unpacked. A little runs ahead of the records given out.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// So many bytes at the beginning tell whether a file is text.
const LOOKED_AT: usize = 256;

/// Whether a file begins as no text in UTF-8 does: with the byte-order mark of UTF-16, or with
/// a NUL somewhere, as UTF-16 and most binary formats have.
fn is_no_text(beginning: &[u8]) -> bool {
    let looked_at = &beginning[..beginning.len().min(LOOKED_AT)];
    looked_at.starts_with(b"\xff\xfe")
        || looked_at.starts_with(b"\xfe\xff")
        || looked_at.contains(&0)
}

impl Iterator for Import {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rows.as_mut()?.next_line();
        if !matches!(next, Ok(Some(_))) {
            self.rows = None;
        }
        next.map_err(Error::io(&self.name)).transpose()
    }
}

/// What the end of a file's name tells of its format.
enum Ending {
    Csv,
    Json,
    Other,
}

impl Ending {
    fn of(name: &Path) -> Self {
        let name = name.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv" | "tsv") => Self::Csv,
            Some("json" | "jsonl" | "ndjson") => Self::Json,
            _ => Self::Other,
        }
    }
}
