//! Plain Rust: what every other version must agree with.

use super::{Line, QueryLine, Rows};

/// The number of partial sums of the f32 product: wide enough for any register. It affects the
/// result.
const LANES: usize = 16;

/// The dot product, added in a fixed order: lane by lane, then halves of the lanes. Other versions
/// are this function compiled for other registers.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (a, rest_a) = a.as_chunks::<LANES>();
    let (b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for ((sum, a), b) in sums.iter_mut().zip(rest_a).zip(rest_b) {
        *sum += a * b;
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

/// See [`super::Kernel::query_dots`].
pub fn query_dots(query: &[QueryLine], of: Rows<'_>, rows: &[u32], dots: &mut [i32]) {
    for (&row, dot) in rows.iter().zip(dots) {
        *dot = query_dot(query, of.row(row));
    }
}

/// See [`super::Kernel::query_dots_run`].
pub fn query_dots_run(query: &[QueryLine], lines: &[Line], dots: &mut [i32]) {
    for (row, dot) in lines.chunks_exact(query.len()).zip(dots) {
        *dot = query_dot(query, row);
    }
}

fn query_dot(query: &[QueryLine], row: &[Line]) -> i32 {
    let mut sum = 0i32;
    for (query, line) in query.iter().zip(row) {
        for (&q, &c) in query.whole.iter().zip(&line.0) {
            sum = sum.wrapping_add(i32::from(q) * i32::from(c));
        }
    }
    sum
}

/// See [`super::Kernel::code_dot`].
pub fn code_dot(a: &[Line], b: &[Line]) -> i32 {
    let mut sum = 0;
    for (a, b) in a.iter().zip(b) {
        for (&a, &b) in a.0.iter().zip(&b.0) {
            sum += (i32::from(a) - 128) * (i32::from(b) - 128);
        }
    }
    sum
}
