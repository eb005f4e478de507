//! Prepares an incoming record for writing: checks it, splits it into passages if it is long, and
//! encodes it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::Vector;
use crate::background;
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::payload::{ID_FIELD, PointId};
use crate::record::{MAX_LINE_BYTES, Payload, goes_on};
use crate::storage::layout::{About, Encoded};
use crate::vector::unit;

/// The most records or ids per write.
pub const MAX_BATCH: usize = 1_000;

/// The most bytes of records held as a sample or for the next batch. A parsed record can take many
/// times the memory of its line.
pub(super) const MAX_HELD_BYTES: usize = 4 << 20;

/// How many texts are encoded between checks for cancellation.
const CHUNK: usize = 128;

/// Which cores to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// All cores: someone is waiting, and nothing else needs them.
    All,
    /// Half of the cores, so that queries keep the other half.
    Half,
}

/// An incoming record.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its fields.
    pub payload: Payload,
    /// Its precomputed vector, if there is one.
    pub vector: Option<Vec<f32>>,
}

/// Why a record cannot be accepted, if it cannot.
pub(crate) fn check(about: &About, payload: &Payload) -> Result<(), String> {
    let schema = &about.schema;
    schema.check_text(payload)?;
    if let (Some(field), None) = (&schema.id, schema.source_id(payload)) {
        return Err(format!("no id in {field}"));
    }
    let id = schema.id.as_ref().and_then(|field| payload.get(field));
    if let Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) = id {
        return Err("the id is neither a text nor a number".into());
    }
    if schema.points {
        let id = PointId::from_json(payload.get(ID_FIELD).unwrap_or(&Value::Null))?;
        if schema.source_id(payload) != Some(id.to_string()) {
            return Err(format!("the id in {ID_FIELD} is written as {id}"));
        }
    }
    schema.check_facets(payload)
}

/// Checks the records of a write, and takes their vectors, scaled to unit length.
///
/// # Errors
/// [`Error::BadQuery`] for too many records; [`Error::BadRecord`] with the record's place in the
/// batch, from 1.
pub(crate) fn check_batch(
    about: &About,
    records: Vec<Incoming>,
) -> Result<Vec<(Payload, Option<Vector>)>> {
    if records.len() > MAX_BATCH {
        return Err(Error::BadQuery(format!(
            "{} records are too many for one request; at most {MAX_BATCH} are allowed; \
             import a file instead",
            records.len()
        )));
    }
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut checked = Vec::with_capacity(records.len());
    for (at, record) in (1..).zip(records) {
        let bad = |reason: String| Error::BadRecord { at, reason };
        check(about, &record.payload).map_err(bad)?;
        check_size(&record.payload).map_err(bad)?;
        if let Some(id) = about.schema.source_id(&record.payload)
            && let Some(earlier) = ids.insert(id.clone(), at)
        {
            return Err(bad(format!(
                "the id '{id}' was already given by record {earlier}"
            )));
        }
        let vector = record.vector.map(|vector| match about.schema.points {
            true => about.distance.prepared(vector, about.dimension),
            false => unit(vector, about.dimension),
        });
        let vector = vector.transpose();
        checked.push((record.payload, vector.map_err(bad)?));
    }
    Ok(checked)
}

/// Checks that a record does not exceed the maximum size. In files, such lines are already rejected
/// earlier.
pub(crate) fn check_size(payload: &Payload) -> Result<(), String> {
    if size(payload) <= MAX_LINE_BYTES {
        return Ok(());
    }
    Err(format!(
        "the record is longer than {MAX_LINE_BYTES} bytes of JSON"
    ))
}

/// The size of a record as JSON in bytes, counted without a copy.
pub(crate) fn size(payload: &Payload) -> usize {
    let mut counter = Counter(0);
    // Counting cannot fail, and a payload is always valid JSON.
    let _ = serde_json::to_writer(&mut counter, payload);
    counter.0
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Adds vectors to records: the supplied ones, otherwise newly encoded ones. `done` is called, from
/// any thread, with the number of finished texts of the batch.
///
/// # Errors
/// As for the encoder; [`Error::Cancelled`].
pub(crate) fn encode(
    encoder: &Encoder,
    about: &About,
    records: Vec<(Payload, Option<Vector>)>,
    done: &(dyn Fn(u64) + Sync),
    cores: Cores,
    cancelled: &AtomicBool,
) -> Result<Vec<Encoded>> {
    let mut texts: Vec<String> = Vec::new();
    let mut plans: Vec<Plan> = Vec::with_capacity(records.len());
    for (payload, vector) in &records {
        if vector.is_some() {
            plans.push(Plan::default());
            continue;
        }
        let text = about.schema.encoded_text(payload);
        let plan = Plan::of(encoder, &text, about.passages)?;
        match plan.passages.as_slice() {
            [] | [_] => texts.push(text),
            several => texts.extend(several.iter().map(|range| text[range.clone()].to_owned())),
        }
        plans.push(plan);
    }
    let finished = AtomicU64::new(0);
    let per_record = records.len() as f64 / texts.len().max(1) as f64;
    let mut vectors = Vec::with_capacity(texts.len());
    let told = |more: usize| {
        let before = finished.fetch_add(more as u64, Ordering::Relaxed);
        done(((before + more as u64) as f64 * per_record) as u64);
    };
    let chunk = match cores {
        Cores::All => CHUNK,
        Cores::Half => background::CHUNK,
    };
    for texts in texts.chunks(chunk) {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        vectors.extend(match cores {
            Cores::All => encoder.encode_all(texts, told)?,
            Cores::Half => background::encode(|| encoder.encode_all(texts, told))?,
        });
    }
    let mut vectors = vectors.into_iter();
    let encoded = records
        .into_iter()
        .zip(plans)
        .map(|((payload, given), plan)| {
            let vectors = match given {
                Some(vector) => vec![vector],
                None => vectors.by_ref().take(plan.passages.len().max(1)).collect(),
            };
            let all_at_once = plan.passages.len() < 2 && !plan.read_in_part;
            let ranges = plan.passages.into_iter().filter(|_| !all_at_once);
            Encoded {
                payload,
                vectors,
                ranges: ranges.map(|at| at.start as u32..at.end as u32).collect(),
                read_in_part: plan.read_in_part,
            }
        });
    Ok(encoded.collect())
}

/// Which parts of a text are encoded.
#[derive(Default)]
struct Plan {
    passages: Vec<Range<usize>>,
    /// Whether the text continues after them.
    read_in_part: bool,
}

impl Plan {
    fn of(encoder: &Encoder, text: &str, split: bool) -> Result<Self> {
        let passages = if split {
            encoder.passages(text)?
        } else {
            std::iter::once(0..encoder.reach(text)?).collect()
        };
        let end = passages.last().map_or(0, |last| last.end);
        Ok(Self {
            read_in_part: goes_on(text, end),
            passages,
        })
    }
}
