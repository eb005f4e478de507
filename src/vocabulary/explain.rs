//! Why a record has its rank: each engine's score, split into parts that add up to it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::span;

/// Why a record has its rank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordsExplanation {
    /// The score.
    pub score: f32,
    /// Rank by words among all records that pass the filters, from 1; null if not found by words, or if
    /// it does not pass.
    pub rank: Option<u32>,
    /// The query's terms that the record contains.
    pub terms: Vec<TermExplanation>,
    /// The query's words that the record does not contain, in order.
    #[serde(default)]
    pub missing: Vec<MissingWord>,
    /// The k1 that the score was computed with.
    pub k1: f32,
    /// The b that the score was computed with.
    pub b: f32,
}

/// A word of the query that the record does not contain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingWord {
    /// The word as typed.
    pub word: String,
    /// How rare it is.
    pub idf: f32,
    /// The limit of what it could add: it adds less, however often a record contains it.
    pub most: f32,
    /// Whether no record of the collection contains it.
    pub unknown: bool,
}

/// A term's part of the score: `boost * idf * frequency / (frequency + norm)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldCount {
    /// The field.
    pub field: String,
    /// How many times.
    pub occurrences: u32,
}

/// A cosine, and what it is made up of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeaningExplanation {
    /// The cosine of the query and the record's nearest passage.
    pub cosine: f32,
    /// Rank by meaning among all records that pass the filters, from 1, by the exact scan; null
    /// if the record itself does not pass.
    pub rank: Option<u32>,
    /// The query as the model read it: without its operators, and with corrected words.
    #[serde(default)]
    pub query_text: String,
    /// The text of the record's nearest passage as far as the model read it, up to
    /// [`super::limits::MAX_READ_BYTES`].
    #[serde(default)]
    pub record_text: String,
    /// The cosine split into shares; absent if the record was imported with its own vector, or if
    /// the model does not average over words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub split: Option<MeaningSplit>,
}

/// The cosine split into shares: `special` and the query's words add up to it, and so do
/// `special` and the record's words. They are shares of the similarity, not causes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeaningSplit {
    /// The share of all pairs with `[CLS]` or `[SEP]` on either side, and, if the record's vector
    /// is in f32, what it differs by from one encoded in 8 bits.
    pub special: f32,
    /// The query's words, in order; ranges refer to the query without its operators.
    pub query_words: Vec<WordShare>,
    /// The words of the passage, in order; ranges refer to the record's whole text.
    pub record_words: Vec<WordShare>,
    /// The pairs with the largest shares, largest first, without punctuation. All occurrences of the
    /// same two words are one pair.
    pub pairs: Vec<PairShare>,
    /// What each word of the query shares with each word of the record.
    #[serde(default)]
    pub partners: Partners,
}

/// What each word of the query shares with each word of the passage, summed over all occurrences of
/// the two; upper and lower case are the same word. All shares, `rest` and the `special` of the split
/// add up to the cosine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Partners {
    /// The distinct words of the query, in order; if there are more than
    /// [`super::limits::MAX_QUERY_PARTNERS`], those with the largest shares.
    pub query: Vec<String>,
    /// The distinct words of the record; likewise, with [`super::limits::MAX_RECORD_PARTNERS`].
    pub record: Vec<String>,
    /// For each word of the query, its share with each word of the record.
    pub shares: Vec<Vec<f32>>,
    /// The share of all pairs with a word that is not listed.
    pub rest: f32,
}

/// A word and its share of the cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordShare {
    /// The word, cut if it is very long.
    pub word: String,
    /// What it shares with all words of the other text; may be negative.
    pub share: f32,
    /// Where it occurs in the text that the model read.
    #[serde(with = "span::one", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = span::Span))]
    pub at: Range<usize>,
    /// Its index among the distinct words of [`Partners`]; absent if it is not listed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub partner: Option<u32>,
    /// Where it occurs, if it is in the text shown.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<span::Span>))]
    pub range: Option<Range<usize>>,
}

/// A word of the query and a word of the record, with their share of the cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordMeeting {
    /// The query's word.
    pub query: String,
    /// The record's word; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<String>,
    /// Where the query's word first occurs in `query_text` of [`MeaningExplanation`].
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<span::Span>))]
    pub query_at: Option<Range<usize>>,
    /// Where the record's word first occurs in `record_text` of [`MeaningExplanation`].
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "span::optional",
        default
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<span::Span>))]
    pub record_at: Option<Range<usize>>,
    /// How similar they are, from 0 to 1; 1 if they are the same.
    pub similarity: f32,
    /// How much the query's word counts: its idf as a share of the whole query's.
    pub weight: f32,
    /// What the two added.
    pub added: f32,
}

/// A fused score: `from_words + from_meaning + from_neighbours`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// The share of meaning; absent if ranks were fused, not scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance: Option<f32>,
    /// The next hit in the fused ranking; absent if this is the last one, or not in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<NextHit>,
}

/// The hit after the one that is explained, with the parts of its fused score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextHit {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its score: the sum of the parts below.
    pub score: f32,
    /// What the ranking by words added.
    pub from_words: f32,
    /// What the ranking by meaning added.
    pub from_meaning: f32,
    /// What the scores of similar records added.
    pub from_neighbours: f32,
    /// The balance, between 0 and 1, beyond which it ranks before the hit that is explained: above
    /// this value if it is larger than the present balance, and below it otherwise. Absent if there
    /// is none, if ranks were fused, or if the present balance is 0 or 1, where similar records do
    /// not count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub turns_at: Option<f32>,
}

/// A similar record and what its score adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
