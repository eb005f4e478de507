//! Combines a vector per token into one for the text, scaled to unit length. Pure functions over
//! slices, independent of the model.

use super::settings::Pooling;
use crate::Vector;

/// The unit vector of a text with these token vectors, `[S, width]` in row order; `None` if it has
/// no direction.
pub(super) fn pooled(pooling: Pooling, tokens: &[f32], width: usize) -> Option<Vector> {
    let mut rows = tokens.chunks_exact(width.max(1));
    unit(match pooling {
        Pooling::Mean => masked_mean(tokens, &vec![1; rows.len()]),
        Pooling::First => rows.next()?.into(),
        Pooling::Max => {
            let mut largest = Vector::from(rows.next()?);
            for row in rows {
                for (largest, value) in largest.iter_mut().zip(row) {
                    *largest = largest.max(*value);
                }
            }
            largest
        }
    })
}

/// The mean of the token vectors whose mask is not zero.
///
/// `tokens` is `[S, width]` in row order and `mask` is `[S]`. The result is all zeros if no token
/// counts.
pub fn masked_mean(tokens: &[f32], mask: &[i64]) -> Vector {
    let width = tokens.len().checked_div(mask.len()).unwrap_or(0);
    let mut sum = vec![0.0; width];
    let mut count = 0.0_f32;
    for (token, _) in tokens
        .chunks_exact(width.max(1))
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
    sum.into()
}

/// The vector of length 1 in the same direction, or `None` if the vector has no direction: it is
/// zero or contains a non-finite number.
pub fn unit(mut vector: Vector) -> Option<Vector> {
    let length = dot(&vector, &vector).sqrt();
    vector.iter_mut().for_each(|value| *value /= length);
    (length.is_finite() && length > f32::MIN_POSITIVE).then_some(vector)
}

/// The dot product of two vectors: the cosine, if both are unit vectors.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The width of the vectors here.
    const WIDTH: usize = 5;

    fn rows(values: &[f32]) -> Vec<f32> {
        values.iter().flat_map(|value| [*value; WIDTH]).collect()
    }

    #[test]
    fn the_mean_is_over_the_tokens_that_count() {
        let mean = masked_mean(&rows(&[1.0, 3.0, 100.0]), &[1, 1, 0]);
        assert_eq!(*mean, [2.0; WIDTH]);
    }

    #[test]
    fn no_token_that_counts_gives_zeros_and_no_direction() {
        let mean = masked_mean(&rows(&[5.0]), &[0]);
        assert_eq!(*mean, [0.0; WIDTH]);
        assert_eq!(unit(mean), None);
    }

    #[test]
    fn each_pooling_gives_a_unit_vector_of_its_own() {
        let tokens = [3.0, 4.0, 5.0, 2.0, 4.0, 0.0];
        for (pooling, expected) in [
            (Pooling::Mean, [12.0, 6.0]),
            (Pooling::First, [3.0, 4.0]),
            (Pooling::Max, [5.0, 4.0]),
        ] {
            let pooled = pooled(pooling, &tokens, 2).unwrap();
            let expected = unit(expected.into()).unwrap();
            assert!(dot(&pooled, &expected) > 0.999_999, "{pooling:?}");
        }
        for pooling in [Pooling::Mean, Pooling::First, Pooling::Max] {
            assert_eq!(pooled(pooling, &[], 2), None);
        }
    }

    #[test]
    fn a_unit_vector_has_length_one_and_the_same_direction() {
        let mut vector = vec![0.0; WIDTH];
        vector[0] = 3.0;
        vector[1] = -4.0;
        let unit = unit(vector.into()).unwrap();
        assert!((unit[0] - 0.6).abs() < 1e-6 && (unit[1] + 0.8).abs() < 1e-6);
        assert!((dot(&unit, &unit) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_has_no_direction() {
        for number in [f32::NAN, f32::INFINITY] {
            let mut vector = vec![1.0; WIDTH];
            vector[3] = number;
            assert_eq!(unit(vector.into()), None);
        }
    }
}
