//! Queries on which the engines disagree most in a collection, each with the evidence.

use serde::{Deserialize, Serialize};

use super::{Compared, WordCount};

/// The queries that were found in a collection, and what is known of the search for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exploration {
    /// The collection.
    pub collection: String,
    /// How many records it has now.
    pub records: u32,
    /// Whether queries are being tried now, in the background.
    pub mining: bool,
    /// What was found; absent until queries have been tried for the first time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mined: Option<Mined>,
    /// How many records have been written or deleted since.
    #[serde(default)]
    pub changes_since: u64,
}

/// What was found in one state of a collection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mined {
    /// How many records the collection had then.
    pub records: u32,
    /// How many queries were drawn from its titles, phrases and words.
    pub drawn: u32,
    /// How many of them were asked of both engines; fewer than drawn if the time was over.
    pub tried: u32,
    /// How long that took, in seconds.
    pub seconds: f32,
    /// The similarity from which a single record is near enough to a query to be an answer; absent
    /// if the collection is too small to tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub near_from: Option<f32>,
    /// Queries for which meaning finds a record that fits and that words miss, the clearest first.
    pub meaning_finds: Vec<Example>,
    /// Queries for which words find a record that contains all of them and that meaning misses.
    pub words_find: Vec<Example>,
    /// Queries for which neither engine finds a record that fits.
    pub both_struggle: Vec<Example>,
}

/// A query and what the engines make of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Example {
    /// The query.
    pub query: String,
    /// Where it comes from.
    pub source: Source,
    /// How clear a case it is, above 0 and at most 1; only comparable within its group.
    pub clarity: f32,
    /// How many records are among the first ten both by meaning and by words.
    pub overlap: u32,
    /// How many records contain a word of the query.
    pub matching: u32,
    /// Its words, each with the number of records that contain it.
    pub words: Vec<WordCount>,
    /// Whether anything is near enough to the query to be an answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fits: Option<bool>,
    /// The record that shows it: the one that one engine finds and the other misses, or if both
    /// struggle, the nearest by meaning. Its places are those of a comparison of the query.
    pub record: Compared<Witness>,
    /// What the other engine has in first place instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instead: Option<Compared<Witness>>,
}

/// Where a query comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The title of a record.
    Title,
    /// Two words that follow one another in a title or a text.
    Phrase,
    /// A frequent word.
    Term,
    /// A word in hardly any record, which the model does not know as a whole.
    Rare,
    /// Two frequent words, put together.
    Pair,
}

/// A record that is shown as evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Witness {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// The cosine of the query and its nearest passage.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub similarity: Option<f32>,
    /// Its BM25 score.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bm25: Option<f32>,
}
