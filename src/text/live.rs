//! Which records of an index are not deleted, and how many of them contain a term.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use roaring::RoaringBitmap;

use super::postings::{OVER, Postings};

/// How many records may be deleted before terms are counted anew.
const MAX_SINCE: u64 = 1_024;

/// The records of an index that are not deleted. Deleting more of them makes another value, so
/// that what has been counted stays true.
#[derive(Debug, Default)]
pub struct Live {
    records: RoaringBitmap,
    /// The deleted ones, found when they are first needed.
    deleted: OnceLock<RoaringBitmap>,
    /// How many live records contain a term, by its number.
    counts: RwLock<HashMap<u32, u32>>,
    /// An earlier value, whose counts are still of use, and the few records deleted since.
    earlier: Option<(Arc<Self>, RoaringBitmap)>,
}

impl Live {
    /// These records are live, and no others.
    pub fn new(records: RoaringBitmap) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }

    /// The same without some more records. What this one has counted is not counted again.
    pub fn without(&self, gone: RoaringBitmap) -> Self {
        let earlier = match &self.earlier {
            Some((earlier, since)) if since.len() + gone.len() <= MAX_SINCE => {
                (Arc::clone(earlier), since | &gone)
            }
            // A copy, so that the values before it are not kept.
            _ => (Arc::new(self.by_itself()), gone.clone()),
        };
        Self {
            earlier: Some(earlier),
            ..Self::new(&self.records - gone)
        }
    }

    fn by_itself(&self) -> Self {
        let counts = self.counts.read().unwrap_or_else(PoisonError::into_inner);
        Self {
            counts: RwLock::new(counts.clone()),
            ..Self::new(self.records.clone())
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
        let (before, gone) = match &self.earlier {
            Some((earlier, since)) => (earlier.holding(postings, term, all), since),
            None => (postings.holding(term), self.deleted(all)),
        };
        let live = before.saturating_sub(holding_among(gone, postings, term));
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        counts.insert(term, live);
        live
    }
}

/// How many of some records contain a term: the shorter of the two lists is walked through, and
/// its records are looked for in the other.
fn holding_among(among: &RoaringBitmap, postings: &Postings, term: u32) -> u32 {
    let mut cursor = postings.cursor(term);
    let mut holding = 0;
    if among.len() < u64::from(postings.holding(term)) {
        for record in among {
            cursor.seek(record);
            match cursor.record() {
                OVER => break,
                at => holding += u32::from(at == record),
            }
        }
    } else {
        cursor.for_each_block(|records| {
            let found = records.iter().filter(|&&record| among.contains(record));
            holding += found.count() as u32;
        });
    }
    holding
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::index;
    use proptest::prelude::*;

    proptest! {
        /// However records are deleted, and whatever was counted before.
        #[test]
        fn live_records_that_contain_a_term_are_counted(
            deletions in prop::collection::vec(prop::collection::vec(0u32..4_000, 0..900), 1..6)
        ) {
            let texts: Vec<&str> = (0..4_000).map(|at| match at % 7 {
                0 => "milk wood",
                1 | 4 => "milk",
                _ => "wood",
            }).collect();
            let index = index(&texts);
            let mut left: RoaringBitmap = (0..4_000).collect();
            let mut live = Live::new(left.clone());
            for (at, gone) in deletions.into_iter().enumerate() {
                let gone: RoaringBitmap = gone.into_iter().collect();
                let gone = gone & &left;
                left -= &gone;
                live = live.without(gone);
                prop_assert_eq!(&*live, &left);
                for word in ["milk", "wood"].into_iter().skip(at % 2) {
                    let expected = left.iter().filter(|&at| texts[at as usize].contains(word));
                    let term = index.term(word).unwrap();
                    let counted = live.holding(index.postings(), term, index.len());
                    prop_assert_eq!(counted as usize, expected.count());
                }
            }
        }
    }
}
