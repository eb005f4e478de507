//! A parsed query: what its words say, and what its operators do.

use crate::analysis::Analyzer;
use crate::error::{Error, Result};
use crate::filter::{Alternative, Condition, Filter};
use crate::query::{ANYTHING, Correction, MAX_CONDITIONS, MAX_PHRASE_WORDS, Query};
use crate::record::Schema;
use crate::text::{self, Clause};

/// A parsed query.
#[derive(Default)]
pub struct Parsed {
    /// Its words, phrases and exclusions.
    pub clauses: Vec<Clause>,
    /// The query's own filters and those among its clauses.
    pub filters: Vec<Filter>,
    /// Whether there is nothing to search for: the records that meet the conditions are listed.
    pub lists: bool,
}

impl Parsed {
    /// Parses a query.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if it does not say what to find, has more conditions than allowed, or
    /// contains an invalid filter.
    pub fn of(query: &Query, schema: &Schema, analyzer: &Analyzer) -> Result<Self> {
        if query.is_open() {
            return Ok(Self {
                filters: query.filters.clone(),
                lists: true,
                ..Self::default()
            });
        }
        if !query.operators {
            return Ok(Self {
                clauses: vec![Clause::plain(&query.text)],
                filters: query.filters.clone(),
                lists: false,
            });
        }
        let is_facet = |name: &str| schema.facets.iter().any(|facet| facet.field == name);
        // A field in which words are searched is searched by words, even if it is also a facet.
        let has_words = |name: &str| !schema.word_fields_named(name).is_empty();
        let clauses = text::parse(&query.text, |name| is_facet(name) || has_words(name));
        let of_facet = |clause: &Clause| clause.field.as_deref().is_some_and(|f| !has_words(f));
        let (of_facets, clauses): (Vec<Clause>, Vec<Clause>) =
            clauses.into_iter().partition(of_facet);
        let mut own: Vec<Condition> = Vec::new();
        for clause in of_facets {
            let condition = condition(&clause)?;
            own.extend(condition.filter(|condition| !own.contains(condition)));
        }
        let conditions =
            text::conditions(analyzer, &clauses, |name| schema.word_fields_named(name));
        check(
            own.len() + conditions.len(),
            conditions.iter().map(text::Condition::terms),
        )?;
        let meaning = text::without_operators(&clauses);
        let own = own.into_iter().map(Filter::Is);
        let filters: Vec<Filter> = query.filters.iter().cloned().chain(own).collect();
        let lists = matches!(meaning.trim(), "" | ANYTHING);
        // Conditions on facets alone list the records that meet them.
        if lists && filters.is_empty() && meaning.trim().is_empty() {
            let leaves_out = conditions.iter().any(|condition| condition.excluded);
            return Err(nothing_to_find(leaves_out));
        }
        Ok(Self {
            clauses,
            filters,
            lists,
        })
    }

    /// The text for search by meaning, with the corrected words.
    pub fn meaning(&self, corrections: &[Correction]) -> String {
        let corrected = |clause: &Clause| {
            let mut clause = clause.clone();
            let inside = |c: &&Correction| {
                clause.range.start <= c.range.start && c.range.end <= clause.range.end
            };
            // From last to first, so that earlier ranges stay valid.
            for correction in corrections.iter().filter(inside).rev() {
                let Correction { range, instead, .. } = correction;
                let (start, end) = (range.start, range.end);
                let within = start - clause.range.start..end - clause.range.start;
                if clause.text.get(within.clone()).is_some() {
                    clause.text.replace_range(within, instead);
                }
            }
            clause
        };
        let clauses: Vec<Clause> = self.clauses.iter().map(corrected).collect();
        text::without_operators(&clauses).trim().to_owned()
    }
}

/// A clause on a facet as the equivalent filter; quoted text is taken literally. Empty quotes
/// ask for nothing.
fn condition(clause: &Clause) -> Result<Option<Condition>> {
    let field = clause.field.clone().unwrap_or_default();
    if clause.text.trim().is_empty() {
        return Ok(None);
    }
    if clause.phrase {
        return Ok(Some(Condition {
            field,
            negated: clause.excluded,
            alternatives: vec![Alternative::Value(clause.text.clone())],
        }));
    }
    Ok(Some(Condition::on(field, clause.excluded, &clause.text)?))
}

/// Checks how many conditions a query has, and how many words are in each.
fn check(conditions: usize, words: impl Iterator<Item = usize>) -> Result<()> {
    if conditions > MAX_CONDITIONS {
        return Err(Error::BadQuery(format!(
            "the query has {conditions} different phrases, exclusions and fields; at most \
             {MAX_CONDITIONS} are allowed"
        )));
    }
    let longest = words.max().unwrap_or(0);
    if longest > MAX_PHRASE_WORDS {
        return Err(Error::BadQuery(format!(
            "a phrase of the query has {longest} words; at most {MAX_PHRASE_WORDS} are allowed"
        )));
    }
    Ok(())
}

fn nothing_to_find(leaves_out: bool) -> Error {
    let message = if leaves_out {
        "the query says what to leave out, but not what to find: add a word"
    } else {
        "the query holds no word: add one"
    };
    Error::BadQuery(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_is_read_as_the_words_were_corrected() {
        let typed = "sloar \"raw mlik\" -chese pannels";
        let correction = |word: &str, instead: &str| {
            let start = typed.find(word).unwrap();
            Correction {
                word: word.into(),
                range: start..start + word.len(),
                instead: instead.into(),
            }
        };
        let parsed = Parsed {
            clauses: text::parse(typed, |_| false),
            filters: Vec::new(),
            lists: false,
        };
        let corrections = [
            correction("sloar", "solar"),
            correction("pannels", "panels"),
        ];
        assert_eq!(parsed.meaning(&corrections), "solar raw mlik panels");
        assert_eq!(parsed.meaning(&[]), "sloar raw mlik pannels");
    }
}
