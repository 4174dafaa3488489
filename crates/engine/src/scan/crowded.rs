//! What a scan adds for people: how many fit, and what stories need to know of the item.

use super::Scanner;
use crate::crowd::{Estimate, FEW, MANY, ONE};
use crate::engine::COMBINATION;
use crate::finding::{Evidence, Finding, Fits, Modifier, Severity};
use crate::findings::Maker;
use crate::item::Item;
use crate::quasi::{Collected, Read};
use crate::story::{self, NearItem, Trace};
use crate::text::Document;

/// Findings of these rules are about somebody told of.
const ABOUT_SOMEBODY: [&str; 4] =
    [COMBINATION, "privacy/date-or-age", "privacy/small-geography", "privacy/patient-narrative"];

/// What an item that hardly tells of care, or tells of the author or of nobody, loses in log-odds. Set by hand on corpus sets
/// D, E, G to J, P to R and T.
const LITTLE_CARE: f32 = 0.5;
const NO_CARE: f32 = -1.2;
const NO_PATIENT: f32 = -0.8;

/// So surely an item has to tell of care for its crowd to make it critical.
const CARE_CONTEXT: f32 = 1.5;

impl Scanner<'_> {
    /// The trace that the last scanned item leaves for stories, once.
    pub fn take_trace(&mut self) -> Option<Trace> {
        self.trace.take()
    }

    /// Collects quasi-identifiers, and says of findings about somebody how many people fit.
    pub(super) fn look_around(&mut self, item: &Item, document: &Document<'_>, findings: &mut Vec<Finding>) {
        self.trace = None;
        let Some(rule) = self.engine.combination.clone() else { return };
        let about_somebody = |finding: &Finding| ABOUT_SOMEBODY.contains(&&*finding.rule.id);
        let wanted = findings.iter().any(about_somebody);
        let collector = &self.engine.collector;
        let is_clinicians = self.is_clinicians();
        let may_tell = story::of_item(item) && (item.thread.is_some() || collector.any(&self.own));
        let may_be_read = may_tell || is_clinicians && story::of_item(item);
        let passage = if may_be_read { self.passage(item) } else { None };
        if !wanted && !may_tell && passage.is_none() {
            return;
        }
        let seen = self.judge().seen;
        let collected = collector.collect(&Read { item, document, knowledge: &self.engine.knowledge, seen });
        if wanted {
            findings.retain_mut(|finding| weigh(finding, &collected));
            self.say_how_many(&collected, findings);
        }
        if !story::of_item(item) {
            return;
        }
        let anchor = collected.anchor;
        let is_found = findings.iter().any(about_somebody);
        let near = NearItem { item, is_found, is_clinicians, figures: &collector.figures };
        let idle = || (is_clinicians && passage.is_some()).then(|| Trace::idle(item));
        let Some(mut trace) = Trace::of(&near, collected).or_else(idle) else { return };
        let maker =
            Maker { judge: self.judge(), document, own: &self.own, learned: None, reader: None, given: 0.0 };
        let first = || passage.is_some().then(|| maker.first_sentence()).flatten();
        trace.anchor = anchor.or_else(first).and_then(|hit| maker.anchor(&rule, hit)).map(Box::new);
        trace.passage = passage;
        self.trace = Some(trace);
    }

    fn say_how_many(&self, collected: &Collected, findings: &mut [Finding]) {
        let engine = self.engine;
        let figures = &engine.collector.figures;
        let Some(estimate) = engine.crowd.estimate(&collected.portrait, figures) else { return };
        for finding in findings.iter_mut().filter(|finding| ABOUT_SOMEBODY.contains(&&*finding.rule.id)) {
            if &*finding.rule.id == COMBINATION {
                move_severity(finding, &estimate, collected);
            }
            let change = (estimate.about < MANY)
                .then(|| engine.crowd.change(&collected.portrait, figures, &engine.collector.areas))
                .flatten();
            finding.crowd = Some(Box::new(Fits { estimate: estimate.clone(), change }));
        }
    }
}

/// Takes from a finding what speaks against a patient of the author's; false if too little is left.
fn weigh(finding: &mut Finding, collected: &Collected) -> bool {
    let (combination, narrative) =
        (&*finding.rule.id == COMBINATION, &*finding.rule.id == "privacy/patient-narrative");
    let mut against = Vec::new();
    if combination && collected.care < LITTLE_CARE {
        against.push(("tells-little-of-care", NO_CARE));
    }
    if (combination || narrative) && collected.no_patient > 0 {
        against.push(("no-patient", NO_PATIENT));
    }
    if against.is_empty() {
        return true;
    }
    let odds = (finding.confidence / (1.0 - finding.confidence).max(f32::EPSILON)).ln();
    let score = odds + against.iter().map(|(_, weight)| weight).sum::<f32>();
    finding.confidence = 1.0 / (1.0 + (-score).exp());
    finding.evidence.extend(against.iter().map(|(signal, weight)| Evidence {
        signal: (*signal).into(),
        scope: "item",
        weight: *weight,
        span: None,
        words: Vec::new(),
        resembles: None,
    }));
    score >= finding.rule.needed_score
}

/// Under [`FEW`] people is high, under [`ONE`] with care beside it critical.
fn move_severity(finding: &mut Finding, estimate: &Estimate, collected: &Collected) {
    let about = estimate.about;
    let one_cue = finding.modifiers.iter().any(|modifier| &*modifier.name == "one-cue-only");
    let consent = finding.modifiers.iter().any(|modifier| modifier.step < 0);
    if about < ONE && collected.care >= CARE_CONTEXT && !one_cue && !consent {
        if finding.severity < Severity::Critical {
            finding.severity = Severity::Critical;
            finding.modifiers.push(Modifier { name: "fits-one-person".into(), step: 1 });
        }
    } else if about < FEW && finding.severity < Severity::High && !consent {
        finding.severity = Severity::High;
        finding.modifiers.push(Modifier { name: "fits-few-people".into(), step: 1 });
    } else if estimate.is_many() && estimate.traits > 0 && finding.severity == Severity::High {
        finding.severity = Severity::Medium;
        finding.modifiers.push(Modifier { name: "fits-many-people".into(), step: -1 });
    }
}
