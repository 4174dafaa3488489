//! What one run read of each input.

use std::collections::BTreeMap;

use serde::Serialize;
use whitecoat_engine::{Authorship, Item, Kind, Moment};

use crate::coverage::Coverage;

/// What was read of one input.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// What was recognised, skipped and failed.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// What came out.
    #[serde(flatten)]
    pub counts: Counts,
    /// Which bytes these were.
    pub fingerprint: Fingerprint,
    /// How the reading ended.
    pub ended: Ended,
}

impl Reading {
    /// Nothing read yet of the input that the user named `input`.
    pub fn of(input: impl Into<String>) -> Self {
        Self {
            coverage: Coverage::of(input),
            counts: Counts::default(),
            fingerprint: Fingerprint {
                covers: "nothing: not read to its end".to_owned(),
                ..Fingerprint::default()
            },
            ended: Ended::Interrupted,
        }
    }

    /// Whether all of the input was read.
    pub fn is_complete(&self) -> bool {
        self.ended == Ended::Complete && self.coverage.is_complete()
    }
}

/// How the reading of an input ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "problem")]
pub enum Ended {
    /// At its end.
    Complete,
    /// Before its end, or before its beginning, because the user stopped the run.
    Interrupted,
    /// It could not be read, or not to its end; the message for the user.
    Unreadable(String),
}

/// Which bytes an input held, for telling later whether it is the same one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    /// Size in bytes of a file, or of all files of a folder.
    pub bytes: Option<u64>,
    /// A BLAKE3 digest.
    pub blake3: Option<String>,
    /// What the digest covers.
    pub covers: String,
}

/// Items of one input.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    /// How many.
    pub items: u64,
    /// By kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// By whose words they are.
    pub authorship: BTreeMap<Authorship, u64>,
    /// The earliest time of any.
    pub first: Option<Moment>,
    /// The latest time of any.
    pub last: Option<Moment>,
}

impl Counts {
    /// Counts items.
    pub fn of(items: &[Item]) -> Self {
        let mut counts = Self::default();
        for item in items {
            counts.items += 1;
            *counts.kinds.entry(item.kind).or_default() += 1;
            *counts.authorship.entry(item.authorship).or_default() += 1;
            counts.span(item.created_at, item.created_at);
        }
        counts
    }

    /// Adds what another part of the same input counted.
    pub fn absorb(&mut self, other: Counts) {
        self.items += other.items;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (authorship, count) in other.authorship {
            *self.authorship.entry(authorship).or_default() += count;
        }
        self.span(other.first, other.last);
    }

    fn span(&mut self, first: Option<Moment>, last: Option<Moment>) {
        self.first = self.first.into_iter().chain(first).min_by_key(Moment::instant);
        self.last = self.last.into_iter().chain(last).max_by_key(Moment::instant);
    }
}
