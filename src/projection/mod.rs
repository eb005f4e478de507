//! Unit vectors projected to two dimensions, so that what is near stays near.
//!
//! This is PaCMAP (Wang, Huang, Rudin & Shaposhnik, "Understanding how dimension reduction tools
//! work", Journal of Machine Learning Research 22, 2021): each point is paired with near points,
//! with points at middling distance and with further ones. The first two kinds attract each other
//! and the third repels. Points start at their first two principal components (`initial.rs`),
//! `pairs.rs` chooses the pairs, and `descent.rs` moves the points. `trustworthiness.rs` measures
//! how far the result can be trusted.
//!
//! The same seed gives the same places, bit for bit, on any number of threads.

mod descent;
mod initial;
mod pairs;
mod trustworthiness;

use std::borrow::Cow;

pub use trustworthiness::trustworthiness;

/// The points to project: unit vectors. Equal ones should be one point.
pub trait Space: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of components of each.
    fn dimension(&self) -> usize;

    /// A point's vector; `None` if it cannot be read.
    fn vector(&self, point: u32) -> Option<Cow<'_, [f32]>>;

    /// The cosine of two points; an estimate is enough.
    fn cosine(&self, one: u32, other: u32) -> f32;

    /// At most `count` points, the nearest first, and not the point itself. A few may be missing.
    fn nearest(&self, point: u32, count: usize) -> Vec<u32>;

    /// The rank of each of some other points among all, by nearness to a point; 1 is the nearest.
    fn ranks(&self, point: u32, others: &[u32]) -> Vec<u32>;
}

/// A place in two dimensions.
pub type Place = [f32; 2];

/// Told which part of the work is done, 0 to 1; says whether to go on.
pub type Watch<'a> = &'a (dyn Fn(f32) -> bool + Sync);

/// The place of each point. Runs on the current rayon pool; `None` if `watch` said to stop.
pub fn project(space: &dyn Space, seed: u64, watch: Watch<'_>) -> Option<Vec<Place>> {
    /// The part of the time that choosing pairs takes, so that progress is nearly even.
    const CHOOSING: f32 = 0.8;
    let start = initial::places(space, seed);
    let pairs = pairs::Pairs::choose(space, seed, &|done| watch(done * CHOOSING))?;
    descent::descend(start, &pairs, &|done| {
        watch(CHOOSING + done * (1.0 - CHOOSING))
    })
}

#[cfg(test)]
mod tests;
