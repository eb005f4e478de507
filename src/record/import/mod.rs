//! Reads records from a file, a folder or an upload, one at a time, with line numbers.
//!
//! The [`Format`] is detected from the name and the first bytes. Gzip is unpacked and other
//! encodings are converted to UTF-8 on the way. Unusable parts of the input are reported as
//! [`Line::Skipped`] and reading continues; it is an error only if the input cannot be read at all,
//! or not to its end. Other remarks, such as the encoding, are in [`Import::notes`]. Little more
//! than the current record is held in memory.

mod bounds;
mod brackets;
mod csv;
mod document;
mod documents;
mod encoding;
#[cfg(test)]
mod encoding_tests;
mod exact;
mod folder;
mod format;
mod front_matter;
mod gzip;
mod input;
mod json_array;
mod json_values;
mod kind;
mod line;
mod notes;
mod object;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(test)]
mod tests;
mod unpack;
mod whole;
mod wrapped;

pub use self::exact::with_all_digits;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::bounds::Bounds;
pub(crate) use self::bounds::unread;
use self::csv::CsvRows;
pub use self::documents::Kind;
use self::folder::Folder;
pub use self::format::Format;
use self::input::Input;
use self::json_array::JsonArray;
use self::json_values::JsonValues;
use self::kind::Ending;
use self::line::Rows;
pub use self::line::{Line, MAX_FIELDS, MAX_LINE_BYTES};
use self::notes::Notes;
use crate::error::{Error, Result};

/// An open input. It is an iterator over lines that ends after the first error.
pub struct Import {
    /// Its name in messages.
    name: PathBuf,
    format: Format,
    /// Raw bytes read so far.
    bytes: Arc<AtomicU64>,
    notes: Notes,
    /// `None` after the end or an error.
    rows: Option<Box<dyn Rows>>,
}

impl Import {
    /// Opens a file or a folder of documents. The name identifies CSV with a header line (`.csv`,
    /// `.tsv`), JSON (`.json`, `.jsonl`) and text (`.txt`, `.md`), plain or with `.gz`. PDF, EPUB,
    /// DOCX and ZIP archives of documents are recognised by their contents. If nothing else
    /// identifies the format, a file that begins with neither `{` nor `[` is CSV.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened; [`Error::Import`] if it is empty, its format is not
    /// supported or its CSV header cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_as(path, path, &Bounds::default())
    }

    /// Like [`Import::open`], for a file whose name differs from its path, within bounds.
    ///
    /// # Errors
    /// As for [`Import::open`]; [`Error::Cancelled`] and [`Error::Unpacked`] at a bound.
    pub fn open_as(path: &Path, name: &Path, bounds: &Bounds) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        let kind = file.metadata().map_err(Error::io(path))?.file_type();
        if kind.is_dir() {
            let (bytes, notes) = (Arc::default(), Notes::default());
            let folder = Folder::open(path, Arc::clone(&bytes), notes.clone())?;
            return Ok(Self {
                name: path.to_owned(),
                format: Format::Folder,
                bytes,
                notes,
                rows: Some(Box::new(folder)),
            });
        }
        if !kind.is_file() {
            let message =
                "is no plain file, and records are read more than once; save it as one first";
            return Err(Error::import(path, message));
        }
        Self::read_within(name, file, bounds)
    }

    /// Reads any stream, such as an upload. `name` is its file name. It identifies the format as in
    /// [`Import::open`] and is used in messages.
    ///
    /// # Errors
    /// As for [`Import::open`].
    pub fn read(name: &str, input: impl Read + Send + 'static) -> Result<Self> {
        Self::read_within(Path::new(name), input, &Bounds::default())
    }

    /// Like [`Import::read`], within bounds.
    ///
    /// # Errors
    /// As for [`Import::open_as`].
    pub fn read_within(
        name: &Path,
        raw: impl Read + Send + 'static,
        bounds: &Bounds,
    ) -> Result<Self> {
        let io = unread;
        let (bytes, notes) = (Arc::default(), Notes::default());
        let packed = unpack::packed(raw, Arc::clone(&bytes), &notes, bounds);
        let mut packed = packed.map_err(io(name))?;
        let beginning = packed.peek(kind::LOOKED_AT).map_err(io(name))?;
        if let Some(kind) = kind::whole(beginning) {
            let (format, rows) = whole::rows(name, kind, packed, &notes)?;
            return Ok(Self {
                name: name.to_owned(),
                format,
                bytes,
                notes,
                rows: Some(rows),
            });
        }
        if encoding::mark(beginning).encoding.is_none()
            && let Some(message) = kind::other(beginning)
        {
            return Err(Error::import(name, message));
        }
        let mut input = unpack::text(packed, &notes).map_err(io(name))?;
        if input.peek(1).map_err(io(name))?.is_empty() {
            return Err(Error::import(name, "the file is empty"));
        }
        let (format, rows) = Self::rows(name, input, &notes)?;
        Ok(Self {
            name: name.to_owned(),
            format,
            bytes,
            notes,
            rows: Some(rows),
        })
    }

    /// Creates the reader for a text.
    fn rows(name: &Path, mut input: Input, notes: &Notes) -> Result<(Format, Box<dyn Rows>)> {
        let io = unread;
        let first = input.first_byte().map_err(io(name))?;
        let ending = Ending::of(name);
        let text = match ending {
            Ending::Markdown => Some(Kind::Markdown),
            Ending::Text => {
                let beginning = input.peek(csv::LOOKED_AT).map_err(io(name))?;
                let whole = beginning.len() < csv::LOOKED_AT;
                let is_json = first.is_some_and(|byte| matches!(byte, b'{' | b'['));
                let is_table = is_json || csv::is_table(beginning, whole);
                (!is_table).then_some(Kind::Text)
            }
            _ => None,
        };
        if let Some(kind) = text {
            return whole::document(name, kind, input, notes);
        }
        let is_csv = match ending {
            Ending::Csv => {
                let beginning = input.peek(csv::LOOKED_AT).map_err(io(name))?;
                let is_json = kind::begins_with_an_object(beginning);
                if is_json {
                    notes.say("The file was read as JSON, which it contains in spite of its name.");
                }
                !is_json
            }
            Ending::Json | Ending::JsonLines => false,
            _ => first.is_some_and(|byte| !matches!(byte, b'{' | b'[')),
        };
        if is_csv {
            return Ok((Format::Csv, Box::new(CsvRows::new(name, input, notes)?)));
        }
        if first == Some(b'[') {
            return Ok((
                Format::JsonArray,
                Box::new(JsonArray::new(input, notes.clone())),
            ));
        }
        if ending != Ending::JsonLines {
            let beginning = input.peek(MAX_LINE_BYTES).map_err(io(name))?;
            let whole = beginning.len() < MAX_LINE_BYTES;
            if kind::begins_with_a_column(beginning) {
                let message = "the file has a table's columns, each with its rows; write the rows instead, with \
                               pandas by to_json(orient=\"records\")";
                return Err(Error::import(name, message));
            }
            if let Some(list) = wrapped::look(beginning, whole) {
                notes.say(format!(
                    "The file is one object; its records are in the list '{}', and its other \
                     members were ignored.",
                    list.path
                ));
                let rows = JsonArray::within(input, list.before, notes.clone());
                return Ok((Format::JsonArray, Box::new(rows.map_err(io(name))?)));
            }
        }
        Ok((
            Format::JsonLines,
            Box::new(JsonValues::new(input, notes.clone())),
        ))
    }

    /// Whether a file that begins like this can only be read once it is complete.
    pub fn needs_whole(beginning: &[u8]) -> bool {
        kind::whole(beginning).is_some()
    }

    /// The format of the records.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Notes so far, as sentences, about things that do not prevent reading.
    pub fn notes(&self) -> Vec<String> {
        self.notes.sentences()
    }

    /// How much of the input was read, in bytes as stored or sent, that is, before gzip is
    /// unpacked. It is slightly ahead of the records returned.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl Iterator for Import {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rows.as_mut()?.next_line();
        if !matches!(next, Ok(Some(_))) {
            self.rows = None;
        }
        next.map_err(unread(&self.name)).transpose()
    }
}
