//! From a query to an answer, stage by stage.

use crate::error::Result;
use crate::query::{Answer, Query, Timings};
use crate::search::plan::Plan;
use crate::search::ranked::Ranking;
use crate::search::remembered::Place;
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::text::WordSearch;
use crate::vocabulary::Explanation;

impl Searcher<'_> {
    /// Answers a query. The web page, the API and the command line all use this.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a query over its limits or an unknown facet; any error of the
    /// encoder or the store.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let mut watch = Stopwatch::start(self.waited);
        let plan = self.plan(query, &mut watch)?;
        let place = self.place(&plan);
        if let Some(ranking) = place.as_ref().and_then(Place::ranking) {
            watch.lap(|timings| &mut timings.fusion);
            let mut answer = self.fetched(&plan, ranking)?;
            watch.lap(|timings| &mut timings.fetch);
            answer.timings = watch.stop();
            return Ok(answer);
        }
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let ranking = self.rank(&plan, &words, &candidates)?;
        if let Some(place) = place {
            place.keep(&ranking);
        }
        self.answer(&plan, ranking, &candidates, watch)
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
        let ranking = self.rank(&plan, &words, &candidates)?;
        let answer = self.answer(&plan, ranking, &candidates, watch)?;
        let hits = answer.hits.iter();
        let numbers: Vec<_> = hits.map(|hit| Some(hit.record.number)).collect();
        let explained = self.explain_from(&plan, &words, &candidates, &numbers)?;
        Ok((answer, explained))
    }

    /// The place of a query's ranking; `None` if it is not kept.
    fn place(&self, plan: &Plan<'_>) -> Option<Place> {
        // Filters may be in the text. A plan without text to rank by has no vector.
        let is_plain = plan.filters.is_empty() && plan.query.facets.is_empty();
        let is_text = plan.query.vector.is_none();
        let is_kept = plan.vector.is_some() && is_text && !plan.is_in_order() && is_plain;
        let has_late = plan.late.is_some();
        let remembered = self.remembered;
        is_kept.then(|| remembered.place(&self.generation, &plan.query, has_late))
    }

    /// Reads the hits of a ranking, and counts facets among all answers.
    fn answer(
        &self,
        plan: &Plan<'_>,
        ranking: Ranking,
        candidates: &Candidates,
        mut watch: Stopwatch,
    ) -> Result<Answer> {
        watch.lap(|timings| &mut timings.fusion);
        let mut answer = self.fetched(plan, ranking)?;
        answer.facets = self.count_facets(plan, &candidates.answers)?;
        watch.lap(|timings| &mut timings.fetch);
        answer.timings = watch.stop();
        Ok(answer)
    }

    /// Reads the hits of a ranking.
    pub(super) fn fetched(&self, plan: &Plan<'_>, ranking: Ranking) -> Result<Answer> {
        Ok(Answer {
            collection: self.name.to_string(),
            hits: self.fetch(plan, ranking.hits)?,
            total: ranking.total,
            total_relation: ranking.total_relation,
            counted: ranking.counted,
            route: ranking.route,
            fits: ranking.fits,
            best: ranking.best,
            facets: Vec::new(),
            corrections: plan.words.corrections.clone(),
            unread: plan.unread,
            fallback: None,
            ranked_by: plan.ranked_by(),
            timings: Timings::default(),
        })
    }
}
