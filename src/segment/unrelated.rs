//! How similar unrelated texts of a collection are: what a query's nearest records are compared
//! with. There is always a nearest record, even for nonsense; what matters is how much nearer it is
//! than unrelated records would be.
//!
//! A sample of the texts represents the collection: those with the smallest fingerprints, which are
//! digests of their contents. So it is random, it depends neither on how the records are divided
//! into segments nor on the order in which they were written, and a write rarely changes it: of
//! 40,000 texts, 256 are in the sample, and one in 156 writes of a record puts that record into it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::Vector;
use crate::vector::cosine;

/// How many texts represent the collection: all pairs of them make up the distribution of cosines
/// between unrelated texts.
const TEXTS: usize = 256;

/// How many texts a sample has; the mean vector is computed from all of them.
pub(crate) const SAMPLED_TEXTS: usize = 1_000;

/// With fewer texts there is no meaningful distribution, and nothing is judged.
const LEAST_TEXTS: usize = 30;

/// How many hits are considered: a single one may be near by chance.
pub const LOOKED_AT: usize = 3;

/// The threshold between what fits and what does not, in units of the largest expected cosine of
/// as many unrelated texts (`σ √(2 ln N)`, the asymptotic maximum of N normal variables).
/// Calibrated by `parallax fit` on the even lines of its query sets.
const LINE: f32 = 0.635;

/// A sample of a collection's texts.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The fingerprints of the texts.
    texts: Vec<u64>,
    /// The mean of their vectors.
    mean: Vector,
    /// The distribution of cosines, if there are enough texts.
    cosines: Option<Cosines>,
}

/// The distribution of cosines between pairs of the texts in a sample.
#[derive(Debug)]
struct Cosines {
    /// Ascending.
    ascending: Vec<f32>,
    mean: f32,
    deviation: f32,
}

/// The distribution of cosines between unrelated texts of a collection.
#[derive(Debug)]
pub struct Unrelated<'a> {
    cosines: &'a Cosines,
    records: u32,
}

impl Sample {
    /// The sample of these texts, given as fingerprint and position, with a vector of each; `last`
    /// if its texts are the same.
    pub fn of<'v>(
        sampled: &[(u64, u32)],
        vector: impl Fn(u32) -> Option<Cow<'v, [f32]>>,
        last: Option<Arc<Self>>,
    ) -> Arc<Self> {
        let texts: Vec<u64> = sampled.iter().map(|&(text, _)| text).collect();
        if let Some(last) = last.filter(|last| last.texts == texts) {
            return last;
        }
        let vectors = sampled.iter().filter_map(|&(_, position)| vector(position));
        let vectors: Vec<Cow<'_, [f32]>> = vectors.collect();
        Arc::new(Self {
            mean: mean(&vectors),
            cosines: Cosines::between(&vectors[..vectors.len().min(TEXTS)]),
            texts,
        })
    }

    /// The mean cosine of a vector with the texts of the sample, which is its cosine with their
    /// mean vector: what any text has in common with it.
    pub fn mean_cosine(&self, vector: &[f32]) -> f32 {
        cosine(&self.mean, vector)
    }

    /// What unrelated texts have in common, in a collection of so many records.
    pub fn unrelated(&self, records: u32) -> Option<Unrelated<'_>> {
        let cosines = self.cosines.as_ref()?;
        Some(Unrelated { cosines, records })
    }
}

fn mean(vectors: &[Cow<'_, [f32]>]) -> Vector {
    let mut sum = vec![0.0f64; vectors.first().map_or(0, |vector| vector.len())];
    for vector in vectors {
        for (sum, &x) in sum.iter_mut().zip(&**vector) {
            *sum += f64::from(x);
        }
    }
    let count = vectors.len().max(1) as f64;
    sum.into_iter().map(|sum| (sum / count) as f32).collect()
}

impl Cosines {
    fn between(sample: &[Cow<'_, [f32]>]) -> Option<Self> {
        if sample.len() < LEAST_TEXTS {
            return None;
        }
        let mut ascending = Vec::with_capacity(sample.len() * sample.len() / 2);
        for (at, one) in sample.iter().enumerate() {
            ascending.extend(sample[..at].iter().map(|other| cosine(one, other)));
        }
        ascending.sort_unstable_by(f32::total_cmp);
        let count = ascending.len() as f32;
        let mean = ascending.iter().sum::<f32>() / count;
        let square = |cosine: &f32| (cosine - mean) * (cosine - mean);
        let deviation = (ascending.iter().map(square).sum::<f32>() / count).sqrt();
        Some(Self {
            ascending,
            mean,
            deviation,
        })
    }
}

impl Unrelated<'_> {
    /// The percentage of unrelated pairs that are less near than this.
    pub fn percentile(&self, cosine: f32) -> f32 {
        let cosines = &self.cosines.ascending;
        let below = cosines.partition_point(|&other| other < cosine);
        below as f32 / cosines.len().max(1) as f32 * 100.0
    }

    /// The cosine from which a single record is near enough to be an answer.
    pub fn line(&self) -> f32 {
        self.cosines.mean + LINE * self.expected()
    }

    /// How far the nearest cosines, given best first, are above the mean of unrelated texts on
    /// average, in the units of the threshold. `None` if there are none.
    pub fn strength(&self, nearest: &[f32]) -> Option<f32> {
        let nearest = &nearest[..nearest.len().min(LOOKED_AT)];
        if nearest.is_empty() {
            return None;
        }
        let mean = nearest.iter().sum::<f32>() / nearest.len() as f32;
        Some((mean - self.cosines.mean) / self.expected())
    }

    /// How far above the mean the largest cosine of as many unrelated texts is expected to be.
    fn expected(&self) -> f32 {
        let expected = self.cosines.deviation * (2.0 * (self.records as f32).ln()).sqrt();
        expected.max(f32::EPSILON)
    }

    /// Whether the nearest are near enough to be an answer.
    pub fn fits(&self, nearest: &[f32]) -> Option<bool> {
        self.strength(nearest).map(|strength| strength >= LINE)
    }
}
