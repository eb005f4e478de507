//! Splits a cosine exactly over the words of both texts.
//!
//! A text's vector is the mean of its token vectors, scaled to unit length. So the cosine of two
//! texts is a sum over all pairs of tokens: `Σ Q_q · R_r / (|Σ Q| |Σ R|)`. Each term is a share of
//! the similarity, not a cause: every token vector depends on the whole text.

use std::ops::Range;

use tokenizers::Encoding;

use super::{Encoder, EncoderError, ids, no_vector, not_finite};
use crate::DIMENSIONS;

/// A word of a text, or a token outside any word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the text, on character boundaries; `None` for a special token.
    pub range: Option<Range<usize>>,
    /// Whether it is `[CLS]` or `[SEP]`, added by the encoder.
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

    /// The share of all pairs that include `[CLS]` or `[SEP]` on either side.
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
    /// Splits the cosine of two texts over their words. The vectors are those of
    /// [`Encoder::encode`], so the sum equals their dot product up to f32 rounding.
    ///
    /// # Errors
    /// As for [`Encoder::encode`].
    pub fn attribute(&self, query: &str, record: &str) -> Result<Attribution, EncoderError> {
        let query = self.words(query)?;
        let record = self.words(record)?;
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
    fn words(&self, text: &str) -> Result<Words, EncoderError> {
        let encoding = self.placed_tokens(text)?;
        let vectors = self.token_vectors(&[&ids(&encoding)], |rows| Ok(rows.to_vec()))?;
        let rows = vectors.into_iter().next().ok_or_else(no_vector)?;
        let mut words = Words::default();
        let mut before = None;
        for (token, row) in tokens(&encoding, text).zip(rows.chunks_exact(DIMENSIONS)) {
            if token.word.is_none() || token.word != before {
                words.pieces.push(Piece {
                    range: None,
                    special: token.word.is_none(),
                });
                words.vectors.push([0.0; DIMENSIONS]);
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
type Sum = [f64; DIMENSIONS];

/// A text's words and special tokens, in order, with the sum of each one's token vectors.
#[derive(Default)]
struct Words {
    pieces: Vec<Piece>,
    vectors: Vec<Sum>,
}

impl Words {
    fn sum(&self) -> Sum {
        let mut total = [0.0; DIMENSIONS];
        for vector in &self.vectors {
            for (total, value) in total.iter_mut().zip(vector) {
                *total += value;
            }
        }
        total
    }
}

/// The position of a token.
struct Token {
    bytes: Range<usize>,
    /// The index of its word; `None` if the encoder added it.
    word: Option<u32>,
}

/// The tokens of a text in order, their ranges extended to character boundaries.
fn tokens<'a>(encoding: &'a Encoding, text: &'a str) -> impl Iterator<Item = Token> + 'a {
    let special = encoding.get_special_tokens_mask();
    let places = encoding.get_offsets().iter().zip(encoding.get_word_ids());
    let tokens = places.zip(special).enumerate();
    tokens.map(|(at, ((&(start, end), &word), &special))| Token {
        bytes: text.floor_char_boundary(start)..text.ceil_char_boundary(end),
        // A token of the text always has a word; if one did not, it would be its own word.
        word: (special == 0).then(|| word.unwrap_or(u32::MAX - at as u32)),
    })
}

fn length(vector: &Sum) -> f64 {
    dot(vector, vector).sqrt()
}

fn dot(a: &Sum, b: &Sum) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
