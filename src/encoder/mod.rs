//! Converts text to vectors: the tokenizer, the model's plan and the pooling behind one type.
//!
//! An [`Encoder`] is created once from an installed model (see [`files`]) and shared by all
//! threads. The same text gives the same vector, bit for bit, whether it is encoded alone or with
//! others. A text is read up to its 256th token. Nothing is padded, so short texts are cheap.

mod attribution;
pub mod error;
pub mod files;
pub mod onnx;
mod passages;
pub mod pooling;
mod query_cache;
mod sentences;
mod softmax;
mod vocabulary;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use prost::Message;
use rayon::prelude::*;
use tokenizers::{Encoding, PostProcessor, Tokenizer, TruncationDirection};
use tract_onnx::pb;
use tract_onnx::prelude::*;

pub use self::attribution::{Attribution, Pair, Piece};
pub use self::error::EncoderError;
pub use self::files::{Installed, install, installed};
pub use self::passages::MAX_PASSAGES;
pub use self::query_cache::QueryEncoder;
use crate::{DIMENSIONS, Vector};

/// The most tokens that the model reads of a text, including `[CLS]` and `[SEP]`. The rest is not
/// encoded.
pub const MAX_TOKENS: usize = 256;

/// Texts of equal length are run together, up to this many tokens in total: enough rows to keep the
/// matrix kernels busy, few enough to stay in the processor's cache.
const GROUP_TOKENS: usize = 64;

/// The texts of the self-test: a sentence, a paraphrase of it, and an unrelated sentence.
const SELF_TEST: [&str; 3] = [
    "A cat sleeps on the sofa.",
    "A kitten is napping on the couch.",
    "Quarterly tax returns are due in April.",
];

/// Encodes texts as unit vectors.
pub struct Encoder {
    tokenizer: Tokenizer,
    /// The most tokens read, not counting `[CLS]` and `[SEP]`.
    room: usize,
    plan: Arc<TypedRunnableModel>,
    /// The plan's inputs, in order.
    inputs: Vec<Input>,
    model_hash: String,
}

impl Encoder {
    /// Opens the model installed in `dir`, checks that it is intact, and runs a self-test.
    ///
    /// # Errors
    /// [`EncoderError::Missing`] or [`EncoderError::Damaged`] if there is no model or its files
    /// were changed; [`EncoderError::Graph`], [`EncoderError::Tokenizer`] or
    /// [`EncoderError::SelfTest`] if this encoder cannot use it.
    pub fn load(dir: &Path) -> Result<Self, EncoderError> {
        let opened = files::open(dir)?;
        let (plan, inputs) = plan(&opened.graph)?;
        let tokenizer = tokenizer(&opened.tokenizer)?;
        let added = tokenizer
            .get_post_processor()
            .map_or(0, |processor| processor.added_tokens(false));
        let encoder = Self {
            tokenizer,
            room: MAX_TOKENS.saturating_sub(added).max(1),
            plan,
            inputs,
            model_hash: opened.model_hash().to_owned(),
        };
        encoder.self_test()?;
        Ok(encoder)
    }

    /// The unit vector of a text. An empty text has one too.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] or [`EncoderError::Run`] if the model fails on it.
    pub fn encode(&self, text: &str) -> Result<Vector, EncoderError> {
        let vectors = self.run(&[&self.tokens(text)?])?;
        vectors.into_iter().next().ok_or_else(no_vector)
    }

    /// The unit vectors of many texts, in the same order, computed on the current rayon pool.
    ///
    /// `done(n)` is called from any of the threads whenever `n` more texts are finished.
    ///
    /// # Errors
    /// As for [`Encoder::encode`]; the first failure ends the work.
    pub fn encode_all(
        &self,
        texts: &[impl AsRef<str> + Sync],
        done: impl Fn(usize) + Sync,
    ) -> Result<Vec<Vector>, EncoderError> {
        let tokens = texts
            .par_iter()
            .map(|text| self.tokens(text.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        // Longest first and group by group, so that the last ones are short and the threads finish
        // together.
        let mut work: Vec<(usize, &[i64])> = tokens.iter().map(Vec::as_slice).enumerate().collect();
        work.sort_by_key(|(_, tokens)| std::cmp::Reverse(tokens.len()));
        let vectors = groups(&work).par_bridge().map(|group| {
            let tokens: Vec<&[i64]> = group.iter().map(|(_, tokens)| *tokens).collect();
            let vectors = self.run(&tokens)?;
            done(group.len());
            let indices = group.iter().map(|(index, _)| *index);
            Ok(indices.zip(vectors).collect::<Vec<_>>())
        });
        let vectors = vectors.collect::<Result<Vec<_>, EncoderError>>()?;
        let mut vectors: Vec<(usize, Vector)> = vectors.into_iter().flatten().collect();
        vectors.sort_unstable_by_key(|(index, _)| *index);
        Ok(vectors.into_iter().map(|(_, vector)| vector).collect())
    }

    /// The sha256 of the weights and the tokenizer, in hexadecimal. Vectors are only comparable if
    /// their models have the same hash.
    pub fn model_hash(&self) -> &str {
        &self.model_hash
    }

    /// The ids of a text's tokens, at most [`MAX_TOKENS`].
    fn tokens(&self, text: &str) -> Result<Vec<i64>, EncoderError> {
        Ok(ids(&self.cut(self.tokenizer.encode_fast(text, false))?))
    }

    /// The same with the position of each token in the text, which takes longer to compute.
    fn placed_tokens(&self, text: &str) -> Result<Encoding, EncoderError> {
        self.cut(self.tokenizer.encode(text, false))
    }

    /// Truncates a text's tokens to those that are read, and adds `[CLS]` and `[SEP]`.
    fn cut(&self, encoding: tokenizers::Result<Encoding>) -> Result<Encoding, EncoderError> {
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let mut encoding = encoding.map_err(failed)?;
        encoding.truncate(self.room, 0, TruncationDirection::Right);
        encoding.set_overflowing(Vec::new());
        let encoding = self.tokenizer.post_process(encoding, None, true);
        encoding.map_err(failed)
    }

    /// The unit vectors of texts of equal length, given as token ids.
    fn run(&self, texts: &[&[i64]]) -> Result<Vec<Vector>, EncoderError> {
        self.token_vectors(texts, |rows| {
            let mask = vec![1; rows.len() / DIMENSIONS];
            pooling::unit(pooling::masked_mean(rows, &mask)).ok_or_else(not_finite)
        })
    }

    /// Runs the model on texts of equal length, given as token ids, and passes on each text's token
    /// vectors, `[S, 384]` in row order.
    fn token_vectors<T>(
        &self,
        texts: &[&[i64]],
        each: impl Fn(&[f32]) -> Result<T, EncoderError>,
    ) -> Result<Vec<T>, EncoderError> {
        let failed = |error: TractError| EncoderError::Run(format!("{error:#}"));
        let length = texts.first().map_or(0, |text| text.len());
        let shape = [texts.len(), length];
        let ids = texts.concat();
        let inputs = self.inputs.iter().map(|input| {
            let tensor = match input {
                Input::Ids => Tensor::from_shape(&shape, &ids),
                Input::Mask => Tensor::from_shape(&shape, &vec![1_i64; ids.len()]),
                Input::Types => Tensor::from_shape(&shape, &vec![0_i64; ids.len()]),
            };
            tensor.map(IntoTValue::into_tvalue)
        });
        let inputs = inputs.collect::<TractResult<TVec<TValue>>>();
        let outputs = self.plan.run(inputs.map_err(failed)?).map_err(failed)?;
        let output = outputs.first().ok_or_else(no_vector)?;
        let output = output.try_as_plain_ram().map_err(failed)?;
        let rows = output.as_slice::<f32>().map_err(failed)?;
        if rows.len() != ids.len() * DIMENSIONS {
            let (numbers, tokens) = (rows.len(), ids.len());
            let why = format!("{numbers} numbers for {tokens} tokens of {DIMENSIONS}");
            return Err(EncoderError::Run(why));
        }
        rows.chunks_exact((length * DIMENSIONS).max(1))
            .map(each)
            .collect()
    }

    /// Checks that the model tells a paraphrase from an unrelated sentence.
    fn self_test(&self) -> Result<(), EncoderError> {
        let [sentence, paraphrase, other] = SELF_TEST;
        let [sentence, paraphrase, other] = [
            self.encode(sentence)?,
            self.encode(paraphrase)?,
            self.encode(other)?,
        ];
        let near = pooling::dot(&sentence, &paraphrase);
        let far = pooling::dot(&sentence, &other);
        if near > far {
            Ok(())
        } else {
            Err(EncoderError::SelfTest(format!(
                "it puts a paraphrase at a cosine of {near:.3} and an unrelated sentence at {far:.3}"
            )))
        }
    }
}

/// The possible inputs of a plan, all of them i64 `[B, S]`.
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

/// Splits work sorted by length into groups of equal length with at most [`GROUP_TOKENS`] tokens. A
/// longer text is a group by itself.
fn groups<'a>(
    work: &'a [(usize, &'a [i64])],
) -> impl Iterator<Item = &'a [(usize, &'a [i64])]> + Send {
    work.chunk_by(|(_, a), (_, b)| a.len() == b.len())
        .flat_map(|equal| {
            let length = equal.first().map_or(1, |(_, tokens)| tokens.len().max(1));
            equal.chunks((GROUP_TOKENS / length).max(1))
        })
}

/// Loads the tokenizer and disables the truncation and padding that its file may configure. The
/// encoder truncates texts itself, and padding to a fixed length would ruin the vectors.
fn tokenizer(bytes: &[u8]) -> Result<Tokenizer, EncoderError> {
    let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(failed)?;
    tokenizer.with_truncation(None).map_err(failed)?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

/// The optimised plan of an ONNX file, with variable batch size and text length, and its inputs.
fn plan(graph: &[u8]) -> Result<(Arc<TypedRunnableModel>, Vec<Input>), EncoderError> {
    let mut model = pb::ModelProto::decode(graph)
        .map_err(|error| EncoderError::Graph(format!("it is no ONNX file ({error})")))?;
    let inputs = keep_what_is_used(&mut model)?;
    // tract trusts some of a graph's declarations and panics if they are wrong.
    catch_unwind(AssertUnwindSafe(|| build(&model, inputs.len())))
        .map_err(|_| EncoderError::Graph("it contradicts itself".into()))?
        .map(|plan| (plan, inputs))
        .map_err(|error| EncoderError::Graph(format!("{error:#}")))
}

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

/// The token ids as the model expects them.
fn ids(encoding: &Encoding) -> Vec<i64> {
    encoding.get_ids().iter().copied().map(i64::from).collect()
}

fn not_finite() -> EncoderError {
    EncoderError::Run("the vector is not finite".into())
}

fn no_vector() -> EncoderError {
    EncoderError::Run("it gave no output".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_equal_lengths_and_few_tokens() {
        let lengths = [200, 30, 30, 30, 20, 3, 3];
        let texts: Vec<Vec<i64>> = lengths.iter().map(|length| vec![7; *length]).collect();
        let work: Vec<(usize, &[i64])> = texts.iter().map(Vec::as_slice).enumerate().collect();
        let sizes: Vec<usize> = groups(&work).map(<[_]>::len).collect();
        assert_eq!(sizes, [1, 2, 1, 1, 2]);
    }

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
