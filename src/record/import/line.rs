//! What a reader of a format yields, and how large it may be.

use std::io;

use crate::record::Payload;

/// The longest line, element, row or text accepted, in bytes. Anything longer is not a record, or
/// the file has no line breaks.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// The most fields of a record: as many as the columns of a large spreadsheet.
pub const MAX_FIELDS: usize = 16_384;

/// The result of reading one line of the input.
#[derive(Debug)]
pub enum Line {
    /// A record's fields.
    Record {
        /// The line on which it begins, from 1; in a folder, the number of its file.
        line: u64,
        /// Its fields.
        payload: Payload,
    },
    /// A place without a usable record.
    Skipped {
        /// The line on which it begins, from 1; in a folder, the number of its file.
        line: u64,
        /// Why.
        reason: String,
    },
}

/// A reader of one format.
pub trait Rows: Send {
    /// The next record or skipped place; `None` at the end.
    fn next_line(&mut self) -> io::Result<Option<Line>>;
}
