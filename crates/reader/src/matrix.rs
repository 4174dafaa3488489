//! Products of matrices in whole numbers, so that every processor gets the same.
//!
//! Rows of activations are scaled to 14-bit numbers, weights are 8-bit numbers; sums of products fit 32 bits and are exact
//! in whatever order they are made. Both are laid out in the order in which they are multiplied: a panel of weights stays in
//! the nearest cache while all rows pass it.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i8x32, i16x16, i32x8};

/// The largest activation: a row of [`LONGEST_ROW`] products with the largest weight fits an `i32`.
const MOST: f32 = 8191.0;

/// The longest row that may be summed.
const LONGEST_ROW: usize = 2048;

/// Rows of activations and outputs that are computed at a time: their sums fill the registers of most processors.
const TALL: usize = 6;
const WIDE: usize = 2 * LANES;

const LANES: usize = 8;

/// Numbers are multiplied in pairs.
const PAIR: usize = 2;

/// Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, ties to even.
const ROUNDING: f32 = 12_582_912.0;

/// Weights of a linear layer.
#[derive(Debug)]
pub(crate) struct Linear {
    /// How many weights an output has.
    inputs: usize,
    /// A panel for each [`WIDE`] outputs; in it, for each pair of inputs, the pair of each output.
    weights: Vec<i8>,
    /// What each output's weights are to be multiplied by.
    scales: Vec<f32>,
    biases: Vec<f32>,
}

/// Rows of scaled activations.
#[derive(Debug, Default)]
pub(crate) struct Scaled {
    /// A panel for each [`TALL`] rows; in it, for each pair of inputs, the pair of each row as one number.
    numbers: Vec<i32>,
    /// What each row's numbers are to be multiplied by.
    scales: Vec<f32>,
    row: Vec<i16>,
}

type Sums<S> = [[i32x8<S>; WIDE / LANES]; TALL];

impl Linear {
    /// Weights as the file has them, a row for each output. `None` where sizes do not fit.
    pub(crate) fn new(inputs: usize, rows: &[u8], scales: Vec<f32>, biases: Vec<f32>) -> Option<Self> {
        let outputs = scales.len();
        let fits = inputs.is_multiple_of(PAIR) && (PAIR..=LONGEST_ROW).contains(&inputs);
        if !fits || !outputs.is_multiple_of(WIDE) || rows.len() != inputs * outputs || biases.len() != outputs
        {
            return None;
        }
        let mut weights = vec![0; rows.len()];
        for (panel, rows) in weights.chunks_exact_mut(WIDE * inputs).zip(rows.chunks_exact(WIDE * inputs)) {
            for (output, row) in rows.chunks_exact(inputs).enumerate() {
                for (pairs, pair) in panel.chunks_exact_mut(WIDE * PAIR).zip(row.chunks_exact(PAIR)) {
                    for (slot, weight) in pairs.iter_mut().skip(output * PAIR).zip(pair) {
                        *slot = weight.cast_signed();
                    }
                }
            }
        }
        Some(Self { inputs, weights, scales, biases })
    }

    /// Outputs for each row of activations, one row after another.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(&self, simd: S, rows: &[f32], scaled: &mut Scaled, out: &mut Vec<f32>) {
        scaled.fill(rows, self.inputs);
        let outputs = self.scales.len();
        // Every number is written below; what is there already need not be cleared.
        out.resize(scaled.scales.len() * outputs, 0.0);
        let panels = self.weights.chunks_exact(WIDE * self.inputs);
        let panels = panels.zip(self.scales.as_chunks::<WIDE>().0).zip(self.biases.as_chunks::<WIDE>().0);
        for (panel, ((weights, factors), biases)) in panels.enumerate() {
            let numbers = scaled.numbers.chunks_exact(TALL * self.inputs / PAIR);
            let blocks = numbers.zip(scaled.scales.chunks(TALL)).zip(out.chunks_mut(TALL * outputs));
            for ((numbers, scales), out) in blocks {
                let sums = products(simd, numbers, weights);
                for ((sums, scale), out) in sums.iter().zip(scales).zip(out.chunks_exact_mut(outputs)) {
                    let Some(out) = out.get_mut(panel * WIDE..(panel + 1) * WIDE) else { continue };
                    let sums = sums.iter().flat_map(|sums| sums.as_slice());
                    for (((slot, sum), factor), bias) in out.iter_mut().zip(sums).zip(factors).zip(biases) {
                        *slot = *sum as f32 * (scale * factor) + bias;
                    }
                }
            }
        }
    }
}

impl Scaled {
    #[inline(always)]
    fn fill(&mut self, rows: &[f32], inputs: usize) {
        let count = rows.len() / inputs;
        self.scales.clear();
        // Rows that are not there, in the last panel, stay nought.
        self.numbers.clear();
        self.numbers.resize(count.div_ceil(TALL) * TALL * inputs / PAIR, 0);
        self.row.resize(inputs, 0);
        let panels = self.numbers.chunks_exact_mut(TALL * inputs / PAIR);
        for (rows, panel) in rows.chunks(TALL * inputs).zip(panels) {
            for (at, row) in rows.chunks_exact(inputs).enumerate() {
                let largest = largest(row);
                let times = MOST / largest;
                for (number, value) in self.row.iter_mut().zip(row) {
                    *number = (value * times + ROUNDING).to_bits() as i16;
                }
                for (rows, [a, b]) in panel.as_chunks_mut::<TALL>().0.iter_mut().zip(self.row.as_chunks().0) {
                    let ([a, b], [c, d]) = (a.to_ne_bytes(), b.to_ne_bytes());
                    if let Some(slot) = rows.get_mut(at) {
                        *slot = i32::from_ne_bytes([a, b, c, d]);
                    }
                }
                self.scales.push(largest / MOST);
            }
        }
    }
}

/// The largest number, whatever its sign.
#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut lanes = [1e-12_f32; LANES];
    let more = |most: f32, value: f32| if value.abs() > most { value.abs() } else { most };
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane = more(*lane, *value));
    }
    lanes.iter().chain(rest).fold(1e-12, |most, value| more(most, *value))
}

/// The products of a panel of activations with one of weights, summed for each row and output.
#[inline(always)]
fn products<S: Simd>(simd: S, numbers: &[i32], weights: &[i8]) -> Sums<S> {
    let mut sums = [[i32x8::splat(simd, 0); WIDE / LANES]; TALL];
    let pairs = numbers.as_chunks::<TALL>().0.iter().zip(weights.as_chunks::<{ WIDE * PAIR }>().0);
    for (rows, weights) in pairs {
        let (left, right): (i16x16<S>, i16x16<S>) = i8x32::from_slice(simd, weights).widen();
        for ([sum_left, sum_right], row) in sums.iter_mut().zip(rows) {
            let row: i16x16<S> = i32x8::splat(simd, *row).bitcast();
            *sum_left += row.pairwise_dot_product(left);
            *sum_right += row.pairwise_dot_product(right);
        }
    }
    sums
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
        let (inputs, outputs, count) = (46, 32, 7);
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
        let sized = |inputs, rows: usize, scales, biases| {
            Linear::new(inputs, &vec![0; rows], vec![1.0; scales], vec![0.0; biases]).is_some()
        };
        assert!(sized(16, 256, 16, 16));
        assert!(!sized(16, 255, 16, 16));
        assert!(!sized(15, 240, 16, 16));
        assert!(!sized(16, 256, 16, 15));
        assert!(!sized(16, 272, 17, 17));
        assert!(!sized(4096, 65536, 16, 16));
    }
}
