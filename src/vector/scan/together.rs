//! The exact scan by several threads, while cores are free: most of it is waiting for memory, and two cores read
//! nearly twice as fast as one.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

use roaring::RoaringBitmap;

use super::{BLOCK, ExactScan};
use crate::vector::{Found, Neighbour};
use crate::vocabulary::CodeScan;

/// How many bytes of codes are worth a thread. Reading them from memory takes about ten times as long as starting
/// the thread.
const WORTH: usize = 4 << 20;

/// How many more threads may scan. Each query has one of its own.
static FREE: LazyLock<AtomicUsize> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    AtomicUsize::new(cores - 1)
});

/// The right to one more thread.
struct Helper;

impl Helper {
    fn take() -> Option<Self> {
        let less = |free: usize| free.checked_sub(1);
        let taken = FREE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        taken.ok().map(|_| Self)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        FREE.fetch_add(1, Ordering::Relaxed);
    }
}

impl ExactScan {
    /// The same as [`ExactScan::counted`], by as many threads as are free.
    pub fn counted_together(
        &self,
        query: &[f32],
        wanted: (usize, f32),
        filter: Option<&RoaringBitmap>,
    ) -> (Found, CodeScan) {
        match self.is_narrow(filter) {
            true => self.counted(query, wanted, filter),
            false => self.divided(query, wanted, filter, 0..self.codes.len()),
        }
    }

    fn divided(
        &self,
        query: &[f32],
        wanted: (usize, f32),
        filter: Option<&RoaringBitmap>,
        rows: Range<usize>,
    ) -> (Found, CodeScan) {
        let alone = |rows| self.counted_rows(query, wanted, filter, rows);
        let bytes = rows.len() * self.codes.width() * 64;
        if bytes < 2 * WORTH {
            return alone(rows);
        }
        let Some(_helper) = Helper::take() else {
            return alone(rows);
        };
        let middle = (rows.start + rows.len() / 2).next_multiple_of(BLOCK);
        let half = |rows| self.divided(query, wanted, filter, rows);
        let (one, other) = both(|| half(rows.start..middle), || half(middle..rows.end));
        merged(wanted.0, one, other)
    }
}

/// Does both at the same time; one after the other if no thread can be started.
fn both<T: Send>(one: impl Fn() -> T + Sync, other: impl Fn() -> T) -> (T, T) {
    thread::scope(|scope| match Builder::new().spawn_scoped(scope, &one) {
        Ok(thread) => {
            let other = other();
            let one = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            (one, other)
        }
        Err(_) => (one(), other()),
    })
}

/// The `k` best of both, and all that reach the cosine.
fn merged(
    k: usize,
    (mut found, read): (Found, CodeScan),
    (other, other_read): (Found, CodeScan),
) -> (Found, CodeScan) {
    found.nearest.extend(other.nearest);
    found.nearest.sort_unstable_by(Neighbour::best_first);
    found.nearest.truncate(k);
    found.reaching.extend(other.reaching);
    (found, read + other_read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split_mix::SplitMix64;

    #[test]
    fn several_threads_find_what_one_finds() {
        let mut random = SplitMix64::new(5);
        let mut number = || (random.bits() >> 40) as f32 / (1u64 << 24) as f32 - 0.5;
        let width = 128;
        // Some vectors are equal, so they share a row.
        let mut vectors: Vec<Vec<f32>> = Vec::new();
        for at in 0..80_001 {
            let vector = match at % 10 {
                9 => vectors[at / 2].clone(),
                _ => {
                    let vector: Vec<f32> = (0..width).map(|_| number()).collect();
                    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
                    vector.iter().map(|x| x / length).collect()
                }
            };
            vectors.push(vector);
        }
        let scan = ExactScan::new(&vectors);
        let most: RoaringBitmap = (0..80_001).filter(|at| at % 3 > 0).collect();
        let few: RoaringBitmap = (0..80_001).step_by(100).collect();
        for (query, filter) in [(17, None), (69_999, Some(&most)), (300, Some(&few))] {
            for wanted in [(10, f32::INFINITY), (3, 0.2), (0, 0.25), (80_001, 0.3)] {
                let query: &[f32] = &vectors[query];
                let (mut alone, read) = scan.counted(query, wanted, filter);
                let (mut together, read_together) = scan.counted_together(query, wanted, filter);
                alone.reaching.sort_unstable();
                together.reaching.sort_unstable();
                assert_eq!(together, alone);
                assert_eq!(read_together.codes, read.codes);
            }
        }
        assert!(scan.codes.len() * scan.codes.width() * 64 >= 2 * WORTH);
    }
}
