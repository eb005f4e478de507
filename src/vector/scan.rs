//! The exact scan: it examines every vector, and its answer equals that of a full f32 scan.
//!
//! It reads the one-byte codes, a quarter of the memory, and knows how far each vector's estimate
//! can be off (see [`super::code`]). Where bytes are multiplied faster, it first estimates with a
//! query in bytes too, and then again what may come near enough. A vector is rescored in f32
//! whenever it could reach the k-th best score within that bound, so nothing that belongs in the
//! answer is missed.

mod together;

use std::borrow::Cow;
use std::ops::Range;

use roaring::RoaringBitmap;

use super::best::Best;
use super::code::{Codes, Estimates, Point, QueryCode, Scale};
use super::distinct::{Collector, Distinct};
use super::kernels::cosine;
use super::vectors::Vectors;
use super::{Found, Neighbour};
use crate::vocabulary::CodeScan;

/// How many rows are estimated at a time.
const BLOCK: usize = 64;

/// From a share of 1 in this on, a filter is wide: reading all codes in order is then faster than
/// reading only those that pass, measured on 40,000 and 100,000 vectors.
const WIDE: u64 = 2;

/// How many vectors ahead are fetched while they are rescored.
const AHEAD: usize = 2;

/// Vectors and their codes. Equal vectors have one row, and the positions that share it are told
/// apart only in results.
#[derive(Default, Clone)]
pub struct ExactScan {
    vectors: Vectors,
    codes: Codes,
    distinct: Distinct,
}

impl ExactScan {
    /// Quantises unit vectors for scanning. All have the width of the first.
    pub fn new<V: AsRef<[f32]>>(vectors: &[V]) -> Self {
        let dimension = vectors.first().map_or(0, |first| first.as_ref().len());
        let mut collector = Collector::new(dimension, vectors.len());
        for vector in vectors {
            collector.push(vector.as_ref());
        }
        Self::collected(dimension, collector)
    }

    /// The same for vectors of a width that are given one after another.
    pub fn of_rows(dimension: usize, values: &[f32]) -> Self {
        let rows = values.chunks_exact(dimension.max(1));
        let mut collector = Collector::new(dimension, rows.len());
        for vector in rows {
            collector.push(vector);
        }
        Self::collected(dimension, collector)
    }

    fn collected(dimension: usize, collector: Collector) -> Self {
        let (values, distinct) = collector.finish();
        Self {
            codes: Codes::new(dimension, &values),
            vectors: Vectors::new(dimension, values.into()).unwrap_or_default(),
            distinct,
        }
    }

    /// From its parts, as read from a file; `None` if they contradict each other.
    pub fn of_parts(vectors: Vectors, codes: Codes, distinct: Distinct) -> Option<Self> {
        let fits = vectors.len() == codes.len();
        fits.then_some(Self {
            vectors,
            codes,
            distinct,
        })
    }

    /// Merges several scans, keeping only the given positions of each, in order. A vector that
    /// cannot be read from its file becomes zero, which is near nothing, so that all others keep
    /// their positions.
    pub fn merge<'a>(parts: impl Iterator<Item = (&'a Self, RoaringBitmap)> + Clone) -> Self {
        let kept: u64 = parts.clone().map(|(_, kept)| kept.len()).sum();
        let dimensions = parts.clone().map(|(part, _)| part.vectors.dimension());
        let dimension = dimensions.max().unwrap_or(0);
        let mut collector = Collector::new(dimension, kept as usize);
        let zero = vec![0.0; dimension];
        for (part, kept) in parts {
            for position in &kept {
                let vector = part.vector(position);
                collector.push(vector.as_deref().unwrap_or(&zero));
            }
        }
        Self::collected(dimension, collector)
    }

    /// The number of positions.
    pub fn len(&self) -> usize {
        self.distinct.positions()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The distinct vectors, row by row.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Their codes, row by row.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Which row belongs to which positions.
    pub fn distinct(&self) -> &Distinct {
        &self.distinct
    }

    /// The code at a position.
    pub fn code(&self, position: u32) -> Option<Point<'_>> {
        let row = self.distinct.row(position)?;
        Some(Point::new(&self.codes, row))
    }

    /// Fetches the vector at a position into the processor's cache, if it is in memory. It takes
    /// longer to wait for it than to multiply it.
    pub fn fetch(&self, position: u32) {
        if let Some(row) = self.distinct.row(position) {
            self.vectors.fetch(row);
        }
    }

    /// The vector at a position.
    pub fn vector(&self, position: u32) -> Option<Cow<'_, [f32]>> {
        self.vectors.get(self.distinct.row(position)?)
    }

    /// The `k` vectors nearest to a unit query among those that pass the filter, best first. Fewer
    /// only if fewer exist.
    pub fn nearest(
        &self,
        query: &[f32],
        k: usize,
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        self.nearest_and_reaching(query, k, f32::INFINITY, filter)
            .nearest
    }

    /// Every vector that passes the filter and whose cosine with a unit query is at least `least`,
    /// best first.
    pub fn reaching(
        &self,
        query: &[f32],
        least: f32,
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        let found = self.nearest_and_reaching(query, 0, least, filter);
        self.rescore(query, found.reaching)
    }

    /// Both in one scan: the `k` nearest, and the positions of all that reach `least`.
    pub fn nearest_and_reaching(
        &self,
        query: &[f32],
        k: usize,
        least: f32,
        filter: Option<&RoaringBitmap>,
    ) -> Found {
        self.counted(query, (k, least), filter).0
    }

    /// The same, and how much was read for it.
    pub fn counted(
        &self,
        query: &[f32],
        wanted: (usize, f32),
        filter: Option<&RoaringBitmap>,
    ) -> (Found, CodeScan) {
        self.counted_rows(query, wanted, filter, 0..self.codes.len())
    }

    /// The same among some rows, of which the first one begins a block. A narrow filter alone says which rows are
    /// read.
    fn counted_rows(
        &self,
        query: &[f32],
        (k, least): (usize, f32),
        filter: Option<&RoaringBitmap>,
        rows: Range<usize>,
    ) -> (Found, CodeScan) {
        let code = QueryCode::new(query);
        let mut best = Best::new(k, least);
        let mut read = CodeScan::default();
        let passes = |row| self.passes(row, filter);
        let consider = |best: &mut Best, block: Block<'_>| {
            let rows = block.rows.iter().copied();
            best.consider(&code, rows, block.cosines, block.scales, passes);
        };
        let coarse = QueryCode::coarse(query);
        match coarse.filter(|_| !self.is_narrow(filter)) {
            Some(coarse) => {
                read.codes = rows.len() as u32;
                read.again = self.estimate_twice((&coarse, &code), rows, &mut best, consider);
            }
            None => self.estimate(&code, filter, rows, |block| {
                read.codes += block.rows.len() as u32;
                consider(&mut best, block);
            }),
        }
        let (found, rescored) = self.found(query, best, filter);
        read.rescored = rescored as u32;
        (found, read)
    }

    /// Estimates the cosines of rows with a coarse query, and again with a fine one those of the rows
    /// that may come near enough. Returns how many these are.
    fn estimate_twice(
        &self,
        (coarse, fine): (&QueryCode, &QueryCode),
        rows: Range<usize>,
        best: &mut Best,
        consider: impl Fn(&mut Best, Block<'_>),
    ) -> u32 {
        let mut estimates = Estimates::default();
        let mut again = Again::default();
        let mut count = 0;
        estimate_all(coarse, &self.codes, rows, |block| {
            let first = block.rows.first().copied().unwrap_or(0);
            again.rows.clear();
            let both = (block.cosines, block.scales);
            best.add_reaching(coarse, first, both, &mut again.rows);
            if again.rows.is_empty() {
                return;
            }
            count += again.rows.len() as u32;
            fine.estimate(&self.codes, &again.rows, &mut estimates);
            again.scales.clear();
            let scales = again.rows.iter();
            let scales = scales.filter_map(|&row| block.scales.get((row - first) as usize));
            again.scales.extend(scales);
            consider(
                best,
                Block {
                    rows: &again.rows,
                    cosines: &estimates.cosines,
                    scales: &again.scales,
                },
            );
        });
        count
    }

    /// Whether a filter leaves so few rows that they are read one by one.
    fn is_narrow(&self, filter: Option<&RoaringBitmap>) -> bool {
        filter.is_some_and(|filter| filter.len() * WIDE < self.len() as u64)
    }

    /// What was searched for, from what is known of the rows that pass the filter, and how many rows
    /// were rescored for it.
    pub(super) fn found(
        &self,
        query: &[f32],
        best: Best,
        filter: Option<&RoaringBitmap>,
    ) -> (Found, usize) {
        let (k, least) = best.wanted();
        let known = best.known();
        let mut nearest = self.rescore_rows(query, &known.open, filter);
        let reaching = nearest.iter().take_while(|near| near.cosine >= least);
        let mut reaching: Vec<u32> = reaching.map(|near| near.position).collect();
        for row in known.reaching {
            reaching.extend(self.passing(row, filter));
        }
        nearest.truncate(k);
        (Found { nearest, reaching }, known.open.len())
    }

    /// The true cosines of some positions, best first. Positions that are not in the index are left
    /// out.
    pub fn rescore(
        &self,
        query: &[f32],
        positions: impl IntoIterator<Item = u32>,
    ) -> Vec<Neighbour> {
        let mut space = Vec::new();
        let mut near: Vec<Neighbour> = positions
            .into_iter()
            .filter_map(|position| {
                let row = self.distinct.row(position)?;
                let cosine = cosine(query, self.vectors.get_in(row, &mut space)?);
                Some(Neighbour { position, cosine })
            })
            .collect();
        near.sort_unstable_by(Neighbour::best_first);
        near
    }

    /// The positions of some rows that pass the filter, with their true cosines, best first.
    fn rescore_rows(
        &self,
        query: &[f32],
        rows: &[u32],
        filter: Option<&RoaringBitmap>,
    ) -> Vec<Neighbour> {
        let mut near = Vec::with_capacity(rows.len());
        let mut space = Vec::new();
        for (at, &row) in rows.iter().enumerate() {
            if let Some(&next) = rows.get(at + AHEAD) {
                self.vectors.fetch(next);
            }
            let Some(vector) = self.vectors.get_in(row, &mut space) else {
                continue;
            };
            let cosine = cosine(query, vector);
            let passing = self.passing(row, filter);
            near.extend(passing.map(|position| Neighbour { position, cosine }));
        }
        near.sort_unstable_by(Neighbour::best_first);
        near
    }

    /// The positions of a row that pass the filter.
    pub(super) fn passing(
        &self,
        row: u32,
        filter: Option<&RoaringBitmap>,
    ) -> impl Iterator<Item = u32> {
        let positions = self.distinct.of_row(row);
        positions.filter(move |&position| filter.is_none_or(|filter| filter.contains(position)))
    }

    /// Whether a position of a row passes the filter.
    pub(super) fn passes(&self, row: u32, filter: Option<&RoaringBitmap>) -> bool {
        match filter {
            None => true,
            Some(filter) if self.distinct.is_plain() => filter.contains(row),
            Some(filter) => self.distinct.of_row(row).any(|at| filter.contains(at)),
        }
    }

    /// Estimates the cosines of the rows with a position that passes the filter, and perhaps
    /// others, in blocks.
    fn estimate(
        &self,
        code: &QueryCode,
        filter: Option<&RoaringBitmap>,
        rows: Range<usize>,
        each: impl FnMut(Block<'_>),
    ) {
        let codes = &self.codes;
        match filter.filter(|_| self.is_narrow(filter)) {
            None => estimate_all(code, codes, rows, each),
            Some(filter) if self.distinct.is_plain() => {
                let rows = filter
                    .iter()
                    .take_while(|&row| (row as usize) < codes.len());
                estimate_some(code, codes, rows, each);
            }
            Some(filter) => {
                let mut seen = vec![0u64; codes.len().div_ceil(64)];
                let rows = filter.iter().filter_map(|position| {
                    let row = self.distinct.row(position)?;
                    let (word, bit) = (seen.get_mut(row as usize / 64)?, 1 << (row % 64));
                    let is_new = *word & bit == 0;
                    *word |= bit;
                    is_new.then_some(row)
                });
                estimate_some(code, codes, rows, each);
            }
        }
    }
}

/// Some rows with their estimated cosines and their scales.
struct Block<'a> {
    rows: &'a [u32],
    cosines: &'a [f32],
    scales: &'a [Scale],
}

/// The rows of a block that are estimated again, and their scales.
#[derive(Default)]
struct Again {
    rows: Vec<u32>,
    scales: Vec<Scale>,
}

fn estimate_all(
    code: &QueryCode,
    codes: &Codes,
    rows: Range<usize>,
    mut each: impl FnMut(Block<'_>),
) {
    let mut estimates = Estimates::default();
    let mut numbers = [0; BLOCK];
    let width = codes.width().max(1);
    let lines = codes.lines().chunks(BLOCK * width);
    let blocks = lines.zip(codes.scales().chunks(BLOCK));
    let blocks = blocks.zip((0u32..).step_by(BLOCK));
    let first = rows.start / BLOCK;
    let count = rows.end.div_ceil(BLOCK) - first;
    for ((lines, scales), first) in blocks.skip(first).take(count) {
        code.estimate_run(lines, scales, &mut estimates);
        for (row, number) in numbers.iter_mut().zip(first..) {
            *row = number;
        }
        each(Block {
            rows: &numbers[..scales.len()],
            cosines: &estimates.cosines,
            scales,
        });
    }
}

fn estimate_some(
    code: &QueryCode,
    codes: &Codes,
    mut all: impl Iterator<Item = u32>,
    mut each: impl FnMut(Block<'_>),
) {
    let of_codes: &[Scale] = codes.scales();
    let mut estimates = Estimates::default();
    let mut rows = Vec::with_capacity(BLOCK);
    let mut scales = Vec::with_capacity(BLOCK);
    loop {
        rows.clear();
        rows.extend(all.by_ref().take(BLOCK));
        if rows.is_empty() {
            return;
        }
        code.estimate(codes, &rows, &mut estimates);
        scales.clear();
        scales.extend(rows.iter().filter_map(|&row| of_codes.get(row as usize)));
        each(Block {
            rows: &rows,
            cosines: &estimates.cosines,
            scales: &scales,
        });
    }
}

#[cfg(test)]
pub(super) mod tests;
