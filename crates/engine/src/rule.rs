//! Rules.
use crate::finding::Severity;
use std::sync::Arc;

/// A rule (being written; these are the fields that reports may use).
#[derive(Debug)]
pub struct Rule {
    /// `family/name`.
    pub id: Arc<str>,
    /// A few words.
    pub title: String,
    /// Base severity.
    pub severity: Severity,
    /// Why it matters, one or two sentences.
    pub why: String,
    /// The short action code, such as `hide-preserve-remove`.
    pub action: String,
    /// What to do next, a sentence or two.
    pub action_detail: String,
    /// Guideline references.
    pub guidelines: Vec<String>,
}
