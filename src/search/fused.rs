//! Fuses the two rankings: the best of either engine, each scored by both.

use std::collections::HashMap;
use std::time::Instant;

use crate::Vector;
use crate::fusion::{GOOD_RANK, Scale, WordScale, reciprocal_rank};
use crate::query::{FUSION_DEPTH, Fusion, Route, Signal, Timings};
use crate::search::asked::{Asked, Ranked};
use crate::search::nearest::NearRecord;
use crate::search::ranking::{nearest_passage, neural, textual};
use crate::segment::generation::Generation;
use crate::text::{self, Match};
use crate::vector::cosine;

/// How many records represent the whole collection when a query's background is measured.
const BACKGROUND_RECORDS: u32 = 1_000;

/// The fused rankings, and how they are fused.
pub struct Fused {
    near: Vec<NearRecord>,
    found: Vec<Match>,
    fuser: Fuser,
}

/// What each engine adds to a fused score.
pub struct Added {
    /// By words.
    pub words: f32,
    /// By meaning.
    pub meaning: f32,
}

impl Asked<'_> {
    /// The best of either engine, each scored by both. `known` has the records already known to
    /// be nearer than all others.
    pub(super) fn by_both(
        &self,
        vector: &Vector,
        known: &[NearRecord],
        timings: &mut Timings,
    ) -> (Vec<Ranked>, Route, Option<bool>) {
        let (near, route) = self.by_meaning(vector, FUSION_DEPTH, known, timings);
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
        // Ties are ordered by nearness. The sort is stable, so further ties stay in order of
        // position.
        let rank = |ranked: &Ranked| ranked.neural.map_or(u32::MAX, |signal| signal.rank);
        fused.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            by_score.then(rank(a).cmp(&rank(b)))
        });
        timings.fusion += start.elapsed();
        (fused, route, self.fits(&near))
    }

    /// How to fuse the two rankings. What counts as near or well matched is measured on the
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
                words: self.word_scale(found),
            },
            Fusion::Weighted { .. } => {
                let whole = Asked {
                    passing: &None,
                    ..*self
                };
                let (near, _) = whole.by_meaning(vector, FUSION_DEPTH, &[], timings);
                let found = whole.by_words(FUSION_DEPTH, timings);
                whole.fuser(vector, &near, &found, timings)
            }
        }
    }

    fn word_scale(&self, found: &[Match]) -> WordScale {
        let tenth = found.get(GOOD_RANK - 1).map(|found| found.position);
        let share = text::coverage(&self.parts(), self.words, tenth.as_slice());
        let share = share.first().copied().unwrap_or(0.0);
        WordScale::of_found(found.iter().map(|found| found.score), share)
    }

    /// Scores records, given in order of position, by both engines. If a record is not among an
    /// engine's best, that engine is asked for its score.
    fn score_both(&self, vector: &Vector, fuser: &Fuser, records: &mut [Ranked]) {
        let missed = records.iter().filter(|ranked| ranked.text.is_none());
        let missed: Vec<u32> = missed.map(|ranked| ranked.position).collect();
        let mut missed = text::scores(&self.parts(), self.words, &missed).into_iter();
        let positions: Vec<u32> = records.iter().map(|ranked| ranked.position).collect();
        let shares = text::coverage(&self.parts(), self.words, &positions);
        for (ranked, share) in records.iter_mut().zip(shares) {
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
            let added = fuser.added(ranked.neural, ranked.text, cosine, (bm25, share));
            ranked.score = added.words + added.meaning;
        }
    }

    /// The two rankings to fuse, and how to fuse them.
    pub fn fused(&self, vector: &Vector) -> Fused {
        let mut timings = Timings::default();
        let (near, _) = self.by_meaning(vector, FUSION_DEPTH, &[], &mut timings);
        let found = self.by_words(FUSION_DEPTH, &mut timings);
        Fused {
            fuser: self.fuser(vector, &near, &found, &mut timings),
            near,
            found,
        }
    }

    /// What each engine adds to the fused score of a record, and its ranks in the two rankings.
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
        let shares = text::coverage(&self.parts(), self.words, &[position]);
        let first = |of: Vec<f32>| of.first().copied().unwrap_or(0.0);
        let matched = (first(scores), first(shares));
        let (_, cosine) = nearest_passage(self.generation, vector, position);
        (
            fused.fuser.added(neural, text, cosine, matched),
            [neural, text],
        )
    }
}

/// Computes one score from two.
enum Fuser {
    Ranks,
    Scores {
        share: f32,
        meaning: Scale,
        words: WordScale,
    },
}

impl Fuser {
    /// What each engine adds for a record: from its ranks, or from its cosine, its BM25 score
    /// and the share of the query that it contains.
    fn added(
        &self,
        neural: Option<Signal>,
        text: Option<Signal>,
        cosine: f32,
        (bm25, coverage): (f32, f32),
    ) -> Added {
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
                words: (1.0 - share) * words.of(bm25, coverage),
                meaning: share * meaning.of(cosine),
            },
        }
    }
}

/// The mean cosine of a vector with records spread evenly over the whole collection: what any
/// text has in common with it.
fn background(generation: &Generation, vector: &Vector) -> f32 {
    let cosines = generation.spread(BACKGROUND_RECORDS);
    let cosines = cosines.map(|of_record| f64::from(cosine(vector, of_record)));
    let (sum, count) = cosines.fold((0.0, 0u32), |(sum, count), of| (sum + of, count + 1));
    (sum / f64::from(count.max(1))) as f32
}
