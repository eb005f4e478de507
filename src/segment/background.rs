//! Whether anything fits a query. There is always a nearest record, even for nonsense; what
//! matters is how near the nearest ones are compared with unrelated records.

use crate::Vector;
use crate::vector::cosine;

/// How many evenly spread records represent the collection: all pairs of them make up the
/// distribution of cosines between unrelated texts.
pub const SAMPLE: u32 = 256;

/// With fewer records there is no meaningful distribution, and nothing is judged.
const LEAST_RECORDS: u32 = 30;

/// How many hits are considered: a single one may be near by chance.
pub const LOOKED_AT: usize = 3;

/// The threshold between what fits and what does not, in units of the largest expected cosine of
/// as many unrelated texts (`σ √(2 ln N)`, the asymptotic maximum of N normal variables).
/// Calibrated by `parallax fit` on the even lines of its query sets.
const LINE: f32 = 0.635;

/// The distribution of cosines between unrelated texts of a collection.
#[derive(Debug)]
pub struct Background {
    /// Ascending.
    cosines: Vec<f32>,
    mean: f32,
    deviation: f32,
    records: u32,
}

impl Background {
    /// The distribution among so many records, from a sample of their vectors; `None` if there
    /// are too few records.
    pub fn of<'v>(sample: impl Iterator<Item = &'v Vector>, records: u32) -> Option<Self> {
        if records < LEAST_RECORDS {
            return None;
        }
        let sample: Vec<_> = sample.collect();
        let mut cosines = Vec::with_capacity(sample.len() * sample.len() / 2);
        for (at, one) in sample.iter().enumerate() {
            cosines.extend(sample[..at].iter().map(|other| cosine(one, other)));
        }
        cosines.sort_unstable_by(f32::total_cmp);
        let count = cosines.len() as f32;
        let mean = cosines.iter().sum::<f32>() / count;
        let square = |cosine: &f32| (cosine - mean) * (cosine - mean);
        let deviation = (cosines.iter().map(square).sum::<f32>() / count).sqrt();
        Some(Self {
            cosines,
            mean,
            deviation,
            records,
        })
    }

    /// The percentage of unrelated pairs that are less near than this.
    pub fn percentile(&self, cosine: f32) -> f32 {
        let below = self.cosines.partition_point(|&other| other < cosine);
        below as f32 / self.cosines.len().max(1) as f32 * 100.0
    }

    /// The cosine from which a single record is near enough to be an answer.
    pub fn line(&self) -> f32 {
        self.mean + LINE * self.expected()
    }

    /// How far the nearest cosines, given best first, are above the mean of unrelated texts on
    /// average, in the units of the threshold. `None` if there are none.
    pub fn strength(&self, nearest: &[f32]) -> Option<f32> {
        let nearest = &nearest[..nearest.len().min(LOOKED_AT)];
        if nearest.is_empty() {
            return None;
        }
        let mean = nearest.iter().sum::<f32>() / nearest.len() as f32;
        Some((mean - self.mean) / self.expected())
    }

    /// How far above the mean the largest cosine of as many unrelated texts is expected to be.
    fn expected(&self) -> f32 {
        let expected = self.deviation * (2.0 * (self.records as f32).ln()).sqrt();
        expected.max(f32::EPSILON)
    }

    /// Whether the nearest are near enough to be an answer.
    pub fn fits(&self, nearest: &[f32]) -> Option<bool> {
        self.strength(nearest).map(|strength| strength >= LINE)
    }
}
