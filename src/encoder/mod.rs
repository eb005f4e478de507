//! Converts text to vectors: the tokenizer, the model's plan and the pooling behind one type.
//!
//! An [`Encoder`] is created once from an installed model (see [`files`]) and shared by all
//! threads. The same text gives the same vector, bit for bit, whether it is encoded alone or with
//! others. A text is read up to its 256th token. Nothing is padded, so short texts are cheap.
//!
//! A BERT encoder is run by an operator of this project, with 8-bit products (`bert/`); tract runs
//! any other model, in f32. Both give nearly the same vectors: their cosine is above 0.995 for 99
//! of 100 texts, closer than any two different texts. So vectors made by one can be compared with
//! those of the other, and the model's hash, which says what can be compared, is that of its files.

mod attribution;
mod bert;
pub mod error;
pub mod files;
mod kernels;
pub mod onnx;
mod passages;
mod plan;
pub mod pooling;
mod query_cache;
mod sentences;
mod softmax;
mod vocabulary;

use std::path::Path;

use rayon::prelude::*;
use tokenizers::{Encoding, PostProcessor, Tokenizer, TruncationDirection};
use tract_onnx::prelude::TractError;

pub use self::attribution::{Attribution, Pair, Piece};
pub use self::error::EncoderError;
pub use self::files::{Installed, install, installed};
pub use self::kernels::Kernel;
pub use self::passages::MAX_PASSAGES;
use self::plan::Plan;
pub use self::plan::Runtime;
pub use self::query_cache::QueryEncoder;
use crate::{DIMENSIONS, Vector};

/// The most tokens that the model reads of a text, including `[CLS]` and `[SEP]`. The rest is not
/// encoded.
pub const MAX_TOKENS: usize = 256;

/// Texts are run together up to this many tokens in total: enough rows to keep the matrix kernels
/// busy, few enough to stay in the processor's cache.
const GROUP_TOKENS: usize = 128;

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
    plan: Plan,
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
        Self::load_with(dir, Runtime::default())
    }

    /// The same with a choice of what runs the model, for tests and comparisons.
    ///
    /// # Errors
    /// As for [`Encoder::load`].
    pub fn load_with(dir: &Path, runtime: Runtime) -> Result<Self, EncoderError> {
        let opened = files::open(dir)?;
        let plan = Plan::new(&opened.graph, runtime)?;
        let tokenizer = tokenizer(&opened.tokenizer)?;
        let added = tokenizer
            .get_post_processor()
            .map_or(0, |processor| processor.added_tokens(false));
        let encoder = Self {
            tokenizer,
            room: MAX_TOKENS.saturating_sub(added).max(1),
            plan,
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
        let vectors = groups(&work, self.plan.takes_any_lengths())
            .par_bridge()
            .map(|group| {
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

    /// What runs the model. It is tract if the model is not one that this project can run itself.
    pub fn runtime(&self) -> Runtime {
        self.plan.runtime()
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

    /// The unit vectors of texts, given as token ids; of equal length, unless the plan takes any.
    fn run(&self, texts: &[&[i64]]) -> Result<Vec<Vector>, EncoderError> {
        self.token_vectors(texts, |rows| {
            let mask = vec![1; rows.len() / DIMENSIONS];
            pooling::unit(pooling::masked_mean(rows, &mask)).ok_or_else(not_finite)
        })
    }

    /// Runs the model on such texts and passes on each text's token vectors, `[S, 384]` in row
    /// order.
    fn token_vectors<T>(
        &self,
        texts: &[&[i64]],
        each: impl Fn(&[f32]) -> Result<T, EncoderError>,
    ) -> Result<Vec<T>, EncoderError> {
        let failed = |error: TractError| EncoderError::Run(format!("{error:#}"));
        let output = self.plan.run(texts).map_err(failed)?;
        let output = output.try_as_plain_ram().map_err(failed)?;
        let mut rows = output.as_slice::<f32>().map_err(failed)?;
        let tokens: usize = texts.iter().map(|text| text.len()).sum();
        if rows.len() != tokens * DIMENSIONS {
            let numbers = rows.len();
            let why = format!("{numbers} numbers for {tokens} tokens of {DIMENSIONS}");
            return Err(EncoderError::Run(why));
        }
        let vectors = texts.iter().map(|text| {
            let (of_text, rest) = rows.split_at(text.len() * DIMENSIONS);
            rows = rest;
            each(of_text)
        });
        vectors.collect()
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

/// Splits work sorted by length into groups with at most [`GROUP_TOKENS`] tokens, and of equal
/// length unless any lengths may be mixed. A longer text is a group by itself.
fn groups<'a>(
    mut work: &'a [(usize, &'a [i64])],
    any_lengths: bool,
) -> impl Iterator<Item = &'a [(usize, &'a [i64])]> + Send {
    std::iter::from_fn(move || {
        let length = work.first()?.1.len();
        let mut total = 0;
        let fits = |(_, tokens): &&(usize, &[i64])| {
            total += tokens.len();
            total <= GROUP_TOKENS && (any_lengths || tokens.len() == length)
        };
        let count = work.iter().take_while(fits).count().max(1);
        let (group, rest) = work.split_at(count);
        work = rest;
        Some(group)
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
    fn groups_hold_few_tokens_and_equal_lengths_where_they_must() {
        let lengths = [200, 60, 60, 60, 20, 3, 3];
        let texts: Vec<Vec<i64>> = lengths.iter().map(|length| vec![7; *length]).collect();
        let work: Vec<(usize, &[i64])> = texts.iter().map(Vec::as_slice).enumerate().collect();
        let sizes = |any| groups(&work, any).map(<[_]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(false), [1, 2, 1, 1, 2]);
        assert_eq!(sizes(true), [1, 2, 4]);
    }
}
