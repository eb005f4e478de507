//! The fourth stage: from positions to hits. Reads records, marks words, counts identical records.

use crate::error::Result;
use crate::found::Found;
use crate::query::{Copies, Duplicate, Highlights, MAX_COPIES, Mode};
use crate::record::{Payload, RecordNumber};
use crate::search::plan::Plan;
use crate::search::ranked::Ranked;
use crate::search::searcher::Searcher;
use crate::search::snippet::{self, Marker};
use crate::segment::unrelated::Unrelated;
use crate::storage::rows::Rows;
use crate::text::Marks;
use crate::vocabulary::MatchedField;

/// How many bytes of text may be read to list the copies of a hit.
const MAX_COPIES_BYTES: usize = 256 << 10;

/// What all hits of an answer are read with.
struct Fetch<'a> {
    plan: &'a Plan<'a>,
    rows: Rows<'a>,
    /// Marks the query's words, in modes that use words.
    marker: Option<Marker<'a>>,
    unrelated: Option<Unrelated<'a>>,
}

impl Searcher<'_> {
    /// Reads the records of a ranking.
    ///
    /// # Errors
    /// The store's read errors, and those of the encoder.
    pub(super) fn fetch(&self, plan: &Plan<'_>, ranking: Vec<Ranked>) -> Result<Vec<Found>> {
        if ranking.is_empty() {
            return Ok(Vec::new());
        }
        let by_words = plan.query.mode != Mode::Neural;
        let fetch = Fetch {
            plan,
            rows: self.view.rows()?,
            marker: by_words.then(|| Marker {
                analyzer: self.analyzer,
                marks: Marks::of(&plan.words),
                query: &plan.words,
            }),
            unrelated: self.generation.unrelated(),
        };
        let mut hits = Vec::with_capacity(ranking.len());
        for ranked in ranking {
            hits.extend(self.hit(&fetch, &ranked)?);
        }
        if let Some(query) = plan.vector.as_ref().filter(|_| plan.query.sentences) {
            self.mark_sentences(query, &mut hits)?;
        }
        Ok(hits)
    }

    fn hit(&self, fetch: &Fetch<'_>, ranked: &Ranked) -> Result<Option<Found>> {
        let Some(number) = self.generation.number(ranked.position) else {
            return Ok(None);
        };
        let Some(payload) = fetch.rows.payload(number)? else {
            return Ok(None);
        };
        let passages = fetch.rows.ranges(number)?;
        let read_in_part = self.schema.is_read_in_part(&payload, &passages);
        let nearest = ranked.passage.and_then(|at| passages.get(at as usize));
        let nearest = nearest.and_then(|at| self.schema.shown_range(&payload, at.clone()));
        let record = self.schema.read(number, payload);

        let text = &record.text;
        let found = fetch.marker.as_ref().map(|marker| match &nearest {
            Some(_) => marker.at(text, snippet::around(text, nearest.as_ref())),
            None => marker.through(text),
        });
        // Records listed in order were found by words alone, though they have no rank.
        let is_by_words = ranked.text.is_some() || ranked.neural.is_none();
        let by_words = found.as_ref().filter(|_| is_by_words);
        let passage = nearest.or_else(|| by_words?.fragment(text));
        let shown = snippet::around(text, passage.as_ref());
        let title = snippet::of_title(&record.title);
        let in_title = fetch.marker.as_ref().map(|marker| {
            let found = marker.at(&record.title, title.clone());
            found.within(&title)
        });
        let highlights = Highlights {
            title: in_title.unwrap_or_default(),
            text: found.map(|found| found.within(&shown)).unwrap_or_default(),
        };
        let unseen = highlights.title.is_empty() && highlights.text.is_empty();
        let marker = fetch.marker.as_ref().filter(|_| is_by_words && unseen);
        let matched_field = marker.and_then(|marker| self.matched_field(marker, &record.payload));
        let passage = passage.map(|at| at.start.max(shown.start)..at.end.min(shown.end));
        Ok(Some(Found {
            copies: self.copies(fetch, ranked.position, text.len())?,
            record,
            score: ranked.score,
            neural: ranked.neural,
            text: ranked.text,
            late: ranked.late,
            percentile: ranked.neural.and_then(|signal| {
                let unrelated = fetch.unrelated.as_ref()?;
                Some(unrelated.percentile(signal.score))
            }),
            title,
            snippet: shown,
            highlights,
            matched_field,
            passage,
            sentence: None,
            read_in_part,
        }))
    }

    /// The first searched field that is not displayed and contains a word of the query.
    fn matched_field(&self, marker: &Marker<'_>, payload: &Payload) -> Option<MatchedField> {
        let fields = self.schema.words().undisplayed(payload);
        fields.into_iter().find_map(|(field, text)| {
            let found = marker.through(&text);
            let first = found.within(&(0..text.len())).into_iter().next()?;
            let line = snippet::line(&text, &first);
            let highlights = found.within(&line).into_iter();
            let highlights = highlights.map(|at| at.start - line.start..at.end - line.start);
            Some(MatchedField {
                field,
                highlights: highlights.collect(),
                text: text.get(line)?.to_owned(),
            })
        })
    }

    /// The records identical to one whose text has `bytes` bytes. The longer the text, the fewer
    /// of them are read and listed.
    fn copies(&self, fetch: &Fetch<'_>, position: u32, bytes: usize) -> Result<Copies> {
        if !fetch.plan.collapses() {
            return Ok(Copies::default());
        }
        let copies = self.generation.copies(position, &fetch.plan.passing);
        let mut named = Vec::new();
        let most = (MAX_COPIES_BYTES / bytes.max(1)).clamp(1, MAX_COPIES);
        for &copy in copies.iter().take(most) {
            if let Some(number) = self.generation.number(copy) {
                named.extend(self.copy(fetch, number)?);
            }
        }
        Ok(Copies {
            count: copies.len() as u32,
            records: named,
        })
    }

    /// A copy by its id and facets, for which only their fields are parsed.
    fn copy(&self, fetch: &Fetch<'_>, number: RecordNumber) -> Result<Option<Duplicate>> {
        if !self.schema.names_fields() {
            return Ok(Some(Duplicate {
                id: number.0.to_string(),
                facets: Vec::new(),
            }));
        }
        let read = fetch.rows.json(number, |json| {
            let named = self.schema.id_and_facets(number, json);
            named.map_err(|_| crate::Error::damaged(self.view.path()))
        })?;
        let read = read.transpose()?;
        Ok(read.map(|(id, facets)| Duplicate { id, facets }))
    }
}
