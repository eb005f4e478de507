//! The formats that records are read from.

use std::fmt;

use super::documents::Kind;

/// The format of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON objects one after another, usually one per line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
    /// Rows under a header, separated by commas, semicolons, tabs or vertical bars.
    Csv,
    /// Documents in a folder, or in a ZIP archive.
    Folder,
    /// One document.
    Document(Kind),
    /// The rows of a Parquet table.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonLines => "JSON lines",
            Self::JsonArray => "a JSON array",
            Self::Csv => "CSV",
            Self::Folder => "a folder of documents",
            Self::Document(kind) => return fmt::Display::fmt(kind, f),
            #[cfg(feature = "parquet")]
            Self::Parquet => "Parquet",
        })
    }
}
