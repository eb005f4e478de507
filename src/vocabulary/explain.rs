//! Why a record has its rank: each engine's score, split into parts that add up to it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::span;

/// Why a record has its rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Its score by words.
    pub words: WordsExplanation,
    /// Its similarity by meaning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meaning: Option<MeaningExplanation>,
    /// The parts of its score by meaning, if it was ranked by meaning alone and by late interaction.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub late_interaction: Option<LateExplanation>,
    /// What each ranking added, if the two were fused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<FusionExplanation>,
}

/// A BM25 score: the sum of its terms' contributions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordsExplanation {
    /// The score.
    pub score: f32,
    /// Rank by words among all records that pass the filters, from 1; null if not found by words, or if
    /// it does not pass.
    pub rank: Option<u32>,
    /// The query's terms that the record contains.
    pub terms: Vec<TermExplanation>,
}

/// A term's part of the score: `boost * idf * frequency / (frequency + norm)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermExplanation {
    /// The word as typed.
    pub word: String,
    /// The term looked up for it.
    pub term: String,
    /// Whether the term is a correction or a completion of the word.
    pub guessed: bool,
    /// How rare the term is.
    pub idf: f32,
    /// How often the record contains it, weighted by field.
    pub frequency: u32,
    /// The record's length in terms.
    pub length: u32,
    /// The average length.
    pub average_length: f32,
    /// `k1 * (1 - b + b * length / average_length)`.
    pub norm: f32,
    /// The factor for repetition in the query, and for corrections and completions.
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

/// A cosine, and what it is made up of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeaningExplanation {
    /// The cosine of the query and the record's nearest passage.
    pub cosine: f32,
    /// Rank by meaning among all records that pass the filters, from 1, by the exact scan; null
    /// if the record itself does not pass.
    pub rank: Option<u32>,
    /// The cosine split into shares; absent if the record was imported with its own vector, or if
    /// the model does not average over words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub split: Option<MeaningSplit>,
}

/// The cosine split into shares: `special` and the query's words add up to it, and so do
/// `special` and the record's words. They are shares of the similarity, not causes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeaningSplit {
    /// The share of all pairs with `[CLS]` or `[SEP]` on either side, and, if the record's vector
    /// is in f32, what it differs by from one encoded in 8 bits.
    pub special: f32,
    /// The query's words, in order; ranges refer to the query without its operators.
    pub query_words: Vec<WordShare>,
    /// The words of the passage, in order; ranges refer to the record's whole text.
    pub record_words: Vec<WordShare>,
    /// The pairs with the largest shares, largest first.
    pub pairs: Vec<PairShare>,
}

/// A word and its share of the cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordShare {
    /// The word.
    pub word: String,
    /// What it shares with all words of the other text; may be negative.
    pub share: f32,
    /// Where it occurs, if it is in the text shown.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    pub range: Option<Range<usize>>,
}

/// A word of the query and a word of the record, with their share of the cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairShare {
    /// The query's word.
    pub query: String,
    /// The record's word.
    pub record: String,
    /// Their share; may be negative.
    pub share: f32,
}

/// A score by meaning with late interaction: `from_meaning + from_words`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LateExplanation {
    /// The score.
    pub score: f32,
    /// What the cosine added: `(1 - share) * cosine`.
    pub from_meaning: f32,
    /// What similar words added: the sum of `words`. 0 for records that are not among the nearest
    /// hundred, which are ranked by their cosine.
    pub from_words: f32,
    /// The weight of late interaction.
    pub share: f32,
    /// The query's words, each with the word of the record that is most similar to it; largest parts
    /// first. A word of several pieces may be matched with several words.
    pub words: Vec<WordMeeting>,
}

/// A word of the query and the most similar word of the record: they add `share * weight *
/// similarity` to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordMeeting {
    /// The query's word.
    pub query: String,
    /// The record's word; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<String>,
    /// How similar they are, from 0 to 1; 1 if they are the same.
    pub similarity: f32,
    /// How much the query's word counts: its idf as a share of the whole query's.
    pub weight: f32,
    /// What the two added.
    pub added: f32,
}

/// A fused score: `from_words + from_meaning + from_neighbours`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FusionExplanation {
    /// The score.
    pub score: f32,
    /// What the ranking by words added.
    pub from_words: f32,
    /// What the ranking by meaning added.
    pub from_meaning: f32,
    /// What the scores of similar records added: the sum of `neighbours`.
    #[serde(default)]
    pub from_neighbours: f32,
    /// Rank by words among the fused records.
    pub rank_words: Option<u32>,
    /// Rank by meaning among the fused records.
    pub rank_meaning: Option<u32>,
    /// The similar records whose scores count, nearest first.
    #[serde(default)]
    pub neighbours: Vec<NeighbourShare>,
}

/// A similar record and what its score adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighbourShare {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The cosine of the two records.
    pub cosine: f32,
    /// What it added.
    pub added: f32,
}
