//! Question answering over pairs: the question nearest in meaning to the one asked has the
//! answer, if it is near enough to be the same question.

use super::Collection;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Hit, Query, Timings};

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The pair whose question is nearest to the one asked; none where there is none at all.
    pub nearest: Option<Hit>,
    /// Whether it is near enough, so that its answer is one. Otherwise the honest answer is
    /// that nobody here knows.
    pub known: bool,
    /// How long it took.
    pub timings: Timings,
}

impl Reply {
    /// The answer, where there is one.
    pub fn answer(&self) -> Option<&str> {
        let nearest = self.nearest.as_ref().filter(|_| self.known);
        nearest.map(|hit| hit.record.text.as_str())
    }
}

impl Collection {
    /// Answers a question from a collection of questions and their answers. What decides is
    /// how near the nearest of its questions is beside its questions among each other.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a collection of anything else, and those of
    /// [`Collection::search`].
    pub fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply> {
        if !self.schema().pairs {
            return Err(Error::BadQuery(format!(
                "the collection '{}' does not hold questions and answers: import one and say \
                 which fields are question and answer",
                self.name()
            )));
        }
        let answer = self.search(&Query {
            limit: 1,
            filters,
            operators: false,
            ..Query::new(question)
        })?;
        let nearest = answer.hits.into_iter().next();
        let known = nearest
            .as_ref()
            .is_some_and(|hit| self.generation().answers(hit.score));
        Ok(Reply {
            nearest,
            known,
            timings: answer.timings,
        })
    }
}
