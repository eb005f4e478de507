//! What page, API and command line ask of a collection, wherever its records are.

use std::collections::HashSet;
use std::sync::Arc;

use crate::collection::{About, Collection, Cursor, Incoming, Page, Written};
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::filter::Filter;
use crate::query::{Answer, Comparison, FacetCounts, Query, Recommendations, Reply};
use crate::record::{Payload, Record, Schema};
use crate::remote::Remote;
use crate::vocabulary::{
    Explanation, Exploration, Feedback, GraphState, Lab, RecordView, Suggestions,
};

/// How many records are looked at for their fields.
const LOOKED_AT: usize = 1_000;
/// The most fields that are listed.
const FIELDS: usize = 100;

/// A collection: one in a folder, or one on a cluster. The methods are those of [`Collection`], and have its
/// errors; on a cluster, all may return
/// [`crate::Error::Cluster`].
pub trait Backend: Send + Sync {
    /// Its name.
    fn name(&self) -> Arc<String>;

    /// Its schema, model and vectors.
    fn about(&self) -> &About;

    /// The schema its records are read with.
    fn schema(&self) -> &Schema {
        &self.about().schema
    }

    /// The encoder for its queries.
    fn encoder(&self) -> &QueryEncoder;

    /// How many records it has.
    ///
    /// # Errors
    /// See above; likewise for all that follow.
    fn records(&self) -> Result<u32>;

    /// A number that no other collection of the same name has or had.
    fn id(&self) -> u64;

    /// How many bytes its files take; 0 if that is not known.
    fn bytes(&self) -> u64;

    /// Whether it has a graph of its vectors.
    fn graph_state(&self) -> GraphState;

    /// Answers a query.
    fn search(&self, query: &Query) -> Result<Answer>;

    /// Answers a query without running the model, if it can.
    fn search_unencoded(&self, query: &Query) -> Result<Option<Answer>>;

    /// Answers a query and explains each hit.
    fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)>;

    /// Why a record has its rank.
    fn explain(&self, query: &Query, id: &str) -> Result<Explanation>;

    /// Compares the rankings of a query.
    fn compare(&self, query: &Query) -> Result<Comparison>;

    /// What small changes of a query do to its rankings.
    fn lab(&self, text: &str) -> Result<Lab>;

    /// The queries on which the engines disagree most, as far as they have been found.
    fn explore(self: Arc<Self>) -> Result<Exploration>;

    /// Answers a question.
    fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply>;

    /// Records similar to one.
    fn similar(&self, id: &str, limit: usize, offset: usize, filters: &[Filter]) -> Result<Answer>;

    /// Records similar to some and different from others.
    fn recommend(
        &self,
        feedback: &Feedback,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Recommendations>;

    /// What begins as typed.
    fn suggest(&self, typed: &str) -> Result<Suggestions>;

    /// The values of all facets.
    fn facet_counts(&self) -> Result<Vec<FacetCounts>>;

    /// The values of a facet.
    fn facet_values(
        &self,
        field: &str,
        prefix: &str,
        limit: usize,
        filters: &[Filter],
    ) -> Result<FacetCounts>;

    /// A record.
    fn record(&self, id: &str) -> Result<Record>;

    /// Whether only a part of a record's text is encoded.
    fn reads_in_part(&self, record: &Record) -> Result<bool>;

    /// A record for its own page.
    fn record_view(&self, id: &str) -> Result<RecordView>;

    /// The records after a page.
    fn page(&self, after: Option<Cursor>, limit: usize) -> Result<Page>;

    /// Calls `each` with every record's fields, as JSON on one line.
    fn export(&self, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>;

    /// Adds records, replacing those with the same ids.
    fn put(&self, records: Vec<Incoming>) -> Result<Written>;

    /// Changes a record.
    fn patch(&self, id: &str, patch: &Payload) -> Result<Written>;

    /// Deletes records by id.
    fn delete(&self, ids: Vec<String>) -> Result<Written>;

    /// Deletes the records that pass all filters.
    fn delete_matching(&self, filters: Vec<Filter>) -> Result<Written>;

    /// The fields of the first records, in their order.
    fn known_fields(&self) -> Result<Vec<String>> {
        let (mut fields, mut seen) = (Vec::new(), HashSet::new());
        for record in self.page(None, LOOKED_AT)?.records {
            for (field, _) in record.payload {
                if fields.len() < FIELDS && seen.insert(field.clone()) {
                    fields.push(field);
                }
            }
        }
        Ok(fields)
    }
}

/// Both kinds of collection have methods of the same names.
macro_rules! same_methods {
    ($collection:ty) => {
        fn about(&self) -> &About {
            <$collection>::about(self)
        }

        fn encoder(&self) -> &QueryEncoder {
            <$collection>::encoder(self)
        }

        fn graph_state(&self) -> GraphState {
            <$collection>::graph_state(self)
        }

        fn search(&self, query: &Query) -> Result<Answer> {
            <$collection>::search(self, query)
        }

        fn search_unencoded(&self, query: &Query) -> Result<Option<Answer>> {
            <$collection>::search_unencoded(self, query)
        }

        fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
            <$collection>::search_explained(self, query)
        }

        fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
            <$collection>::explain(self, query, id)
        }

        fn compare(&self, query: &Query) -> Result<Comparison> {
            <$collection>::compare(self, query)
        }

        fn lab(&self, text: &str) -> Result<Lab> {
            <$collection>::lab(self, text)
        }

        fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply> {
            <$collection>::ask(self, question, filters)
        }

        fn similar(
            &self,
            id: &str,
            limit: usize,
            offset: usize,
            filters: &[Filter],
        ) -> Result<Answer> {
            <$collection>::similar(self, id, limit, offset, filters)
        }

        fn recommend(
            &self,
            feedback: &Feedback,
            limit: usize,
            offset: usize,
            filters: &[Filter],
        ) -> Result<Recommendations> {
            <$collection>::recommend(self, feedback, limit, offset, filters)
        }

        fn suggest(&self, typed: &str) -> Result<Suggestions> {
            <$collection>::suggest(self, typed)
        }

        fn facet_counts(&self) -> Result<Vec<FacetCounts>> {
            <$collection>::facet_counts(self)
        }

        fn facet_values(
            &self,
            field: &str,
            prefix: &str,
            limit: usize,
            filters: &[Filter],
        ) -> Result<FacetCounts> {
            <$collection>::facet_values(self, field, prefix, limit, filters)
        }

        fn record(&self, id: &str) -> Result<Record> {
            <$collection>::record(self, id)
        }

        fn reads_in_part(&self, record: &Record) -> Result<bool> {
            <$collection>::reads_in_part(self, record)
        }

        fn record_view(&self, id: &str) -> Result<RecordView> {
            <$collection>::record_view(self, id)
        }

        fn page(&self, after: Option<Cursor>, limit: usize) -> Result<Page> {
            <$collection>::page(self, after, limit)
        }

        fn export(&self, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
            <$collection>::export(self, each)
        }

        fn put(&self, records: Vec<Incoming>) -> Result<Written> {
            <$collection>::put(self, records)
        }

        fn patch(&self, id: &str, patch: &Payload) -> Result<Written> {
            <$collection>::patch(self, id, patch)
        }

        fn delete(&self, ids: Vec<String>) -> Result<Written> {
            <$collection>::delete(self, ids)
        }

        fn delete_matching(&self, filters: Vec<Filter>) -> Result<Written> {
            <$collection>::delete_matching(self, filters)
        }
    };
}

impl Backend for Collection {
    same_methods!(Collection);

    fn name(&self) -> Arc<String> {
        self.name()
    }

    fn explore(self: Arc<Self>) -> Result<Exploration> {
        Ok(Collection::explore(&self))
    }

    fn records(&self) -> Result<u32> {
        Ok(self.generation().records())
    }

    fn id(&self) -> u64 {
        self.id()
    }

    fn bytes(&self) -> u64 {
        self.bytes()
    }
}

impl Backend for Remote {
    same_methods!(Remote);

    fn name(&self) -> Arc<String> {
        Arc::clone(self.name())
    }

    fn explore(self: Arc<Self>) -> Result<Exploration> {
        Self::explore(&self)
    }

    fn records(&self) -> Result<u32> {
        self.records()
    }

    fn id(&self) -> u64 {
        self.id()
    }

    fn bytes(&self) -> u64 {
        0
    }
}
