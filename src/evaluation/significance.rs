//! Whether the difference between two modes is more than chance: the paired randomisation test
//! (Fisher's, as recommended for retrieval by Smucker, Allan & Carterette, CIKM 2007).
//!
//! If there were no difference between the modes, each query's two figures could just as well be
//! swapped. The test swaps them at random and counts how often the means differ by at least as much
//! as the actual ones.

use crate::split_mix::SplitMix64;

/// The number of random permutations.
pub const PERMUTATIONS: usize = 10_000;

/// Any fixed seed will do: the same pair of runs then always gives the same p.
const SEED: u64 = 2;

/// Sums of the same terms in another order or with other signs may differ by this fraction of the
/// total; within it, they count as equal.
const ROUNDING: f64 = 1e-12;

/// The difference between two modes over the same queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The mean of one minus that of the other.
    pub mean: f64,
    /// Two-sided: the probability of a difference at least this large, in either direction, if
    /// there is none. The actual pair counts as one of the permutations, so it is never 0.
    pub p: f64,
}

/// Compares figures of the same queries in the same order. If one list is longer, its end is
/// ignored.
pub fn randomisation(ours: &[f64], theirs: &[f64]) -> Difference {
    permuted(ours, theirs, PERMUTATIONS, SEED)
}

/// Corrects values of p for the number of comparisons they belong to, in their order (Holm, "A simple
/// sequentially rejective multiple test procedure", 1979): if no comparison has a difference, the
/// probability that any corrected value is at most x is at most x.
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut corrected = vec![1.0; values.len()];
    let mut least = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        let factor = (values.len() - rank) as f64;
        least = least.max(factor * values[at]).min(1.0);
        corrected[at] = least;
    }
    corrected
}

fn permuted(ours: &[f64], theirs: &[f64], permutations: usize, seed: u64) -> Difference {
    let pairs = ours.iter().zip(theirs);
    let differences: Vec<f64> = pairs.map(|(ours, theirs)| ours - theirs).collect();
    let sum: f64 = differences.iter().sum();
    let all: f64 = differences.iter().map(|d| d.abs()).sum();
    let reached = sum.abs() - ROUNDING * all;
    let mut rng = SplitMix64::new(seed);
    let as_far = (0..permutations)
        .filter(|_| exchanged(&differences, &mut rng).abs() >= reached)
        .count();
    Difference {
        mean: sum / differences.len().max(1) as f64,
        p: (as_far + 1) as f64 / (permutations + 1) as f64,
    }
}

/// The sum of the differences, each with a random sign.
fn exchanged(differences: &[f64], rng: &mut SplitMix64) -> f64 {
    let mut sum = 0.0;
    for some in differences.chunks(64) {
        let mut signs = rng.bits();
        for difference in some {
            sum += if signs & 1 == 0 {
                *difference
            } else {
                -difference
            };
            signs >>= 1;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All possible swaps, one by one.
    fn exact(ours: &[f64], theirs: &[f64]) -> f64 {
        let differences: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
        let sum: f64 = differences.iter().sum();
        let ways = 1u32 << differences.len();
        let as_far = (0..ways).filter(|way| {
            let signed = differences.iter().enumerate();
            let signed = signed.map(|(at, d)| if way >> at & 1 == 0 { *d } else { -d });
            signed.sum::<f64>().abs() >= sum.abs() - 1e-9
        });
        as_far.count() as f64 / f64::from(ways)
    }

    #[test]
    fn known_small_cases() {
        // Of the eight ways to sign three equal differences, two are as far from 0.
        let found = randomisation(&[0.75; 3], &[0.25; 3]);
        assert!((found.mean - 0.5).abs() < 1e-12);
        assert!((found.p - 0.25).abs() < 0.02, "{found:?}");
        let same = randomisation(&[0.1, 0.9], &[0.1, 0.9]);
        assert_eq!((same.mean, same.p), (0.0, 1.0));
        assert_eq!(randomisation(&[], &[]).p, 1.0);
        // Twenty queries, all better by the same amount: one way in 524,288.
        assert!(randomisation(&[0.6; 20], &[0.5; 20]).p < 0.001);
    }

    #[test]
    fn of_several_comparisons_the_smallest_p_is_multiplied_by_their_number() {
        assert_eq!(holm(&[]), [0.0; 0]);
        assert_eq!(holm(&[0.03]), [0.03]);
        // The worked example of 0.01, 0.04, 0.03, 0.005 in increasing order: 4 x 0.005, 3 x 0.01,
        // 2 x 0.03, and the last not below the one before it.
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (corrected, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((corrected - expected).abs() < 1e-12, "{corrected}");
        }
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
    }

    #[test]
    fn where_nothing_differs_one_in_twenty_falls_below_a_twentieth() {
        let (rounds, mut below) = (400, 0);
        let mut rng = SplitMix64::new(11);
        for seed in 0..rounds {
            let mut values = || -> Vec<f64> {
                let value = |_| rng.below(1_000) as f64 / 1_000.0;
                (0..30).map(value).collect()
            };
            let (ours, theirs) = (values(), values());
            below += usize::from(permuted(&ours, &theirs, 999, seed).p <= 0.05);
        }
        let below = below as f64 / rounds as f64;
        assert!((0.02..=0.09).contains(&below), "{below}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn it_comes_near_the_exact_test_and_is_the_same_both_ways(
            pairs in prop::collection::vec((0u8..=10, 0u8..=10), 1..10),
        ) {
            let ours: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0) / 10.0).collect();
            let theirs: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1) / 10.0).collect();
            let (there, back) = (randomisation(&ours, &theirs), randomisation(&theirs, &ours));
            prop_assert!((there.p - exact(&ours, &theirs)).abs() < 0.025);
            prop_assert_eq!(there.p, back.p);
            prop_assert!((there.mean + back.mean).abs() < 1e-12);
        }
    }
}
