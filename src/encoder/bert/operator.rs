//! A BERT encoder as an operator of tract.

use std::fmt;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

use super::Bert;

/// A plan of one operator. Its inputs are the tokens of all texts, i64 `[tokens]`, one text after
/// the other, and the texts' lengths, i64 `[texts]`. Its output is a vector for each token, f32
/// `[tokens, width]`.
pub(in crate::encoder) fn plan(bert: Bert) -> TractResult<Arc<TypedRunnableModel>> {
    let mut model = TypedModel::default();
    let (tokens, texts) = (model.sym("tokens").to_dim(), model.sym("texts").to_dim());
    let ids = model.add_source("input_ids", i64::fact([tokens]))?;
    let lengths = model.add_source("lengths", i64::fact([texts]))?;
    let output = model.wire_node(
        "last_hidden_state",
        Operator(Arc::new(bert)),
        &[ids, lengths],
    )?;
    model.select_output_outlets(&output)?;
    model.into_optimized()?.into_runnable()
}

/// The operator; its inputs and its output are those of [`plan`].
#[derive(Clone)]
struct Operator(Arc<Bert>);

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bert")
    }
}

// Two operators are only known to be equal if they are the same.
impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Operator {}

impl Op for Operator {
    fn name(&self) -> StaticName {
        "Bert".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Operator {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (ids, lengths) = args_2!(inputs);
        let ids = ids.try_as_plain_ram()?.as_slice::<i64>()?;
        let lengths = lengths.try_as_plain_ram()?.as_slice::<i64>()?;
        let lengths = lengths.iter().map(|length| usize::try_from(*length));
        let lengths = lengths.collect::<Result<Vec<usize>, _>>()?;
        let rows = self.0.run(ids, &lengths).map_err(TractError::msg)?;
        let rows = Tensor::from_shape(&[ids.len(), self.0.width()], &rows)?;
        Ok(tvec!(rows.into_tvalue()))
    }
}

impl TypedOp for Operator {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let tokens = inputs.first().context("the tokens are missing")?;
        let shape = [tokens.shape[0].clone(), self.0.width().to_dim()];
        Ok(tvec!(f32::fact(shape)))
    }

    as_op!();
}
