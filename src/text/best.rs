//! The best matches found so far.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::hash_map::Entry;

use super::matched::Match;
use crate::digest::{ByFingerprint, Fingerprints};

/// The best `k` matches of those offered, whatever the order. Of equal scores, the earlier
/// position is the better one.
pub struct Best<'t> {
    k: usize,
    heap: BinaryHeap<WorstFirst>,
    /// If set, of the matches for which it returns the same, only the best counts. It returns a
    /// fingerprint.
    text: Option<&'t dyn Fn(u32) -> u64>,
    /// The match that each text in the heap is kept with.
    kept: ByFingerprint<Match>,
}

impl<'t> Best<'t> {
    /// None yet, of at most `k`. With `text`, of the positions for which it returns the same, only
    /// the best match counts.
    pub fn new(k: usize, text: Option<&'t dyn Fn(u32) -> u64>) -> Self {
        Self {
            k,
            heap: BinaryHeap::with_capacity(k.saturating_add(1).min(1_024)),
            text,
            kept: ByFingerprint::default(),
        }
    }

    /// How many matches are kept.
    pub fn wanted(&self) -> usize {
        self.k
    }

    /// A score that the last of the best reaches, from lower bounds on the scores of some records,
    /// each with its position; `None` if there are too few of them to tell. Reorders them.
    pub fn reached(&self, bounds: &mut [(f32, u32)]) -> Option<f32> {
        let last = self.k.checked_sub(1)?;
        let highest_first = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0);
        let Some(text) = self.text else {
            if bounds.len() <= last {
                return None;
            }
            let (_, last, _) = bounds.select_nth_unstable_by(last, highest_first);
            return Some(last.0);
        };
        // Few records are identical to others, so twice as many are usually enough.
        let enough = self.k.saturating_mul(2);
        if bounds.len() > enough {
            bounds.select_nth_unstable_by(enough, highest_first);
        }
        let highest = bounds.len().min(enough);
        let highest = bounds.get_mut(..highest)?;
        highest.sort_unstable_by(highest_first);
        let mut seen = Fingerprints::with_capacity_and_hasher(highest.len(), Default::default());
        let last = highest
            .iter()
            .find(|(_, position)| seen.insert(text(*position)) && seen.len() == self.k);
        last.map(|last| last.0)
    }

    /// The score that a later position must exceed to get in: that of the last of `k`, or 0.
    pub fn threshold(&self) -> f32 {
        if self.heap.len() < self.k {
            return 0.0;
        }
        self.heap
            .peek()
            .map_or(f32::INFINITY, |worst| worst.found.score)
    }

    /// Takes a match if it is among the best.
    pub fn offer(&mut self, found: Match) {
        let full = self.heap.len() >= self.k;
        let worst = self.heap.peek().filter(|_| full);
        if worst.is_some_and(|worst| Match::best_first(&found, &worst.found) != Ordering::Less) {
            return;
        }
        let text = self.text.map_or(0, |text| text(found.position));
        if self.text.is_some() {
            let kept = self.kept.entry(text);
            if let Entry::Occupied(mut kept) = kept {
                if Match::best_first(&found, kept.get()) != Ordering::Less {
                    return;
                }
                // Rare: identical records score the same, except by the words of their facets.
                kept.insert(found);
                self.heap.retain(|other| other.text != text);
            } else {
                kept.insert_entry(found);
            }
        }
        self.heap.push(WorstFirst { found, text });
        if self.heap.len() > self.k
            && let Some(worst) = self.heap.pop()
        {
            self.kept.remove(&worst.text);
        }
    }

    /// The best matches, best first.
    pub fn into_sorted(self) -> Vec<Match> {
        let sorted = self.heap.into_sorted_vec();
        sorted.into_iter().map(|worst| worst.found).collect()
    }
}

struct WorstFirst {
    found: Match,
    /// What it has in common with identical records; 0 if all are kept.
    text: u64,
}

impl Ord for WorstFirst {
    fn cmp(&self, other: &Self) -> Ordering {
        Match::best_first(&self.found, &other.found)
    }
}

impl PartialOrd for WorstFirst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for WorstFirst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for WorstFirst {}
