//! Moves points by gradient descent with Adam (Kingma & Ba, 2015), in the three phases of the paper
//! (algorithm 1 and section 5).

use rayon::prelude::*;

use super::pairs::Pairs;
use super::{Place, Watch};

/// How many steps each phase has.
const PHASES: [usize; 3] = [100, 100, 250];

/// The loss of a near pair is `d / (NEAR + d)`, where `d` is its squared distance plus one. The paper
/// has 10. A smaller number attracts only what is already near, so that groups are less crowded: it
/// raised the trustworthiness from 0.887 to more than 0.91 on 40,474 start-ups.
const NEAR: f32 = 5.0;

/// The same for a pair at middling distance, as in the paper.
const MIDDLING: f32 = 10_000.0;

/// Adam's rate and its two decays, as in the paper.
const RATE: f32 = 1.0;
const DECAYS: [f32; 2] = [0.9, 0.999];

/// The gradient is summed in this many parts, each for the pairs of a range of points, and then over
/// the parts in their order: so it does not depend on how many threads there are.
const PARTS: usize = 8;

/// How much the pairs of each kind count in a step.
#[derive(Clone, Copy)]
struct Weights {
    near: f32,
    middling: f32,
}

impl Weights {
    fn of(step: usize) -> Self {
        let (near, middling) = if step < PHASES[0] {
            let part = step as f32 / PHASES[0] as f32;
            (2.0, 1_000.0 * (1.0 - part) + 3.0 * part)
        } else if step < PHASES[0] + PHASES[1] {
            (3.0, 3.0)
        } else {
            (1.0, 0.0)
        };
        Self { near, middling }
    }
}

/// Moves points from where they start; `None` if `watch` said to stop.
pub fn descend(mut places: Vec<Place>, pairs: &Pairs, watch: Watch<'_>) -> Option<Vec<Place>> {
    let count = places.len();
    let steps: usize = PHASES.iter().sum();
    let mut gradients = vec![vec![Place::default(); count]; PARTS];
    let mut moments = vec![[Place::default(); 2]; count];
    let per_part = count.div_ceil(PARTS);
    for step in 0..steps {
        if !watch(step as f32 / steps as f32) {
            return None;
        }
        let weights = Weights::of(step);
        let parts = gradients.par_iter_mut().enumerate();
        parts.for_each(|(part, gradient)| {
            gradient.fill(Place::default());
            let points = part * per_part..((part + 1) * per_part).min(count);
            for point in points {
                add_pairs_of(point, &places, pairs, weights, step, gradient);
            }
        });
        let [first, second] = DECAYS.map(|decay| 1.0 - decay.powi(step as i32 + 1));
        let rate = RATE * second.sqrt() / first;
        let moved = places.par_iter_mut().zip(&mut moments).enumerate();
        moved.for_each(|(point, (place, [mean, square]))| {
            for axis in 0..2 {
                let slope: f32 = gradients.iter().map(|part| part[point][axis]).sum();
                mean[axis] += (1.0 - DECAYS[0]) * (slope - mean[axis]);
                square[axis] += (1.0 - DECAYS[1]) * (slope * slope - square[axis]);
                place[axis] -= rate * mean[axis] / (square[axis].sqrt() + 1e-7);
            }
        });
    }
    Some(places)
}

/// Adds the gradient of the pairs of a point to both points of each.
fn add_pairs_of(
    point: usize,
    places: &[Place],
    pairs: &Pairs,
    weights: Weights,
    step: usize,
    gradient: &mut [Place],
) {
    let here = places[point];
    let mut own = Place::default();
    // The pull is the derivative of a pair's loss by its squared distance, times two.
    let mut add = |other: u32, pull: fn(f32) -> f32, weight: f32| {
        let there = places[other as usize];
        let (x, y) = (here[0] - there[0], here[1] - there[1]);
        let pull = weight * pull(1.0 + x * x + y * y);
        own[0] += pull * x;
        own[1] += pull * y;
        let others = &mut gradient[other as usize];
        others[0] -= pull * x;
        others[1] -= pull * y;
    };
    let number = point as u32;
    for &other in pairs.near(number) {
        add(other, |d| attraction(NEAR, d), weights.near);
    }
    if weights.middling > 0.0 {
        for &other in pairs.middling(number) {
            add(other, |d| attraction(MIDDLING, d), weights.middling);
        }
    }
    for other in pairs.further(number, step) {
        // The loss of a further pair is `1 / (1 + d)`.
        add(other, |d| -2.0 / ((1.0 + d) * (1.0 + d)), 1.0);
    }
    gradient[point][0] += own[0];
    gradient[point][1] += own[1];
}

/// Twice the derivative of `d / (constant + d)`.
fn attraction(constant: f32, d: f32) -> f32 {
    2.0 * constant / ((constant + d) * (constant + d))
}
