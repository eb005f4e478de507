//! A dense layer with int8 weights.

use super::rows::Scale;
use crate::encoder::kernels::{COLUMNS, DEPTH, Group, Isa, LANES, MAX_ROWS, Sums};

/// `input · weight + bias`, with weights and input in 8 bits.
///
/// Every output has its own step, so that its weights use the whole range of int8, and every row of
/// the input its own step and zero. With input `(a - zero) · s` and weights `w · t`, the product is
/// `(Σ a·w - zero · Σ w) · s·t`, where both sums are exact.
pub(super) struct Dense {
    inputs: usize,
    outputs: usize,
    /// The weights, panel by panel. Missing inputs and outputs of the last ones are 0.
    panels: Vec<Group>,
    /// The steps of the weights, their sums and the bias, for each panel.
    steps: Vec<[f32; COLUMNS]>,
    sums: Vec<[i32; COLUMNS]>,
    bias: Vec<[f32; COLUMNS]>,
}

impl Dense {
    /// Quantises and packs the weights, `[inputs, outputs]` in row order.
    pub(super) fn new(inputs: usize, weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let (groups, panels) = (inputs.div_ceil(DEPTH), outputs.div_ceil(COLUMNS));
        let mut dense = Self {
            inputs: groups * DEPTH,
            outputs,
            panels: vec![Group([[0; DEPTH]; COLUMNS]); groups * panels],
            steps: vec![[0.0; COLUMNS]; panels],
            sums: vec![[0; COLUMNS]; panels],
            bias: vec![[0.0; COLUMNS]; panels],
        };
        let mut largest = vec![0.0_f32; outputs];
        for row in weight.chunks_exact(outputs) {
            for (largest, weight) in largest.iter_mut().zip(row) {
                *largest = largest.max(weight.abs());
            }
        }
        for (output, (largest, bias)) in largest.iter().zip(bias).enumerate() {
            let (panel, column) = (output / COLUMNS, output % COLUMNS);
            dense.steps[panel][column] = largest / 127.0;
            dense.bias[panel][column] = *bias;
        }
        for (input, row) in weight.chunks_exact(outputs).enumerate() {
            for (output, weight) in row.iter().enumerate() {
                let (panel, column) = (output / COLUMNS, output % COLUMNS);
                let step = dense.steps[panel][column];
                // At most 127 in magnitude; 0 if all weights are.
                let code = (weight / step).round() as i8;
                let group = &mut dense.panels[panel * groups + input / DEPTH];
                group.0[column][input % DEPTH] = code;
                dense.sums[panel][column] += i32::from(code);
            }
        }
        dense
    }

    /// Applies the layer to quantised rows, `[rows, inputs]`; `output` is `[rows, outputs]`.
    ///
    /// Each panel is read once and multiplied with all rows, a few at a time.
    #[inline(always)]
    pub(super) fn apply<I: Isa>(&self, isa: I, input: &[u8], scales: &[Scale], output: &mut [f32]) {
        let groups = self.inputs / DEPTH;
        let input = input.as_chunks().0;
        // Blocks of nearly equal size, because a large one and a small one take longer.
        let blocks = scales.len().div_ceil(MAX_ROWS);
        for panel in 0..self.steps.len() {
            let mut first = 0;
            for block in 1..=blocks {
                let end = scales.len() * block / blocks;
                let input = &input[first * groups..end * groups];
                let scales = &scales[first..end];
                let output = &mut output[first * self.outputs..end * self.outputs];
                macro_rules! by_size {
                    ($($rows:literal)*) => {
                        match end - first {
                            $($rows => self.block::<I, $rows>(isa, panel, input, scales, output),)*
                            _ => {}
                        }
                    };
                }
                by_size!(1 2 3 4 5 6 7 8 9 10 11 12);
                first = end;
            }
        }
    }

    /// The outputs of one panel for `ROWS` rows.
    #[inline(always)]
    fn block<I: Isa, const ROWS: usize>(
        &self,
        isa: I,
        panel: usize,
        input: &[[u8; DEPTH]],
        scales: &[Scale],
        output: &mut [f32],
    ) {
        let groups = self.inputs / DEPTH;
        let mut rows = [&input[..0]; ROWS];
        for (rows, input) in rows.iter_mut().zip(input.chunks_exact(groups)) {
            *rows = input;
        }
        let mut sums: [Sums; ROWS] = [[0; COLUMNS]; ROWS];
        isa.multiply(&rows, &self.panels[panel * groups..][..groups], &mut sums);

        let steps = self.steps[panel].as_chunks::<LANES>().0;
        let weight_sums = self.sums[panel].as_chunks::<LANES>().0;
        let bias = self.bias[panel].as_chunks::<LANES>().0;
        let output = output.chunks_exact_mut(self.outputs);
        for ((sums, scale), output) in sums.iter().zip(scales).zip(output) {
            let step = isa.splat(scale.step);
            let mut numbers = [0.0; COLUMNS];
            for (part, to) in numbers.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                let sums = &sums.as_chunks::<LANES>().0[part];
                let product = isa.corrected(sums, &weight_sums[part], scale.zero);
                let steps = isa.mul(step, isa.load(&steps[part]));
                isa.store(isa.add(isa.mul(product, steps), isa.load(&bias[part])), to);
            }
            let output = &mut output[panel * COLUMNS..];
            let kept = output.len().min(COLUMNS);
            output[..kept].copy_from_slice(&numbers[..kept]);
        }
    }
}
