//! The percentile bootstrap (Efron, 1979): how much a mean over queries might differ with other
//! queries of the same kind.

use crate::split_mix::SplitMix64;

/// The number of resamples.
pub const RESAMPLES: usize = 10_000;

/// The part of the resampled means that the interval covers.
const COVERED: f64 = 0.95;

/// Any fixed seed will do: the same run then always gives the same interval.
const SEED: u64 = 1;

/// A mean over queries, with the 95 % interval of the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The mean of one value per query, and its interval; all 0 if there are no values.
pub fn bootstrap(values: &[f64]) -> Estimate {
    resampled(values, RESAMPLES, SEED)
}

fn resampled(values: &[f64], resamples: usize, seed: u64) -> Estimate {
    let count = values.len().max(1) as f64;
    let mut rng = SplitMix64::new(seed);
    let mut means: Vec<f64> = (0..resamples)
        .map(|_| {
            let drawn = values
                .iter()
                .map(|_| values[rng.below(values.len() as u64) as usize]);
            drawn.sum::<f64>() / count
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let cut = ((1.0 - COVERED) / 2.0 * resamples as f64) as usize;
    let at = |place: usize| means.get(place).copied().unwrap_or_default();
    Estimate {
        mean: values.iter().sum::<f64>() / count,
        low: at(cut),
        high: at(resamples.saturating_sub(1 + cut)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_agree_leave_nothing_open() {
        let same = bootstrap(&[0.25; 40]);
        assert_eq!((same.mean, same.low, same.high), (0.25, 0.25, 0.25));
        let nothing = bootstrap(&[]);
        assert_eq!((nothing.mean, nothing.low, nothing.high), (0.0, 0.0, 0.0));
    }

    #[test]
    fn of_hits_and_misses_it_is_the_binomial_distribution() {
        // The mean of resampled zeros and ones is binomial: of B(100, 0.3), 21 and 39 are
        // the quantiles at 2.5 % and 97.5 %.
        let values: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i < 30))).collect();
        let estimate = bootstrap(&values);
        assert!((estimate.mean - 0.3).abs() < 1e-12);
        assert!((estimate.low - 0.21).abs() <= 0.0101, "{estimate:?}");
        assert!((estimate.high - 0.39).abs() <= 0.0101, "{estimate:?}");
    }

    #[test]
    fn nineteen_of_twenty_intervals_hold_the_true_mean() {
        let (rounds, mut held) = (400, 0);
        let mut rng = SplitMix64::new(7);
        for seed in 0..rounds {
            // Squares of uniform numbers, whose mean is a third: skewed, like real figures.
            let values: Vec<f64> = (0..60)
                .map(|_| (rng.below(1 << 20) as f64 / f64::from(1 << 20)).powi(2))
                .collect();
            let estimate = resampled(&values, 500, seed);
            held += usize::from((estimate.low..=estimate.high).contains(&(1.0 / 3.0)));
        }
        let held = held as f64 / rounds as f64;
        assert!((0.90..=0.98).contains(&held), "{held}");
    }
}
