//! Reads all records of a collection: page by page or all at once.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::query::{MAX_PAGE_BYTES, MAX_PAGE_RECORDS};
use crate::record::{Record, RecordId};
use crate::storage::store::View;

/// Where a page of records ended. It is opaque, and only used to request the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(u32);

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
        let number = number.and_then(|number| u32::from_str_radix(number, 16).ok());
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

impl Collection {
    /// The records after the page that ended at a cursor, in the order they were written; without a
    /// cursor, the first ones. There are at most `limit`, or fewer if they are large.
    ///
    /// A record that exists throughout is returned exactly once. One that is changed in the
    /// meantime moves to the end and is returned there with its new contents.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if the limit is too high; the store's read errors.
    pub fn page(&self, after: Option<Cursor>, limit: usize) -> Result<Page> {
        if !(1..=MAX_PAGE_RECORDS).contains(&limit) {
            return Err(Error::BadQuery(format!(
                "limit is {limit}; it must be between 1 and {MAX_PAGE_RECORDS}"
            )));
        }
        let first = after.map_or(0, |Cursor(number)| number);
        self.viewing(|view| self.page_in(view, first, limit))
    }

    fn page_in(&self, view: &View<'_>, first: u32, limit: usize) -> Result<Page> {
        let mut page = Page {
            records: Vec::new(),
            next: None,
        };
        let mut bytes = 0;
        view.for_each_payload(first, |RecordId(number), json| {
            bytes += json.len();
            let full = page.records.len() == limit || bytes > MAX_PAGE_BYTES;
            if full && !page.records.is_empty() {
                page.next = Some(Cursor(number));
                return Ok(ControlFlow::Break(()));
            }
            let payload = serde_json::from_slice(json).map_err(|_| Error::damaged(view.path()))?;
            page.records
                .push(self.schema().read(RecordId(number), payload));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }

    /// Calls `each` with every record's fields, as JSON on one line, in the order they were
    /// written. All records are from the same state, regardless of concurrent writes.
    ///
    /// # Errors
    /// The store's read errors, and those of `each`.
    pub fn export(&self, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let view = self.store.read()?;
        view.for_each_payload(0, |_, json| each(json).map(ControlFlow::Continue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        for number in [0, 17, u32::MAX] {
            let text = Cursor(number).to_string();
            assert_eq!(text.parse::<Cursor>().unwrap(), Cursor(number));
        }
        for text in ["", "17", "c", "cx", "c1ffffffff", "c-1"] {
            let error = text.parse::<Cursor>().unwrap_err().to_string();
            assert!(error.contains("the page before"), "{text}: {error}");
        }
    }
}
