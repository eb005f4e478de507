//! From a question to a ranking of positions: by meaning, by words, by both.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::fit::LOOKED_AT;
use super::generation::{Generation, Passing};
use super::nearest::{NearRecord, nearest};
use crate::Vector;
use crate::fusion::{Scale, reciprocal_rank};
use crate::query::{Fusion, Mode, Query, Route, Signal, Timings};
use crate::text::{self, Match, TextPart, TextQuery};
use crate::vector::cosine;

/// How deep each ranking is read for fusion. Fixed, so that paging never reorders.
const FUSION_DEPTH: usize = 100;

/// How many records stand for the whole collection where a query's background is measured.
const BACKGROUND_RECORDS: u32 = 1_000;

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
    /// How many records match, by words, or may be hits, otherwise.
    pub total: u32,
    /// How neighbours were looked for, where they were.
    pub route: Option<Route>,
    /// Whether anything is near enough to be an answer, where that can be told.
    pub fits: Option<bool>,
}

impl Asked<'_> {
    /// The ranking of the question's mode.
    pub fn ranking(&self, timings: &mut Timings) -> Ranking {
        let Query {
            mode,
            limit,
            offset,
            ..
        } = *self.query;
        let total = self.generation.passing(self.passing);
        // A record that holds every word is an answer, whatever it means.
        let holds_all = || text::any_holds_all(&self.parts(), self.words);
        let (ranked, total, route, fits): (Vec<Ranked>, _, _, _) = match (mode, self.vector) {
            (Mode::Hybrid, Some(vector)) => {
                let (fused, route, near) = self.by_both(vector, timings);
                let fits = near.map(|near| near || holds_all());
                (fused, total, Some(route), fits)
            }
            (_, Some(vector)) => {
                let wanted = (offset + limit).max(LOOKED_AT);
                let (near, route) = self.by_meaning(vector, wanted, timings);
                let fits = self.fits(&near).map(|near| near || holds_all());
                (
                    (1..).zip(near).map(neural).collect(),
                    total,
                    Some(route),
                    fits,
                )
            }
            (_, None) => {
                let found = self.by_words(offset + limit, timings);
                let total = text::count(&self.parts(), self.words);
                ((1..).zip(found).map(textual).collect(), total, None, None)
            }
        };
        let hits = ranked.into_iter().skip(offset).take(limit);
        Ranking {
            hits: hits.collect(),
            total,
            route,
            fits,
        }
    }

    fn fits(&self, near: &[NearRecord]) -> Option<bool> {
        let nearest: Vec<f32> = near
            .iter()
            .take(LOOKED_AT)
            .map(|near| near.cosine)
            .collect();
        self.generation.background()?.fits(&nearest)
    }

    fn parts(&self) -> Vec<TextPart<'_>> {
        self.generation.text_parts(self.passing)
    }

    fn by_meaning(
        &self,
        vector: &Vector,
        wanted: usize,
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

    fn by_words(&self, wanted: usize, timings: &mut Timings) -> Vec<Match> {
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

    /// The best of either engine, each scored by both.
    fn by_both(
        &self,
        vector: &Vector,
        timings: &mut Timings,
    ) -> (Vec<Ranked>, Route, Option<bool>) {
        let (near, route) = self.by_meaning(vector, FUSION_DEPTH, timings);
        let found = self.by_words(FUSION_DEPTH, timings);

        let fuser = self.fuser(vector, &near, &found, timings);
        let start = Instant::now();
        let mut union: HashMap<u32, Ranked> = HashMap::new();
        for ranked in (1..).zip(near.iter().copied()).map(neural) {
            union.insert(ranked.position, ranked);
        }
        for ranked in (1..).zip(found.iter().copied()).map(textual) {
            let known = union.entry(ranked.position);
            known
                .and_modify(|known| known.text = ranked.text)
                .or_insert(ranked);
        }
        let mut fused: Vec<Ranked> = union.into_values().collect();
        fused.sort_unstable_by_key(|ranked| ranked.position);
        self.score_both(vector, &fuser, &mut fused);
        // Stable: equal scores stay in order of position.
        fused.sort_by(|a, b| b.score.total_cmp(&a.score));
        timings.fusion += start.elapsed();
        (fused, route, self.fits(&near))
    }

    /// How the two rankings become one. What is near and what is well matched is told by the
    /// whole collection: a filter that leaves only bad records must not make them good.
    fn fuser(
        &self,
        vector: &Vector,
        near: &[NearRecord],
        found: &[Match],
        timings: &mut Timings,
    ) -> Fuser {
        match self.query.fusion {
            Fusion::ReciprocalRank => Fuser::Ranks,
            Fusion::Weighted { meaning } if self.passing.is_none() => Fuser::Scores {
                share: meaning,
                meaning: Scale::of_all(
                    background(self.generation, vector),
                    near.iter().map(|near| near.cosine),
                    self.generation.records(),
                ),
                words: Scale::of_found(found.iter().map(|found| found.score)),
            },
            Fusion::Weighted { .. } => {
                let whole = Asked {
                    passing: &None,
                    ..*self
                };
                let (near, _) = whole.by_meaning(vector, FUSION_DEPTH, timings);
                let found = whole.by_words(FUSION_DEPTH, timings);
                whole.fuser(vector, &near, &found, timings)
            }
        }
    }

    /// Scores records, given in order of position, by what both engines say of each; where
    /// an engine did not have one among its best, it is asked.
    fn score_both(&self, vector: &Vector, fuser: &Fuser, records: &mut [Ranked]) {
        let missed = records.iter().filter(|ranked| ranked.text.is_none());
        let missed: Vec<u32> = missed.map(|ranked| ranked.position).collect();
        let mut missed = text::scores(&self.parts(), self.words, &missed).into_iter();
        for ranked in records {
            let bm25 = match ranked.text {
                Some(signal) => signal.score,
                None => missed.next().unwrap_or(0.0),
            };
            let cosine = match ranked.neural {
                Some(signal) => signal.score,
                None => {
                    let nearest = nearest_passage(self.generation, vector, ranked.position);
                    ranked.passage = Some(nearest.0);
                    nearest.1
                }
            };
            let added = fuser.added(ranked.neural, ranked.text, cosine, bm25);
            ranked.score = added.words + added.meaning;
        }
    }

    /// The two rankings that are fused, and how.
    pub fn fused(&self, vector: &Vector) -> Fused {
        let mut timings = Timings::default();
        let (near, _) = self.by_meaning(vector, FUSION_DEPTH, &mut timings);
        let found = self.by_words(FUSION_DEPTH, &mut timings);
        Fused {
            fuser: self.fuser(vector, &near, &found, &mut timings),
            near,
            found,
        }
    }

    /// What each engine adds to the fused score of a record, and its places among what is
    /// fused.
    pub fn place(
        &self,
        fused: &Fused,
        vector: &Vector,
        position: u32,
    ) -> (Added, [Option<Signal>; 2]) {
        let by_meaning = (1..).zip(fused.near.iter().copied()).map(neural);
        let by_words = (1..).zip(fused.found.iter().copied()).map(textual);
        let is_it = |ranked: &Ranked| ranked.position == position;
        let neural = by_meaning.into_iter().find(is_it).and_then(|r| r.neural);
        let text = by_words.into_iter().find(is_it).and_then(|r| r.text);
        let scores = text::scores(&self.parts(), self.words, &[position]);
        let bm25 = scores.first().copied().unwrap_or(0.0);
        let (_, cosine) = nearest_passage(self.generation, vector, position);
        (
            fused.fuser.added(neural, text, cosine, bm25),
            [neural, text],
        )
    }
}

/// The rankings that are fused, and how.
pub struct Fused {
    near: Vec<NearRecord>,
    found: Vec<Match>,
    fuser: Fuser,
}

/// What each engine adds to a fused score.
pub struct Added {
    /// Words.
    pub words: f32,
    /// Meaning.
    pub meaning: f32,
}

/// One score out of two.
enum Fuser {
    Ranks,
    Scores {
        share: f32,
        meaning: Scale,
        words: Scale,
    },
}

impl Fuser {
    fn added(&self, neural: Option<Signal>, text: Option<Signal>, cosine: f32, bm25: f32) -> Added {
        let of_rank = |signal: Option<Signal>| signal.map_or(0.0, |s| reciprocal_rank(s.rank));
        match self {
            Self::Ranks => Added {
                words: of_rank(text),
                meaning: of_rank(neural),
            },
            Self::Scores {
                share,
                meaning,
                words,
            } => Added {
                words: (1.0 - share) * words.of(bm25),
                meaning: share * meaning.of(cosine),
            },
        }
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

/// The mean cosine of a vector with records that stand evenly spread through the whole
/// collection: what any text has in common with it.
fn background(generation: &Generation, vector: &Vector) -> f32 {
    let cosines = generation.spread(BACKGROUND_RECORDS);
    let cosines = cosines.map(|of_record| f64::from(cosine(vector, of_record)));
    let (sum, count) = cosines.fold((0.0, 0u32), |(sum, count), of| (sum + of, count + 1));
    (sum / f64::from(count.max(1))) as f32
}

fn neural((rank, near): (u32, NearRecord)) -> Ranked {
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

fn textual((rank, found): (u32, Match)) -> Ranked {
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
