//! Queries to a collection. Each is answered by a [`Searcher`] in one state, and again in the then
//! current state if the store's file fails in the meantime.

use std::sync::Arc;
use std::time::Instant;

use crate::collection::Collection;
use crate::database::reading_again;
use crate::error::Result;
use crate::filter::Filter;
use crate::query::{Answer, Comparison, FacetCounts, Query, Recommendations, Reply};
use crate::search::Searcher;
use crate::vocabulary::{
    Explanation, Feedback, Lab, MeasuredRecall, RecordView, Suggestions, Walkthrough,
};

impl Collection {
    /// A searcher for the current state.
    ///
    /// # Errors
    /// The store's read errors.
    pub fn searcher(&self) -> Result<Searcher<'_>> {
        let start = Instant::now();
        let (generation, view) = self.now()?;
        Ok(Searcher {
            generation,
            view,
            schema: self.schema(),
            analyzer: &self.analyzer,
            remembered: &self.remembered,
            encoder: &self.encoder,
            graph_min_records: self.tuning.graph_min_records,
            name: Arc::clone(&self.name()),
            waited: start.elapsed(),
        })
    }

    pub(super) fn searching<T>(&self, work: impl Fn(&Searcher<'_>) -> Result<T>) -> Result<T> {
        reading_again(
            || self.searcher(),
            |searcher| searcher.view.broke_off(),
            work,
        )
    }

    /// Answers a query: see [`Searcher::search`].
    ///
    /// # Errors
    /// As there.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        self.searching(|searcher| searcher.search(query))
    }

    /// Answers a query without running the model, if it can: see [`Searcher::search_unencoded`].
    ///
    /// # Errors
    /// As there.
    pub fn search_unencoded(&self, query: &Query) -> Result<Option<Answer>> {
        self.searching(|searcher| searcher.search_unencoded(query))
    }

    /// Answers a query and explains each hit: see [`Searcher::search_explained`].
    ///
    /// # Errors
    /// As there.
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        self.searching(|searcher| searcher.search_explained(query))
    }

    /// Why a record has its rank: see [`Searcher::explain`].
    ///
    /// # Errors
    /// As there.
    pub fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
        self.searching(|searcher| searcher.explain(query, id))
    }

    /// Compares the rankings of a query: see [`Searcher::compare`].
    ///
    /// # Errors
    /// As there.
    pub fn compare(&self, query: &Query) -> Result<Comparison> {
        self.searching(|searcher| searcher.compare(query))
    }

    /// What small changes of a query do to its rankings: see [`Searcher::lab`].
    ///
    /// # Errors
    /// As there.
    pub fn lab(&self, text: &str) -> Result<Lab> {
        self.searching(|searcher| searcher.lab(text))
    }

    /// Tells what each stage of a query does: see [`Searcher::walkthrough`].
    ///
    /// # Errors
    /// As there.
    pub fn walkthrough(&self, query: &Query) -> Result<Walkthrough> {
        self.searching(|searcher| searcher.walkthrough(query))
    }

    /// Measures the recall of the graph around a query: see [`Searcher::measure_recall`].
    ///
    /// # Errors
    /// As there.
    pub fn measure_recall(&self, query: &Query) -> Result<MeasuredRecall> {
        self.searching(|searcher| searcher.measure_recall(query))
    }

    /// Answers a question: see [`Searcher::ask`].
    ///
    /// # Errors
    /// As there.
    pub fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply> {
        self.searching(|searcher| searcher.ask(question, filters.clone()))
    }

    /// A record for its own page: see [`Searcher::record_view`].
    ///
    /// # Errors
    /// As there.
    pub fn record_view(&self, id: &str) -> Result<RecordView> {
        self.searching(|searcher| searcher.record_view(id))
    }

    /// Records similar to one: see [`Searcher::similar`].
    ///
    /// # Errors
    /// As there.
    pub fn similar(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Answer> {
        self.searching(|searcher| searcher.similar(id, limit, offset, filters))
    }

    /// Records similar to some and different from others: see [`Searcher::recommend`].
    ///
    /// # Errors
    /// As there.
    pub fn recommend(
        &self,
        feedback: &Feedback,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Recommendations> {
        self.searching(|searcher| searcher.recommend(feedback, limit, offset, filters))
    }

    /// What begins as typed: see [`Searcher::suggest`].
    ///
    /// # Errors
    /// As there.
    pub fn suggest(&self, typed: &str) -> Result<Suggestions> {
        self.searching(|searcher| searcher.suggest(typed))
    }

    /// The values of all facets: see [`Searcher::facet_counts`].
    ///
    /// # Errors
    /// As there.
    // The method itself would be one for a single lifetime.
    #[allow(clippy::redundant_closure_for_method_calls)]
    pub fn facet_counts(&self) -> Result<Vec<FacetCounts>> {
        self.searching(|searcher| searcher.facet_counts())
    }

    /// The values of a facet: see [`Searcher::facet_values`].
    ///
    /// # Errors
    /// As there.
    pub fn facet_values(
        &self,
        field: &str,
        prefix: &str,
        limit: usize,
        filters: &[Filter],
    ) -> Result<FacetCounts> {
        self.searching(|searcher| searcher.facet_values(field, prefix, limit, filters))
    }
}
