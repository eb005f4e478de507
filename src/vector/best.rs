//! Keeps what could be among the best `k`, or reach a cosine, from estimates and their bounds.

use super::code::{QueryCode, Scale};

/// The fewest lower bounds that are collected before the best `k` of them are selected.
const LEAST_COLLECTED: usize = 32;

/// The rows that could be among the best `k` of those seen, or have a cosine of `least`.
pub struct Best {
    k: usize,
    least: f32,
    /// The `k` best lower bounds, and those that came since these were selected. Selecting now and
    /// then takes less time than keeping them in order.
    lower: Vec<f32>,
    /// What a row must be able to reach: the k-th best lower bound when they were last selected, or
    /// `least`.
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
            lower: Vec::new(),
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

    /// Adds to `reaching` the rows that come near enough to be considered, of rows that follow one
    /// another from `first`.
    #[inline]
    pub fn add_reaching(
        &self,
        code: &QueryCode,
        first: u32,
        (cosines, scales): (&[f32], &[Scale]),
        reaching: &mut Vec<u32>,
    ) {
        let upper = |(&cosine, &scale): (&f32, &Scale)| cosine + code.bound(scale);
        let pairs = cosines.iter().zip(scales);
        if !pairs
            .clone()
            .fold(false, |any, pair| any | (upper(pair) >= self.reach))
        {
            return;
        }
        let rows = (first..).zip(pairs);
        let rows = rows.filter(|&(_, pair)| upper(pair) >= self.reach);
        reaching.extend(rows.map(|(row, _)| row));
    }

    fn take(&mut self, row: u32, cosine: f32, bound: f32) {
        let (lower, upper) = (cosine - bound, cosine + bound);
        self.candidates.push(Candidate { row, lower, upper });
        self.lower.push(lower);
        if self.lower.len() >= (2 * self.k).max(LEAST_COLLECTED) {
            self.reach = self.floor().min(self.least);
        }
    }

    /// The k-th best lower bound, which at least `k` rows reach. Drops those below it.
    fn floor(&mut self) -> f32 {
        let Some(last) = self.k.checked_sub(1) else {
            self.lower.clear();
            return f32::INFINITY;
        };
        if self.lower.len() < self.k {
            return f32::NEG_INFINITY;
        }
        let descending = |a: &f32, b: &f32| b.total_cmp(a);
        let (_, floor, _) = self.lower.select_nth_unstable_by(last, descending);
        let floor = *floor;
        self.lower.truncate(self.k);
        floor
    }

    /// `k` and `least`.
    pub fn wanted(&self) -> (usize, f32) {
        (self.k, self.least)
    }

    /// What is known of the rows seen. The others are neither among the best `k` nor reach `least`.
    pub fn known(mut self) -> Known {
        let floor = self.floor();
        let reach = floor.min(self.least);
        let mut known = Known::default();
        for Candidate { row, lower, upper } in self.candidates {
            if upper < floor && lower >= self.least {
                known.reaching.push(row);
            } else if upper >= reach {
                known.open.push(row);
            }
        }
        known
    }
}
