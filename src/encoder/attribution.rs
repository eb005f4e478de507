//! Splits a cosine exactly over the words of both texts.
//!
//! A text's vector is the mean of its token vectors, scaled to unit length. So the cosine of two
//! texts is a sum over all pairs of tokens: `Σ Q_q · R_r / (|Σ Q| |Σ R|)`. Each term is a share of
//! the similarity, not a cause: every token vector depends on the whole text.
//!
//! Models that combine token vectors in another way have no such sum.

use std::ops::Range;

use tokenizers::Encoding;

use super::settings::Pooling;
use super::{Encoder, EncoderError, ids, no_vector, not_finite, prefixed};

/// A word of a text, or a token outside any word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the text, on character boundaries; `None` for a special token.
    pub range: Option<Range<usize>>,
    /// Whether it was added by the encoder: `[CLS]`, `[SEP]`, or a token of a prefix.
    pub special: bool,
}

/// A word of each text, and their share of the cosine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The index of the query's piece.
    pub query: usize,
    /// The index of the record's piece.
    pub record: usize,
    /// Their share of the cosine; may be negative.
    pub share: f32,
}

/// The cosine of two texts as a sum over pairs of their words. It covers only what the encoder
/// reads: text after the 256th token has no share.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The cosine of the two texts' vectors.
    pub cosine: f32,
    /// The query's words and special tokens, in order.
    pub query: Vec<Piece>,
    /// The record's words and special tokens, in order.
    pub record: Vec<Piece>,
    /// `[query, record]`: what each pair contributes to the cosine. They add up to the cosine.
    pub shares: Vec<Vec<f32>>,
}

impl Attribution {
    /// The share of each of the query's pieces with the record's words; 0 for special tokens.
    /// Together with [`Attribution::special`] they add up to the cosine.
    pub fn by_query_word(&self) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.query.len()];
        for pair in self.words() {
            sums[pair.query] += f64::from(pair.share);
        }
        sums.into_iter().map(|sum| sum as f32).collect()
    }

    /// The share of each of the record's pieces with the query's words; 0 for special tokens.
    pub fn by_record_word(&self) -> Vec<f32> {
        let mut sums = vec![0.0f64; self.record.len()];
        for pair in self.words() {
            sums[pair.record] += f64::from(pair.share);
        }
        sums.into_iter().map(|sum| sum as f32).collect()
    }

    /// The share of all pairs that include a special token on either side.
    pub fn special(&self) -> f32 {
        let special = self.pairs().filter(|pair| !self.is_words(pair));
        special.map(|pair| f64::from(pair.share)).sum::<f64>() as f32
    }

    /// The pairs of words, largest shares first; equal ones in order.
    pub fn strongest(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.words().collect();
        pairs.sort_by(|a, b| b.share.total_cmp(&a.share));
        pairs
    }

    fn words(&self) -> impl Iterator<Item = Pair> + '_ {
        self.pairs().filter(|pair| self.is_words(pair))
    }

    fn is_words(&self, pair: &Pair) -> bool {
        !self.query[pair.query].special && !self.record[pair.record].special
    }

    fn pairs(&self) -> impl Iterator<Item = Pair> + '_ {
        self.shares.iter().enumerate().flat_map(|(query, row)| {
            row.iter().enumerate().map(move |(record, &share)| Pair {
                query,
                record,
                share,
            })
        })
    }
}

impl Encoder {
    /// Whether [`Encoder::attribute`] can split cosines.
    pub fn attributes(&self) -> bool {
        self.settings.pooling == Pooling::Mean
    }

    /// Splits the cosine of a query and a text over their words. The vectors are those of
    /// [`Encoder::encode_query`] and [`Encoder::encode`], so the sum equals their dot product up to
    /// f32 rounding.
    ///
    /// # Errors
    /// As for [`Encoder::encode`]; [`EncoderError::NoMean`] if the model's vectors are no means.
    pub fn attribute(&self, query: &str, record: &str) -> Result<Attribution, EncoderError> {
        if !self.attributes() {
            return Err(EncoderError::NoMean);
        }
        let query = self.words(&self.settings.query_prefix, query)?;
        let record = self.words(&self.settings.passage_prefix, record)?;
        let lengths = length(&query.sum()) * length(&record.sum());
        if !lengths.is_finite() || lengths <= 0.0 {
            return Err(not_finite());
        }
        let mut cosine = 0.0;
        let rows = query.vectors.iter().map(|of_query| {
            let shares = record.vectors.iter().map(|of_record| {
                let share = dot(of_query, of_record) / lengths;
                cosine += share;
                share as f32
            });
            shares.collect()
        });
        let shares = rows.collect();
        Ok(Attribution {
            cosine: cosine as f32,
            query: query.pieces,
            record: record.pieces,
            shares,
        })
    }

    /// The words of a text, each with the sum of its tokens' vectors.
    fn words(&self, prefix: &str, text: &str) -> Result<Words, EncoderError> {
        let text = prefixed(prefix, text);
        let encoding = self.placed_tokens(&text)?;
        let vectors = self.token_vectors(&[&ids(&encoding)], |rows| Ok(rows.to_vec()))?;
        let rows = vectors.into_iter().next().ok_or_else(no_vector)?;
        let mut words = Words::default();
        let mut before = None;
        for (token, row) in tokens(&encoding, prefix, &text).zip(rows.chunks_exact(self.dimension))
        {
            if token.word.is_none() || token.word != before {
                words.pieces.push(Piece {
                    range: None,
                    special: token.word.is_none(),
                });
                words.vectors.push(vec![0.0; self.dimension]);
            }
            before = token.word;
            if let (Some(piece), Some(sum)) = (words.pieces.last_mut(), words.vectors.last_mut()) {
                if !piece.special {
                    piece.range = Some(match &piece.range {
                        None => token.bytes,
                        Some(range) => {
                            range.start.min(token.bytes.start)..range.end.max(token.bytes.end)
                        }
                    });
                }
                for (sum, &value) in sum.iter_mut().zip(row) {
                    *sum += f64::from(value);
                }
            }
        }
        Ok(words)
    }
}

/// A sum of token vectors.
type Sum = Vec<f64>;

/// A text's words and special tokens, in order, with the sum of each one's token vectors.
#[derive(Default)]
struct Words {
    pieces: Vec<Piece>,
    vectors: Vec<Sum>,
}

impl Words {
    fn sum(&self) -> Sum {
        let mut total = vec![0.0; self.vectors.first().map_or(0, Vec::len)];
        for vector in &self.vectors {
            for (total, value) in total.iter_mut().zip(vector) {
                *total += value;
            }
        }
        total
    }
}

/// The position of a token.
pub(super) struct Token {
    pub bytes: Range<usize>,
    /// The index of its word; `None` if the encoder added it.
    pub word: Option<u32>,
}

/// The tokens of a prefix and a text in order, with their ranges in the text, extended to character
/// boundaries.
pub(super) fn tokens<'a>(
    encoding: &'a Encoding,
    prefix: &str,
    text: &'a str,
) -> impl Iterator<Item = Token> + use<'a> {
    let start_of_text = prefix.len();
    let special = encoding.get_special_tokens_mask();
    let places = encoding.get_offsets().iter().zip(encoding.get_word_ids());
    let tokens = places.zip(special).enumerate();
    tokens.map(move |(at, ((&(start, end), &word), &special))| {
        let added = special != 0 || (end <= start_of_text && start_of_text > 0);
        let place = |at: usize| at.saturating_sub(start_of_text);
        Token {
            bytes: place(text.floor_char_boundary(start))..place(text.ceil_char_boundary(end)),
            // A token of the text always has a word; if one did not, it would be its own word.
            word: (!added).then(|| word.unwrap_or(u32::MAX - at as u32)),
        }
    })
}

fn length(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
