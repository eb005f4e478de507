//! Filters and the facets they read: one grammar for URL, API and command line.
//!
//! A filter is `field:value`, split at the first colon; several are combined by *and*. The
//! fields are the facets of the collection's schema, compared to the letter.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::record::{Payload, Schema};

/// A condition on one facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The facet field.
    pub field: String,
    /// The value it must have.
    pub value: String,
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some((field, value)) if !field.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self {
                    field: field.trim().to_owned(),
                    value: value.trim().to_owned(),
                })
            }
            _ => Err(Error::BadQuery(format!(
                "the filter '{text}' is not of the form field:value, as in city:Berlin"
            ))),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.field, self.value)
    }
}

/// For each facet, which records have which value.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FacetIndex {
    fields: BTreeMap<String, BTreeMap<String, RoaringBitmap>>,
}

impl FacetIndex {
    /// An index for the facets of a schema, with no records yet.
    pub fn new(schema: &Schema) -> Self {
        let fields = schema.facets.iter().cloned();
        Self {
            fields: fields.map(|field| (field, BTreeMap::new())).collect(),
        }
    }

    /// Adds the record at a position.
    pub fn add(&mut self, position: u32, payload: &Payload) {
        for (field, values) in &mut self.fields {
            if let Some(value) = Schema::facet_value(payload, field) {
                values.entry(value).or_default().insert(position);
            }
        }
    }

    /// The positions that pass every filter; `None` where there is no filter.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a field that is no facet, naming those that are.
    pub fn select(&self, filters: &[Filter]) -> Result<Option<RoaringBitmap>> {
        let mut selected: Option<RoaringBitmap> = None;
        for filter in filters {
            let values = self.fields.get(&filter.field).ok_or_else(|| {
                Error::BadQuery(format!(
                    "cannot filter by '{}': {}",
                    filter.field,
                    self.allowed()
                ))
            })?;
            let matching = values.get(&filter.value).cloned().unwrap_or_default();
            selected = Some(match selected {
                None => matching,
                Some(selected) => selected & matching,
            });
        }
        Ok(selected)
    }

    /// Every facet's values with how many records of the collection have each, most first.
    pub fn counts(&self) -> impl Iterator<Item = (&str, Vec<(&str, u64)>)> {
        self.fields.iter().map(|(field, values)| {
            let mut counts: Vec<(&str, u64)> = values
                .iter()
                .map(|(value, records)| (value.as_str(), records.len()))
                .collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            (field.as_str(), counts)
        })
    }

    fn allowed(&self) -> String {
        if self.fields.is_empty() {
            return "this collection has no facets".into();
        }
        let fields: Vec<&str> = self.fields.keys().map(String::as_str).collect();
        format!("its facets are {}", fields.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cities() -> FacetIndex {
        let mut facets = FacetIndex::new(&Schema::startups());
        for (position, city) in (0u32..).zip(["Berlin", "Oslo", "Berlin", ""]) {
            facets.add(position, json!({"city": city}).as_object().unwrap());
        }
        facets
    }

    fn select(filters: &[&str]) -> Result<Option<RoaringBitmap>> {
        let filters: Result<Vec<Filter>> = filters.iter().map(|f| f.parse()).collect();
        cities().select(&filters?)
    }

    #[test]
    fn filters_select_by_value_and_combine_by_and() {
        assert_eq!(select(&[]).unwrap(), None);
        assert_eq!(select(&["city:Berlin"]).unwrap().unwrap(), [0, 2].into());
        assert!(
            select(&["city:Berlin", "city:Oslo"])
                .unwrap()
                .unwrap()
                .is_empty()
        );
        assert!(select(&["city:Nowhere"]).unwrap().unwrap().is_empty());
    }

    #[test]
    fn bad_filters_say_what_is_allowed() {
        for (filter, needle) in [
            ("city", "field:value"),
            (":x", "field:value"),
            ("town:x", "city"),
        ] {
            let error = select(&[filter]).unwrap_err().to_string();
            assert!(error.contains(needle), "{error}");
        }
    }

    #[test]
    fn counts_are_of_the_whole_collection_most_first() {
        let facets = cities();
        let counts: Vec<_> = facets.counts().collect();
        assert_eq!(counts, [("city", vec![("Berlin", 2), ("Oslo", 1)])]);
    }
}
