//! The softmax of attention, replacing tract's own in graphs that tract runs.
//!
//! tract 0.23 runs a kernel over every row of scores and copies the ends of rows that are not
//! aligned. Rows here are as long as the text, about 65 numbers, and the copies take a fifth of the
//! total time. They also make the order of a row's sum, and so the last bits of the result, depend
//! on where the row starts in memory. The implementation here does not: equal rows have equal
//! results regardless of their position, so a text has the same vector whether it is encoded alone
//! or with others.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::nn::{Softmax, SoftmaxKind};

use super::bert::softmax;
use super::kernels::{Isa, Kernel, LANES, Task};

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
        let length = scores.shape().last().copied().unwrap_or(1).max(1);
        let mut numbers = scores.try_as_plain_ram_mut()?;
        Kernel::best().run(Rows {
            numbers: numbers.as_slice_mut::<f32>()?,
            length,
        });
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

/// Softmax of every row of this length.
struct Rows<'a> {
    numbers: &'a mut [f32],
    length: usize,
}

impl Task for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let mut padded = vec![0.0; self.length.next_multiple_of(LANES)];
        for row in self.numbers.chunks_exact_mut(self.length) {
            padded[..self.length].copy_from_slice(row);
            softmax(isa, &mut padded, self.length);
            row.copy_from_slice(&padded[..self.length]);
        }
    }
}
