//! Asks both engines about a query, and keeps what shows how they differ.

use crate::error::{Error, Result};
use crate::found::Found;
use crate::query::{Comparison, Query};
use crate::search::Searcher;
use crate::vocabulary::{Compared, Example, Witness};

use super::LIMIT;
use super::candidates::Candidate;
use super::kinds::{self, Kind};

/// A query that is an example of a kind.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The kind.
    pub kind: Kind,
    /// The example.
    pub example: Example,
    /// The terms of the query, by which similar queries are recognised.
    pub terms: Vec<String>,
    /// The cosine from which a single record is near enough to be an answer.
    pub near_from: f32,
}

/// Compares the rankings of a query. `None` if it is no example of any kind, and if nothing can be
/// told, because there are too few texts or the query cannot be asked.
///
/// # Errors
/// The store's read errors.
pub fn tried(searcher: &Searcher<'_>, candidate: &Candidate) -> Result<Option<Tried>> {
    let Some(near_from) = searcher.generation.unrelated().map(|of| of.line()) else {
        return Ok(None);
    };
    let query = Query {
        limit: LIMIT,
        ..Query::new(candidate.query.clone())
    };
    let compared = match searcher.compare(&query) {
        Ok(compared) => compared,
        Err(Error::BadQuery(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    if compared.unread || compared.conditions || !compared.corrections.is_empty() {
        return Ok(None);
    }
    let Some(judged) = kinds::judged(&compared, candidate.source, near_from) else {
        return Ok(None);
    };
    let Comparison {
        overlap,
        matching,
        fits,
        words,
        records,
        ..
    } = compared;
    let Some(record) = records.get(judged.record).map(witness) else {
        return Ok(None);
    };
    let terms = searcher.analyzer.tokens(&candidate.query);
    Ok(Some(Tried {
        kind: judged.kind,
        terms: terms.map(|token| token.term).collect(),
        near_from,
        example: Example {
            query: candidate.query.clone(),
            source: candidate.source,
            clarity: judged.clarity,
            overlap,
            matching,
            words,
            fits,
            record,
            instead: judged.instead.and_then(|at| records.get(at)).map(witness),
        },
    }))
}

/// What is kept of a compared record.
fn witness(record: &Compared<Found>) -> Compared<Witness> {
    let hit = &record.hit;
    let title = hit.record.title.get(hit.title.clone()).unwrap_or_default();
    Compared {
        by_meaning: record.by_meaning,
        by_words: record.by_words,
        by_both: record.by_both,
        contains: record.contains.clone(),
        hit: Witness {
            id: hit.record.id.clone(),
            title: title.to_owned(),
            similarity: kinds::similarity(record),
            bm25: hit.text.map(|signal| signal.score),
        },
    }
}
