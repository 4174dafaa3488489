//! The forward pass: pieces of words in, a score for each head out. `training/model.py` says the same in Python.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x8};

use crate::arithmetic::{LANES, dot, gelu, softmax, sum};
use crate::input::Piece;
use crate::matrix::{Linear, Scaled};

/// How wide a piece's numbers are, and how many heads attention has.
pub(crate) const WIDTH: usize = 384;
const HEADS: usize = 12;
const HEAD: usize = WIDTH / HEADS;

/// Two kinds of pieces: the item's own, and what stands around it.
pub(crate) const TYPES: usize = 2;

/// Pieces that look at once, and pieces or numbers that are looked at: their sums fill the registers of most processors.
const TALL: usize = 4;
const WIDE: usize = 2 * LANES;

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
    /// The lowest layers, which everything goes through.
    pub(crate) layers: Vec<Layer>,
}

/// The layers above, and the heads: one for posts, one for stories.
#[derive(Debug)]
pub(crate) struct Top {
    pub(crate) layers: Vec<Layer>,
    /// A row for each head, over the mean and the maximum of all pieces.
    pub(crate) head_weights: Vec<f32>,
    pub(crate) head_biases: Vec<f32>,
}

/// What the network makes of a window: the mean of all its pieces, then the maximum.
pub(crate) type Pooled = Box<[f32]>;

/// The mean in what was made of a window.
pub(crate) fn mean(pooled: &[f32]) -> &[f32] {
    pooled.get(..WIDTH).unwrap_or_default()
}

/// Memory that is kept from one pass to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    scaled: Scaled,
    x: Vec<f32>,
    wide: Vec<f32>,
    seen: Vec<f32>,
    keys: Vec<[f32; WIDE]>,
    shares: [Vec<f32>; TALL],
    narrow: Vec<f32>,
}

impl Network {
    /// How many pieces a row may have.
    pub(crate) fn longest(&self) -> usize {
        self.positions.len() / WIDTH
    }

    /// What becomes of each window. Windows that are read together cost less than one after another.
    pub(crate) fn read(&self, top: &Top, windows: &[&[Piece]], scratch: &mut Scratch) -> Vec<Pooled> {
        let level = Level::new();
        dispatch!(level, simd => self.read_with(simd, top, windows, scratch))
    }

    #[inline(always)]
    fn read_with<S: Simd>(
        &self,
        simd: S,
        top: &Top,
        windows: &[&[Piece]],
        scratch: &mut Scratch,
    ) -> Vec<Pooled> {
        simd.vectorize(
            #[inline(always)]
            || {
                scratch.x.clear();
                windows.iter().for_each(|window| self.embed(window, &mut scratch.x));
                self.norm.apply(&mut scratch.x);
                for layer in self.layers.iter().chain(&top.layers) {
                    layer.apply(simd, windows, scratch);
                }
                let mut rest = scratch.x.as_slice();
                let mut next = |window: &&[Piece]| {
                    let (own, others) = rest.split_at(rest.len().min(window.len() * WIDTH));
                    rest = others;
                    pooled(own)
                };
                windows.iter().map(&mut next).collect()
            },
        )
    }

    #[inline(always)]
    fn embed(&self, pieces: &[Piece], x: &mut Vec<f32>) {
        for ((piece, kind), position) in pieces.iter().zip(self.positions.chunks_exact(WIDTH)) {
            let word = usize::from(*piece) * WIDTH;
            let words = self.words.get(word..word + WIDTH).unwrap_or_default();
            let scale = self.word_scales.get(usize::from(*piece)).copied().unwrap_or_default();
            let kind = usize::from(*kind) * WIDTH;
            let types = self.types.get(kind..kind + WIDTH).unwrap_or_default();
            let sums = words.iter().zip(position).zip(types);
            x.extend(sums.map(|((word, position), kind)| f32::from(*word) * scale + position + kind));
        }
    }
}

#[inline(always)]
fn pooled(x: &[f32]) -> Pooled {
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
    pooled.into()
}

impl Top {
    /// A score for each head.
    pub(crate) fn scores(&self, pooled: &[f32]) -> Vec<f32> {
        let rows = self.head_weights.chunks_exact(2 * WIDTH);
        rows.zip(&self.head_biases).map(|(weights, bias)| dot(weights, pooled) + bias).collect()
    }
}

impl Layer {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, windows: &[&[Piece]], scratch: &mut Scratch) {
        let Scratch { scaled, x, wide, seen, keys, shares, narrow } = scratch;
        self.qkv.apply(simd, x, scaled, wide);
        seen.resize(x.len(), 0.0);
        let (mut qkv, mut own) = (wide.as_slice(), seen.as_mut_slice());
        for window in windows {
            let (here, rest) = qkv.split_at(qkv.len().min(window.len() * 3 * WIDTH));
            let (into, others) = own.split_at_mut(own.len().min(window.len() * WIDTH));
            attend(simd, here, keys, shares, into);
            (qkv, own) = (rest, others);
        }
        self.out.apply(simd, seen, scaled, narrow);
        add(x, narrow);
        self.norm1.apply(x);
        self.up.apply(simd, x, scaled, wide);
        for value in &mut *wide {
            *value = gelu(*value);
        }
        self.down.apply(simd, wide, scaled, narrow);
        add(x, narrow);
        self.norm2.apply(x);
    }
}

#[inline(always)]
fn add(x: &mut [f32], more: &[f32]) {
    for (x, more) in x.iter_mut().zip(more) {
        *x += more;
    }
}

/// What each piece of a window sees of the others. A row of `qkv` holds query, key and value.
#[inline(always)]
fn attend<S: Simd>(
    simd: S,
    qkv: &[f32],
    keys: &mut Vec<[f32; WIDE]>,
    shares: &mut [Vec<f32>; TALL],
    seen: &mut [f32],
) {
    let count = qkv.len() / (3 * WIDTH);
    let times = 1.0 / (HEAD as f32).sqrt();
    shares.iter_mut().for_each(|shares| shares.resize(count.next_multiple_of(WIDE), 0.0));
    for head in 0..HEADS {
        let part = |row: &'_ [f32], which: usize| -> [f32; HEAD] {
            let from = which * WIDTH + head * HEAD;
            row.get(from..from + HEAD).and_then(|part| part.try_into().ok()).unwrap_or([0.0; HEAD])
        };
        // Keys of WIDE pieces stand beside each other, number by number.
        keys.clear();
        for rows in qkv.chunks(WIDE * 3 * WIDTH) {
            let mut block = [[0.0; WIDE]; HEAD];
            for (at, row) in rows.chunks_exact(3 * WIDTH).enumerate() {
                for (column, value) in block.iter_mut().zip(part(row, 1)) {
                    if let Some(slot) = column.get_mut(at) {
                        *slot = value * times;
                    }
                }
            }
            keys.extend_from_slice(&block);
        }
        for (rows, seen) in qkv.chunks(TALL * 3 * WIDTH).zip(seen.chunks_mut(TALL * WIDTH)) {
            let mut queries = [[0.0; TALL]; HEAD];
            for (at, row) in rows.chunks_exact(3 * WIDTH).enumerate() {
                for (column, value) in queries.iter_mut().zip(part(row, 0)) {
                    if let Some(slot) = column.get_mut(at) {
                        *slot = value;
                    }
                }
            }
            look(simd, &queries, keys, shares);
            let there = rows.len() / (3 * WIDTH);
            for shares in shares.iter_mut().take(there) {
                softmax(shares.get_mut(..count).unwrap_or_default());
            }
            for half in 0..HEAD / WIDE {
                let from = 2 * WIDTH + head * HEAD + half * WIDE;
                let sums = gather(simd, qkv, from, shares);
                let from = head * HEAD + half * WIDE;
                for (sums, seen) in sums.iter().zip(seen.chunks_exact_mut(WIDTH)) {
                    for (sum, seen) in
                        sums.iter().zip(seen.get_mut(from..from + WIDE).unwrap_or_default().chunks_mut(LANES))
                    {
                        seen.copy_from_slice(sum.as_slice());
                    }
                }
            }
        }
    }
}

/// Products of some queries with all keys.
#[inline(always)]
fn look<S: Simd>(
    simd: S,
    queries: &[[f32; TALL]; HEAD],
    keys: &[[f32; WIDE]],
    shares: &mut [Vec<f32>; TALL],
) {
    for (block, keys) in keys.chunks_exact(HEAD).enumerate() {
        let mut sums = [[f32x8::splat(simd, 0.0); WIDE / LANES]; TALL];
        for (queries, keys) in queries.iter().zip(keys) {
            let (left, right) = keys.split_at(LANES);
            let (left, right) = (f32x8::from_slice(simd, left), f32x8::from_slice(simd, right));
            for ([sum_left, sum_right], query) in sums.iter_mut().zip(queries) {
                let query = f32x8::splat(simd, *query);
                *sum_left += query * left;
                *sum_right += query * right;
            }
        }
        for (sums, shares) in sums.iter().zip(shares.iter_mut()) {
            let shares = shares.get_mut(block * WIDE..(block + 1) * WIDE).unwrap_or_default();
            sums.iter()
                .zip(shares.chunks_exact_mut(LANES))
                .for_each(|(sum, slot)| slot.copy_from_slice(sum.as_slice()));
        }
    }
}

/// Values of all pieces, which begin at `from` in their rows, by their shares.
#[inline(always)]
fn gather<S: Simd>(
    simd: S,
    qkv: &[f32],
    from: usize,
    shares: &[Vec<f32>; TALL],
) -> [[f32x8<S>; WIDE / LANES]; TALL] {
    let mut sums = [[f32x8::splat(simd, 0.0); WIDE / LANES]; TALL];
    let [a, b, c, d] = shares;
    let shares = a.iter().zip(b).zip(c.iter().zip(d));
    for (row, ((a, b), (c, d))) in qkv.chunks_exact(3 * WIDTH).zip(shares) {
        let Some(values) = row.get(from..from + WIDE) else { continue };
        let (left, right) = values.split_at(LANES);
        let (left, right) = (f32x8::from_slice(simd, left), f32x8::from_slice(simd, right));
        for ([sum_left, sum_right], share) in sums.iter_mut().zip([a, b, c, d]) {
            let share = f32x8::splat(simd, *share);
            *sum_left += share * left;
            *sum_right += share * right;
        }
    }
    sums
}

impl Norm {
    #[inline(always)]
    fn apply(&self, x: &mut [f32]) {
        for row in x.chunks_exact_mut(WIDTH) {
            let mean = sum(row) / WIDTH as f32;
            for value in &mut *row {
                *value -= mean;
            }
            let spread = dot(row, row) / WIDTH as f32;
            let times = 1.0 / (spread + 1e-12).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(&self.weights).zip(&self.biases) {
                *value = *value * times * weight + bias;
            }
        }
    }
}
