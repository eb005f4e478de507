//! Converts text to vectors: the tokenizer, the model's plan and the pooling behind one type.
//!
//! An [`Encoder`] is created once from an installed model (see [`files`]) and shared by all
//! threads. The same text gives the same vector, bit for bit, whether it is encoded alone or with
//! others. A text is read up to the model's last token, the 256th of all-MiniLM-L6-v2. Nothing is
//! padded, so short texts are cheap.
//!
//! Any encoder of the BERT family in a folder in the format of sentence-transformers can be used:
//! see [`Settings`] and `network.rs`.
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
mod models;
mod network;
mod onnx;
mod passages;
pub mod pieces;
mod plan;
pub mod pooling;
mod published;
mod query_cache;
mod sentences;
mod settings;
mod softmax;
mod tokens;
mod vocabulary;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tokenizers::normalizers::{Lowercase, NormalizerWrapper, Sequence};
use tokenizers::{Encoding, PostProcessor, Tokenizer, TruncationDirection};
use tract_onnx::prelude::TractError;

pub use self::attribution::{Attribution, Pair, Piece};
pub use self::error::EncoderError;
pub use self::files::{Installed, Prefixes, install, install_with, installed};
pub use self::kernels::Kernel;
pub use self::models::Models;
pub use self::passages::MAX_PASSAGES;
pub use self::pieces::{FEW_PIECES, PieceVectors};
use self::plan::Plan;
pub use self::plan::Runtime;
pub use self::query_cache::{CacheCounts, QueryEncoder};
pub use self::settings::{MAX_TOKENS, Pooling, Settings};
use crate::Vector;
use crate::vector::MAX_DIMENSION;

/// Texts are run together up to this many tokens in total: enough rows to keep the matrix kernels
/// busy, few enough to stay in the processor's cache.
const GROUP_TOKENS: usize = 128;

/// More tokens than any vocabulary has. Memory is reserved by their largest id.
const MAX_PIECES: u32 = 2_000_000;

/// Up to this many tokens, the longest text that is read is tried when a model is installed. It
/// would take too long for more.
const LONG_TEST: usize = 512;

/// The texts of the self-test: a sentence, a paraphrase of it, and an unrelated sentence.
const SELF_TEST: [&str; 3] = [
    "A cat sleeps on the sofa.",
    "A kitten is napping on the couch.",
    "Quarterly tax returns are due in April.",
];

/// Encodes texts as unit vectors.
pub struct Encoder {
    tokenizer: Tokenizer,
    settings: Settings,
    /// The most tokens read, counting those of a prefix but not `[CLS]` and `[SEP]`.
    all_room: usize,
    /// The most tokens read of a text that is searched, without its prefix.
    room: usize,
    plan: Plan,
    model_hash: String,
    /// The components of a vector.
    dimension: usize,
    folder: PathBuf,
    pieces: pieces::Kept,
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
        let settings = opened.settings().clone();
        let tokenizer = tokenizer(&opened.tokenizer, &settings)?;
        let pieces = pieces::Kept::new(dir.to_owned(), piece_count(&tokenizer)?);
        let added = tokenizer
            .get_post_processor()
            .map_or(0, |processor| processor.added_tokens(false));
        let most = settings.max_tokens.min(settings::LONGEST);
        let all_room = most.saturating_sub(added).max(1);
        let prefix = tokenizer.encode_fast(settings.passage_prefix.as_str(), false);
        let prefix = prefix.map_err(|error| EncoderError::Tokenizer(error.to_string()))?;
        let mut encoder = Self {
            tokenizer,
            room: all_room.saturating_sub(prefix.len()).max(1),
            all_room,
            settings,
            plan,
            model_hash: opened.model_hash().to_owned(),
            dimension: 0,
            folder: std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()),
            pieces,
        };
        encoder.dimension = encoder.measured_dimension()?;
        encoder.self_test()?;
        encoder.load_piece_vectors();
        Ok(encoder)
    }

    /// The unit vector of a text that is searched. An empty text has one too.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] or [`EncoderError::Run`] if the model fails on it.
    pub fn encode(&self, text: &str) -> Result<Vector, EncoderError> {
        self.encode_after(&self.settings.passage_prefix, text)
    }

    /// The unit vector of a query. It is that of any text, unless the model was trained with other
    /// prefixes for queries.
    ///
    /// # Errors
    /// As for [`Encoder::encode`].
    pub fn encode_query(&self, query: &str) -> Result<Vector, EncoderError> {
        self.encode_after(&self.settings.query_prefix, query)
    }

    fn encode_after(&self, prefix: &str, text: &str) -> Result<Vector, EncoderError> {
        let vectors = self.run(&[&self.tokens(prefix, text)?])?;
        vectors.into_iter().next().ok_or_else(no_vector)
    }

    /// The unit vectors of many texts that are searched, in the same order, computed on the current
    /// rayon pool.
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
            .map(|text| self.tokens(&self.settings.passage_prefix, text.as_ref()))
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

    /// How it turns a text into a vector, apart from the network.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The sha256 of the weights, the tokenizer and the settings, in hexadecimal. Vectors are only
    /// comparable if their models have the same hash.
    pub fn model_hash(&self) -> &str {
        &self.model_hash
    }

    /// The number of components of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The folder it was loaded from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What runs the model. It is tract if the model is not one that this project can run itself.
    pub fn runtime(&self) -> Runtime {
        self.plan.runtime()
    }

    /// The ids of the tokens of a text after a prefix, as many as are read.
    fn tokens(&self, prefix: &str, text: &str) -> Result<Vec<i64>, EncoderError> {
        let text = prefixed(prefix, text);
        Ok(ids(&self.cut(self.tokenizer.encode_fast(text, false))?))
    }

    /// The tokens of a text, which includes its prefix, with the position of each, which takes
    /// longer to compute.
    fn placed_tokens(&self, text: &str) -> Result<Encoding, EncoderError> {
        self.cut(self.tokenizer.encode(text, false))
    }

    /// Truncates a text's tokens to those that are read, and adds `[CLS]` and `[SEP]`.
    fn cut(&self, encoding: tokenizers::Result<Encoding>) -> Result<Encoding, EncoderError> {
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let mut encoding = encoding.map_err(failed)?;
        encoding.truncate(self.all_room, 0, TruncationDirection::Right);
        encoding.set_overflowing(Vec::new());
        let encoding = self.tokenizer.post_process(encoding, None, true);
        encoding.map_err(failed)
    }

    /// The unit vectors of texts, given as token ids; of equal length, unless the plan takes any.
    fn run(&self, texts: &[&[i64]]) -> Result<Vec<Vector>, EncoderError> {
        self.token_vectors(texts, |rows| {
            pooling::pooled(self.settings.pooling, rows, self.dimension).ok_or_else(not_finite)
        })
    }

    /// Runs the model on such texts and passes on each text's token vectors, `[S, width]` in row
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
        let width = self.dimension;
        if rows.len() != tokens * width {
            let numbers = rows.len();
            let why = format!("{numbers} numbers for {tokens} tokens of {width}");
            return Err(EncoderError::Run(why));
        }
        let vectors = texts.iter().map(|text| {
            let (of_text, rest) = rows.split_at(text.len() * width);
            rows = rest;
            each(of_text)
        });
        vectors.collect()
    }

    /// Runs the longest text that is read: the folder may say a length that the model's table of
    /// positions does not allow.
    fn test_longest(&self) -> Result<(), EncoderError> {
        if self.all_room <= LONG_TEST {
            self.encode(&"a ".repeat(self.all_room))?;
        }
        Ok(())
    }

    /// The width of the model's token vectors, from a run on a short text.
    fn measured_dimension(&self) -> Result<usize, EncoderError> {
        let failed = |error: TractError| EncoderError::Run(format!("{error:#}"));
        let tokens = self.tokens("", SELF_TEST[0])?;
        let output = self.plan.run(&[&tokens]).map_err(failed)?;
        let width = output.len().checked_div(tokens.len()).unwrap_or(0);
        if (1..=MAX_DIMENSION).contains(&width) && width * tokens.len() == output.len() {
            return Ok(width);
        }
        Err(EncoderError::Graph(format!(
            "it gives {} numbers for {} tokens, expected 1 to {MAX_DIMENSION} for each",
            output.len(),
            tokens.len()
        )))
    }

    /// Checks that the model tells a paraphrase from an unrelated sentence. If its folder says how
    /// token vectors are combined, it only has to tell the texts apart: it may be for another
    /// language.
    fn self_test(&self) -> Result<(), EncoderError> {
        let [sentence, paraphrase, other] = SELF_TEST;
        let [sentence, paraphrase, other] = [
            self.encode(sentence)?,
            self.encode(paraphrase)?,
            self.encode(other)?,
        ];
        let near = pooling::dot(&sentence, &paraphrase);
        let far = pooling::dot(&sentence, &other);
        if near > far || (self.settings.says_pooling && sentence != other) {
            Ok(())
        } else {
            Err(EncoderError::SelfTest(format!(
                "it puts a paraphrase at a cosine of {near:.3} and an unrelated sentence at \
                 {far:.3}"
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

/// A text after a prefix.
fn prefixed<'a>(prefix: &str, text: &'a str) -> Cow<'a, str> {
    if prefix.is_empty() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("{prefix}{text}"))
    }
}

/// Loads the tokenizer and disables the truncation and padding that its file may configure. The
/// encoder truncates texts itself, and padding to a fixed length would ruin the vectors.
fn tokenizer(bytes: &[u8], settings: &Settings) -> Result<Tokenizer, EncoderError> {
    let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(failed)?;
    tokenizer.with_truncation(None).map_err(failed)?;
    tokenizer.with_padding(None);
    if settings.lower_case {
        let mut steps = vec![NormalizerWrapper::from(Lowercase)];
        steps.extend(tokenizer.get_normalizer().cloned());
        tokenizer.with_normalizer(Some(Sequence::new(steps)));
    }
    Ok(tokenizer)
}

/// One more than the largest id of a token.
fn piece_count(tokenizer: &Tokenizer) -> Result<u32, EncoderError> {
    match tokenizer.get_vocab(true).into_values().max() {
        Some(last) if last >= MAX_PIECES => Err(EncoderError::Tokenizer(format!(
            "it has a token with the id {last}, expected less than {MAX_PIECES}"
        ))),
        last => Ok(last.map_or(0, |last| last + 1)),
    }
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
    fn a_token_with_a_huge_id_is_refused() {
        let count = |last: u32| {
            let file = format!(
                r#"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                "normalizer": null, "pre_tokenizer": null, "post_processor": null,
                "decoder": null, "model": {{"type": "WordLevel", "unk_token": "a",
                "vocab": {{"a": 0, "b": {last}}}}}}}"#
            );
            piece_count(&tokenizer(file.as_bytes(), &Settings::default()).unwrap())
        };
        assert_eq!(count(30_521).unwrap(), 30_522);
        for last in [MAX_PIECES, u32::MAX] {
            let error = count(last).unwrap_err().to_string();
            assert!(error.contains(&last.to_string()), "{error}");
        }
    }

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
