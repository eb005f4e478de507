//! Reads all records of a collection page by page.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::query::{MAX_PAGE_BYTES, MAX_PAGE_RECORDS};
use crate::record::{Record, RecordNumber, Schema};
use crate::storage::store::{Store, View};

impl Collection {
    /// Calls `each` with every record, in the order they were written. All records are from the same
    /// state, regardless of concurrent writes.
    ///
    /// # Errors
    /// The store's read errors, and those of `each`.
    pub fn each_record(&self, mut each: impl FnMut(Record) -> Result<()>) -> Result<()> {
        let view = self.store.read()?;
        view.for_each_payload(0, |number, json| {
            let payload = serde_json::from_slice(json).map_err(|_| Error::damaged(view.path()))?;
            each(self.schema().read(number, payload)).map(ControlFlow::Continue)
        })
    }
}

/// Where a page of records ended. It is opaque, and only used to request the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(u64);

impl Cursor {
    /// Where a page ended before the record with a number.
    pub(crate) fn before(number: u64) -> Self {
        Self(number)
    }
}

/// The prefix of a cursor's text, so that nothing else is mistaken for a cursor.
const MARK: char = 'c';

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{:x}", self.0)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = text.strip_prefix(MARK);
        let number = number.and_then(|number| u64::from_str_radix(number, 16).ok());
        number.map(Self).ok_or_else(|| {
            Error::BadQuery(format!(
                "cursor is '{text}': give the one that came with the page before, or none to begin"
            ))
        })
    }
}

/// A page of consecutive records.
#[derive(Debug, Clone)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<Cursor>,
}

/// The records after the page that ended at a cursor.
pub(super) fn page(store: &Store, after: Option<Cursor>, limit: usize) -> Result<Page> {
    let first = first_of(after, limit)?;
    store.viewing(|view| page_in(view, &store.about().schema, first, limit))
}

/// The lowest number that a record of the next page may have.
///
/// # Errors
/// [`Error::BadQuery`] if the limit is too high.
pub(crate) fn first_of(after: Option<Cursor>, limit: usize) -> Result<u64> {
    if !(1..=MAX_PAGE_RECORDS).contains(&limit) {
        return Err(Error::BadQuery(format!(
            "limit is {limit}; it must be between 1 and {MAX_PAGE_RECORDS}"
        )));
    }
    Ok(after.map_or(0, |Cursor(number)| number))
}

fn page_in(view: &View<'_>, schema: &Schema, first: u64, limit: usize) -> Result<Page> {
    let mut page = Page {
        records: Vec::new(),
        next: None,
    };
    let mut bytes = 0;
    view.for_each_payload(first, |RecordNumber(number), json| {
        bytes += json.len();
        let full = page.records.len() == limit || bytes > MAX_PAGE_BYTES;
        if full && !page.records.is_empty() {
            page.next = Some(Cursor(number));
            return Ok(ControlFlow::Break(()));
        }
        let payload = serde_json::from_slice(json).map_err(|_| Error::damaged(view.path()))?;
        page.records
            .push(schema.read(RecordNumber(number), payload));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        for number in [0, 17, u64::MAX] {
            let text = Cursor(number).to_string();
            assert_eq!(text.parse::<Cursor>().unwrap(), Cursor(number));
        }
        for text in ["", "17", "c", "cx", "c1ffffffffffffffff", "c-1"] {
            let error = text.parse::<Cursor>().unwrap_err().to_string();
            assert!(error.contains("the page before"), "{text}: {error}");
        }
    }
}
