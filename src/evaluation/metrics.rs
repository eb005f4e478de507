//! The metrics of retrieval benchmarks, as trec_eval computes them.

use std::collections::HashMap;

/// The records that are relevant to a query, with their grades.
pub type Judgements = HashMap<String, u32>;

/// Normalised discounted cumulative gain of the first `k` of a ranking (Järvelin & Kekäläinen,
/// 2002): the judged gains, discounted by log2(rank + 1), divided by the best possible value. 0 if
/// nothing is relevant.
pub fn ndcg(ranking: &[String], judged: &Judgements, k: usize) -> f64 {
    let gain = |id: &String| f64::from(judged.get(id).copied().unwrap_or(0));
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        let ranks = 1u32..;
        let ranked = ranks.zip(gains).take(k);
        // Not `sum`, which returns -0 for no terms.
        ranked.fold(0.0, |sum, (rank, gain)| {
            sum + gain / f64::from(rank + 1).log2()
        })
    };
    let mut best: Vec<f64> = judged.values().copied().map(f64::from).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal = discounted(&mut best.into_iter());
    if ideal == 0.0 {
        return 0.0;
    }
    discounted(&mut ranking.iter().map(gain)) / ideal
}

/// The share of the relevant records that are among the first `k`.
pub fn recall(ranking: &[String], judged: &Judgements, k: usize) -> f64 {
    let relevant = judged.values().filter(|&&grade| grade > 0).count();
    if relevant == 0 {
        return 0.0;
    }
    let is_relevant = |id: &&String| judged.get(*id).is_some_and(|&grade| grade > 0);
    let found = ranking.iter().take(k).filter(is_relevant).count();
    found as f64 / relevant as f64
}

/// One over the rank of the first relevant record among the first `k`, 0 if there is none:
/// trec_eval's `recip_rank` of a ranking cut at `k`. Its mean over queries is MRR.
pub fn reciprocal_rank(ranking: &[String], judged: &Judgements, k: usize) -> f64 {
    let first = first_relevant(ranking, judged).filter(|&rank| rank <= k);
    first.map_or(0.0, |rank| 1.0 / rank as f64)
}

/// The rank, from 1, of the first relevant record.
pub fn first_relevant(ranking: &[String], judged: &Judgements) -> Option<usize> {
    let is_relevant = |id: &String| judged.get(id).is_some_and(|&grade| grade > 0);
    ranking.iter().position(is_relevant).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_perfect_ranking_scores_one_and_a_missed_one_nothing() {
        let judged: Judgements = [("a".to_owned(), 2), ("b".to_owned(), 1)].into();
        assert!((ndcg(&ids(&["a", "b", "x"]), &judged, 10) - 1.0).abs() < 1e-12);
        assert_eq!(ndcg(&ids(&["x", "y"]), &judged, 10), 0.0);
        assert_eq!(ndcg(&ids(&["x"]), &Judgements::new(), 10), 0.0);
        assert!(ndcg(&ids(&[]), &judged, 10).is_sign_positive());
    }

    #[test]
    fn a_worked_example_by_hand() {
        let judged: Judgements = [
            ("a".to_owned(), 2),
            ("b".to_owned(), 1),
            ("c".to_owned(), 0),
        ]
        .into();
        // Ranking c, b, a: 0/1 + 1/log2(3) + 2/2, ideal 2/1 + 1/log2(3).
        let (third, ideal) = (1.0 / 3f64.log2() + 1.0, 2.0 + 1.0 / 3f64.log2());
        let found = ndcg(&ids(&["c", "b", "a"]), &judged, 10);
        assert!((found - third / ideal).abs() < 1e-12);
        assert!((recall(&ids(&["c", "b", "x"]), &judged, 2) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_first_relevant_record_counts_by_its_rank() {
        let judged: Judgements = [("a".to_owned(), 1), ("c".to_owned(), 0)].into();
        let ranking = ids(&["c", "x", "a", "y"]);
        assert_eq!(first_relevant(&ranking, &judged), Some(3));
        assert!((reciprocal_rank(&ranking, &judged, 10) - 1.0 / 3.0).abs() < 1e-12);
        // After the cut, it does not count.
        assert_eq!(reciprocal_rank(&ranking, &judged, 2), 0.0);
        assert_eq!(first_relevant(&ids(&["x"]), &judged), None);
    }
}
