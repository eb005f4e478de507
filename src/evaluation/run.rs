//! The results of one mode for every query of a benchmark, and their averages.

use std::time::Duration;

use super::bootstrap::{Estimate, bootstrap};
use super::significance::{Difference, randomisation};
use crate::query::Mode;

/// A benchmark query and its result.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its id in the benchmark.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The ids of the records found, best first, at most a hundred.
    pub ranking: Vec<String>,
    /// The score of each.
    pub scores: Vec<f32>,
    /// nDCG@10.
    pub ndcg_at_10: f64,
    /// Recall@100.
    pub recall_at_100: f64,
    /// One over the rank of the first relevant record, 0 after the tenth.
    pub reciprocal_rank_at_10: f64,
    /// That rank, from 1, anywhere in the ranking.
    pub first_relevant: Option<usize>,
    /// How long the answer took, including the encoding of the query without a cache.
    pub time: Duration,
}

/// All judged queries of a benchmark, run in one mode, in order of their ids.
#[derive(Debug, Clone)]
pub struct Run {
    /// Which engines ranked.
    pub mode: Mode,
    /// The queries.
    pub answered: Vec<Answered>,
}

/// The results of a mode on a benchmark, averaged over its queries.
#[derive(Debug, Clone, Copy)]
pub struct Quality {
    /// nDCG@10.
    pub ndcg_at_10: Estimate,
    /// Recall@100.
    pub recall_at_100: Estimate,
    /// The mean reciprocal rank of the first relevant record among ten.
    pub mrr_at_10: Estimate,
    /// The number of judged queries that were run.
    pub queries: usize,
    /// Median time of a query.
    pub p50: Duration,
    /// The 99th percentile of the time of a query.
    pub p99: Duration,
}

impl Run {
    /// The means, with confidence intervals.
    pub fn quality(&self) -> Quality {
        let mut times: Vec<Duration> = self.answered.iter().map(|answered| answered.time).collect();
        times.sort_unstable();
        Quality {
            ndcg_at_10: bootstrap(&self.each(|answered| answered.ndcg_at_10)),
            recall_at_100: bootstrap(&self.each(|answered| answered.recall_at_100)),
            mrr_at_10: bootstrap(&self.each(|answered| answered.reciprocal_rank_at_10)),
            queries: times.len(),
            p50: percentile(&times, 50),
            p99: percentile(&times, 99),
        }
    }

    /// How this run's nDCG@10 differs from another's on the same benchmark: this one's minus the
    /// other's.
    pub fn against(&self, other: &Self) -> Difference {
        let ndcg = |answered: &Answered| answered.ndcg_at_10;
        randomisation(&self.each(ndcg), &other.each(ndcg))
    }

    fn each(&self, figure: impl Fn(&Answered) -> f64) -> Vec<f64> {
        self.answered.iter().map(figure).collect()
    }
}

/// The smallest of the sorted times that is at least as long as `percent` percent of them.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(ndcg: f64, millis: u64) -> Answered {
        Answered {
            id: "q".into(),
            text: "milk".into(),
            ranking: Vec::new(),
            scores: Vec::new(),
            ndcg_at_10: ndcg,
            recall_at_100: 1.0,
            reciprocal_rank_at_10: 0.5,
            first_relevant: Some(2),
            time: Duration::from_millis(millis),
        }
    }

    fn run(answered: Vec<Answered>) -> Run {
        Run {
            mode: Mode::Text,
            answered,
        }
    }

    #[test]
    fn times_are_percentiles_by_nearest_rank() {
        let quality = run((1..=200).rev().map(|ms| answered(0.5, ms)).collect()).quality();
        assert_eq!(quality.p50, Duration::from_millis(100));
        assert_eq!(quality.p99, Duration::from_millis(198));
        assert_eq!(quality.queries, 200);
        let one = run(vec![answered(0.5, 3)]).quality();
        assert_eq!((one.p50, one.p99), (Duration::from_millis(3), one.p50));
        assert_eq!(run(Vec::new()).quality().p99, Duration::ZERO);
    }

    #[test]
    fn means_lie_within_their_intervals_and_runs_differ_as_their_queries_do() {
        let better = run(vec![answered(0.75, 1), answered(0.5, 1), answered(0.25, 1)]);
        let worse = run(vec![answered(0.5, 1), answered(0.25, 1), answered(0.0, 1)]);
        let ndcg = better.quality().ndcg_at_10;
        assert!((ndcg.mean - 0.5).abs() < 1e-12);
        assert!(ndcg.low < ndcg.mean && ndcg.mean < ndcg.high, "{ndcg:?}");
        let difference = better.against(&worse);
        assert!((difference.mean - 0.25).abs() < 1e-12);
        assert!((difference.p - 0.25).abs() < 0.02);
    }
}
