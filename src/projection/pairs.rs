//! The pairs of points that attract or repel each other (section 5 of the paper).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Space, Watch};
use crate::split_mix::SplitMix64;

/// How many near points each point is paired with, as in the paper.
///
/// They are simply the nearest. The paper scales distances by those of the points' own neighbours
/// first; on sentence vectors, that lowered the trustworthiness (0.85 instead of 0.88 on 40,474
/// start-ups).
const NEAR: usize = 10;

/// How many points at middling distance, half as many as near ones, as in the paper.
const MIDDLING: usize = 5;

/// How many further points, twice as many as near ones, as in the paper.
const FURTHER: usize = 20;

/// Of this many points drawn at random, the second nearest is at middling distance.
const DRAWN: usize = 6;

/// After how many points progress is told.
const STEP: usize = 500;

/// The pairs of all points. Where there are too few points, one is paired with itself, which moves
/// it nowhere.
pub struct Pairs {
    seed: u64,
    /// [`NEAR`] for each point.
    near: Vec<u32>,
    /// [`MIDDLING`] for each point.
    middling: Vec<u32>,
}

impl Pairs {
    /// Chooses them; `None` if `watch` said to stop.
    pub fn choose(space: &dyn Space, seed: u64, watch: Watch<'_>) -> Option<Self> {
        let count = space.len();
        let mut near = vec![0; count * NEAR];
        let mut middling = vec![0; count * MIDDLING];
        let chosen = AtomicUsize::new(0);
        let stopped = AtomicBool::new(false);
        let rows = near.par_chunks_mut(NEAR * STEP);
        let rows = rows.zip(middling.par_chunks_mut(MIDDLING * STEP));
        rows.enumerate().for_each(|(step, (near, middling))| {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            let first = (step * STEP) as u32;
            for (near, point) in near.chunks_exact_mut(NEAR).zip(first..) {
                let found = space.nearest(point, NEAR);
                let found = found.into_iter().chain(std::iter::repeat(point));
                near.iter_mut()
                    .zip(found)
                    .for_each(|(to, found)| *to = found);
            }
            for (middling, point) in middling.chunks_exact_mut(MIDDLING).zip(first..) {
                let mut random = of_point(seed, point);
                middling.fill_with(|| at_middling_distance(space, point, &mut random));
            }
            let done = chosen.fetch_add(STEP, Ordering::Relaxed) + STEP;
            if !watch(done.min(count) as f32 / count.max(1) as f32) {
                stopped.store(true, Ordering::Relaxed);
            }
        });
        (!stopped.into_inner()).then_some(Self {
            seed,
            near,
            middling,
        })
    }

    /// The near points of a point.
    pub fn near(&self, point: u32) -> &[u32] {
        row(&self.near, NEAR, point)
    }

    /// Those at middling distance.
    pub fn middling(&self, point: u32) -> &[u32] {
        row(&self.middling, MIDDLING, point)
    }

    /// Further points: any, since hardly any are near. They are drawn anew in each step, which needs
    /// no memory and, on start-ups, raised the trustworthiness from 0.879 to 0.887.
    pub fn further(&self, point: u32, step: usize) -> impl Iterator<Item = u32> {
        let count = (self.near.len() / NEAR) as u64;
        let mut random = of_point(self.seed ^ ((step as u64 + 1) << 32), point);
        // The upper half of a product is below the factor, without a division.
        (0..FURTHER).map(move |_| (((random.bits() >> 32) * count) >> 32) as u32)
    }
}

fn row(rows: &[u32], width: usize, point: u32) -> &[u32] {
    let start = point as usize * width;
    rows.get(start..start + width).unwrap_or_default()
}

fn at_middling_distance(space: &dyn Space, point: u32, random: &mut SplitMix64) -> u32 {
    let nowhere = (f32::NEG_INFINITY, point);
    let (mut nearest, mut second) = (nowhere, nowhere);
    for _ in 0..DRAWN {
        let other = random.below(space.len() as u64) as u32;
        if other == point {
            continue;
        }
        let drawn = (space.cosine(point, other), other);
        if drawn.0 > nearest.0 {
            (nearest, second) = (drawn, nearest);
        } else if drawn.0 > second.0 {
            second = drawn;
        }
    }
    second.1
}

/// Random numbers of a point, the same on any thread.
fn of_point(seed: u64, point: u32) -> SplitMix64 {
    SplitMix64::new(seed ^ u64::from(point).wrapping_mul(0x2545_f491_4f6c_dd1d))
}
