//! From positions to hits: records read, words marked, identical records counted.

use crate::Vector;
use crate::collection::Collection;
use crate::collection::index::generation::{Generation, Passing};
use crate::collection::search::ranking::Ranked;
use crate::collection::storage::store::View;
use crate::error::Result;
use crate::query::{Copies, Copy, Highlights, Hit, MAX_COPIES};
use crate::record::{Payload, RecordId};
use crate::text::{Matches, TextQuery};

/// Where hits are read from, and what is wanted of them.
pub struct Source<'a> {
    /// The indexes.
    pub generation: &'a Generation,
    /// The store, of the same state.
    pub view: &'a View<'a>,
    /// Which records may be hits, and so be counted as copies.
    pub passing: &'a Passing,
    /// The query, where its words are to be marked.
    pub words: Option<&'a TextQuery>,
    /// Whether identical records are one hit.
    pub collapse: bool,
    /// The query, where the sentence nearest to it is to be marked.
    pub sentences: Option<&'a Vector>,
}

impl Collection {
    /// Reads the records of a ranking.
    pub(in crate::collection) fn hits(
        &self,
        source: &Source<'_>,
        ranking: Vec<Ranked>,
    ) -> Result<Vec<Hit>> {
        let mut hits = Vec::with_capacity(ranking.len());
        for ranked in ranking {
            hits.extend(self.hit(source, &ranked)?);
        }
        if let Some(query) = source.sentences {
            self.mark_sentences(query, &mut hits)?;
        }
        Ok(hits)
    }

    fn hit(&self, source: &Source<'_>, ranked: &Ranked) -> Result<Option<Hit>> {
        let Some((number, payload)) = source.read(ranked.position)? else {
            return Ok(None);
        };
        let nearest = match ranked.passage {
            Some(at) => {
                let ranges = source.view.ranges(number)?;
                let range = ranges.get(at as usize).cloned();
                range.and_then(|range| self.schema().shown_range(&payload, range))
            }
            None => None,
        };
        let record = self.schema().read(number, payload);
        let matches = |text: &str| {
            source
                .words
                .map(|words| Matches::of(&self.analyzer, words, text))
        };
        let (in_title, in_text) = (matches(&record.title), matches(&record.text));
        let ranges = |found: &Option<Matches>| found.as_ref().map(Matches::ranges);
        let highlights = Highlights {
            title: ranges(&in_title).unwrap_or_default(),
            text: ranges(&in_text).unwrap_or_default(),
        };
        let by_words = in_text.filter(|_| ranked.text.is_some());
        let passage = nearest.or_else(|| by_words?.fragment(&record.text));
        Ok(Some(Hit {
            record,
            score: ranked.score,
            neural: ranked.neural,
            text: ranked.text,
            percentile: ranked.neural.and_then(|signal| {
                let background = source.generation.background()?;
                Some(background.percentile(signal.score))
            }),
            highlights,
            passage,
            sentence: None,
            copies: self.copies(source, ranked.position)?,
        }))
    }

    fn copies(&self, source: &Source<'_>, position: u32) -> Result<Copies> {
        if !source.collapse {
            return Ok(Copies::default());
        }
        let copies = source.generation.copies(position, source.passing);
        let mut named = Vec::new();
        for &copy in copies.iter().take(MAX_COPIES) {
            if let Some((number, payload)) = source.read(copy)? {
                let copy = self.schema().read(number, payload);
                named.push(Copy {
                    id: copy.id,
                    facets: copy.facets,
                });
            }
        }
        Ok(Copies {
            count: copies.len() as u32,
            records: named,
        })
    }
}

impl Source<'_> {
    fn read(&self, position: u32) -> Result<Option<(RecordId, Payload)>> {
        let Some(number) = self.generation.number(position) else {
            return Ok(None);
        };
        Ok(self.view.record(number)?.map(|payload| (number, payload)))
    }
}
