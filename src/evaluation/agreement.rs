//! Compares what two backends with the same records answer.

use std::time::{Duration, Instant};

use super::recall::{draw, median};
use crate::backend::Backend;
use crate::collection::Collection;
use crate::error::Result;
use crate::query::{Mode, Query, Route};

/// How many hits are compared.
const HITS: usize = 10;

/// The most characters of a title that is a query.
const TITLE: usize = 200;

/// How far the answers in a mode agree.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The mode.
    pub mode: Mode,
    /// How many queries were asked.
    pub queries: usize,
    /// For how many of them the first ten hits are the same in the same order, but for those with equal
    /// scores.
    pub equal: usize,
    /// The average share of the first ten hits here that are among the first ten there.
    pub overlap: f64,
    /// Median times of an answer here and there, without encoding.
    pub medians: (Duration, Duration),
}

/// Asks both backends for the titles of random records, by the exact scan here, in every mode. `seed`
/// determines the records.
///
/// # Errors
/// As for [`Backend::search`].
pub fn agreement(
    here: &Collection,
    there: &dyn Backend,
    queries: usize,
    seed: u64,
) -> Result<Vec<Agreement>> {
    let texts = titles(here, queries, seed)?;
    let of_mode = |&mode: &Mode| {
        let mut agreement = Agreement {
            mode,
            queries: texts.len(),
            equal: 0,
            overlap: 0.0,
            medians: Default::default(),
        };
        let (mut times_here, mut times_there) = (Vec::new(), Vec::new());
        for text in &texts {
            let query = Query {
                mode,
                limit: HITS,
                route: Route::Exact,
                operators: false,
                ..Query::new(text.clone())
            };
            let (ours, time) = hits(here, &query)?;
            times_here.push(time);
            let (theirs, time) = hits(there, &query)?;
            times_there.push(time);
            agreement.equal += usize::from(same(&ours, &theirs));
            let found = ours
                .iter()
                .filter(|(id, _)| theirs.iter().any(|(other, _)| other == id));
            agreement.overlap += found.count() as f64 / ours.len().max(1) as f64;
        }
        agreement.overlap /= texts.len().max(1) as f64;
        agreement.medians = (median(times_here), median(times_there));
        Ok(agreement)
    };
    Mode::ALL.iter().map(of_mode).collect()
}

/// Ids and scores of the first hits, and how long it took to find them.
fn hits(backend: &dyn Backend, query: &Query) -> Result<(Vec<(String, f32)>, Duration)> {
    let start = Instant::now();
    let answer = backend.search(query)?;
    let time = start.elapsed().saturating_sub(answer.timings.encode);
    let hits = answer.hits.into_iter();
    Ok((hits.map(|hit| (hit.record.id, hit.score)).collect(), time))
}

/// By how much the same score may differ, because sums are computed in another order.
const TOLERANCE: f32 = 1e-4;

/// Whether two lists of hits are the same, in an order in which no hit has a score below that of a later
/// one by more than the tolerance.
fn same(ours: &[(String, f32)], theirs: &[(String, f32)]) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|((id, score), (other, theirs))| {
                let near =
                    |one: f32, other: f32| (one - other).abs() <= TOLERANCE * one.abs().max(1.0);
                near(*score, *theirs) && (id == other || tied(ours, id, other, &near))
            })
}

/// Whether two hits have the same score here. The last ones may be tied with hits that are not in the list.
fn tied(ours: &[(String, f32)], id: &str, other: &str, near: &dyn Fn(f32, f32) -> bool) -> bool {
    let score = |wanted: &str| {
        ours.iter()
            .find(|(id, _)| id == wanted)
            .map(|(_, score)| *score)
    };
    let last = ours.last().map(|(_, score)| *score);
    match (score(id), score(other).or(last)) {
        (Some(one), Some(other)) => near(one, other),
        _ => false,
    }
}

fn titles(collection: &Collection, count: usize, seed: u64) -> Result<Vec<String>> {
    let generation = collection.generation();
    let positions: Vec<u32> = generation.positions().collect();
    let mut texts = Vec::new();
    for at in draw(generation.records(), count, seed) {
        let number = positions
            .get(at as usize)
            .and_then(|&at| generation.number(at));
        if let Some(number) = number {
            let title = collection.numbered(number)?.title;
            let text: String = title.chars().take(TITLE).collect();
            texts.extend((!text.trim().is_empty()).then_some(text));
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(of: &[(&str, f32)]) -> Vec<(String, f32)> {
        of.iter()
            .map(|&(id, score)| (id.to_owned(), score))
            .collect()
    }

    #[test]
    fn hits_with_equal_scores_may_change_places() {
        let ours = hits(&[("a", 3.0), ("b", 2.0), ("c", 2.0), ("d", 1.0)]);
        assert!(same(&ours, &ours));
        assert!(same(
            &ours,
            &hits(&[("a", 3.0), ("c", 2.0), ("b", 2.0), ("d", 1.0)])
        ));
        assert!(!same(
            &ours,
            &hits(&[("b", 3.0), ("a", 2.0), ("c", 2.0), ("d", 1.0)])
        ));
        assert!(!same(
            &ours,
            &hits(&[("a", 3.0), ("b", 2.0), ("c", 2.0), ("d", 0.9)])
        ));
        assert!(!same(&ours, &ours[..3]));
        // One of several that are tied for the last place.
        assert!(same(
            &ours,
            &hits(&[("a", 3.0), ("b", 2.0), ("c", 2.0), ("e", 1.0)])
        ));
    }
}
