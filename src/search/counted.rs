//! What is counted of a facet: which facets a query asks for, and the values that the most records have.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::error::{Error, Result};
use crate::filter::{Filter, no_facet};
use crate::query::{Counted, EVERY_FACET, FacetCount, FacetCounts, MAX_FACET_VALUES, check_length};
use crate::record::{FacetField, Schema};

/// A facet's index in a schema. `what` says what is to be done with it.
///
/// # Errors
/// [`Error::BadQuery`] for a field that is not a facet.
pub(crate) fn facet_of(schema: &Schema, what: &str, field: &str) -> Result<usize> {
    let facets = &schema.facets;
    let found = facets.iter().position(|facet| facet.field == field);
    found.ok_or_else(|| no_facet(what, field, facets))
}

/// The facets that a query asks to count.
///
/// # Errors
/// [`Error::BadQuery`] for a field that is not a facet.
pub(crate) fn asked_facets(schema: &Schema, asked: &[String]) -> Result<Vec<usize>> {
    match asked.iter().find(|field| *field == EVERY_FACET) {
        Some(every) if facet_of(schema, "count", every).is_err() => {
            Ok((0..schema.facets.len()).collect())
        }
        _ => {
            let asked = asked.iter().map(|field| facet_of(schema, "count", field));
            asked.collect()
        }
    }
}

/// Checks a search among the values of a facet.
///
/// # Errors
/// [`Error::BadQuery`] for a limit or prefix outside what is allowed.
pub(crate) fn check_values(prefix: &str, limit: usize) -> Result<()> {
    check_length("prefix", prefix)?;
    if !(1..=MAX_FACET_VALUES).contains(&limit) {
        return Err(Error::BadQuery(format!(
            "limit is {limit}; it must be between 1 and {MAX_FACET_VALUES}"
        )));
    }
    Ok(())
}

/// The counts of a facet, without a histogram.
pub(crate) fn counts(facet: &FacetField, counted: Counted, (values, more): Values) -> FacetCounts {
    FacetCounts {
        field: facet.field.clone(),
        kind: facet.kind,
        counted,
        values,
        more,
        histogram: Vec::new(),
    }
}

/// The values that the most records have, and how many more values occur.
pub(crate) type Values = (Vec<FacetCount>, u32);

/// Keeps the values that the most records have; of those that as many have, the first.
pub(crate) struct Best<V> {
    // The least of the kept ones is on top.
    kept: BinaryHeap<Reverse<(u32, Reverse<V>)>>,
    limit: usize,
    values: u32,
}

impl<V: Ord + ToString> Best<V> {
    /// Keeps at most so many.
    pub fn new(limit: usize) -> Self {
        Self {
            kept: BinaryHeap::new(),
            limit,
            values: 0,
        }
    }

    /// Adds a value that was not added before.
    pub fn add(&mut self, value: V, count: u32) {
        self.values += 1;
        self.kept.push(Reverse((count, Reverse(value))));
        if self.kept.len() > self.limit {
            self.kept.pop();
        }
    }

    /// Those that were kept, those of the most records first.
    pub fn values(self) -> Values {
        let sorted = self.kept.into_sorted_vec().into_iter();
        let best = sorted.map(|Reverse((count, Reverse(value)))| FacetCount {
            value: value.to_string(),
            count,
        });
        let best: Vec<FacetCount> = best.collect();
        let more = self.values - best.len() as u32;
        (best, more)
    }
}

/// The filters that are not conditions on a field.
pub(crate) fn others(filters: &[Filter], field: &str) -> Vec<Filter> {
    let others = filters.iter().filter(|f| f.field() != Some(field));
    others.cloned().collect()
}
