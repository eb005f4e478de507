//! Answers queries. A [`Searcher`] is a collection in one state, and a query goes through it in
//! four stages, each of which passes one type to the next:
//!
//! 1. `plan.rs` interprets the query: its words, its conditions and filters, its vector ([`Plan`]).
//! 2. `retrieve.rs` asks the two indexes for records ([`Candidates`](retrieve::Candidates)).
//! 3. `fuse.rs` ranks them ([`Ranking`](fuse::Ranking)); `listed.rs` orders records instead.
//! 4. `fetch.rs` reads the records of the requested part of the ranking.
//!
//! `nearest.rs` searches by meaning and `answers.rs` determines which records are answers;
//! `facets.rs` counts facet values; `snippet.rs` selects the displayed part of a long text and
//! `sentence.rs` its nearest sentence. `explain.rs` explains a rank, `recommend.rs` finds records
//! similar to some and different from others, `ask.rs` answers questions: all from the same stages.

mod answers;
pub mod ask;
mod explain;
mod facets;
mod fetch;
mod fuse;
mod listed;
mod members;
mod nearest;
mod parsed;
mod plan;
mod recommend;
mod retrieve;
mod sentence;
mod snippet;
mod stopwatch;

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::Analyzer;
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::explain::Explanation;
use crate::filter::no_facet;
use crate::query::{Answer, Query, Timings};
use crate::record::Schema;
use crate::search::fuse::Ranking;
use crate::search::plan::Plan;
use crate::search::retrieve::Candidates;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::Generation;
use crate::storage::store::View;
use crate::text::WordSearch;

/// A collection in one state: the indexes and the store, unaffected by later writes. Everything
/// that belongs to one answer is read through one searcher, so an answer never contains a deleted
/// record or a gap.
pub struct Searcher<'c> {
    /// The indexes.
    pub(crate) generation: Arc<Generation>,
    /// The store, in the same state.
    pub(crate) view: View<'c>,
    /// The schema that records are read with.
    pub(crate) schema: &'c Schema,
    /// How texts and queries are converted to terms.
    pub(crate) analyzer: &'c Analyzer,
    /// The encoder for queries.
    pub(crate) encoder: &'c QueryEncoder,
    /// Segments with at least this many records are searched through their graph.
    pub(crate) graph_min_records: u32,
    /// The collection's name.
    pub(crate) name: Arc<String>,
    /// How long it took to get hold of this state.
    pub(crate) waited: Duration,
}

impl Searcher<'_> {
    /// Answers a query. The web page, the API and the command line all use this.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query over its limits or an unknown facet; any error of the
    /// encoder or the store.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let mut watch = Stopwatch::start(self.waited);
        let plan = self.plan(query, &mut watch)?;
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        self.answer(&plan, &words, &candidates, watch)
    }

    /// Answers a query and explains the rank of each hit, from the same plan and candidates.
    ///
    /// # Errors
    /// Those of [`Searcher::search`].
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        let mut watch = Stopwatch::start(self.waited);
        let plan = self.plan(query, &mut watch)?;
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let answer = self.answer(&plan, &words, &candidates, watch)?;
        let hits = answer.hits.iter();
        let numbers: Vec<_> = hits.map(|hit| Some(hit.record.number)).collect();
        let explained = self.explain_from(&plan, &words, &candidates, &numbers)?;
        Ok((answer, explained))
    }

    /// Ranks the candidates and reads the hits.
    fn answer(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        mut watch: Stopwatch,
    ) -> Result<Answer> {
        let ranking = self.rank(plan, words, candidates)?;
        watch.lap(|timings| &mut timings.fusion);
        let mut answer = self.fetched(plan, ranking)?;
        answer.facets = self.count_facets(plan, &candidates.answers)?;
        watch.lap(|timings| &mut timings.fetch);
        answer.timings = watch.stop();
        Ok(answer)
    }

    /// Reads the hits of a ranking.
    fn fetched(&self, plan: &Plan<'_>, ranking: Ranking) -> Result<Answer> {
        Ok(Answer {
            hits: self.fetch(plan, ranking.hits)?,
            total: ranking.total,
            counted: ranking.counted,
            route: ranking.route,
            fits: ranking.fits,
            facets: Vec::new(),
            corrections: plan.words.corrections.clone(),
            unread: plan.unread,
            timings: Timings::default(),
        })
    }

    /// A facet's index in the schema. `what` says what is to be done with it.
    fn facet(&self, what: &str, field: &str) -> Result<usize> {
        let facets = &self.schema.facets;
        let found = facets.iter().position(|facet| facet.field == field);
        found.ok_or_else(|| no_facet(what, field, facets))
    }

    /// The error for an unknown id.
    fn no_record(&self, id: &str) -> Error {
        Error::NoRecord {
            collection: self.name.to_string(),
            id: id.to_owned(),
        }
    }
}
