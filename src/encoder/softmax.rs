//! The softmax of attention, replacing tract's own.
//!
//! tract 0.23 runs a kernel over every row of scores and copies the ends of rows that are not
//! aligned. Rows here are as long as the text, about 65 numbers, and the copies take a fifth of the
//! total time. They also make the order of a row's sum, and so the last bits of the result, depend
//! on where the row starts in memory. The implementation below does not: equal rows have equal
//! results regardless of their position, so a text has the same vector whether it is encoded alone
//! or with others.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::nn::{Softmax, SoftmaxKind};

/// How many numbers are processed at once: as many as the widest registers hold.
const LANES: usize = 16;

/// Replaces every softmax of f32 over the last axis of a model.
pub(super) fn replace(model: &mut TypedModel) {
    let ours = |model: &TypedModel, node: &TypedNode| {
        let facts = model.node_output_facts(node.id).ok()?;
        let (softmax, fact) = (node.op_as::<Softmax>()?, facts.first()?);
        let last = softmax.axes.len() == 1 && softmax.axes.first() == Some(&(fact.rank() - 1));
        let plain = softmax.kind == SoftmaxKind::Softmax && fact.datum_type == f32::datum_type();
        (last && plain).then_some(node.id)
    };
    let nodes = model.nodes().iter();
    let found: Vec<usize> = nodes.filter_map(|node| ours(model, node)).collect();
    for id in found {
        model.node_mut(id).op = Box::new(RowSoftmax);
    }
}

/// Softmax over the last axis of an f32 tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RowSoftmax;

impl Op for RowSoftmax {
    fn name(&self) -> StaticName {
        "RowSoftmax".into()
    }

    op_as_typed_op!();
}

impl EvalOp for RowSoftmax {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut scores = args_1!(inputs).into_tensor();
        let row = scores.shape().last().copied().unwrap_or(1).max(1);
        let mut numbers = scores.try_as_plain_ram_mut()?;
        numbers
            .as_slice_mut::<f32>()?
            .chunks_exact_mut(row)
            .for_each(softmax);
        Ok(tvec!(scores.into_tvalue()))
    }
}

impl TypedOp for RowSoftmax {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shapes = inputs
            .iter()
            .map(|fact| fact.datum_type.fact(fact.shape.clone()));
        Ok(shapes.collect())
    }

    as_op!();
}

/// Converts scores to weights that add up to 1.
fn softmax(row: &mut [f32]) {
    let highest = highest(row);
    let mut sums = [0.0_f32; LANES];
    for chunk in row.chunks_mut(LANES) {
        // Full chunks are handled separately so that the compiler knows their length.
        if let Ok(chunk) = <&mut [f32; LANES]>::try_from(&mut *chunk) {
            for (score, sum) in chunk.iter_mut().zip(&mut sums) {
                *score = exp(*score - highest);
                *sum += *score;
            }
        } else {
            for (score, sum) in chunk.iter_mut().zip(&mut sums) {
                *score = exp(*score - highest);
                *sum += *score;
            }
        }
    }
    let scale = sums.iter().sum::<f32>().recip();
    for share in row {
        *share *= scale;
    }
}

fn highest(row: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *score);
        }
    }
    lanes
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, larger)
}

/// e to the power of a non-positive number, accurate to about an ulp; 0 below -87, where the result
/// would be almost subnormal. It has no branches, so loops over it are vectorised: e^x is 2^k ·
/// e^r, where k is the integer nearest to x / ln 2 and r, at most half of ln 2 in magnitude, goes
/// through a polynomial (Cephes).
fn exp(x: f32) -> f32 {
    const LOWEST: f32 = -87.0;
    // Adding this to a small number leaves its integer part in the low bits.
    const SHIFTER: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let clamped = if x < LOWEST { LOWEST } else { x };
    let shifted = clamped * std::f32::consts::LOG2_E + SHIFTER;
    let k = shifted - SHIFTER;
    let r = clamped - k * LN_2_HIGH - k * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    let e_to_r = p * r * r + r + 1.0;
    let two_to_k = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    if x < LOWEST { 0.0 } else { e_to_r * two_to_k }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_two_ulps() {
        for step in 0..870_000 {
            let x = -1e-4 * step as f32;
            let (ours, exact) = (f64::from(exp(x)), f64::from(x).exp());
            let error = (ours - exact).abs() / exact;
            assert!(
                error < 2.0 * f64::from(f32::EPSILON),
                "e^{x} is {exact}, not {ours}"
            );
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-100.0), 0.0);
        assert_eq!(exp(f32::MIN), 0.0);
    }

    #[test]
    fn shares_add_up_to_one_and_follow_the_scores() {
        for length in [1, 2, 15, 16, 17, 65, 256] {
            let scores: Vec<f32> = (0..length).map(|i| ((i * 37) % 41) as f32 - 20.0).collect();
            let mut shares = scores.clone();
            softmax(&mut shares);
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let total: f64 = scores.iter().map(|s| f64::from(*s).exp()).sum();
            for (share, score) in shares.iter().zip(&scores) {
                let exact = f64::from(*score).exp() / total;
                assert!((f64::from(*share) - exact).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_hidden_token_gets_nothing() {
        let mut row = [1.0, f32::MIN, 1.0, f32::MIN + 1.0];
        softmax(&mut row);
        assert_eq!(row, [0.5, 0.0, 0.5, 0.0]);
    }

    #[test]
    fn a_number_that_is_none_is_not_hidden() {
        let mut row = [1.0, f32::NAN, 2.0];
        softmax(&mut row);
        assert!(row.iter().all(|share| share.is_nan()));
    }
}
