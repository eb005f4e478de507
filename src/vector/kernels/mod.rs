//! The dot products that everything else is based on, for several instruction sets.
//!
//! The version is selected at run time, so no CPU feature is required. Integer sums are exact, and
//! the f32 version adds in a fixed order without fused operations, so every machine computes the
//! same scores.
//!
//! A code is stored as bytes `value + 128`, in lines of 64, the last one filled up with zeros: the
//! instructions for machine learning (`vpdpbusd`) multiply unsigned bytes by signed ones. With a
//! query q, `Σ q (c + 128) = Σ q c + 128 Σ q`, and the last sum is the same for all codes.

// Selecting a version and loading registers are unsafe; see the argument at each place.
#![allow(unsafe_code)]

#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

use bytemuck::{Pod, Zeroable};

/// 64 components of a code, each plus 128: one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(64))]
pub struct Line(pub [u8; 64]);

impl Line {
    /// 64 zeros.
    pub const ZERO: Self = Self([128; 64]);
}

/// The widest vector, in lines: 4,096 components.
pub const MOST_LINES: usize = 64;

/// Stands for a row that is not there, as in an index file that was forged.
static NO_ROW: [Line; MOST_LINES] = [Line::ZERO; MOST_LINES];

/// 64 components of a query in 16 bits: whole for most kernels, and split into `256 high + low`
/// for those that multiply bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct QueryLine {
    high: [i8; 64],
    low: [i8; 64],
    whole: [i16; 64],
}

impl QueryLine {
    /// The largest component that can be split.
    pub const LARGEST: i16 = 127 * 256 + 127;

    /// Splits components between plus and minus [`Self::LARGEST`].
    pub fn new(whole: [i16; 64]) -> Self {
        let low = whole.map(|component| component as i8);
        let high =
            std::array::from_fn(|at| ((i32::from(whole[at]) - i32::from(low[at])) >> 8) as i8);
        Self { high, low, whole }
    }

    /// Those of a code. They fit a byte, so that `high` is zero.
    pub fn of_code(line: &Line) -> Self {
        let low = line.0.map(|byte| (byte ^ 128) as i8);
        Self {
            high: [0; 64],
            low,
            whole: low.map(i16::from),
        }
    }
}

/// Codes as a table of lines.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// All lines, row by row.
    pub lines: &'a [Line],
    /// Lines a row; at most [`MOST_LINES`].
    pub width: usize,
}

impl<'a> Rows<'a> {
    /// The lines of a row; zeros if there is no such row.
    #[inline(always)]
    pub fn row(&self, at: u32) -> &'a [Line] {
        let start = at as usize * self.width;
        let row = self.lines.get(start..start + self.width);
        row.unwrap_or(&NO_ROW[..self.width])
    }
}

/// An instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Plain Rust.
    Portable,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 with its instructions for machine learning (VNNI).
    #[cfg(target_arch = "x86_64")]
    Vnni,
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// Those this machine can run, the fastest last.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx2") {
                all.push(Self::Avx2);
            }
            if std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512bw")
                && std::is_x86_feature_detected!("avx512vl")
                && std::is_x86_feature_detected!("avx512vnni")
            {
                all.push(Self::Vnni);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            all.push(Self::Neon);
        }
        all
    }

    /// The fastest one.
    #[inline]
    pub fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Whether it multiplies bytes faster than 16 bits.
    pub fn is_faster_with_bytes(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        let faster = self == Self::Vnni;
        #[cfg(not(target_arch = "x86_64"))]
        let faster = false;
        faster
    }

    /// The dot products of a query with some rows, plus 128 times the sum of the query's
    /// components, modulo 2³². Rows are fetched ahead.
    #[inline]
    pub fn query_dots(self, query: &[QueryLine], of: Rows<'_>, rows: &[u32], dots: &mut [i32]) {
        let query = &query[..query.len().min(of.width)];
        // SAFETY: `available` has found the features of every kernel but the portable one. Tests
        // and `best` make kernels in no other way.
        match self {
            Self::Portable => portable::query_dots(query, of, rows, dots),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::query_dots_avx2(query, of, rows, dots) },
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::query_dots_vnni::<true>(query, of, rows, dots) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => unsafe { neon::query_dots(query, of, rows, dots) },
        }
    }

    /// The same for rows that follow one another, whose lines are given. There must be as many
    /// lines a row as the query has.
    #[inline]
    pub fn query_dots_run(self, query: &[QueryLine], lines: &[Line], dots: &mut [i32]) {
        if query.is_empty() {
            return;
        }
        // SAFETY: as above.
        match self {
            Self::Portable => portable::query_dots_run(query, lines, dots),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::query_dots_run_avx2(query, lines, dots) },
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::query_dots_run_vnni::<true>(query, lines, dots) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => unsafe { neon::query_dots_run(query, lines, dots) },
        }
    }

    /// The same as [`Self::query_dots`] for a code instead of a query: see [`QueryLine::of_code`].
    #[inline]
    pub fn code_dots(self, code: &[QueryLine], of: Rows<'_>, rows: &[u32], dots: &mut [i32]) {
        #[cfg(target_arch = "x86_64")]
        if self == Self::Vnni {
            let code = &code[..code.len().min(of.width)];
            // SAFETY: as above.
            unsafe { x86::query_dots_vnni::<false>(code, of, rows, dots) };
            return;
        }
        self.query_dots(code, of, rows, dots);
    }

    /// The same as [`Self::query_dots_run`] for a code instead of a query.
    #[inline]
    pub fn code_dots_run(self, code: &[QueryLine], lines: &[Line], dots: &mut [i32]) {
        #[cfg(target_arch = "x86_64")]
        if self == Self::Vnni && !code.is_empty() {
            // SAFETY: as above.
            unsafe { x86::query_dots_run_vnni::<false>(code, lines, dots) };
            return;
        }
        self.query_dots_run(code, lines, dots);
    }

    /// The dot product of two codes of the same width.
    #[inline]
    pub fn code_dot(self, a: &[Line], b: &[Line]) -> i32 {
        // SAFETY: as above.
        match self {
            Self::Portable => portable::code_dot(a, b),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::code_dot_avx2(a, b) },
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::code_dot_vnni(a, b) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => unsafe { neon::code_dot(a, b) },
        }
    }

    /// The dot product of two vectors of the same width.
    #[inline]
    pub fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        // SAFETY: as above.
        match self {
            Self::Portable => portable::dot(a, b),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::dot_avx2(a, b) },
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::dot_avx512(a, b) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => unsafe { neon::dot(a, b) },
        }
    }
}

/// Asks for the first bytes of a value, so that a later read need not wait. A hint: it does
/// nothing where there is no such instruction.
#[inline(always)]
pub fn prefetch<T>(of: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it reads nothing, and every x86-64 processor has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(of).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = of;
}

/// The cosine of two unit vectors: their dot product.
#[inline]
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    Kernel::best().dot(a, b)
}

#[cfg(test)]
mod tests;
