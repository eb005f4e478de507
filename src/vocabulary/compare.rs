//! One query answered by meaning, by words and by both: the best records of each ranking, with the
//! place of each in all three.

use serde::{Deserialize, Serialize};

use super::{Correction, FacetCounts, Hit, Timings, answer::unread};

/// The rankings of one query side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison<H = Hit> {
    /// The collection that answered.
    pub collection: String,
    /// How many records of each ranking are compared.
    pub limit: u32,
    /// The share of meaning in the ranking by both; absent if ranks were fused instead of scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub balance: Option<f32>,
    /// How many records pass the filters and conditions.
    pub searched: u32,
    /// How many of them contain a word of the query, and so have a place by words.
    pub matching: u32,
    /// How many records are among the first both by meaning and by words.
    pub overlap: u32,
    /// The words that are looked up, in the order typed.
    pub words: Vec<WordCount>,
    /// Whether every record must meet a condition in the query: a phrase, an exclusion, a field.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub conditions: bool,
    /// Words of the query that no record contains, and the words used instead by words and by both.
    /// By meaning, the query is read as typed.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub corrections: Vec<Correction>,
    /// Whether anything is near enough to the query to be an answer, as in mode `hybrid`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fits: Option<bool>,
    /// Whether the model cannot read any of the query. If so, no record has a place by meaning. In
    /// JSON it is the sentence [`super::UNREAD`], or absent.
    #[serde(skip_serializing_if = "std::ops::Not::not", with = "unread", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unread: bool,
    /// The records that are among the first of any ranking, each once: the first of each ranking,
    /// then the second of each, and so on.
    pub records: Vec<Compared<H>>,
    /// Counts of the requested facets, over the answers by both.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub facets: Vec<FacetCounts>,
    /// How long each stage took.
    pub timings: Timings,
}

/// A word of a query and how many records contain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordCount {
    /// The word as typed.
    pub word: String,
    /// How many records that pass the filters contain it or what stands for it, such as its
    /// correction.
    pub records: u32,
}

/// A record and its place in each ranking, from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compared<H = Hit> {
    /// Its place by meaning, as in mode `neural`, among all records that pass the filters.
    pub by_meaning: Option<u32>,
    /// Its place by words, as in mode `text`, among all that match; null if it contains no word.
    pub by_words: Option<u32>,
    /// Its place by both, as in mode `hybrid`; null if it is not among the first hundred.
    pub by_both: Option<u32>,
    /// The words of the query that it contains, as typed.
    pub contains: Vec<String>,
    /// The record. Its score is that of the ranking by both, or 0; its signals are its cosine and its
    /// BM25 score, with its rank in the order of either.
    pub hit: H,
}

#[cfg(feature = "engine")]
impl<H> Compared<H> {
    /// The places alone, and the hit.
    pub(crate) fn split(self) -> (Compared<()>, H) {
        let places = Compared {
            by_meaning: self.by_meaning,
            by_words: self.by_words,
            by_both: self.by_both,
            contains: self.contains,
            hit: (),
        };
        (places, self.hit)
    }

    /// The same with another hit.
    pub(crate) fn with_hit<G>(self, hit: G) -> Compared<G> {
        Compared {
            by_meaning: self.by_meaning,
            by_words: self.by_words,
            by_both: self.by_both,
            contains: self.contains,
            hit,
        }
    }
}
