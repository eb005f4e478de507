//! From positions to hits: reads records, marks words, counts identical records.

use crate::Vector;
use crate::collection::Collection;
use crate::error::Result;
use crate::query::{Copies, Copy, Highlights, Hit, MAX_COPIES};
use crate::record::{Payload, RecordId};
use crate::search::asked::Ranked;
use crate::search::snippet::{self, Words};
use crate::segment::generation::{Generation, Passing};
use crate::storage::store::View;
use crate::text::TextQuery;

/// How many bytes of text may be read to list the copies of a hit.
const MAX_COPIES_BYTES: usize = 256 << 10;

/// Where hits are read from, and what they include.
pub struct Source<'a> {
    /// The indexes.
    pub generation: &'a Generation,
    /// The store, in the same state.
    pub view: &'a View<'a>,
    /// Which records may be hits or counted as copies.
    pub passing: &'a Passing,
    /// The query, if its words are to be marked.
    pub words: Option<&'a TextQuery>,
    /// Whether identical records are one hit.
    pub collapse: bool,
    /// The query, if the sentence nearest to it is to be marked.
    pub sentences: Option<&'a Vector>,
}

impl Collection {
    /// Reads the records of a ranking.
    pub(crate) fn hits(&self, source: &Source<'_>, ranking: Vec<Ranked>) -> Result<Vec<Hit>> {
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
        let passages = source.view.ranges(number)?;
        let read_in_part = self.goes_on_after(&passages, &payload);
        let nearest = ranked.passage.and_then(|at| passages.get(at as usize));
        let nearest = nearest.and_then(|at| self.schema().shown_range(&payload, at.clone()));
        let record = self.schema().read(number, payload);

        let text = &record.text;
        let words = source.words.map(|query| Words {
            analyzer: &self.analyzer,
            query,
        });
        let found = words.as_ref().map(|words| match &nearest {
            Some(_) => words.at(text, snippet::around(text, nearest.as_ref())),
            None => words.through(text),
        });
        // Records listed in order were found by words alone, though they have no rank.
        let by_words = ranked.text.is_some() || ranked.neural.is_none();
        let by_words = found.as_ref().filter(|_| by_words);
        let passage = nearest.or_else(|| by_words?.fragment(text));
        let shown = snippet::around(text, passage.as_ref());
        let title = snippet::of_title(&record.title);
        let in_title = words.map(|words| words.at(&record.title, title.clone()).within(&title));
        let highlights = Highlights {
            title: in_title.unwrap_or_default(),
            text: found.map(|found| found.within(&shown)).unwrap_or_default(),
        };
        let passage = passage.map(|at| at.start.max(shown.start)..at.end.min(shown.end));
        Ok(Some(Hit {
            copies: self.copies(source, ranked.position, text.len())?,
            record,
            score: ranked.score,
            neural: ranked.neural,
            text: ranked.text,
            percentile: ranked.neural.and_then(|signal| {
                let background = source.generation.background()?;
                Some(background.percentile(signal.score))
            }),
            title,
            snippet: shown,
            highlights,
            passage,
            sentence: None,
            read_in_part,
        }))
    }

    /// The records identical to one whose text has `bytes` bytes. The longer the text, the fewer
    /// of them are read and listed.
    fn copies(&self, source: &Source<'_>, position: u32, bytes: usize) -> Result<Copies> {
        if !source.collapse {
            return Ok(Copies::default());
        }
        let copies = source.generation.copies(position, source.passing);
        let mut named = Vec::new();
        let most = (MAX_COPIES_BYTES / bytes.max(1)).clamp(1, MAX_COPIES);
        for &copy in copies.iter().take(most) {
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
