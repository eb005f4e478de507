//! Fuses two rankings into one.
//!
//! There are two ways: by ranks alone, or by scores that are made comparable first. Cosines and
//! BM25 scores share neither unit nor range, and both depend on the query. But for each query,
//! an engine has a score that counts as good, and one that counts as nothing. [`Scale`] measures
//! a score between the two.

/// The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009): the paper's
/// own choice, large enough that a first place does not win by itself.
const K: f32 = 60.0;

/// The rank whose score counts as good. The first would be at the mercy of one outlier; ten is
/// what a page shows.
pub const GOOD_RANK: usize = 10;

/// The smallest range of a scale: with a smaller one, noise would be blown up into a ranking.
const LEAST_RANGE: f32 = 1e-3;

/// A record counts as well matched by words, whatever its length, if it contains this many times
/// the share of the query that the tenth-best hit contains, and at least the share below. Chosen
/// on the three benchmarks, none of which it makes worse.
const GOOD_COVERAGE: f32 = 2.0;
const LEAST_GOOD_COVERAGE: f32 = 0.5;

/// By meaning, no hit counts as more than this many good ones: as much as a hit that contains
/// the whole query counts by words, where few do.
const MOST_GOOD: f32 = 1.0 / (LEAST_GOOD_COVERAGE * LEAST_GOOD_COVERAGE);

/// What a rank adds to a fused score.
pub fn reciprocal_rank(rank: u32) -> f32 {
    1.0 / (K + rank as f32)
}

/// A linear scale for one engine's scores: 0 is the engine's background, the score it gives to
/// unrelated records; 1 is the score of its tenth-best hit. A linear normalisation in the sense
/// of Lee, "Analyses of multiple evidence combination" (SIGIR 1997), between levels that a
/// single outlier does not move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    background: f32,
    range: f32,
}

impl Scale {
    /// The scale of an engine that ranks only what it finds, from its ranking, best first. With
    /// fewer than ten hits, the last one counts as good; with none, every score is 0.
    pub fn of_found(ranking: impl Iterator<Item = f32>) -> Self {
        Self::new(0.0, ranking.take(GOOD_RANK).last())
    }

    /// The scale of an engine that ranks all of `records` records, from the background and its
    /// ranking, best first. With fewer than a hundred records, the tenth is not a good one; the
    /// last of the best tenth is used instead.
    pub fn of_all(background: f32, ranking: impl Iterator<Item = f32>, records: u32) -> Self {
        let good_rank = (records as usize).div_ceil(10).clamp(1, GOOD_RANK);
        let mut ranking = ranking.take(good_rank).peekable();
        let best = ranking.peek().copied().unwrap_or(background);
        // If few records relate to the query, the one used is not among them.
        let least = background + (best - background) / MOST_GOOD;
        Self::new(background, ranking.last().map(|good| good.max(least)))
    }

    fn new(background: f32, good: Option<f32>) -> Self {
        let range = good.map_or(f32::INFINITY, |good| (good - background).max(LEAST_RANGE));
        Self { background, range }
    }

    /// The scores that count as 0 and as 1. If nothing was ranked, nothing counts as 1, and the
    /// second is infinite.
    pub fn ends(&self) -> (f32, f32) {
        (self.background, self.background + self.range)
    }

    /// Where a score lies on the scale. Scores below the background count as 0: where most of a
    /// collection is near the query, the rest would otherwise seem opposed to it.
    pub fn of(&self, score: f32) -> f32 {
        ((score - self.background) / self.range).max(0.0)
    }
}

/// How well words match a record, by the better of two measures: its score on the engine's
/// scale, and the share of the query that it contains, relative to a good share and squared. It
/// is squared because part of a query is often contained by chance, but all of it rarely.
///
/// BM25 gives a long record little for a word that only this record contains: less than short
/// records get for a common word, or than nearness in meaning is worth where fewer than ten
/// contain any. But containing what is rare in the query is a good match, however long the
/// record is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordScale {
    score: Scale,
    good_coverage: f32,
}

impl WordScale {
    /// The scale for a ranking, best first, and for the share of the query that its tenth hit
    /// contains; 0 if there are fewer.
    pub fn of_found(ranking: impl Iterator<Item = f32>, tenth: f32) -> Self {
        Self {
            score: Scale::of_found(ranking),
            good_coverage: (GOOD_COVERAGE * tenth).max(LEAST_GOOD_COVERAGE),
        }
    }

    /// The scale of scores alone.
    pub fn score(&self) -> Scale {
        self.score
    }

    /// The share of the query that counts as much as a score of 1.
    pub fn good_coverage(&self) -> f32 {
        self.good_coverage
    }

    /// Where a score and a share of the query lie on the scale.
    pub fn of(&self, score: f32, coverage: f32) -> f32 {
        let share = coverage / self.good_coverage;
        self.score.of(score).max(share * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_runs_from_the_background_to_the_tenth_best() {
        let ranking = (0..20).map(|at| 1.0 - at as f32 * 0.05);
        let scale = Scale::of_all(0.1, ranking, 1_000);
        assert!((scale.of(0.55) - 1.0).abs() < 1e-6);
        assert!(scale.of(0.1).abs() < 1e-6);
        assert_eq!(scale.of(0.05), 0.0);
    }

    #[test]
    fn short_and_flat_rankings_have_a_scale_too() {
        assert!((Scale::of_found([3.0, 2.0].into_iter()).of(2.0) - 1.0).abs() < 1e-6);
        assert_eq!(Scale::of_found(std::iter::empty()).of(5.0), 0.0);
        assert!(Scale::of_all(0.5, [0.5].into_iter(), 1).of(0.5).is_finite());
        let fifteen = (0..15).map(|at| 0.9 - at as f32 * 0.05);
        let scale = Scale::of_all(0.5, fifteen, 15);
        assert!((scale.of(0.85) - 1.0).abs() < 1e-5, "the second of fifteen");
    }

    #[test]
    fn where_few_records_are_near_none_of_them_outweighs_all_else() {
        let scale = Scale::of_all(0.1, [0.62, 0.54, 0.2, 0.11, 0.1].into_iter(), 46);
        assert!((scale.of(0.62) - MOST_GOOD).abs() < 1e-5);
        assert!(scale.of(0.54) > 3.0 && scale.of(0.11) < 0.1);
        let scale = Scale::of_all(0.1, (0..20).map(|at| 0.6 - at as f32 * 0.02), 1_000);
        assert!(
            (scale.of(0.42) - 1.0).abs() < 1e-5,
            "unchanged where ten are near"
        );
    }

    #[test]
    fn what_holds_the_rare_words_is_a_good_match_though_its_score_is_low() {
        let alone = WordScale::of_found([0.2].into_iter(), 0.0);
        assert_eq!(alone.of(0.2, 1.0), 4.0);
        assert_eq!(alone.of(0.0, 0.0), 0.0);
        let scale = WordScale::of_found([1.0; 12].into_iter(), 0.2);
        assert_eq!(scale.of(1.0, 0.2), 1.0);
        assert!((scale.of(0.3, 0.75) - 2.25).abs() < 1e-6);
        let all_good = WordScale::of_found([1.0; 12].into_iter(), 1.0);
        assert_eq!(all_good.of(0.3, 1.0), 0.3, "as usual where ten have it all");
        let nothing = WordScale::of_found(std::iter::empty(), 0.0);
        assert_eq!(nothing.of(0.0, 0.0), 0.0);
    }

    #[test]
    fn standing_in_both_rankings_beats_standing_first_in_one() {
        assert!(reciprocal_rank(2) + reciprocal_rank(2) > reciprocal_rank(1));
        assert!((reciprocal_rank(2) - 1.0 / 62.0).abs() < 1e-7);
    }
}
