//! The postings of a query's term and what they can add to a score: upper bounds in f64, computed
//! by the scoring function, and sums in f32.

use super::bm25::{Bm25, Parameters};
use super::cursor::Cursor;
use super::packed::{BLOCK, below};
use super::postings::{Impact, OVER};
use super::statistics::Term;

/// The postings of a term, with the most it can add to a score.
pub struct List<'a> {
    /// The current place in the postings.
    pub cursor: Cursor<'a>,
    /// The factor by which the saturation is multiplied.
    pub weight: f64,
    /// The most it can add to any record.
    pub most: f64,
    /// Index of the query's word it stands for.
    pub word: usize,
    /// Index among the word's alternatives.
    pub way: usize,
    /// How many of its postings were added up.
    pub added: u32,
    /// The block whose bound was computed last, and the most it can add to one of its records.
    block: usize,
    most_of_block: f64,
}

impl<'a> List<'a> {
    /// The postings of a term, starting at the first.
    pub fn new(term: &Term<'a>, bm25: Bm25) -> Self {
        Self {
            cursor: term.cursor(),
            weight: term.weight,
            most: most(bm25, term.weight, term.postings.impacts(term.number)),
            word: term.word,
            way: term.way,
            added: 0,
            block: usize::MAX,
            most_of_block: 0.0,
        }
    }

    /// The most it can add to a record of a block.
    pub fn most_of(&mut self, block: usize, bm25: Bm25) -> f64 {
        if block != self.block {
            self.block = block;
            self.most_of_block = most(bm25, self.weight, self.cursor.impacts_of(block));
        }
        self.most_of_block
    }

    /// The most it can add to a record of a window that ends at `end`. The cursor must be in the
    /// window's first block.
    pub fn most_in(&mut self, end: u32, bm25: Bm25) -> f64 {
        let mut block = self.cursor.block();
        if self.cursor.first_of(block) > end {
            return 0.0;
        }
        let mut most = self.most_of(block, bm25);
        while self.cursor.last_of(block) < end {
            block += 1;
            if self.cursor.first_of(block) > end {
                break;
            }
            most = most.max(self.most_of(block, bm25));
        }
        most
    }
}

/// The most a term can add to a record that has one of these impacts.
fn most(bm25: Bm25, weight: f64, impacts: &[Impact]) -> f64 {
    let parts = impacts.iter();
    let parts = parts.map(|of| weight * bm25.saturation(of.frequency, of.length));
    parts.fold(0.0, f64::max)
}

/// Scores postings block by block, in f32.
#[derive(Clone, Copy)]
pub struct BlockScorer<'a> {
    lengths: &'a [u32],
    /// The norm of a length is `base + per_term · length`: see [`Bm25::norm`].
    base: f32,
    per_term: f32,
}

impl<'a> BlockScorer<'a> {
    /// A scorer for records of these lengths.
    pub fn new(lengths: &'a [u32], bm25: Bm25) -> Self {
        let Parameters { k1, b } = bm25.parameters;
        Self {
            lengths,
            base: (k1 * (1.0 - b)) as f32,
            per_term: (k1 * b / bm25.average_length) as f32,
        }
    }

    /// The length of a record.
    pub fn length(&self, record: u32) -> u32 {
        self.lengths.get(record as usize).copied().unwrap_or(0)
    }

    /// What a list of this weight adds to a record that contains its term this often.
    pub fn share(&self, weight: f32, frequency: u32, record: u32) -> f32 {
        let norm = self.base + self.per_term * self.length(record) as f32;
        let frequency = frequency as f32;
        weight * frequency / (frequency + norm)
    }

    /// Calls `call`, block by block, with the records of a list from `start` to `end` and what the
    /// list adds to each.
    pub fn each(
        self,
        list: &mut List<'_>,
        start: u32,
        end: u32,
        mut call: impl FnMut(&[u32], &[f32]),
    ) {
        let weight = list.weight as f32;
        let mut shares = [0.0f32; BLOCK];
        loop {
            let block = list.cursor.block();
            if list.cursor.first_of(block) > end {
                return;
            }
            let last = list.cursor.last_of(block);
            let (records, frequencies) = list.cursor.decoded();
            // Most blocks lie within the window.
            let is_full = records[BLOCK - 1] != OVER;
            let own = if is_full && records[0] >= start && records[BLOCK - 1] <= end {
                0..BLOCK
            } else {
                below(records, start)..below(records, end.saturating_add(1))
            };
            let (records, frequencies) = (
                records.get(own.clone()).unwrap_or(&[]),
                frequencies.get(own).unwrap_or(&[]),
            );
            for (share, &record) in shares.iter_mut().zip(records) {
                *share = self.base + self.per_term * self.length(record) as f32;
            }
            for (share, &frequency) in shares.iter_mut().zip(frequencies) {
                let frequency = frequency as f32;
                *share = weight * frequency / (frequency + *share);
            }
            let count = records.len();
            call(records, shares.get(..count).unwrap_or(&[]));
            list.added += count as u32;
            if last >= end {
                return;
            }
            list.cursor.skip_to(block + 1);
        }
    }
}
