//! Which rules could make a finding on an item, given all that was seen around it. Most cannot, and are not tried.

use std::sync::Arc;

use crate::condition::Condition;
use crate::reading::SignalSet;
use crate::rule::{Rule, Weighted};

/// An entry of a rule that names a signal.
#[derive(Clone, Copy, Debug)]
struct Mention {
    rule: u16,
    /// The entry's place in the rule's list.
    entry: u16,
    /// The entry's number among all.
    number: u32,
    /// Whether it is of the rule's focus, and not of its evidence.
    focus: bool,
    /// Whether seeing the signal is all that it takes.
    enough: bool,
    weight: f32,
}

/// For every signal, where the rules mention it.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    mentions: Vec<Box<[Mention]>>,
    /// For every rule, what its focus and evidence must give together.
    needed: Vec<f32>,
    entries: u32,
}

/// Sums for one item, and the memory for them.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    item: u32,
    /// For every entry, the last item that met it.
    met: Vec<u32>,
    rules: Vec<Sum>,
    touched: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    item: u32,
    focus: f32,
    evidence: f32,
}

impl Reach {
    pub(crate) fn new(rules: &[Arc<Rule>], signals: usize) -> Self {
        let mut reach = Self::default();
        let mut mentions: Vec<Vec<Mention>> = vec![Vec::new(); signals];
        for (index, rule) in rules.iter().enumerate() {
            let mut needed = rule.needed_score - rule.base;
            let lists = [(true, &rule.focus), (false, &rule.evidence)];
            for (focus, list) in lists {
                for (entry, weighted) in list.iter().enumerate() {
                    if !focus && weighted.weight <= 0.0 {
                        continue;
                    }
                    if weighted.condition.signals().next().is_none() {
                        needed -= weighted.weight;
                    }
                    let mention = Mention {
                        rule: index as u16,
                        entry: entry as u16,
                        number: reach.entries,
                        focus,
                        enough: weighted.condition.one_is_enough(),
                        weight: weighted.weight,
                    };
                    reach.entries += 1;
                    for signal in weighted.condition.signals() {
                        if let Some(list) = mentions.get_mut(usize::from(signal)) {
                            list.push(mention);
                        }
                    }
                }
            }
            reach.needed.push(needed);
        }
        reach.mentions = mentions.into_iter().map(Vec::into_boxed_slice).collect();
        reach
    }

    /// Writes the rules to try into `candidates`, in order. Every rule loses the discount, and is given what the learned
    /// signal gives it, where there is one.
    pub(crate) fn candidates(
        &self,
        rules: &[Arc<Rule>],
        seen: &SignalSet,
        (discount, given): (f32, &[f32]),
        tally: &mut Tally,
        candidates: &mut Vec<u16>,
    ) {
        tally.begin(self.entries as usize, rules.len());
        for signal in seen.iter() {
            for mention in self.mentions.get(usize::from(signal)).into_iter().flatten() {
                let met = mention.enough || mention.condition(rules).is_some_and(|c| c.possible(seen));
                if met {
                    tally.add(mention);
                }
            }
        }
        candidates.clear();
        let within = |rule: &&u16| {
            let rule = usize::from(**rule);
            let given = given.get(rule).copied().unwrap_or(0.0);
            let (sum, needed) = (tally.rules.get(rule), self.needed.get(rule));
            matches!((sum, needed), (Some(sum), Some(needed)) if sum.focus + sum.evidence + given - discount >= *needed)
        };
        candidates.extend(tally.touched.iter().filter(within));
        candidates.sort_unstable();
    }
}

impl Mention {
    fn condition<'r>(&self, rules: &'r [Arc<Rule>]) -> Option<&'r Condition> {
        let rule = rules.get(usize::from(self.rule))?;
        let list: &[Weighted] = if self.focus { &rule.focus } else { &rule.evidence };
        list.get(usize::from(self.entry)).map(|entry| &entry.condition)
    }
}

impl Tally {
    fn begin(&mut self, entries: usize, rules: usize) {
        self.item = self.item.wrapping_add(1);
        if self.met.len() != entries || self.item == 0 {
            (self.item, self.met, self.rules) = (1, vec![0; entries], vec![Sum::default(); rules]);
        }
        self.touched.clear();
    }

    fn add(&mut self, mention: &Mention) {
        let (Some(met), Some(sum)) =
            (self.met.get_mut(mention.number as usize), self.rules.get_mut(usize::from(mention.rule)))
        else {
            return;
        };
        if *met == self.item {
            return;
        }
        *met = self.item;
        if sum.item != self.item {
            *sum = Sum { item: self.item, focus: f32::NEG_INFINITY, evidence: 0.0 };
            self.touched.push(mention.rule);
        }
        if mention.focus {
            sum.focus = sum.focus.max(mention.weight);
        } else {
            sum.evidence += mention.weight;
        }
    }
}
