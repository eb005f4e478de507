//! Why a record stands where it does, as it travels. Ranges are `[start, end)` bytes of UTF-8.

use serde::{Deserialize, Serialize};

use super::SearchRequest;

/// A request to explain a record's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainRequest {
    /// The record.
    pub id: String,
    /// What was looked for, and how.
    pub search: SearchRequest,
}

/// Why a record stands where it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What words say of it.
    pub words: WordsExplanation,
    /// What meaning says of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meaning: Option<MeaningExplanation>,
    /// What each added, where the two were fused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<FusionExplanation>,
}

/// A BM25 score: the sum of its terms' contributions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordsExplanation {
    /// The score.
    pub score: f32,
    /// Place by words among all records that pass, from 1; null where not found by words.
    pub rank: Option<u32>,
    /// The query's terms that the record holds.
    pub terms: Vec<TermExplanation>,
}

/// A term's part of the score: `boost * idf * frequency / (frequency + norm)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermExplanation {
    /// The word as it was typed.
    pub word: String,
    /// The term looked up for it.
    pub term: String,
    /// Whether the term is a correction or a completion of the word.
    pub guessed: bool,
    /// How rare the term is.
    pub idf: f32,
    /// How often the record holds it, weighted over the fields.
    pub frequency: u32,
    /// The record's length in terms.
    pub length: u32,
    /// The average length.
    pub average_length: f32,
    /// `k1 * (1 - b + b * length / average_length)`.
    pub norm: f32,
    /// The factor for repetition in the query, and for a correction or a completion.
    pub boost: f32,
    /// Where it occurs.
    pub fields: Vec<FieldCount>,
    /// What it adds to the score.
    pub contribution: f32,
}

/// A field and how often a term occurs in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldCount {
    /// The field.
    pub field: String,
    /// How many times.
    pub occurrences: u32,
}

/// A cosine, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeaningExplanation {
    /// The cosine of the query and the record's nearest passage.
    pub cosine: f32,
    /// Place by meaning among all records that pass, from 1, by the exact scan; null where
    /// the record does not pass itself.
    pub rank: Option<u32>,
    /// The cosine taken apart; absent where the record's vector was given with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub split: Option<MeaningSplit>,
}

/// The cosine taken apart: `special` and the query's words add up to it, and so do `special`
/// and the record's words. Shares of the similarity, no causes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeaningSplit {
    /// What pairs with `[CLS]` or `[SEP]` on either side share.
    pub special: f32,
    /// The query's words, in order; ranges are of the query.
    pub query_words: Vec<WordShare>,
    /// The words of the passage, in order; ranges are of the record's whole text.
    pub record_words: Vec<WordShare>,
    /// The pairs with the largest shares, largest first.
    pub pairs: Vec<PairShare>,
}

/// A word and its share of the cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordShare {
    /// The word.
    pub word: String,
    /// Its share.
    pub share: f32,
    /// Where it stands, if in the text shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub range: Option<(u32, u32)>,
}

/// A word of the query and one of the record, with what they share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairShare {
    /// The query's word.
    pub query: String,
    /// The record's word.
    pub record: String,
    /// What they share.
    pub share: f32,
}

/// A fused score: `from_words + from_meaning`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FusionExplanation {
    /// The score.
    pub score: f32,
    /// What the words added.
    pub from_words: f32,
    /// What the meaning added.
    pub from_meaning: f32,
    /// Place by words in what was fused.
    pub rank_words: Option<u32>,
    /// Place by meaning in what was fused.
    pub rank_meaning: Option<u32>,
}
