//! The forward pass: pieces of words in, a score for each head out. `training/model.py` says the same in Python.
//!
//! Sums of plain numbers are made in eight fixed lanes and `exp` is our own, so that every processor gets the same bits.

use fearless_simd::{Level, Simd, dispatch};

use crate::matrix::{Linear, Scaled};

/// How wide a piece's numbers are, and how many heads attention has.
pub(crate) const WIDTH: usize = 384;
const HEADS: usize = 12;
const HEAD: usize = WIDTH / HEADS;

/// Two kinds of pieces: the item's own, and what stands around it.
pub(crate) const TYPES: usize = 2;

const LANES: usize = 8;

/// Weights of a layer norm.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) weights: Vec<f32>,
    pub(crate) biases: Vec<f32>,
}

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) qkv: Linear,
    pub(crate) out: Linear,
    pub(crate) norm1: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) norm2: Norm,
}

/// All weights.
#[derive(Debug)]
pub(crate) struct Network {
    /// A row for each piece of the vocabulary, with what it is to be multiplied by.
    pub(crate) words: Vec<i8>,
    pub(crate) word_scales: Vec<f32>,
    pub(crate) positions: Vec<f32>,
    pub(crate) types: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
    /// A row for each head, over the mean and the maximum of all pieces.
    pub(crate) head_weights: Vec<f32>,
    pub(crate) head_biases: Vec<f32>,
}

/// Memory that is kept from one row to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    scaled: Scaled,
    x: Vec<f32>,
    wide: Vec<f32>,
    seen: Vec<f32>,
    keys: Vec<f32>,
    shares: Vec<f32>,
    narrow: Vec<f32>,
}

impl Network {
    /// How many pieces a row may have.
    pub(crate) fn longest(&self) -> usize {
        self.positions.len() / WIDTH
    }

    /// A score for each head; `pieces` with the type of each.
    pub(crate) fn scores(&self, pieces: &[(u16, u8)], scratch: &mut Scratch) -> Vec<f32> {
        let level = Level::new();
        dispatch!(level, simd => self.scores_with(simd, pieces, scratch))
    }

    #[inline(always)]
    pub(crate) fn scores_with<S: Simd>(
        &self,
        simd: S,
        pieces: &[(u16, u8)],
        scratch: &mut Scratch,
    ) -> Vec<f32> {
        simd.vectorize(
            #[inline(always)]
            || {
                self.embed(pieces, &mut scratch.x);
                for layer in &self.layers {
                    layer.apply(simd, scratch);
                }
                self.heads(&scratch.x)
            },
        )
    }

    #[inline(always)]
    fn embed(&self, pieces: &[(u16, u8)], x: &mut Vec<f32>) {
        x.clear();
        for ((piece, kind), position) in pieces.iter().zip(self.positions.chunks_exact(WIDTH)) {
            let row = |all: &[f32], at: usize| {
                all.get(at * WIDTH..(at + 1) * WIDTH).map_or(0..0, |_| at * WIDTH..(at + 1) * WIDTH)
            };
            let word = usize::from(*piece) * WIDTH;
            let words = self.words.get(word..word + WIDTH).unwrap_or_default();
            let scale = self.word_scales.get(usize::from(*piece)).copied().unwrap_or_default();
            let types = self.types.get(row(&self.types, usize::from(*kind))).unwrap_or_default();
            let sums = words.iter().zip(position).zip(types);
            x.extend(sums.map(|((word, position), kind)| f32::from(*word) * scale + position + kind));
        }
        self.norm.apply(x);
    }

    #[inline(always)]
    fn heads(&self, x: &[f32]) -> Vec<f32> {
        let count = (x.len() / WIDTH).max(1) as f32;
        let mut pooled = [0.0_f32; 2 * WIDTH];
        let (mean, most) = pooled.split_at_mut(WIDTH);
        most.fill(f32::MIN);
        for row in x.chunks_exact(WIDTH) {
            for ((mean, most), value) in mean.iter_mut().zip(most.iter_mut()).zip(row) {
                *mean += value;
                *most = if *value > *most { *value } else { *most };
            }
        }
        mean.iter_mut().for_each(|mean| *mean /= count);
        let rows = self.head_weights.chunks_exact(2 * WIDTH);
        rows.zip(&self.head_biases).map(|(weights, bias)| dot(weights, &pooled) + bias).collect()
    }
}

impl Layer {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, scratch: &mut Scratch) {
        let Scratch { scaled, x, wide, seen, keys, shares, narrow } = scratch;
        self.qkv.apply(simd, x, scaled, wide);
        attend(wide, keys, shares, seen);
        self.out.apply(simd, seen, scaled, narrow);
        add(x, narrow);
        self.norm1.apply(x);
        self.up.apply(simd, x, scaled, wide);
        wide.iter_mut().for_each(|value| *value = gelu(*value));
        self.down.apply(simd, wide, scaled, narrow);
        add(x, narrow);
        self.norm2.apply(x);
    }
}

#[inline(always)]
fn add(x: &mut [f32], more: &[f32]) {
    x.iter_mut().zip(more).for_each(|(x, more)| *x += more);
}

/// What each piece sees of the others. A row of `qkv` holds query, key and value.
#[inline(always)]
fn attend(qkv: &[f32], keys: &mut Vec<f32>, shares: &mut Vec<f32>, seen: &mut Vec<f32>) {
    let count = qkv.len() / (3 * WIDTH);
    seen.clear();
    seen.resize(count * WIDTH, 0.0);
    shares.clear();
    shares.resize(count, 0.0);
    let times = 1.0 / (HEAD as f32).sqrt();
    for head in 0..HEADS {
        let from = head * HEAD;
        // Keys stand in columns, so that all pieces are looked at in one step.
        keys.clear();
        keys.resize(HEAD * count, 0.0);
        for (at, row) in qkv.chunks_exact(3 * WIDTH).enumerate() {
            let row = row.get(WIDTH + from..WIDTH + from + HEAD).unwrap_or_default();
            for (value, column) in row.iter().zip(keys.chunks_exact_mut(count)) {
                if let Some(slot) = column.get_mut(at) {
                    *slot = value * times;
                }
            }
        }
        for (row, seen) in qkv.chunks_exact(3 * WIDTH).zip(seen.chunks_exact_mut(WIDTH)) {
            shares.fill(0.0);
            let query = row.get(from..from + HEAD).unwrap_or_default();
            for (value, column) in query.iter().zip(keys.chunks_exact(count)) {
                shares.iter_mut().zip(column).for_each(|(share, key)| *share += value * key);
            }
            softmax(shares);
            let mut sums = [0.0_f32; HEAD];
            for (share, row) in shares.iter().zip(qkv.chunks_exact(3 * WIDTH)) {
                let values = row.get(2 * WIDTH + from..2 * WIDTH + from + HEAD).unwrap_or_default();
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
            }
            if let Some(seen) = seen.get_mut(from..from + HEAD) {
                seen.copy_from_slice(&sums);
            }
        }
    }
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let most = scores.iter().fold(f32::MIN, |most, score| if *score > most { *score } else { most });
    scores.iter_mut().for_each(|score| *score = exp(*score - most));
    let total = 1.0 / sum(scores);
    scores.iter_mut().for_each(|score| *score *= total);
}

impl Norm {
    #[inline(always)]
    fn apply(&self, x: &mut [f32]) {
        for row in x.chunks_exact_mut(WIDTH) {
            let mean = sum(row) / WIDTH as f32;
            row.iter_mut().for_each(|value| *value -= mean);
            let spread = dot(row, row) / WIDTH as f32;
            let times = 1.0 / (spread + 1e-12).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(&self.weights).zip(&self.biases) {
                *value = *value * times * weight + bias;
            }
        }
    }
}

/// A sum in eight lanes: always in the same order.
#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0_f32; LANES];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane += value);
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// e to the x, to seven digits: 2 to a whole number, times a polynomial (Cephes' expf). The library's differs between
/// systems in the last bit.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const WHOLE: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 87.0 { 87.0 } else { x };
    let power = (x * std::f32::consts::LOG2_E + WHOLE) - WHOLE;
    let rest = x - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let mut sum = 1.987_569_2e-4_f32;
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.000_000_3e-1] {
        sum = sum * rest + factor;
    }
    let sum = sum * rest * rest + rest + 1.0;
    sum * f32::from_bits(((power as i32 + 127) << 23).cast_unsigned())
}

#[inline(always)]
fn gelu(x: f32) -> f32 {
    x / (1.0 + exp(-1.595_769 * (x + 0.044_715 * x * x * x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_exp_is_right_to_six_digits() {
        for step in -860..860 {
            let x = step as f32 / 10.0;
            let right = f64::from(x).exp();
            assert!((f64::from(exp(x)) / right - 1.0).abs() < 1e-6, "{x}");
        }
        assert_eq!(exp(f32::NEG_INFINITY), exp(-87.0));
    }

    #[test]
    fn gelu_is_what_it_should_be() {
        for (x, right) in [(0.0, 0.0), (1.0, 0.841_192), (-1.0, -0.158_808), (3.0, 2.996_363), (-20.0, 0.0)] {
            assert!((gelu(x) - right).abs() < 1e-5, "{x}: {}", gelu(x));
        }
    }

    #[test]
    fn a_softmax_sums_to_one() {
        let mut scores = [1.0, 2.0, -300.0, 4.0];
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6 && scores[3] > scores[1]);
    }
}
