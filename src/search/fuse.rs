//! The third stage: ranks the candidates. In mode `hybrid`, the candidates of either index are
//! scored by both, and the two scores are fused.

use std::collections::HashSet;

use crate::error::Result;
use crate::fusion::{GOOD_RANK, Scale, WordScale, reciprocal_rank};
use crate::query::{Fusion, Query, Signal};
use crate::search::nearest::{NearRecord, nearest_passages};
use crate::search::neighbours::Group;
use crate::search::plan::Plan;
use crate::search::ranked::{Fused, Ranked, Ranking};
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::segment::unrelated::LOOKED_AT;
use crate::text::{Match, WordSearch};

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
        } else if let Some(late) = &plan.late {
            self.ranked_by_late(late, &candidates.near)
        } else if plan.vector.is_some() {
            (1..).zip(&candidates.near).map(by_meaning).collect()
        } else {
            (1..).zip(&candidates.found).map(by_words).collect()
        };
        let answers = &candidates.answers;
        let fuses = plan.fuses() && !plan.is_in_order();
        Ok(Ranking {
            best: fuses.then_some(hits.len() as u32),
            hits: hits.into_iter().skip(offset).take(limit).collect(),
            total: answers.total,
            total_relation: answers.relation,
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
        let (ranking, _) = self.fused_order(plan, words, candidates);
        if !plan.collapses() {
            return ranking;
        }
        // The two indexes may have found different ones of identical records, whose facets have
        // different words.
        let mut seen = HashSet::new();
        let is_new = |ranked: &Ranked| seen.insert(self.generation.fingerprint(ranked.position));
        ranking.into_iter().filter(is_new).collect()
    }

    /// All candidates in the order of their fused scores, identical ones too, and those whose scores
    /// count for similar records, if any do.
    pub(super) fn fused_order(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> (Vec<Ranked>, Option<Group>) {
        let (mut scored, group) = self.scored_in_group(plan, words, candidates);
        if let Some(group) = &group {
            group.regularise(&self.generation, &mut scored);
        }
        let mut ranking: Vec<Ranked> = scored.into_iter().map(|fused| fused.ranked).collect();
        // Ties are ordered by nearness. The sort is stable, so further ties stay in order of
        // position.
        let rank = |ranked: &Ranked| ranked.neural.map_or(u32::MAX, |signal| signal.rank);
        ranking.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            by_score.then(rank(a).cmp(&rank(b)))
        });
        (ranking, group)
    }

    /// The fused score of a record, whether or not it is a candidate. `group` is that of
    /// [`Searcher::fused_order`].
    pub(super) fn fused(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        group: Option<&Group>,
        position: u32,
    ) -> Option<Fused> {
        let own = self.scored(plan, words, candidates, &[position]).pop()?;
        Some(match group {
            Some(group) => group.regularised(&self.generation, own),
            None => own,
        })
    }

    /// The candidates that pass, scored by both indexes, and those of the whole collection, if the
    /// scores of similar records count.
    fn scored_in_group(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> (Vec<Fused>, Option<Group>) {
        let own = positions(&candidates.near, &candidates.found);
        if !plan.counts_neighbours() {
            return (self.scored(plan, words, candidates, &own), None);
        }
        let Some(whole) = &candidates.whole else {
            let scored = self.scored(plan, words, candidates, &own);
            let group = Group::of(&self.generation, scored.iter());
            return (scored, Some(group));
        };
        // Most of the two are often the same records.
        let whole = positions(&whole.near, &whole.found);
        let mut all = [own.as_slice(), &whole].concat();
        all.sort_unstable();
        all.dedup();
        let mut scored = self.scored(plan, words, candidates, &all);
        let is_in = |of: &[u32], fused: &Fused| of.binary_search(&fused.ranked.position).is_ok();
        let members = scored.iter().filter(|fused| is_in(&whole, fused));
        let group = Group::of(&self.generation, members);
        scored.retain(|fused| is_in(&own, fused));
        (scored, Some(group))
    }

    /// Scores records by both indexes, whether or not they are candidates. They are given in order
    /// of position.
    pub(super) fn scored(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        positions: &[u32],
    ) -> Vec<Fused> {
        let Some(vector) = &plan.vector else {
            return Vec::new();
        };
        let ranked = by_position(candidates);
        let near = self.nearness(vector, candidates, positions);
        let (matched, fuser) = self.fuser(plan, words, candidates, positions);
        let scored = positions.iter().map(|&position| {
            let known = ranked.binary_search_by_key(&position, |ranked| ranked.position);
            let known = known.ok().and_then(|at| ranked.get(at)).copied();
            let mut ranked = known.unwrap_or(Ranked {
                position,
                ..Ranked::default()
            });
            let found = near.binary_search_by_key(&position, |near| near.position);
            let found = found.ok().and_then(|at| near.get(at));
            ranked.passage = found.map(|near| near.passage);
            let cosine = found.map_or(0.0, |near| near.cosine);
            let on_scale = fuser.on_scale(&ranked, cosine, matched.of(position));
            let weights = fuser.weights();
            let (from_words, from_meaning) = (weights.0 * on_scale.0, weights.1 * on_scale.1);
            ranked.score = from_words + from_meaning;
            Fused {
                ranked,
                from_words,
                from_meaning,
                on_scale,
                own: 1.0,
                neighbours: Vec::new(),
            }
        });
        scored.collect()
    }

    /// The scales that scores by meaning and by words are measured on; `None` if ranks are fused.
    pub(super) fn scales(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
    ) -> Option<(Scale, WordScale)> {
        match self.fuser(plan, words, candidates, &[]).1 {
            Fuser::Ranks => None,
            Fuser::Scores { meaning, words, .. } => Some((meaning, words)),
        }
    }

    /// How near some records are and, perhaps, others, in order of position.
    fn nearness(
        &self,
        vector: &[f32],
        candidates: &Candidates,
        positions: &[u32],
    ) -> Vec<NearRecord> {
        let whole = candidates.whole.iter().flat_map(|whole| &whole.near);
        let mut near: Vec<NearRecord> = candidates.near.iter().chain(whole).copied().collect();
        near.sort_unstable_by_key(|near| near.position);
        near.dedup_by_key(|near| near.position);
        let is_known = |at: &u32| near.binary_search_by_key(at, |near| near.position).is_ok();
        let others: Vec<u32> = positions
            .iter()
            .copied()
            .filter(|at| !is_known(at))
            .collect();
        near.extend(nearest_passages(&self.generation, vector, &others));
        near.sort_unstable_by_key(|near| near.position);
        near
    }

    /// How well words match some records, and how to fuse that with their nearness. What counts as
    /// near or well matched is measured on the whole collection.
    fn fuser(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        candidates: &Candidates,
        positions: &[u32],
    ) -> (AllMatched, Fuser) {
        let Candidates { near, found, .. } = candidates;
        let (near, found) = match &candidates.whole {
            Some(whole) => (&whole.near, &whole.found),
            None => (near, found),
        };
        let tenth = found.get(GOOD_RANK - 1).map(|found| found.position);
        let mut asked: Vec<u32> = positions.iter().copied().chain(tenth).collect();
        asked.sort_unstable();
        asked.dedup();
        let of_whole = candidates.whole.iter().flat_map(|whole| &whole.found);
        let known = candidates.found.iter().chain(of_whole).copied();
        let matched = AllMatched {
            matched: words.scores_and_coverage_with(&asked, known.collect()),
            positions: asked,
        };
        let coverage = tenth.map_or(0.0, |tenth| matched.of(tenth).coverage);
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
                words: WordScale::of_found(found.iter().map(|found| found.score), coverage),
            },
        };
        (matched, fuser)
    }
}

/// How well words match some records.
struct AllMatched {
    /// Their positions, rising.
    positions: Vec<u32>,
    /// The score and the share of the query of each.
    matched: Vec<(f32, f32)>,
}

impl AllMatched {
    fn of(&self, position: u32) -> Matched {
        let at = self.positions.binary_search(&position).ok();
        let matched = at.and_then(|at| self.matched.get(at));
        let (score, coverage) = matched.copied().unwrap_or_default();
        Matched { score, coverage }
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

/// The candidates with their ranks, in order of position.
fn by_position(candidates: &Candidates) -> Vec<Ranked> {
    let near = (1..).zip(&candidates.near).map(by_meaning);
    let found = (1..).zip(&candidates.found).map(by_words);
    let mut all: Vec<Ranked> = near.chain(found).collect();
    // Stable: of a record that both indexes found, that by meaning comes first.
    all.sort_by_key(|ranked| ranked.position);
    all.dedup_by(|next, kept| {
        let same = next.position == kept.position;
        if same {
            kept.text = next.text;
        }
        same
    });
    all
}

fn by_meaning((rank, near): (u32, &NearRecord)) -> Ranked {
    Ranked::by_meaning(rank, near)
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
        ..Ranked::default()
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
    /// How well a record matches by words and by meaning: from its ranks, or from its cosine and
    /// from how well words match it.
    fn on_scale(&self, ranked: &Ranked, cosine: f32, matched: Matched) -> (f32, f32) {
        let of_rank = |signal: Option<Signal>| signal.map_or(0.0, |s| reciprocal_rank(s.rank));
        match self {
            Self::Ranks => (of_rank(ranked.text), of_rank(ranked.neural)),
            Self::Scores { meaning, words, .. } => (
                words.of(matched.score, matched.coverage),
                meaning.of(cosine),
            ),
        }
    }

    /// How much words and meaning count.
    fn weights(&self) -> (f32, f32) {
        match self {
            Self::Ranks => (1.0, 1.0),
            Self::Scores { share, .. } => (1.0 - share, *share),
        }
    }
}
