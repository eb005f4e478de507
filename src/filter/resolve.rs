//! Prepares filters for a collection's current state: fields become indices in the schema, texts
//! become intervals of values, and case is decided.
//!
//! A text means the value spelled like it, if any record has that; otherwise all values that
//! differ from it only in case. So `city:berlin` finds Berlin, and where `red` and `RED` are two
//! values, each is found by itself. Which values exist is checked in all segments together, so
//! that a filter means the same in each of them.

use std::ops::Bound::Included;

use super::column::Wanted;
use super::interval::{interval, looks_like_a_range, no_ranges};
use super::{Alternative, Condition, FacetValue, Filter, MAX_NESTING};
use crate::error::{Error, Result};
use crate::record::{FacetField, FacetKind};

/// How many alternatives the filters of one query may have together. Each can be a range over
/// all values of a facet, so without a limit, one request could ask for hours of work.
pub const MAX_ALTERNATIVES: usize = 256;

/// A prepared filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// One of these values of a facet, or none of them.
    Is {
        /// The facet's index in the schema.
        facet: usize,
        /// Whether records with such a value are excluded.
        negated: bool,
        /// The values.
        wanted: Vec<Wanted>,
    },
    /// All of these.
    All(Vec<Resolved>),
    /// At least one of these.
    Any(Vec<Resolved>),
    /// Not this.
    Not(Box<Resolved>),
}

/// Prepares filters, all of which must pass, for a collection with these facets. `holds` says
/// whether any of its records has a wanted value of a facet, given by its index.
///
/// # Errors
/// [`Error::BadQuery`] for a field that is not a facet, listing those that are; for a value that
/// is not of the facet's kind; for a range of texts; for more than [`MAX_ALTERNATIVES`]
/// alternatives or nesting deeper than [`MAX_NESTING`].
pub fn resolve(
    filters: &[Filter],
    facets: &[FacetField],
    holds: &dyn Fn(usize, &Wanted) -> bool,
) -> Result<Resolved> {
    let asked: usize = filters.iter().map(|filter| alternatives(filter, 0)).sum();
    if asked > MAX_ALTERNATIVES {
        return Err(Error::BadQuery(format!(
            "the filters name {asked} values; at most {MAX_ALTERNATIVES} are allowed"
        )));
    }
    let resolver = Resolver { facets, holds };
    let filters: Result<Vec<Resolved>> = filters.iter().map(|f| resolver.filter(f, 0)).collect();
    Ok(Resolved::All(filters?))
}

/// How many alternatives a filter's conditions have together, down to the nesting limit.
fn alternatives(filter: &Filter, depth: usize) -> usize {
    match filter {
        _ if depth > MAX_NESTING => 0,
        Filter::Is(condition) => condition.alternatives.len(),
        Filter::All(filters) | Filter::Any(filters) => {
            filters.iter().map(|f| alternatives(f, depth + 1)).sum()
        }
        Filter::Not(filter) => alternatives(filter, depth + 1),
    }
}

struct Resolver<'a> {
    facets: &'a [FacetField],
    holds: &'a dyn Fn(usize, &Wanted) -> bool,
}

impl Resolver<'_> {
    fn filter(&self, filter: &Filter, depth: usize) -> Result<Resolved> {
        if depth > MAX_NESTING {
            return Err(Filter::too_deep().into());
        }
        let each = |filters: &[Filter]| -> Result<Vec<Resolved>> {
            filters.iter().map(|f| self.filter(f, depth + 1)).collect()
        };
        Ok(match filter {
            Filter::Is(condition) => self.condition(condition)?,
            Filter::All(filters) => Resolved::All(each(filters)?),
            Filter::Any(filters) => Resolved::Any(each(filters)?),
            Filter::Not(filter) => Resolved::Not(Box::new(self.filter(filter, depth + 1)?)),
        })
    }

    fn condition(&self, condition: &Condition) -> Result<Resolved> {
        let facet = self.facets.iter().position(|f| f.field == condition.field);
        let facet = facet.ok_or_else(|| no_facet("filter by", &condition.field, self.facets))?;
        let wanted = condition.alternatives.iter().map(|alternative| {
            Ok(match alternative {
                Alternative::Exists => Wanted::Present,
                Alternative::Value(text) => self.value(text, facet)?,
            })
        });
        Ok(Resolved::Is {
            facet,
            negated: condition.negated,
            wanted: wanted.collect::<Result<_>>()?,
        })
    }

    fn value(&self, text: &str, at: usize) -> Result<Wanted> {
        let facet = &self.facets[at];
        let value = match facet.kind {
            FacetKind::Text => FacetValue::parse(text, FacetKind::Text),
            _ => None,
        };
        let Some(FacetValue::Text(text)) = value else {
            return interval(text, facet).map(Wanted::Between);
        };
        let value = FacetValue::Text(text.clone());
        let spelled = Wanted::Between((Included(value.clone()), Included(value)));
        if (self.holds)(at, &spelled) {
            return Ok(spelled);
        }
        let range = looks_like_a_range(text.as_str());
        let any_case = Wanted::AnyCase(text);
        match &any_case {
            Wanted::AnyCase(text) if range && !(self.holds)(at, &any_case) => {
                Err(no_ranges(text.as_str(), facet))
            }
            _ => Ok(any_case),
        }
    }
}

/// The error for a field that is not a facet. `what` says what was to be done with it.
pub fn no_facet(what: &str, field: &str, facets: &[FacetField]) -> Error {
    let fields: Vec<&str> = facets.iter().map(|facet| facet.field.as_str()).collect();
    let there = if fields.is_empty() {
        "this collection has no facets".to_owned()
    } else {
        format!("its facets are {}", fields.join(", "))
    };
    Error::BadQuery(format!("cannot {what} '{field}': {there}"))
}
