//! How far a map can be trusted: whether records that are near each other on it are near each other
//! in all dimensions.

use rayon::prelude::*;

use super::{Place, Space};
use crate::split_mix::SplitMix64;

/// The trustworthiness of places (Venna & Kaski, "Neighborhood preservation in nonlinear projection
/// methods", ICANN 2001): 1 if the `k` points nearest to each on the map are also its `k` nearest in
/// space, and less the further away they really are. The mean is over `sample` points drawn at
/// random; their neighbours on the map, and the ranks of these in space, are exact among all points.
/// `None` if there are too few points for the measure, which needs more than 2k.
pub fn trustworthiness(
    space: &dyn Space,
    places: &[Place],
    k: usize,
    sample: usize,
    seed: u64,
) -> Option<f64> {
    let count = places.len();
    if k == 0 || count <= 2 * k || sample == 0 {
        return None;
    }
    let mut random = SplitMix64::new(seed);
    let points: Vec<u32> = if count <= sample {
        (0..count as u32).collect()
    } else {
        let drawn = (0..sample).map(|_| random.below(count as u64) as u32);
        drawn.collect()
    };
    let excess = |&point: &u32| -> u64 {
        let near = near_on_map(places, point, k);
        let ranks = space.ranks(point, &near).into_iter();
        ranks
            .map(|rank| u64::from(rank).saturating_sub(k as u64))
            .sum()
    };
    // Whole numbers, so that the sum does not depend on its order.
    let sum: u64 = points.par_iter().map(excess).sum();
    let (n, k) = (count as f64, k as f64);
    let worst = points.len() as f64 * k * (2.0 * n - 3.0 * k - 1.0) / 2.0;
    Some(1.0 - sum as f64 / worst)
}

/// The `k` points nearest to one on the map; ties in order of number.
fn near_on_map(places: &[Place], point: u32, k: usize) -> Vec<u32> {
    let [x, y] = places[point as usize];
    let others = (0u32..).zip(places).filter(|&(other, _)| other != point);
    let square = |place: &Place| (place[0] - x).powi(2) + (place[1] - y).powi(2);
    let mut others: Vec<(f32, u32)> = others.map(|(at, place)| (square(place), at)).collect();
    let nearer = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    let k = k.min(others.len());
    if k < others.len() {
        others.select_nth_unstable_by(k, nearer);
    }
    others[..k].iter().map(|&(_, at)| at).collect()
}
