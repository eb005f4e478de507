//! The third stage: ranks the candidates. In mode `hybrid`, the candidates of either index are
//! scored by both, and the two scores are fused.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::fusion::{GOOD_RANK, Scale, WordScale, reciprocal_rank};
use crate::query::{Counted, Fusion, Query, Route, Signal};
use crate::search::nearest::{NearRecord, nearest_passage};
use crate::search::neighbours::Group;
use crate::search::plan::Plan;
use crate::search::ranked::{Fused, Ranked};
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::segment::unrelated::LOOKED_AT;
use crate::text::{Match, WordSearch};

/// The requested part of a ranking, and what is known about all of it.
pub struct Ranking {
    /// Best first.
    pub hits: Vec<Ranked>,
    /// How many records are answers.
    pub total: u32,
    /// What `total` counts.
    pub counted: Counted,
    /// How neighbours were searched for, if they were.
    pub route: Option<Route>,
    /// Whether anything is near enough to be an answer, if that can be determined.
    pub fits: Option<bool>,
}

/// How well words match a record.
#[derive(Clone, Copy, Default)]
struct Matched {
    /// Its BM25 score.
    score: f32,
    /// The share of the query that it contains.
    coverage: f32,
}

impl Searcher<'_> {
    /// Ranks the candidates of a query.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for sorting by a field that is not a facet.
    pub(super) fn rank(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> Result<Ranking> {
        let Query { limit, offset, .. } = *plan.query;
        let hits = if plan.is_in_order() {
            self.listed(plan, &candidates.answers)?
        } else if plan.fuses() {
            self.fused_ranking(plan, words, candidates)
        } else if plan.vector.is_some() {
            (1..).zip(&candidates.near).map(by_meaning).collect()
        } else {
            (1..).zip(&candidates.found).map(by_words).collect()
        };
        let answers = &candidates.answers;
        Ok(Ranking {
            hits: hits.into_iter().skip(offset).take(limit).collect(),
            total: answers.total,
            counted: answers.counted,
            route: candidates.route,
            fits: self.fits(plan, candidates),
        })
    }

    /// Whether anything is near enough to the query to be an answer. A record that contains every
    /// word always is.
    fn fits(&self, plan: &Plan<'_>, candidates: &Candidates) -> Option<bool> {
        let holds_all = candidates.answers.holds_all;
        if plan.unread {
            return Some(holds_all);
        }
        plan.vector.as_ref()?;
        let nearest = candidates.near.iter().take(LOOKED_AT);
        let nearest: Vec<f32> = nearest.map(|near| near.cosine).collect();
        let fits = self.generation.unrelated()?.fits(&nearest)?;
        Some(fits || holds_all)
    }

    fn fused_ranking(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> Vec<Ranked> {
        let positions = positions(&candidates.near, &candidates.found);
        let scored = self.scored(plan, words, candidates, &positions);
        let fused = match self.group(plan, words, candidates, &scored) {
            Some(group) => group.regularised_all(&self.generation, scored),
            None => scored,
        };
        let mut ranking: Vec<Ranked> = fused.into_iter().map(|fused| fused.ranked).collect();
        // Ties are ordered by nearness. The sort is stable, so further ties stay in order of
        // position.
        let rank = |ranked: &Ranked| ranked.neural.map_or(u32::MAX, |signal| signal.rank);
        ranking.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            by_score.then(rank(a).cmp(&rank(b)))
        });
        ranking
    }

    /// The fused score of a record, whether or not it is a candidate. `group` is that of
    /// [`Searcher::group_of`].
    pub(super) fn fused(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        group: Option<&Group<'_>>,
        position: u32,
    ) -> Option<Fused> {
        let own = self.scored(plan, words, candidates, &[position]).pop()?;
        Some(match group {
            Some(group) => group.regularised(&self.generation, own),
            None => own,
        })
    }

    /// The candidates whose scores count for similar records, if any do.
    pub(super) fn group_of(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> Option<Group<'_>> {
        if !plan.counts_neighbours() {
            return None;
        }
        let positions = positions(&candidates.near, &candidates.found);
        let scored = self.scored(plan, words, candidates, &positions);
        self.group(plan, words, candidates, &scored)
    }

    /// The candidates of the whole collection, if the scores of similar records count. `scored` are
    /// those that pass.
    fn group(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        scored: &[Fused],
    ) -> Option<Group<'_>> {
        if !plan.counts_neighbours() {
            return None;
        }
        let Some(whole) = &candidates.whole else {
            return Some(Group::of(&self.generation, scored));
        };
        let positions = positions(&whole.near, &whole.found);
        let scored = self.scored(plan, words, candidates, &positions);
        Some(Group::of(&self.generation, &scored))
    }

    /// Scores records by both indexes, whether or not they are candidates. They are given in order
    /// of position.
    fn scored(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        positions: &[u32],
    ) -> Vec<Fused> {
        let Some(vector) = &plan.vector else {
            return Vec::new();
        };
        let ranked = ranked(candidates);
        let (matched, fuser) = self.fuser(plan, words, candidates, positions);
        let scored = positions.iter().map(|&position| {
            let mut ranked = ranked.get(&position).copied().unwrap_or(Ranked {
                position,
                ..Ranked::default()
            });
            let cosine = match ranked.neural {
                Some(signal) => signal.score,
                None => {
                    let nearest = nearest_passage(&self.generation, vector, position);
                    ranked.passage = Some(nearest.0);
                    nearest.1
                }
            };
            let matched = matched.get(&position).copied().unwrap_or_default();
            let (from_words, from_meaning) = fuser.added(&ranked, cosine, matched);
            ranked.score = from_words + from_meaning;
            Fused {
                ranked,
                from_words,
                from_meaning,
                neighbours: Vec::new(),
            }
        });
        scored.collect()
    }

    /// How well words match some records, and how to fuse that with their nearness. What counts as
    /// near or well matched is measured on the whole collection.
    fn fuser(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        positions: &[u32],
    ) -> (BTreeMap<u32, Matched>, Fuser) {
        let Candidates { near, found, .. } = candidates;
        let (near, found) = match &candidates.whole {
            Some(whole) => (&whole.near, &whole.found),
            None => (near, found),
        };
        let tenth = found.get(GOOD_RANK - 1).map(|found| found.position);
        let mut asked: Vec<u32> = positions.iter().copied().chain(tenth).collect();
        asked.sort_unstable();
        asked.dedup();
        let matched = words.scores_and_coverage(&asked).into_iter();
        let matched = matched.map(|(score, coverage)| Matched { score, coverage });
        let matched: BTreeMap<u32, Matched> = asked.into_iter().zip(matched).collect();
        let tenth = tenth.and_then(|tenth| matched.get(&tenth).copied());
        let vector = plan.vector.as_ref();
        let mean = vector.map_or(0.0, |vector| self.generation.mean_cosine(vector));
        let fuser = match plan.query.fusion {
            Fusion::ReciprocalRank => Fuser::Ranks,
            Fusion::Weighted { meaning } => Fuser::Scores {
                share: meaning,
                meaning: Scale::of_all(
                    mean,
                    near.iter().map(|near| near.cosine),
                    self.generation.records(),
                ),
                words: WordScale::of_found(
                    found.iter().map(|found| found.score),
                    tenth.unwrap_or_default().coverage,
                ),
            },
        };
        (matched, fuser)
    }
}

/// The positions of the records in two lists, rising.
fn positions(near: &[NearRecord], found: &[Match]) -> Vec<u32> {
    let near = near.iter().map(|near| near.position);
    let found = found.iter().map(|found| found.position);
    let mut positions: Vec<u32> = near.chain(found).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// The candidates with their ranks, by position.
fn ranked(candidates: &Candidates) -> BTreeMap<u32, Ranked> {
    let near = (1..).zip(&candidates.near).map(by_meaning);
    let mut all: BTreeMap<u32, Ranked> = near.map(|near| (near.position, near)).collect();
    for found in (1..).zip(&candidates.found).map(by_words) {
        let known = all.entry(found.position);
        known
            .and_modify(|known| known.text = found.text)
            .or_insert(found);
    }
    all
}

fn by_meaning((rank, near): (u32, &NearRecord)) -> Ranked {
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

fn by_words((rank, found): (u32, &Match)) -> Ranked {
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
    /// What words and meaning add for a record: from its ranks, or from its cosine and from how
    /// well words match it.
    fn added(&self, ranked: &Ranked, cosine: f32, matched: Matched) -> (f32, f32) {
        let of_rank = |signal: Option<Signal>| signal.map_or(0.0, |s| reciprocal_rank(s.rank));
        match self {
            Self::Ranks => (of_rank(ranked.text), of_rank(ranked.neural)),
            Self::Scores {
                share,
                meaning,
                words,
            } => (
                (1.0 - share) * words.of(matched.score, matched.coverage),
                share * meaning.of(cosine),
            ),
        }
    }
}
