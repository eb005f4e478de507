//! Answers: the hits, how many records are answers, and facts about the search itself.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{FacetKind, Hit, Mode, Route, span};

/// The answer of a collection. Its hits are [`Hit`]s, of limited size, wherever it is sent; the
/// engine itself first makes one whose hits hold whole records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer<H = Hit> {
    /// The collection that answered.
    pub collection: String,
    /// The number of answers: the records described by [`Counted`] that pass the filters, with
    /// identical ones counted individually. There may be further hits, because some record is
    /// always nearest.
    pub total: u32,
    /// Whether there may be more answers than `total`.
    #[serde(default)]
    pub total_relation: Relation,
    /// Which records are counted.
    pub counted: Counted,
    /// How neighbours were searched; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<Route>,
    /// The requested hits, best first.
    pub hits: Vec<H>,
    /// In mode `hybrid`, how many hits the ranking has: the best of each engine, identical records
    /// once. The list ends there, even if more records are answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub best: Option<u32>,
    /// Counts of the requested facets, in the requested order.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub facets: Vec<FacetCounts>,
    /// Whether anything is near enough to the query to be an answer, in modes that use meaning and
    /// if the collection is large enough to tell. If `false`, the hits are just the nearest of
    /// records that do not fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fits: Option<bool>,
    /// Words of the query that no record contains, and the words used instead.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub corrections: Vec<Correction>,
    /// Whether the mode uses meaning but the model cannot read any of the query, such as an emoji
    /// or a script it never learned. If so, only words were used. In JSON it is the sentence
    /// [`UNREAD`], or absent.
    #[serde(skip_serializing_if = "std::ops::Not::not", with = "unread", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unread: bool,
    /// The mode that answered instead of the one asked for, if the service had to choose another.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fallback: Option<Fallback>,
    /// The parts that the scores of the hits consist of; none if records are listed in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub ranked_by: Vec<ScorePart>,
    /// How long each stage took.
    pub timings: Timings,
}

/// The note on a query that the model cannot read.
pub const UNREAD: &str = "The model cannot read this query, so it was answered by words alone.";

/// That another mode answered than the one asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fallback {
    /// The mode asked for.
    pub from: Mode,
    /// The mode that answered.
    pub to: Mode,
    /// Why.
    pub reason: FallbackReason,
}

/// Why another mode answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FallbackReason {
    /// More queries were waiting to be encoded than the service encodes in time.
    EncodingSaturated,
}

/// The note on a query that was answered by words because too many waited to be encoded.
pub const FELL_BACK: &str =
    "Too many queries are being encoded at the moment, so this one was answered by words alone.";

impl<H> Answer<H> {
    /// Why it is by words alone, if that was not asked for.
    pub fn by_words_alone(&self) -> Option<&'static str> {
        match self.fallback {
            Some(_) => Some(FELL_BACK),
            None => self.unread.then_some(UNREAD),
        }
    }
}

/// The answer to a question asked of a collection of questions and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reply<H = Hit> {
    /// The collection that was asked.
    pub collection: String,
    /// The answer; `None` if no question in the collection is near enough to the one asked.
    pub answer: Option<String>,
    /// Why it is not known; absent if it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unknown: Option<Unknown>,
    /// The cosine from which a question counts as the one asked. It depends on the number of pairs.
    pub needed: f32,
    /// The pair whose question is nearest, near enough or not; `None` if there is no pair.
    pub nearest: Option<H>,
    /// The next nearest pairs, up to four.
    pub others: Vec<H>,
    /// How long each stage took.
    pub timings: Timings,
}

/// Why the answer to a question is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// No question in the collection is near enough to be the one asked.
    NothingNear,
    /// Questions with different answers are about equally near.
    SeveralNear,
}

/// A part of the score that hits are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScorePart {
    /// The cosine of the query and a record.
    Meaning,
    /// How similar single words of the two are.
    LateInteraction,
    /// BM25, and how much of the query a record contains.
    Words,
    /// The scores of similar records.
    Neighbours,
}

/// Which records are counted as answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Those that contain a word of the query.
    Matching,
    /// Those near enough in meaning to fit, and those that contain every word of the query.
    Answers,
    /// The same, but only the nearest records found by the graph were considered, so there may be
    /// more.
    AtLeast,
    /// All: there is no basis for telling which are answers.
    All,
}

/// How a total relates to the true number; in JSON as Elasticsearch writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Relation {
    /// It is the true number.
    #[default]
    #[serde(rename = "eq")]
    Equal,
    /// It is a lower bound: either more than [`super::limits::MAX_COUNTED`] records match, and
    /// counting stopped there, or the graph was used ([`Counted::AtLeast`]).
    #[serde(rename = "gte")]
    AtLeast,
}

/// The number of records for each value of a facet. Conditions on the facet itself are ignored, so
/// that alternative values are counted too. Conditions within `or`, `and` and `not` apply, because
/// removing them would change the meaning of the filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCounts {
    /// The facet's field.
    pub field: String,
    /// The kind of its values.
    pub kind: FacetKind,
    /// Which records were counted: the same as in the answer's total. All of them are, however
    /// many there are.
    pub counted: Counted,
    /// Values with their number of records, most frequent first, at most
    /// [`super::limits::MAX_FACET_VALUES`]. Values with equal counts are in order.
    pub values: Vec<FacetCount>,
    /// The number of further values.
    pub more: u32,
    /// For numbers and dates, if requested: intervals of equal width, ascending, that cover all
    /// values.
    #[serde(skip_serializing_if = "Vec::is_empty", default = "Vec::new")]
    pub histogram: Vec<Bucket>,
}

/// An interval of a histogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bucket {
    /// How many records have a value in it.
    pub count: u32,
    /// The least and the greatest of these values, for dates as days. A filter for the range from
    /// the one to the other selects these records.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub between: Option<(String, String)>,
}

/// A facet value and how many records have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// How many records have it.
    pub count: u32,
}

/// A word that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correction {
    /// The word as typed.
    pub word: String,
    /// Its byte range in the query.
    #[serde(with = "span::one")]
    #[cfg_attr(feature = "openapi", schema(value_type = span::Span))]
    pub range: Range<usize>,
    /// What was looked up instead.
    pub instead: String,
}

/// How long an answer's stages took; zero for stages that were not needed. In JSON, milliseconds
/// to three decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timings {
    /// Encoding the query, or finding its vector in the cache.
    #[serde(rename = "encode_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub encode: Duration,
    /// Ranking by meaning.
    #[serde(rename = "neural_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub neural: Duration,
    /// Ranking by words.
    #[serde(rename = "text_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub text: Duration,
    /// Fusing the two.
    #[serde(rename = "fusion_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub fusion: Duration,
    /// Reading the hits' records and highlighting words.
    #[serde(rename = "fetch_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub fetch: Duration,
    /// The whole answer.
    #[serde(rename = "total_ms", with = "milliseconds")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub total: Duration,
}

/// Timing between stages is not precise below a microsecond.
pub(super) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        (time.as_micros() as f64 / 1_000.0).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let microseconds = f64::deserialize(from)? * 1_000.0;
        Ok(Duration::from_micros(microseconds.round() as u64))
    }
}

pub(super) mod unread {
    use serde::de::IgnoredAny;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(unread: &bool, to: S) -> Result<S::Ok, S::Error> {
        unread.then_some(super::UNREAD).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(Option::<IgnoredAny>::deserialize(from)?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_read_as_it_is_written() {
        let answer: Answer<()> = Answer {
            collection: "books".into(),
            total: 3,
            total_relation: Relation::AtLeast,
            counted: Counted::AtLeast,
            route: Some(Route::Graph),
            hits: vec![()],
            best: Some(3),
            facets: Vec::new(),
            fits: None,
            corrections: vec![Correction {
                word: "solr".into(),
                range: 0..4,
                instead: "solar".into(),
            }],
            unread: true,
            fallback: Some(Fallback {
                from: Mode::Hybrid,
                to: Mode::Text,
                reason: FallbackReason::EncodingSaturated,
            }),
            ranked_by: vec![ScorePart::Meaning, ScorePart::LateInteraction],
            timings: Timings {
                total: Duration::from_nanos(1_234_567),
                ..Timings::default()
            },
        };
        let written = serde_json::to_value(&answer).unwrap();
        assert_eq!(
            written,
            json!({
                "collection": "books", "total": 3, "total_relation": "gte",
                "counted": "at_least", "route": "graph",
                "hits": [null], "best": 3, "unread": UNREAD,
                "fallback": {"from": "hybrid", "to": "text", "reason": "encoding_saturated"},
                "ranked_by": ["meaning", "late_interaction"],
                "corrections": [{"word": "solr", "range": [0, 4], "instead": "solar"}],
                "timings": {"encode_ms": 0.0, "neural_ms": 0.0, "text_ms": 0.0, "fusion_ms": 0.0,
                    "fetch_ms": 0.0, "total_ms": 1.234},
            })
        );
        let mut read: Answer<()> = serde_json::from_value(written).unwrap();
        assert_eq!(read.timings.total, Duration::from_micros(1_234));
        read.timings = answer.timings;
        assert_eq!(read, answer);
    }
}
