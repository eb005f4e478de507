//! Nearness by meaning: unit vectors, searched through int8 codes and scored in f32.
//!
//! [`ExactScan`] is the oracle: it reads every vector (or those a filter lets through) and
//! its answer equals that of a full scan in f32. [`Graph`] is an HNSW graph over the same
//! codes: it looks at a few thousand and can miss. Whatever found a candidate, the score
//! is the true cosine.

mod code;
mod graph;
mod kernels;
mod scan;

use crate::Vector;

pub use code::Code;
pub use graph::{EF_SEARCH, Graph};
pub use kernels::cosine;
pub use scan::ExactScan;

/// A candidate: its position in the index, and its cosine to the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Position in the index, from 0.
    pub position: u32,
    /// Cosine to the query, -1 to 1.
    pub cosine: f32,
}

impl Neighbour {
    /// Best first; equal cosines in order of position, so that one query has one ranking.
    pub fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.cosine
            .total_cmp(&a.cosine)
            .then(a.position.cmp(&b.position))
    }
}

/// Scales a vector to unit length.
///
/// # Errors
/// The reason why it has no direction: a component that is not finite, or all zero.
pub fn normalise(vector: &mut Vector) -> Result<(), String> {
    if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
        return Err(format!("component {at} is not a finite number"));
    }
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    if square == 0.0 {
        return Err("all components are zero".into());
    }
    // A vector that is unit length already to f32's precision stays as it is, to the bit.
    if (square - 1.0).abs() > 1e-6 {
        let length = square.sqrt();
        for x in vector.iter_mut() {
            *x = (f64::from(*x) / length) as f32;
        }
    }
    Ok(())
}
