//! What a cluster keeps of a record besides its fields and vectors, to find it by.

use crate::collection::{About, Segment, Stored};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::filter::FacetValue;
use crate::record::{FacetKind, Payload, RecordNumber, Schema};
use crate::segment::Given;
use crate::segment::pieces::Tokenize;
use crate::text::{Bm25, Parameters};

/// The keys of a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keys {
    /// Its id, if the collection has a field for ids.
    pub id: Option<String>,
    /// The hash of each of its terms, with the term's share of a score before its idf: see
    /// [`Bm25::saturation`].
    pub terms: Vec<(u32, f32)>,
    /// The ids of the pieces of the model's vocabulary that its passages consist of, in rising order.
    pub pieces: Vec<u32>,
    /// How many terms it has.
    pub length: u32,
    /// A digest of its texts and vectors.
    pub fingerprint: u64,
    /// The [`place_of`] its title; `None` if it has none.
    pub title: Option<u64>,
    /// For each facet of the schema, the values of the record.
    pub facets: Vec<FacetKeys>,
}

/// The values of a facet, as they are filtered by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FacetKeys {
    /// Each value as [`exactly`], each text also as [`in_any_case`], and [`PRESENT`] if there is any value.
    pub texts: Vec<String>,
    /// Each number and each date, see [`on_axis`].
    pub numbers: Vec<f64>,
}

/// The key of a record that has any value.
pub const PRESENT: &str = "*";

/// The key of a value.
pub fn exactly(value: &FacetValue) -> String {
    format!("={value}")
}

/// The value of such a key; `None` for other keys.
pub fn value_of(key: &str, kind: FacetKind) -> Option<FacetValue> {
    FacetValue::parse(key.strip_prefix('=')?, kind)
}

/// The key of the values that differ from one only in case.
pub fn in_any_case(text: &crate::filter::Text) -> String {
    format!("~{}", text.without_case())
}

/// A number, or the seconds from 1970 to a date.
pub fn on_axis(value: &FacetValue) -> Option<f64> {
    match value {
        FacetValue::Number(_) => value.measure(),
        FacetValue::Date(date) => Some(date.seconds() as f64),
        FacetValue::Text(_) | FacetValue::Boolean(_) => None,
    }
}

/// The hash that stands for a term. Two of a hundred thousand terms are likely to share one: a record that
/// contains only the other term is then scored and found not to match.
pub fn hash(term: &str) -> u32 {
    crc32fast::hash(term.as_bytes())
}

/// How many bytes of a title determine its [`place_of`]: as many as fit into a floating-point number, as which Qdrant
/// compares numbers.
pub const PLACE_BYTES: usize = 6;

/// The number by which titles are ordered: the first six bytes of a title as [`crate::text::spelled`]. Titles with the
/// same first bytes have the same number.
pub fn place_of(spelled: &[u8]) -> u64 {
    let own = spelled.iter().chain(std::iter::repeat(&0));
    let own = own.take(PLACE_BYTES);
    own.fold(0, |place, &byte| (place << 8) | u64::from(byte))
}

/// A record with its fields parsed.
pub(super) fn parsed(record: &Stored) -> Result<Payload> {
    serde_json::from_str(&record.fields).map_err(|error| {
        Error::Cluster(format!(
            "record {} has fields that cannot be read: {error}",
            record.number
        ))
    })
}

/// The keys of some records, given in order of number, in a collection whose records have `average_length`
/// terms on average.
///
/// # Errors
/// [`Error::Cluster`] if their fields are not JSON.
pub fn keys_of(
    about: &About,
    encoder: &QueryEncoder,
    average_length: f64,
    records: &[Stored],
) -> Result<Vec<Keys>> {
    let payloads: Vec<Payload> = records.iter().map(parsed).collect::<Result<_>>()?;
    let given = records.iter().zip(&payloads).map(given);
    let segment = Segment::of_some(&about.schema, encoder, about.dimension, None, given);
    let columns = &segment.columns;
    let bm25 = Bm25 {
        records: 0,
        average_length,
        parameters: Parameters::default(),
    };
    let of_record = |(at, payload): (usize, &Payload)| {
        let mut pieces: Vec<u32> = Vec::new();
        for passage in columns.vectors_of(at as u32) {
            segment.pieces.append(passage, &mut pieces);
        }
        pieces.sort_unstable();
        pieces.dedup();
        Keys {
            id: about.schema.source_id(payload),
            terms: Vec::new(),
            pieces,
            length: columns.text.lengths().get(at).copied().unwrap_or(0),
            fingerprint: columns.fingerprints.get(at).copied().unwrap_or_default(),
            title: None,
            facets: facets_of(&about.schema, payload),
        }
    };
    let mut keys: Vec<Keys> = payloads.iter().enumerate().map(of_record).collect();
    let lengths = columns.text.lengths();
    columns.text.each_posting(|term, record, frequency| {
        let at = record as usize;
        if let (Some(keys), Some(&length)) = (keys.get_mut(at), lengths.get(at)) {
            let weight = bm25.saturation(frequency, length) as f32;
            keys.terms.push((hash(term), weight));
        }
    });
    columns.text.beginnings().each(|title, record| {
        if let Some(keys) = keys.get_mut(record as usize) {
            keys.title = Some(place_of(title));
        }
    });
    for keys in &mut keys {
        // Terms with the same hash count as the one with the larger weight.
        keys.terms
            .sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        keys.terms.dedup_by_key(|&mut (hash, _)| hash);
    }
    Ok(keys)
}

/// How many terms some records have in all.
///
/// # Errors
/// As for [`keys_of`].
pub fn terms_of(about: &About, records: &[Stored]) -> Result<u64> {
    let payloads: Vec<Payload> = records.iter().map(parsed).collect::<Result<_>>()?;
    let given = records.iter().zip(&payloads).map(given);
    let segment = Segment::of_some(&about.schema, &NoPieces, about.dimension, None, given);
    Ok(segment
        .columns
        .text
        .lengths()
        .iter()
        .copied()
        .map(u64::from)
        .sum())
}

/// Splits no text, where no pieces are needed.
pub(super) struct NoPieces;

impl Tokenize for NoPieces {
    fn pieces(&self, _: &str) -> Vec<u32> {
        Vec::new()
    }
}

/// A record to be indexed.
pub(super) fn given<'r>((record, payload): (&'r Stored, &'r Payload)) -> Given<'r> {
    Given {
        number: RecordNumber(record.number),
        payload,
        ranges: &record.passages,
        vectors: &record.vectors,
        pieces: None,
    }
}

/// For each facet of the schema, the [keys](FacetKeys::texts) of a record.
pub(super) fn facet_texts(schema: &Schema, payload: &Payload) -> Vec<Vec<String>> {
    let facets = facets_of(schema, payload).into_iter();
    facets.map(|facet| facet.texts).collect()
}

fn facets_of(schema: &Schema, payload: &Payload) -> Vec<FacetKeys> {
    let of_facet = |facet| {
        let values: Vec<FacetValue> = schema.readings(payload, facet).flatten().collect();
        let mut texts: Vec<String> = values.iter().map(exactly).collect();
        texts.extend(values.iter().filter_map(|value| match value {
            FacetValue::Text(text) => Some(in_any_case(text)),
            _ => None,
        }));
        texts.extend((!values.is_empty()).then(|| PRESENT.to_owned()));
        texts.sort_unstable();
        texts.dedup();
        FacetKeys {
            texts,
            numbers: values.iter().filter_map(on_axis).collect(),
        }
    };
    schema.facets.iter().map(of_facet).collect()
}
