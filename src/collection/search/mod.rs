//! Answering a query: what it asks, a ranking, the records.

pub mod ask;
mod explain;
mod facets;
pub mod fit;
mod fused;
mod hits;
mod listed;
mod members;
mod nearest;
mod parsed;
mod ranking;
mod recommend;
mod sentence;
mod snippet;

use std::time::Instant;

use crate::Vector;
use crate::collection::Collection;
use crate::collection::index::generation::{Generation, Passing};
use crate::collection::search::hits::Source;
use crate::collection::search::parsed::Parsed;
use crate::collection::search::ranking::{Asked, Ranking};
use crate::collection::storage::store::View;
use crate::error::{Error, Result};
use crate::explain::Explanation;
use crate::query::{Answer, Lookup, Mode, Query, Timings};
use crate::text::{TextQuery, fulfilling};

/// A query made ready for a generation.
#[derive(Default)]
pub(in crate::collection) struct Prepared {
    /// Its words, looked up.
    pub words: TextQuery,
    /// The records that fulfil its phrases and exclusions.
    pub fulfilling: Passing,
    /// Those of them that pass the filters too.
    pub passing: Passing,
}

/// A query understood.
struct Understood {
    parsed: Parsed,
    /// Its meaning, where the mode asks for it.
    vector: Option<Vector>,
    timings: Timings,
    start: Instant,
}

impl Collection {
    /// Answers a query. The page, the API and the command line all come through here.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a query past its limits or an unknown facet; whatever
    /// keeps the encoder or the store from working.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let understood = self.understand(query)?;
        self.in_one_state(|generation, view| self.search_in(query, &understood, generation, view))
    }

    /// Answers a query, and says of each hit why it stands where it does: both of one state
    /// of the collection, so that what is explained is what is shown.
    ///
    /// # Errors
    /// Those of [`Collection::search`].
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        let understood = self.understand(query)?;
        self.in_one_state(|generation, view| {
            let answer = self.search_in(query, &understood, generation, view)?;
            let ids: Vec<&str> = answer
                .hits
                .iter()
                .map(|hit| hit.record.id.as_str())
                .collect();
            let explained = self.explain_in(query, &ids, generation, view)?;
            Ok((answer, explained))
        })
    }

    /// What a query says, before any record is looked at.
    fn understand(&self, query: &Query) -> Result<Understood> {
        query.check_limits()?;
        let start = Instant::now();
        let mut timings = Timings::default();
        let parsed = self.parse(query)?;
        let vector = match query.mode {
            _ if parsed.lists() => None,
            Mode::Text => None,
            _ if query.sort.is_some() => return Err(unsorted()),
            Mode::Neural | Mode::Hybrid => Some(self.encode(&parsed.meaning, &mut timings)?),
        };
        Ok(Understood {
            parsed,
            vector,
            timings,
            start,
        })
    }

    fn search_in(
        &self,
        query: &Query,
        understood: &Understood,
        generation: &Generation,
        view: &View<'_>,
    ) -> Result<Answer> {
        let Understood {
            parsed,
            vector,
            timings,
            start,
        } = understood;
        let mut timings = *timings;
        let look_up = Instant::now();
        let prepared = self.prepare(generation, query, parsed)?;
        let Prepared { words, passing, .. } = &prepared;
        timings.text = look_up.elapsed();
        let asked = Asked {
            generation,
            passing,
            query,
            words,
            vector: vector.as_ref(),
            graph_min_records: self.tuning.graph_min_records,
        };
        let in_order = parsed.lists() || query.sort.is_some();
        let ranking = if in_order {
            self.listed(generation, query, parsed, &prepared)?
        } else {
            asked.ranking(&mut timings)
        };
        let facets = facets::count(self, generation, query, parsed, &prepared)?;
        let source = Source {
            generation,
            view,
            passing,
            words: (query.mode != Mode::Neural).then_some(words),
            // In a list each record stands for itself.
            collapse: query.collapse && !in_order,
            sentences: vector.as_ref().filter(|_| query.sentences),
        };
        let mut answer = self.answer(&source, ranking, timings, *start)?;
        answer.facets = facets;
        if query.mode != Mode::Neural {
            answer.corrections = prepared.words.corrections;
        }
        Ok(answer)
    }

    /// Looks a query's words up in a generation, and selects the records that may be hits.
    pub(in crate::collection) fn prepare(
        &self,
        generation: &Generation,
        query: &Query,
        parsed: &Parsed,
    ) -> Result<Prepared> {
        let schema = self.schema();
        let parts = generation.text_parts(&None);
        let words = TextQuery::new(
            &self.analyzer,
            &parts,
            &parsed.clauses,
            |name| schema.word_fields_named(name),
            Lookup {
                // A blank ends a word.
                prefix: query.lookup.prefix && !query.text.ends_with(char::is_whitespace),
                ..query.lookup
            },
        );
        let fulfilling = fulfilling(&parts, &words);
        let passing = self.select(generation, &parsed.filters)?;
        Ok(Prepared {
            passing: both(passing, fulfilling.clone()),
            fulfilling,
            words,
        })
    }

    pub(in crate::collection) fn encode(
        &self,
        text: &str,
        timings: &mut Timings,
    ) -> Result<Vector> {
        let start = Instant::now();
        let vector = self.encoder.encode(text.trim())?;
        timings.encode = start.elapsed();
        Ok(*vector)
    }

    pub(in crate::collection) fn answer(
        &self,
        source: &Source<'_>,
        ranking: Ranking,
        mut timings: Timings,
        start: Instant,
    ) -> Result<Answer> {
        let fetch = Instant::now();
        let hits = self.hits(source, ranking.hits)?;
        timings.fetch = fetch.elapsed();
        timings.total = start.elapsed();
        Ok(Answer {
            hits,
            total: ranking.total,
            route: ranking.route,
            fits: ranking.fits,
            facets: Vec::new(),
            corrections: Vec::new(),
            timings,
        })
    }
}

fn unsorted() -> Error {
    Error::BadQuery(
        "sort orders all that matches, and by meaning every record is more or less near: use mode \
         text, or leave sort out"
            .into(),
    )
}

/// What is in both selections.
pub(in crate::collection) fn both(passing: Passing, other: Passing) -> Passing {
    match (passing, other) {
        (Some(one), Some(other)) => {
            let pairs = one.into_iter().zip(other);
            Some(pairs.map(|(one, other)| one & other).collect())
        }
        (one, other) => one.or(other),
    }
}
