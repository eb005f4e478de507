//! AVX2 and AVX-512.
//!
//! Loads are the only unsafe operations: each reads a whole register from a reference to at least
//! as many bytes.

use std::arch::x86_64::*;

use super::{Line, QueryLine, Rows, portable, prefetch};

/// How many scattered rows are multiplied at a time.
const SCATTERED: usize = 4;

/// How many rows in a run are multiplied at a time: their sums fit the registers.
const IN_A_RUN: usize = 8;

/// How many scattered rows ahead are fetched.
const AHEAD: usize = 8;

/// If not `SPLIT`, the components fit a byte, and their high parts are left out.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub fn query_dots_vnni<const SPLIT: bool>(
    query: &[QueryLine],
    of: Rows<'_>,
    rows: &[u32],
    dots: &mut [i32],
) {
    for row in rows.iter().take(AHEAD) {
        fetch(of.row(*row));
    }
    let mut ahead = rows.iter().skip(AHEAD);
    for (rows, dots) in rows.chunks(SCATTERED).zip(dots.chunks_mut(SCATTERED)) {
        for row in ahead.by_ref().take(SCATTERED) {
            fetch(of.row(*row));
        }
        // The last rows may be fewer: then the last one is multiplied several times.
        let [a, b, c, d] = std::array::from_fn(|at| of.row(rows[at.min(rows.len() - 1)]));
        let mut high = [_mm512_setzero_si512(); 4];
        let mut low = [_mm512_setzero_si512(); 4];
        for ((((query, a), b), c), d) in query.iter().zip(a).zip(b).zip(c).zip(d) {
            let (by_high, by_low) = (load_512(&query.high), load_512(&query.low));
            for (row, line) in [a, b, c, d].into_iter().enumerate() {
                let line = load_512(&line.0);
                if SPLIT {
                    high[row] = _mm512_dpbusd_epi32(high[row], line, by_high);
                }
                low[row] = _mm512_dpbusd_epi32(low[row], line, by_low);
            }
        }
        let four = sums_of_four(high, low);
        dots.copy_from_slice(&four[..dots.len()]);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub fn query_dots_run_vnni<const SPLIT: bool>(
    query: &[QueryLine],
    lines: &[Line],
    dots: &mut [i32],
) {
    let width = query.len();
    let (eights, rest) = dots.as_chunks_mut::<IN_A_RUN>();
    let mut chunks = lines.chunks_exact(IN_A_RUN * width);
    for (dots, lines) in eights.iter_mut().zip(&mut chunks) {
        let mut high = [_mm512_setzero_si512(); IN_A_RUN];
        let mut low = [_mm512_setzero_si512(); IN_A_RUN];
        for (at, query) in query.iter().enumerate() {
            let (by_high, by_low) = (load_512(&query.high), load_512(&query.low));
            for row in 0..IN_A_RUN {
                // SAFETY: `lines` has `IN_A_RUN` rows of `width` lines, `at` is below `width`.
                // Checking each would take as long as multiplying.
                let line = unsafe { lines.get_unchecked(row * width + at) };
                let line = load_512(&line.0);
                if SPLIT {
                    high[row] = _mm512_dpbusd_epi32(high[row], line, by_high);
                }
                low[row] = _mm512_dpbusd_epi32(low[row], line, by_low);
            }
        }
        let [a, b, c, d, e, f, g, h] = high;
        let [i, j, k, l, m, n, o, p] = low;
        let (dots, _) = dots.as_chunks_mut::<4>();
        dots[0] = sums_of_four([a, b, c, d], [i, j, k, l]);
        dots[1] = sums_of_four([e, f, g, h], [m, n, o, p]);
    }
    let lines = chunks.remainder();
    let of = Rows { lines, width };
    let rows: [u32; IN_A_RUN] = std::array::from_fn(|row| row as u32);
    query_dots_vnni::<SPLIT>(query, of, &rows[..rest.len()], rest);
}

#[inline(always)]
fn fetch(row: &[Line]) {
    for line in row {
        prefetch(line);
    }
}

/// The sums of four registers of `256 high + low`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sums_of_four(high: [__m512i; 4], low: [__m512i; 4]) -> [i32; 4] {
    let [a, b, c, d]: [__m512i; 4] =
        std::array::from_fn(|row| _mm512_add_epi32(_mm512_slli_epi32::<8>(high[row]), low[row]));
    // Transposes while adding: each quarter of the register ends up with a sum of each row.
    let ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    let all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    let half = _mm256_add_epi32(
        _mm512_castsi512_si256(all),
        _mm512_extracti64x4_epi64::<1>(all),
    );
    let quarter = _mm_add_epi32(
        _mm256_castsi256_si128(half),
        _mm256_extracti128_si256::<1>(half),
    );
    [
        _mm_extract_epi32::<0>(quarter),
        _mm_extract_epi32::<1>(quarter),
        _mm_extract_epi32::<2>(quarter),
        _mm_extract_epi32::<3>(quarter),
    ]
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub fn code_dot_vnni(a: &[Line], b: &[Line]) -> i32 {
    // With signed b: Σ (a + 128) b = Σ a b + 128 Σ b.
    let sign = _mm512_set1_epi8(-128);
    let offset = _mm512_set1_epi8(-128);
    let mut sum = _mm512_setzero_si512();
    let mut sum_of_b = _mm512_setzero_si512();
    for (a, b) in a.iter().zip(b) {
        let b = _mm512_xor_si512(load_512(&b.0), sign);
        sum = _mm512_dpbusd_epi32(sum, load_512(&a.0), b);
        // 128 as an unsigned byte.
        sum_of_b = _mm512_dpbusd_epi32(sum_of_b, offset, b);
    }
    _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, sum_of_b))
}

#[target_feature(enable = "avx2")]
pub fn query_dots_avx2(query: &[QueryLine], of: Rows<'_>, rows: &[u32], dots: &mut [i32]) {
    for row in rows.iter().take(AHEAD) {
        fetch(of.row(*row));
    }
    for (at, (&row, dot)) in rows.iter().zip(dots).enumerate() {
        if let Some(&next) = rows.get(at + AHEAD) {
            fetch(of.row(next));
        }
        *dot = query_dot_avx2(query, of.row(row));
    }
}

#[target_feature(enable = "avx2")]
pub fn query_dots_run_avx2(query: &[QueryLine], lines: &[Line], dots: &mut [i32]) {
    for (row, dot) in lines.chunks_exact(query.len()).zip(dots) {
        *dot = query_dot_avx2(query, row);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn query_dot_avx2(query: &[QueryLine], row: &[Line]) -> i32 {
    let mut sums = [_mm256_setzero_si256(); 4];
    for (query, line) in query.iter().zip(row) {
        let (query, _) = query.whole.as_chunks::<16>();
        let (line, _) = line.0.as_chunks::<16>();
        for ((sum, query), line) in sums.iter_mut().zip(query).zip(line) {
            let line = _mm256_cvtepu8_epi16(load_128(line));
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(load_256(query), line));
        }
    }
    sum_256(sums)
}

#[target_feature(enable = "avx2")]
pub fn code_dot_avx2(a: &[Line], b: &[Line]) -> i32 {
    let offset = _mm256_set1_epi16(128);
    let mut sums = [_mm256_setzero_si256(); 4];
    for (a, b) in a.iter().zip(b) {
        let (a, _) = a.0.as_chunks::<16>();
        let (b, _) = b.0.as_chunks::<16>();
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            let a = _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_128(a)), offset);
            let b = _mm256_sub_epi16(_mm256_cvtepu8_epi16(load_128(b)), offset);
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(a, b));
        }
    }
    sum_256(sums)
}

#[inline]
#[target_feature(enable = "avx2")]
fn sum_256([a, b, c, d]: [__m256i; 4]) -> i32 {
    let all = _mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d));
    let half = _mm_add_epi32(
        _mm256_castsi256_si128(all),
        _mm256_extracti128_si256::<1>(all),
    );
    let pair = _mm_add_epi32(half, _mm_unpackhi_epi64(half, half));
    _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32::<1>(pair)))
}

#[target_feature(enable = "avx512f,avx512vl")]
pub fn dot_avx512(a: &[f32], b: &[f32]) -> f32 {
    portable::dot(a, b)
}

#[target_feature(enable = "avx2")]
pub fn dot_avx2(a: &[f32], b: &[f32]) -> f32 {
    portable::dot(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_512<T: bytemuck::Pod>(of: &[T; 64]) -> __m512i {
    // SAFETY: 64 numbers have at least 64 bytes, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(of.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_256(of: &[i16; 16]) -> __m256i {
    // SAFETY: 16 numbers of 2 bytes are 32 bytes, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(of.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_128(of: &[u8; 16]) -> __m128i {
    // SAFETY: these are 16 bytes, and the load needs no alignment.
    unsafe { _mm_loadu_si128(of.as_ptr().cast()) }
}
