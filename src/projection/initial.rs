//! Where points start: at their first two principal components.

use rayon::prelude::*;

use super::{Place, Space};
use crate::split_mix::SplitMix64;

/// How many points the components are computed from.
const SAMPLED: usize = 4_000;

/// How often the power iteration multiplies. The components need not be exact.
const STEPS: usize = 30;

/// The components are scaled by this, as in the authors' code, so that the first steps arrange
/// points freely.
const SCALE: f32 = 0.01;

/// The first two principal components of each point, by power iteration with deflation.
pub fn places(space: &dyn Space, seed: u64) -> Vec<Place> {
    let dimension = space.dimension().max(1);
    let mut random = SplitMix64::new(seed);
    let sample = sample(space, &mut random);
    let rows = sample.len() / dimension;
    let mut mean = vec![0.0f32; dimension];
    for row in sample.chunks_exact(dimension) {
        for (mean, x) in mean.iter_mut().zip(row) {
            *mean += x / rows as f32;
        }
    }
    let first = component(&sample, &mean, None, &mut random);
    let second = component(&sample, &mean, Some(&first), &mut random);
    let axes = [first, second];
    let offsets = [0, 1].map(|axis: usize| dot(&mean, &axes[axis]));
    let place = |point: u32| {
        let vector = space.vector(point).unwrap_or_default();
        [0, 1].map(|axis: usize| SCALE * (dot(&vector, &axes[axis]) - offsets[axis]))
    };
    (0..space.len() as u32).into_par_iter().map(place).collect()
}

/// The vectors of some points, one after another.
fn sample(space: &dyn Space, random: &mut SplitMix64) -> Vec<f32> {
    let count = space.len();
    let mut sample = Vec::with_capacity(count.min(SAMPLED) * space.dimension());
    for at in 0..count.min(SAMPLED) {
        let point = if count <= SAMPLED {
            at as u32
        } else {
            random.below(count as u64) as u32
        };
        sample.extend_from_slice(&space.vector(point).unwrap_or_default());
    }
    sample
}

/// The direction in which rows vary most, at right angles to another one.
fn component(
    sample: &[f32],
    mean: &[f32],
    before: Option<&[f32]>,
    random: &mut SplitMix64,
) -> Vec<f32> {
    let start = mean
        .iter()
        .map(|_| random.bits() as i64 as f32 / i64::MAX as f32);
    let mut axis: Vec<f32> = start.collect();
    for _ in 0..STEPS {
        axis = multiplied(sample, mean, &axis);
        if let Some(before) = before {
            let along = dot(&axis, before);
            for (x, before) in axis.iter_mut().zip(before) {
                *x -= along * before;
            }
        }
        let length = dot(&axis, &axis).sqrt();
        if length > 0.0 {
            axis.iter_mut().for_each(|x| *x /= length);
        }
    }
    axis
}

/// The covariance of the rows, up to a factor, times a vector.
fn multiplied(sample: &[f32], mean: &[f32], axis: &[f32]) -> Vec<f32> {
    let offset = dot(mean, axis);
    let mut product = vec![0.0; axis.len()];
    for row in sample.chunks_exact(axis.len().max(1)) {
        let along = dot(row, axis) - offset;
        for ((product, x), mean) in product.iter_mut().zip(row).zip(mean) {
            *product += along * (x - mean);
        }
    }
    product
}

/// The dot product in eight sums, so that it is vectorised, in a fixed order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (of_a, of_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = of_a.remainder().iter().zip(of_b.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    for (a, b) in of_a.zip(of_b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}
