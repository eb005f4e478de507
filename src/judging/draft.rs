//! Team-draft interleaving (Radlinski, Kurup & Joachims, "How does clickthrough data reflect
//! retrieval quality?", CIKM 2008, section 3.2.2, algorithm 2): two rankings become one list as two
//! captains pick teams. In each round, a coin decides who picks first, and each takes its best record
//! that is not in the list yet. Whoever searches cannot tell the teams apart, and a ranking that puts
//! better records first gets more of what is picked.

use std::collections::HashSet;

use crate::split_mix::SplitMix64;
use crate::vocabulary::Side;

/// Drafts at most `most` records from two rankings of keys. Returns the side that each was drafted
/// by, and its place in that side's ranking, from 0. As in the paper, the draft ends when either
/// ranking has no record left that is not in the list.
pub fn team_draft(a: &[String], b: &[String], seed: u64, most: usize) -> Vec<(Side, usize)> {
    let mut coins = SplitMix64::new(seed);
    let mut listed: HashSet<&str> = HashSet::new();
    let mut draft: Vec<(Side, usize)> = Vec::new();
    let (mut of_a, mut of_b) = (0, 0);
    while draft.len() < most {
        let (Some(from_a), Some(from_b)) = (first_left(a, &listed), first_left(b, &listed)) else {
            break;
        };
        let a_picks = of_a < of_b || of_a == of_b && coins.bits() & 1 == 0;
        let (side, ranking, at) = if a_picks {
            of_a += 1;
            (Side::A, a, from_a)
        } else {
            of_b += 1;
            (Side::B, b, from_b)
        };
        listed.insert(&ranking[at]);
        draft.push((side, at));
    }
    draft
}

fn first_left(ranking: &[String], listed: &HashSet<&str>) -> Option<usize> {
    ranking.iter().position(|key| !listed.contains(&**key))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(numbers: &[u8]) -> Vec<String> {
        let mut seen = HashSet::new();
        let once = numbers.iter().filter(|number| seen.insert(**number));
        once.map(u8::to_string).collect()
    }

    #[test]
    fn either_side_is_as_likely_to_be_first() {
        let (a, b) = (keys(&[1, 2, 3]), keys(&[4, 5, 6]));
        let seeds = 20_000;
        let first = (0..seeds).filter(|seed| team_draft(&a, &b, *seed, 6)[0].0 == Side::A);
        let share = first.count() as f64 / seeds as f64;
        // Four standard deviations of a fair coin are 0.014.
        assert!((share - 0.5).abs() < 0.014, "{share}");
    }

    #[test]
    fn the_same_ranking_wins_and_loses_as_often_wherever_one_clicks() {
        let same = keys(&[1, 2, 3, 4]);
        for clicked in 0..4 {
            let of_a = (0..20_000).filter(|seed| {
                let draft = team_draft(&same, &same, *seed, 4);
                draft[clicked].0 == Side::A
            });
            let share = of_a.count() as f64 / 20_000.0;
            assert!((share - 0.5).abs() < 0.014, "place {clicked}: {share}");
        }
    }

    proptest! {
        #[test]
        fn a_draft_is_fair_and_keeps_the_order_of_each_ranking(
            a in prop::collection::vec(0u8..40, 0..30),
            b in prop::collection::vec(0u8..40, 0..30),
            seed: u64,
            most in 0usize..25,
        ) {
            let (a, b) = (keys(&a), keys(&b));
            let draft = team_draft(&a, &b, seed, most);
            prop_assert_eq!(&draft, &team_draft(&a, &b, seed, most));
            let of = |wanted: Side| -> Vec<usize> {
                let picks = draft.iter().filter(|(side, _)| *side == wanted);
                picks.map(|(_, at)| *at).collect()
            };
            let (of_a, of_b) = (of(Side::A), of(Side::B));
            prop_assert!(of_a.len().abs_diff(of_b.len()) <= 1);
            prop_assert!(of_a.is_sorted_by(|x, y| x < y) && of_b.is_sorted_by(|x, y| x < y));

            let key = |(side, at): &(Side, usize)| match side {
                Side::A => &a[*at],
                Side::B => &b[*at],
            };
            let listed: HashSet<&String> = draft.iter().map(key).collect();
            prop_assert_eq!(listed.len(), draft.len(), "each record once");
            // What a side passed over had been drafted by the other before.
            for (place, pick @ (side, at)) in draft.iter().enumerate() {
                let before: HashSet<&String> = draft[..place].iter().map(key).collect();
                let ranking = if *side == Side::A { &a } else { &b };
                prop_assert!(ranking[..*at].iter().all(|key| before.contains(key)), "{pick:?}");
            }
            let all_of = |ranking: &[String]| ranking.iter().all(|key| listed.contains(key));
            prop_assert!(draft.len() == most || all_of(&a) || all_of(&b));
            prop_assert!(draft.len() <= most);
        }
    }
}
