//! Equal vectors are stored and searched once: rows hold distinct vectors, and positions are what
//! the rest of the program knows.

use std::collections::HashMap;
use std::ops::Range;

use crate::mapped::Values;

/// Which row holds the vector of each position.
#[derive(Clone, Default)]
pub struct Distinct {
    positions: usize,
    /// The row of each position. Empty, like the others, if every position has a row of its own.
    rows: Values<u32>,
    /// Where the positions of each row start in `copies`; one more at the end.
    starts: Values<u32>,
    /// The positions of each row, rising, row by row.
    copies: Values<u32>,
}

impl Distinct {
    /// Every position has a row of its own.
    pub fn all(positions: usize) -> Self {
        Self {
            positions,
            ..Self::default()
        }
    }

    /// From the row of each position. Rows are numbered in the order in which they first occur.
    pub fn new(rows: Vec<u32>) -> Self {
        let count = rows.iter().max().map_or(0, |&last| last as usize + 1);
        if count == rows.len() {
            return Self::all(count);
        }
        let mut starts = vec![0u32; count + 1];
        for &row in &rows {
            starts[row as usize + 1] += 1;
        }
        for row in 0..count {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut copies = vec![0; rows.len()];
        for (position, &row) in (0..).zip(&rows) {
            let next = &mut next[row as usize];
            copies[*next as usize] = position;
            *next += 1;
        }
        Self {
            positions: rows.len(),
            rows: rows.into(),
            starts: starts.into(),
            copies: copies.into(),
        }
    }

    /// From the parts of [`Self::parts`]; `None` if they contradict each other.
    pub fn of_parts(
        positions: usize,
        rows: usize,
        [of_positions, starts, copies]: [Values<u32>; 3],
    ) -> Option<Self> {
        let fits = if of_positions.is_empty() {
            starts.is_empty() && copies.is_empty() && rows == positions
        } else {
            of_positions.len() == positions
                && copies.len() == positions
                && starts.len() == rows + 1
                && starts.last().is_some_and(|&end| end as usize == positions)
                && starts.is_sorted()
                && of_positions.iter().all(|&row| (row as usize) < rows)
                && copies.iter().all(|&copy| (copy as usize) < positions)
        };
        fits.then_some(Self {
            positions,
            rows: of_positions,
            starts,
            copies,
        })
    }

    /// What is stored of it.
    pub fn parts(&self) -> [&Values<u32>; 3] {
        [&self.rows, &self.starts, &self.copies]
    }

    /// The number of positions.
    pub fn positions(&self) -> usize {
        self.positions
    }

    /// Whether every position has a row of its own.
    pub fn is_plain(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a position.
    pub fn row(&self, position: u32) -> Option<u32> {
        if self.is_plain() {
            ((position as usize) < self.positions).then_some(position)
        } else {
            self.rows.get(position as usize).copied()
        }
    }

    /// The positions of a row, rising.
    pub fn of_row(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let own = self.is_plain().then_some(row);
        let range = self.range(row).unwrap_or_default();
        let copies = self.copies.get(range).unwrap_or_default();
        own.into_iter().chain(copies.iter().copied())
    }

    fn range(&self, row: u32) -> Option<Range<usize>> {
        let row = row as usize;
        Some(*self.starts.get(row)? as usize..*self.starts.get(row + 1)? as usize)
    }
}

/// Finds equal vectors while rows are collected.
#[derive(Default)]
pub struct Collector {
    dimension: usize,
    values: Vec<f32>,
    rows: Vec<u32>,
    /// The first row with each hash. Of different vectors with the same hash, only the first is
    /// recognised again, so that no input makes this slow.
    known: HashMap<u64, u32>,
}

impl Collector {
    /// For about so many vectors of one width.
    pub fn new(dimension: usize, expected: usize) -> Self {
        Self {
            dimension,
            values: Vec::with_capacity(expected * dimension),
            rows: Vec::with_capacity(expected),
            known: HashMap::with_capacity(expected),
        }
    }

    /// Adds the vector of the next position. Returns whether it got a new row.
    pub fn push(&mut self, vector: &[f32]) -> bool {
        let next = self.known_rows();
        let row = *self.known.entry(hash(vector)).or_insert(next);
        let start = row as usize * self.dimension;
        let same = |known: &[f32]| {
            let mut pairs = known.iter().zip(vector);
            pairs.all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let known = self.values.get(start..start + self.dimension);
        let is_new = !known.is_some_and(same);
        self.rows.push(if is_new { next } else { row });
        if is_new {
            self.values.extend_from_slice(vector);
        }
        is_new
    }

    fn known_rows(&self) -> u32 {
        (self.values.len() / self.dimension.max(1)) as u32
    }

    /// The distinct vectors, and where they occur.
    pub fn finish(self) -> (Vec<f32>, Distinct) {
        (self.values, Distinct::new(self.rows))
    }
}

/// Multiplies and folds; equal bits have equal hashes.
fn hash(vector: &[f32]) -> u64 {
    vector.iter().fold(0, |hash: u64, x| {
        (hash.rotate_left(23) ^ u64::from(x.to_bits())).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_vectors_share_a_row() {
        let mut collector = Collector::new(2, 0);
        let vectors = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [1.0, 0.0]];
        let new = vectors.map(|vector| collector.push(&vector));
        assert_eq!(new, [true, true, false, true, false]);
        let (values, distinct) = collector.finish();
        assert_eq!(values, [1.0, 0.0, 0.0, 1.0, 0.0, -1.0]);
        let rows: Vec<_> = (0..6).map(|position| distinct.row(position)).collect();
        assert_eq!(rows, [Some(0), Some(1), Some(0), Some(2), Some(0), None]);
        let copies = |row| distinct.of_row(row).collect::<Vec<_>>();
        assert_eq!(copies(0), [0, 2, 4]);
        assert_eq!(copies(2), [3]);
        assert!(copies(3).is_empty());
    }
}
