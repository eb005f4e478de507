//! Which records have which value of which facet.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::interval::interval;
use super::{Alternative, FacetValue, Filter};
use crate::error::{Error, Result};
use crate::record::{FacetField, Payload, Schema};

/// How many alternatives the filters of one query may hold together. Each can mean a range
/// over all values of a facet, so that without a limit one URL could ask for hours of work.
pub const MAX_ALTERNATIVES: usize = 256;

/// For each facet, the positions of the records that have each value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FacetIndex {
    /// In the schema's order.
    facets: Vec<Facet>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Facet {
    field: FacetField,
    values: BTreeMap<FacetValue, RoaringBitmap>,
    /// The positions that have any value.
    present: RoaringBitmap,
}

impl Facet {
    fn matching(&self, filter: &Filter) -> Result<RoaringBitmap> {
        let mut matching = RoaringBitmap::new();
        for alternative in &filter.alternatives {
            match alternative {
                Alternative::Exists => matching |= &self.present,
                Alternative::Value(text) => {
                    for (_, positions) in self.values.range(interval(text, &self.field)?) {
                        matching |= positions;
                    }
                }
            }
        }
        Ok(matching)
    }
}

impl FacetIndex {
    /// An index for the facets of a schema, with no records yet.
    pub fn new(schema: &Schema) -> Self {
        let facet = |field: &FacetField| Facet {
            field: field.clone(),
            values: BTreeMap::new(),
            present: RoaringBitmap::new(),
        };
        Self {
            facets: schema.facets.iter().map(facet).collect(),
        }
    }

    /// Adds the record at a position, read through the schema the index was made for.
    /// Values that are not of their facet's kind are left out.
    pub fn add(&mut self, position: u32, schema: &Schema, payload: &Payload) {
        for facet in &mut self.facets {
            for value in schema.readings(payload, &facet.field).flatten() {
                facet.values.entry(value).or_default().insert(position);
                facet.present.insert(position);
            }
        }
    }

    /// Adds another index of the same schema, whose position `p` becomes `place[p]`; those
    /// with no place are left out.
    pub fn absorb(&mut self, other: &Self, place: &[Option<u32>]) {
        let moved = |positions: &RoaringBitmap| -> RoaringBitmap {
            let places = positions.iter().map(|p| place.get(p as usize).copied());
            places.flatten().flatten().collect()
        };
        for theirs in &other.facets {
            let same = |ours: &&mut Facet| ours.field == theirs.field;
            let Some(ours) = self.facets.iter_mut().find(same) else {
                continue;
            };
            for (value, positions) in &theirs.values {
                let positions = moved(positions);
                if !positions.is_empty() {
                    ours.present |= &positions;
                    *ours.values.entry(value.clone()).or_default() |= positions;
                }
            }
        }
    }

    /// The facets, in the schema's order.
    pub fn fields(&self) -> impl Iterator<Item = &FacetField> {
        self.facets.iter().map(|facet| &facet.field)
    }

    /// The positions out of `all`, those that exist, that pass every filter; `None` where
    /// there is no filter.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a field that is no facet, naming those that are; for a value
    /// that is not of the facet's kind; for more than [`MAX_ALTERNATIVES`].
    pub fn select(&self, filters: &[Filter], all: &RoaringBitmap) -> Result<Option<RoaringBitmap>> {
        let asked: usize = filters.iter().map(|f| f.alternatives.len()).sum();
        if asked > MAX_ALTERNATIVES {
            return Err(Error::BadQuery(format!(
                "the filters name {asked} values, at most {MAX_ALTERNATIVES} are allowed"
            )));
        }
        let mut selected: Option<RoaringBitmap> = None;
        for filter in filters {
            let matching = self.facet(&filter.field)?.matching(filter)?;
            let before = selected.as_ref().unwrap_or(all);
            selected = Some(if filter.negated {
                before - matching
            } else {
                before & matching
            });
        }
        Ok(selected)
    }

    /// A facet's values in order, each with how many records out of `among` have it; those
    /// that none has are left out.
    pub fn counts(
        &self,
        facet: &FacetField,
        among: &RoaringBitmap,
    ) -> impl Iterator<Item = (&FacetValue, u64)> {
        let found = self.facets.iter().find(|own| own.field == *facet);
        let values = found.into_iter().flat_map(|facet| &facet.values);
        let counts = values.map(|(value, records)| (value, records.intersection_len(among)));
        counts.filter(|(_, count)| *count > 0)
    }

    fn facet(&self, field: &str) -> Result<&Facet> {
        let found = self.facets.iter().find(|facet| facet.field.field == field);
        found.ok_or_else(|| {
            let fields: Vec<&str> = self.fields().map(|facet| facet.field.as_str()).collect();
            let there = if fields.is_empty() {
                "this collection has no facets".to_owned()
            } else {
                format!("its facets are {}", fields.join(", "))
            };
            Error::BadQuery(format!("cannot filter by '{field}': {there}"))
        })
    }
}
