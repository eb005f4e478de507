//! Converts answers of the engine to answers that can be sent: whatever a record contains, its hit
//! has a limited size.

use std::ops::Range;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::found::Found;
use crate::query::{Answer, Comparison, Recommendations, Reply};
use crate::record::{Payload, Schema, value_at};
use crate::vocabulary::{self, Copies, Facet, Highlights, Hit, Signals, Snippet};

/// The maximum size of a hit's fields in bytes of JSON if none are requested by name. Fields that
/// would exceed it are omitted.
const MAX_FIELDS_BYTES: usize = 64 << 10;
/// The maximum total size, over all hits, of fields requested by name.
const MAX_REQUESTED_BYTES: usize = 32 << 20;
/// No number is longer as JSON.
const MAX_NUMBER_BYTES: usize = 32;
/// How many omitted fields are named.
const MAX_LEFT_OUT: usize = 20;
/// How many facet values a hit contains, and how long each may be, in bytes.
const MAX_FACETS: usize = 100;
const MAX_FACET_BYTES: usize = 1_000;

/// What hits contain of their records.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// For readers, on the page and in the terminal: title and text without markup, and no fields.
    Readable,
    /// For programs: title and text as in their source, with any markup, and these of the record's
    /// fields, as in [`vocabulary::SearchRequest::fields`].
    Original(&'a [String]),
}

impl Answer {
    /// The answer as it is sent; `schema` is the collection's.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if the requested fields are too large.
    pub fn sent(self, schema: &Schema, content: Content<'_>) -> Result<vocabulary::Answer> {
        Ok(vocabulary::Answer {
            hits: hits(self.hits, schema, content)?,
            collection: self.collection,
            total: self.total,
            total_relation: self.total_relation,
            counted: self.counted,
            route: self.route,
            best: self.best,
            facets: self.facets,
            fits: self.fits,
            corrections: self.corrections,
            unread: self.unread,
            fallback: self.fallback,
            ranked_by: self.ranked_by,
            timings: self.timings,
        })
    }
}

impl Comparison {
    /// The comparison as it is sent; `schema` is the collection's.
    ///
    /// # Errors
    /// As for [`Answer::sent`].
    pub fn sent(self, schema: &Schema, content: Content<'_>) -> Result<vocabulary::Comparison> {
        let mut found = Vec::with_capacity(self.records.len());
        let mut places = Vec::with_capacity(self.records.len());
        for compared in self.records {
            let (place, of_record) = compared.split();
            places.push(place);
            found.push(of_record);
        }
        let records = places.into_iter().zip(hits(found, schema, content)?);
        Ok(vocabulary::Comparison {
            records: records.map(|(place, hit)| place.with_hit(hit)).collect(),
            collection: self.collection,
            limit: self.limit,
            balance: self.balance,
            searched: self.searched,
            matching: self.matching,
            overlap: self.overlap,
            words: self.words,
            conditions: self.conditions,
            corrections: self.corrections,
            fits: self.fits,
            unread: self.unread,
            facets: self.facets,
            timings: self.timings,
        })
    }
}

impl Recommendations {
    /// The recommendations as they are sent; `schema` is the collection's.
    ///
    /// # Errors
    /// As for [`Answer::sent`].
    pub fn sent(
        self,
        schema: &Schema,
        content: Content<'_>,
    ) -> Result<vocabulary::Recommendations> {
        Ok(vocabulary::Recommendations {
            answer: self.answer.sent(schema, content)?,
            reasons: self.reasons,
        })
    }
}

impl Reply {
    /// The reply as it is sent; `schema` is the collection's.
    ///
    /// # Errors
    /// As for [`Answer::sent`].
    pub fn sent(self, schema: &Schema, content: Content<'_>) -> Result<vocabulary::Reply> {
        let pairs = self.nearest.into_iter().chain(self.others).collect();
        let mut pairs = hits(pairs, schema, content)?.into_iter();
        Ok(vocabulary::Reply {
            collection: self.collection,
            answer: self.answer,
            unknown: self.unknown,
            needed: self.needed,
            nearest: pairs.next(),
            others: pairs.collect(),
            timings: self.timings,
        })
    }
}

fn hits(found: Vec<Found>, schema: &Schema, content: Content<'_>) -> Result<Vec<Hit>> {
    let Content::Original(fields) = content else {
        return Ok(found.into_iter().map(hit).collect());
    };
    let requested = Requested::of(fields);
    let mut left = MAX_REQUESTED_BYTES;
    let sent = found.into_iter().map(|mut found| {
        let fields = std::mem::take(&mut found.record.payload);
        let mut hit = hit(found.as_written());
        let (fields, left_out) = requested.of_record(schema, fields);
        if !matches!(requested, Requested::Fitting) {
            left = left
                .checked_sub(fields.iter().map(size).sum())
                .ok_or_else(too_much)?;
        }
        hit.payload = Some(fields);
        hit.left_out = left_out;
        Ok(hit)
    });
    sent.collect()
}

fn hit(found: Found) -> Hit {
    let record = found.record;
    let shown = found.snippet;
    let snippet = (shown != (0..record.text.len())).then_some(Snippet {
        start: shown.start,
        length: record.text.len(),
        cut_before: shown.start > 0,
        cut_after: shown.end < record.text.len(),
    });
    let within = |at: Range<usize>| at.start - shown.start..at.end - shown.start;
    let (facets, more_facets) = some_facets(record.facets);
    Hit {
        id: record.id,
        score: found.score,
        signals: Signals {
            neural: found.neural,
            text: found.text,
            late_interaction: found.late,
        },
        percentile: found.percentile,
        title_cut: found.title.end < record.title.len(),
        title: part(record.title, found.title),
        url: record.url,
        image: record.image,
        facets,
        more_facets,
        highlights: Highlights {
            title: found.highlights.title,
            text: found.highlights.text.into_iter().map(within).collect(),
        },
        matched_field: found.matched_field,
        passage: found.passage.map(within),
        sentence: found.sentence.map(within),
        text: part(record.text, shown.clone()),
        snippet,
        read_in_part: found.read_in_part,
        copies: copies(found.copies),
        explanation: None,
        payload: None,
        left_out: Vec::new(),
    }
}

/// A part of a text; no copy is made if it is the whole text.
fn part(text: String, part: Range<usize>) -> String {
    if part == (0..text.len()) {
        return text;
    }
    text.get(part).unwrap_or_default().to_owned()
}

fn copies(mut copies: Copies) -> Option<Copies> {
    for copy in &mut copies.records {
        copy.facets = some_facets(std::mem::take(&mut copy.facets)).0;
    }
    (copies.count > 0).then_some(copies)
}

/// The first facet values of a record, and how many more there are.
fn some_facets(facets: Vec<Facet>) -> (Vec<Facet>, u32) {
    let all = facets.len();
    let short = facets
        .into_iter()
        .filter(|facet| facet.value.len() <= MAX_FACET_BYTES);
    let told: Vec<Facet> = short.take(MAX_FACETS).collect();
    let more = (all - told.len()) as u32;
    (told, more)
}

/// The requested fields.
enum Requested<'a> {
    /// None by name: all that are not too large.
    Fitting,
    /// All.
    All,
    /// These.
    Named(Vec<&'a str>),
}

impl<'a> Requested<'a> {
    fn of(fields: &'a [String]) -> Self {
        if fields.is_empty() {
            return Self::Fitting;
        }
        let names = fields.iter().flat_map(|names| names.split(','));
        let names: Vec<&str> = names
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.contains(&"*") {
            Self::All
        } else {
            Self::Named(names)
        }
    }

    /// Splits a record's fields into those to include and the names of those omitted.
    fn of_record(&self, schema: &Schema, fields: Payload) -> (Payload, Vec<String>) {
        match self {
            Self::Fitting => fitting(fields),
            Self::All => (fields, Vec::new()),
            Self::Named(names) => (named(schema, &fields, names), Vec::new()),
        }
    }
}

fn too_much() -> Error {
    Error::BadQuery(format!(
        "the requested fields exceed {} MiB; request fewer fields or fewer hits",
        MAX_REQUESTED_BYTES >> 20
    ))
}

/// The fields that fit, in their order, and the names of the first that do not.
fn fitting(fields: Payload) -> (Payload, Vec<String>) {
    let left = fields
        .iter()
        .try_fold(MAX_FIELDS_BYTES, |left, (name, value)| {
            left.checked_sub(name.len())?.checked_sub(most(value)?)
        });
    // Most records are so small that this is certain without writing them.
    if left.is_some() {
        return (fields, Vec::new());
    }
    let mut left = MAX_FIELDS_BYTES;
    let mut left_out = Vec::new();
    let mut kept = Payload::new();
    for (name, value) in fields {
        match left.checked_sub(size((&name, &value))) {
            Some(less) => {
                left = less;
                kept.insert(name, value);
            }
            None if left_out.len() < MAX_LEFT_OUT => left_out.push(name),
            None => {}
        }
    }
    (kept, left_out)
}

/// Selects fields by name; `title` and `text` also select the fields in these roles.
fn named(schema: &Schema, fields: &Payload, names: &[&str]) -> Payload {
    let words = schema.words();
    let mut kept = Payload::new();
    for &name in names {
        let parts = schema.word_fields_named(name).into_iter();
        let parts = parts.filter_map(|at| words.named().get(at).copied());
        for field in std::iter::once(name).chain(parts) {
            if let Some(value) = value_at(fields, field) {
                kept.entry(field).or_insert(value);
            }
        }
    }
    kept
}

/// No fewer bytes than a value has as JSON; `None` if it is not simple.
fn most(value: &Value) -> Option<usize> {
    match value {
        Value::Null | Value::Bool(_) => Some(5),
        Value::Number(_) => Some(MAX_NUMBER_BYTES),
        // A control character takes six bytes.
        Value::String(text) => Some(2 + 6 * text.len()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The size of a field in bytes of JSON.
fn size((name, value): (&String, &Value)) -> usize {
    name.len() + value.to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: serde_json::Value) -> Payload {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn fields_that_are_too_long_are_left_out_and_named() {
        let long = "x".repeat(MAX_FIELDS_BYTES);
        let record = fields(json!({"a": 1, "body": long, "b": [2, 3]}));
        let (kept, left_out) = fitting(record);
        assert_eq!(kept, fields(json!({"a": 1, "b": [2, 3]})));
        assert_eq!(left_out, ["body"]);
        let many: Payload = (0..100_000).map(|n| (format!("k{n}"), json!(n))).collect();
        let (kept, left_out) = fitting(many);
        assert!(kept.len() > 1_000 && left_out.len() == MAX_LEFT_OUT);
    }

    #[test]
    fn fields_are_asked_for_by_name_by_part_or_all() {
        let record = fields(json!({"name": "A", "description": "B", "city": "C", "n": null}));
        let asked = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            let requested = Requested::of(&names);
            requested.of_record(&Schema::startups(), record.clone()).0
        };
        assert_eq!(asked(&[]), record);
        assert_eq!(asked(&["city", "*"]), record);
        assert_eq!(
            asked(&["city, name", "none"]),
            fields(json!({"city": "C", "name": "A"}))
        );
        assert_eq!(asked(&["text"]), fields(json!({"description": "B"})));
        let nested = fields(json!({"make": {"brand": "D", "year": 1}}));
        let names = ["make".to_owned(), "make.brand".to_owned()];
        let (both, _) = Requested::of(&names).of_record(&Schema::startups(), nested.clone());
        assert_eq!(
            (&both["make"], &both["make.brand"]),
            (&nested["make"], &json!("D"))
        );
        assert_eq!(asked(&[""]), Payload::new());
    }
}
