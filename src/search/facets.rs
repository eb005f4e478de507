//! Counts how many records have each value of a facet.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use roaring::RoaringBitmap;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::filter::{FacetValue, Filter, Walk, no_facet};
use crate::query::{Counted, FacetCounts, MAX_FACET_VALUES, Query, check_length};
use crate::search::answers::Answers;
use crate::search::members::Members;
use crate::search::parsed::Parsed;
use crate::search::{Prepared, both};
use crate::segment::generation::{Generation, Passing};
use crate::text;

impl Collection {
    /// How many records have each value of each facet.
    ///
    /// # Errors
    /// None known: the facets are the collection's own.
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
        let (parsed, prepared) = (Parsed::default(), Prepared::default());
        let all = Answers::all();
        let counts = count(self, &generation, &query, &parsed, &prepared, Some(&all))?;
        Ok(generation.facet_counts.get_or_init(|| counts).clone())
    }

    /// The values of a facet that start with a prefix, ignoring case and accents, with how many
    /// of the records that pass the filters have each. Conditions on the facet itself are
    /// ignored.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a field that is not a facet, a limit or prefix outside what is
    /// allowed, or invalid filters.
    pub fn facet_values(
        &self,
        field: &str,
        prefix: &str,
        limit: usize,
        filters: &[Filter],
    ) -> Result<FacetCounts> {
        check_length("prefix", prefix)?;
        if !(1..=MAX_FACET_VALUES).contains(&limit) {
            return Err(Error::BadQuery(format!(
                "limit is {limit}; it must be between 1 and {MAX_FACET_VALUES}"
            )));
        }
        let facet = self.facet("search", field)?;
        let generation = self.generation();
        let passing = self.select(&generation, &others(filters, field))?;
        let counting = Counting {
            generation: &generation,
            facet,
            prefix: prefix.trim(),
            limit,
        };
        let (values, more) = counting.top(&among(&generation, &passing, None));
        Ok(FacetCounts {
            facet: self.schema().facets[facet].clone(),
            counted: Counted::All,
            values,
            more,
        })
    }

    /// A facet's index in the schema. `what` says what is to be done with it.
    pub(crate) fn facet(&self, what: &str, field: &str) -> Result<usize> {
        let facets = &self.schema().facets;
        let found = facets.iter().position(|facet| facet.field == field);
        found.ok_or_else(|| no_facet(what, field, facets))
    }
}

/// Counts the facets a query asks for, among the answers that pass the other filters and meet
/// the query's conditions. In a search by words, the answers are the records that contain a
/// word.
///
/// # Errors
/// [`Error::BadQuery`] for a field that is not a facet.
pub(crate) fn count(
    collection: &Collection,
    generation: &Generation,
    query: &Query,
    parsed: &Parsed,
    prepared: &Prepared,
    answers: Option<&Answers>,
) -> Result<Vec<FacetCounts>> {
    if query.facets.is_empty() {
        return Ok(Vec::new());
    }
    let parts = generation.text_parts(&None);
    let (counted, among_these) = match answers {
        Some(answers) => (answers.counted, answers.parts.clone()),
        None => {
            let matching = text::matching(&parts, &prepared.words);
            (Counted::Matching, Some(matching))
        }
    };
    let counted = query.facets.iter().map(|field| {
        let facet = collection.facet("count", field)?;
        let others = collection.select(generation, &others(&parsed.filters, field))?;
        let passing = both(others, prepared.fulfilling.clone());
        let counting = Counting {
            generation,
            facet,
            prefix: "",
            limit: MAX_FACET_VALUES,
        };
        let (values, more) = counting.top(&among(generation, &passing, among_these.as_deref()));
        Ok(FacetCounts {
            facet: collection.schema().facets[facet].clone(),
            counted,
            values,
            more,
        })
    });
    counted.collect()
}

/// The filters that are not conditions on a field.
fn others(filters: &[Filter], field: &str) -> Vec<Filter> {
    let others = filters.iter().filter(|f| f.field() != Some(field));
    others.cloned().collect()
}

/// The records to count in each part: those that pass and, if `matching` is given, are in it.
fn among(
    generation: &Generation,
    passing: &Passing,
    matching: Option<&[RoaringBitmap]>,
) -> Vec<Members> {
    let parts = generation.parts.iter().enumerate();
    let members = parts.map(|(at, part)| {
        let mut among = match passing {
            Some(parts) => Cow::Borrowed(&parts[at]),
            None => part.live(),
        };
        if let Some(matching) = matching {
            *among.to_mut() &= &matching[at];
        }
        Members::of(part.segment.len(), &among)
    });
    members.collect()
}

/// What to count of a facet.
struct Counting<'a> {
    generation: &'a Generation,
    /// Its index in the schema.
    facet: usize,
    /// The prefix of its values.
    prefix: &'a str,
    /// How many values to return.
    limit: usize,
}

impl Counting<'_> {
    /// The values that the most records have, and how many more values occur.
    fn top(&self, among: &[Members]) -> (Vec<(FacetValue, u32)>, u32) {
        // The least of the kept ones is on top.
        let mut top: BinaryHeap<Reverse<(u32, Reverse<&FacetValue>)>> = BinaryHeap::new();
        let mut values = 0;
        let mut walk = self.walk();
        while let Some(value) = walk.step() {
            let counts = walk
                .positions()
                .map(|(part, having)| among[part].count(having));
            let count: u32 = counts.sum();
            if count == 0 || !self.is_meant(value) {
                continue;
            }
            values += 1;
            top.push(Reverse((count, Reverse(value))));
            if top.len() > self.limit {
                top.pop();
            }
        }
        let sorted = top.into_sorted_vec().into_iter();
        let top: Vec<(FacetValue, u32)> = sorted
            .map(|Reverse((count, Reverse(value)))| (value.clone(), count))
            .collect();
        let more = values - top.len() as u32;
        (top, more)
    }

    /// Iterates over the values that may match.
    fn walk(&self) -> Walk<'_> {
        let parts = self.generation.parts.iter();
        let columns = parts.map(|part| part.segment.columns.facets.column(self.facet));
        let columns = columns.map(|column| (column, column.beginning(self.prefix)));
        Walk::through(columns.collect(), false)
    }

    /// Whether a value starts with the prefix. Texts that do were already found by their order.
    fn is_meant(&self, value: &FacetValue) -> bool {
        matches!(value, FacetValue::Text(_))
            || self.prefix.is_empty()
            || value.to_string().starts_with(&self.prefix.to_lowercase())
    }
}
