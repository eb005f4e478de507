//! The operations in AVX-512: 16 numbers fit one register, and one instruction of VNNI multiplies
//! 64 pairs of bytes and adds them up in 16 sums.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{DEPTH, EXPONENT_BIAS, FRACTION_BITS, Group, Isa, LANES, Sums, Task};

/// Exists only in functions that are compiled for AVX-512 with VNNI.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512Vnni(());

/// Whether the processor has what [`run`] is compiled for.
pub(super) fn detected() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// Runs a task compiled for AVX-512 with VNNI.
///
/// # Safety
/// The processor must have it; see [`detected`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) unsafe fn run<T: Task>(task: T) -> T::Output {
    task.run(Avx512Vnni(()))
}

/// Multiplies rows with a panel, each row's sums in two registers.
#[target_feature(enable = "avx512f,avx512vnni")]
fn multiply<const ROWS: usize>(
    rows: &[&[[u8; DEPTH]]; ROWS],
    panel: &[Group],
    sums: &mut [Sums; ROWS],
) {
    let mut totals = [[_mm512_setzero_si512(); 2]; ROWS];
    let (rows, depth) = super::cut(rows, panel);
    for (at, group) in panel[..depth].iter().enumerate() {
        let group: *const __m512i = std::ptr::from_ref(group).cast();
        // SAFETY: a group is 128 bytes, aligned to 64: two registers.
        let weights = unsafe { [_mm512_load_si512(group), _mm512_load_si512(group.add(1))] };
        for (row, totals) in rows.iter().zip(&mut totals) {
            let numbers = _mm512_set1_epi32(i32::from_le_bytes(row[at]));
            totals[0] = _mm512_dpbusd_epi32(totals[0], numbers, weights[0]);
            totals[1] = _mm512_dpbusd_epi32(totals[1], numbers, weights[1]);
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        let sums: *mut __m512i = sums.as_mut_ptr().cast();
        // SAFETY: `Sums` are 128 bytes: two registers.
        unsafe {
            _mm512_storeu_si512(sums, totals[0]);
            _mm512_storeu_si512(sums.add(1), totals[1]);
        }
    }
}

// SAFETY of every block below: a value of this type exists only in functions compiled for the
// instruction set. Loads and stores are of whole arrays of 16 numbers or bytes.
impl Isa for Avx512Vnni {
    type Lanes = __m512;

    #[inline(always)]
    fn multiply<const ROWS: usize>(
        self,
        rows: &[&[[u8; DEPTH]]; ROWS],
        panel: &[Group],
        sums: &mut [Sums; ROWS],
    ) {
        unsafe { multiply(rows, panel, sums) }
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> __m512 {
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, lanes: __m512, to: &mut [f32; LANES]) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), lanes) }
    }

    #[inline(always)]
    fn splat(self, number: f32) -> __m512 {
        unsafe { _mm512_set1_ps(number) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    fn zero_below(self, number: __m512, bound: f32, value: __m512) -> __m512 {
        unsafe {
            let kept = _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(number, _mm512_set1_ps(bound));
            _mm512_maskz_mov_ps(kept, value)
        }
    }

    #[inline(always)]
    fn power_of_two(self, shifted: __m512) -> __m512 {
        unsafe {
            let exponent = _mm512_castps_si512(shifted);
            let exponent = _mm512_add_epi32(exponent, _mm512_set1_epi32(EXPONENT_BIAS));
            _mm512_castsi512_ps(_mm512_slli_epi32::<FRACTION_BITS>(exponent))
        }
    }

    #[inline(always)]
    fn store_bytes(self, shifted: __m512, to: &mut [u8; LANES]) {
        unsafe {
            let bytes = _mm512_cvtepi32_epi8(_mm512_castps_si512(shifted));
            _mm_storeu_si128(to.as_mut_ptr().cast(), bytes);
        }
    }

    #[inline(always)]
    fn corrected(self, a: &[i32; LANES], b: &[i32; LANES], factor: i32) -> __m512 {
        unsafe {
            let a = _mm512_loadu_si512(a.as_ptr().cast());
            let b = _mm512_loadu_si512(b.as_ptr().cast());
            let product = _mm512_mullo_epi32(b, _mm512_set1_epi32(factor));
            _mm512_cvtepi32_ps(_mm512_sub_epi32(a, product))
        }
    }
}
