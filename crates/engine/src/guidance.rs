//! A rule in words, for a page that teaches it.

use crate::condition::Condition;
use crate::engine::Engine;
use crate::rule::Rule;

/// What a rule looks at, in words. Every line is a phrase without a full stop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guidance {
    /// What a finding can be about.
    pub about: Vec<String>,
    /// What makes it surer, the weightiest first.
    pub surer: Vec<String>,
    /// What makes it less sure, the weightiest first.
    pub less_sure: Vec<String>,
    /// What raises the severity.
    pub raised_by: Vec<String>,
    /// What lowers the severity.
    pub lowered_by: Vec<String>,
    /// Countries and professions in which the severity is a step higher.
    pub raised_in: Vec<String>,
    /// Letters of the HIPAA safe-harbor identifier classes that a finding always has.
    pub identifiers: Vec<char>,
}

impl Engine {
    /// What one of this engine's rules looks at, in words.
    pub fn guidance(&self, rule: &Rule) -> Guidance {
        let signals = &self.knowledge.signals;
        let says = |condition: &Condition| condition.says(signals);
        let mut focus: Vec<_> = rule.focus.iter().collect();
        focus.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut evidence: Vec<_> = rule.evidence.iter().collect();
        evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let (against, towards): (Vec<_>, Vec<_>) =
            evidence.into_iter().partition(|evidence| evidence.weight < 0.0);
        let mut guidance = Guidance {
            about: focus.iter().map(|focus| says(&focus.condition)).collect(),
            surer: towards.iter().map(|evidence| says(&evidence.condition)).collect(),
            less_sure: against.iter().map(|evidence| says(&evidence.condition)).collect(),
            identifiers: rule.identifiers.clone(),
            ..Guidance::default()
        };
        for step in &rule.modifiers {
            let list = match step.step {
                ..0 => &mut guidance.lowered_by,
                _ if step.name.ends_with('+') => &mut guidance.raised_in,
                _ => &mut guidance.raised_by,
            };
            list.push(says(&step.condition));
        }
        guidance
    }
}
