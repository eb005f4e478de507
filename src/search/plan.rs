//! The first stage: interprets a query in one state of a collection, before any record is looked
//! at. What later stages need of the query is computed here, once.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Fusion, Lookup, Mode, Query, ScorePart};
use crate::search::late::Late;
use crate::search::parsed::Parsed;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::Passing;
use crate::text::{Parameters, TextQuery, fulfilling};

/// An interpreted query.
pub struct Plan<'q> {
    /// The query, by words alone if the model can read nothing of it.
    pub query: Cow<'q, Query>,
    /// Whether the mode asks for meaning but the model can read nothing of the query.
    pub unread: bool,
    /// Whether there is nothing to search for: the records that meet the conditions are listed.
    pub lists: bool,
    /// Whether it must be known which records are answers, not only how many: to count facets.
    pub marks_answers: bool,
    /// The query's own filters and those in its text.
    pub filters: Vec<Filter>,
    /// Its words, looked up.
    pub words: TextQuery,
    /// Its text for search by meaning, with the corrected words.
    pub meaning: String,
    /// The vector of this text, if the mode asks for meaning.
    pub vector: Option<Arc<[f32]>>,
    /// The pieces of this text, if records are ranked by meaning alone and by what their words have
    /// in common with the query's.
    pub late: Option<Late>,
    /// The records that meet its phrases and exclusions.
    pub fulfilling: Passing,
    /// Those of them that also pass the filters.
    pub passing: Passing,
}

impl Plan<'_> {
    /// Whether records are put in order instead of ranked.
    pub fn is_in_order(&self) -> bool {
        self.lists || self.query.sort.is_some()
    }

    /// Whether identical records are one hit. In a list, they are not.
    pub fn collapses(&self) -> bool {
        self.query.collapse && !self.is_in_order()
    }

    /// Whether rankings by words and by meaning are fused.
    pub fn fuses(&self) -> bool {
        self.vector.is_some() && self.query.mode == Mode::Hybrid
    }

    /// The parts of the scores that records are ranked by.
    pub fn ranked_by(&self) -> Vec<ScorePart> {
        let share = match self.query.fusion {
            Fusion::Weighted { meaning } if self.fuses() => Some(meaning),
            _ => None,
        };
        let ranks = !self.is_in_order();
        let meaning = ranks && self.vector.is_some() && share != Some(0.0);
        let words = ranks && self.query.mode != Mode::Neural && share != Some(1.0);
        let parts = [
            (meaning, ScorePart::Meaning),
            (self.late.is_some(), ScorePart::LateInteraction),
            (words, ScorePart::Words),
            (self.counts_neighbours(), ScorePart::Neighbours),
        ];
        let parts = parts.into_iter().filter(|(counts, _)| *counts);
        parts.map(|(_, part)| part).collect()
    }

    /// Whether the scores of similar records count: if asked for, and if two rankings are weighed.
    /// Words alone and meaning alone rank as in their own modes.
    pub fn counts_neighbours(&self) -> bool {
        match self.query.fusion {
            Fusion::Weighted { meaning } => {
                self.fuses() && self.query.neighbours && 0.0 < meaning && meaning < 1.0
            }
            Fusion::ReciprocalRank => false,
        }
    }
}

impl Searcher<'_> {
    /// Interprets a query.
    ///
    /// # Errors
    /// Those of [`Searcher::search`].
    pub(super) fn plan<'q>(&self, query: &'q Query, watch: &mut Stopwatch) -> Result<Plan<'q>> {
        query.check_limits()?;
        if let Some(vector) = &query.vector {
            return self.plan_of_vector(query, vector.clone());
        }
        let parsed = Parsed::of(query, self.schema, self.analyzer)?;
        let reads_meaning = query.mode != Mode::Text && !parsed.lists;
        if reads_meaning && query.sort.is_some() {
            return Err(unsorted());
        }
        watch.lap(|timings| &mut timings.text);
        let unread = reads_meaning && !self.encoder.reads(&parsed.meaning(&[]))?;
        watch.lap(|timings| &mut timings.encode);
        let query = if unread {
            Cow::Owned(Query {
                mode: Mode::Text,
                sentences: false,
                ..query.clone()
            })
        } else {
            Cow::Borrowed(query)
        };

        let parts = self.generation.text_parts(&None);
        let words = TextQuery::new(
            self.analyzer,
            &parts,
            &parsed.clauses,
            |name| self.schema.word_fields_named(name),
            lookup(&query, &parsed),
            &|word| self.encoder.encoder().knows(word),
        );
        let words = TextQuery {
            parameters: Parameters {
                k1: f64::from(query.k1),
                b: f64::from(query.b),
            },
            ..words
        };
        let fulfilling = fulfilling(&parts, &words);
        let selected = self
            .generation
            .select(&self.schema.facets, &parsed.filters)?;
        let passing = both(selected, &fulfilling);
        watch.lap(|timings| &mut timings.text);

        // Both engines use the corrected words.
        let meaning = parsed.meaning(&words.corrections);
        let vector = match query.mode {
            Mode::Neural | Mode::Hybrid if reads_meaning => Some(self.encoder.encode(&meaning)?),
            _ => None,
        };
        let late = match query.mode {
            Mode::Neural if reads_meaning => self.late(&meaning, query.late_share)?,
            _ => None,
        };
        watch.lap(|timings| &mut timings.encode);
        Ok(Plan {
            marks_answers: !query.facets.is_empty(),
            query,
            unread,
            lists: parsed.lists,
            filters: parsed.filters,
            words,
            meaning,
            vector,
            late,
            fulfilling,
            passing,
        })
    }
}

pub(super) fn unsorted() -> Error {
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
pub fn both(one: Passing, other: &Passing) -> Passing {
    match (one, other) {
        (Some(one), Some(other)) => {
            let pairs = one.into_iter().zip(other);
            Some(pairs.map(|(one, other)| one & other).collect())
        }
        (one, other) => one.or_else(|| other.clone()),
    }
}
