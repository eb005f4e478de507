//! Writes a BERT's weights (safetensors) as an ONNX graph, so that tract can run the published file
//! without any use of Python.
//!
//! The graph takes `input_ids` and `attention_mask` (i64 `[B, S]`) and returns `last_hidden_state`
//! (f32 `[B, S, width]`): one vector per token. Pooling is left to the caller. Two operations are
//! folded into the weights, which changes at most the last bit of a result: the vector of token
//! type 0 is added to every position, and the scale of the attention scores, 1/√32 in
//! all-MiniLM-L6-v2, is applied to the query projection.
//!
//! Most sizes follow from the tensors' shapes, the number of heads and the like from [`Network`]. A
//! missing tensor, or one with another shape, is an error that names it.

use prost::Message;
use safetensors::{Dtype, SafeTensors};
use tract_onnx::pb;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};

use super::error::EncoderError;
use super::network::{Kind, Network};

/// The ONNX operator set the graph is written in.
const OPSET: i64 = 17;
/// The file format version that belongs to this operator set.
const IR_VERSION: i64 = 8;
/// The table of words, which every model has.
const WORDS: &str = "embeddings.word_embeddings.weight";
/// What BERT's names of tensors are in DistilBERT, replaced in this order.
const DISTIL_BERT: [(&str, &str); 9] = [
    ("encoder.layer.", "transformer.layer."),
    ("attention.self.query", "attention.q_lin"),
    ("attention.self.key", "attention.k_lin"),
    ("attention.self.value", "attention.v_lin"),
    ("attention.output.dense", "attention.out_lin"),
    ("attention.output.LayerNorm", "sa_layer_norm"),
    ("intermediate.dense", "ffn.lin1"),
    ("output.dense", "ffn.lin2"),
    ("output.LayerNorm", "output_layer_norm"),
];

/// Converts a safetensors file to an ONNX file.
///
/// # Errors
/// [`EncoderError::Tensors`] if the bytes are not a safetensors file, a tensor of the model is
/// missing or has the wrong type or shape, or the network is not of a known kind.
pub(super) fn from_safetensors(bytes: &[u8], network: &Network) -> Result<Vec<u8>, EncoderError> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| EncoderError::Tensors(format!("no safetensors file ({error})")))?;
    let kind = network.kind.clone().map_err(EncoderError::Tensors)?;
    let weights = Weights::new(file, kind);
    let (width, heads) = (weights.columns(WORDS)?, network.heads);
    if heads == 0 || width == 0 || !width.is_multiple_of(heads) {
        let why = format!("a width of {width} cannot be split into {heads} heads");
        return Err(EncoderError::Tensors(why));
    }
    let mut writer = Writer::new(weights, network, width);
    let mut hidden = writer.embeddings()?;
    let mask = writer.mask();
    let layers = writer.weights.layers();
    if layers == 0 {
        return Err(EncoderError::Tensors("there is no encoder layer".into()));
    }
    for layer in 0..layers {
        hidden = writer.layer(layer, &hidden, &mask)?;
    }
    writer.op("Identity", "last_hidden_state", &[&hidden], vec![]);
    Ok(writer.into_model().encode_to_vec())
}

/// The tensors of the file, by their names in BERT.
struct Weights<'a> {
    file: SafeTensors<'a>,
    kind: Kind,
    /// What comes before the names, such as `bert.` in a model that was trained for a task.
    prefix: String,
}

impl<'a> Weights<'a> {
    fn new(file: SafeTensors<'a>, kind: Kind) -> Self {
        let names = file.names().into_iter();
        let prefix = names.filter_map(|name| name.strip_suffix(WORDS)).min();
        let prefix = prefix.unwrap_or_default().to_owned();
        Self { file, kind, prefix }
    }

    /// The name of a tensor in the file.
    fn stored_name(&self, name: &str) -> String {
        let mut stored = format!("{}{name}", self.prefix);
        if self.kind == Kind::DistilBert {
            for (ours, theirs) in DISTIL_BERT {
                stored = stored.replace(ours, theirs);
            }
        }
        stored
    }

    /// The values of a tensor, which must have this shape, as f32.
    fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EncoderError> {
        let tensor = self.view(name)?;
        if tensor.shape() != shape {
            return Err(EncoderError::Tensors(format!(
                "the tensor {name} has shape {:?}, expected {shape:?}",
                tensor.shape()
            )));
        }
        let (wide, narrow) = (
            tensor.data().as_chunks::<4>().0,
            tensor.data().as_chunks().0,
        );
        let narrow = narrow.iter().map(|bytes| u16::from_le_bytes(*bytes));
        Ok(match tensor.dtype() {
            Dtype::F16 => narrow.map(from_f16).collect(),
            Dtype::BF16 => narrow
                .map(|bits| f32::from_bits(u32::from(bits) << 16))
                .collect(),
            _ => wide
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect(),
        })
    }

    /// The number of rows of a matrix, if it follows only from the weights.
    fn rows(&self, name: &str) -> Result<usize, EncoderError> {
        match *self.view(name)?.shape() {
            [rows, _] if rows > 0 => Ok(rows),
            ref shape => Err(EncoderError::Tensors(format!(
                "the tensor {name} has shape {shape:?}, expected a matrix"
            ))),
        }
    }

    /// The number of columns of a matrix, likewise.
    fn columns(&self, name: &str) -> Result<usize, EncoderError> {
        self.rows(name)?;
        Ok(self.view(name)?.shape().last().copied().unwrap_or(0))
    }

    /// Transposes a matrix stored as `[to, from]` to `[from, to]`, because the graph multiplies
    /// from the left.
    fn transposed(&self, name: &str, from: usize, to: usize) -> Result<Vec<f32>, EncoderError> {
        let stored = self.get(name, &[to, from])?;
        Ok((0..from)
            .flat_map(|column| stored.iter().skip(column).step_by(from))
            .copied()
            .collect())
    }

    /// The number of layers in the file, which are numbered from 0.
    fn layers(&self) -> usize {
        (0..)
            .take_while(|layer| {
                let first = format!("encoder.layer.{layer}.attention.self.query.weight");
                self.file.tensor(&self.stored_name(&first)).is_ok()
            })
            .count()
    }

    fn view(&self, name: &str) -> Result<safetensors::tensor::TensorView<'_>, EncoderError> {
        let name = self.stored_name(name);
        let tensor = self
            .file
            .tensor(&name)
            .map_err(|_| EncoderError::Tensors(format!("the tensor {name} is missing")))?;
        match tensor.dtype() {
            Dtype::F32 | Dtype::F16 | Dtype::BF16 => Ok(tensor),
            other => Err(EncoderError::Tensors(format!(
                "the tensor {name} is {other}, expected F32, F16 or BF16"
            ))),
        }
    }
}

/// The graph so far. Every method that adds an operation returns the name of its output, for use as
/// the next input.
struct Writer<'a> {
    weights: Weights<'a>,
    network: &'a Network,
    /// The components of a token's vector.
    width: usize,
    nodes: Vec<pb::NodeProto>,
    constants: Vec<pb::TensorProto>,
}

impl<'a> Writer<'a> {
    fn new(weights: Weights<'a>, network: &'a Network, width: usize) -> Self {
        let heads = network.heads;
        let mut writer = Self {
            weights,
            network,
            width,
            nodes: vec![],
            constants: vec![],
        };
        writer.integers("zero", &[0]);
        writer.integers("one", &[1]);
        writer.integers("head_axes", &[1, 2]);
        writer.integers("split", &[0, 0, heads as i64, (width / heads) as i64]);
        writer.integers("join", &[0, 0, width as i64]);
        writer.scalar("lowest", f32::MIN);
        writer.scalar("unity", 1.0);
        writer.scalar("half", 0.5);
        writer.scalar("inverse_root_2", std::f32::consts::FRAC_1_SQRT_2);
        writer
    }

    /// The sum of word, position and type embeddings, normalised.
    fn embeddings(&mut self) -> Result<String, EncoderError> {
        let width = self.width;
        let vocabulary = self.weights.rows(WORDS)?;
        let table = self.weights.get(WORDS, &[vocabulary, width])?;
        self.tensor("words", &[vocabulary, width], &table);

        let positions = self.positions()?;
        self.tensor("positions", &[positions.len() / width, width], &positions);

        self.op("Gather", "word", &["words", "input_ids"], vec![]);
        self.op("Shape", "shape", &["input_ids"], vec![]);
        self.op("Gather", "length", &["shape", "one"], vec![]);
        let slice = ["positions", "zero", "length", "zero"];
        self.op("Slice", "position", &slice, vec![]);
        let sum = self.op("Add", "embedded", &["word", "position"], vec![]);
        self.normalised("embeddings.LayerNorm", &sum)
    }

    /// The position table, from the first position on, with the vector of token type 0 added to
    /// every row.
    fn positions(&self) -> Result<Vec<f32>, EncoderError> {
        let name = "embeddings.position_embeddings.weight";
        let rows = self.weights.rows(name)?;
        let mut table = self.weights.get(name, &[rows, self.width])?;
        let first = self.network.first_position;
        if first >= rows {
            let why = format!("the tensor {name} has {rows} rows, and the first is row {first}");
            return Err(EncoderError::Tensors(why));
        }
        table.drain(..first * self.width);
        if self.network.kind == Ok(Kind::DistilBert) {
            return Ok(table);
        }
        let types = "embeddings.token_type_embeddings.weight";
        let rows = self.weights.rows(types)?;
        let first = self.weights.get(types, &[rows, self.width])?;
        for row in table.chunks_exact_mut(self.width) {
            for (value, kind) in row.iter_mut().zip(&first) {
                *value += kind;
            }
        }
        Ok(table)
    }

    /// The values added to the attention scores, `[B, 1, 1, S]`: 0 for a token that counts, the
    /// lowest number for one that does not.
    fn mask(&mut self) -> String {
        let float = attribute_int("to", DataType::Float as i64);
        self.op("Cast", "counts", &["attention_mask"], vec![float]);
        self.op("Sub", "hides", &["unity", "counts"], vec![]);
        self.op("Mul", "bias_flat", &["hides", "lowest"], vec![]);
        self.op("Unsqueeze", "bias", &["bias_flat", "head_axes"], vec![])
    }

    /// One transformer layer: attention followed by two dense layers, both with residual
    /// connections and normalisation.
    fn layer(&mut self, layer: usize, input: &str, mask: &str) -> Result<String, EncoderError> {
        let name = format!("encoder.layer.{layer}");
        let attended = self.attention(&name, input, mask)?;
        let residual = self.op(
            "Add",
            &format!("{name}.residual.1"),
            &[&attended, input],
            vec![],
        );
        let middle = self.normalised(&format!("{name}.attention.output.LayerNorm"), &residual)?;

        let inner = format!("{name}.intermediate.dense");
        let width = self.weights.rows(&format!("{inner}.weight"))?;
        let wide = self.dense(&inner, &middle, self.width, width, 1.0)?;
        let active = self.gelu(&format!("{name}.gelu"), &wide);
        let narrow = self.dense(
            &format!("{name}.output.dense"),
            &active,
            width,
            self.width,
            1.0,
        )?;
        let residual = self.op(
            "Add",
            &format!("{name}.residual.2"),
            &[&narrow, &middle],
            vec![],
        );
        self.normalised(&format!("{name}.output.LayerNorm"), &residual)
    }

    /// Self-attention over all heads, with its output projection.
    fn attention(&mut self, name: &str, input: &str, mask: &str) -> Result<String, EncoderError> {
        let scale = ((self.width / self.network.heads) as f32).sqrt().recip();
        let query = self.heads(
            &format!("{name}.attention.self.query"),
            input,
            scale,
            [0, 2, 1, 3],
        )?;
        let key = self.heads(
            &format!("{name}.attention.self.key"),
            input,
            1.0,
            [0, 2, 3, 1],
        )?;
        let value = self.heads(
            &format!("{name}.attention.self.value"),
            input,
            1.0,
            [0, 2, 1, 3],
        )?;

        let scores = self.op("MatMul", &format!("{name}.scores"), &[&query, &key], vec![]);
        let masked = self.op("Add", &format!("{name}.masked"), &[&scores, mask], vec![]);
        let last = attribute_int("axis", -1);
        let shares = self.op("Softmax", &format!("{name}.shares"), &[&masked], vec![last]);
        let mixed = self.op(
            "MatMul",
            &format!("{name}.mixed"),
            &[&shares, &value],
            vec![],
        );
        let rows = attribute_ints("perm", &[0, 2, 1, 3]);
        let rows = self.op("Transpose", &format!("{name}.rows"), &[&mixed], vec![rows]);
        let joined = self.op(
            "Reshape",
            &format!("{name}.joined"),
            &[&rows, "join"],
            vec![],
        );
        let output = format!("{name}.attention.output.dense");
        self.dense(&output, &joined, self.width, self.width, 1.0)
    }

    /// A dense layer whose output is split into heads: `[B, S, width]` to `[B, heads, S, d]`
    /// for the order 0 2 1 3.
    fn heads(
        &mut self,
        name: &str,
        input: &str,
        scale: f32,
        order: [i64; 4],
    ) -> Result<String, EncoderError> {
        let dense = self.dense(name, input, self.width, self.width, scale)?;
        let split = self.op(
            "Reshape",
            &format!("{name}.split"),
            &[&dense, "split"],
            vec![],
        );
        let order = attribute_ints("perm", &order);
        Ok(self.op(
            "Transpose",
            &format!("{name}.heads"),
            &[&split],
            vec![order],
        ))
    }

    /// `input · weight + bias`, both of them multiplied by `scale`.
    fn dense(
        &mut self,
        name: &str,
        input: &str,
        from: usize,
        to: usize,
        scale: f32,
    ) -> Result<String, EncoderError> {
        let scaled = |mut numbers: Vec<f32>| {
            numbers.iter_mut().for_each(|number| *number *= scale);
            numbers
        };
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let numbers = scaled(self.weights.transposed(&weight, from, to)?);
        self.tensor(&weight, &[from, to], &numbers);
        let numbers = scaled(self.weights.get(&bias, &[to])?);
        self.tensor(&bias, &[to], &numbers);
        let product = self.op(
            "MatMul",
            &format!("{name}.product"),
            &[input, &weight],
            vec![],
        );
        Ok(self.op("Add", &format!("{name}.sum"), &[&product, &bias], vec![]))
    }

    /// Layer normalisation over the last axis.
    fn normalised(&mut self, name: &str, input: &str) -> Result<String, EncoderError> {
        let (scale, shift) = (format!("{name}.weight"), format!("{name}.bias"));
        for tensor in [&scale, &shift] {
            let numbers = self.weights.get(tensor, &[self.width])?;
            self.tensor(tensor, &[self.width], &numbers);
        }
        let attributes = vec![
            attribute_int("axis", -1),
            pb::AttributeProto {
                name: "epsilon".into(),
                r#type: AttributeType::Float as i32,
                f: self.network.epsilon,
                ..Default::default()
            },
        ];
        let inputs = [input, &scale, &shift];
        Ok(self.op(
            "LayerNormalization",
            &format!("{name}.norm"),
            &inputs,
            attributes,
        ))
    }

    /// GELU in its exact form, written so that tract recognises it as one operation (opset 17 has
    /// no such operator).
    fn gelu(&mut self, name: &str, input: &str) -> String {
        let scaled = self.op(
            "Mul",
            &format!("{name}.scaled"),
            &[input, "inverse_root_2"],
            vec![],
        );
        let erf = self.op("Erf", &format!("{name}.erf"), &[&scaled], vec![]);
        let raised = self.op("Add", &format!("{name}.raised"), &[&erf, "unity"], vec![]);
        let halved = self.op("Mul", &format!("{name}.halved"), &[input, "half"], vec![]);
        self.op("Mul", &format!("{name}.gelu"), &[&halved, &raised], vec![])
    }

    fn op(
        &mut self,
        kind: &str,
        output: &str,
        inputs: &[&str],
        attribute: Vec<pb::AttributeProto>,
    ) -> String {
        self.nodes.push(pb::NodeProto {
            op_type: kind.into(),
            name: output.into(),
            input: inputs.iter().map(ToString::to_string).collect(),
            output: vec![output.into()],
            attribute,
            ..Default::default()
        });
        output.into()
    }

    fn tensor(&mut self, name: &str, shape: &[usize], numbers: &[f32]) {
        let bytes = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.constant(name, DataType::Float, shape, bytes);
    }

    fn scalar(&mut self, name: &str, number: f32) {
        self.tensor(name, &[], &[number]);
    }

    fn integers(&mut self, name: &str, numbers: &[i64]) {
        let bytes = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.constant(name, DataType::Int64, &[numbers.len()], bytes);
    }

    fn constant(&mut self, name: &str, kind: DataType, shape: &[usize], raw_data: Vec<u8>) {
        self.constants.push(pb::TensorProto {
            name: name.into(),
            data_type: kind as i32,
            dims: shape.iter().map(|size| *size as i64).collect(),
            raw_data,
            ..Default::default()
        });
    }

    fn into_model(self) -> pb::ModelProto {
        let batch = || named("batch");
        let sequence = || named("sequence");
        let width = dimension::Value::DimValue(self.width as i64);
        let ids = |name| declared(name, DataType::Int64, vec![batch(), sequence()]);
        let output = vec![batch(), sequence(), width];
        pb::ModelProto {
            ir_version: IR_VERSION,
            producer_name: "parallax".into(),
            opset_import: vec![pb::OperatorSetIdProto {
                domain: String::new(),
                version: OPSET,
            }],
            graph: Some(pb::GraphProto {
                name: "bert".into(),
                node: self.nodes,
                initializer: self.constants,
                input: vec![ids("input_ids"), ids("attention_mask")],
                output: vec![declared("last_hidden_state", DataType::Float, output)],
                ..Default::default()
            }),
            ..Default::default()
        }
    }
}

/// The value of an f16, given as its bits.
fn from_f16(bits: u16) -> f32 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, bits & 0x3ff);
    let fraction = f32::from(fraction) / 1_024.0;
    let magnitude = match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1.0 + fraction) * 2.0_f32.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

fn named(name: &str) -> dimension::Value {
    dimension::Value::DimParam(name.into())
}

/// An input or output of the graph, with its type and shape.
fn declared(name: &str, kind: DataType, shape: Vec<dimension::Value>) -> pb::ValueInfoProto {
    let dim = shape.into_iter().map(|value| Dimension {
        value: Some(value),
        ..Default::default()
    });
    let tensor = pb::type_proto::Tensor {
        elem_type: kind as i32,
        shape: Some(pb::TensorShapeProto { dim: dim.collect() }),
    };
    pb::ValueInfoProto {
        name: name.into(),
        r#type: Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(tensor)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn attribute_int(name: &str, value: i64) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..Default::default()
    }
}

fn attribute_ints(name: &str, values: &[i64]) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests;
