//! The terms that a query's words stand for.

use std::time::Duration;

use crate::error::Result;
use crate::query::Query;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;

/// The terms that score for a query, corrections and completions among them, each with its weight.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    /// Those that score wherever they occur.
    pub alone: Vec<(String, f64)>,
    /// Those that score only in sequence with others.
    pub in_sequence: Vec<(String, f64)>,
    /// The text that is searched by meaning, with the corrected words.
    pub meaning: String,
}

impl Searcher<'_> {
    /// The terms of a query.
    ///
    /// # Errors
    /// Those of [`Searcher::search`].
    pub(crate) fn terms_of(&self, query: &Query) -> Result<Terms> {
        let plan = self.plan(query, &mut Stopwatch::start(Duration::ZERO))?;
        let mut terms = Terms::default();
        for way in plan.words.ways() {
            match &way.phrase {
                Some(phrase) => {
                    let each = phrase.terms.iter();
                    let each = each.map(|(term, _)| (term.clone(), way.boost));
                    terms.in_sequence.extend(each);
                }
                None => terms.alone.push((way.term.clone(), way.boost)),
            }
        }
        terms.meaning = plan.meaning;
        Ok(terms)
    }
}
