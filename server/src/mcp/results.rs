//! What the tools answer, small enough for an assistant's context. The descriptions are part of the
//! schemas that assistants read.

use parallax::vocabulary::{Answer, CollectionInfo, Facet, Hit, Reason, Relation, Reply};
use rmcp::schemars::JsonSchema;
use serde::Serialize;

use super::reasons::{ByMeaning, ByWords, Parts, matched_words, rounded, why};

/// How many facet values of a hit are given, and how long each may be, in bytes.
const MAX_FACETS: usize = 20;
const MAX_FACET_BYTES: usize = 200;

/// The records found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Found {
    /// The collection that answered.
    pub collection: String,
    /// How many records match, or are near enough in meaning to be answers.
    pub total: u32,
    /// Whether there may be more than that.
    pub at_least: bool,
    /// What to know about this answer, such as that nothing matches well.
    pub notes: Vec<String>,
    /// The hits, best first.
    pub hits: Vec<FoundRecord>,
}

/// A record, and why it was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct FoundRecord {
    /// Its id.
    pub id: String,
    /// Its heading; may be empty.
    pub title: String,
    /// Its text, or the part of a long text that best shows why it was found.
    pub text: String,
    /// Whether the text is only a part.
    pub text_cut: bool,
    /// Its link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Values of the fields to filter by.
    pub facets: Vec<FieldValue>,
    /// The score it was ranked by. Compare it only with those of the same answer.
    pub score: f64,
    /// Its place by meaning; absent if it was not ranked by meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_meaning: Option<ByMeaning>,
    /// Its place by words; absent if it was not found by words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_words: Option<ByWords>,
    /// The words of the query that it contains, as it spells them.
    pub matched_words: Vec<String>,
    /// How many identical records this one stands for.
    pub copies: u32,
    /// Why it was found, in one sentence.
    pub why: String,
    /// The parts of its scores, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// Its similarity to the examples of a recommendation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Recommended>,
}

/// A field and a value of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct FieldValue {
    pub field: String,
    pub value: String,
}

/// Why a record was recommended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Recommended {
    /// Its cosine to the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<f64>,
    /// Its cosine to each liked record, nearest first.
    pub liked: Vec<Near>,
    /// Its cosine to each disliked record, nearest first.
    pub disliked: Vec<Near>,
    /// Rare words that it shares with the nearest liked record.
    pub shared_words: Vec<String>,
}

/// A record and how near it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Near {
    pub id: String,
    pub cosine: f64,
}

/// The answer to a question.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Replied {
    /// The collection that was asked.
    pub collection: String,
    /// The answer; null if the collection does not have it.
    pub answer: Option<String>,
    /// Why it is not known: nothing_near (no question of the collection is near enough) or
    /// several_near (questions with different answers are about equally near).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<&'static str>,
    /// The cosine from which a question counts as the one asked.
    pub needed: f64,
    /// The nearest questions with their answers, nearest first.
    pub nearest: Vec<FoundRecord>,
}

/// All collections.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Collections {
    pub collections: Vec<Listed>,
}

/// A collection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Listed {
    /// Its name, for the argument collection.
    pub name: String,
    /// How many records it has.
    pub records: u32,
    /// Whether it is used when no collection is named.
    pub default: bool,
    /// Whether it consists of questions and answers, for the tool answer.
    pub answers_questions: bool,
    /// The fields to filter by; the tool fields lists their values.
    pub facets: Vec<String>,
    /// Example queries, if any are known.
    pub examples: Vec<String>,
}

/// The fields of a collection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct Fields {
    /// The collection.
    pub collection: String,
    /// How many records it has.
    pub records: u32,
    /// The fields of its records, as far as they are known.
    pub fields: Vec<String>,
    /// The field that is the heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The fields that are texts. All are searched.
    pub texts: Vec<String>,
    /// The fields to filter by.
    pub facets: Vec<FacetField>,
}

/// A field to filter by.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct FacetField {
    /// The field.
    pub field: String,
    /// What its values are: text, number, boolean or date. Numbers and dates have ranges.
    pub kind: &'static str,
    /// Its most frequent values.
    pub values: Vec<ValueCount>,
    /// How many more values there are.
    pub more: u32,
    /// An example of a filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// A value and how many records have it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub struct ValueCount {
    pub value: String,
    pub count: u32,
}

impl From<Answer> for Found {
    fn from(answer: Answer) -> Self {
        let notes = notes(&answer);
        Self {
            collection: answer.collection,
            total: answer.total,
            at_least: answer.total_relation == Relation::AtLeast,
            notes,
            hits: answer.hits.into_iter().map(FoundRecord::from).collect(),
        }
    }
}

fn notes(answer: &Answer) -> Vec<String> {
    let mut notes = Vec::new();
    for correction in &answer.corrections {
        notes.push(format!(
            "No record contains '{}'; '{}' was searched for instead.",
            correction.word, correction.instead
        ));
    }
    if let Some(why) = answer.by_words_alone() {
        notes.push(why.to_owned());
    } else if answer.fits == Some(false) {
        notes.push("Nothing here matches well. The hits are only the nearest records.".to_owned());
    }
    if answer.hits.is_empty() {
        notes.push("No record was found. Use fewer filters, or other words.".to_owned());
    }
    notes
}

impl From<Hit> for FoundRecord {
    fn from(mut hit: Hit) -> Self {
        let parts = hit.explanation.take().map(Parts::from);
        let by_meaning = hit.signals.neural.map(|signal| ByMeaning {
            rank: signal.rank,
            cosine: rounded(signal.score),
            percentile: hit.percentile.map(rounded),
            late_interaction: hit.signals.late_interaction.map(rounded),
        });
        let by_words = hit.signals.text.map(|signal| ByWords {
            rank: signal.rank,
            bm25: rounded(signal.score),
        });
        let matched_words = matched_words(&hit);
        let facets = hit.facets.into_iter();
        let facets = facets.filter(|facet| facet.value.len() <= MAX_FACET_BYTES);
        let facets = facets.map(|Facet { field, value }| FieldValue { field, value });
        Self {
            why: why(by_meaning.as_ref(), by_words.as_ref(), &matched_words),
            id: hit.id,
            title: hit.title,
            text: hit.text,
            text_cut: hit.snippet.is_some(),
            url: hit.url,
            facets: facets.take(MAX_FACETS).collect(),
            score: rounded(hit.score),
            by_meaning,
            by_words,
            matched_words,
            copies: hit.copies.map_or(0, |copies| copies.count),
            parts,
            reason: None,
        }
    }
}

impl From<Reason> for Recommended {
    fn from(reason: Reason) -> Self {
        let near = |records: Vec<parallax::vocabulary::Nearness>| {
            let near = records.into_iter().map(|near| Near {
                id: near.id,
                cosine: rounded(near.cosine),
            });
            near.collect()
        };
        Self {
            text: reason.text.map(rounded),
            liked: near(reason.liked),
            disliked: near(reason.disliked),
            shared_words: reason.shared,
        }
    }
}

impl From<Reply> for Replied {
    fn from(reply: Reply) -> Self {
        use parallax::vocabulary::Unknown;
        let nearest = reply.nearest.into_iter().chain(reply.others);
        Self {
            collection: reply.collection,
            answer: reply.answer,
            unknown: reply.unknown.map(|why| match why {
                Unknown::NothingNear => "nothing_near",
                Unknown::SeveralNear => "several_near",
            }),
            needed: rounded(reply.needed),
            nearest: nearest.map(FoundRecord::from).collect(),
        }
    }
}

impl From<CollectionInfo> for Listed {
    fn from(info: CollectionInfo) -> Self {
        Self {
            name: info.name,
            records: info.records,
            default: info.default,
            answers_questions: info.pairs,
            facets: info.facets.into_iter().map(|facet| facet.field).collect(),
            examples: info.examples,
        }
    }
}
