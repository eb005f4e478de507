//! Counts that scores depend on, remembered for a while: the words of queries repeat, and each count asks every
//! shard of a cluster.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::index::{RemoteFilter, RemoteIndex};
use crate::error::Result;
use crate::locks::lock;

/// How long a count is used. Writes in the meantime change the weight of a word a little.
const FRESH: Duration = Duration::from_secs(2);

/// How many counts are remembered at most.
const MOST: usize = 100_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// All records.
    Records,
    /// Those that contain a term, given by its hash.
    Term(u32),
    /// Those that contain a piece of the model's vocabulary.
    Piece(u32),
}

impl Statistic {
    fn filter(self) -> RemoteFilter {
        match self {
            Self::Records => RemoteFilter::NONE,
            Self::Term(term) => RemoteFilter::Terms(vec![term]),
            Self::Piece(piece) => RemoteFilter::Piece(piece),
        }
    }
}

/// The counts of a collection.
#[derive(Default)]
pub struct Statistics {
    known: Mutex<HashMap<Statistic, (u64, Instant)>>,
}

impl Statistics {
    /// The counts of several things, in their order.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn of(&self, index: &dyn RemoteIndex, asked: &[Statistic]) -> Result<Vec<u64>> {
        let known: Vec<Option<u64>> = {
            let known = lock(&self.known);
            let fresh = |one| {
                let (count, at) = known.get(one)?;
                (at.elapsed() < FRESH).then_some(*count)
            };
            asked.iter().map(fresh).collect()
        };
        let missing = asked.iter().zip(&known);
        let missing = missing.filter_map(|(one, known)| known.is_none().then_some(*one));
        let missing: Vec<Statistic> = missing.collect();
        let mut counts = Vec::new();
        if !missing.is_empty() {
            let filters: Vec<RemoteFilter> = missing.iter().map(|one| one.filter()).collect();
            counts = index.counts(&filters, index.scans())?;
            self.remember(&missing, &counts);
        }
        let mut counts = counts.into_iter();
        let count = |known: Option<u64>| known.or_else(|| counts.next()).unwrap_or(0);
        Ok(known.into_iter().map(count).collect())
    }

    /// What is in no record is not remembered, so that it is found as soon as it is.
    fn remember(&self, asked: &[Statistic], counts: &[u64]) {
        let now = Instant::now();
        let mut known = lock(&self.known);
        if known.len() > MOST {
            known.clear();
        }
        let counted = asked.iter().zip(counts).filter(|(_, count)| **count > 0);
        known.extend(counted.map(|(one, count)| (*one, (*count, now))));
    }
}
