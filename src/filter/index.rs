//! Which records have which value of which facet, in a sorted column for each facet.

use std::io::{self, Write};

use roaring::RoaringBitmap;

use super::FacetValue;
use super::column::{Column, EMPTY, Wanted};
use super::resolve::Resolved;
use super::walk::merge;
use crate::mapped::{MappedFile, SectionWriter};
use crate::record::{FacetField, Payload, Schema};

/// The columns of a schema's facets, in the schema's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FacetIndex {
    columns: Vec<Column>,
}

/// Collects the values of records.
pub struct FacetIndexBuilder<'a> {
    schema: &'a Schema,
    /// Value and position, for each facet.
    entries: Vec<Vec<(FacetValue, u32)>>,
}

impl<'a> FacetIndexBuilder<'a> {
    /// An empty builder.
    pub fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            entries: schema.facets.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Adds the record at a position. Values that are not of their facet's kind are left out.
    pub fn add(&mut self, position: u32, payload: &Payload) {
        for (facet, entries) in self.schema.facets.iter().zip(&mut self.entries) {
            let values = self.schema.readings(payload, facet).flatten();
            entries.extend(values.map(|value| (value, position)));
        }
    }

    /// Builds the index.
    pub fn build(self) -> FacetIndex {
        FacetIndex {
            columns: self.entries.into_iter().map(Column::new).collect(),
        }
    }
}

impl FacetIndex {
    /// Merges several indexes of one schema: position `p` of each becomes `place[p]`, and
    /// positions without a place are dropped. Places ascend from index to index.
    pub fn merge(parts: &[(&Self, &[Option<u32>])], facets: &[FacetField]) -> Self {
        let merged = |facet: usize| {
            let columns = parts.iter();
            let columns = columns.map(|(index, place)| (index.column(facet), *place));
            merge(&columns.collect::<Vec<_>>())
        };
        Self {
            columns: (0..facets.len()).map(merged).collect(),
        }
    }

    /// Writes the columns to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        let mut columns = self.columns.iter().enumerate();
        columns.try_for_each(|(facet, column)| column.save(facet, to))
    }

    /// The columns of this many facets in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(facets: usize, file: &MappedFile) -> Result<Self, String> {
        let columns = (0..facets).map(|facet| Column::load(facet, file));
        Ok(Self {
            columns: columns.collect::<Result<_, String>>()?,
        })
    }

    /// How many facets there are.
    pub fn facets(&self) -> usize {
        self.columns.len()
    }

    /// A facet's column, by its index in the schema.
    pub fn column(&self, facet: usize) -> &Column {
        self.columns.get(facet).unwrap_or(&EMPTY)
    }

    /// Whether a record in `live` has a wanted value of the facet; without `live`, any record.
    pub fn holds(&self, facet: usize, wanted: &Wanted, live: Option<&RoaringBitmap>) -> bool {
        self.column(facet).holds(wanted, live)
    }

    /// The records in `among` that pass a filter.
    pub fn passing(&self, filter: &Resolved, among: &RoaringBitmap) -> RoaringBitmap {
        match filter {
            Resolved::Is {
                facet,
                negated,
                wanted,
            } => {
                let having = self.column(*facet).records(wanted);
                if *negated {
                    among - having
                } else {
                    among & having
                }
            }
            Resolved::All(filters) => {
                let narrow = |passing, filter| self.passing(filter, &passing);
                filters.iter().fold(among.clone(), narrow)
            }
            Resolved::Any(filters) => {
                let add = |passing, filter| passing | self.passing(filter, among);
                filters.iter().fold(RoaringBitmap::new(), add)
            }
            Resolved::Not(filter) => among - self.passing(filter, among),
        }
    }

    /// Whether the index fits this many facets and records, as it does unless the file was
    /// tampered with.
    pub fn fits(&self, facets: usize, records: u32) -> bool {
        self.columns.len() == facets && self.columns.iter().all(|column| column.fits(records))
    }
}
