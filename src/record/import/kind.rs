//! Detects a file's type from its name and its first bytes.

use std::path::Path;

/// The format that a file's extension indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// `.csv`, `.tsv`, `.tab`, `.psv`.
    Csv,
    /// `.json`: one value or several.
    Json,
    /// `.jsonl`, `.ndjson`: one value per line.
    JsonLines,
    /// `.txt`: a table or a text.
    Text,
    /// `.md`, `.markdown`.
    Markdown,
    /// None of these.
    Other,
}

impl Ending {
    /// The extension of a name, ignoring `.gz`.
    pub fn of(name: &Path) -> Self {
        let name = name.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv" | "tsv" | "tab" | "psv") => Self::Csv,
            Some("json") => Self::Json,
            Some("jsonl" | "ndjson") => Self::JsonLines,
            Some("txt") => Self::Text,
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::Other,
        }
    }
}

/// The first bytes of unsupported file types, what the files are, and what to do with them.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office file (.xls, .doc)",
        SAVE_AS,
    ),
    (
        b"{\\rtf",
        "an RTF text",
        "save it as .docx or as plain text",
    ),
    (
        b"PAR1",
        "a Parquet file",
        "build with the feature `parquet` to read it, or write it as JSON lines or CSV",
    ),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"ARROW1", "an Arrow file", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (
        b"\x93NUMPY",
        "a NumPy array",
        "give vectors with --vectors beside a file of records",
    ),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"BZh", "packed with bzip2", UNPACK),
    (b"\xfd7zXZ\0", "packed with xz", UNPACK),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", UNPACK),
    (b"\x89PNG", "a picture", PICTURE),
    (b"\xff\xd8\xff", "a picture", PICTURE),
    (b"GIF8", "a picture", PICTURE),
    (b"II*\0", "a picture", PICTURE),
    (b"MM\0*", "a picture", PICTURE),
    (b"RIFF", "a picture or a sound", PICTURE),
    (b"OggS", "a sound", PICTURE),
    (b"ID3", "a sound", PICTURE),
    (b"\x7fELF", "a program", PICTURE),
];

const SAVE_AS: &str = "save it as CSV or .docx";
const EXPORT: &str = "export it as JSON lines or CSV";
const UNPACK: &str = "unpack it first, or pack it with gzip";
const PICTURE: &str = "give a file of records or a text";

/// Formats that can only be read once the whole file is available, usually because they are read
/// from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// PDF.
    Pdf,
    /// A ZIP archive, which includes EPUB and DOCX.
    Zip,
    /// Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Whether a file begins like one of these.
pub fn whole(beginning: &[u8]) -> Option<Whole> {
    let kinds: &[(&[u8], Whole)] = &[
        (b"%PDF-", Whole::Pdf),
        (b"PK\x03\x04", Whole::Zip),
        #[cfg(feature = "parquet")]
        (b"PAR1", Whole::Parquet),
    ];
    let kind = kinds.iter().find(|(magic, _)| beginning.starts_with(magic));
    kind.map(|&(_, kind)| kind)
}

/// Whether a text begins like a JSON object or a list of them, which no header of a table does.
pub fn begins_with_an_object(beginning: &[u8]) -> bool {
    let text = beginning.trim_ascii_start();
    let text = text.strip_prefix(b"[").unwrap_or(text).trim_ascii_start();
    let members = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    members.is_some_and(|members| members.starts_with(b"\""))
}

/// Whether a JSON object has columns instead of records, as pandas writes a table by default:
/// `{"title": {"0": "Mill", "1": "Dairy"}, …}`.
pub fn begins_with_a_column(beginning: &[u8]) -> bool {
    let after = |text: &'_ [u8], mark: &[u8]| -> Option<usize> {
        let rest = text.trim_ascii_start().strip_prefix(mark)?;
        Some(text.len() - rest.len())
    };
    let first_row = || {
        let object = after(beginning, b"{")?;
        let name = object + after(&beginning[object..], b"\"")?;
        let quote = beginning[name..].iter().position(|&byte| byte == b'"')?;
        let mut at = name + quote + 1;
        for mark in [&b":"[..], b"{", b"\"0\"", b":"] {
            at += after(&beginning[at..], mark)?;
        }
        Some(at)
    };
    first_row().is_some()
}

/// How many bytes are needed to recognise such a file.
pub const LOOKED_AT: usize = 512;

/// Describes a file that contains neither records nor text, and what to do with it. `None` for
/// other files.
pub fn other(beginning: &[u8]) -> Option<String> {
    let beginning = &beginning[..beginning.len().min(LOOKED_AT)];
    let known = OTHERS
        .iter()
        .find(|(magic, ..)| beginning.starts_with(magic));
    if let Some((_, what, remedy)) = known {
        return Some(format!("this is {what}; {remedy}"));
    }
    let text = beginning.trim_ascii_start();
    let is = |start: &[u8]| {
        text.get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    if is(b"<!doctype html") || is(b"<html") {
        return Some("this is a web page; save it as text, or its table as CSV".into());
    }
    if is(b"<?xml") {
        return Some("this is XML; convert it to JSON lines or CSV".into());
    }
    // A stray NUL is damage, but many mean that it is not text.
    let zeros = beginning.iter().filter(|&&byte| byte == 0).count();
    if zeros * 10 > beginning.len() {
        let remedy = "give a file of records (JSON, CSV) or a text";
        return Some(format!(
            "this is a binary file of a kind that is not read; {remedy}"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_recognised_whatever_it_is_called() {
        for text in ["[{\"a\": 1}]", "\n[ {\n\"a\": 1}]", "{ \"a\": 1}\n"] {
            assert!(begins_with_an_object(text.as_bytes()), "{text}");
        }
        for text in ["{a},b\n1,2\n", "[a],b\n", "\"a\",b\n", ""] {
            assert!(!begins_with_an_object(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn columns_are_told_from_records() {
        let columns = b"{ \"title\": {\"0\": \"Mill\", \"1\": \"Dairy\"}}";
        assert!(begins_with_a_column(columns));
        for text in [
            "{\"title\": \"Mill\"}",
            "{\"a\": {\"b\": 0}}",
            "{\"a",
            "[]",
            "",
        ] {
            assert!(!begins_with_a_column(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn files_of_other_kinds_are_named_with_what_to_do() {
        for (bytes, needle) in [
            (&b"\x89PNG\r\n"[..], "picture"),
            (b"PAR1\x15\x04", "Parquet"),
            (b"\n <!DOCTYPE html><html>", "web page"),
            (b"<?xml version='1.0'?>", "XML"),
            (b"\xd0\xcf\x11\xe0\xa1", ".xls"),
            (b"{\\rtf1\\ansi", "RTF"),
            (b"\x00\x01\x02\x00\x00\x00", "binary"),
        ] {
            let told = other(bytes).unwrap();
            assert!(told.contains(needle) && told.contains("; "), "{told}");
        }
        for text in [
            &b"id,title\n1,Mill\0house\n"[..],
            b"{\"a\":1}",
            b"<p>name",
            b"",
        ] {
            assert_eq!(other(text), None);
        }
    }
}
