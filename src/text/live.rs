//! Which records of an index are not deleted, and how many of them contain a term.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{OnceLock, PoisonError, RwLock};

use roaring::RoaringBitmap;

use super::postings::{OVER, Postings};

/// The records of an index that are not deleted. Deleting more of them makes another value, so
/// that what has been counted stays true.
#[derive(Debug, Default)]
pub struct Live {
    records: RoaringBitmap,
    /// The deleted ones, found when they are first needed.
    deleted: OnceLock<RoaringBitmap>,
    /// How many live records contain a term, by its number.
    counts: RwLock<HashMap<u32, u32>>,
}

impl Live {
    /// These records are live, and no others.
    pub fn new(records: RoaringBitmap) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }

    /// The records of an index with `all` records that are deleted.
    pub(super) fn deleted(&self, all: usize) -> &RoaringBitmap {
        self.deleted.get_or_init(|| {
            let mut deleted = RoaringBitmap::new();
            deleted.insert_range(0..all as u32);
            deleted - &self.records
        })
    }

    /// How many live records contain a term of the index with these postings and `all` records.
    pub(super) fn holding(&self, postings: &Postings, term: u32, all: usize) -> u32 {
        let counts = self.counts.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&known) = counts.get(&term) {
            return known;
        }
        drop(counts);
        let deleted = self.deleted_holding(postings, term, all);
        let live = postings.holding(term).saturating_sub(deleted);
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        counts.insert(term, live);
        live
    }

    /// How many deleted records contain a term: the shorter of the two lists is walked through,
    /// and its records are looked for in the other.
    fn deleted_holding(&self, postings: &Postings, term: u32, all: usize) -> u32 {
        let deleted = self.deleted(all);
        let mut cursor = postings.cursor(term);
        let mut holding = 0;
        if deleted.len() < u64::from(postings.holding(term)) {
            for record in deleted {
                cursor.seek(record);
                match cursor.record() {
                    OVER => break,
                    at => holding += u32::from(at == record),
                }
            }
        } else {
            cursor.for_each_block(|records| {
                let gone = records.iter().filter(|&&record| deleted.contains(record));
                holding += gone.count() as u32;
                true
            });
        }
        holding
    }
}

impl Deref for Live {
    type Target = RoaringBitmap;

    fn deref(&self) -> &RoaringBitmap {
        &self.records
    }
}

impl FromIterator<u32> for Live {
    fn from_iter<I: IntoIterator<Item = u32>>(records: I) -> Self {
        Self::new(records.into_iter().collect())
    }
}
