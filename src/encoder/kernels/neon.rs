//! The operations in NEON, with only what every 64-bit Arm processor has: 16 numbers fill four
//! registers; signed bytes are multiplied to 16 bits, and pairs of products are added up in 32.

#![allow(unsafe_code)]

use std::arch::aarch64::*;

use super::{DEPTH, EXPONENT_BIAS, FRACTION_BITS, Group, Isa, LANES, Sums, Task};

/// Every 64-bit Arm processor has the instructions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neon;

/// Runs a task compiled for NEON.
pub(super) fn run<T: Task>(task: T) -> T::Output {
    task.run(Neon)
}

/// Multiplies up to four rows with eight columns of a panel, those of its part 0, 1, 2 or 3; their
/// sums fill 16 of the 32 registers.
fn multiply_part<const ROWS: usize>(
    rows: &[&[[u8; DEPTH]]; ROWS],
    panel: &[Group],
    part: usize,
    sums: &mut [Sums; ROWS],
) {
    assert!(part < 4, "a panel has four parts of eight columns");
    let (rows, depth) = super::cut(rows, panel);
    // SAFETY: NEON is part of the architecture. A group is 128 bytes: four parts of two registers.
    // `Sums` are 128 bytes: four parts of two registers.
    unsafe {
        // Two sums for each column, next to each other: of the first two of four inputs and of the
        // others.
        let mut totals = [[vdupq_n_s32(0); 4]; ROWS];
        let mut weight_sums = [vdupq_n_s32(0); 2];
        for (at, group) in panel[..depth].iter().enumerate() {
            let group: *const i8 = std::ptr::from_ref(group).cast();
            let group = group.add(32 * part);
            let weights = [vld1q_s8(group), vld1q_s8(group.add(16))];
            for (sum, weights) in weight_sums.iter_mut().zip(weights) {
                *sum = vpadalq_s16(*sum, vpaddlq_s8(weights));
            }
            for (row, totals) in rows.iter().zip(&mut totals) {
                // Flipping the highest bit subtracts 128, so that the number is signed.
                let numbers = i32::from_le_bytes(row[at].map(|number| number ^ 0x80));
                let numbers = vreinterpret_s8_s32(vdup_n_s32(numbers));
                for (half, weights) in weights.into_iter().enumerate() {
                    let low = vmull_s8(numbers, vget_low_s8(weights));
                    let high = vmull_s8(numbers, vget_high_s8(weights));
                    totals[2 * half] = vpadalq_s16(totals[2 * half], low);
                    totals[2 * half + 1] = vpadalq_s16(totals[2 * half + 1], high);
                }
            }
        }
        for (sums, totals) in sums.iter_mut().zip(totals) {
            let sums = sums.as_mut_ptr().add(8 * part);
            for (half, weight_sum) in weight_sums.into_iter().enumerate() {
                let total = vpaddq_s32(totals[2 * half], totals[2 * half + 1]);
                // Adds what was subtracted from every number.
                let total = vaddq_s32(total, vshlq_n_s32::<7>(weight_sum));
                vst1q_s32(sums.add(4 * half), total);
            }
        }
    }
}

// SAFETY of every block below: NEON is part of the architecture. Loads and stores are of whole
// arrays of 16 numbers or bytes.
impl Isa for Neon {
    type Lanes = [float32x4_t; 4];

    #[inline(always)]
    fn multiply<const ROWS: usize>(
        self,
        rows: &[&[[u8; DEPTH]]; ROWS],
        panel: &[Group],
        sums: &mut [Sums; ROWS],
    ) {
        let (rows, last_rows) = rows.as_chunks::<4>();
        let (sums, last_sums) = sums.as_chunks_mut::<4>();
        for part in 0..4 {
            for (rows, sums) in rows.iter().zip(&mut *sums) {
                multiply_part(rows, panel, part, sums);
            }
            for (row, sums) in last_rows.iter().zip(&mut *last_sums) {
                multiply_part(&[*row], panel, part, std::array::from_mut(sums));
            }
        }
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::Lanes {
        let from = from.as_ptr();
        unsafe {
            [
                vld1q_f32(from),
                vld1q_f32(from.add(4)),
                vld1q_f32(from.add(8)),
                vld1q_f32(from.add(12)),
            ]
        }
    }

    #[inline(always)]
    fn store(self, lanes: Self::Lanes, to: &mut [f32; LANES]) {
        for (part, lanes) in lanes.into_iter().enumerate() {
            unsafe { vst1q_f32(to.as_mut_ptr().add(4 * part), lanes) };
        }
    }

    #[inline(always)]
    fn splat(self, number: f32) -> Self::Lanes {
        unsafe { [vdupq_n_f32(number); 4] }
    }

    #[inline(always)]
    fn add(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| unsafe { vaddq_f32(a, b) })
    }

    #[inline(always)]
    fn sub(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| unsafe { vsubq_f32(a, b) })
    }

    #[inline(always)]
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| unsafe { vmulq_f32(a, b) })
    }

    // NEON's own minimum and maximum differ if a number is none.
    #[inline(always)]
    fn min(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| unsafe { vbslq_f32(vcltq_f32(a, b), a, b) })
    }

    #[inline(always)]
    fn max(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) })
    }

    #[inline(always)]
    fn zero_below(self, number: Self::Lanes, bound: f32, value: Self::Lanes) -> Self::Lanes {
        each(number, value, |number, value| unsafe {
            let below = vcltq_f32(number, vdupq_n_f32(bound));
            vbslq_f32(below, vdupq_n_f32(0.0), value)
        })
    }

    #[inline(always)]
    fn power_of_two(self, shifted: Self::Lanes) -> Self::Lanes {
        const BITS: i32 = FRACTION_BITS as i32;
        each(shifted, shifted, |shifted, _| unsafe {
            let exponent = vreinterpretq_s32_f32(shifted);
            let exponent = vaddq_s32(exponent, vdupq_n_s32(EXPONENT_BIAS));
            vreinterpretq_f32_s32(vshlq_n_s32::<BITS>(exponent))
        })
    }

    #[inline(always)]
    fn store_bytes(self, shifted: Self::Lanes, to: &mut [u8; LANES]) {
        let [a, b, c, d] = shifted;
        unsafe {
            let narrow = |lanes| vmovn_u32(vreinterpretq_u32_f32(lanes));
            let low = vmovn_u16(vcombine_u16(narrow(a), narrow(b)));
            let high = vmovn_u16(vcombine_u16(narrow(c), narrow(d)));
            vst1q_u8(to.as_mut_ptr(), vcombine_u8(low, high));
        }
    }

    #[inline(always)]
    fn corrected(self, a: &[i32; LANES], b: &[i32; LANES], factor: i32) -> Self::Lanes {
        let mut lanes = self.splat(0.0);
        for (part, lanes) in lanes.iter_mut().enumerate() {
            unsafe {
                let a = vld1q_s32(a.as_ptr().add(4 * part));
                let b = vld1q_s32(b.as_ptr().add(4 * part));
                *lanes = vcvtq_f32_s32(vmlsq_n_s32(a, b, factor));
            }
        }
        lanes
    }
}

#[inline(always)]
fn each(
    mut a: [float32x4_t; 4],
    b: [float32x4_t; 4],
    operation: impl Fn(float32x4_t, float32x4_t) -> float32x4_t,
) -> [float32x4_t; 4] {
    for (a, b) in a.iter_mut().zip(b) {
        *a = operation(*a, b);
    }
    a
}
