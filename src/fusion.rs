//! One ranking out of two.

use std::collections::HashMap;

/// The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009): the
/// paper's own choice, large enough that no first place wins alone.
const K: f32 = 60.0;

/// A record's place in the fused ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused {
    /// Position in the index.
    pub position: u32,
    /// `Σ 1 / (60 + rank)` over the rankings that hold it.
    pub score: f32,
}

/// Fuses rankings of positions, each best first and without repetition; best first, equal
/// scores in order of position.
pub fn reciprocal_rank(rankings: &[&[u32]]) -> Vec<Fused> {
    let mut scores: HashMap<u32, f32> = HashMap::new();
    for ranking in rankings {
        for (rank, &position) in (1u16..).zip(ranking.iter()) {
            *scores.entry(position).or_default() += 1.0 / (K + f32::from(rank));
        }
    }
    let mut fused: Vec<Fused> = scores
        .into_iter()
        .map(|(position, score)| Fused { position, score })
        .collect();
    fused.sort_unstable_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.position.cmp(&b.position))
    });
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_in_both_rankings_beats_standing_first_in_one() {
        let fused = reciprocal_rank(&[&[1, 2, 3], &[4, 2, 5]]);
        assert_eq!(fused[0].position, 2);
        assert!((fused[0].score - 2.0 / 62.0).abs() < 1e-7);
        // 1 and 4 tie at rank 1 of one ranking each; 3 and 5 at rank 3.
        let order: Vec<u32> = fused.iter().map(|f| f.position).collect();
        assert_eq!(order, [2, 1, 4, 3, 5]);
    }

    #[test]
    fn nothing_fuses_to_nothing() {
        assert!(reciprocal_rank(&[&[], &[]]).is_empty());
    }
}
