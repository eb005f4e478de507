//! A query that is a vector instead of a text: the first stage for it.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::query::{Mode, Query};
use crate::search::plan::{Plan, unsorted};
use crate::search::searcher::Searcher;
use crate::text::TextQuery;
use crate::vector::unit;

impl Searcher<'_> {
    /// Interprets a query for the records nearest to a vector. Only their cosines rank them, because
    /// a vector has no words to compare.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if the query asks for more than a vector can answer, or if the vector does
    /// not have the width of the collection's vectors or has no direction.
    pub(super) fn plan_of_vector<'q>(
        &self,
        query: &'q Query,
        vector: Vec<f32>,
    ) -> Result<Plan<'q>> {
        check(query)?;
        self.check_distance()?;
        let width = self.encoder.dimension();
        let vector = unit(vector, width).map_err(Error::BadQuery)?;
        let passing = self
            .generation
            .select(&self.schema.facets, &query.filters)?;
        Ok(Plan {
            query: Cow::Borrowed(query),
            unread: false,
            lists: false,
            marks_answers: !query.facets.is_empty(),
            filters: query.filters.clone(),
            words: TextQuery::default(),
            meaning: String::new(),
            vector: Some(vector.into()),
            late: None,
            fulfilling: None,
            passing,
        })
    }

    /// Checks that cosines say how near the records are.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if they are compared by their dot products.
    pub(super) fn check_distance(&self) -> Result<()> {
        if self.view.about().distance.is_cosine() {
            return Ok(());
        }
        Err(Error::BadQuery(format!(
            "the vectors of '{}' are compared by their dot products, and can only be searched \
             through the interface for Qdrant's clients",
            self.name
        )))
    }
}

/// Checks that a query with a vector needs no text.
fn check(query: &Query) -> Result<()> {
    if !query.text.is_empty() {
        return Err(Error::BadQuery(
            "a search is for a text or for a vector: give either q or vector".into(),
        ));
    }
    if query.mode != Mode::Neural {
        return Err(Error::BadQuery(format!(
            "a vector can only be searched for in mode neural: mode {} needs the words of a text \
             as well",
            query.mode
        )));
    }
    if query.sort.is_some() {
        return Err(unsorted());
    }
    Ok(())
}
