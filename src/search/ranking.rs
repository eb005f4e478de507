//! From a query to a ranking of positions: by meaning, by words, by both.

use std::collections::HashSet;
use std::time::Instant;

use crate::Vector;
use crate::query::{Counted, Mode, Query, Route, Signal, Timings};
use crate::search::answers::Answers;
use crate::search::asked::{Asked, Ranked, Ranking};
use crate::search::nearest::{NearRecord, nearest};
use crate::segment::background::LOOKED_AT;
use crate::segment::generation::Generation;
use crate::text::{self, Match};
use crate::vector::cosine;

impl Asked<'_> {
    /// The ranking for the query's mode. For a search by meaning, `answers` must be given.
    pub fn ranking(&self, answers: Option<&Answers>, timings: &mut Timings) -> Ranking {
        let Query { limit, offset, .. } = *self.query;
        let mut ranking = match (self.vector, answers) {
            (Some(vector), Some(answers)) => {
                let (hits, route, near) = if self.query.mode == Mode::Hybrid {
                    self.by_both(vector, &answers.near, timings)
                } else {
                    let wanted = (offset + limit).max(LOOKED_AT);
                    let (near, route) = self.by_meaning(vector, wanted, &answers.near, timings);
                    let fits = self.fits(&near);
                    ((1..).zip(near).map(neural).collect(), route, fits)
                };
                Ranking {
                    hits,
                    total: self.total(answers),
                    counted: answers.counted,
                    route: Some(route),
                    // A record that contains every word is always an answer.
                    fits: near.map(|near| near || answers.holds_all),
                }
            }
            _ => {
                let found = self.by_words(offset + limit, timings);
                Ranking {
                    hits: (1..).zip(found).map(textual).collect(),
                    total: text::count(&self.parts(), self.words),
                    counted: Counted::Matching,
                    route: None,
                    fits: None,
                }
            }
        };
        ranking.hits = ranking.hits.into_iter().skip(offset).take(limit).collect();
        ranking
    }

    pub(super) fn fits(&self, near: &[NearRecord]) -> Option<bool> {
        let nearest: Vec<f32> = near
            .iter()
            .take(LOOKED_AT)
            .map(|near| near.cosine)
            .collect();
        self.generation.background()?.fits(&nearest)
    }

    /// The nearest records that pass. `known` has those already known to be nearer than all
    /// others; the search goes on only if they are too few.
    pub(super) fn by_meaning(
        &self,
        vector: &Vector,
        wanted: usize,
        known: &[NearRecord],
        timings: &mut Timings,
    ) -> (Vec<NearRecord>, Route) {
        let start = Instant::now();
        let mut used = Route::Exact;
        let near = distinct(
            self.generation,
            self.query.collapse,
            wanted,
            |near: &NearRecord| near.position,
            |depth| {
                if let Some(known) = known.get(..depth) {
                    return known.to_vec();
                }
                let (found, route) = nearest(
                    self.generation,
                    vector,
                    depth,
                    self.passing,
                    self.query.route,
                    self.graph_min_records,
                );
                used = route;
                found
            },
        );
        timings.neural += start.elapsed();
        (near, used)
    }

    pub(super) fn by_words(&self, wanted: usize, timings: &mut Timings) -> Vec<Match> {
        let start = Instant::now();
        let parts = self.parts();
        let found = distinct(
            self.generation,
            self.query.collapse,
            wanted,
            |found: &Match| found.position,
            |depth| text::search(&parts, self.words, depth),
        );
        timings.text += start.elapsed();
        found
    }
}

/// The passage of a record that is nearest to a vector, and its cosine.
pub fn nearest_passage(generation: &Generation, vector: &Vector, position: u32) -> (u32, f32) {
    let passages = (0u32..).zip(generation.vectors(position));
    let cosines = passages.map(|(passage, of_passage)| (passage, cosine(vector, of_passage)));
    // The first one wins a tie, as in a scan.
    let nearer = |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
    cosines.reduce(nearer).unwrap_or((0, 0.0))
}

pub(super) fn neural((rank, near): (u32, NearRecord)) -> Ranked {
    Ranked {
        position: near.position,
        score: near.cosine,
        neural: Some(Signal {
            rank,
            score: near.cosine,
        }),
        text: None,
        passage: Some(near.passage),
    }
}

pub(super) fn textual((rank, found): (u32, Match)) -> Ranked {
    Ranked {
        position: found.position,
        score: found.score,
        neural: None,
        text: Some(Signal {
            rank,
            score: found.score,
        }),
        passage: None,
    }
}

/// The first `wanted` records of a ranking. If `collapse`, only the first of identical ones is
/// kept. The ranking is requested deeper and deeper until there are enough, or there are no
/// more.
pub fn distinct<T>(
    generation: &Generation,
    collapse: bool,
    wanted: usize,
    position: impl Fn(&T) -> u32,
    mut ranking: impl FnMut(usize) -> Vec<T>,
) -> Vec<T> {
    let mut depth = wanted;
    loop {
        let mut found = ranking(depth);
        let exhausted = found.len() < depth;
        if collapse {
            let mut seen = HashSet::with_capacity(found.len());
            found.retain(|found| seen.insert(generation.fingerprint(position(found))));
        }
        if found.len() >= wanted || exhausted {
            found.truncate(wanted);
            return found;
        }
        depth *= 2;
    }
}
