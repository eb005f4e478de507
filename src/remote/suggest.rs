//! What a query that is still being typed may become: titles and values of facets.

use super::Remote;
use super::index::RemoteFilter;
use super::keys::{PLACE_BYTES, place_of, value_of};
use crate::error::Result;
use crate::filter::FacetValue;
use crate::query::{MAX_SUGGESTED, MAX_SUGGESTED_BYTES, check_length};
use crate::record::Record;
use crate::search::{suggestion, typed_parts};
use crate::text::spelled;
use crate::vocabulary::{FacetKind, Suggestions, TitleSuggestion, ValueSuggestion};

/// How many records are read: first a few, and more if these do not determine the first titles in order, because many
/// have the same place.
const TITLES: [usize; 2] = [32, 256];

impl Remote {
    /// Titles and values of facets that begin as typed: see [`crate::Collection::suggest`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn suggest(&self, typed: &str) -> Result<Suggestions> {
        check_length("query", typed)?;
        let parts = typed_parts(typed);
        let whole = parts.first().and_then(|whole| typed.get(whole.clone()));
        let titles = self.begun_titles(whole.unwrap_or_default())?;
        let mut values = Vec::new();
        for part in parts {
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
        Ok(Suggestions { titles, values })
    }

    fn begun_titles(&self, typed: &str) -> Result<Vec<TitleSuggestion>> {
        let Some(beginning) = spelled(typed) else {
            return Ok(Vec::new());
        };
        let place = place_of(beginning.as_bytes());
        let mut found: Vec<(String, Record)> = Vec::new();
        for looked_at in TITLES {
            found.clear();
            let mut last = u64::MAX;
            let records = self.index.titled(place, looked_at)?;
            let is_all = records.len() < looked_at;
            for stored in records {
                let record = self.read(&stored)?;
                let title = spelled(&record.title).unwrap_or_default();
                last = place_of(title.as_bytes());
                if title.starts_with(&beginning) {
                    found.push((title, record));
                }
            }
            found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.number.cmp(&b.1.number)));
            found.dedup_by(|one, other| one.0 == other.0);
            let wanted = found.get(MAX_SUGGESTED - 1);
            let wanted =
                wanted.map_or_else(|| end_of(&beginning), |(title, _)| title.clone().into());
            // Otherwise, a title that was not read may come before one of these.
            if is_all || last > place_of(&wanted) {
                break;
            }
        }
        let titles = found.into_iter().take(MAX_SUGGESTED);
        Ok(titles.map(|(_, record)| suggestion(record)).collect())
    }
}

/// The text with the last place of all that have this beginning.
fn end_of(beginning: &str) -> Vec<u8> {
    let mut end = beginning.as_bytes().to_vec();
    end.resize(end.len().max(PLACE_BYTES), u8::MAX);
    end
}
