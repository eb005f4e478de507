//! What small changes of a query do to its rankings: each changed query is compared like the query
//! itself, and each of its rankings with the same ranking before.

use std::collections::HashSet;

use crate::analysis::Analyzer;
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::found::Found;
use crate::query::{Comparison, MAX_COMPARED, Query};
use crate::search::changes::{self, Made};
use crate::search::rank_biased::{PERSISTENCE, overlap, rank_biased_overlap};
use crate::search::searcher::Searcher;
use crate::search::synonym::{Holds, synonym};
use crate::vocabulary::{Change, Changed, Compared, Lab, Lists, Moved, Named, Shift};

/// How many of the first records the overlap is counted among.
const FIRST: usize = 10;

/// Compares the rankings of a query with those of the same query with small changes: at most one for each
/// [`Change`], so there are at most seven comparisons. A change that cannot be made, such as another order
/// of a single word, is left out. `compare` compares the rankings of a query.
///
/// # Errors
/// Those of `compare`.
pub(crate) fn lab(
    text: &str,
    name: &str,
    models: (&Analyzer, &Encoder),
    holds: &dyn Holds,
    compare: impl Fn(&Query) -> Result<Comparison>,
) -> Result<Lab> {
    let text = text.trim();
    let mut seen = Seen::default();
    let compared = compare(&query(text))?;
    let lists = seen.lists(&compared);
    let words = changes::words(text, models.0);
    let synonym = synonym(&words, models, holds).and_then(|(at, instead)| {
        let word = words.get(at)?;
        Some(changes::replaced(text, Change::Synonym, word, instead))
    });
    let made = [
        changes::typo(text, &words),
        synonym,
        changes::exclusion(text, &words),
        changes::negation(text, &words),
        changes::order(text, &words),
        changes::dropped(text, &words, &compared.words),
    ];
    let mut changed = Vec::new();
    for made in made.into_iter().flatten() {
        match compare(&query(&made.query)) {
            Ok(compared) => changed.push(seen.changed(made, &lists, compared)),
            // It may have become too long, or have nothing left to find.
            Err(Error::BadQuery(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Lab {
        collection: name.to_owned(),
        query: text.to_owned(),
        depth: MAX_COMPARED as u32,
        persistence: PERSISTENCE as f32,
        lists,
        changes: changed,
        records: seen.records,
    })
}

impl Searcher<'_> {
    /// What small changes of a query do to its rankings: see [`lab`].
    ///
    /// # Errors
    /// Those of [`Searcher::compare`].
    pub fn lab(&self, text: &str) -> Result<Lab> {
        let models = (self.analyzer, self.encoder.encoder());
        lab(text, &self.name, models, self, |query| self.compare(query))
    }
}

impl Holds for Searcher<'_> {
    fn term(&self, term: &str) -> bool {
        let parts = self.generation.text_parts(&None);
        parts.iter().any(|part| part.index.term(term).is_some())
    }

    fn piece(&self, piece: u32) -> bool {
        self.generation.records_with(piece) > 0
    }
}

fn query(text: &str) -> Query {
    Query {
        limit: MAX_COMPARED,
        ..Query::new(text)
    }
}

/// The records in any of the rankings.
#[derive(Default)]
struct Seen {
    records: Vec<Named>,
    ids: HashSet<String>,
}

impl Seen {
    /// The rankings of a comparison.
    fn lists(&mut self, compared: &Comparison) -> Lists {
        for record in &compared.records {
            let found = &record.hit;
            let id = &found.record.id;
            if self.ids.insert(id.clone()) {
                let title = found.record.title.get(found.title.clone());
                self.records.push(Named {
                    id: id.clone(),
                    title: title.unwrap_or_default().to_owned(),
                });
            }
        }
        let list = |place: fn(&Compared<Found>) -> Option<u32>| {
            let records = compared.records.iter();
            let placed = records.filter_map(|record| {
                let place = place(record).filter(|place| *place <= compared.limit)?;
                Some((place, record.hit.record.id.clone()))
            });
            let mut placed: Vec<(u32, String)> = placed.collect();
            placed.sort_unstable();
            placed.into_iter().map(|(_, id)| id).collect()
        };
        Lists {
            meaning: list(|record| record.by_meaning),
            words: list(|record| record.by_words),
            both: list(|record| record.by_both),
        }
    }

    /// A changed query, with its rankings and how far they are from those before.
    fn changed(&mut self, made: Made, before: &Lists, compared: Comparison) -> Changed {
        let after = self.lists(&compared);
        Changed {
            change: made.change,
            word: made.word,
            instead: made.instead,
            query: made.query,
            corrections: compared.corrections,
            moved: Moved {
                meaning: shift(&before.meaning, &after.meaning),
                words: shift(&before.words, &after.words),
                both: shift(&before.both, &after.both),
            },
            lists: after,
        }
    }
}

/// How far a ranking is from what it was.
fn shift(before: &[String], after: &[String]) -> Shift {
    let rbo = rank_biased_overlap(before, after).clamp(0.0, 1.0) as f32;
    // Sums in another order may differ in the last digit.
    let rbo = if before == after { 1.0 } else { rbo };
    Shift {
        overlap: overlap(before, after, FIRST) as u32,
        rbo,
        moved: 1.0 - rbo,
    }
}
