//! Counting how many records have each value of a facet.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::collection::Collection;
use crate::collection::index::generation::Generation;
use crate::collection::search::{Prepared, both};
use crate::error::{Error, Result};
use crate::filter::{FacetValue, Filter};
use crate::query::{FacetCounts, Mode, Query};
use crate::record::Schema;
use crate::text;

impl Collection {
    /// How many records have each value of each facet.
    ///
    /// # Errors
    /// None that is known: the facets are its own.
    pub fn facet_counts(&self) -> Result<Vec<FacetCounts>> {
        let facets = self.schema().facets.iter();
        let query = Query {
            facets: facets.map(|facet| facet.field.clone()).collect(),
            ..Query::new("")
        };
        let generation = self.generation();
        if let Some(counts) = generation.facet_counts.get() {
            return Ok(counts.clone());
        }
        let counts = count(self, &generation, &query, &[], &Prepared::default())?;
        Ok(generation.facet_counts.get_or_init(|| counts).clone())
    }
}

/// Counts the facets a query asks for, among the records that pass the other filters and
/// fulfil the query's conditions.
///
/// # Errors
/// [`crate::Error::BadQuery`] for a field that is no facet.
pub(in crate::collection) fn count(
    collection: &Collection,
    generation: &Generation,
    query: &Query,
    filters: &[Filter],
    prepared: &Prepared,
) -> Result<Vec<FacetCounts>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let schema = collection.schema();
    let parts = generation.text_parts(&None);
    let matching = (query.mode == Mode::Text).then(|| text::matching(&parts, &prepared.words));
    let counted = query.facets.iter().map(|field| {
        let facet = schema.facets.iter().find(|facet| facet.field == *field);
        let facet = facet.ok_or_else(|| no_facet(schema, field))?;
        let others = filters.iter().filter(|filter| filter.field != *field);
        let others: Vec<Filter> = others.cloned().collect();
        let passing = both(generation.select(&others)?, prepared.fulfilling.clone());
        let mut values: BTreeMap<FacetValue, u64> = BTreeMap::new();
        for (at, part) in generation.parts.iter().enumerate() {
            let mut among = passing.as_ref().map_or_else(
                || part.live(),
                |parts| std::borrow::Cow::Borrowed(&parts[at]),
            );
            if let Some(matching) = &matching {
                *among.to_mut() &= &matching[at];
            }
            let among: &RoaringBitmap = &among;
            for (value, count) in part.segment.columns.facets.counts(facet, among) {
                match values.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => drop(values.insert(value.clone(), count)),
                }
            }
        }
        let mut values: Vec<(FacetValue, u64)> = values.into_iter().collect();
        // Stable, so that equal counts stay in order of value.
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(FacetCounts {
            facet: facet.clone(),
            matching: matching.is_some(),
            values,
        })
    });
    counted.collect()
}

fn no_facet(schema: &Schema, field: &str) -> Error {
    let fields: Vec<&str> = schema.facets.iter().map(|f| f.field.as_str()).collect();
    let there = if fields.is_empty() {
        "this collection has no facets".to_owned()
    } else {
        format!("its facets are {}", fields.join(", "))
    };
    Error::BadQuery(format!("cannot count '{field}': {there}"))
}
