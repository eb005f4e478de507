//! Why a hit has its rank, in few numbers and one sentence.

use parallax::vocabulary::{Explanation, Hit};
use rmcp::schemars::JsonSchema;
use serde::Serialize;

/// How many matched words of a hit are given.
const MAX_WORDS: usize = 20;
/// How many of the pairs of words that contribute most to a cosine are given.
const MAX_PAIRS: usize = 5;

/// A record's place by meaning.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct ByMeaning {
    /// Its rank, from 1.
    pub rank: u32,
    /// Its cosine to what was searched for, at most 1.
    pub cosine: f64,
    /// The percentage of unrelated texts in the collection that are less similar than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
    /// How similar single words of the two are, from 0 to 1, where that was part of the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_interaction: Option<f64>,
}

/// A record's place by words.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct ByWords {
    /// Its rank, from 1.
    pub rank: u32,
    /// Its BM25 score.
    pub bm25: f64,
}

/// The parts that the scores of a hit consist of.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Parts {
    /// What each word of the query adds to the BM25 score.
    pub words: Vec<WordPart>,
    /// The words of the query that the record does not contain.
    pub missing_words: Vec<String>,
    /// By both: the parts of the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fused: Option<Fused>,
    /// The pairs of words, one of the query and one of the record, that contribute most to the
    /// cosine.
    pub pairs: Vec<Pair>,
}

/// What a word adds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct WordPart {
    /// The word of the query.
    pub word: String,
    /// What it adds.
    pub adds: f64,
    /// The fields that contain it.
    pub fields: Vec<String>,
}

/// The parts of a score by both.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Fused {
    pub from_meaning: f64,
    pub from_words: f64,
    /// What the scores of similar records add.
    pub from_similar_records: f64,
}

/// A word of the query and one of the record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Pair {
    pub query: String,
    pub record: String,
    /// Their share of the cosine.
    pub share: f64,
}

impl From<Explanation> for Parts {
    fn from(explanation: Explanation) -> Self {
        let words = explanation.words;
        let terms = words.terms.into_iter().map(|term| WordPart {
            word: term.word,
            adds: rounded(term.contribution),
            fields: term.fields.into_iter().map(|field| field.field).collect(),
        });
        let split = explanation.meaning.and_then(|meaning| meaning.split);
        let pairs = split.into_iter().flat_map(|split| split.pairs);
        let pairs = pairs.take(MAX_PAIRS).map(|pair| Pair {
            query: pair.query,
            record: pair.record,
            share: rounded(pair.share),
        });
        Self {
            words: terms.collect(),
            missing_words: words.missing.into_iter().map(|word| word.word).collect(),
            fused: explanation.fusion.map(|fusion| Fused {
                from_meaning: rounded(fusion.from_meaning),
                from_words: rounded(fusion.from_words),
                from_similar_records: rounded(fusion.from_neighbours),
            }),
            pairs: pairs.collect(),
        }
    }
}

/// A number to four decimals, so that it takes few tokens.
pub fn rounded(number: f32) -> f64 {
    (f64::from(number) * 1e4).round() / 1e4
}

/// The words of the query in what is shown of a hit, each once, as the record spells them.
pub fn matched_words(hit: &Hit) -> Vec<String> {
    let title = hit.highlights.title.iter().map(|at| (&hit.title, at));
    let text = hit.highlights.text.iter().map(|at| (&hit.text, at));
    let field = hit.matched_field.iter();
    let field = field.flat_map(|field| field.highlights.iter().map(|at| (&field.text, at)));
    let mut words: Vec<String> = Vec::new();
    for (text, at) in title.chain(text).chain(field) {
        let Some(word) = text.get(at.clone()) else {
            continue;
        };
        let known = words
            .iter()
            .any(|known| known.to_lowercase() == word.to_lowercase());
        if !known && words.len() < MAX_WORDS {
            words.push(word.to_owned());
        }
    }
    words
}

/// Why a hit was found.
pub fn why(meaning: Option<&ByMeaning>, words: Option<&ByWords>, matched: &[String]) -> String {
    let mut parts = Vec::new();
    if let Some(meaning) = meaning {
        let unrelated = meaning.percentile.map(|percentile| {
            // Rounded down, since no text is more similar than all.
            let percentile = (percentile * 10.0).floor() / 10.0;
            format!(", more similar than {percentile} % of pairs of unrelated texts")
        });
        parts.push(format!(
            "#{} by meaning (cosine {:.3}{})",
            meaning.rank,
            meaning.cosine,
            unrelated.unwrap_or_default()
        ));
    }
    if let Some(words) = words {
        parts.push(format!("#{} by words (BM25 {:.2})", words.rank, words.bm25));
    }
    if parts.is_empty() {
        return "Listed in order, without a ranking.".to_owned();
    }
    if !matched.is_empty() {
        parts.push(format!("contains {}", matched.join(", ")));
    }
    format!("{}.", parts.join("; "))
}
