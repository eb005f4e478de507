//! Records in the order of a facet's values.

use super::Remote;
use super::index::RemoteFilter;
use super::keys::{PRESENT, exactly, value_of};
use crate::collection::Stored;
use crate::error::Result;
use crate::filter::FacetValue;
use crate::query::Sort;
use crate::search::facet_of;

impl Remote {
    /// At least the first `wanted` of the records that pass, if there are so many, and perhaps others: those
    /// with the first values, and then those without one. They have their vectors if these are wanted.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a field that is not a facet; [`crate::Error::Cluster`].
    pub(super) fn sorted(
        &self,
        sort: &Sort,
        filter: RemoteFilter,
        wanted: usize,
        vectors: bool,
    ) -> Result<Vec<Stored>> {
        let schema = self.schema();
        let facet = facet_of(schema, "sort by", &sort.field)?;
        let kind = schema.facets.get(facet).map(|facet| facet.kind);
        let keys = self.index.keys(facet, &filter)?.into_iter();
        let values = keys.filter_map(|(key, count)| Some((value_of(&key, kind?)?, count)));
        let mut values: Vec<(FacetValue, u64)> = values.collect();
        values.sort_unstable();
        if sort.descending {
            values.reverse();
        }
        let having = |keys: Vec<String>| filter.clone().and(RemoteFilter::Keys(facet, keys));
        // All records with the first values, and of the next value only as many as are missing.
        let mut first = Vec::new();
        let mut records = Vec::new();
        let mut count = 0;
        for (value, of_value) in values {
            count += of_value as usize;
            if count >= wanted {
                records = self
                    .index
                    .listed(&having(vec![exactly(&value)]), 0, wanted, vectors)?;
                break;
            }
            first.push(exactly(&value));
        }
        if !first.is_empty() {
            records.extend(self.index.listed(&having(first), 0, wanted, vectors)?);
        }
        if count < wanted {
            let with = RemoteFilter::Keys(facet, vec![PRESENT.to_owned()]);
            let without = filter.clone().and(RemoteFilter::Not(Box::new(with)));
            records.extend(self.index.listed(&without, 0, wanted, vectors)?);
        }
        Ok(records)
    }
}
