//! One query on its way through the engine: what each stage made of it, how much of each index was
//! read, and how long it took. All numbers are those of one run by the code that answers queries.

use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answer::{milliseconds, unread};
use super::{Correction, Route, Timings};

/// A query on its way through the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Walkthrough {
    /// The collection that answered.
    pub collection: String,
    /// How many records the collection has.
    pub records: u32,
    /// How many of them pass the filters and the query's conditions.
    pub searched: u32,
    /// What the model reads of the query; absent if it can read nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<Tokens>,
    /// The query's vector; absent if the model can read nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vector: Option<QueryVector>,
    /// The search for the nearest records; absent if there is no vector.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nearest: Option<NearestWalk>,
    /// The search for the records that contain the query's words.
    pub words: WordsWalk,
    /// How the two were fused; absent if there is no vector.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fusion: Option<FusionWalk>,
    /// Words of the query that no record contains, and the words used instead.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub corrections: Vec<Correction>,
    /// Whether the model cannot read any of the query. In JSON it is the sentence
    /// [`super::UNREAD`], or absent.
    #[serde(skip_serializing_if = "std::ops::Not::not", with = "unread", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unread: bool,
    /// How long each stage took.
    pub timings: Timings,
}

/// A query as the model reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// The text: the query with its corrections and without operators.
    pub text: String,
    /// Its tokens, in order.
    pub tokens: Vec<Token>,
    /// Whether the text is longer than the model reads.
    pub cut: bool,
    /// How many pieces the model's vocabulary has.
    pub vocabulary: u32,
    /// How long it took to find them.
    #[serde(rename = "took_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub took: Duration,
}

/// A token: a word or a part of one that has a number in the model's vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Its number.
    pub id: u32,
    /// As the vocabulary spells it; `##` in front means that it continues a word.
    pub piece: String,
    /// Whether the model needs it, but the query does not contain it: `[CLS]`, `[SEP]`, a prefix.
    pub special: bool,
    /// Whether it stands for text that the vocabulary does not have.
    pub unknown: bool,
}

/// A query's vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueryVector {
    /// Its components; the sum of their squares is 1.
    pub values: Vec<f32>,
    /// Whether it was still known from an earlier query, so that the answer did not wait for it.
    pub remembered: bool,
    /// How long the model takes to compute it, whether or not it was known.
    #[serde(rename = "took_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub took: Duration,
}

/// A search for the nearest records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NearestWalk {
    /// How they were searched for: by the graph if any part was.
    pub route: Route,
    /// How many were wanted.
    pub wanted: u32,
    /// From how many records on a part of the collection is searched by a graph.
    pub graph_min_records: u32,
    /// The parts of the collection: the largest, and what was written since it was made.
    pub parts: Vec<PartSearched>,
    /// The cosines of the nearest records, best first.
    pub cosines: Vec<f32>,
    /// The mean cosine of the query and records that have nothing to do with it.
    pub background: f32,
}

/// A search of one part of a collection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartSearched {
    /// How many different vectors it has.
    pub vectors: u32,
    /// The walk over its graph, if there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub walk: Option<GraphWalk>,
    /// The scan, if there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scan: Option<CodeScan>,
    /// Why it was scanned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scanned_because: Option<ScanReason>,
    /// How long it took.
    #[serde(rename = "took_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub took: Duration,
}

/// A walk over a graph of vectors. Only the lowest layer of the graph is kept, and a sample of its
/// vectors takes the place of the others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphWalk {
    /// How many vectors of the sample the query was compared with, for a start.
    pub entries: u32,
    /// The largest estimated cosine among them.
    pub entry_cosine: f32,
    /// With how many vectors of the graph it was compared after that.
    pub compared: u32,
    /// How many of the nearest vectors were kept while walking (`ef`).
    pub kept: u32,
    /// How many estimates were close enough to be computed exactly, in f32.
    pub rescored: u32,
    /// The vectors whose links were followed, in order; the first
    /// [`super::limits::MAX_WALK_STEPS`].
    pub steps: Vec<WalkStep>,
    /// How many there were.
    pub followed: u32,
    /// Whether the walk gave up, because too few of the vectors on its way pass a filter.
    pub gave_up: bool,
}

/// A step of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalkStep {
    /// The estimated cosine of the query and the vector whose links are followed.
    pub cosine: f32,
    /// The largest so far.
    pub best: f32,
    /// With how many new vectors it is linked.
    pub compared: u32,
}

/// A scan of all vectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeScan {
    /// How many vectors were compared by their codes of one byte for each component.
    pub codes: u32,
    /// How many of them came near enough to be estimated again, with the query in two bytes for
    /// each component; 0 if all were.
    pub again: u32,
    /// How many could still be among the nearest by the bound of their error, and were computed
    /// exactly, in f32.
    pub rescored: u32,
}

impl Add for CodeScan {
    type Output = Self;

    /// What both scans read.
    fn add(self, other: Self) -> Self {
        Self {
            codes: self.codes + other.codes,
            again: self.again + other.again,
            rescored: self.rescored + other.rescored,
        }
    }
}

/// Why a part of a collection was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScanReason {
    /// It is so small that a scan is fast.
    Small,
    /// Its graph is still being built or loaded, or could not be.
    NoGraph,
    /// Some records do not pass a filter or a condition.
    Filtered,
    /// By the measured costs, a walk would take longer.
    Cheaper,
    /// A walk gave up.
    GaveUp,
}

/// A search for the best matches by words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordsWalk {
    /// The query's words, in the order typed.
    pub words: Vec<WordSearched>,
    /// How many records match, and pass.
    pub matching: u32,
    /// How many records could get among the best and were examined.
    pub candidates: u32,
    /// How many of them were scored.
    pub scored: u32,
    /// How many of the best were wanted.
    pub wanted: u32,
    /// How many postings a block contains.
    pub block: u32,
    /// The average length of a record, in terms.
    pub average_length: f32,
    /// k1 of BM25.
    pub k1: f32,
    /// b of BM25.
    pub b: f32,
}

/// A word of a query, and what was read of its postings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordSearched {
    /// The word as typed.
    pub word: String,
    /// Whether it is the whole query, for records with that title.
    pub is_title: bool,
    /// The terms that stand for it.
    pub terms: Vec<TermSearched>,
    /// How many records that pass contain it: its document frequency.
    pub records: u32,
    /// How rare it is: its inverse document frequency.
    pub idf: f32,
}

/// A term that stands for a word, and what was read of its postings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermSearched {
    /// The term, which is the stem of the word; or several in sequence.
    pub term: String,
    /// Its weight: 1 for the word itself, less for what is only similar.
    pub boost: f32,
    /// Whether it is a guess at what was meant: a completion or a correction.
    pub guessed: bool,
    /// How many postings it has.
    pub postings: u32,
    /// How many of them were added up.
    pub added: u32,
    /// How many blocks these are in.
    pub blocks: u32,
    /// How many of the blocks were read. The others were left out: by their bounds, no record in
    /// them can be among the best.
    pub read: u32,
}

/// How the scores of the two engines became one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FusionWalk {
    /// The share of meaning; absent if ranks were fused instead of scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance: Option<f32>,
    /// The scale of cosines; absent if ranks were fused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meaning: Option<ScaleEnds>,
    /// The scale of BM25 scores; absent if ranks were fused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<ScaleEnds>,
    /// The share of the query that counts as much as a score of 1 on the scale of words, for a
    /// record that contains it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub good_coverage: Option<f32>,
    /// How many candidates were fused.
    pub candidates: u32,
    /// The best hits, best first.
    pub hits: Vec<FusedHit>,
}

/// What 0 and 1 mean on the scale of an engine's scores. It is linear.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScaleEnds {
    /// The score that counts as 0.
    pub zero: f32,
    /// The score that counts as 1.
    pub one: f32,
}

/// A hit with its scores by both engines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FusedHit {
    /// The record's id.
    pub id: String,
    /// The record's title.
    pub title: String,
    /// Its score by meaning.
    pub meaning: ScoreOnScale,
    /// Its score by words.
    pub words: ScoreOnScale,
    /// The share of the query that it contains, with each word weighted by its idf.
    pub coverage: f32,
    /// What the scores of similar records add.
    pub from_neighbours: f32,
    /// The sum that it is ranked by.
    pub score: f32,
}

/// An engine's score of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreOnScale {
    /// The score: a cosine, or one by BM25.
    pub score: f32,
    /// Where it lies on the engine's scale. By words, a record that contains much of the query lies
    /// higher than its score.
    pub on_scale: f32,
    /// What it adds to the fused score.
    pub added: f32,
}
