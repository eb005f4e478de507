//! Score regularisation: records that are alike should have like scores (Diaz, "Regularizing ad hoc
//! retrieval scores", CIKM 2005). A record's score becomes the weighted mean of its own score and
//! those of its nearest neighbours among the candidates, a kernel regression (Nadaraya, 1964;
//! Watson, 1964). A record that a query matches by chance loses, one among good ones gains.

/// How many neighbours count.
const NEIGHBOURS: usize = 5;

/// The weight of a neighbour is its cosine to this power, that of the record itself 1. High enough
/// that a record without close neighbours keeps its score. Chosen by leave-one-out on the three
/// benchmarks, where it loses nothing on any; with weights that fall more slowly, the one relevant
/// record of a query loses against groups of similar ones.
const SHARPNESS: i32 = 4;

/// Stands for the cosine to a candidate that does not count.
pub const APART: f32 = -1.0;

/// The nearest of the candidates to a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nearest {
    /// Candidates and cosines, nearest first; cosines of 0 where there are fewer.
    found: [(u32, f32); NEIGHBOURS],
}

/// How much each score counts in a regularised one. The shares add up to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// The share of the record's own score.
    pub own: f32,
    /// The neighbours, nearest first, then shares of 0.
    neighbours: [Share; NEIGHBOURS],
    /// How many neighbours there are.
    count: usize,
}

/// A neighbour's share.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    /// Its index among the candidates.
    pub candidate: usize,
    /// Its cosine to the record.
    pub cosine: f32,
    /// The share of its score.
    pub share: f32,
}

impl Nearest {
    /// From the cosine of the record to each candidate, which is [`APART`] for the record itself and
    /// for others that must not count. Of equally near candidates, the first counts. Candidates that
    /// are not near at all do not count.
    pub fn of(cosines: &[f32]) -> Self {
        const LANES: usize = 16;
        let mut largest = [0.0f32; LANES];
        for group in cosines.chunks(LANES) {
            for (largest, &cosine) in largest.iter_mut().zip(group) {
                *largest = if cosine > *largest { cosine } else { *largest };
            }
        }
        largest.sort_unstable_by(|a, b| b.total_cmp(a));
        // The fifth largest of the lanes' maxima: at least five candidates are as near, so only
        // those that reach it are put in order.
        let least = largest[NEIGHBOURS - 1];
        let mut nearest = Self::default();
        for (group, start) in cosines.chunks(LANES).zip((0u32..).step_by(LANES)) {
            let reaches = |any, &cosine: &f32| any | (cosine >= least);
            if group.iter().fold(false, reaches) {
                for (&cosine, at) in group.iter().zip(start..) {
                    nearest.offer(at, cosine);
                }
            }
        }
        nearest
    }

    fn offer(&mut self, candidate: u32, cosine: f32) {
        if cosine <= self.found[NEIGHBOURS - 1].1 {
            return;
        }
        let place = self.found.partition_point(|&(_, nearer)| nearer >= cosine);
        if let Some(after) = self.found.get_mut(place..) {
            after.rotate_right(1);
            if let Some(first) = after.first_mut() {
                *first = (candidate, cosine);
            }
        }
    }

    /// The shares of the record's own score and of its neighbours'.
    pub fn shares(&self) -> Shares {
        let count = self.found.partition_point(|&(_, cosine)| cosine > 0.0);
        let found = &self.found[..count];
        let weight = |cosine: f32| cosine.powi(SHARPNESS);
        let weights = found.iter().map(|&(_, cosine)| weight(cosine));
        let all = 1.0 + weights.sum::<f32>();
        let mut neighbours = [Share::default(); NEIGHBOURS];
        for (share, &(candidate, cosine)) in neighbours.iter_mut().zip(found) {
            *share = Share {
                candidate: candidate as usize,
                cosine,
                share: weight(cosine) / all,
            };
        }
        Shares {
            own: 1.0 / all,
            neighbours,
            count,
        }
    }
}

impl Shares {
    /// The neighbours, nearest first.
    pub fn neighbours(&self) -> &[Share] {
        &self.neighbours[..self.count]
    }

    /// What the neighbours add to a score, from the scores of all candidates.
    pub fn added(&self, scores: &[f32]) -> f32 {
        let added = self.neighbours().iter().map(|of| of.added(scores));
        added.sum()
    }
}

impl Share {
    /// What this neighbour adds to a score, from the scores of all candidates.
    pub fn added(&self, scores: &[f32]) -> f32 {
        self.share * scores.get(self.candidate).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(cosines: &[f32]) -> Shares {
        Nearest::of(cosines).shares()
    }

    /// The same by sorting all candidates.
    fn naive(cosines: &[f32], own: f32, scores: &[f32]) -> f32 {
        let mut order: Vec<usize> = (0..cosines.len()).collect();
        order.sort_by(|&a, &b| cosines[b].total_cmp(&cosines[a]));
        order.retain(|&at| cosines[at] > 0.0);
        order.truncate(5);
        let weight = |at: usize| f64::from(cosines[at]).powi(4);
        let all: f64 = 1.0 + order.iter().map(|&at| weight(at)).sum::<f64>();
        let sum = order.iter().map(|&at| weight(at) * f64::from(scores[at]));
        ((f64::from(own) + sum.sum::<f64>()) / all) as f32
    }

    #[test]
    fn a_record_without_neighbours_keeps_its_score() {
        for cosines in [&[][..], &[0.0, -0.5]] {
            let shares = of(cosines);
            assert_eq!((shares.own, shares.neighbours().len()), (1.0, 0));
            assert_eq!(shares.added(&[9.0, 9.0]), 0.0);
        }
        assert!(of(&[0.3; 5]).own > 0.95, "nor does a lone one lose much");
    }

    #[test]
    fn of_equally_near_candidates_the_first_count() {
        let shares = of(&[0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5]);
        let counted: Vec<usize> = shares.neighbours().iter().map(|of| of.candidate).collect();
        assert_eq!(counted, [1, 0, 2, 3, 4]);
    }

    proptest! {
        #[test]
        fn it_is_the_weighted_mean_of_the_record_and_its_five_nearest(
            candidates in prop::collection::vec((-10i8..=10, 0.0f32..4.0), 0..40),
            own in 0.0f32..4.0,
        ) {
            // Few values, so that many are equal.
            let cosines: Vec<f32> = candidates.iter().map(|of| f32::from(of.0) / 10.0).collect();
            let scores: Vec<f32> = candidates.iter().map(|of| of.1).collect();
            let shares = of(&cosines);
            let score = shares.own * own + shares.added(&scores);
            prop_assert!((score - naive(&cosines, own, &scores)).abs() < 1e-5);
            let sum = shares.own + shares.neighbours().iter().map(|of| of.share).sum::<f32>();
            prop_assert!((sum - 1.0).abs() < 1e-6);
            let least = scores.iter().copied().fold(own, f32::min);
            let most = scores.iter().copied().fold(own, f32::max);
            prop_assert!(least - 1e-5 <= score && score <= most + 1e-5);
        }
    }
}
