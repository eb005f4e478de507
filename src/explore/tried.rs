//! Asks both engines about a query, and keeps what shows how they differ.

use crate::analysis::fold;
use crate::error::{Error, Result};
use crate::found::Found;
use crate::query::{Comparison, Query};
use crate::search::Searcher;
use crate::vocabulary::{Compared, Example, Witness};

use super::LIMIT;
use super::candidates::Candidate;
use super::kinds::{self, Judge, Kind};

/// A query that was tried.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// The cosine from which a single record is near enough to be an answer; `None` if there are too
    /// few texts to tell.
    pub near_from: Option<f32>,
    /// Whether its nearest record is near enough.
    pub is_near: Option<bool>,
    /// What it is an example of.
    pub example: Option<Sorted>,
}

/// An example of a kind.
#[derive(Debug, Clone)]
pub struct Sorted {
    /// The kind.
    pub kind: Kind,
    /// The example.
    pub example: Example,
    /// The terms of the query, by which similar queries are recognised.
    pub terms: Vec<String>,
}

/// Compares the rankings of a query. A query that cannot be asked is an example of nothing.
///
/// # Errors
/// The store's read errors.
pub fn tried(searcher: &Searcher<'_>, candidate: &Candidate) -> Result<Tried> {
    let Some(near_from) = searcher.generation.unrelated().map(|of| of.line()) else {
        return Ok(Tried::default());
    };
    let query = Query {
        limit: LIMIT,
        ..Query::new(candidate.query.clone())
    };
    let compared = match searcher.compare(&query) {
        Ok(compared) => compared,
        Err(Error::BadQuery(_)) => return Ok(Tried::default()),
        Err(error) => return Err(error),
    };
    let mut records = compared.records.iter();
    let nearest = records.find(|record| record.by_meaning == Some(1));
    let is_plain = !compared.unread && !compared.conditions && compared.corrections.is_empty();
    Ok(Tried {
        near_from: Some(near_from),
        is_near: nearest
            .and_then(kinds::similarity)
            .map(|cosine| cosine >= near_from),
        example: match is_plain {
            true => example(searcher, candidate, &compared, near_from),
            false => None,
        },
    })
}

/// What a compared query is an example of.
fn example(
    searcher: &Searcher<'_>,
    candidate: &Candidate,
    compared: &Comparison,
    near_from: f32,
) -> Option<Sorted> {
    let encoder = searcher.encoder.encoder();
    let mut words = compared.words.iter();
    let judged = kinds::judged(&Judge {
        compared,
        source: candidate.source,
        near_from,
        is_known: words.all(|word| encoder.knows(&fold(&word.word))),
    })?;
    let terms = searcher.analyzer.tokens(&candidate.query);
    let witness = |at: usize| compared.records.get(at).map(witness);
    Some(Sorted {
        kind: judged.kind,
        terms: terms.map(|token| token.term).collect(),
        example: Example {
            query: candidate.query.clone(),
            source: candidate.source,
            clarity: judged.clarity,
            overlap: compared.overlap,
            matching: compared.matching,
            words: compared.words.clone(),
            fits: compared.fits,
            record: witness(judged.record)?,
            instead: judged.instead.and_then(witness),
        },
    })
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
