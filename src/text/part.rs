//! A part of what is searched: an inverted index, and which of its records are live.

use roaring::RoaringBitmap;

use super::index::TextIndex;
use super::postings::{Cursor, OVER};

/// One part of the index that is searched.
#[derive(Clone, Copy)]
pub struct TextPart<'a> {
    /// Its inverted index.
    pub index: &'a TextIndex,
    /// The positions that are not deleted; `None` if none is deleted.
    pub live: Option<&'a RoaringBitmap>,
    /// How many terms the live records have in all.
    pub terms: u64,
    /// The live positions that pass the filters; `None` if all live ones do.
    pub passing: Option<&'a RoaringBitmap>,
    /// Added to its positions to distinguish them from those of other parts.
    pub offset: u32,
}

impl<'a> TextPart<'a> {
    /// Whether the record at a position is not deleted.
    pub(super) fn is_live(&self, position: u32) -> bool {
        self.live.is_none_or(|live| live.contains(position))
    }

    /// Whether the record at a position is live and passes the filters.
    pub(super) fn passes(&self, position: u32) -> bool {
        let passing = self.passing.or(self.live);
        passing.is_none_or(|passing| passing.contains(position))
    }

    /// How many live records it has.
    pub(super) fn records(&self) -> u64 {
        let all = self.index.len() as u64;
        self.live.map_or(all, RoaringBitmap::len)
    }

    /// The records that contain a term, deleted ones among them.
    pub(super) fn cursor(&self, term: &str) -> Option<Cursor<'a>> {
        Some(self.index.cursor(self.index.term(term)?))
    }

    /// Whether a live record contains a term.
    pub(super) fn holds(&self, term: &str) -> bool {
        self.holders(term).next().is_some()
    }

    /// The live records that contain a term.
    pub(super) fn holders(&self, term: &str) -> impl Iterator<Item = u32> {
        let all = self.cursor(term).into_iter().flat_map(records);
        all.filter(|&record| self.is_live(record))
    }

    /// How many live records contain a word.
    pub(super) fn live_holders(&self, word: u32) -> u32 {
        let holders = self.index.words().holders(word);
        holders.filter(|&record| self.is_live(record)).count() as u32
    }
}

/// The records of a cursor, in order.
pub(super) fn records(mut cursor: Cursor<'_>) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let record = cursor.record();
        cursor.advance();
        (record != OVER).then_some(record)
    })
}
