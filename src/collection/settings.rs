//! What a change of settings costs, and whether the fields that it names are there.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::Collection;
use super::write::encode::{Cores, encode};
use super::write::reencode::encodes_anew;
use crate::error::{Error, Result};
use crate::record::{Payload, Schema, value_at};
use crate::vocabulary::SettingsCost;

/// How many records are looked at.
const SAMPLE: usize = 1_000;
/// How many of them are encoded, to measure how long that takes.
const ENCODED: usize = 16;

impl Collection {
    /// What it costs to give the collection another schema, estimated from its first records.
    ///
    /// # Errors
    /// Those of the store and the encoder.
    pub fn cost_of(&self, schema: &Schema) -> Result<SettingsCost> {
        let sample = self.sample()?;
        let looked = sample.len().max(1) as f64;
        let old = self.schema();
        let mut anew: Vec<Payload> = sample;
        anew.retain(|payload| encodes_anew(old, schema, payload));
        let share = anew.len() as f64 / looked;
        let records = f64::from(self.generation().records());
        let encodes = (records * share).round();
        anew.truncate(ENCODED);
        let measured = anew.len().max(1) as f64;
        let start = Instant::now();
        let mut about = self.about().clone();
        about.schema = schema.clone();
        let batch = anew.into_iter().map(|payload| (payload, None)).collect();
        encode(
            self.encoder.encoder(),
            &about,
            batch,
            &|_| {},
            Cores::Half,
            &AtomicBool::new(false),
        )?;
        let each = start.elapsed().as_secs_f64() / measured;
        Ok(SettingsCost {
            changes: old != schema,
            encodes: encodes as u32,
            seconds: encodes * each,
        })
    }

    /// Checks that the fields that a schema names are there.
    ///
    /// # Errors
    /// [`Error::BadQuery`] with one that is in none of the first records.
    pub fn check_fields(&self, schema: &Schema) -> Result<()> {
        let sample = self.sample()?;
        if sample.is_empty() {
            return Ok(());
        }
        let earlier: HashSet<&String> = named(self.schema()).collect();
        let there = |field: &String| {
            let found = |payload: &Payload| {
                payload.contains_key(field) || value_at(payload, field).is_some()
            };
            earlier.contains(field) || sample.iter().any(found)
        };
        match named(schema).find(|field| !there(field)) {
            Some(field) => Err(Error::BadQuery(format!(
                "none of the first records has a field '{field}'"
            ))),
            None => Ok(()),
        }
    }

    fn sample(&self) -> Result<Vec<Payload>> {
        let page = self.page(None, SAMPLE)?;
        Ok(page
            .records
            .into_iter()
            .map(|record| record.payload)
            .collect())
    }
}

/// The fields that a schema gives a role, besides that of the ids.
fn named(schema: &Schema) -> impl Iterator<Item = &String> {
    let one = [&schema.title, &schema.url, &schema.image].into_iter();
    let facets = schema.facets.iter().map(|facet| &facet.field);
    one.flatten().chain(&schema.texts).chain(facets)
}
