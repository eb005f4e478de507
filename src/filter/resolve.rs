//! Filters made ready for a collection as it is: fields become places in the schema, texts
//! become intervals of values, and case is decided.
//!
//! A text means the value that is spelled like it, where any record has that; otherwise all
//! values that differ from it in case only. So `city:berlin` finds Berlin, and where `red`
//! and `RED` are two values, each is found by itself. What any record has is asked of all
//! segments together: a filter means the same in each of them.

use std::ops::Bound::Included;

use super::column::Wanted;
use super::interval::{interval, looks_like_a_range, no_ranges};
use super::tree::{Filter, MAX_NESTING, too_deep};
use super::{Alternative, Condition, FacetValue};
use crate::error::{Error, Result};
use crate::record::{FacetField, FacetKind};

/// How many alternatives the filters of one query may hold together. Each can mean a range
/// over all values of a facet, so that without a limit one request could ask for hours of
/// work.
pub const MAX_ALTERNATIVES: usize = 256;

/// A filter made ready.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// Of a facet, given by its place in the schema, one of these values, or none of them.
    Is {
        /// The facet.
        facet: usize,
        /// Whether records with such a value are those left out.
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

/// Makes filters, all of which are to pass, ready for a collection with these facets. `holds`
/// says whether any of its records has a value that is wanted, of a facet given by its place.
///
/// # Errors
/// [`Error::BadQuery`] for a field that is no facet, naming those that are; for a value that
/// is not of the facet's kind; for a range of texts; for more than [`MAX_ALTERNATIVES`] or
/// deeper than [`MAX_NESTING`].
pub fn resolve(
    filters: &[Filter],
    facets: &[FacetField],
    holds: &dyn Fn(usize, &Wanted) -> bool,
) -> Result<Resolved> {
    let asked: usize = filters.iter().map(|filter| filter.alternatives(0)).sum();
    if asked > MAX_ALTERNATIVES {
        return Err(Error::BadQuery(format!(
            "the filters name {asked} values, at most {MAX_ALTERNATIVES} are allowed"
        )));
    }
    let resolver = Resolver { facets, holds };
    let filters: Result<Vec<Resolved>> = filters.iter().map(|f| resolver.filter(f, 0)).collect();
    Ok(Resolved::All(filters?))
}

struct Resolver<'a> {
    facets: &'a [FacetField],
    holds: &'a dyn Fn(usize, &Wanted) -> bool,
}

impl Resolver<'_> {
    fn filter(&self, filter: &Filter, depth: usize) -> Result<Resolved> {
        if depth > MAX_NESTING {
            return Err(too_deep());
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

/// The error for a field that is no facet, where something was to be done with it.
pub fn no_facet(what: &str, field: &str, facets: &[FacetField]) -> Error {
    let fields: Vec<&str> = facets.iter().map(|facet| facet.field.as_str()).collect();
    let there = if fields.is_empty() {
        "this collection has no facets".to_owned()
    } else {
        format!("its facets are {}", fields.join(", "))
    };
    Error::BadQuery(format!("cannot {what} '{field}': {there}"))
}
