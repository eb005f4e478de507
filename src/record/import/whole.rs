//! Reads files that must be complete first: documents, archives, and tables with their metadata at
//! the end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::bounds::{Bounds, unread};
use super::documents::{self, Archive, Kind};
use super::folder::Folder;
use super::format::Format;
use super::input::Input;
use super::kind::Whole;
use super::line::{Line, Rows};
use super::notes::Notes;
use crate::error::{Error, Result};

/// The largest such file accepted, in bytes.
const MAX_WHOLE_BYTES: u64 = 1 << 30;

/// Creates the reader for such a file.
///
/// # Errors
/// [`Error::Import`] if it contains no records.
pub fn rows(
    name: &Path,
    kind: Whole,
    input: Input,
    notes: &Notes,
) -> Result<(Format, Box<dyn Rows>)> {
    match kind {
        Whole::Pdf => document(name, Kind::Pdf, input, notes),
        Whole::Zip => archive(name, input, notes),
        #[cfg(feature = "parquet")]
        Whole::Parquet => {
            let rows = super::parquet::ParquetRows::new(laid_down(name, input)?);
            let rows = rows.map_err(|why| Error::import(name, why))?;
            Ok((Format::Parquet, Box::new(rows)))
        }
    }
}

/// The records of one document of the given kind.
///
/// # Errors
/// [`Error::Import`] if it contains none.
pub fn document(
    name: &Path,
    kind: Kind,
    input: Input,
    notes: &Notes,
) -> Result<(Format, Box<dyn Rows>)> {
    let mut bytes = Vec::new();
    let mut input = input.take(kind.max_bytes() as u64 + 1);
    input.read_to_end(&mut bytes).map_err(unread(name))?;
    let path = name
        .file_name()
        .unwrap_or(name.as_os_str())
        .to_string_lossy();
    let read = documents::read(kind, &path, bytes).map_err(|why| Error::import(name, why))?;
    for note in read.notes {
        notes.say(note);
    }
    let records = read.records.into_iter();
    let lines = records.map(|payload| Line::Record { line: 1, payload });
    let lines: Vec<Line> = lines.collect();
    Ok((Format::Document(kind), Box::new(One(lines.into_iter()))))
}

/// Copies an input to a temporary file, so that it can be read from its end.
fn laid_down(name: &Path, input: Input) -> Result<File> {
    let mut file = tempfile::tempfile().map_err(Error::io(name))?;
    let mut input = input.take(MAX_WHOLE_BYTES + 1);
    let copied = io::copy(&mut input, &mut file).map_err(unread(name))?;
    if copied > MAX_WHOLE_BYTES {
        let message = format!(
            "the file is larger than {MAX_WHOLE_BYTES} bytes; unpack an archive and index its \
             folder, or write a table as JSON lines"
        );
        return Err(Error::import(name, message));
    }
    Ok(file)
}

/// The contents of a ZIP archive: documents, or a document format that is based on ZIP.
fn archive(name: &Path, input: Input, notes: &Notes) -> Result<(Format, Box<dyn Rows>)> {
    let io = Error::io;
    let wrong = |why| Error::import(name, why);
    let mut archive = Archive::open(laid_down(name, input)?).map_err(wrong)?;
    let Some(kind) = documents::kind_of_archive(&mut archive).map_err(wrong)? else {
        let folder = Folder::packed(name, archive, Arc::default(), notes.clone())?;
        return Ok((Format::Folder, Box::new(folder)));
    };
    let file = archive.into_inner().map_err(io(name))?;
    let input = super::unpack::packed(file, Arc::default(), notes, &Bounds::default());
    document(name, kind, input.map_err(io(name))?, notes)
}

/// The records of one document.
struct One(std::vec::IntoIter<Line>);

impl Rows for One {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        Ok(self.0.next())
    }
}
