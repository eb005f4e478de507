//! Converts hits to the wire type, with a bounded size whatever the record contains.

use std::ops::Range;

use parallax::query::{Copies, Highlights, Hit, Signal};
use parallax::record::{Payload as Fields, value_at};
use parallax::{Error, Schema};
use parallax_app::wire;

/// The maximum size of a hit's fields in bytes of JSON if none are requested by name. Fields that
/// would exceed it are omitted.
const MAX_FIELDS_BYTES: usize = 64 << 10;
/// The maximum total size, over all hits, of fields requested by name.
const MAX_ASKED_BYTES: usize = 32 << 20;
/// How many omitted fields are named.
const MAX_LEFT_OUT: usize = 20;
/// How many facet values a hit contains, and how long each may be, in bytes.
const MAX_FACETS: usize = 100;
const MAX_FACET_BYTES: usize = 1_000;

/// Whether a hit includes the record's original fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// For the API: the fields are included, and title and text are unchanged, with any markup.
    Sent,
    /// For readers, on the page and in the terminal: no fields, and title and text without markup.
    Left,
}

/// The requested fields.
enum Asked<'a> {
    /// None by name: all that are not too large.
    Fitting,
    All,
    Named(Vec<&'a str>),
}

impl<'a> Asked<'a> {
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
    fn of_record(&self, schema: &Schema, fields: Fields) -> (Fields, Vec<String>) {
        match self {
            Self::Fitting => fitting(fields),
            Self::All => (fields, Vec::new()),
            Self::Named(names) => (named(schema, &fields, names), Vec::new()),
        }
    }
}

/// Converts hits, with the requested fields, or else with those that fit.
///
/// # Errors
/// [`Error::BadQuery`] if the requested fields are too large.
pub fn hits(
    found: Vec<Hit>,
    schema: &Schema,
    payload: Payload,
    fields: &[String],
) -> parallax::Result<Vec<wire::Hit>> {
    let asked = Asked::of(fields);
    let mut left = MAX_ASKED_BYTES;
    let sent = found.into_iter().map(|mut found| {
        let fields = std::mem::take(&mut found.record.payload);
        if payload == Payload::Left {
            return Ok(hit(found));
        }
        let mut hit = hit(found.as_written());
        let (fields, left_out) = asked.of_record(schema, fields);
        if !matches!(asked, Asked::Fitting) {
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

fn too_much() -> Error {
    Error::BadQuery(format!(
        "the requested fields exceed {} MiB; request fewer fields or fewer hits",
        MAX_ASKED_BYTES >> 20
    ))
}

/// The fields that fit, in their order, and the names of the first that do not.
fn fitting(fields: Fields) -> (Fields, Vec<String>) {
    let mut left = MAX_FIELDS_BYTES;
    let mut left_out = Vec::new();
    let mut kept = Fields::new();
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
fn named(schema: &Schema, fields: &Fields, names: &[&str]) -> Fields {
    let words = schema.words();
    let mut kept = Fields::new();
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

/// The size of a field in bytes of JSON.
fn size((name, value): (&String, &serde_json::Value)) -> usize {
    name.len() + value.to_string().len()
}

fn hit(hit: Hit) -> wire::Hit {
    let record = hit.record;
    let shown = hit.snippet;
    let snippet = (shown != (0..record.text.len())).then_some(wire::Snippet {
        start: shown.start as u32,
        length: record.text.len() as u32,
        cut_before: shown.start > 0,
        cut_after: shown.end < record.text.len(),
    });
    let within = |at: Range<usize>| (at.start - shown.start) as u32..(at.end - shown.start) as u32;
    let pair = |at: Range<usize>| {
        let at = within(at);
        (at.start, at.end)
    };
    let (facets, more_facets) = some_facets(record.facets);
    wire::Hit {
        id: record.id,
        score: hit.score,
        signals: wire::Signals {
            neural: hit.neural.map(signal),
            text: hit.text.map(signal),
        },
        percentile: hit.percentile,
        title_cut: hit.title.end < record.title.len(),
        title: part(record.title, hit.title),
        url: record.url,
        image: record.image,
        facets,
        more_facets,
        highlights: highlights(hit.highlights, pair),
        passage: hit.passage.map(pair),
        sentence: hit.sentence.map(pair),
        text: part(record.text, shown.clone()),
        snippet,
        read_in_part: hit.read_in_part,
        copies: copies(hit.copies),
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

fn copies(copies: Copies) -> Option<wire::Copies> {
    let named = copies.records.into_iter().map(|copy| wire::Copy {
        id: copy.id,
        facets: some_facets(copy.facets).0,
    });
    (copies.count > 0).then(|| wire::Copies {
        count: copies.count,
        records: named.collect(),
    })
}

/// The first facet values of a record, and how many more there are.
fn some_facets(facets: Vec<(String, String)>) -> (Vec<wire::Facet>, u32) {
    let all = facets.len();
    let short = facets
        .into_iter()
        .filter(|(_, value)| value.len() <= MAX_FACET_BYTES);
    let told = short.map(|(field, value)| wire::Facet { field, value });
    let told: Vec<wire::Facet> = told.take(MAX_FACETS).collect();
    let more = (all - told.len()) as u32;
    (told, more)
}

fn signal(signal: Signal) -> wire::Signal {
    wire::Signal {
        rank: signal.rank,
        score: signal.score,
    }
}

fn highlights(
    highlights: Highlights,
    in_text: impl Fn(Range<usize>) -> (u32, u32),
) -> wire::Highlights {
    let title = highlights.title.into_iter();
    wire::Highlights {
        title: title.map(|at| (at.start as u32, at.end as u32)).collect(),
        text: highlights.text.into_iter().map(in_text).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: serde_json::Value) -> Fields {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn fields_that_are_too_long_are_left_out_and_named() {
        let long = "x".repeat(MAX_FIELDS_BYTES);
        let record = fields(json!({"a": 1, "body": long, "b": [2, 3]}));
        let (kept, left_out) = fitting(record);
        assert_eq!(kept, fields(json!({"a": 1, "b": [2, 3]})));
        assert_eq!(left_out, ["body"]);
        let many: Fields = (0..100_000).map(|n| (format!("k{n}"), json!(n))).collect();
        let (kept, left_out) = fitting(many);
        assert!(kept.len() > 1_000 && left_out.len() == MAX_LEFT_OUT);
    }

    #[test]
    fn fields_are_asked_for_by_name_by_part_or_all() {
        let record = fields(json!({"name": "A", "description": "B", "city": "C", "n": null}));
        let asked = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            let asked = Asked::of(&names);
            asked.of_record(&Schema::startups(), record.clone()).0
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
        let (both, _) = Asked::of(&names).of_record(&Schema::startups(), nested.clone());
        assert_eq!(
            (&both["make"], &both["make.brand"]),
            (&nested["make"], &json!("D"))
        );
        assert_eq!(asked(&[""]), Fields::new());
    }
}
