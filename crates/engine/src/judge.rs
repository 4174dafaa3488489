//! Judging: what a rule thinks of each place that a finding could be about.

use crate::condition::{Met, Seen, Within};
use crate::finding::{Modifier, Severity};
use crate::reading::Hit;
use crate::rule::{Rule, Weighted};
use crate::signal::{SignalId, Signals};

/// A rule's judgement of one focus.
pub(crate) struct Judgement<'r> {
    pub(crate) focus: Hit,
    /// What made it the focus; nothing where the learned signal judged alone.
    pub(crate) entry: Option<&'r Weighted>,
    /// Log-odds.
    pub(crate) score: f32,
}

impl Judgement<'_> {
    pub(crate) fn confidence(&self) -> f32 {
        1.0 / (1.0 + (-self.score).exp())
    }
}

/// Judges by all that was seen around one item.
pub(crate) struct Judge<'a> {
    pub(crate) seen: Seen<'a>,
    pub(crate) signals: &'a Signals,
    /// How many tokens the item's text has; they come first in a document.
    pub(crate) text_tokens: u32,
    /// What every score loses in a long item.
    pub(crate) length_discount: f32,
}

impl Judge<'_> {
    /// What a rule thinks of each focus it finds; `learned` is what the learned signal gives it.
    pub(crate) fn judgements<'r>(&self, rule: &'r Rule, learned: f32) -> Vec<Judgement<'r>> {
        let mut judgements: Vec<Judgement<'r>> = Vec::new();
        for focus in &rule.focus {
            for signal in focus.condition.signals() {
                let whole = self.whole(signal);
                for &hit in self.seen.hits_of(signal).iter().chain(whole.iter()) {
                    let elsewhere = focus.condition.within == Within::Media && !hit.media;
                    if elsewhere || focus.condition.met(&self.seen, hit).is_none() {
                        continue;
                    }
                    let met = |entry: &&Weighted| entry.condition.met(&self.seen, hit).is_some();
                    let more: f32 = rule.evidence.iter().filter(met).map(|entry| entry.weight).sum();
                    let score = rule.base + focus.weight + more + learned - self.length_discount;
                    judgements.push(Judgement { focus: hit, entry: Some(focus), score });
                }
            }
        }
        judgements
    }

    /// A fact is about the whole text; where there is none, about the first picture, of which its name is shown.
    fn whole(&self, signal: SignalId) -> Option<Hit> {
        self.seen.facts.contains(signal).then_some(Hit {
            signal,
            start: 0,
            end: self.text_tokens.max(1),
            sentence: 0,
            media: self.text_tokens == 0,
        })
    }

    /// What counted in a judgement: the focus first, then everything that was met.
    pub(crate) fn counted<'r>(&self, rule: &'r Rule, judgement: &Judgement<'r>) -> Vec<(&'r Weighted, Met)> {
        let met = Met { signal: judgement.focus.signal, hit: Some(judgement.focus) };
        let focus = judgement.entry.map(|entry| (entry, met));
        let met =
            |entry: &'r Weighted| entry.condition.met(&self.seen, judgement.focus).map(|met| (entry, met));
        focus.into_iter().chain(rule.evidence.iter().filter_map(met)).collect()
    }

    /// The rule's severity moved by its modifiers. Critical needs two cues of different sorts.
    pub(crate) fn severity(
        &self,
        rule: &Rule,
        judgement: &Judgement<'_>,
        counted: &[(&Weighted, Met)],
    ) -> (Severity, Vec<Modifier>) {
        let mut modifiers: Vec<Modifier> = Vec::new();
        for modifier in &rule.modifiers {
            let known = modifiers.iter().any(|other| other.name == modifier.name);
            if !known && modifier.condition.met(&self.seen, judgement.focus).is_some() {
                modifiers.push(Modifier { name: modifier.name.clone(), step: modifier.step });
            }
        }
        let severity = rule.severity.moved(modifiers.iter().map(|modifier| modifier.step).sum());
        if severity < Severity::Critical || self.cues(counted) >= 2 {
            return (severity, modifiers);
        }
        modifiers.push(Modifier { name: "one-cue-only".into(), step: -1 });
        (Severity::High, modifiers)
    }

    fn cues(&self, counted: &[(&Weighted, Met)]) -> usize {
        let mut cues: Vec<&str> = Vec::new();
        for (index, (weighted, met)) in counted.iter().enumerate() {
            let cue = &*self.signals.info(met.signal).cue;
            // A fitted weight can be nought: the cue was there all the same.
            if (index == 0 || weighted.weight >= 0.0) && !cues.contains(&cue) {
                cues.push(cue);
            }
        }
        cues.len()
    }
}
