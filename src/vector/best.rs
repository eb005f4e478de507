//! Keeps what could be among the best `k`, or reach a cosine, from estimates and their bounds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::code::{QueryCode, Scale};

/// The rows that could be among the best `k` of those seen, or have a cosine of `least`.
pub struct Best {
    k: usize,
    least: f32,
    /// The k best lower bounds so far. At least k vectors reach the smallest of them.
    floor: BinaryHeap<Reverse<Ordered>>,
    /// What a row must be able to reach: the smallest of them, once there are k, or `least`.
    reach: f32,
    /// Each row that could when it was seen.
    candidates: Vec<Candidate>,
}

/// A row and the bounds of its cosine.
struct Candidate {
    row: u32,
    lower: f32,
    upper: f32,
}

/// What is known of the rows from their estimates.
#[derive(Default)]
pub struct Known {
    /// The rows whose true cosines decide what the `k` best are, and whether they reach `least`.
    pub open: Vec<u32>,
    /// Rows that are certainly not among the `k` best, and certainly reach `least`.
    pub reaching: Vec<u32>,
}

impl Best {
    /// Nothing seen yet.
    pub fn new(k: usize, least: f32) -> Self {
        Self {
            k,
            least,
            floor: BinaryHeap::with_capacity(k.min(1 << 16) + 1),
            reach: if k == 0 { least } else { f32::NEG_INFINITY },
            candidates: Vec::new(),
        }
    }

    /// Looks at more rows: their estimated cosines and their scales. Only rows that pass count,
    /// and only those that come near enough are asked.
    #[inline]
    pub fn consider(
        &mut self,
        code: &QueryCode,
        rows: impl Iterator<Item = u32>,
        cosines: &[f32],
        scales: &[Scale],
        passes: impl Fn(u32) -> bool,
    ) {
        // Most often none of them comes near, which is faster to find out for all together.
        let upper = |(&cosine, &scale): (&f32, &Scale)| cosine + code.bound(scale);
        let pairs = cosines.iter().zip(scales);
        if !pairs.fold(false, |any, pair| any | (upper(pair) >= self.reach)) {
            return;
        }
        for ((row, &cosine), &scale) in rows.zip(cosines).zip(scales) {
            let bound = code.bound(scale);
            if cosine + bound >= self.reach && passes(row) {
                self.take(row, cosine, bound);
            }
        }
    }

    fn take(&mut self, row: u32, cosine: f32, bound: f32) {
        let (lower, upper) = (cosine - bound, cosine + bound);
        self.candidates.push(Candidate { row, lower, upper });
        let smallest = self.floor.peek().map(|smallest| smallest.0.0);
        if self.floor.len() < self.k || smallest.is_some_and(|smallest| lower > smallest) {
            self.floor.push(Reverse(Ordered(lower)));
            if self.floor.len() > self.k {
                self.floor.pop();
            }
        }
        if self.floor.len() == self.k
            && let Some(smallest) = self.floor.peek()
        {
            self.reach = smallest.0.0.min(self.least);
        }
    }

    /// `k` and `least`.
    pub fn wanted(&self) -> (usize, f32) {
        (self.k, self.least)
    }

    /// What is known of the rows seen. The others are neither among the best `k` nor reach `least`.
    pub fn known(self) -> Known {
        let floor = match self.floor.peek() {
            Some(smallest) if self.floor.len() >= self.k => smallest.0.0,
            _ if self.k == 0 => f32::INFINITY,
            _ => f32::NEG_INFINITY,
        };
        let mut known = Known::default();
        for Candidate { row, lower, upper } in self.candidates {
            if upper < floor && lower >= self.least {
                known.reaching.push(row);
            } else if upper >= self.reach {
                known.open.push(row);
            }
        }
        known
    }
}

/// An f32 with a total order, for use in a heap.
#[derive(PartialEq)]
struct Ordered(f32);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
