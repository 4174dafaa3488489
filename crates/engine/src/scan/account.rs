//! What a whole account looks like: facts of its timeline, judged on its bio.

use super::Scanner;
use crate::finding::Finding;
use crate::item::Item;
use crate::timeline::Topics;

/// Signals of work, beside those of care.
const WORK: &[&str] = &["health-tips", "clinical-offer"];

/// Signals of private life.
const PRIVATE: &[&str] = &["private-life", "private-family", "private-dating", "private-shop"];

/// Signals of telling readers what to do about their health.
const ADVICE: &[&str] = &["gives-health-content", "asks-for-questions"];

impl Scanner<'_> {
    /// What rules find about an account, beside what they find in its bio: `facts` are those of its timeline.
    pub(crate) fn scan_account(&mut self, bio: &Item, facts: &[&'static str]) -> Vec<Finding> {
        self.of_account = facts.iter().filter_map(|fact| self.engine.facts.get(fact).copied()).collect();
        // The learned signal knows texts, and nothing of timelines.
        let without_learned = std::mem::replace(&mut self.without_learned, true);
        let mut findings = self.scan(bio);
        self.without_learned = without_learned;
        self.of_account.clear();
        findings.retain(|finding| {
            finding.evidence.first().is_some_and(|focus| facts.iter().any(|fact| **fact == *focus.signal))
        });
        findings
    }

    /// What the item that was scanned last is about.
    pub(crate) fn topics(&self) -> Topics {
        let says = |names: &[&str]| {
            let seen = |id| self.reader.hits.iter().any(|hit| hit.signal == id);
            names.iter().any(|name| self.engine.knowledge.signals.id(name).is_some_and(seen))
        };
        Topics { care: self.near_care || says(WORK), private: says(PRIVATE), advice: says(ADVICE) }
    }
}
