//! The engine of Parallax: records in, ranked and explained hits out.

/// Width of a vector: what all-MiniLM-L6-v2 puts out.
pub const DIMENSIONS: usize = 384;

/// A text's place in the space of meaning: a unit vector, so that the dot product of
/// two is their cosine.
pub type Vector = [f32; DIMENSIONS];
