//! The operations on single rows of f32 between the large products: layer normalisation, GELU,
//! quantisation and softmax.
//!
//! The lengths of rows are multiples of 16, except for softmax. Sums have a fixed order, so a row's
//! result depends on nothing else.

use crate::encoder::kernels::{Isa, LANES, SHIFTER};

/// How a row was quantised: a byte stands for `(byte - zero) · step`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Scale {
    pub(super) step: f32,
    pub(super) zero: i32,
}

/// Quantises a row to bytes: its range, extended to include 0, is divided into 255 equal steps.
#[inline(always)]
pub(super) fn quantise<I: Isa>(isa: I, row: &[f32], bytes: &mut [u8]) -> Scale {
    let (row, bytes) = (row.as_chunks().0, bytes.as_chunks_mut().0);
    let (mut low, mut high) = (isa.splat(0.0), isa.splat(0.0));
    for numbers in row {
        let numbers = isa.load(numbers);
        low = isa.min(low, numbers);
        high = isa.max(high, numbers);
    }
    let (mut lows, mut highs) = ([0.0; LANES], [0.0; LANES]);
    isa.store(low, &mut lows);
    isa.store(high, &mut highs);
    let low = fold(lows, |a, b| if a < b { a } else { b });
    let high = fold(highs, |a, b| if a > b { a } else { b });

    // The smallest range keeps its reciprocal finite.
    let range = (high - low).max(1e-30);
    let (step, steps) = (range / 255.0, 255.0 / range);
    let zero = -low * steps + SHIFTER - SHIFTER;
    let (steps, shift) = (isa.splat(steps), isa.splat(zero));
    let (least, most, shifter) = (isa.splat(0.0), isa.splat(255.0), isa.splat(SHIFTER));
    for (numbers, bytes) in row.iter().zip(bytes) {
        let scaled = isa.add(isa.mul(isa.load(numbers), steps), shift);
        let within = isa.min(isa.max(scaled, least), most);
        isa.store_bytes(isa.add(within, shifter), bytes);
    }
    Scale {
        step,
        zero: zero as i32,
    }
}

/// The parameters of a layer normalisation (Ba, Kiros and Hinton, 2016).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Norm {
    /// What each component is multiplied with.
    pub(crate) gain: Vec<f32>,
    /// What is added to each component then.
    pub(crate) shift: Vec<f32>,
    /// Added to the variance.
    pub(crate) epsilon: f32,
}

impl Norm {
    /// Adds `residual` to a row and normalises the sum to mean 0 and variance 1, then applies gain
    /// and shift.
    #[inline(always)]
    pub(super) fn add_and_normalise<I: Isa>(&self, isa: I, row: &mut [f32], residual: &[f32]) {
        let count = row.len() as f32;
        let row = row.as_chunks_mut().0;
        let mut sum = isa.splat(0.0);
        for (numbers, residual) in row.iter_mut().zip(residual.as_chunks().0) {
            let total = isa.add(isa.load(numbers), isa.load(residual));
            sum = isa.add(sum, total);
            isa.store(total, numbers);
        }
        let mean = isa.splat(total(isa, sum) / count);
        let mut squares = isa.splat(0.0);
        for numbers in row.iter_mut() {
            let centred = isa.sub(isa.load(numbers), mean);
            squares = isa.add(squares, isa.mul(centred, centred));
            isa.store(centred, numbers);
        }
        let variance = total(isa, squares) / count;
        let scale = isa.splat(1.0 / (variance + self.epsilon).sqrt());
        let parameters = self.gain.as_chunks().0.iter().zip(self.shift.as_chunks().0);
        for (numbers, (gain, shift)) in row.iter_mut().zip(parameters) {
            let scaled = isa.mul(isa.mul(isa.load(numbers), scale), isa.load(gain));
            isa.store(isa.add(scaled, isa.load(shift)), numbers);
        }
    }
}

/// Applies GELU in its exact form, `x · Φ(x)` with the normal distribution Φ.
///
/// Φ(x) is `½ + x · P(x²)`, where x is first limited to the range of the polynomial P. Its
/// coefficients minimise the largest error of `x · Φ(x)`, which is below 6e-5, or 1e-5 of an x
/// beyond that range; the result is quantised in steps of about 1e-2.
#[inline(always)]
pub(super) fn gelu<I: Isa>(isa: I, row: &mut [f32]) {
    const END: f32 = 4.4;
    const COEFFICIENTS: [f32; 9] = [
        3.572_561_3e-11,
        -3.756_574_6e-9,
        1.741_689_7e-7,
        -4.726_37e-6,
        8.430_843e-5,
        -0.001_055_083_9,
        0.009_643_325,
        -0.066_076_89,
        0.398_761_84,
    ];
    let (start, end, half) = (isa.splat(-END), isa.splat(END), isa.splat(0.5));
    for numbers in row.as_chunks_mut().0 {
        let x = isa.load(numbers);
        let limited = isa.min(isa.max(x, start), end);
        let square = isa.mul(limited, limited);
        let mut p = isa.splat(0.0);
        for coefficient in COEFFICIENTS {
            p = isa.add(isa.mul(p, square), isa.splat(coefficient));
        }
        let share = isa.add(isa.mul(limited, p), half);
        isa.store(isa.mul(x, share), numbers);
    }
}

/// Converts scores to weights that add up to 1. `row` is padded to a multiple of 16; the weights
/// after its first `length` numbers are 0.
#[inline(always)]
pub(crate) fn softmax<I: Isa>(isa: I, row: &mut [f32], length: usize) {
    if let Some(padding) = row.get_mut(length..) {
        padding.fill(f32::NEG_INFINITY);
    }
    let row = row.as_chunks_mut().0;
    let mut highest = isa.splat(f32::NEG_INFINITY);
    for scores in row.iter() {
        highest = isa.max(highest, isa.load(scores));
    }
    let mut lanes = [0.0; LANES];
    isa.store(highest, &mut lanes);
    let highest = isa.splat(fold(lanes, |a, b| if a > b { a } else { b }));
    let mut sum = isa.splat(0.0);
    for scores in row.iter_mut() {
        let power = exp(isa, isa.sub(isa.load(scores), highest));
        sum = isa.add(sum, power);
        isa.store(power, scores);
    }
    let scale = isa.splat(1.0 / total(isa, sum));
    for scores in row.iter_mut() {
        isa.store(isa.mul(isa.load(scores), scale), scores);
    }
}

/// e to the power of non-positive numbers, accurate to about an ulp; 0 below -87, where the result
/// would be almost subnormal. e^x is 2^k · e^r, where k is the integer nearest to x / ln 2 and r,
/// at most half of ln 2 in magnitude, goes through a polynomial (Cephes).
#[inline(always)]
fn exp<I: Isa>(isa: I, x: I::Lanes) -> I::Lanes {
    const LOWEST: f32 = -87.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const COEFFICIENTS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        0.166_666_65,
        0.5,
    ];

    // In this order, a number that is none remains one.
    let limited = isa.max(isa.splat(LOWEST), x);
    let shifter = isa.splat(SHIFTER);
    let shifted = isa.add(
        isa.mul(limited, isa.splat(std::f32::consts::LOG2_E)),
        shifter,
    );
    let k = isa.sub(shifted, shifter);
    let r = isa.sub(limited, isa.mul(k, isa.splat(LN_2_HIGH)));
    let r = isa.sub(r, isa.mul(k, isa.splat(LN_2_LOW)));
    let mut p = isa.splat(0.0);
    for coefficient in COEFFICIENTS {
        p = isa.add(isa.mul(p, r), isa.splat(coefficient));
    }
    let e_to_r = isa.add(isa.add(isa.mul(isa.mul(p, r), r), r), isa.splat(1.0));
    isa.zero_below(x, LOWEST, isa.mul(e_to_r, isa.power_of_two(shifted)))
}

/// The sum of 16 numbers.
#[inline(always)]
fn total<I: Isa>(isa: I, sum: I::Lanes) -> f32 {
    let mut lanes = [0.0; LANES];
    isa.store(sum, &mut lanes);
    fold(lanes, |a, b| a + b)
}

/// Combines 16 numbers by halves.
#[inline(always)]
fn fold(mut lanes: [f32; LANES], combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = combine(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}
