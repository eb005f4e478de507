//! Vectors quantised to one byte per component, with a bound on the error.

use instant_distance::Point;
use serde::{Deserialize, Serialize};

use super::kernels::{dot_codes, dot_query};
use crate::{DIMENSIONS, Vector};

/// A quantised vector: `vector ≈ scale · values`. Each component is rounded to the nearest of 255
/// steps between plus and minus the largest component.
#[derive(Clone, Serialize, Deserialize)]
pub struct Code {
    #[serde(with = "serde_big_array::BigArray")]
    values: [i8; DIMENSIONS],
    scale: f32,
    /// Euclidean length of `vector - scale · values`, rounded up.
    error: f32,
}

impl Code {
    /// Quantises a vector.
    pub fn new(vector: &Vector) -> Self {
        let largest = vector.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let values = vector.map(|x| (x / scale).round() as i8);
        let square: f64 = vector
            .iter()
            .zip(&values)
            .map(|(&x, &v)| (f64::from(x) - f64::from(scale) * f64::from(v)).powi(2))
            .sum();
        Self {
            values,
            scale,
            error: round_up(square.sqrt()),
        }
    }
}

impl Point for Code {
    /// The graph's metric: one minus the cosine of the quantised vectors.
    fn distance(&self, other: &Self) -> f32 {
        1.0 - dot_codes(&self.values, &other.values) as f32 * self.scale * other.scale
    }
}

/// A query in 16 bits per component, for bounding its cosine with quantised vectors.
pub struct QueryCode {
    values: [i16; DIMENSIONS],
    scale: f32,
    /// Length of the part of the query that the quantised form does not represent.
    error: f32,
    /// Length of the part that it represents.
    length: f32,
}

/// The most that f32 arithmetic can add: both the estimate and the cosine sum 384 products of unit
/// vectors, with 24 sequential roundings of 6e-8 per lane and the few products after them.
const ROUNDING: f32 = 4e-6;

impl QueryCode {
    /// Quantises a unit vector.
    pub fn new(query: &Vector) -> Self {
        let largest = query.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let scale = if largest > 0.0 {
            largest / 32767.0
        } else {
            1.0
        };
        let values = query.map(|x| (x / scale).round() as i16);
        let (mut error, mut length) = (0.0f64, 0.0f64);
        for (&x, &v) in query.iter().zip(&values) {
            let kept = f64::from(scale) * f64::from(v);
            error += (f64::from(x) - kept).powi(2);
            length += kept * kept;
        }
        Self {
            values,
            scale,
            error: round_up(error.sqrt()),
            length: round_up(length.sqrt()),
        }
    }

    /// Estimates the cosine with a quantised vector, and returns the maximum error of the estimate.
    ///
    /// Let q = q̂ + r and v = v̂ + s: the quantised parts and the remainders. Then `q·v - q̂·v̂ =
    /// q̂·s + r·v`. By Cauchy-Schwarz, this is at most `|q̂||s| + |r||v|`, where |v| is 1.
    #[inline]
    pub fn estimate(&self, code: &Code) -> (f32, f32) {
        let estimate = dot_query(&self.values, &code.values) as f32 * self.scale * code.scale;
        let bound = self.length * code.error + self.error * 1.000_01 + ROUNDING;
        (estimate, bound)
    }
}

/// The f32 just above a non-negative number: a bound may be too wide but never too narrow.
fn round_up(x: f64) -> f32 {
    (x as f32).next_up()
}
