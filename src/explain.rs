//! Why a record stands where it does: each engine's score taken apart into what adds up to
//! it. [`crate::Collection::explain`] fills these in.

use std::ops::Range;

/// Why a record stands where it does for a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What words say of it.
    pub words: WordsExplanation,
    /// What meaning says of it.
    pub meaning: Option<MeaningExplanation>,
    /// What each of the two added, where they were fused.
    pub fusion: Option<FusionExplanation>,
}

/// A BM25 score by the query's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct WordsExplanation {
    /// The score: the sum of the terms' contributions.
    pub score: f32,
    /// Its place by words among all records that pass the filters, from 1; `None` where it
    /// is not found by words, or does not pass.
    pub rank: Option<u32>,
    /// The query's terms that the record holds.
    pub terms: Vec<TermExplanation>,
}

/// A term's part of a BM25 score: `boost · idf · frequency / (frequency + norm)`.
#[derive(Debug, Clone, PartialEq)]
pub struct TermExplanation {
    /// The word as it was typed.
    pub word: String,
    /// The term looked up for it.
    pub term: String,
    /// Whether the term was guessed: a correction of the word, or a completion.
    pub guessed: bool,
    /// How rare the term is.
    pub idf: f32,
    /// How often the record holds it, by the weights of the fields.
    pub frequency: u32,
    /// The record's length in terms, likewise.
    pub length: u32,
    /// The average length.
    pub average_length: f32,
    /// `k1 · (1 - b + b · length / average_length)`.
    pub norm: f32,
    /// How often the query has the word, times what a guess weighs.
    pub boost: f32,
    /// Where it occurs: fields with how many occurrences each.
    pub fields: Vec<(String, u32)>,
    /// What it adds to the score.
    pub contribution: f32,
}

/// A cosine, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct MeaningExplanation {
    /// The cosine of the query and the record's nearest passage.
    pub cosine: f32,
    /// The record's place by meaning among all that pass the filters, from 1, by the exact
    /// scan; `None` where it does not pass itself.
    pub rank: Option<u32>,
    /// The cosine taken apart; `None` where the record's vector was given with it and is not
    /// the one that the model makes of its text.
    pub split: Option<MeaningSplit>,
}

/// The cosine taken apart: `special` and the query's words add up to it, and so do `special`
/// and the record's. A share of the similarity is no cause of it.
#[derive(Debug, Clone, PartialEq)]
pub struct MeaningSplit {
    /// The share of all pairs in which `[CLS]` or `[SEP]` stands on either side.
    pub special: f32,
    /// The query's words, in order; ranges are bytes of the query without its operators.
    pub query_words: Vec<WordShare>,
    /// The words of the passage, in order; ranges are bytes of the text shown, absent for
    /// words that are not in it.
    pub record_words: Vec<WordShare>,
    /// The pairs with the largest shares, largest first.
    pub pairs: Vec<PairShare>,
}

/// A word and its share of the cosine.
#[derive(Debug, Clone, PartialEq)]
pub struct WordShare {
    /// The word as it stands in its text.
    pub word: String,
    /// What it shares with all words of the other text; may be negative.
    pub share: f32,
    /// Where it stands.
    pub range: Option<Range<usize>>,
}

/// A word of the query and one of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct PairShare {
    /// The query's word.
    pub query: String,
    /// The record's word.
    pub record: String,
    /// What the two share; may be negative.
    pub share: f32,
}

/// A fused score by the two engines: `from_words + from_meaning` is the score.
#[derive(Debug, Clone, PartialEq)]
pub struct FusionExplanation {
    /// The fused score.
    pub score: f32,
    /// What words added.
    pub from_words: f32,
    /// What meaning added.
    pub from_meaning: f32,
    /// Its place by words in what was fused.
    pub rank_words: Option<u32>,
    /// Its place by meaning in what was fused.
    pub rank_meaning: Option<u32>,
}
