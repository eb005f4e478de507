//! Finds the weights of a BERT encoder in an ONNX graph.
//!
//! A graph is followed from its output back to its inputs, by what its operations do, not by their
//! names. The same network is written in several ways: by `onnx.rs` of this project, and by the
//! exporters of PyTorch, which write layer normalisation, GELU and the scale of the attention
//! scores as several operations. Anything else, such as another activation or relative positions,
//! is not recognised; tract runs such a graph as it is.
//!
//! The attention mask and the token types are left out, because the encoder never pads a text and
//! never has two texts in one: no token is hidden, and every type is 0.

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::constant::Constant;
use super::{DenseWeights, LayerWeights, Norm, Weights};

/// The weights of the BERT encoder that computes the output of a graph, or `None` if the graph is
/// not one.
pub(in crate::encoder) fn weights(graph: &GraphProto) -> Option<Weights> {
    let graph = Graph::new(graph);
    let [output] = graph.outputs.as_slice() else {
        return None;
    };
    let mut value = *output;
    let mut layers = vec![];
    let mut heads = None;
    let mut seen = vec![value];
    while let Some(layer) = graph.layer(value) {
        // A damaged graph may go round in a circle.
        if seen.contains(&layer.input) || *heads.get_or_insert(layer.heads) != layer.heads {
            return None;
        }
        layers.push(layer.weights);
        value = layer.input;
        seen.push(value);
    }
    layers.reverse();
    let (embedded, sum) = graph.norm(value)?;
    let (words, positions) = graph.embeddings(sum)?;
    Some(Weights {
        heads: heads?,
        words,
        positions,
        embedded,
        layers,
    })
}

/// A layer of a graph, and the value it is applied to.
struct Layer<'a> {
    weights: LayerWeights,
    heads: usize,
    input: &'a str,
}

/// The attention of a layer: its three projections, applied to `input`.
struct Attention<'a> {
    query: DenseWeights,
    key: DenseWeights,
    value: DenseWeights,
    heads: usize,
    input: &'a str,
}

/// A graph, with its operations by the values that they produce.
struct Graph<'a> {
    operations: HashMap<&'a str, &'a NodeProto>,
    constants: HashMap<&'a str, &'a TensorProto>,
    outputs: Vec<&'a str>,
}

impl<'a> Graph<'a> {
    fn new(graph: &'a GraphProto) -> Self {
        let mut constants: HashMap<&str, &TensorProto> = graph
            .initializer
            .iter()
            .map(|tensor| (tensor.name.as_str(), tensor))
            .collect();
        let mut operations = HashMap::new();
        for node in &graph.node {
            let value = attribute(node, "value").and_then(|value| value.t.as_ref());
            for output in &node.output {
                match value {
                    Some(tensor) if node.op_type == "Constant" => {
                        constants.insert(output, tensor);
                    }
                    _ => {
                        operations.insert(output.as_str(), node);
                    }
                }
            }
        }
        Self {
            operations,
            constants,
            outputs: graph.output.iter().map(|one| one.name.as_str()).collect(),
        }
    }

    /// The inputs of the operation that produces a value, if it is one of this kind.
    fn inputs(&self, kind: &str, value: &'a str) -> Option<Vec<&'a str>> {
        let node = self.operation(kind, value)?;
        Some(node.input.iter().map(|input| self.origin(input)).collect())
    }

    /// The inputs of an operation with two of them.
    fn pair(&self, kind: &str, value: &'a str) -> Option<[&'a str; 2]> {
        self.inputs(kind, value)?.try_into().ok()
    }

    fn operation(&self, kind: &str, value: &'a str) -> Option<&'a NodeProto> {
        let node = self.operations.get(self.origin(value))?;
        (node.op_type == kind).then_some(node)
    }

    /// The value behind operations that change nothing.
    fn origin(&self, mut value: &'a str) -> &'a str {
        // In a damaged graph they may form a circle.
        for _ in 0..self.operations.len() {
            match self.operations.get(value) {
                Some(node) if node.op_type == "Identity" && !node.input.is_empty() => {
                    value = &node.input[0];
                }
                _ => break,
            }
        }
        value
    }

    /// One of two inputs of a commutative operation that `find` finds something in, and the other.
    fn either<T>(
        &self,
        kind: &str,
        value: &'a str,
        find: impl Fn(&'a str) -> Option<T>,
    ) -> Option<(T, &'a str)> {
        let [a, b] = self.pair(kind, value)?;
        let first = find(a).map(|found| (found, b));
        first.or_else(|| find(b).map(|found| (found, a)))
    }

    fn constant(&self, value: &str) -> Option<Constant<'a>> {
        let tensor = self.constants.get(value)?;
        Some(Constant {
            shape: &tensor.dims,
            tensor,
        })
    }

    /// A constant with a single number.
    fn number(&self, value: &str) -> Option<f32> {
        match self.constant(value)?.numbers()?.as_slice() {
            [number] => Some(*number),
            _ => None,
        }
    }

    fn vector(&self, value: &str) -> Option<Vec<f32>> {
        let constant = self.constant(value)?;
        (constant.shape.len() == 1).then(|| constant.numbers())?
    }

    /// Whether `value` is a constant close to `number`.
    fn is(&self, value: &str, number: f32) -> bool {
        let close = |found: f32| (found / number - 1.0).abs() < 1e-5;
        self.number(value).is_some_and(close)
    }

    /// One transformer layer, from its output.
    fn layer(&self, value: &'a str) -> Option<Layer<'a>> {
        let (output, sum) = self.norm(value)?;
        let ((narrow, active), middle) = self.either("Add", sum, |one| self.dense(one))?;
        let (wide, input) = self.dense(self.gelu(active)?)?;
        if input != middle {
            return None;
        }
        let (attended, sum) = self.norm(middle)?;
        let ((mixed, joined), residual) = self.either("Add", sum, |one| self.dense(one))?;
        let attention = self.attention(joined)?;
        (attention.input == residual).then_some(Layer {
            weights: LayerWeights {
                query: attention.query,
                key: attention.key,
                value: attention.value,
                mixed,
                attended,
                wide,
                narrow,
                output,
            },
            heads: attention.heads,
            input: attention.input,
        })
    }

    /// `softmax(Q · Kᵀ · scale + mask) · V` with the heads put together again.
    fn attention(&self, joined: &'a str) -> Option<Attention<'a>> {
        let rows = *self.inputs("Reshape", joined)?.first()?;
        let mixed = self.transposed(rows, &[0, 2, 1, 3])?;
        let [shares, value] = self.pair("MatMul", mixed)?;
        if !is_last_axis(self.operation("Softmax", shares)?, 4) {
            return None;
        }
        let masked = *self.inputs("Softmax", shares)?.first()?;
        let hides = |one| self.comes_from(one, "attention_mask").then_some(());
        let ((), scores) = self.either("Add", masked, hides)?;
        let (scores, scale) = self.scaled(scores);
        let [query, key] = self.pair("MatMul", scores)?;
        let ((query, query_scale), (key, key_scale)) = (self.scaled(query), self.scaled(key));

        let key = self
            .transposed(key, &[0, 2, 3, 1])
            .or_else(|| self.transposed(self.transposed(key, &[0, 1, 3, 2])?, &[0, 2, 1, 3]))?;
        let (mut query, heads, input) = self.head(self.transposed(query, &[0, 2, 1, 3])?)?;
        let (key, key_heads, key_input) = self.head(key)?;
        let (value, value_heads, value_input) =
            self.head(self.transposed(value, &[0, 2, 1, 3])?)?;
        if [key_input, value_input] != [input; 2] || [key_heads, value_heads] != [heads; 2] {
            return None;
        }
        let scale = scale * query_scale * key_scale;
        for number in query.weight.iter_mut().chain(&mut query.bias) {
            *number *= scale;
        }
        Some(Attention {
            query,
            key,
            value,
            heads,
            input,
        })
    }

    /// A value without a constant that it is multiplied with or divided by, and that factor.
    fn scaled(&self, value: &'a str) -> (&'a str, f32) {
        let product = self.either("Mul", value, |one| self.number(one));
        if let Some((factor, value)) = product {
            return (value, factor);
        }
        let quotient = self.pair("Div", value);
        let quotient = quotient.and_then(|[value, by]| Some((value, self.number(by)?.recip())));
        quotient.unwrap_or((value, 1.0))
    }

    /// A dense layer whose output is split into heads, their number, and the layer's input.
    fn head(&self, split: &'a str) -> Option<(DenseWeights, usize, &'a str)> {
        let [joint, shape] = self.pair("Reshape", split)?;
        let (dense, input) = self.dense(joint)?;
        let width = dense.bias.len();
        // The shape ends with the number of heads and their size; one of them may be -1.
        let parts = match self.inputs("Concat", shape) {
            Some(parts) => parts,
            None => vec![shape],
        };
        let mut ends = vec![];
        for part in parts {
            match self.constant(part).and_then(|constant| constant.integers()) {
                Some(numbers) => ends.extend(numbers),
                None => ends.clear(),
            }
        }
        let size = |number: i64| usize::try_from(number).ok().filter(|size| *size > 0);
        let heads = match *ends.last_chunk()? {
            [-1, last] => width.checked_div(size(last)?)?,
            [heads, _] => size(heads)?,
        };
        Some((dense, heads, input))
    }

    /// The input of a transposition with this order of axes.
    fn transposed(&self, value: &'a str, order: &[i64]) -> Option<&'a str> {
        let node = self.operation("Transpose", value)?;
        let found = &attribute(node, "perm")?.ints;
        (found == order).then(|| node.input.first().map(|input| self.origin(input)))?
    }

    /// `input · weight + bias`, and its input.
    fn dense(&self, value: &'a str) -> Option<(DenseWeights, &'a str)> {
        let (bias, product) = self.either("Add", value, |one| self.vector(one))?;
        let [input, weight] = self.pair("MatMul", product)?;
        let weight = self.matrix(weight, bias.len())?;
        Some((DenseWeights { weight, bias }, input))
    }

    /// A constant matrix with this many columns, which may be stored transposed.
    fn matrix(&self, value: &'a str, columns: usize) -> Option<Vec<f32>> {
        let transposed = self.inputs("Transpose", value);
        let stored = transposed
            .as_ref()
            .and_then(|inputs| inputs.first())
            .copied()
            .unwrap_or(value);
        let constant = self.constant(stored)?;
        let [rows, found] = *constant.shape else {
            return None;
        };
        let numbers = constant.numbers()?;
        if transposed.is_none() {
            return (usize::try_from(found) == Ok(columns)).then_some(numbers);
        }
        let length = usize::try_from(found).ok()?;
        let column = |at| numbers.iter().skip(at).step_by(length).copied();
        (usize::try_from(rows) == Ok(columns)).then(|| (0..length).flat_map(column).collect())
    }

    /// Layer normalisation over the last axis, and its input.
    fn norm(&self, value: &'a str) -> Option<(Norm, &'a str)> {
        self.whole_norm(value).or_else(|| self.split_norm(value))
    }

    /// Layer normalisation as one operation.
    fn whole_norm(&self, value: &'a str) -> Option<(Norm, &'a str)> {
        let node = self.operation("LayerNormalization", value)?;
        let [input, gain, shift] = self.inputs("LayerNormalization", value)?.try_into().ok()?;
        let norm = Norm {
            gain: self.vector(gain)?,
            shift: self.vector(shift)?,
            epsilon: attribute(node, "epsilon").map_or(1e-5, |epsilon| epsilon.f),
        };
        is_last_axis(node, 3).then_some((norm, input))
    }

    /// Layer normalisation as `(x - mean) / √(mean of squares + epsilon) · gain + shift`.
    fn split_norm(&self, value: &'a str) -> Option<(Norm, &'a str)> {
        let (shift, scaled) = self.either("Add", value, |one| self.vector(one))?;
        let (gain, unit) = self.either("Mul", scaled, |one| self.vector(one))?;
        let [centred, deviation] = self.pair("Div", unit)?;
        let [input, mean] = self.pair("Sub", centred)?;
        let variance = *self.inputs("Sqrt", deviation)?.first()?;
        let (epsilon, variance) = self.either("Add", variance, |one| self.number(one))?;
        let squares = self.mean(variance)?;
        let square = self
            .pair("Pow", squares)
            .is_some_and(|[base, power]| base == centred && self.is(power, 2.0));
        let product = self.pair("Mul", squares) == Some([centred; 2]);
        let norm = Norm {
            gain,
            shift,
            epsilon,
        };
        ((square || product) && self.mean(mean)? == input).then_some((norm, input))
    }

    /// The input of a mean over the last axis.
    fn mean(&self, value: &'a str) -> Option<&'a str> {
        let node = self.operation("ReduceMean", value)?;
        // Newer versions of the operator have the axes as an input.
        let axes = match node.input.get(1) {
            Some(axes) => self.constant(self.origin(axes))?.integers()?,
            None => attribute(node, "axes")?.ints.clone(),
        };
        ([-1, 2].contains(axes.first()?) && axes.len() == 1)
            .then(|| node.input.first().map(|input| self.origin(input)))?
    }

    /// The input of a GELU in its exact form: `x · ½ · (1 + erf(x / √2))`, the factors in any
    /// order.
    fn gelu(&self, value: &'a str) -> Option<&'a str> {
        if let Some(node) = self.operation("Gelu", value) {
            let exact = attribute(node, "approximate").is_none_or(|name| name.s == b"none");
            return exact.then(|| node.input.first().map(|input| self.origin(input)))?;
        }
        let mut factors = vec![];
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match self.pair("Mul", value) {
                Some(pair) if factors.len() + open.len() < 3 => open.extend(pair),
                _ => factors.push(value),
            }
        }
        let half = factors.iter().position(|factor| self.is(factor, 0.5))?;
        factors.swap_remove(half);
        let erf = factors
            .iter()
            .position(|factor| self.erf_plus_one(factor).is_some())?;
        let input = self.erf_plus_one(factors.swap_remove(erf))?;
        (factors == [input]).then_some(input)
    }

    /// The x of `1 + erf(x / √2)`.
    fn erf_plus_one(&self, value: &'a str) -> Option<&'a str> {
        let ((), erf) = self.either("Add", value, |one| self.is(one, 1.0).then_some(()))?;
        let (input, scale) = self.scaled(self.inputs("Erf", erf)?.first()?);
        ((scale - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-5).then_some(input)
    }

    /// The tables of words and positions whose rows are added up, with the vector of token type 0
    /// added to the positions.
    fn embeddings(&self, sum: &'a str) -> Option<(Vec<f32>, Vec<f32>)> {
        let (mut words, mut positions, mut types) = (None, None, None);
        let mut open = vec![sum];
        while let Some(value) = open.pop() {
            if let Some(pair) = self.pair("Add", value) {
                open.extend(pair);
                // There are three tables, and a damaged graph may go round in a circle.
                if open.len() > 3 {
                    return None;
                }
                continue;
            }
            let (table, kind) = self.embedding(value)?;
            let place = match kind {
                Embedding::Word => &mut words,
                Embedding::Position => &mut positions,
                Embedding::Type => &mut types,
            };
            if place.replace(table).is_some() {
                return None;
            }
        }
        let (words, mut positions) = (words?.numbers()?, positions?.numbers()?);
        if let Some(types) = types {
            let width = usize::try_from(*types.shape.last()?).ok()?;
            let first = types.numbers()?;
            let first = first.get(..width).filter(|first| !first.is_empty())?;
            for row in positions.chunks_exact_mut(width) {
                for (number, kind) in row.iter_mut().zip(first) {
                    *number += kind;
                }
            }
        }
        Some((words, positions))
    }

    /// A table of embeddings, and what selects its rows.
    fn embedding(&self, value: &'a str) -> Option<(Constant<'a>, Embedding)> {
        let table = |name: &str| self.constant(name).filter(|table| table.shape.len() == 2);
        // The first rows of a table, one for each token.
        if let Some(inputs) = self.inputs("Slice", value) {
            let starts = self.constant(inputs.get(1)?)?.integers()?;
            let from_first = starts.iter().all(|start| *start == 0);
            return from_first.then_some((table(inputs.first()?)?, Embedding::Position));
        }
        let [rows, ids] = self.pair("Gather", value)?;
        let kind = match ids {
            "input_ids" => Embedding::Word,
            "token_type_ids" => Embedding::Type,
            _ => {
                let ids = self.cut_constant(ids)?.integers()?;
                let counted = || ids.iter().zip(0..).all(|(id, position)| *id == position);
                if ids.iter().all(|id| *id == 0) {
                    Embedding::Type
                } else if counted() {
                    Embedding::Position
                } else {
                    return None;
                }
            }
        };
        Some((table(rows)?, kind))
    }

    /// The constant that a value repeats or is the beginning of.
    fn cut_constant(&self, mut value: &'a str) -> Option<Constant<'a>> {
        for kind in ["Expand", "Slice", "Slice"] {
            if let Some(inputs) = self.inputs(kind, value) {
                value = inputs.first()?;
            }
        }
        self.constant(value)
    }

    /// Whether a value is computed from an input of the graph.
    fn comes_from(&self, value: &'a str, input: &str) -> bool {
        let mut seen = std::collections::HashSet::new();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            if value == input {
                return true;
            }
            if let Some(node) = self.operations.get(value)
                && seen.insert(value)
                // A mask does not depend on products; the scores themselves do.
                && node.op_type != "MatMul"
            {
                open.extend(node.input.iter().map(String::as_str));
            }
        }
        false
    }
}

/// What selects the rows of a table of embeddings.
enum Embedding {
    Word,
    Position,
    Type,
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}

/// Whether an operation is over the last of `axes` axes, which is also the default.
fn is_last_axis(node: &NodeProto, axes: i64) -> bool {
    attribute(node, "axis").is_none_or(|axis| axis.i == -1 || axis.i == axes - 1)
}
