//! Documents as records. A text, a Markdown file or a DOCX is one record, a PDF one per page, an
//! EPUB one per chapter. Formats that may be malformed or malicious are read on a separate thread,
//! so that a failure affects only the file itself.

mod apart;
mod archive;
mod docx;
mod epub;
mod inflated;
mod layout;
mod markup;
mod pdf;
mod widths;

use std::fmt;

use serde_json::Value;

pub use self::archive::{Archive, kind_of_archive};
use super::line::MAX_LINE_BYTES;
use super::{document, encoding, front_matter};
use crate::record::Payload;

/// The longest document accepted, in bytes as stored.
pub const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// What kind of document a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// PDF.
    Pdf,
    /// EPUB.
    Epub,
    /// DOCX, as word processors write it.
    Docx,
}

impl Kind {
    /// The kind indicated by a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "pdf" => Some(Self::Pdf),
            "epub" => Some(Self::Epub),
            "docx" => Some(Self::Docx),
            _ => None,
        }
    }

    /// Its name as stored in records.
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Pdf => "pdf",
            Self::Epub => "epub",
            Self::Docx => "docx",
        }
    }

    /// The maximum size of a file of this kind in bytes.
    pub fn max_bytes(self) -> usize {
        match self {
            Self::Text | Self::Markdown => MAX_LINE_BYTES,
            Self::Pdf | Self::Epub | Self::Docx => MAX_DOCUMENT_BYTES,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Markdown => "Markdown",
            Self::Pdf => "PDF",
            Self::Epub => "EPUB",
            Self::Docx => "DOCX",
        })
    }
}

/// The contents of a document.
#[derive(Debug, Default)]
struct Contents {
    /// Its title, if it states one.
    title: Option<String>,
    /// Its other metadata, as fields of the record.
    fields: Payload,
    /// Its parts: pages, chapters, or the whole document.
    parts: Vec<Part>,
    notes: Vec<String>,
}

#[derive(Debug, Default)]
struct Part {
    /// Its number among all parts, from 1; `None` if there is only one part.
    number: Option<usize>,
    heading: Option<String>,
    text: String,
}

/// A document's records, with notes about it.
pub struct Extract {
    /// The records, in document order.
    pub records: Vec<Payload>,
    /// The notes, as sentences.
    pub notes: Vec<String>,
}

/// Reads a document. `path` is its path within its folder, separated by `/`.
///
/// # Errors
/// Why it yields no records, and what to do about it.
pub fn read(kind: Kind, path: &str, bytes: Vec<u8>) -> Result<Extract, String> {
    if bytes.len() > kind.max_bytes() {
        return Err(format!(
            "the file is larger than {} bytes",
            kind.max_bytes()
        ));
    }
    let contents = match kind {
        Kind::Text | Kind::Markdown => text(kind, &bytes),
        Kind::Pdf => apart::run(move || pdf::read(bytes)),
        Kind::Epub => apart::run(move || epub::read(bytes)),
        Kind::Docx => apart::run(move || docx::read(bytes)),
    }?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let title = contents.title.as_deref().unwrap_or(name);
    let records = contents.parts.iter().map(|part| {
        let id = part.number.map(|number| format!("{path}#{number}"));
        let mut record = Payload::new();
        let mut put = |field: &str, value: Value| record.insert(field.into(), value);
        put("path", id.as_deref().unwrap_or(path).into());
        put("title", title_of(kind, title, part).into());
        if let (Kind::Pdf, Some(page)) = (kind, part.number) {
            put("page", page.into());
        }
        put("text", cut(&part.text).into());
        put("folder", folder.into());
        put("format", kind.name().into());
        record.extend(contents.fields.clone());
        record
    });
    Ok(Extract {
        records: records.collect(),
        notes: contents.notes,
    })
}

fn title_of(kind: Kind, title: &str, part: &Part) -> String {
    match (kind, part.number, &part.heading) {
        (Kind::Pdf, Some(page), _) => format!("{title}, p. {page}"),
        (Kind::Epub, _, Some(heading)) if heading != title => format!("{title}: {heading}"),
        _ => title.to_owned(),
    }
}

fn text(kind: Kind, bytes: &[u8]) -> Result<Contents, String> {
    let is_markdown = kind == Kind::Markdown;
    let (text, note) = encoding::decoded(bytes)?;
    let front_matter::Parts {
        title,
        fields,
        text,
    } = if is_markdown {
        front_matter::split(&text)
    } else {
        front_matter::Parts::plain(&text)
    };
    if text.trim().is_empty() && title.is_none() {
        return Err("the file is empty".into());
    }
    Ok(Contents {
        title: title.or_else(|| document::title(text, is_markdown)),
        fields,
        parts: vec![Part {
            text: text.to_owned(),
            ..Part::default()
        }],
        notes: note.into_iter().collect(),
    })
}

/// Cuts a text to the longest that a record may hold.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_LINE_BYTES)]
}
