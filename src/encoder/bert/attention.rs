//! Self-attention within one text.

use super::rows;
use crate::encoder::kernels::{Isa, LANES};

/// How many tokens are processed together.
const ROWS: usize = 8;

/// The buffers of attention, reused from call to call.
#[derive(Default)]
pub(super) struct Buffers {
    /// The keys of one head, `[d, S]`, with S padded to a multiple of 16.
    keys: Vec<f32>,
    /// The weights of every token for up to [`ROWS`] others, `[ROWS, S]`, padded likewise.
    shares: Vec<f32>,
}

/// Mixes the values of a text's tokens: `softmax(Q · Kᵀ) · V` for each head (Vaswani et al., 2017).
/// The scale of the scores is already part of the queries.
///
/// `joint` is `[S, 3, heads, d]`: queries, keys and values. `mixed` is `[S, heads, d]`.
#[inline(always)]
pub(super) fn attend<I: Isa>(
    isa: I,
    joint: &[f32],
    heads: usize,
    width: usize,
    buffers: &mut Buffers,
    mixed: &mut [f32],
) {
    let (length, size) = (mixed.len() / width, width / heads);
    let padded = length.next_multiple_of(LANES);
    buffers.keys.resize(size * padded, 0.0);
    buffers.shares.resize(ROWS * padded, 0.0);
    for head in 0..heads {
        for (token, row) in joint.chunks_exact(3 * width).enumerate() {
            let key = &row[width + head * size..][..size];
            for (number, keys) in key.iter().zip(buffers.keys.chunks_exact_mut(padded)) {
                keys[token] = *number;
            }
        }
        let mut head = Head {
            joint,
            width,
            size,
            column: head * size,
            length,
            padded,
            keys: &buffers.keys,
            shares: &mut buffers.shares,
        };
        let whole = length - length % ROWS;
        for token in (0..whole).step_by(ROWS) {
            head.mix::<I, ROWS>(isa, token, mixed);
        }
        for token in whole..length {
            head.mix::<I, 1>(isa, token, mixed);
        }
    }
}

/// One head of a text.
struct Head<'a> {
    joint: &'a [f32],
    width: usize,
    /// The numbers of a query, a key or a value: d.
    size: usize,
    /// Where the head starts in a row.
    column: usize,
    length: usize,
    padded: usize,
    keys: &'a [f32],
    shares: &'a mut [f32],
}

impl Head<'_> {
    /// Mixes the values for `COUNT` tokens from `first` on.
    #[inline(always)]
    fn mix<I: Isa, const COUNT: usize>(&mut self, isa: I, first: usize, mixed: &mut [f32]) {
        let mut queries = [&self.joint[..0]; COUNT];
        for (token, query) in queries.iter_mut().enumerate() {
            let row = (first + token) * 3 * self.width;
            *query = &self.joint[row + self.column..][..self.size];
        }
        for column in (0..self.padded).step_by(LANES) {
            let scores = product(isa, &queries, &self.keys[column..], self.padded);
            for (scores, shares) in scores.iter().zip(self.shares.chunks_exact_mut(self.padded)) {
                store(isa, *scores, &mut shares[column..]);
            }
        }
        for shares in self.shares.chunks_exact_mut(self.padded).take(COUNT) {
            rows::softmax(isa, shares, self.length);
        }
        let mut weights = [&self.shares[..0]; COUNT];
        for (token, weights) in weights.iter_mut().enumerate() {
            *weights = &self.shares[token * self.padded..][..self.length];
        }
        let values = &self.joint[2 * self.width + self.column..];
        for column in (0..self.size).step_by(LANES) {
            let sums = product(isa, &weights, &values[column..], 3 * self.width);
            for (token, sums) in sums.iter().enumerate() {
                let row = (first + token) * self.width + self.column;
                store(isa, *sums, &mut mixed[row + column..]);
            }
        }
    }
}

/// Multiplies rows with the first 16 columns of a matrix whose rows are `stride` apart.
#[inline(always)]
fn product<I: Isa, const ROWS: usize>(
    isa: I,
    rows: &[&[f32]; ROWS],
    matrix: &[f32],
    stride: usize,
) -> [I::Lanes; ROWS] {
    let mut sums = [isa.splat(0.0); ROWS];
    let depth = rows.first().map_or(0, |row| row.len());
    let mut cut = *rows;
    for row in &mut cut {
        *row = &row[..depth];
    }
    for (at, line) in matrix.chunks(stride).take(depth).enumerate() {
        let Some(line) = line.first_chunk() else {
            break;
        };
        let line = isa.load(line);
        for (row, sum) in cut.iter().zip(&mut sums) {
            *sum = isa.add(*sum, isa.mul(isa.splat(row[at]), line));
        }
    }
    sums
}

#[inline(always)]
fn store<I: Isa>(isa: I, lanes: I::Lanes, to: &mut [f32]) {
    if let Some(to) = to.first_chunk_mut() {
        isa.store(lanes, to);
    }
}
