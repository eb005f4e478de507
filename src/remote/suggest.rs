//! What a query that is still being typed may become: values of facets. A cluster has no order of titles.

use super::Remote;
use super::index::RemoteFilter;
use super::keys::value_of;
use crate::error::Result;
use crate::filter::FacetValue;
use crate::query::{MAX_SUGGESTED, MAX_SUGGESTED_BYTES, check_length};
use crate::search::typed_parts;
use crate::vocabulary::{FacetKind, Suggestions, ValueSuggestion};

impl Remote {
    /// Values of facets that begin as typed: see [`crate::Collection::suggest`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn suggest(&self, typed: &str) -> Result<Suggestions> {
        check_length("query", typed)?;
        let mut values = Vec::new();
        for part in typed_parts(typed) {
            let mut found: Vec<(std::cmp::Reverse<u64>, usize, FacetValue)> = Vec::new();
            for (facet, field) in self.schema().facets.iter().enumerate() {
                if field.kind != FacetKind::Text {
                    continue;
                }
                let begins = typed.get(part.clone()).unwrap_or_default();
                for (key, count) in self.index.keys(facet, &RemoteFilter::NONE)? {
                    if let Some(FacetValue::Text(text)) = value_of(&key, field.kind)
                        && text.cmp_prefix(begins).is_eq()
                        && text.as_str().len() <= MAX_SUGGESTED_BYTES
                    {
                        found.push((std::cmp::Reverse(count), facet, FacetValue::Text(text)));
                    }
                }
            }
            found.sort_unstable();
            let found = found.into_iter().take(MAX_SUGGESTED);
            values.extend(found.filter_map(|(_, facet, value)| {
                Some(ValueSuggestion {
                    field: self.schema().facets.get(facet)?.field.clone(),
                    value: value.to_string(),
                    typed: part.clone(),
                })
            }));
        }
        values.truncate(MAX_SUGGESTED);
        Ok(Suggestions {
            titles: Vec::new(),
            values,
        })
    }
}
