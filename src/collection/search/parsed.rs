//! A query taken apart: what its words say, and what its operators.

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::filter::{Alternative, Filter};
use crate::query::{MAX_CONDITIONS, MAX_PHRASE_WORDS, Query};
use crate::text::{self, Clause};

/// A query taken apart.
pub(in crate::collection) struct Parsed {
    /// Its words, phrases and exclusions.
    pub clauses: Vec<Clause>,
    /// The query's own filters and those among its clauses.
    pub filters: Vec<Filter>,
    /// What is left for whoever reads meaning.
    pub meaning: String,
}

impl Collection {
    /// Takes a query apart.
    ///
    /// # Errors
    /// [`Error::BadQuery`] where it says nothing of what to find, has more conditions than are
    /// allowed, or a filter in it makes no sense.
    pub(in crate::collection) fn parse(&self, query: &Query) -> Result<Parsed> {
        if !query.operators {
            return Ok(Parsed {
                clauses: vec![Clause::plain(&query.text)],
                filters: query.filters.clone(),
                meaning: query.text.trim().to_owned(),
            });
        }
        let schema = self.schema();
        let is_facet = |name: &str| schema.facets.iter().any(|facet| facet.field == name);
        // A field that words search in is searched by words, though it be a facet too.
        let has_words = |name: &str| !schema.word_fields_named(name).is_empty();
        let clauses = text::parse(&query.text, |name| is_facet(name) || has_words(name));
        let of_facet = |clause: &Clause| clause.field.as_deref().is_some_and(|f| !has_words(f));
        let (of_facets, clauses): (Vec<Clause>, Vec<Clause>) =
            clauses.into_iter().partition(of_facet);
        let mut own: Vec<Filter> = Vec::new();
        for clause in of_facets {
            let filter = filter(&clause)?;
            own.extend(filter.filter(|filter| !own.contains(filter)));
        }
        let conditions = text::conditions(&self.analyzer, &clauses, |name| {
            schema.word_fields_named(name)
        });
        check(
            own.len() + conditions.len(),
            conditions.iter().map(|c| c.words.len()),
        )?;
        let meaning = text::without_operators(&clauses);
        if meaning.trim().is_empty() {
            let leaves_out = conditions.iter().any(|condition| condition.excluded)
                || own.iter().any(|filter| filter.negated);
            return Err(nothing_to_find(leaves_out, !own.is_empty()));
        }
        Ok(Parsed {
            clauses,
            filters: query.filters.iter().cloned().chain(own).collect(),
            meaning,
        })
    }
}

/// What a clause on a facet asks for, as a filter of its own would: within quotes to the
/// letter. Quotes around nothing ask for nothing.
fn filter(clause: &Clause) -> Result<Option<Filter>> {
    let field = clause.field.clone().unwrap_or_default();
    if clause.text.trim().is_empty() {
        return Ok(None);
    }
    if clause.phrase {
        return Ok(Some(Filter {
            field,
            negated: clause.excluded,
            alternatives: vec![Alternative::Value(clause.text.clone())],
        }));
    }
    Filter::on(field, clause.excluded, &clause.text).map(Some)
}

/// Checks how many conditions a query has, and how many words each.
fn check(conditions: usize, words: impl Iterator<Item = usize>) -> Result<()> {
    if conditions > MAX_CONDITIONS {
        return Err(Error::BadQuery(format!(
            "the query has {conditions} different phrases, exclusions and fields, at most \
             {MAX_CONDITIONS} are allowed"
        )));
    }
    let longest = words.max().unwrap_or(0);
    if longest > MAX_PHRASE_WORDS {
        return Err(Error::BadQuery(format!(
            "a phrase of the query has {longest} words, at most {MAX_PHRASE_WORDS} are allowed"
        )));
    }
    Ok(())
}

fn nothing_to_find(leaves_out: bool, says_where: bool) -> Error {
    let message = if leaves_out {
        "the query says what to leave out, but not what to find: add a word"
    } else if says_where {
        "the query says where to look, but not what to find: add a word"
    } else {
        "the query holds no word: add one"
    };
    Error::BadQuery(message.into())
}
