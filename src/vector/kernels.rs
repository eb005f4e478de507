//! The three dot products that everything else is based on.
//!
//! Each is plain Rust that the compiler can vectorise, compiled for several instruction sets. The
//! version is selected at run time, so no CPU feature is required. Integer sums are exact, and the
//! f32 version adds in a fixed order without fused operations, so every machine computes the same
//! scores.

// `multiversion` calls the selected version through its own unsafe code, after checking the CPU;
// none is written here.
#![allow(unsafe_code)]

use multiversion::multiversion;

use crate::{DIMENSIONS, Vector};

/// The number of partial sums of the f32 product: wide enough for any register. It affects the
/// result.
const LANES: usize = 16;

/// The cosine of two unit vectors: their dot product.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn cosine(a: &Vector, b: &Vector) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

/// Dot product of two int8 codes. It is at most 127² · 384, which fits an i32.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn dot_codes(a: &[i8; DIMENSIONS], b: &[i8; DIMENSIONS]) -> i32 {
    let mut sum = 0;
    for i in 0..DIMENSIONS {
        sum += i32::from(a[i]) * i32::from(b[i]);
    }
    sum
}

/// Dot product of a query in 16 bits with a code in 8. By Cauchy-Schwarz it is below 1.6e9 for a
/// unit query scaled to 32767 at its largest component, so it fits an i32.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn dot_query(query: &[i16; DIMENSIONS], code: &[i8; DIMENSIONS]) -> i32 {
    let mut sum = 0;
    for i in 0..DIMENSIONS {
        sum += i32::from(query[i]) * i32::from(code[i]);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_codes_do_not_overflow() {
        let (low, high) = ([-127i8; DIMENSIONS], [127i8; DIMENSIONS]);
        assert_eq!(dot_codes(&low, &high), -127 * 127 * 384);
        // The longest possible query: all components equal and at the end of the scale.
        assert_eq!(dot_query(&[32767; DIMENSIONS], &high), 32767 * 127 * 384);
    }

    #[test]
    fn the_cosine_agrees_with_a_sum_in_f64() {
        let mut state = 1u64;
        let mut vector = || -> Vector {
            std::array::from_fn(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
                ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 0.1
            })
        };
        for _ in 0..100 {
            let (a, b) = (vector(), vector());
            let exact: f64 = a
                .iter()
                .zip(&b)
                .map(|(&a, &b)| f64::from(a) * f64::from(b))
                .sum();
            assert!((f64::from(cosine(&a, &b)) - exact).abs() < 1e-6);
        }
    }
}
