//! The plan that runs a model: one operator of ours for a BERT encoder, tract's own operators for
//! any other graph.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use prost::Message;
use tract_onnx::pb;
use tract_onnx::prelude::*;

use super::bert::{self, Bert};
use super::error::EncoderError;
use super::kernels::Kernel;
use super::softmax;

/// What runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// The operator of this project, with the dense layers' weights and inputs in 8 bits. A model
    /// that is not a BERT encoder of the usual structure is run by tract instead.
    Fused(Kernel),
    /// tract's own operators, in f32.
    Tract,
}

impl Default for Runtime {
    /// The operator of this project with the fastest kernel of this processor.
    fn default() -> Self {
        Self::Fused(Kernel::best())
    }
}

/// A model that is ready to run.
pub(super) struct Plan {
    runtime: Runtime,
    runnable: Arc<TypedRunnableModel>,
    /// The inputs of a graph run by tract, in order.
    inputs: Vec<Input>,
}

impl Plan {
    /// Prepares an ONNX file.
    pub(super) fn new(graph: &[u8], runtime: Runtime) -> Result<Self, EncoderError> {
        let failed = |error: TractError| EncoderError::Graph(format!("{error:#}"));
        let mut model = pb::ModelProto::decode(graph)
            .map_err(|error| EncoderError::Graph(format!("it is no ONNX file ({error})")))?;
        let inputs = keep_what_is_used(&mut model)?;
        if let Runtime::Fused(kernel) = runtime
            && let Some(weights) = model.graph.as_ref().and_then(bert::recognise::weights)
            && let Some(bert) = Bert::new(weights, kernel)
        {
            return Ok(Self {
                runtime,
                runnable: bert::operator::plan(bert).map_err(failed)?,
                inputs: vec![],
            });
        }
        // tract trusts some of a graph's declarations and panics if they are wrong.
        let built = catch_unwind(AssertUnwindSafe(|| build(&model, inputs.len())))
            .map_err(|_| EncoderError::Graph("it contradicts itself".into()))?;
        Ok(Self {
            runtime: Runtime::Tract,
            runnable: built.map_err(failed)?,
            inputs,
        })
    }

    /// What runs the model.
    pub(super) fn runtime(&self) -> Runtime {
        self.runtime
    }

    /// Whether texts of different lengths can be run together.
    pub(super) fn takes_any_lengths(&self) -> bool {
        self.runtime != Runtime::Tract
    }

    /// Runs the model on texts, given as token ids. The result has a row for each token of the
    /// first text, then of the second, and so on.
    pub(super) fn run(&self, texts: &[&[i64]]) -> TractResult<TValue> {
        let ids = texts.concat();
        let inputs = match self.runtime {
            Runtime::Fused(_) => {
                let lengths: Vec<i64> = texts.iter().map(|text| text.len() as i64).collect();
                tvec!(tensor1(&ids).into_tvalue(), tensor1(&lengths).into_tvalue())
            }
            Runtime::Tract => {
                let length = texts.first().map_or(0, |text| text.len());
                let shape = [texts.len(), length];
                let inputs = self.inputs.iter().map(|input| {
                    let tensor = match input {
                        Input::Ids => Tensor::from_shape(&shape, &ids),
                        Input::Mask => Tensor::from_shape(&shape, &vec![1_i64; ids.len()]),
                        Input::Types => Tensor::from_shape(&shape, &vec![0_i64; ids.len()]),
                    };
                    tensor.map(IntoTValue::into_tvalue)
                });
                inputs.collect::<TractResult<TVec<TValue>>>()?
            }
        };
        let outputs = self.runnable.run(inputs)?;
        let output = outputs.into_iter().next();
        output.ok_or_else(|| TractError::msg("the model gave no output"))
    }
}

/// The inputs of a plan that tract made from a graph, all of them i64 `[texts, tokens]`.
#[derive(Debug, Clone, Copy)]
enum Input {
    Ids,
    Mask,
    Types,
}

impl Input {
    fn named(name: &str) -> Result<Self, EncoderError> {
        match name {
            "input_ids" => Ok(Self::Ids),
            "attention_mask" => Ok(Self::Mask),
            "token_type_ids" => Ok(Self::Types),
            other => Err(EncoderError::Graph(format!(
                "it has an unknown input, {other}"
            ))),
        }
    }
}

/// The optimised plan of a graph, with variable batch size and text length.
fn build(model: &pb::ModelProto, inputs: usize) -> TractResult<Arc<TypedRunnableModel>> {
    // Exported graphs often contain the shapes of the example texts used for the export.
    let mut model = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true)
        .model_for_proto_model(model)?;
    let shape = [model.sym("texts").to_dim(), model.sym("tokens").to_dim()];
    for input in 0..inputs {
        model.set_input_fact(input, i64::fact(&shape).into())?;
    }
    let mut model = model.into_typed()?.into_decluttered()?;
    softmax::replace(&mut model);
    model.into_optimized()?.into_runnable()
}

/// Names the inputs of a graph and drops all outputs except the token vectors.
fn keep_what_is_used(model: &mut pb::ModelProto) -> Result<Vec<Input>, EncoderError> {
    let graph = model
        .graph
        .as_mut()
        .ok_or_else(|| EncoderError::Graph("it holds no graph".into()))?;
    // Old exports list the weights as inputs.
    let constants = &graph.initializer;
    graph
        .input
        .retain(|input| constants.iter().all(|constant| constant.name != input.name));
    let inputs = graph.input.iter().map(|input| Input::named(&input.name));
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;

    let kept = token_output(&graph.output)?;
    graph.output = vec![kept];
    Ok(inputs)
}

/// The output with a vector for every token. It is recognised by its name, or as the only one with
/// three axes.
fn token_output(outputs: &[pb::ValueInfoProto]) -> Result<pb::ValueInfoProto, EncoderError> {
    let named = |name: &str| outputs.iter().find(|output| output.name == name);
    let of_three_axes = || {
        let mut found = outputs.iter().filter(|output| rank(output) == Some(3));
        found.next().filter(|_| found.next().is_none())
    };
    named("last_hidden_state")
        .or_else(|| named("token_embeddings"))
        .or_else(of_three_axes)
        .cloned()
        .ok_or_else(|| {
            let names: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
            EncoderError::Graph(format!(
                "none of its outputs ({}) is a vector for every token",
                names.join(", ")
            ))
        })
}

/// The declared number of axes of an output.
fn rank(output: &pb::ValueInfoProto) -> Option<usize> {
    let pb::type_proto::Value::TensorType(tensor) = output.r#type.as_ref()?.value.as_ref()?;
    Some(tensor.shape.as_ref()?.dim.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str, axes: usize) -> pb::ValueInfoProto {
        let dim = vec![pb::tensor_shape_proto::Dimension::default(); axes];
        let tensor = pb::type_proto::Tensor {
            elem_type: 1,
            shape: Some(pb::TensorShapeProto { dim }),
        };
        let value = Some(pb::type_proto::Value::TensorType(tensor));
        pb::ValueInfoProto {
            name: name.into(),
            r#type: Some(pb::TypeProto {
                value,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    #[test]
    fn the_token_output_is_found_by_name_or_by_its_axes() {
        let pooled = || output("sentence_embedding", 2);
        for tokens in ["last_hidden_state", "token_embeddings", "output_0"] {
            let found = token_output(&[pooled(), output(tokens, 3)]).unwrap();
            assert_eq!(found.name, tokens);
        }
        let error = token_output(&[pooled()]).unwrap_err().to_string();
        assert!(error.contains("sentence_embedding"), "{error}");
        assert!(token_output(&[output("a", 3), output("b", 3)]).is_err());
    }

    #[test]
    fn an_unknown_input_is_named() {
        let error = Input::named("pixel_values").unwrap_err().to_string();
        assert!(error.contains("pixel_values"), "{error}");
    }
}
