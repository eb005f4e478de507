//! The definition of all operations, for any processor.

use super::{COLUMNS, DEPTH, EXPONENT_BIAS, FRACTION_BITS, Group, Isa, LANES, Sums};

/// What every processor can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

/// How many weights are processed at once: registers of 16 bytes hold as many numbers of 16 bits.
const STEP: usize = 8;

impl Isa for Portable {
    type Lanes = [f32; LANES];

    #[inline(always)]
    fn multiply<const ROWS: usize>(
        self,
        rows: &[&[[u8; DEPTH]]; ROWS],
        panel: &[Group],
        sums: &mut [Sums; ROWS],
    ) {
        for (row, sums) in rows.iter().zip(sums) {
            // One total for every weight of a group, so that neighbours are added up together.
            let mut totals = [0_i32; DEPTH * COLUMNS];
            for (numbers, group) in row.iter().zip(panel) {
                let mut repeated = [0_i16; STEP];
                for (at, number) in repeated.iter_mut().enumerate() {
                    *number = i16::from(numbers[at % DEPTH]);
                }
                let weights = group.0.as_flattened().as_chunks::<STEP>().0;
                for (totals, weights) in totals.as_chunks_mut::<STEP>().0.iter_mut().zip(weights) {
                    for at in 0..STEP {
                        // The product of two bytes fits 16 bits.
                        totals[at] += i32::from(repeated[at] * i16::from(weights[at]));
                    }
                }
            }
            for (sum, totals) in sums.iter_mut().zip(totals.as_chunks::<DEPTH>().0) {
                *sum = totals.iter().sum();
            }
        }
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> Self::Lanes {
        *from
    }

    #[inline(always)]
    fn store(self, lanes: Self::Lanes, to: &mut [f32; LANES]) {
        *to = lanes;
    }

    #[inline(always)]
    fn splat(self, number: f32) -> Self::Lanes {
        [number; LANES]
    }

    #[inline(always)]
    fn add(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn min(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn max(self, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
        each(a, b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn zero_below(self, number: Self::Lanes, bound: f32, value: Self::Lanes) -> Self::Lanes {
        each(
            number,
            value,
            |number, value| {
                if number < bound { 0.0 } else { value }
            },
        )
    }

    #[inline(always)]
    fn power_of_two(self, shifted: Self::Lanes) -> Self::Lanes {
        let exponent = |bits: u32| bits.wrapping_add_signed(EXPONENT_BIAS) << FRACTION_BITS;
        shifted.map(|number| f32::from_bits(exponent(number.to_bits())))
    }

    #[inline(always)]
    fn store_bytes(self, shifted: Self::Lanes, to: &mut [u8; LANES]) {
        *to = shifted.map(|number| number.to_bits() as u8);
    }

    #[inline(always)]
    fn corrected(self, a: &[i32; LANES], b: &[i32; LANES], factor: i32) -> Self::Lanes {
        std::array::from_fn(|lane| a[lane].wrapping_sub(b[lane].wrapping_mul(factor)) as f32)
    }
}

#[inline(always)]
fn each(mut a: [f32; LANES], b: [f32; LANES], operation: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    for lane in 0..LANES {
        a[lane] = operation(a[lane], b[lane]);
    }
    a
}
