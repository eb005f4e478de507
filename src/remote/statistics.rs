//! Counts that scores depend on, remembered for a while: the number of records, and how many of them contain each
//! term and each piece of the model's vocabulary. One request counts the commonest ones of a whole collection, so
//! that few queries have to ask for any.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::index::{Frequencies, RemoteFilter, RemoteIndex, Vocabulary};
use super::keys::hash;
use crate::error::Result;
use crate::locks::lock;
use crate::search::Holds;

/// How long counts are used at least, unless this server writes. Writes in the meantime change the weight of a word a
/// little.
const FRESH: Duration = Duration::from_secs(2);

/// Counts are used at least this many times as long as counting took, so counting takes at most a hundredth of the
/// time.
const SHARE: u32 = 100;

/// How long they are used at most, however long the cluster hung.
const OLDEST: Duration = Duration::from_secs(60);

/// The counts of a collection.
#[derive(Default)]
pub struct Statistics {
    records: Kept<u64>,
    terms: Kept<Frequencies>,
    pieces: Kept<Frequencies>,
}

impl Statistics {
    /// The number of records. Once counted, it is used for a while.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn records(&self, index: &dyn RemoteIndex) -> Result<u64> {
        let counted = self.records.current(|| {
            let counts = index.counts(&[RemoteFilter::NONE], index.scans())?;
            Ok(counts.first().copied().unwrap_or(0))
        })?;
        Ok(counted.of)
    }

    /// How many records contain each of some terms or pieces, in their order. Terms that no record
    /// contains are counted again each time, so that a new word is found at once.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn of(
        &self,
        index: &dyn RemoteIndex,
        vocabulary: Vocabulary,
        asked: &[u32],
    ) -> Result<Vec<u64>> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.commonest_of(index, vocabulary)?;
        let (known, are_all) = (&known.of.counts, known.of.are_all);
        let missing = asked.iter().filter(|one| !known.contains_key(one));
        let others = match vocabulary {
            // A new word must be found at once, but a new piece only weighs a little more than it should.
            Vocabulary::Pieces if are_all => HashMap::new(),
            _ => rare(index, vocabulary, missing.copied().collect())?,
        };
        let count = |one| known.get(one).or_else(|| others.get(one));
        Ok(asked
            .iter()
            .map(|one| count(one).copied().unwrap_or(0))
            .collect())
    }

    /// How many records contain each of some terms, in their order, and which of them were not counted, because probably
    /// no record contains them.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn likely(&self, index: &dyn RemoteIndex, asked: &[u32]) -> Result<(Vec<u64>, Vec<u32>)> {
        let known = self.commonest_terms(index)?;
        if !known.of.are_all {
            let counts = self.of(index, Vocabulary::Terms, asked)?;
            return Ok((counts, Vec::new()));
        }
        let counts = asked.iter().map(|one| known.count(*one));
        let unseen = asked.iter().filter(|one| known.count(**one) == 0);
        Ok((counts.collect(), unseen.copied().collect()))
    }

    /// Notes that this server has written or deleted records.
    pub fn written(&self) {
        let kept = [
            &self.records.written,
            &self.terms.written,
            &self.pieces.written,
        ];
        for written in kept {
            written.store(true, Ordering::Relaxed);
        }
    }

    /// The commonest terms.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn commonest_terms(&self, index: &dyn RemoteIndex) -> Result<Arc<Counted<Frequencies>>> {
        self.commonest_of(index, Vocabulary::Terms)
    }

    /// What the records mostly consist of.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn commonest(&self, index: &dyn RemoteIndex) -> Result<Commonest> {
        Ok(Commonest {
            terms: self.commonest_of(index, Vocabulary::Terms)?,
            pieces: self.commonest_of(index, Vocabulary::Pieces)?,
        })
    }

    fn commonest_of(
        &self,
        index: &dyn RemoteIndex,
        vocabulary: Vocabulary,
    ) -> Result<Arc<Counted<Frequencies>>> {
        let kept = match vocabulary {
            Vocabulary::Terms => &self.terms,
            Vocabulary::Pieces => &self.pieces,
        };
        kept.current(|| index.frequencies(vocabulary))
    }
}

/// How many records contain each of some that are not among the commonest. Mostly there are none, which one request
/// can tell.
fn rare(
    index: &dyn RemoteIndex,
    vocabulary: Vocabulary,
    asked: Vec<u32>,
) -> Result<HashMap<u32, u64>> {
    if asked.is_empty() || index.counts(&[vocabulary.any_of(asked.clone())], true)? == [0] {
        return Ok(HashMap::new());
    }
    let each = asked.iter().map(|one| vocabulary.any_of(vec![*one]));
    let counts = index.counts(&each.collect::<Vec<_>>(), index.scans())?;
    Ok(asked.into_iter().zip(counts).collect())
}

/// The commonest terms and pieces of a collection.
pub struct Commonest {
    terms: Arc<Counted<Frequencies>>,
    pieces: Arc<Counted<Frequencies>>,
}

impl Holds for Commonest {
    fn term(&self, term: &str) -> bool {
        self.terms.count(hash(term)) > 0
    }

    fn piece(&self, piece: u32) -> bool {
        self.pieces.count(piece) > 0
    }
}

/// Counts that are used for a while.
struct Kept<T> {
    known: ArcSwapOption<Counted<T>>,
    /// Held while they are counted.
    counting: Mutex<()>,
    /// Whether this server has written since they were counted.
    written: AtomicBool,
}

/// Counts, and when they were counted.
pub struct Counted<T> {
    of: T,
    at: Instant,
    /// How long it took to count.
    took: Duration,
}

impl Counted<Frequencies> {
    /// How many records contain one; 0 if it is not among the commonest.
    pub fn count(&self, one: u32) -> u64 {
        self.of.counts.get(&one).copied().unwrap_or(0)
    }
}

impl<T> Kept<T> {
    /// The counts. Once they are old, one query counts again, and others use the last ones.
    fn current(&self, count: impl Fn() -> Result<T>) -> Result<Arc<Counted<T>>> {
        let last = self.known.load_full();
        let _counting = match &last {
            Some(last) if self.is_fresh(last) => return Ok(Arc::clone(last)),
            Some(last) => match self.counting.try_lock() {
                Ok(counting) => counting,
                Err(TryLockError::WouldBlock) => return Ok(Arc::clone(last)),
                Err(TryLockError::Poisoned(counting)) => counting.into_inner(),
            },
            None => lock(&self.counting),
        };
        // Another query may have counted before this one had the lock.
        if let Some(known) = self.known.load_full()
            && self.is_fresh(&known)
        {
            return Ok(known);
        }
        self.written.store(false, Ordering::Relaxed);
        let start = Instant::now();
        let counted = Arc::new(Counted {
            of: count()?,
            at: Instant::now(),
            took: start.elapsed(),
        });
        self.known.store(Some(Arc::clone(&counted)));
        Ok(counted)
    }

    fn is_fresh(&self, known: &Counted<T>) -> bool {
        let least = match self.written.load(Ordering::Relaxed) {
            true => Duration::ZERO,
            false => FRESH,
        };
        known.at.elapsed() < least.max(known.took * SHARE).min(OLDEST)
    }
}

// Not derived, because the derived one would require a default of the counts.
impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            known: ArcSwapOption::default(),
            counting: Mutex::default(),
            written: AtomicBool::default(),
        }
    }
}
