//! From a question to a ranking of positions: by meaning, by words, by both.

use std::collections::HashSet;
use std::time::Instant;

use crate::Vector;
use crate::collection::index::generation::{Generation, Passing};
use crate::collection::search::answers::Answers;
use crate::collection::search::fit::LOOKED_AT;
use crate::collection::search::nearest::{NearRecord, nearest};
use crate::query::{Counted, Mode, Query, Route, Signal, Timings};
use crate::text::{self, Match, TextPart, TextQuery};
use crate::vector::cosine;

/// A question made ready: what is asked of which state of the indexes.
pub struct Asked<'a> {
    /// The state.
    pub generation: &'a Generation,
    /// Which records may be hits: those that pass the filters and fulfil the query's
    /// conditions.
    pub passing: &'a Passing,
    /// The question itself.
    pub query: &'a Query,
    /// Its words.
    pub words: &'a TextQuery,
    /// Its meaning, where the mode asks for it.
    pub vector: Option<&'a Vector>,
    /// From how many records on a segment is searched through its graph.
    pub graph_min_records: u32,
}

/// A record's place before its record is read.
pub struct Ranked {
    /// Position in the generation.
    pub position: u32,
    /// What it is ranked by.
    pub score: f32,
    /// Its place by meaning.
    pub neural: Option<Signal>,
    /// Its place by words.
    pub text: Option<Signal>,
    /// Which of its passages was nearest.
    pub passage: Option<u32>,
}

/// The part of a ranking that was asked for, and what is said about all of it.
pub struct Ranking {
    /// Best first.
    pub hits: Vec<Ranked>,
    /// How many records are answers.
    pub total: u32,
    /// Which those are.
    pub counted: Counted,
    /// How neighbours were looked for, where they were.
    pub route: Option<Route>,
    /// Whether anything is near enough to be an answer, where that can be told.
    pub fits: Option<bool>,
}

impl Asked<'_> {
    /// The ranking of the question's mode; of one that reads meaning, the answers are given.
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
                    // A record that holds every word is an answer, whatever it means.
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

    pub(super) fn parts(&self) -> Vec<TextPart<'_>> {
        self.generation.text_parts(self.passing)
    }

    /// The nearest records that pass. Those that are known to be nearer than all others are
    /// given; only where they are too few is it looked further.
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

/// The passage of a record that is nearest to a vector, and how near.
pub fn nearest_passage(generation: &Generation, vector: &Vector, position: u32) -> (u32, f32) {
    let passages = (0u32..).zip(generation.vectors(position));
    let cosines = passages.map(|(passage, of_passage)| (passage, cosine(vector, of_passage)));
    // The first of equally near ones, as a scan has it.
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

/// The first `wanted` records of a ranking, of identical ones only the first. The ranking
/// is asked for deeper and deeper until there are enough, or there are no more.
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
