//! Question answering over pairs: the question nearest in meaning to the one asked has the
//! answer, if it is near enough to be the same question and stands out from the others.
//!
//! Near enough is told by how near the nearest of as many unrelated sentences would be.
//! Unrelated sentences in general, not the collection's own questions: those of a shop are
//! all about the shop, and what is usual among them is no sign of a stranger. What is told
//! apart by them is which of them is meant: where a question with another answer is almost
//! as near, that is not known.

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Hit, Query, Timings};

/// The mean cosine of unrelated sentences, and its standard deviation: those of STS-B's first
/// sentences, each with each.
const UNRELATED: (f32, f32) = (0.02, 0.097);

/// From where on a question is taken for the one asked, in units of the largest cosine to be
/// expected of as many unrelated sentences (`σ √(2 ln N)`, the asymptotic maximum of N normal
/// variables). Chosen on STS-B's development pairs; tests/answers.rs prints the figures for
/// its test pairs.
const SAME_QUESTION: f32 = 1.8;

/// Fewer questions than these are judged as if they were so many: a stranger has no less in
/// common with a question for its being the only one.
const LEAST_QUESTIONS: u32 = 30;

/// By how much a question must be nearer than the next that has another answer.
const STANDS_OUT: f32 = 0.05;

/// From where on two questions are the same to the letter, or as good as that.
const IDENTICAL: f32 = 0.999;

/// How many of the nearest pairs are looked at for another answer.
const LOOKED_AT: usize = 20;

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
    /// Answers a question from a collection of questions and their answers.
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
        let query = Query {
            limit: LOOKED_AT,
            filters,
            operators: false,
            ..Query::new(question)
        };
        query.check()?;
        let answer = self.search(&query)?;
        let records = self.generation().records();
        // Where the model reads nothing of the question, no other is near to it.
        let near: Vec<Hit> = answer.hits.into_iter().filter(|_| !answer.unread).collect();
        let known = is_known(&near, records);
        Ok(Reply {
            nearest: near.into_iter().next(),
            known,
            timings: answer.timings,
        })
    }
}

/// Whether the first of the nearest pairs has the answer, in a collection of so many.
fn is_known(nearest: &[Hit], records: u32) -> bool {
    let Some((first, others)) = nearest.split_first() else {
        return false;
    };
    let (mean, deviation) = UNRELATED;
    let expected = deviation * (2.0 * (records.max(LEAST_QUESTIONS) as f32).ln()).sqrt();
    let other = others
        .iter()
        .find(|other| other.record.text != first.record.text);
    first.score >= mean + SAME_QUESTION * expected
        && (first.score >= IDENTICAL
            || other.is_none_or(|other| first.score - other.score >= STANDS_OUT))
}
