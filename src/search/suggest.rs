//! What a query that is still being typed may become: titles and facet values that begin so. The
//! work is bounded, because it is done for every key stroke.

use std::cmp::Reverse;
use std::ops::Range;

use crate::error::Result;
use crate::filter::{FacetValue, Walk};
use crate::query::{MAX_SUGGESTED, MAX_SUGGESTED_BYTES, check_length};
use crate::record::Record;
use crate::search::searcher::Searcher;
use crate::search::snippet;
use crate::text::spelled;
use crate::vocabulary::{FacetKind, Suggestions, TitleSuggestion, ValueSuggestion};

/// How many values of a facet are looked at.
const MAX_LOOKED_AT: usize = 1_000;

/// The shortest last word that values may begin with, in characters: at fewer, most of them have
/// nothing to do with the rest of the query.
const MIN_LAST_WORD: usize = 2;

impl Searcher<'_> {
    /// Titles of live records that begin with what was typed, and facet values of live records that
    /// begin with it or with its last word, ignoring case and accents. If very many begin so, only
    /// the first in order are looked at.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] if it is longer than a query may be; the store's read errors.
    pub fn suggest(&self, typed: &str) -> Result<Suggestions> {
        check_length("query", typed)?;
        let parts = typed_parts(typed);
        let Some(whole) = parts.first() else {
            return Ok(Suggestions::default());
        };
        let values = parts.iter().flat_map(|part| self.begun_values(typed, part));
        Ok(Suggestions {
            titles: self.begun_titles(&typed[whole.clone()])?,
            values: values.take(MAX_SUGGESTED).collect(),
        })
    }

    fn begun_titles(&self, typed: &str) -> Result<Vec<TitleSuggestion>> {
        let Some(beginning) = spelled(typed) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for part in &self.generation.parts {
            let titles = part.segment.columns.text.beginnings();
            let first = titles.first(&beginning, MAX_SUGGESTED, |at| part.is_live(at));
            found.extend(first.into_iter().map(|(text, at)| (text, part.offset + at)));
        }
        found.sort_unstable();
        found.dedup_by(|one, other| one.0 == other.0);
        found.truncate(MAX_SUGGESTED);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.view.rows()?;
        let mut titles = Vec::with_capacity(found.len());
        for (_, position) in found {
            let Some(number) = self.generation.number(position) else {
                continue;
            };
            let Some(payload) = rows.payload(number)? else {
                continue;
            };
            titles.push(suggestion(self.schema.read(number, payload)));
        }
        Ok(titles)
    }

    /// The values of text facets that begin with a part of what was typed, those of the most
    /// records first.
    fn begun_values(&self, typed: &str, part: &Range<usize>) -> Vec<ValueSuggestion> {
        let mut found: Vec<(Reverse<usize>, usize, &FacetValue)> = Vec::new();
        for (facet, field) in self.schema.facets.iter().enumerate() {
            if field.kind != FacetKind::Text {
                continue;
            }
            let parts = self.generation.parts.iter();
            let columns = parts.map(|part| part.segment.columns.facets.column(facet));
            let begun = columns.map(|column| (column, column.beginning(&typed[part.clone()])));
            let mut walk = Walk::through(begun.collect(), false);
            for _ in 0..MAX_LOOKED_AT {
                let Some(value) = walk.step() else { break };
                let having = || walk.positions();
                let mut live = having().flat_map(|(at, having)| {
                    let part = self.generation.parts.get(at);
                    part.into_iter()
                        .flat_map(|part| having.iter().filter(|&&at| part.is_live(at)))
                });
                if live.next().is_some() {
                    let records = having().map(|(_, having)| having.len()).sum();
                    found.push((Reverse(records), facet, value));
                }
            }
        }
        found.sort_unstable();
        let found = found.into_iter().map(|(_, facet, value)| ValueSuggestion {
            field: self.schema.facets[facet].field.clone(),
            value: value.to_string(),
            typed: part.clone(),
        });
        found
            .filter(|found| found.value.len() <= MAX_SUGGESTED_BYTES)
            .take(MAX_SUGGESTED)
            .collect()
    }
}

/// The title of a record as it is suggested.
pub(crate) fn suggestion(record: Record) -> TitleSuggestion {
    TitleSuggestion {
        title: record.title[snippet::of_title(&record.title)].to_owned(),
        id: record.id,
    }
}

/// The parts of what was typed that values may begin with: all of it and, of several words, the last one.
pub(crate) fn typed_parts(typed: &str) -> Vec<Range<usize>> {
    let whole = trimmed(typed);
    if whole.is_empty() {
        return Vec::new();
    }
    let last = last_word(typed, &whole);
    std::iter::once(whole).chain(last).collect()
}

/// Where a text begins and ends without the white space around it.
fn trimmed(text: &str) -> Range<usize> {
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    start.min(end)..end
}

/// The last of several words, unless it is too short.
fn last_word(text: &str, whole: &Range<usize>) -> Option<Range<usize>> {
    let words = &text[whole.clone()];
    let word = words.rsplit(char::is_whitespace).next()?;
    let is_long = word.chars().take(MIN_LAST_WORD).count() == MIN_LAST_WORD;
    (word.len() < words.len() && is_long).then(|| whole.end - word.len()..whole.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_one_of_several() {
        let last = |text| last_word(text, &trimmed(text)).map(|at| &text[at]);
        assert_eq!(last("coffee ber "), Some("ber"));
        assert_eq!(last(" café  çé"), Some("çé"));
        assert_eq!(last("coffee b"), None);
        assert_eq!(last("coffee"), None);
        assert_eq!(last("  "), None);
    }
}
