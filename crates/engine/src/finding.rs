//! The finding: one rule's result on one item.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crowd::{Change, Estimate};
use crate::rule::Rule;

/// The modifier of a finding that is not sure enough to be high or critical.
pub(crate) const NOT_SURE: &str = "not-sure-enough";

/// The modifier of a finding that the reader makes alone.
pub(crate) const READER_ONLY: &str = "reader-only";

/// The modifier of a finding that would be critical, and none without the reader.
pub(crate) const RESTS_ON_READER: &str = "rests-on-reader";

/// How bad a finding is if it is true. Never mixed with [`Finding::confidence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A prompt, never a breach.
    Info,
    /// Fewer than half of the surveyed boards would look at it.
    Low,
    /// Half to three quarters would, or only some professions and countries agree.
    Medium,
    /// Three quarters would, or a regulator lists it.
    High,
    /// It identifies a patient, or action by a board is near certain.
    Critical,
}

impl Severity {
    /// All severities, the least first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The name that the CSV, the profiles and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// This severity moved by `steps`, kept between info and critical.
    pub fn moved(self, steps: i32) -> Severity {
        let index = (self as i32).saturating_add(steps).clamp(0, 4);
        Severity::ALL[usize::try_from(index).unwrap_or(0)]
    }

    /// Makes it so bad at most, and says so by a modifier of this name.
    pub(crate) fn hold_back(&mut self, most: Severity, name: &str) -> Option<Modifier> {
        let step = most as i32 - *self as i32;
        *self = (*self).min(most);
        (step < 0).then(|| Modifier { name: name.into(), step })
    }
}

/// Which of an item's texts a span cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// [`crate::Item::text`].
    Text,
    /// The alt text of the medium with this index.
    MediaAlt(usize),
    /// The file name of the medium with this index.
    MediaFileName(usize),
}

/// A stretch of one of an item's texts, in bytes of the original, always on character borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text that it cuts.
    pub field: Field,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A stretch that must not be repeated in a report, and what stands there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mask {
    /// What is covered.
    pub span: Span,
    /// The sort of thing, such as `name` or `date`, shown in its place.
    pub label: &'static str,
}

/// One signal that counted for or against a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The signal's name, or the names of a combination joined by ` + `.
    pub signal: Arc<str>,
    /// Where it had to stand: `focus`, `near`, `sentence`, `item`, `parent`, `profile`, `media` or `context`.
    pub scope: &'static str,
    /// Its weight in log-odds; negative for a guard.
    pub weight: f32,
    /// Where it was seen, when that is in one of the item's own texts.
    pub span: Option<Span>,
    /// For the learned signal: the words that weighed most, where they name nobody.
    pub words: Vec<Arc<str>>,
    /// For the reader: the kind of labelled post that this one is like.
    pub resembles: Option<Arc<str>>,
}

/// One step that moved a severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modifier {
    /// The modifier's name, such as `minor` or `consent-stated`.
    pub name: Arc<str>,
    /// The step: positive raises.
    pub step: i32,
}

/// One rule's result on one item.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that made it.
    pub rule: Arc<Rule>,
    /// How bad it is if true, after modifiers.
    pub severity: Severity,
    /// What moved the severity away from the rule's own.
    pub modifiers: Vec<Modifier>,
    /// How sure the rule is, 0 to 1.
    pub confidence: f32,
    /// What the finding is about.
    pub span: Span,
    /// Which match of the rule in the item this is, from 0, in reading order.
    pub ordinal: usize,
    /// On the last finding of a rule in an item: how many more matches there are, beyond the most that are listed.
    pub further: usize,
    /// The sentence or stretch around the span that a reader should see.
    pub excerpt: Span,
    /// What inside the excerpt must be covered in a masked report.
    pub masks: Vec<Mask>,
    /// What counted, the weightiest first.
    pub evidence: Vec<Evidence>,
    /// Letters of the HIPAA safe-harbor identifier classes that were seen, such as `A` or `C`, in order.
    pub identifiers: Vec<char>,
    /// Names of the quasi-identifiers that were seen, such as `age` or `job`.
    pub quasi_identifiers: Vec<&'static str>,
    /// How many people fit, and what would make it enough; on findings about somebody told of.
    pub crowd: Option<Box<Fits>>,
}

/// How many people fit what an item tells of somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Fits {
    /// How many.
    pub estimate: Estimate,
    /// The smallest change after which enough people fit.
    pub change: Option<Change>,
}
