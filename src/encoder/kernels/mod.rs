//! The operations that are written for particular processors, and the choice between them.
//!
//! An instruction set is a type that implements [`Isa`]: the product of a few quantised rows with a
//! part of a quantised matrix, and arithmetic on 16 numbers at once. Everything else is written
//! once, as a [`Task`] over any such type, and compiled for each of them; [`Kernel::run`] selects
//! one when the program runs, so no instruction set is required.
//!
//! All of them give the same results, bit for bit: sums of integers are exact, and arithmetic on
//! f32 is rounded after every single operation, because no product is fused with a sum.
//! [`Kernel::Portable`] is the definition, and a test compares the others with it.
//!
//! This folder is the only part of the encoder with unsafe code, for two reasons. A function
//! compiled for an instruction set may only be called where the processor has it: a value of such a
//! type is created only in a function that is itself compiled for the instruction set, and that
//! function is called only after checking the processor. And registers are loaded from memory and
//! stored to it by address: the addresses are those of arrays of exactly that size.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

/// How many numbers are processed at once: as many as the widest registers hold.
pub const LANES: usize = 16;

/// The columns of a panel, a part of a matrix; see [`Group`].
pub const COLUMNS: usize = 32;

/// The inputs whose weights are stored next to each other.
pub const DEPTH: usize = 4;

/// The most rows that [`Isa::multiply`] takes at once: with two registers for each, they nearly
/// fill the 32 registers of AVX-512.
pub const MAX_ROWS: usize = 12;

/// The weights of four inputs for each of 32 columns. A matrix is stored as panels of 32 columns,
/// and a panel as the groups of all its inputs, in the order in which they are read: instructions
/// such as `vpdpbusd` multiply four neighbouring bytes and add them to one sum.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Group(pub [[i8; DEPTH]; COLUMNS]);

/// One sum for each column of a panel.
pub type Sums = [i32; COLUMNS];

/// An instruction set for which the encoder is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// AVX-512 with VNNI: Intel since Ice Lake, AMD since Zen 4.
    Avx512Vnni,
    /// AVX2 with VNNI: Intel since Alder Lake, AMD since Zen 5.
    AvxVnni,
    /// AVX2: Intel since Haswell, AMD since Excavator.
    Avx2,
    /// NEON: 64-bit Arm.
    Neon,
    /// Any processor.
    Portable,
}

impl Kernel {
    const ALL: [Self; 5] = [
        Self::Avx512Vnni,
        Self::AvxVnni,
        Self::Avx2,
        Self::Neon,
        Self::Portable,
    ];

    /// The kernels that this processor can run, the fastest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.runs_here())
    }

    /// The fastest kernel that this processor can run.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    fn runs_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => avx512::detected(),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => avx2::detected() && is_x86_feature_detected!("avxvnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::detected(),
            Self::Neon => cfg!(target_arch = "aarch64"),
            Self::Portable => true,
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512Vnni | Self::AvxVnni | Self::Avx2 => false,
        }
    }

    /// Runs a task compiled for this instruction set, or the portable version if the processor does
    /// not have it.
    // The calls of functions compiled for an instruction set.
    #[allow(unsafe_code)]
    pub fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            // SAFETY: the processor has just been checked.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni if self.runs_here() => unsafe { avx512::run(task) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni if self.runs_here() => unsafe { avx2::run_vnni(task) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if self.runs_here() => unsafe { avx2::run(task) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon => neon::run(task),
            _ => task.run(portable::Portable),
        }
    }
}

/// Work that is written once and compiled for each instruction set.
pub trait Task {
    /// What it returns.
    type Output;

    /// Does the work. This and every function below it that uses `isa` must be `inline(always)`,
    /// so that it becomes a part of a function compiled for the instruction set.
    fn run<I: Isa>(self, isa: I) -> Self::Output;
}

/// An instruction set. A value of the type shows that the processor has it.
///
/// The operations on `Lanes` apply to 16 numbers independently, with the rounding of IEEE 754.
pub trait Isa: Copy {
    /// 16 numbers, in registers.
    type Lanes: Copy;

    /// Multiplies `ROWS` rows of quantised numbers with a panel. The sum of a row and a column is
    /// that of `number · weight` over all inputs; a row has four numbers for each group of the
    /// panel.
    fn multiply<const ROWS: usize>(
        self,
        rows: &[&[[u8; DEPTH]]; ROWS],
        panel: &[Group],
        sums: &mut [Sums; ROWS],
    );

    /// Loads 16 numbers.
    fn load(self, from: &[f32; LANES]) -> Self::Lanes;

    /// Stores 16 numbers.
    fn store(self, lanes: Self::Lanes, to: &mut [f32; LANES]);

    /// 16 times the same number.
    fn splat(self, number: f32) -> Self::Lanes;

    /// `a + b`.
    fn add(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// `a - b`.
    fn sub(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// `a · b`.
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// `a` where it is smaller than `b`, otherwise `b`.
    fn min(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// `a` where it is larger than `b`, otherwise `b`.
    fn max(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;

    /// `value` where `number` is at least `bound`, or is none, otherwise 0.
    fn zero_below(self, number: Self::Lanes, bound: f32, value: Self::Lanes) -> Self::Lanes;

    /// Two to the power of the integer in the low bits of a number: see [`SHIFTER`].
    fn power_of_two(self, shifted: Self::Lanes) -> Self::Lanes;

    /// Stores the lowest byte of each number: that of the integer in its low bits; see [`SHIFTER`].
    fn store_bytes(self, shifted: Self::Lanes, to: &mut [u8; LANES]);

    /// `a - b · factor` in integers, as f32.
    fn corrected(self, a: &[i32; LANES], b: &[i32; LANES], factor: i32) -> Self::Lanes;
}

/// Added to a number between -2²² and 2²², this leaves the nearest integer in the low bits of the
/// sum, the even one of two equally near. Subtracting it again gives that integer.
pub const SHIFTER: f32 = 12_582_912.0;

/// The bits of an f32 with the exponent 0, without its fraction: 127 is the bias of exponents.
const EXPONENT_BIAS: i32 = 127;

/// The number of bits of the fraction of an f32, after which its exponent starts.
const FRACTION_BITS: u32 = 23;

/// Cuts rows to the number of groups that they and the panel have in common. The length is the same
/// in all rows then, so that the compiler checks an index only once.
#[inline(always)]
fn cut<'a, const ROWS: usize>(
    rows: &[&'a [[u8; DEPTH]]; ROWS],
    panel: &[Group],
) -> ([&'a [[u8; DEPTH]]; ROWS], usize) {
    let mut depth = panel.len();
    for row in rows {
        depth = depth.min(row.len());
    }
    let mut rows = *rows;
    for row in &mut rows {
        *row = &row[..depth];
    }
    (rows, depth)
}
