//! The learned signal: how much an item reads like those that people labelled.
//!
//! A linear model over hashed features: words, pairs of words and stems of the item's texts, its parent's and its profile's,
//! and the signals that were seen. It has a head for every rule. What it says is one more piece of evidence for a finding that
//! signals have made possible; alone it makes a finding only where labelled posts show that it is nearly always right, and
//! never a critical one. `docs/corpus.md` says what it was trained on, `crates/tuning` how.

mod features;
mod model;

use std::sync::Arc;

pub(crate) use features::{Feature, Features, Scene};
pub use model::MAGIC as LEARNED_MAGIC;
pub(crate) use model::Model;

use crate::rule::Rule;

/// Weights are kept for so many hashes.
pub(crate) const BUCKETS: usize = 1 << BUCKET_BITS;

const BUCKET_BITS: u32 = 16;

/// The model, and which of its heads belongs to each rule.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(crate) model: Model,
    heads: Vec<Option<u8>>,
}

impl Learned {
    pub(crate) fn new(model: Model, rules: &[Arc<Rule>]) -> Self {
        let heads = rules.iter().map(|rule| model.head(&rule.id)).collect();
        Self { model, heads }
    }

    /// The head of the rule with this number.
    pub(crate) fn head(&self, rule: usize) -> Option<u8> {
        self.heads.get(rule).copied().flatten()
    }
}
