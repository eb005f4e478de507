//! Counts how many records have each value of a facet.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use crate::error::Result;
use crate::filter::{FacetValue, Filter, Walk};
use crate::query::{Counted, FacetCounts, MAX_FACET_VALUES};
use crate::search::answers::Answers;
use crate::search::counted::{Best, Values, asked_facets, check_values, counts, facet_of, others};
use crate::search::histogram::{Extent, histogram};
use crate::search::members::Members;
use crate::search::plan::{Plan, both};
use crate::search::searcher::Searcher;
use crate::segment::generation::{Generation, Passing};

impl Searcher<'_> {
    /// How many records have each value of each facet.
    ///
    /// # Errors
    /// None known: the facets are the collection's own.
    pub fn facet_counts(&self) -> Result<Vec<FacetCounts>> {
        if let Some(counts) = self.generation.facet_counts.get() {
            return Ok(counts.clone());
        }
        let all = among(&self.generation, &None, None);
        let counts = (0..self.schema.facets.len()).map(|facet| {
            let values = self.counting(facet, "", MAX_FACET_VALUES);
            counts(
                &self.schema.facets[facet],
                Counted::All,
                values.top(&all).values,
            )
        });
        let counts = counts.collect();
        Ok(self.generation.facet_counts.get_or_init(|| counts).clone())
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
        check_values(prefix, limit)?;
        let facet = facet_of(self.schema, "search", field)?;
        let others = others(filters, field);
        let passing = self.generation.select(&self.schema.facets, &others)?;
        let counting = self.counting(facet, prefix.trim(), limit);
        let top = counting.top(&among(&self.generation, &passing, None));
        Ok(counts(&self.schema.facets[facet], Counted::All, top.values))
    }

    /// Counts the facets a query asks for, among the answers that pass the other filters and meet
    /// the query's conditions. In a search by words, the answers are the records that contain a
    /// word.
    ///
    /// The time it takes is proportional to how often the facets' values occur in the collection,
    /// however many values are returned. A histogram reads them a second time.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a field that is not a facet.
    pub(super) fn count_facets(
        &self,
        plan: &Plan<'_>,
        answers: &Answers,
    ) -> Result<Vec<FacetCounts>> {
        let asked = asked_facets(self.schema, &plan.query.facets)?;
        let counted = asked.into_iter().map(|facet| {
            let others = others(&plan.filters, &self.schema.facets[facet].field);
            let wider = if others.len() < plan.filters.len() {
                let others = self.generation.select(&self.schema.facets, &others)?;
                Some(both(others, &plan.fulfilling))
            } else {
                None
            };
            let passing = wider.as_ref().unwrap_or(&plan.passing);
            let among = among(&self.generation, passing, answers.parts.as_deref());
            let asked = &plan.query.facet_options;
            let counting = self.counting(facet, asked.prefix.trim(), asked.values);
            let top = counting.top(&among);
            let field = &self.schema.facets[facet];
            let mut counts = counts(field, answers.counted, top.values);
            if let Some(extent) = top.extent.filter(|_| asked.buckets > 0) {
                let values = counting.walk();
                counts.histogram = histogram(values, &among, extent, asked.buckets);
            }
            Ok(counts)
        });
        counted.collect()
    }

    fn counting<'a>(&'a self, facet: usize, prefix: &'a str, limit: usize) -> Counting<'a> {
        Counting {
            generation: &self.generation,
            facet,
            prefix,
            limit,
        }
    }
}

/// What is found in one pass over a facet's values.
struct Top {
    values: Values,
    /// The extent of all values, if they are numbers or dates.
    extent: Option<Extent>,
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
    fn top(&self, among: &[Members]) -> Top {
        let mut best: Best<&FacetValue> = Best::new(self.limit);
        let mut extent: Option<Extent> = None;
        let mut walk = self.walk();
        while let Some(value) = walk.step() {
            let counts = walk
                .positions()
                .map(|(part, having)| among[part].count(having));
            let count: u32 = counts.sum();
            if count == 0 {
                continue;
            }
            extent = Extent::with(extent, value);
            if self.is_meant(value) {
                best.add(value, count);
            }
        }
        Top {
            values: best.values(),
            extent,
        }
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
