//! Products of matrices in whole numbers, so that every processor gets the same.
//!
//! Rows of activations are scaled to 14-bit numbers, weights are 8-bit numbers; sums of products fit 32 bits and are exact
//! in whatever order they are made.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8};

/// The largest activation: a row of [`LONGEST_ROW`] products with the largest weight fits an `i32`.
const MOST: f32 = 8191.0;

/// The longest row that may be summed.
const LONGEST_ROW: usize = 2048;

/// Rows of activations and of weights that are multiplied at a time: what the registers of most processors hold.
const TALL: usize = 4;
const WIDE: usize = 2;

/// Numbers multiplied at a time.
const STEP: usize = 16;

/// Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, ties to even.
const ROUNDING: f32 = 12_582_912.0;

/// Weights of a linear layer: a row for each output.
#[derive(Debug)]
pub(crate) struct Linear {
    /// How long a row is.
    pub(crate) inputs: usize,
    /// Rows, as wide as they are multiplied.
    weights: Vec<i16>,
    /// What each row's weights are to be multiplied by.
    scales: Vec<f32>,
    biases: Vec<f32>,
}

/// Rows of scaled activations.
#[derive(Debug, Default)]
pub(crate) struct Scaled {
    numbers: Vec<i16>,
    scales: Vec<f32>,
}

impl Linear {
    /// Weights as the file has them. `None` where sizes do not fit together.
    pub(crate) fn new(inputs: usize, weights: &[u8], scales: Vec<f32>, biases: Vec<f32>) -> Option<Self> {
        let outputs = scales.len();
        let fits = inputs.is_multiple_of(STEP) && (STEP..=LONGEST_ROW).contains(&inputs);
        if !fits || weights.len() != inputs * outputs || biases.len() != outputs {
            return None;
        }
        let weights = weights.iter().map(|weight| i16::from(weight.cast_signed())).collect();
        Some(Self { inputs, weights, scales, biases })
    }

    /// How many outputs there are.
    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Outputs for each row of activations, one row after another.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(&self, simd: S, rows: &[f32], scaled: &mut Scaled, out: &mut Vec<f32>) {
        scaled.fill(rows, self.inputs);
        let count = scaled.scales.len();
        let outputs = self.outputs();
        out.clear();
        out.resize(count * outputs, 0.0);
        let tall = TALL * self.inputs;
        let blocks = scaled.numbers.chunks(tall).zip(scaled.scales.chunks(TALL));
        for ((numbers, scales), out) in blocks.zip(out.chunks_mut(TALL * outputs)) {
            // The last rows are few: the first of them stands in for those that are not there.
            let first = numbers.get(..self.inputs).unwrap_or_default();
            let row = |at: usize| numbers.get(at * self.inputs..(at + 1) * self.inputs).unwrap_or(first);
            let rows = [row(0), row(1), row(2), row(3)];
            let pairs = self.weights.chunks(WIDE * self.inputs);
            let pairs = pairs.zip(self.scales.chunks(WIDE)).zip(self.biases.chunks(WIDE));
            for (pair, ((weights, factors), biases)) in pairs.enumerate() {
                let (left, right) = weights.split_at(self.inputs.min(weights.len()));
                let right = if right.len() == left.len() { right } else { left };
                let sums = products(simd, rows, [left, right]);
                for (row, (sums, scale)) in sums.iter().zip(scales).enumerate() {
                    for (at, (sum, (factor, bias))) in sums.iter().zip(factors.iter().zip(biases)).enumerate()
                    {
                        if let Some(slot) = out.get_mut(row * outputs + pair * WIDE + at) {
                            *slot = *sum as f32 * (scale * factor) + bias;
                        }
                    }
                }
            }
        }
    }
}

impl Scaled {
    #[inline(always)]
    fn fill(&mut self, rows: &[f32], inputs: usize) {
        self.scales.clear();
        self.numbers.clear();
        self.numbers.resize(rows.len(), 0);
        for (row, numbers) in rows.chunks_exact(inputs).zip(self.numbers.chunks_exact_mut(inputs)) {
            let largest =
                row.iter().fold(1e-12_f32, |most, value| if value.abs() > most { value.abs() } else { most });
            let times = MOST / largest;
            for (number, value) in numbers.iter_mut().zip(row) {
                *number = ((value * times + ROUNDING) - ROUNDING) as i32 as i16;
            }
            self.scales.push(largest / MOST);
        }
    }
}

/// The products of four rows with two, each summed.
#[inline(always)]
fn products<S: Simd>(simd: S, rows: [&[i16]; TALL], weights: [&[i16]; WIDE]) -> [[i32; WIDE]; TALL] {
    let zero = i32x8::splat(simd, 0);
    let mut sums = [[zero; WIDE]; TALL];
    let [left, right] = weights.map(|row| row.chunks_exact(STEP));
    let [a, b, c, d] = rows.map(|row| row.chunks_exact(STEP));
    for ((left, right), ((a, b), (c, d))) in left.zip(right).zip(a.zip(b).zip(c.zip(d))) {
        let (left, right) = (i16x16::from_slice(simd, left), i16x16::from_slice(simd, right));
        for (sums, row) in sums.iter_mut().zip([a, b, c, d]) {
            let row = i16x16::from_slice(simd, row);
            sums[0] += row.pairwise_dot_product(left);
            sums[1] += row.pairwise_dot_product(right);
        }
    }
    sums.map(|row| row.map(|sum| sum.as_array().iter().sum()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use fearless_simd::{Level, dispatch};

    use super::*;

    fn apply(level: Level, linear: &Linear, rows: &[f32]) -> Vec<f32> {
        let (mut scaled, mut out) = (Scaled::default(), Vec::new());
        dispatch!(level, simd => linear.apply(simd, rows, &mut scaled, &mut out));
        out
    }

    #[test]
    fn products_are_near_those_of_plain_numbers_and_the_same_on_every_processor() {
        let (inputs, outputs, count) = (48, 5, 7);
        let weights: Vec<u8> = (0..inputs * outputs).map(|i| (i * 37 % 251) as u8).collect();
        let scales: Vec<f32> = (0..outputs).map(|i| 0.01 + i as f32 * 0.001).collect();
        let biases: Vec<f32> = (0..outputs).map(|i| i as f32).collect();
        let linear = Linear::new(inputs, &weights, scales.clone(), biases.clone()).unwrap();
        let rows: Vec<f32> = (0..inputs * count).map(|i| (i % 97) as f32 / 50.0 - 1.0).collect();
        let found = apply(Level::new(), &linear, &rows);
        assert_eq!(found, apply(Level::baseline(), &linear, &rows));
        for (at, value) in found.iter().enumerate() {
            let (row, output) = (at / outputs, at % outputs);
            let plain: f32 = (0..inputs)
                .map(|i| rows[row * inputs + i] * f32::from(weights[output * inputs + i] as i8))
                .sum();
            let plain = plain * scales[output] + biases[output];
            assert!((plain - value).abs() < 0.02, "{at}: {plain} {value}");
        }
    }

    #[test]
    fn sizes_must_fit() {
        assert!(Linear::new(16, &[0; 32], vec![1.0; 2], vec![0.0; 2]).is_some());
        assert!(Linear::new(16, &[0; 31], vec![1.0; 2], vec![0.0; 2]).is_none());
        assert!(Linear::new(15, &[0; 30], vec![1.0; 2], vec![0.0; 2]).is_none());
        assert!(Linear::new(16, &[0; 32], vec![1.0; 2], vec![0.0; 1]).is_none());
    }
}
