//! The terms that a query's words stand for.

use std::time::Duration;

use crate::error::Result;
use crate::query::Query;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::text::Word;

/// The terms that score for a query, corrections and completions among them, each with its weight.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    /// Those that score wherever they occur.
    pub alone: Vec<(String, f64)>,
    /// Those that score only in sequence with others.
    pub in_sequence: Vec<(String, f64)>,
    /// For each word that was typed, in order: those that it stands for. `None` if one of them is a
    /// sequence.
    pub words: Vec<Option<Vec<String>>>,
    /// For each word that was typed: the ways in which a record may contain it, or its correction, each with
    /// the terms that this takes.
    pub holding: Vec<Vec<Vec<String>>>,
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
        let typed = plan.words.words.iter().filter(|word| !word.is_title);
        let of_word = typed.map(|word| {
            let ways = word.terms.iter();
            ways.map(|way| way.phrase.is_none().then(|| way.term.clone()))
                .collect()
        });
        terms.words = of_word.collect();
        let typed = plan.words.words.iter().filter(|word| !word.is_title);
        let ways_of = |word: &Word| {
            let corrections = &plan.words.corrections;
            let corrected = corrections.iter().any(|c| c.word == word.text);
            let own = word.terms.iter();
            let own = own.filter(|way| corrected || !way.guessed);
            let terms = own.map(|way| match &way.phrase {
                Some(phrase) => phrase.terms.iter().map(|(term, _)| term.clone()).collect(),
                None => vec![way.term.clone()],
            });
            terms.collect()
        };
        terms.holding = typed.map(ways_of).collect();
        terms.meaning = plan.meaning;
        Ok(terms)
    }
}
