//! Combines a vector per token into one for the text: the mean over the tokens that count, scaled
//! to unit length. Pure functions over slices, independent of the model.

use crate::{DIMENSIONS, Vector};

/// The mean of the token vectors whose mask is not zero.
///
/// `tokens` is `[S, 384]` in row order and `mask` is `[S]`. The result is all zeros if no token
/// counts.
pub fn masked_mean(tokens: &[f32], mask: &[i64]) -> Vector {
    let mut sum = [0.0; DIMENSIONS];
    let mut count = 0.0_f32;
    for (token, _) in tokens
        .chunks_exact(DIMENSIONS)
        .zip(mask)
        .filter(|(_, mask)| **mask != 0)
    {
        count += 1.0;
        for (sum, value) in sum.iter_mut().zip(token) {
            *sum += value;
        }
    }
    if count > 0.0 {
        for value in &mut sum {
            *value /= count;
        }
    }
    sum
}

/// The vector of length 1 in the same direction, or `None` if the vector has no direction: it is
/// zero or contains a non-finite number.
pub fn unit(vector: Vector) -> Option<Vector> {
    let length = dot(&vector, &vector).sqrt();
    (length.is_finite() && length > f32::MIN_POSITIVE).then(|| vector.map(|value| value / length))
}

/// The dot product of two vectors: the cosine, if both are unit vectors.
pub fn dot(a: &Vector, b: &Vector) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(values: &[f32]) -> Vec<f32> {
        values
            .iter()
            .flat_map(|value| [*value; DIMENSIONS])
            .collect()
    }

    #[test]
    fn the_mean_is_over_the_tokens_that_count() {
        let mean = masked_mean(&rows(&[1.0, 3.0, 100.0]), &[1, 1, 0]);
        assert_eq!(mean, [2.0; DIMENSIONS]);
    }

    #[test]
    fn no_token_that_counts_gives_zeros_and_no_direction() {
        let mean = masked_mean(&rows(&[5.0]), &[0]);
        assert_eq!(mean, [0.0; DIMENSIONS]);
        assert_eq!(unit(mean), None);
    }

    #[test]
    fn a_unit_vector_has_length_one_and_the_same_direction() {
        let mut vector = [0.0; DIMENSIONS];
        vector[0] = 3.0;
        vector[1] = -4.0;
        let unit = unit(vector).unwrap();
        assert!((unit[0] - 0.6).abs() < 1e-6 && (unit[1] + 0.8).abs() < 1e-6);
        assert!((dot(&unit, &unit) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_has_no_direction() {
        let mut vector = [1.0; DIMENSIONS];
        vector[7] = f32::NAN;
        assert_eq!(unit(vector), None);
        vector[7] = f32::INFINITY;
        assert_eq!(unit(vector), None);
    }
}
