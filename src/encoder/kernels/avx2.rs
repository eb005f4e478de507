//! The operations in AVX2: 16 numbers fill two registers. With VNNI, one instruction multiplies 32
//! pairs of bytes and adds them up in 8 sums. Without it, bytes are widened to 16 bits first,
//! because the sums of AVX2's own product of bytes, `vpmaddubsw`, saturate.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{DEPTH, EXPONENT_BIAS, FRACTION_BITS, Group, Isa, LANES, Sums, Task};

/// Exists only in functions that are compiled for AVX2, and for VNNI if that is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2<const VNNI: bool>(());

/// Whether the processor has what [`run`] is compiled for.
pub(super) fn detected() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Runs a task compiled for AVX2.
///
/// # Safety
/// The processor must have it.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn run<T: Task>(task: T) -> T::Output {
    task.run(Avx2::<false>(()))
}

/// Runs a task compiled for AVX2 with VNNI.
///
/// # Safety
/// The processor must have both.
#[target_feature(enable = "avx2,avxvnni")]
pub(super) unsafe fn run_vnni<T: Task>(task: T) -> T::Output {
    task.run(Avx2::<true>(()))
}

/// Multiplies up to three rows with a panel; their sums fill 12 of the 16 registers.
#[target_feature(enable = "avx2,avxvnni")]
fn multiply_vnni<const ROWS: usize>(
    rows: &[&[[u8; DEPTH]]; ROWS],
    panel: &[Group],
    sums: &mut [Sums; ROWS],
) {
    let mut totals = [[_mm256_setzero_si256(); 4]; ROWS];
    let (rows, depth) = super::cut(rows, panel);
    for (at, group) in panel[..depth].iter().enumerate() {
        let group: *const __m256i = std::ptr::from_ref(group).cast();
        let mut numbers = [_mm256_setzero_si256(); ROWS];
        for (numbers, row) in numbers.iter_mut().zip(rows) {
            *numbers = _mm256_set1_epi32(i32::from_le_bytes(row[at]));
        }
        for part in 0..4 {
            // SAFETY: a group is 128 bytes, aligned to 64: four registers.
            let weights = unsafe { _mm256_load_si256(group.add(part)) };
            for (numbers, totals) in numbers.iter().zip(&mut totals) {
                totals[part] = _mm256_dpbusd_avx_epi32(totals[part], *numbers, weights);
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        let sums: *mut __m256i = sums.as_mut_ptr().cast();
        for (part, total) in totals.into_iter().enumerate() {
            // SAFETY: `Sums` are 128 bytes: four registers.
            unsafe { _mm256_storeu_si256(sums.add(part), total) };
        }
    }
}

/// Multiplies up to four rows with eight columns of a panel, those of its part 0, 1, 2 or 3; their
/// sums fill 8 of the 16 registers.
#[target_feature(enable = "avx2")]
fn multiply_part<const ROWS: usize>(
    rows: &[&[[u8; DEPTH]]; ROWS],
    panel: &[Group],
    part: usize,
    sums: &mut [Sums; ROWS],
) {
    assert!(part < 4, "a panel has four parts of eight columns");
    // Two sums for each column, next to each other: of the first two of four inputs and of the
    // others.
    let mut totals = [[_mm256_setzero_si256(); 2]; ROWS];
    let (rows, depth) = super::cut(rows, panel);
    for (at, group) in panel[..depth].iter().enumerate() {
        let group: *const __m128i = std::ptr::from_ref(group).cast();
        // SAFETY: a group is 128 bytes, aligned to 64: four parts of two registers.
        let (low, high) = unsafe {
            let group = group.add(2 * part);
            (_mm_load_si128(group), _mm_load_si128(group.add(1)))
        };
        let weights = [_mm256_cvtepi8_epi16(low), _mm256_cvtepi8_epi16(high)];
        for (row, totals) in rows.iter().zip(&mut totals) {
            let numbers = _mm256_cvtepu8_epi16(_mm_set1_epi32(i32::from_le_bytes(row[at])));
            for (total, weights) in totals.iter_mut().zip(weights) {
                *total = _mm256_add_epi32(*total, _mm256_madd_epi16(numbers, weights));
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        // `hadd` adds neighbours within each half of the registers: columns 0 1 4 5 2 3 6 7.
        let total = _mm256_hadd_epi32(totals[0], totals[1]);
        let total = _mm256_permute4x64_epi64::<0b11_01_10_00>(total);
        let sums: *mut __m256i = sums.as_mut_ptr().cast();
        // SAFETY: `Sums` are 128 bytes: four registers.
        unsafe { _mm256_storeu_si256(sums.add(part), total) };
    }
}

// SAFETY of every block below: a value of this type exists only in functions compiled for the
// instruction set. Loads and stores are of whole arrays of 16 numbers or bytes.
impl<const VNNI: bool> Isa for Avx2<VNNI> {
    type Lanes = [__m256; 2];

    #[inline(always)]
    fn multiply<const ROWS: usize>(
        self,
        rows: &[&[[u8; DEPTH]]; ROWS],
        panel: &[Group],
        sums: &mut [Sums; ROWS],
    ) {
        if VNNI {
            let (rows, last_rows) = rows.as_chunks::<3>();
            let (sums, last_sums) = sums.as_chunks_mut::<3>();
            for (rows, sums) in rows.iter().zip(sums) {
                unsafe { multiply_vnni(rows, panel, sums) };
            }
            for (row, sums) in last_rows.iter().zip(last_sums) {
                unsafe { multiply_vnni(&[*row], panel, std::array::from_mut(sums)) };
            }
        } else {
            let (rows, last_rows) = rows.as_chunks::<4>();
            let (sums, last_sums) = sums.as_chunks_mut::<4>();
            for part in 0..4 {
                for (rows, sums) in rows.iter().zip(&mut *sums) {
                    unsafe { multiply_part(rows, panel, part, sums) };
                }
                for (row, sums) in last_rows.iter().zip(&mut *last_sums) {
                    unsafe { multiply_part(&[*row], panel, part, std::array::from_mut(sums)) };
                }
            }
        }
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> [__m256; 2] {
        let from = from.as_ptr();
        unsafe { [_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))] }
    }

    #[inline(always)]
    fn store(self, lanes: [__m256; 2], to: &mut [f32; LANES]) {
        let to = to.as_mut_ptr();
        unsafe {
            _mm256_storeu_ps(to, lanes[0]);
            _mm256_storeu_ps(to.add(8), lanes[1]);
        }
    }

    #[inline(always)]
    fn splat(self, number: f32) -> [__m256; 2] {
        unsafe { [_mm256_set1_ps(number); 2] }
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn min(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn max(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        unsafe { [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])] }
    }

    #[inline(always)]
    fn zero_below(self, number: [__m256; 2], bound: f32, value: [__m256; 2]) -> [__m256; 2] {
        unsafe {
            let bound = _mm256_set1_ps(bound);
            let low = _mm256_cmp_ps::<_CMP_NLT_UQ>(number[0], bound);
            let high = _mm256_cmp_ps::<_CMP_NLT_UQ>(number[1], bound);
            [_mm256_and_ps(low, value[0]), _mm256_and_ps(high, value[1])]
        }
    }

    #[inline(always)]
    fn power_of_two(self, shifted: [__m256; 2]) -> [__m256; 2] {
        const BITS: i32 = FRACTION_BITS as i32;
        unsafe {
            let bias = _mm256_set1_epi32(EXPONENT_BIAS);
            let low = _mm256_add_epi32(_mm256_castps_si256(shifted[0]), bias);
            let high = _mm256_add_epi32(_mm256_castps_si256(shifted[1]), bias);
            [
                _mm256_castsi256_ps(_mm256_slli_epi32::<BITS>(low)),
                _mm256_castsi256_ps(_mm256_slli_epi32::<BITS>(high)),
            ]
        }
    }

    #[inline(always)]
    fn store_bytes(self, shifted: [__m256; 2], to: &mut [u8; LANES]) {
        unsafe {
            let lowest = _mm256_set1_epi32(0xff);
            let low = _mm256_and_si256(_mm256_castps_si256(shifted[0]), lowest);
            let high = _mm256_and_si256(_mm256_castps_si256(shifted[1]), lowest);
            // Packing works within halves of the registers, so the result is put in order.
            let pairs = _mm256_packus_epi32(low, high);
            let pairs = _mm256_permute4x64_epi64::<0b11_01_10_00>(pairs);
            let (low, high) = (
                _mm256_castsi256_si128(pairs),
                _mm256_extracti128_si256::<1>(pairs),
            );
            _mm_storeu_si128(to.as_mut_ptr().cast(), _mm_packus_epi16(low, high));
        }
    }

    #[inline(always)]
    fn corrected(self, a: &[i32; LANES], b: &[i32; LANES], factor: i32) -> [__m256; 2] {
        let (a, b): (*const __m256i, *const __m256i) = (a.as_ptr().cast(), b.as_ptr().cast());
        unsafe {
            let factor = _mm256_set1_epi32(factor);
            let low = _mm256_mullo_epi32(_mm256_loadu_si256(b), factor);
            let high = _mm256_mullo_epi32(_mm256_loadu_si256(b.add(1)), factor);
            [
                _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_loadu_si256(a), low)),
                _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_loadu_si256(a.add(1)), high)),
            ]
        }
    }
}
