//! Question answering over pairs: the pair whose question is nearest in meaning to the one asked
//! has the answer, if it is near enough to be the same question and stands out from the others.
//!
//! How near is enough depends on how near the nearest of as many unrelated sentences would be.
//! These are unrelated sentences in general, not the collection's own questions: those of a shop
//! are all about the shop, so similarity that is usual among them does not mark a question as
//! unrelated. The collection's own questions decide which of them is meant: if a question with
//! another answer is almost as near, the answer is unknown.

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::found::Found;
use crate::query::{Mode, Query, Reply};
use crate::record::Schema;
use crate::search::searcher::Searcher;
use crate::vocabulary::Unknown;

/// The mean cosine of unrelated sentences and its standard deviation, over all pairs of first
/// sentences in STS-B.
const UNRELATED: (f32, f32) = (0.02, 0.097);

/// The threshold for a question to count as the one asked, in units of the largest expected
/// cosine of as many unrelated sentences (`σ √(2 ln N)`, the asymptotic maximum of N normal
/// variables). Chosen on the development pairs of STS-B; tests/engine/answers.rs prints the figures for
/// its test pairs.
const SAME_QUESTION: f32 = 1.8;

/// Collections with fewer questions are judged as if they had this many: an unrelated question
/// is no less similar to a stored one because that is the only one.
const LEAST_QUESTIONS: u32 = 30;

/// How much nearer a question must be than the next one with another answer.
const STANDS_OUT: f32 = 0.05;

/// The cosine from which two questions are identical, or as good as identical.
const IDENTICAL: f32 = 0.999;

/// How many of the nearest pairs are checked for another answer.
const LOOKED_AT: usize = 20;

/// How many pairs beside the nearest are told.
const OTHERS: usize = 4;

impl Searcher<'_> {
    /// Answers a question from a collection of questions and answers.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for any other collection, and those of [`Searcher::search`].
    pub fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply> {
        let query = question_of(self.schema, &self.name, question, filters)?;
        let answer = self.search(&query)?;
        // If the model can read nothing of the question, no other is near it.
        let near: Vec<Found> = answer.hits.into_iter().filter(|_| !answer.unread).collect();
        let needed = enough(self.generation.records());
        // If none is near enough, the honest answer is that it is not known.
        let unknown = doubt(&near, needed);
        let known = near.first().filter(|_| unknown.is_none());
        let answered = known.map(|pair| pair.record.text.clone());
        let mut near = near.into_iter();
        Ok(Reply {
            collection: answer.collection,
            answer: answered,
            unknown,
            needed,
            nearest: near.next(),
            others: near.take(OTHERS).collect(),
            timings: answer.timings,
        })
    }
}

/// The query for a question to a collection with this schema and name.
///
/// # Errors
/// [`Error::BadQuery`] for one that holds no pairs, or for an invalid question.
pub(crate) fn question_of(
    schema: &Schema,
    name: &str,
    question: &str,
    filters: Vec<Filter>,
) -> Result<Query> {
    if !schema.pairs {
        return Err(Error::BadQuery(format!(
            "the collection '{name}' does not hold questions and answers: import one and say \
             which fields are question and answer"
        )));
    }
    let query = Query {
        mode: Mode::Neural,
        limit: LOOKED_AT,
        filters,
        operators: false,
        // The scores are compared with the cosines of other pairs.
        late_share: 0.0,
        ..Query::new(question)
    };
    query.check()?;
    Ok(query)
}

/// The cosine from which a question counts as the one asked, in a collection of `records` pairs.
fn enough(records: u32) -> f32 {
    let (mean, deviation) = UNRELATED;
    let expected = deviation * (2.0 * (records.max(LEAST_QUESTIONS) as f32).ln()).sqrt();
    mean + SAME_QUESTION * expected
}

/// Why the first of the nearest pairs does not have the answer; `None` if it does.
fn doubt(nearest: &[Found], needed: f32) -> Option<Unknown> {
    let Some((first, others)) = nearest.split_first() else {
        return Some(Unknown::NothingNear);
    };
    if first.score < needed {
        return Some(Unknown::NothingNear);
    }
    let other = others
        .iter()
        .find(|other| other.record.text != first.record.text);
    let stands_out = first.score >= IDENTICAL
        || other.is_none_or(|other| first.score - other.score >= STANDS_OUT);
    (!stands_out).then_some(Unknown::SeveralNear)
}
