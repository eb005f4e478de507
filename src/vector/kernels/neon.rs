//! NEON.
//!
//! Loads are the only unsafe operations: each reads a whole register from a reference to as many
//! bytes.

use std::arch::aarch64::*;

use super::{Line, QueryLine, Rows, portable};

#[target_feature(enable = "neon")]
pub fn query_dots(query: &[QueryLine], of: Rows<'_>, rows: &[u32], dots: &mut [i32]) {
    for (&row, dot) in rows.iter().zip(dots) {
        *dot = query_dot(query, of.row(row));
    }
}

#[target_feature(enable = "neon")]
pub fn query_dots_run(query: &[QueryLine], lines: &[Line], dots: &mut [i32]) {
    for (row, dot) in lines.chunks_exact(query.len()).zip(dots) {
        *dot = query_dot(query, row);
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn query_dot(query: &[QueryLine], row: &[Line]) -> i32 {
    let mut sums = [vdupq_n_s32(0); 4];
    for (query, line) in query.iter().zip(row) {
        let (query, _) = query.whole.as_chunks::<16>();
        let (line, _) = line.0.as_chunks::<16>();
        for (query, line) in query.iter().zip(line) {
            let line = load_bytes(line);
            let low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(line)));
            let high = vreinterpretq_s16_u16(vmovl_high_u8(line));
            let [from, to] = load_halves(query);
            sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(from));
            sums[1] = vmlal_high_s16(sums[1], low, from);
            sums[2] = vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(to));
            sums[3] = vmlal_high_s16(sums[3], high, to);
        }
    }
    let [a, b, c, d] = sums;
    vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, d)))
}

#[target_feature(enable = "neon")]
pub fn code_dot(a: &[Line], b: &[Line]) -> i32 {
    let sign = vdupq_n_u8(128);
    let mut sums = [vdupq_n_s32(0); 2];
    for (a, b) in a.iter().zip(b) {
        let (a, _) = a.0.as_chunks::<16>();
        let (b, _) = b.0.as_chunks::<16>();
        for (a, b) in a.iter().zip(b) {
            let a = vreinterpretq_s8_u8(veorq_u8(load_bytes(a), sign));
            let b = vreinterpretq_s8_u8(veorq_u8(load_bytes(b), sign));
            // A product of two signed bytes fits 16 bits; pairs are added in 32.
            sums[0] = vpadalq_s16(sums[0], vmull_s8(vget_low_s8(a), vget_low_s8(b)));
            sums[1] = vpadalq_s16(sums[1], vmull_high_s8(a, b));
        }
    }
    vaddvq_s32(vaddq_s32(sums[0], sums[1]))
}

#[target_feature(enable = "neon")]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    portable::dot(a, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn load_bytes(of: &[u8; 16]) -> uint8x16_t {
    // SAFETY: these are 16 bytes, and the load needs no alignment.
    unsafe { vld1q_u8(of.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn load_halves(of: &[i16; 16]) -> [int16x8_t; 2] {
    let (halves, _) = of.as_chunks::<8>();
    // SAFETY: each half has 8 numbers, which are 16 bytes.
    std::array::from_fn(|at| unsafe { vld1q_s16(halves[at].as_ptr()) })
}
