//! A BERT encoder of our own: the same network as in the model's graph, in fewer and larger steps.
//!
//! [`Bert::new`] takes the weights, which `recognise.rs` finds in a graph, and [`Bert::run`] turns
//! the tokens of several texts into a vector for each token. Texts of different lengths are
//! processed together without padding: dense layers work on rows, whichever text they belong to,
//! and attention works on one text at a time. `operator.rs` makes it an operator of tract.
//!
//! The dense layers contain nearly all of the weights and of the work. Both their weights and their
//! inputs are quantised to 8 bits (`dense.rs`), so that a short text, for which every weight is
//! read once, reads a quarter of the memory. Queries, keys and values are one product. All other
//! operations are in f32 (`rows.rs`, `attention.rs`).
//!
//! A text's vectors depend on nothing but the text, bit for bit: not on the texts next to it,
//! because every row is quantised on its own and every sum has a fixed order, and not on the
//! processor (see [`super::kernels`]). `cargo bench --bench encoder` measures how near they are to
//! those of the unquantised graph.

mod attention;
mod constant;
mod dense;
pub(super) mod operator;
pub(super) mod recognise;
mod rows;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use self::attention::{Buffers, attend};
use self::dense::Dense;
use self::rows::Norm;
pub(super) use self::rows::softmax;
use self::rows::{Scale, gelu, quantise};
use super::kernels::{Isa, Kernel, LANES, Task};

/// The weights of a BERT encoder. Matrices are in row order, and those of dense layers `[inputs,
/// outputs]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    /// The number of attention heads.
    pub(super) heads: usize,
    /// A row for each token of the vocabulary.
    pub(super) words: Vec<f32>,
    /// A row for each position in a text, with the vector of token type 0 added.
    pub(super) positions: Vec<f32>,
    /// The normalisation of their sum.
    pub(super) embedded: Norm,
    /// The layers, in order.
    pub(super) layers: Vec<LayerWeights>,
}

/// The weights of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerWeights {
    /// The projection to queries, with the scale of the attention scores.
    pub(super) query: DenseWeights,
    /// The projection to keys.
    pub(super) key: DenseWeights,
    /// The projection to values.
    pub(super) value: DenseWeights,
    /// The projection of the mixed values.
    pub(super) mixed: DenseWeights,
    /// The normalisation after attention.
    pub(super) attended: Norm,
    /// The dense layer to the inner width, followed by GELU.
    pub(super) wide: DenseWeights,
    /// The dense layer back to the model's width.
    pub(super) narrow: DenseWeights,
    /// The normalisation at the end.
    pub(super) output: Norm,
}

/// The weights of a dense layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DenseWeights {
    /// `[inputs, outputs]`.
    pub(super) weight: Vec<f32>,
    /// `[outputs]`.
    pub(super) bias: Vec<f32>,
}

impl Weights {
    /// The length of a token's vector.
    pub(super) fn width(&self) -> usize {
        self.embedded.gain.len()
    }

    /// Checks that all shapes fit each other, that widths are multiples of 16, and that all numbers
    /// are finite. [`Bert`] relies on this.
    fn are_sound(&self) -> bool {
        let width = self.width();
        let size = width.checked_div(self.heads).unwrap_or(0);
        let shaped = |table: &[f32]| !table.is_empty() && table.len().is_multiple_of(width);
        size > 0
            && size.is_multiple_of(LANES)
            && size * self.heads == width
            && shaped(&self.words)
            && shaped(&self.positions)
            && finite(&self.words)
            && finite(&self.positions)
            && self.embedded.fits(width)
            && self.layers.iter().all(|layer| layer.fits(width))
    }
}

impl LayerWeights {
    fn fits(&self, width: usize) -> bool {
        let inner = self.wide.bias.len();
        let square = [&self.query, &self.key, &self.value, &self.mixed];
        inner > 0
            && inner.is_multiple_of(LANES)
            && square.into_iter().all(|dense| dense.fits(width, width))
            && self.wide.fits(width, inner)
            && self.narrow.fits(inner, width)
            && self.attended.fits(width)
            && self.output.fits(width)
    }
}

impl DenseWeights {
    fn fits(&self, inputs: usize, outputs: usize) -> bool {
        self.weight.len() == inputs * outputs
            && self.bias.len() == outputs
            && finite(&self.weight)
            && finite(&self.bias)
    }

    fn packed(&self) -> Dense {
        let inputs = self.weight.len() / self.bias.len();
        Dense::new(inputs, &self.weight, &self.bias)
    }
}

impl Norm {
    fn fits(&self, width: usize) -> bool {
        self.gain.len() == width
            && self.shift.len() == width
            && finite(&self.gain)
            && finite(&self.shift)
            && self.epsilon > 0.0
    }
}

fn finite(numbers: &[f32]) -> bool {
    numbers.iter().all(|number| number.is_finite())
}

/// A BERT encoder, ready to run.
pub(super) struct Bert {
    kernel: Kernel,
    width: usize,
    /// The width between the two dense layers at the end of a layer.
    inner: usize,
    heads: usize,
    words: Vec<f32>,
    positions: Vec<f32>,
    embedded: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Queries, keys and values, next to each other in a row.
    joint: Dense,
    mixed: Dense,
    attended: Norm,
    wide: Dense,
    narrow: Dense,
    output: Norm,
}

impl Bert {
    /// Quantises and packs the weights, or returns `None` if they do not fit together, or have a
    /// width that is not supported.
    pub(super) fn new(weights: Weights, kernel: Kernel) -> Option<Self> {
        let inner = weights.layers.first()?.wide.bias.len();
        let same = |layer: &LayerWeights| layer.wide.bias.len() == inner;
        if !weights.are_sound() || !weights.layers.iter().all(same) {
            return None;
        }
        Some(Self {
            kernel,
            width: weights.width(),
            inner,
            heads: weights.heads,
            layers: weights.layers.iter().map(Layer::new).collect(),
            words: weights.words,
            positions: weights.positions,
            embedded: weights.embedded,
        })
    }

    /// The length of a token's vector.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The vectors of all tokens, `[tokens, width]`.
    ///
    /// `ids` are the tokens of all texts, one text after the other, and `lengths` their numbers of
    /// tokens.
    ///
    /// # Errors
    /// What is wrong with the input: a token or a position that the model does not have, or lengths
    /// that do not add up to the number of tokens.
    pub(super) fn run(&self, ids: &[i64], lengths: &[usize]) -> Result<Vec<f32>, &'static str> {
        thread_local! {
            static WORKSPACE: RefCell<Workspace> = RefCell::default();
        }
        let hidden = self.embedded_words(ids, lengths)?;
        let run = |workspace: &mut Workspace| {
            self.kernel.run(Forward {
                bert: self,
                hidden,
                lengths,
                workspace,
            })
        };
        Ok(WORKSPACE.with_borrow_mut(run))
    }

    /// The rows of the tokens in the table of words, `[tokens, width]`.
    fn embedded_words(&self, ids: &[i64], lengths: &[usize]) -> Result<Vec<f32>, &'static str> {
        if lengths.iter().sum::<usize>() != ids.len() {
            return Err("the texts' lengths do not add up to the number of tokens");
        }
        let longest = self.positions.len() / self.width;
        if lengths.iter().any(|length| *length > longest) {
            return Err("a text has more tokens than the model has positions");
        }
        let mut hidden = Vec::with_capacity(ids.len() * self.width);
        for id in ids {
            let start = usize::try_from(*id)
                .ok()
                .and_then(|id| id.checked_mul(self.width));
            let word = start.and_then(|start| self.words.get(start..)?.get(..self.width));
            hidden.extend_from_slice(word.ok_or("a token is not in the model's vocabulary")?);
        }
        Ok(hidden)
    }
}

impl Layer {
    fn new(weights: &LayerWeights) -> Self {
        let parts = [&weights.query, &weights.key, &weights.value];
        let width = weights.query.bias.len();
        let mut joint = DenseWeights {
            weight: Vec::with_capacity(3 * width * width),
            bias: parts
                .iter()
                .flat_map(|part| part.bias.iter().copied())
                .collect(),
        };
        for row in 0..width {
            for part in parts {
                joint
                    .weight
                    .extend_from_slice(&part.weight[row * width..][..width]);
            }
        }
        Self {
            joint: joint.packed(),
            mixed: weights.mixed.packed(),
            attended: weights.attended.clone(),
            wide: weights.wide.packed(),
            narrow: weights.narrow.packed(),
            output: weights.output.clone(),
        }
    }
}

/// The buffers of a run, one set per thread, reused from run to run.
#[derive(Default)]
struct Workspace {
    bytes: Vec<u8>,
    scales: Vec<Scale>,
    joint: Vec<f32>,
    mixed: Vec<f32>,
    wide: Vec<f32>,
    attention: Buffers,
}

/// A run from the words of all tokens to the output of the last layer.
struct Forward<'a> {
    bert: &'a Bert,
    hidden: Vec<f32>,
    lengths: &'a [usize],
    workspace: &'a mut Workspace,
}

impl Task for Forward<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Vec<f32> {
        let (width, inner) = (self.bert.width, self.bert.inner);
        let mut hidden = self.hidden;
        let count = hidden.len() / width;
        let Workspace {
            bytes,
            scales,
            joint,
            mixed,
            wide,
            attention,
        } = self.workspace;
        bytes.resize(count * inner.max(width), 0);
        scales.resize(count, Scale::default());
        joint.resize(count * 3 * width, 0.0);
        mixed.resize(count * width, 0.0);
        wide.resize(count * inner, 0.0);
        let (short, long) = (count * width, count * inner);

        let mut first = 0;
        for length in self.lengths {
            let rows = &mut hidden[first * width..][..length * width];
            for (row, position) in
                each_row(rows, width).zip(self.bert.positions.chunks_exact(width))
            {
                self.bert.embedded.add_and_normalise(isa, row, position);
            }
            first += length;
        }
        quantise_rows(isa, &hidden, &mut bytes[..short], scales);
        for layer in &self.bert.layers {
            layer.joint.apply(isa, &bytes[..short], scales, joint);
            let mut first = 0;
            for length in self.lengths {
                let joint = &joint[first * 3 * width..][..length * 3 * width];
                let mixed = &mut mixed[first * width..][..length * width];
                attend(isa, joint, self.bert.heads, width, attention, mixed);
                first += length;
            }
            quantise_rows(isa, mixed, &mut bytes[..short], scales);
            layer.mixed.apply(isa, &bytes[..short], scales, mixed);
            for (row, residual) in each_row(mixed, width).zip(hidden.chunks_exact(width)) {
                layer.attended.add_and_normalise(isa, row, residual);
            }
            quantise_rows(isa, mixed, &mut bytes[..short], scales);
            layer.wide.apply(isa, &bytes[..short], scales, wide);
            for row in each_row(wide, inner) {
                gelu(isa, row);
            }
            quantise_rows(isa, wide, &mut bytes[..long], scales);
            layer.narrow.apply(isa, &bytes[..long], scales, &mut hidden);
            for (row, residual) in each_row(&mut hidden, width).zip(mixed.chunks_exact(width)) {
                layer.output.add_and_normalise(isa, row, residual);
            }
            quantise_rows(isa, &hidden, &mut bytes[..short], scales);
        }
        hidden
    }
}

#[inline(always)]
fn each_row(rows: &mut [f32], width: usize) -> std::slice::ChunksExactMut<'_, f32> {
    rows.chunks_exact_mut(width)
}

/// Quantises every row; `bytes` has as many numbers as `rows`.
#[inline(always)]
fn quantise_rows<I: Isa>(isa: I, rows: &[f32], bytes: &mut [u8], scales: &mut [Scale]) {
    let width = rows.len() / scales.len().max(1);
    if width == 0 {
        return;
    }
    let rows = rows.chunks_exact(width).zip(bytes.chunks_exact_mut(width));
    for ((row, bytes), scale) in rows.zip(scales) {
        *scale = quantise(isa, row, bytes);
    }
}
