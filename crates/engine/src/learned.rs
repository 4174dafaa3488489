//! The learned signal: how much an item reads like those that people labelled.
//!
//! A linear model over hashed features: words, pairs of words and stems of the item's texts, its parent's and its profile's,
//! and the signals that were seen. It has a head for every rule. What it says is one more piece of evidence for a finding that
//! signals have made possible; alone it makes a finding only where labelled posts show that it is nearly always right, and
//! never a critical one. `docs/corpus.md` says what it was trained on, `crates/tuning` how.

mod features;
mod model;

pub(crate) use features::{Features, Scene};
pub(crate) use model::{Model, ModelError};

/// Weights are kept for so many hashes.
pub(crate) const BUCKETS: usize = 1 << BUCKET_BITS;

const BUCKET_BITS: u32 = 16;
