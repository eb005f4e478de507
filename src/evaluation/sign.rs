//! Whether one side wins more often than the other than chance explains: the exact sign test
//! (Conover, Practical Nonparametric Statistics, 3rd edition, section 3.4). Each decided query is a
//! coin; ties are left out.

use crate::vocabulary::limits::{MAX_FORESEEN, SIGNIFICANT};
use crate::vocabulary::{Standing, Tally};

/// The two-sided p of a sign test: the probability that of as many fair coins, at least as many fall
/// on one side as fell on the more frequent one. 1 if there are none.
pub fn sign_test(a: u32, b: u32) -> f64 {
    let (fewer, all) = (a.min(b), u64::from(a) + u64::from(b));
    if a == b {
        return 1.0;
    }
    // Term by term as logarithms, since a half to the power of some thousand is no f64.
    let mut log = -(all as f64) * std::f64::consts::LN_2;
    let mut tail = log.exp();
    for at in 1..=fewer {
        let at = f64::from(at);
        log += ((all as f64 - at + 1.0) / at).ln();
        tail += log.exp();
    }
    (2.0 * tail).min(1.0)
}

/// At how many decided queries the test becomes significant if each side goes on to win the same
/// share of them, counting those so far. `None` beyond [`MAX_FORESEEN`].
fn needed(tally: Tally) -> Option<u32> {
    let decided = tally.decided();
    let most = tally.a.max(tally.b);
    if decided == 0 {
        return None;
    }
    let share = f64::from(most) / f64::from(decided);
    let significant = |all: u32| {
        let won = (share * f64::from(all)).round() as u32;
        sign_test(won, all - won) < SIGNIFICANT
    };
    if significant(decided) {
        return Some(decided);
    }
    (decided..=MAX_FORESEEN).find(|&all| significant(all))
}

/// What follows from a tally.
pub fn standing(tally: Tally) -> Standing {
    Standing {
        tally,
        p: sign_test(tally.a, tally.b),
        needed: needed(tally),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by counting outcomes in whole numbers: the row of Pascal's triangle.
    fn counted(a: u32, b: u32) -> f64 {
        let all = a + b;
        let mut row: Vec<u128> = vec![1];
        for _ in 0..all {
            let inner = row.windows(2).map(|pair| pair[0] + pair[1]);
            row = [1].into_iter().chain(inner).chain([1]).collect();
        }
        let far = |at: u32| at.abs_diff(all - at) >= a.abs_diff(b);
        let as_far = (0..=all).zip(&row).filter(|(at, _)| far(*at));
        let as_far: u128 = as_far.map(|(_, ways)| ways).sum();
        as_far as f64 / (1u128 << all) as f64
    }

    #[test]
    fn known_values() {
        // Five of five: two outcomes of 32. Six of six is the first to be significant.
        assert!((sign_test(5, 0) - 0.0625).abs() < 1e-12);
        assert!((sign_test(0, 6) - 0.031_25).abs() < 1e-12);
        // 9 of 10: 2 (1 + 10) / 1024.
        assert!((sign_test(9, 1) - 22.0 / 1_024.0).abs() < 1e-12);
        assert_eq!((sign_test(0, 0), sign_test(4, 4)), (1.0, 1.0));
        assert!(sign_test(50_000, 50_100) > 0.7);
        assert_eq!(sign_test(100_000, 0), 0.0);
    }

    #[test]
    fn what_is_needed_is_the_first_number_that_is_significant_at_this_share() {
        let of = |a, b| standing(Tally { a, b, ties: 3 }).needed;
        assert_eq!(of(0, 0), None);
        assert_eq!(of(1, 0), Some(6));
        assert_eq!(of(0, 2), Some(6));
        assert_eq!(of(7, 0), Some(7), "it is decided already");
        assert_eq!(of(5, 5), None);
        assert_eq!(of(260, 250), None, "too near to a half");
        for (a, b) in [(2, 1), (3, 2), (7, 3), (11, 9)] {
            let needed = of(a, b).unwrap();
            let share = f64::from(a) / f64::from(a + b);
            let p = |all: u32| {
                let won = (share * f64::from(all)).round() as u32;
                sign_test(won, all - won)
            };
            assert!(p(needed) < SIGNIFICANT);
            assert!((a + b..needed).all(|all| p(all) >= SIGNIFICANT));
        }
    }

    proptest! {
        #[test]
        fn it_equals_the_count_of_all_outcomes_and_is_the_same_both_ways(a in 0u32..60, b in 0u32..60) {
            let p = sign_test(a, b);
            let exact = counted(a, b);
            prop_assert!((p - exact).abs() <= 1e-9 * exact, "{p} {exact}");
            prop_assert_eq!(p, sign_test(b, a));
        }
    }
}
