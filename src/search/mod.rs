//! Answers a query: parses it, ranks the records, reads the hits.

mod answers;
pub mod ask;
mod asked;
mod explain;
mod facets;
mod fused;
mod hits;
mod listed;
mod members;
mod nearest;
mod parsed;
mod ranking;
mod recommend;
mod sentence;
mod snippet;

use std::borrow::Cow;
use std::time::Instant;

use crate::Vector;
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::explain::Explanation;
use crate::query::{Answer, Lookup, Mode, Query, Timings};
use crate::search::answers::Answers;
use crate::search::asked::{Asked, Ranking};
use crate::search::hits::Source;
use crate::search::parsed::Parsed;
use crate::segment::generation::{Generation, Passing};
use crate::storage::store::View;
use crate::text::{TextQuery, fulfilling};

/// A query prepared for a generation.
#[derive(Default)]
pub(crate) struct Prepared {
    /// Its words, looked up.
    pub words: TextQuery,
    /// The records that meet its phrases and exclusions.
    pub fulfilling: Passing,
    /// Those of them that also pass the filters.
    pub passing: Passing,
}

/// An interpreted query, before any record is looked at.
pub(crate) struct Understood<'a> {
    /// The query, by words alone if the model can read nothing of it.
    query: Cow<'a, Query>,
    parsed: Parsed,
    /// Whether the mode asks for meaning but the model can read nothing of the query.
    unread: bool,
}

impl Collection {
    /// Answers a query. The web page, the API and the command line all use this.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a query over its limits or an unknown facet; any error of
    /// the encoder or the store.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let start = Instant::now();
        let understood = self.understand(query)?;
        self.in_one_state(|generation, view| self.search_in(&understood, generation, view, start))
    }

    /// Answers a query and explains the rank of each hit. Both use the same state of the
    /// collection, so that what is explained is what is shown.
    ///
    /// # Errors
    /// Those of [`Collection::search`].
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        let start = Instant::now();
        let understood = self.understand(query)?;
        self.in_one_state(|generation, view| {
            let answer = self.search_in(&understood, generation, view, start)?;
            let ids: Vec<&str> = answer
                .hits
                .iter()
                .map(|hit| hit.record.id.as_str())
                .collect();
            let explained = self.explain_in(&understood, &ids, generation, view)?;
            Ok((answer, explained))
        })
    }

    /// Parses a query and checks whether the model can read it.
    ///
    /// # Errors
    /// Those of [`Collection::search`].
    fn understand<'a>(&self, query: &'a Query) -> Result<Understood<'a>> {
        query.check_limits()?;
        let parsed = self.parse(query)?;
        let reads_meaning = query.mode != Mode::Text && !parsed.lists;
        if reads_meaning && query.sort.is_some() {
            return Err(unsorted());
        }
        let unread = reads_meaning && !self.encoder.encoder().reads(&parsed.meaning(&[]))?;
        let query = if unread {
            Cow::Owned(Query {
                mode: Mode::Text,
                sentences: false,
                ..query.clone()
            })
        } else {
            Cow::Borrowed(query)
        };
        Ok(Understood {
            query,
            parsed,
            unread,
        })
    }

    fn search_in(
        &self,
        understood: &Understood<'_>,
        generation: &Generation,
        view: &View<'_>,
        start: Instant,
    ) -> Result<Answer> {
        let Understood { query, parsed, .. } = understood;
        let query: &Query = query;
        let mut timings = Timings::default();
        let look_up = Instant::now();
        let prepared = self.prepare(generation, query, parsed)?;
        let Prepared { words, passing, .. } = &prepared;
        timings.text = look_up.elapsed();
        // Both engines use the corrected words.
        let vector = match query.mode {
            _ if parsed.lists => None,
            Mode::Text => None,
            Mode::Neural | Mode::Hybrid => {
                Some(self.encode(&parsed.meaning(&words.corrections), &mut timings)?)
            }
        };
        let asked = Asked {
            generation,
            passing,
            query,
            words,
            vector: vector.as_ref(),
            graph_min_records: self.tuning.graph_min_records,
        };
        let answers = vector.as_ref().map(|vector| {
            // The counts of a facet ignore filters on the facet itself.
            let scope = if query.facets.is_empty() {
                passing
            } else {
                &prepared.fulfilling
            };
            let start = Instant::now();
            let answers = asked.answers(vector, scope);
            timings.neural += start.elapsed();
            answers
        });
        // A list has no ranking, and counts all records that pass.
        let answers = answers.or_else(|| parsed.lists.then(Answers::all));
        let answers = answers.as_ref();
        let in_order = parsed.lists || query.sort.is_some();
        let mut ranking = if in_order {
            self.listed(generation, query, parsed, &prepared)?
        } else {
            asked.ranking(answers, &mut timings)
        };
        if understood.unread {
            ranking.fits = Some(asked.any_holds_all());
        }
        let facets = facets::count(self, generation, query, parsed, &prepared, answers)?;
        let source = Source {
            generation,
            view,
            passing,
            words: (query.mode != Mode::Neural).then_some(words),
            // In a list, identical records are not merged.
            collapse: query.collapse && !in_order,
            sentences: vector.as_ref().filter(|_| query.sentences),
        };
        let mut answer = self.answer(&source, ranking, timings, start)?;
        answer.facets = facets;
        answer.unread = understood.unread;
        answer.corrections = prepared.words.corrections;
        Ok(answer)
    }

    /// Looks a query's words up in a generation and selects the records that may be hits.
    pub(crate) fn prepare(
        &self,
        generation: &Generation,
        query: &Query,
        parsed: &Parsed,
    ) -> Result<Prepared> {
        let schema = self.schema();
        let parts = generation.text_parts(&None);
        let words = TextQuery::new(
            &self.analyzer,
            &parts,
            &parsed.clauses,
            |name| schema.word_fields_named(name),
            lookup(query, parsed),
            &|word| self.encoder.encoder().knows(word),
        );
        let fulfilling = fulfilling(&parts, &words);
        let passing = self.select(generation, &parsed.filters)?;
        Ok(Prepared {
            passing: both(passing, fulfilling.clone()),
            fulfilling,
            words,
        })
    }

    pub(crate) fn encode(&self, text: &str, timings: &mut Timings) -> Result<Vector> {
        let start = Instant::now();
        let vector = self.encoder.encode(text.trim())?;
        timings.encode = start.elapsed();
        Ok(*vector)
    }

    pub(crate) fn answer(
        &self,
        source: &Source<'_>,
        ranking: Ranking,
        mut timings: Timings,
        start: Instant,
    ) -> Result<Answer> {
        let fetch = Instant::now();
        let hits = self.hits(source, ranking.hits)?;
        timings.fetch = fetch.elapsed();
        timings.total = start.elapsed();
        Ok(Answer {
            hits,
            total: ranking.total,
            counted: ranking.counted,
            route: ranking.route,
            fits: ranking.fits,
            facets: Vec::new(),
            corrections: Vec::new(),
            unread: false,
            timings,
        })
    }
}

fn unsorted() -> Error {
    Error::BadQuery(
        "sort needs records that match, and by meaning every record is more or less near: use \
         mode text, or leave sort out"
            .into(),
    )
}

/// How a query's words are looked up. A trailing space ends the last word. If only meaning is
/// asked for, no word is guessed, except the unfinished last word of a condition on a field.
fn lookup(query: &Query, parsed: &Parsed) -> Lookup {
    let Lookup { prefix, correct } = query.lookup;
    let by_words = query.mode != Mode::Neural;
    let last = parsed.clauses.last();
    let guessed = by_words || last.is_some_and(|clause| clause.field.is_some());
    Lookup {
        prefix: prefix && guessed && !query.text.ends_with(char::is_whitespace),
        correct: correct && by_words,
    }
}

/// What both selections have in common.
pub(crate) fn both(passing: Passing, other: Passing) -> Passing {
    match (passing, other) {
        (Some(one), Some(other)) => {
            let pairs = one.into_iter().zip(other);
            Some(pairs.map(|(one, other)| one & other).collect())
        }
        (one, other) => one.or(other),
    }
}
