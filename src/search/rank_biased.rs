//! Rank-biased overlap: how alike two rankings are, where the first ranks count most (Webber, Moffat &
//! Zobel, "A similarity measure for indefinite rankings", TOIS 2010).

/// p: the chance that a reader who has looked at a record looks at the next one too. With 0.9, the
/// first ten ranks have 86% of the weight.
pub const PERSISTENCE: f64 = 0.9;

/// The rank-biased overlap of two rankings, extrapolated from their beginnings (equation 23): from 0, if
/// they have nothing in common, to 1, if they are the same. A ranking that is shorter than the other
/// has ended: it lacks what the other has there. Equation 32, for rankings that were cut at different
/// depths, would take it to go on as it began.
pub fn rank_biased_overlap<T: PartialEq>(one: &[T], other: &[T]) -> f64 {
    let p = PERSISTENCE;
    let depth = one.len().max(other.len());
    if depth == 0 {
        return 1.0;
    }
    let (mut common, mut sum, mut weight) = (0, 0.0, 1.0);
    for d in 1..=depth {
        let (new, other_new) = (one.get(d - 1), other.get(d - 1));
        let among = |new: &T, list: &[T]| list.iter().take(d).any(|of| of == new);
        common += usize::from(new.is_some_and(|new| among(new, other)));
        // What both have at this rank is counted once.
        common += usize::from(other_new.is_some_and(|new| among(new, one)) && new != other_new);
        weight *= p;
        sum += common as f64 / d as f64 * weight;
    }
    common as f64 / depth as f64 * weight + (1.0 - p) / p * sum
}

/// How many of the first records two rankings have in common.
pub fn overlap<T: PartialEq>(one: &[T], other: &[T], first: usize) -> usize {
    let other = &other[..other.len().min(first)];
    one.iter()
        .take(first)
        .filter(|of| other.contains(of))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, with the overlap at each depth from sets.
    fn by_definition(one: &[u8], other: &[u8]) -> f64 {
        let depth = one.len().max(other.len());
        let agreement = |d: usize| {
            let one = &one[..d.min(one.len())];
            let other = &other[..d.min(other.len())];
            one.iter().filter(|of| other.contains(of)).count() as f64 / d as f64
        };
        let p = PERSISTENCE;
        let sum: f64 = (1..=depth).map(|d| agreement(d) * p.powi(d as i32)).sum();
        agreement(depth) * p.powi(depth as i32) + (1.0 - p) / p * sum
    }

    #[test]
    fn the_same_is_one_and_nothing_in_common_is_zero() {
        let same = rank_biased_overlap(&[1, 2, 3], &[1, 2, 3]);
        assert!((same - 1.0).abs() < 1e-12, "{same}");
        assert_eq!(rank_biased_overlap(&[1, 2], &[3, 4]), 0.0);
        assert_eq!(rank_biased_overlap::<u8>(&[], &[]), 1.0);
        assert_eq!(rank_biased_overlap(&[], &[1]), 0.0);
        assert_eq!(overlap(&[1, 2, 3], &[3, 4, 1], 2), 0);
        assert_eq!(overlap(&[1, 2, 3], &[3, 4, 1], 3), 2);
    }

    #[test]
    fn the_first_ranks_count_most() {
        let at_the_top = rank_biased_overlap(&[1, 2, 3, 4], &[2, 1, 3, 4]);
        let at_the_end = rank_biased_overlap(&[1, 2, 3, 4], &[1, 2, 4, 3]);
        assert!(at_the_top < at_the_end && at_the_end < 1.0);
    }

    proptest! {
        #[test]
        fn it_is_what_the_definition_says(
            one in Just((0..12u8).collect::<Vec<_>>()).prop_shuffle(), of_one in 1usize..12,
            other in Just((4..16u8).collect::<Vec<_>>()).prop_shuffle(), of_other in 1usize..12,
        ) {
            let (one, other) = (&one[..of_one], &other[..of_other]);
            let found = rank_biased_overlap(one, other);
            prop_assert!((found - by_definition(one, other)).abs() < 1e-9);
            prop_assert!((found - rank_biased_overlap(other, one)).abs() < 1e-12);
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&found));
        }
    }
}
