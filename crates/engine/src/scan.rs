//! The scanner: one item in, its findings out.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::condition::{Met, Seen, Within};
use crate::engine::Engine;
use crate::facts;
use crate::finding::{Evidence, Field, Finding, Mask, Modifier, Severity, Span};
use crate::item::{Item, Profile};
use crate::reading::{Hit, Reader, SignalSet};
use crate::rule::{Per, Rule, Weighted};
use crate::signal::SignalId;
use crate::text::{Buffers, Document, Place, Token, TokenKind, flag};

/// An excerpt is widened by whole sentences until it has this many bytes.
const EXCERPT_BYTES: usize = 90;

/// Findings that a rule makes on one item at most, the surest first.
const MAX_MATCHES: usize = 100;

/// A number with this many digits is covered in a masked report whatever it is.
const MASKED_DIGITS: usize = 2;

/// The more sentences, the more chances for a rule to be wrong: a long item's scores lose so much log-odds for each
/// factor e in length. Hand-set.
const LENGTH_DISCOUNT: f32 = 0.5;

/// An item of so many sentences is short.
const SHORT_SENTENCES: f32 = 4.0;

/// Scans items one after another, keeping its memory from one to the next.
#[derive(Debug)]
pub struct Scanner<'e> {
    engine: &'e Engine,
    reader: Reader,
    buffers: Option<Buffers>,
    profile: ProfileReading,
    facts: SignalSet,
    media: SignalSet,
    parent: SignalSet,
    /// Signals and facts seen anywhere around the item.
    everything: SignalSet,
    own: Vec<Hit>,
    ranges: Vec<(u32, u32)>,
    candidates: Vec<u16>,
    /// How many tokens the item's text has; they come first in a document.
    text_tokens: u32,
    /// What every score loses in a long item; see [`LENGTH_DISCOUNT`].
    length_discount: f32,
}

/// What the last profile said; items of one account share it.
#[derive(Debug, Default)]
struct ProfileReading {
    of: Option<Arc<Profile>>,
    signals: SignalSet,
    facts: SignalSet,
}

/// A rule's judgement of one focus.
struct Judgement<'r> {
    focus: Hit,
    entry: &'r Weighted,
    score: f32,
}

impl Judgement<'_> {
    fn confidence(&self) -> f32 {
        1.0 / (1.0 + (-self.score).exp())
    }
}

impl<'e> Scanner<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Self {
        let signals = engine.knowledge.signals.infos.len();
        Self {
            engine,
            reader: Reader::default(),
            buffers: Some(Buffers::default()),
            profile: ProfileReading::default(),
            facts: SignalSet::default(),
            media: SignalSet::default(),
            parent: SignalSet::default(),
            everything: SignalSet::default(),
            own: Vec::new(),
            ranges: vec![(0, 0); signals],
            candidates: Vec::new(),
            text_tokens: 0,
            length_discount: 0.0,
        }
    }

    /// Everything the rules find in one item, ordered by rule id and then by place.
    pub fn scan(&mut self, item: &Item) -> Vec<Finding> {
        let document = self.read(item);
        let mut findings = Vec::new();
        if !self.candidates.is_empty() {
            let candidates = std::mem::take(&mut self.candidates);
            for &index in &candidates {
                let Some(rule) = self.engine.rules().get(usize::from(index)) else { continue };
                if rule.applies_to(item) && self.within_reach(rule) {
                    self.apply(rule, &document, &mut findings);
                }
            }
            self.candidates = candidates;
        }
        self.buffers = Some(document.into_buffers());
        findings
    }

    /// Why a rule does or does not make a finding on an item: its best focus, and what counted there.
    pub fn explain(&mut self, item: &Item, rule_id: &str) -> String {
        let document = self.read(item);
        let mut out = String::new();
        let rule = self.engine.rules().iter().find(|rule| &*rule.id == rule_id);
        let best = rule.and_then(|rule| {
            let judgements = self.judgements(rule);
            judgements.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)).map(|best| (rule, best))
        });
        match best {
            None => out.push_str("no signal that the rule is about"),
            Some((rule, best)) => {
                let _ = write!(out, "confidence {:.4}:", best.confidence());
                for (weighted, met) in self.counted(rule, &best) {
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

    /// For fitting weights: what a rule looked at in an item. For each place that a finding could be about, the number of
    /// the `focus` entry and the numbers of the entries of `evidence` and then `guards` that were met there.
    pub fn considered(&mut self, item: &Item, rule_id: &str) -> Vec<(usize, Vec<usize>)> {
        let document = self.read(item);
        let rule = self.engine.rules().iter().find(|rule| &*rule.id == rule_id && rule.applies_to(item));
        let number =
            |list: &[Weighted], entry: &Weighted| list.iter().position(|other| std::ptr::eq(other, entry));
        let considered = rule.map_or_else(Vec::new, |rule| {
            let judgements = self.judgements(rule);
            let entries = |judgement: &Judgement<'_>| {
                let counted = self.counted(rule, judgement);
                let (focus, met) = counted.split_first()?;
                let met = met.iter().filter_map(|(entry, _)| number(&rule.evidence, entry)).collect();
                Some((number(&rule.focus, focus.0)?, met))
            };
            judgements.iter().filter_map(entries).collect()
        });
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

    /// Reads all texts of the item; afterwards the sets and candidates are those of the item.
    fn read<'i>(&mut self, item: &'i Item) -> Document<'i> {
        let knowledge = &self.engine.knowledge;
        let lexicon = &knowledge.signals.lexicon;
        self.read_profile(item.profile.as_ref());
        let mut document = Document::new(self.buffers.take().unwrap_or_default());
        document.add(Place::Own(Field::Text), &item.text, lexicon);
        self.text_tokens = document.tokens().len() as u32;
        for (index, medium) in item.media.iter().enumerate() {
            if !medium.alt.is_empty() {
                document.add(Place::Own(Field::MediaAlt(index)), &medium.alt, lexicon);
            }
            if !medium.file_name.is_empty() {
                document.add(Place::Own(Field::MediaFileName(index)), &medium.file_name, lexicon);
            }
        }
        if let Some(text) = item.parent.as_ref().and_then(|parent| parent.text.as_deref()) {
            document.add(Place::Parent, text, lexicon);
        }
        let sentences = document.sentence_count() as f32;
        self.length_discount = LENGTH_DISCOUNT * (sentences / SHORT_SENTENCES).ln().max(0.0);
        self.reader.read(&document, knowledge);
        self.sort_hits(&document);
        self.facts.clone_from(&self.profile.facts);
        for fact in facts::of_item(item) {
            if let Some(&id) = self.engine.facts.get(fact) {
                self.facts.insert(id);
            }
        }
        self.everything.clone_from(&self.facts);
        self.everything.add_all(&self.profile.signals);
        for hit in &self.reader.hits {
            self.everything.insert(hit.signal);
        }
        for fact in self.facts.iter() {
            self.candidates.extend_from_slice(&self.engine.rules_by_focus[usize::from(fact)]);
        }
        self.candidates.sort_unstable();
        self.candidates.dedup();
        document
    }

    fn read_profile(&mut self, profile: Option<&Arc<Profile>>) {
        let same = match (&self.profile.of, profile) {
            (Some(last), Some(now)) => Arc::ptr_eq(last, now) || last == now,
            (None, None) => !self.profile.facts.is_empty(),
            _ => false,
        };
        if same {
            return;
        }
        let knowledge = &self.engine.knowledge;
        let signals = knowledge.signals.infos.len();
        self.profile.of = profile.cloned();
        self.profile.signals.clear(signals);
        self.profile.facts.clear(signals);
        let Some(profile) = profile else { return };
        for fact in facts::of_profile(profile) {
            if let Some(&id) = self.engine.facts.get(fact) {
                self.profile.facts.insert(id);
            }
        }
        let mut document = Document::new(self.buffers.take().unwrap_or_default());
        for text in [&profile.bio, &profile.name, &profile.profession, &profile.employer, &profile.location] {
            document.add(Place::Profile, text, &knowledge.signals.lexicon);
        }
        self.reader.read(&document, knowledge);
        for hit in &self.reader.hits {
            self.profile.signals.insert(hit.signal);
        }
        self.buffers = Some(document.into_buffers());
    }

    /// Parts the hits into the item's own, its pictures' and its parent's, and lists the rules they concern.
    fn sort_hits(&mut self, document: &Document<'_>) {
        for hit in &self.own {
            if let Some(range) = self.ranges.get_mut(usize::from(hit.signal)) {
                *range = (0, 0);
            }
        }
        self.own.clear();
        let signals = self.ranges.len();
        self.media.clear(signals);
        self.parent.clear(signals);
        for hit in &self.reader.hits {
            let Some(token) = document.tokens().get(hit.start as usize) else { continue };
            match document.place(token) {
                Place::Own(_) => {
                    self.own.push(*hit);
                    if hit.media {
                        self.media.insert(hit.signal);
                    }
                }
                Place::Parent => self.parent.insert(hit.signal),
                Place::Profile => self.profile.signals.insert(hit.signal),
            }
        }
        self.own.sort_unstable_by_key(|hit| (hit.signal, hit.start, hit.end));
        self.own.dedup();
        self.candidates.clear();
        let mut from = 0;
        while let Some(first) = self.own.get(from) {
            let signal = usize::from(first.signal);
            let to = from + self.own[from..].iter().take_while(|hit| hit.signal == first.signal).count();
            self.ranges[signal] = (from as u32, to as u32);
            self.candidates.extend_from_slice(&self.engine.rules_by_focus[signal]);
            from = to;
        }
    }

    fn seen(&self) -> Seen<'_> {
        Seen {
            hits: &self.own,
            ranges: &self.ranges,
            media: &self.media,
            parent: &self.parent,
            profile: &self.profile.signals,
            facts: &self.facts,
        }
    }

    /// A fact is about the whole text.
    fn whole(&self, signal: SignalId) -> Option<Hit> {
        (self.text_tokens > 0 && self.facts.contains(signal)).then_some(Hit {
            signal,
            start: 0,
            end: self.text_tokens,
            sentence: 0,
            media: false,
        })
    }

    /// What a rule thinks of each focus it finds.
    fn judgements<'r>(&self, rule: &'r Rule) -> Vec<Judgement<'r>> {
        let seen = self.seen();
        let mut judgements: Vec<Judgement<'r>> = Vec::new();
        for focus in &rule.focus {
            for signal in focus.condition.signals() {
                let whole = self.whole(signal);
                for &hit in seen.hits_of(signal).iter().chain(whole.iter()) {
                    let elsewhere = focus.condition.within == Within::Media && !hit.media;
                    if elsewhere || focus.condition.met(&seen, hit).is_none() {
                        continue;
                    }
                    let mut score = rule.base + focus.weight - self.length_discount;
                    for evidence in &rule.evidence {
                        if evidence.condition.met(&seen, hit).is_some() {
                            score += evidence.weight;
                        }
                    }
                    judgements.push(Judgement { focus: hit, entry: focus, score });
                }
            }
        }
        judgements
    }

    /// What counted in a judgement: the focus first, then everything that was met.
    fn counted<'r>(&self, rule: &'r Rule, judgement: &Judgement<'r>) -> Vec<(&'r Weighted, Met)> {
        let seen = self.seen();
        let focus = (judgement.entry, Met { signal: judgement.focus.signal, hit: Some(judgement.focus) });
        let met = |entry: &'r Weighted| entry.condition.met(&seen, judgement.focus).map(|met| (entry, met));
        std::iter::once(focus).chain(rule.evidence.iter().filter_map(met)).collect()
    }

    /// Whether a rule could make a finding if all that was seen stood at the right places. Most rules cannot.
    fn within_reach(&self, rule: &Rule) -> bool {
        let possible = |entry: &&Weighted| entry.condition.possible(&self.everything);
        let focus =
            rule.focus.iter().filter(possible).map(|entry| entry.weight).fold(f32::NEG_INFINITY, f32::max);
        let more = rule
            .evidence
            .iter()
            .filter(|entry| entry.weight > 0.0)
            .filter(possible)
            .map(|entry| entry.weight);
        rule.base + focus + more.sum::<f32>() - self.length_discount >= rule.needed_score()
    }

    fn apply(&self, rule: &Arc<Rule>, document: &Document<'_>, findings: &mut Vec<Finding>) {
        let mut judgements = self.judgements(rule);
        judgements.retain(|judgement| judgement.score >= rule.needed_score());
        judgements.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.focus.start.cmp(&b.focus.start)));
        let mut kept: Vec<Judgement<'_>> = Vec::new();
        for judgement in judgements {
            let limit = if rule.per == Per::Item { 1 } else { MAX_MATCHES };
            let covered = |other: &Judgement<'_>| {
                let (a, b) = (judgement.focus, other.focus);
                (a.start < b.end && b.start < a.end) || self.same_words(document, a, b)
            };
            if kept.len() < limit && !kept.iter().any(covered) {
                kept.push(judgement);
            }
        }
        kept.sort_by_key(|judgement| judgement.focus.start);
        for (ordinal, judgement) in kept.iter().enumerate() {
            findings.extend(self.finding(rule, document, judgement, ordinal));
        }
    }

    fn same_words(&self, document: &Document<'_>, a: Hit, b: Hit) -> bool {
        let words = |hit: Hit| {
            let tokens = document.tokens();
            let (first, last) =
                (tokens.get(hit.start as usize)?, tokens.get((hit.end as usize).checked_sub(1)?)?);
            Some(document.words(first, last))
        };
        matches!((words(a), words(b)), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
    }

    fn finding(
        &self,
        rule: &Arc<Rule>,
        document: &Document<'_>,
        judgement: &Judgement<'_>,
        ordinal: usize,
    ) -> Option<Finding> {
        let signals = &self.engine.knowledge.signals;
        let focus = judgement.focus;
        let span = document.span(focus.start as usize, focus.end as usize)?;
        let counted = self.counted(rule, judgement);
        let (severity, modifiers) = self.severity(rule, judgement, &counted);
        let mut evidence: Vec<Evidence> = counted
            .iter()
            .enumerate()
            .map(|(index, (weighted, met))| Evidence {
                signal: weighted.condition.describe(*met, signals).into(),
                scope: if index == 0 { "focus" } else { weighted.condition.within.name() },
                weight: weighted.weight,
                span: met.hit.and_then(|hit| document.span(hit.start as usize, hit.end as usize)),
            })
            .collect();
        evidence[1..].sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.signal.cmp(&b.signal)));
        let excerpt = excerpt(document, focus, span);
        let mut identifiers: Vec<char> = rule.identifiers.clone();
        let mut quasi_identifiers = Vec::new();
        for hit in &self.own {
            let info = signals.info(hit.signal);
            if hit.sentence.abs_diff(focus.sentence) <= 1 && matches!(rule.family(), "privacy" | "boundary") {
                identifiers.extend(info.letter);
            }
            quasi_identifiers.extend(info.quasi);
        }
        identifiers.sort_unstable();
        identifiers.dedup();
        quasi_identifiers.sort_unstable();
        quasi_identifiers.dedup();
        Some(Finding {
            rule: rule.clone(),
            severity,
            modifiers,
            confidence: judgement.confidence(),
            span,
            ordinal,
            excerpt,
            masks: self.masks(document, excerpt),
            evidence,
            identifiers,
            quasi_identifiers,
        })
    }

    /// The rule's severity moved by its modifiers. Critical needs two cues of different sorts.
    fn severity(
        &self,
        rule: &Rule,
        judgement: &Judgement<'_>,
        counted: &[(&Weighted, Met)],
    ) -> (Severity, Vec<Modifier>) {
        let seen = self.seen();
        let mut modifiers: Vec<Modifier> = Vec::new();
        for modifier in &rule.modifiers {
            let known = modifiers.iter().any(|other| other.name == modifier.name);
            if !known && modifier.condition.met(&seen, judgement.focus).is_some() {
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
            let cue = &*self.engine.knowledge.signals.info(met.signal).cue;
            // A fitted weight can be nought: the cue was there all the same.
            if (index == 0 || weighted.weight >= 0.0) && !cues.contains(&cue) {
                cues.push(cue);
            }
        }
        cues.len()
    }

    /// Whether a number in a text must not be repeated: more than one digit, or part of a clock time or a date.
    fn is_telling_number(&self, document: &Document<'_>, token: &Token) -> bool {
        let digits = document.word(token).bytes().filter(u8::is_ascii_digit).count();
        match token.kind {
            TokenKind::Number => digits >= MASKED_DIGITS || token.has(flag::JOINED),
            TokenKind::Mention | TokenKind::Url => digits >= MASKED_DIGITS,
            _ => false,
        }
    }

    /// What must be covered when the excerpt is shown: overlapping stretches merged, in order.
    fn masks(&self, document: &Document<'_>, excerpt: Span) -> Vec<Mask> {
        let signals = &self.engine.knowledge.signals;
        let mut masks: Vec<Mask> = Vec::new();
        let inside =
            |span: &Span| span.field == excerpt.field && span.start < excerpt.end && excerpt.start < span.end;
        for hit in &self.own {
            let Some(label) = signals.info(hit.signal).mask else { continue };
            let span = document.span(hit.start as usize, hit.end as usize);
            masks.extend(span.filter(inside).map(|span| Mask { span, label }));
        }
        for (at, token) in document.tokens().iter().enumerate() {
            let clock =
                document.tokens().get(at + 1).is_some_and(|next| next.sign == b':' && next.has(flag::JOINED));
            if self.is_telling_number(document, token) || (token.kind == TokenKind::Number && clock) {
                let span = document.span(at, at + 1);
                masks.extend(span.filter(inside).map(|span| Mask { span, label: "number" }));
            }
        }
        masks.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
        let mut merged: Vec<Mask> = Vec::with_capacity(masks.len());
        for mask in masks {
            match merged.last_mut() {
                Some(last) if mask.span.start < last.span.end => {
                    last.span.end = last.span.end.max(mask.span.end)
                }
                _ => merged.push(mask),
            }
        }
        merged
    }
}

/// The sentence of the focus, widened by its neighbours while it is short.
fn excerpt(document: &Document<'_>, focus: Hit, span: Span) -> Span {
    let (mut from, mut to) = (focus.sentence, focus.sentence);
    let cut = |from: u32, to: u32| {
        let (start, end) = (document.sentence(from).0, document.sentence(to).1);
        let (first, last) = (document.tokens().get(start)?, document.tokens().get(end.checked_sub(1)?)?);
        let span = document.span(start, end)?;
        (first.segment == last.segment).then_some(span)
    };
    let mut best = cut(from, to).unwrap_or(span);
    while best.end - best.start < EXCERPT_BYTES {
        let forward = ((to as usize + 1) < document.sentence_count()).then(|| cut(from, to + 1)).flatten();
        let backward = from.checked_sub(1).and_then(|before| cut(before, to));
        match (backward, forward) {
            (Some(wider), _) => {
                best = wider;
                from -= 1;
            }
            (None, Some(wider)) => {
                best = wider;
                to += 1;
            }
            (None, None) => break,
        }
    }
    best
}
