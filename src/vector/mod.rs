//! Similarity search over unit vectors, which are searched through int8 codes and scored in f32.
//!
//! [`ExactScan`] is the reference: it reads every vector (or those that pass a filter), and its
//! answer equals that of a full f32 scan. [`Graph`] is an HNSW graph over the same codes: it visits
//! a few thousand and can miss some. Whichever finds a candidate, its score is the true cosine.
//!
//! Vectors may have any width up to [`MAX_DIMENSION`], the same for all of a collection. They are
//! in memory after they were built, and in a mapped file after they were loaded.

mod best;
mod code;
mod distinct;
mod effort;
mod graph;
mod kernels;
mod links;
mod scan;
mod vectors;
mod walk;

pub use code::{Codes, Estimates, Gathered, Point, PointQuery, Scale};
pub use distinct::Distinct;
pub use effort::{EF, Effort};
pub use graph::Graph;
pub use kernels::{Kernel, Line, QueryLine, cosine};
pub use scan::ExactScan;
pub use vectors::{MAX_DIMENSION, Vectors};
pub use walk::Follow;

use serde::{Deserialize, Serialize};

use crate::Vector;

/// A candidate: its position in the index and its cosine with the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Position in the index, from 0.
    pub position: u32,
    /// Cosine with the query, -1 to 1.
    pub cosine: f32,
}

/// What a search for the nearest found, and for all that reach a cosine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The nearest, best first.
    pub nearest: Vec<Neighbour>,
    /// The positions that reach the cosine, in no particular order. For most of them, their codes are
    /// enough to tell.
    pub reaching: Vec<u32>,
}

impl Neighbour {
    /// Best first, with equal cosines in order of position, so that a query has only one ranking.
    pub fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.cosine
            .total_cmp(&a.cosine)
            .then(a.position.cmp(&b.position))
    }
}

/// The longest vector that is compared by dot product: products of two are then finite.
const LONGEST: f64 = 1e15;

/// How the vectors of a collection are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    /// By the cosine, so all of them have unit length. Only this has codes and graphs.
    #[default]
    Cosine,
    /// By the dot product of the vectors as they came.
    Dot,
}

impl Distance {
    /// Whether it is the cosine.
    pub fn is_cosine(&self) -> bool {
        *self == Self::Cosine
    }

    /// A vector from a caller as it is stored and compared, if it has the width of the collection's
    /// vectors. Zero stays zero, which is near nothing.
    ///
    /// # Errors
    /// What is wrong with it: its width, its length, or a component that is not finite.
    pub fn prepared(self, vector: Vec<f32>, width: usize) -> Result<Vector, String> {
        let mut vector = checked(vector, width)?;
        if self.is_cosine() && vector.iter().any(|&x| x != 0.0) {
            normalise(&mut vector).map_err(|why| format!("the vector: {why}"))?;
        }
        let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        if square.sqrt() <= LONGEST {
            return Ok(vector);
        }
        Err(match vector.iter().position(|x| !x.is_finite()) {
            Some(at) => format!("the vector: {}", not_finite(at)),
            None => format!("the vector is longer than {LONGEST:e}"),
        })
    }
}

/// A vector from a caller, scaled to unit length, if it has the width of the collection's vectors.
///
/// # Errors
/// What is wrong with it.
pub fn unit(vector: Vec<f32>, width: usize) -> Result<Vector, String> {
    let mut vector = checked(vector, width)?;
    normalise(&mut vector).map_err(|why| format!("the vector: {why}"))?;
    Ok(vector)
}

/// A vector of the right width.
fn checked(vector: Vec<f32>, width: usize) -> Result<Vector, String> {
    if vector.len() == width {
        return Ok(vector.into());
    }
    Err(format!(
        "the vector has {} components, expected {width}, as all vectors of the collection have",
        vector.len()
    ))
}

fn not_finite(at: usize) -> String {
    format!("component {at} is not a finite number")
}

/// Scales a vector to unit length.
///
/// # Errors
/// Why it has no direction: it has a non-finite component or is zero.
pub fn normalise(vector: &mut [f32]) -> Result<(), String> {
    if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
        return Err(not_finite(at));
    }
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    if square == 0.0 {
        return Err("all components are zero".into());
    }
    // A vector that already has unit length within f32 precision is left unchanged, bit for bit.
    if (square - 1.0).abs() > 1e-6 {
        let length = square.sqrt();
        for x in vector.iter_mut() {
            *x = (f64::from(*x) / length) as f32;
        }
    }
    Ok(())
}
