//! Looking into a scan: why a rule judged as it did, and what fitting and training need to know.

use std::fmt::Write as _;

use super::Scanner;
use crate::excerpt::masks;
use crate::finding::{Field, Fits, Mask, Span};
use crate::item::Item;
use crate::quasi::{Collected, Quasi, Read};
use crate::reading::Hit;
use crate::rule::Weighted;

/// A place that a finding could be about, as a rule looked at it.
#[derive(Clone, Debug)]
pub struct Considered {
    /// The number of the entry of `focus`.
    pub focus: usize,
    /// The numbers of the entries of `evidence` and then `guards` that were met there.
    pub met: Vec<usize>,
    /// How far it is from a finding, in log-odds: at 0 it becomes one.
    pub score: f32,
}

fn number(list: &[Weighted], entry: &Weighted) -> Option<usize> {
    list.iter().position(|other| std::ptr::eq(other, entry))
}

impl<'e> Scanner<'e> {
    /// Whether a signal was seen in the own texts of the item that was scanned last.
    pub fn said(&self, signal: &str) -> bool {
        let id = self.engine.knowledge.signals.id(signal);
        id.and_then(|id| self.ranges.get(usize::from(id))).is_some_and(|(from, to)| from < to)
    }

    /// Whether a signal was seen in what the item that was scanned last answers.
    pub fn parent_said(&self, signal: &str) -> bool {
        self.engine.knowledge.signals.id(signal).is_some_and(|id| self.parent.contains(id))
    }

    /// Why a rule does or does not make a finding on an item: its best focus, and what counted there.
    pub fn explain(&mut self, item: &Item, rule_id: &str) -> String {
        let document = self.read(item);
        let mut out = String::new();
        let rule = self.engine.rules().iter().find(|rule| &*rule.id == rule_id);
        let best = rule.and_then(|rule| {
            let judgements = self.judge().judgements(rule, 0.0);
            judgements.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)).map(|best| (rule, best))
        });
        match best {
            None => out.push_str("no signal that the rule is about"),
            Some((rule, best)) => {
                let _ = write!(out, "confidence {:.4}:", best.confidence());
                for (weighted, met) in self.judge().counted(rule, &best) {
                    let name = weighted.condition.describe(met, &self.engine.knowledge.signals);
                    let _ =
                        write!(out, " {name}@{} {:+.1}", weighted.condition.within.name(), weighted.weight);
                }
                if !rule.applies_to(item) {
                    out.push_str(" (the rule does not look at this kind of item)");
                }
            }
        }
        self.buffers = Some(document.into_buffers());
        out
    }

    /// For fitting weights: what each rule looked at in an item, by rule id. Rules that see nothing that they are about, or
    /// do not look at such items, are not listed.
    pub fn considered(&mut self, item: &Item) -> Vec<(&'e str, Vec<Considered>)> {
        let document = self.read(item);
        let rules = self.engine.rules().iter().filter(|rule| rule.applies_to(item));
        let considered = rules.filter_map(|rule| {
            let judge = self.judge();
            let places: Vec<Considered> = judge
                .judgements(rule, 0.0)
                .iter()
                .filter_map(|judgement| {
                    let counted = judge.counted(rule, judgement);
                    let (focus, met) = counted.split_first()?;
                    let met = met.iter().filter_map(|(entry, _)| number(&rule.evidence, entry)).collect();
                    let score = judgement.score - rule.needed_score;
                    Some(Considered { focus: number(&rule.focus, focus.0)?, met, score })
                })
                .collect();
            (!places.is_empty()).then_some((&*rule.id, places))
        });
        let considered = considered.collect();
        self.buffers = Some(document.into_buffers());
        considered
    }

    /// The names of the signals seen in an item's own texts, in order, for `rules explain` and tests.
    pub fn signals(&mut self, item: &Item) -> Vec<String> {
        let document = self.read(item);
        let name = |hit: &Hit| self.engine.knowledge.signals.info(hit.signal).name.to_string();
        let mut names: Vec<String> = self.own.iter().map(name).collect();
        names.dedup();
        self.buffers = Some(document.into_buffers());
        names
    }

    /// Everything in an item that identifies a person together with other things, in reading order; what has no place in
    /// the text comes last.
    pub fn quasi_identifiers(&mut self, item: &Item) -> Vec<Quasi> {
        let mut quasi = self.collected(item).quasi;
        quasi.sort_by_key(|quasi| (quasi.span.is_none(), quasi.span));
        quasi
    }

    /// How many people fit what an item tells of somebody, whether or not a rule makes a finding of it. `None` where nothing
    /// says how many people there are to begin with.
    pub fn fits(&mut self, item: &Item) -> Option<Fits> {
        let portrait = self.collected(item).portrait;
        let engine = self.engine;
        let figures = &engine.collector.figures;
        let estimate = engine.crowd.estimate(&portrait, figures)?;
        let change = engine.crowd.change(&portrait, figures, &engine.collector.areas);
        Some(Fits { estimate, change })
    }

    fn collected(&mut self, item: &Item) -> Collected {
        let document = self.read(item);
        let seen = self.judge().seen;
        let read = Read { item, document: &document, knowledge: &self.engine.knowledge, seen };
        let collected = self.engine.collector.collect(&read);
        self.buffers = Some(document.into_buffers());
        collected
    }

    /// All that must not be repeated in an item's own texts, wherever it stands and whether or not a rule is about it.
    pub fn masks(&mut self, item: &Item) -> Vec<Mask> {
        let document = self.read(item);
        let media = item.media.iter().enumerate().flat_map(|(index, medium)| {
            [
                (Field::MediaAlt(index), medium.alt.len()),
                (Field::MediaFileName(index), medium.file_name.len()),
            ]
        });
        let signals = &self.engine.knowledge.signals;
        let found = std::iter::once((Field::Text, item.text.len()))
            .chain(media)
            .flat_map(|(field, end)| masks(&document, &self.own, signals, Span { field, start: 0, end }))
            .collect();
        self.buffers = Some(document.into_buffers());
        found
    }

    /// For training the learned model: what it would look at in an item, as numbers of weights and values.
    pub fn features(&mut self, item: &Item) -> Vec<(u16, f32)> {
        let document = self.read(item);
        let mut features = std::mem::take(&mut self.features);
        features.of(&self.scene(&document));
        let list = features.list.clone();
        self.features = features;
        self.buffers = Some(document.into_buffers());
        list
    }
}
