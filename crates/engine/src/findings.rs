//! From judgements to findings: which ones are made, and what each of them says.

mod reader;

use std::sync::Arc;

pub(crate) use reader::{Probes, ReaderOf, rests_on};

use crate::engine::{READS_LIKE, UNDERSTOOD};
use crate::excerpt::{excerpt, masks};
use crate::finding::{Evidence, Finding, Modifier, READER_ONLY, Severity};
use crate::judge::{Judge, Judgement};
use crate::learned::{Features, Model};
use crate::lexicon::Lexicon;
use crate::reading::Hit;
use crate::rule::{Per, Rule, Weighted};
use crate::text::{Document, TokenKind, flag};

/// Findings that a rule makes on one item at most, the surest first.
const MAX_MATCHES: usize = 100;

/// What the learned signal gives is named from so much on.
const WORTH_NAMING: f32 = 0.3;

/// How many words are named that weighed most.
const NAMED_WORDS: usize = 3;

/// What the learned model says about an item for one rule.
pub(crate) struct LearnedOf<'a> {
    pub(crate) model: &'a Model,
    pub(crate) head: u8,
    pub(crate) score: f32,
    /// Whether the account names a health profession.
    pub(crate) clinicians: bool,
    pub(crate) features: &'a Features,
}

/// Makes the findings of one rule on one item.
pub(crate) struct Maker<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) document: &'a Document<'a>,
    /// Hits in the item's own texts.
    pub(crate) own: &'a [Hit],
    pub(crate) learned: Option<LearnedOf<'a>>,
    pub(crate) reader: Option<ReaderOf<'a>>,
    /// What both of them give the rule.
    pub(crate) given: f32,
}

/// Where what the rule saw says so much against it, the learned signal does not judge alone.
const OBJECTS: f32 = -0.8;

impl Maker<'_> {
    /// Adds the rule's findings.
    pub(crate) fn make(&self, rule: &Arc<Rule>, findings: &mut Vec<Finding>) {
        let mut judgements = self.judge.judgements(rule, self.given);
        let blind = judgements.is_empty();
        judgements.retain(|judgement| judgement.score >= rule.needed_score);
        if self.reader.is_some() {
            judgements.extend(self.read_alone(rule).filter(|_| blind));
        } else if judgements.is_empty() {
            judgements.extend(self.learned_alone(rule));
        }
        judgements.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.focus.start.cmp(&b.focus.start)));
        let mut kept: Vec<Judgement<'_>> = Vec::new();
        let mut further = 0;
        for judgement in judgements {
            let limit = if rule.per == Per::Item { 1 } else { MAX_MATCHES };
            let covered = |other: &Judgement<'_>| {
                let (a, b) = (judgement.focus, other.focus);
                (a.start < b.end && b.start < a.end) || self.same_words(a, b)
            };
            if kept.len() >= limit {
                further += 1;
            } else if !kept.iter().any(covered) {
                kept.push(judgement);
            }
        }
        kept.sort_by_key(|judgement| judgement.focus.start);
        for (ordinal, judgement) in kept.iter().enumerate() {
            findings.extend(self.finding(rule, judgement, ordinal));
        }
        if let Some(last) = findings.last_mut().filter(|_| rule.per == Per::Match && !kept.is_empty()) {
            last.further = further;
        }
    }

    /// What a story's finding would show if it stood on this item: the hit that tells most.
    pub(crate) fn anchor(&self, rule: &Arc<Rule>, hit: Hit) -> Option<Finding> {
        let judgement = Judgement { focus: hit, entry: None, score: rule.needed_score };
        let mut finding = self.finding(rule, &judgement, 0)?;
        finding.evidence.clear();
        Some(finding)
    }

    /// A hit on the first sentence.
    pub(crate) fn first_sentence(&self) -> Option<Hit> {
        let (start, end) = self.document.sentence(0);
        let signal = self.judge.signals.id(READS_LIKE)?;
        Some(Hit { signal, start: start as u32, end: end as u32, sentence: 0, media: false })
    }

    fn same_words(&self, a: Hit, b: Hit) -> bool {
        let words = |hit: Hit| {
            let tokens = self.document.tokens();
            let (first, last) =
                (tokens.get(hit.start as usize)?, tokens.get((hit.end as usize).checked_sub(1)?)?);
            Some(self.document.words(first, last))
        };
        matches!((words(a), words(b)), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
    }

    /// A judgement by the learned signal alone, where it is sure: about the sentence that weighed most.
    fn learned_alone<'r>(&self, rule: &Rule) -> Option<Judgement<'r>> {
        let learned = self.learned.as_ref().filter(|learned| learned.clinicians)?;
        let sure = learned.score - learned.model.bar(learned.head);
        if sure < 0.0 {
            return None;
        }
        let mut sentences: Vec<(u32, f32)> = Vec::new();
        for (at, share) in learned.shares() {
            let Some(token) = self.document.tokens().get(at as usize).filter(|_| at < self.judge.text_tokens)
            else {
                continue;
            };
            match sentences.iter_mut().find(|(sentence, _)| *sentence == token.sentence) {
                Some((_, sum)) => *sum += share,
                None => sentences.push((token.sentence, share)),
            }
        }
        let (sentence, _) = sentences.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let (start, end) = self.document.sentence(sentence);
        let signal = self.judge.signals.id(READS_LIKE)?;
        let focus = Hit { signal, start: start as u32, end: end as u32, sentence, media: false };
        let seen = |entry: &&Weighted| {
            entry.condition.wants_something() && entry.condition.met(&self.judge.seen, focus).is_some()
        };
        let said: f32 = rule.evidence.iter().filter(seen).map(|entry| entry.weight).sum();
        (said > OBJECTS).then_some(Judgement { focus, entry: None, score: rule.needed_score + sure })
    }

    fn finding(&self, rule: &Arc<Rule>, judgement: &Judgement<'_>, ordinal: usize) -> Option<Finding> {
        let (document, signals) = (self.document, self.judge.signals);
        let focus = judgement.focus;
        let span = document.span(focus.start as usize, focus.end as usize)?;
        let (severity, modifiers) = self.severity(rule, judgement);
        let excerpt = excerpt(document, focus, span);
        let mut identifiers: Vec<char> = rule.identifiers.clone();
        let mut quasi_identifiers = Vec::new();
        for hit in self.own {
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
            further: 0,
            excerpt,
            masks: masks(document, self.own, signals, excerpt),
            evidence: self.evidence(rule, judgement),
            identifiers,
            quasi_identifiers,
            crowd: None,
        })
    }

    /// What the learned signal or the reader alone finds is medium at most: they give no reason that one could check.
    fn severity(&self, rule: &Rule, judgement: &Judgement<'_>) -> (Severity, Vec<Modifier>) {
        let counted = self.judge.counted(rule, judgement);
        let (mut severity, mut modifiers) = self.judge.severity(rule, judgement, &counted);
        if judgement.entry.is_none() {
            let by_reader = self.judge.signals.id(UNDERSTOOD) == Some(judgement.focus.signal);
            modifiers.extend(
                severity.hold_back(Severity::Medium, if by_reader { READER_ONLY } else { "learned-only" }),
            );
        }
        (severity, modifiers)
    }

    /// The focus, then everything that counted, the weightiest first.
    fn evidence(&self, rule: &Rule, judgement: &Judgement<'_>) -> Vec<Evidence> {
        let span = |hit: Hit| self.document.span(hit.start as usize, hit.end as usize);
        let counted = self.judge.counted(rule, judgement);
        let mut evidence: Vec<Evidence> = counted
            .iter()
            .enumerate()
            .map(|(index, (weighted, met))| Evidence {
                signal: weighted.condition.describe(*met, self.judge.signals).into(),
                scope: if index == 0 && judgement.entry.is_some() {
                    "focus"
                } else {
                    weighted.condition.within.name()
                },
                weight: weighted.weight,
                span: met.hit.and_then(span),
                words: Vec::new(),
                resembles: None,
            })
            .collect();
        let alone = judgement.entry.is_none();
        let read_alone = alone && self.judge.signals.id(UNDERSTOOD) == Some(judgement.focus.signal);
        let learned_alone = alone && !read_alone;
        let worth = |weight: f32, alone: bool| alone || weight.abs() >= WORTH_NAMING;
        let learned = self.learned.as_ref().filter(|learned| worth(learned.evidence(), learned_alone));
        let learned = learned.map(|learned| Evidence {
            signal: READS_LIKE.into(),
            scope: if learned_alone { "focus" } else { "item" },
            weight: learned.evidence(),
            span: if learned_alone { span(judgement.focus) } else { None },
            words: learned.words(self.document, &self.judge.signals.lexicon),
            resembles: None,
        });
        let understood = self.reader.as_ref().filter(|said| worth(said.evidence, read_alone));
        let understood = understood.and_then(|_| self.understood(rule, judgement, read_alone));
        let (first, second) = if read_alone { (understood, learned) } else { (learned, understood) };
        if alone {
            evidence.splice(0..0, first);
            evidence.extend(second);
        } else {
            evidence.extend(first.into_iter().chain(second));
        }
        if let Some((_, rest)) = evidence.split_first_mut() {
            rest.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.signal.cmp(&b.signal)));
        }
        evidence
    }
}

impl LearnedOf<'_> {
    fn evidence(&self) -> f32 {
        self.model.evidence(self.score, self.clinicians)
    }

    /// What each token gave, features of one token apart.
    fn shares(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        let features = self.features.list.iter().zip(&self.features.tokens);
        features.map(|(feature, token)| (*token, self.model.share(self.head, *feature)))
    }

    /// The words that weighed most, those that every text is full of last. Only words of the vocabulary in small letters, so
    /// that nobody is named.
    fn words(&self, document: &Document<'_>, lexicon: &Lexicon) -> Vec<Arc<str>> {
        let mut words: Vec<(u32, &str, f32)> = Vec::new();
        for (at, share) in self.shares() {
            let Some(token) = document.tokens().get(at as usize) else { continue };
            let plain = token.kind == TokenKind::Word && token.word != 0 && !token.has(flag::CAPITAL);
            if !plain || share <= 0.0 {
                continue;
            }
            match words.iter_mut().find(|(word, ..)| *word == token.word) {
                Some((.., sum)) => *sum += share,
                None => words.push((token.word, document.word(token), share)),
            }
        }
        let common = |word| lexicon.is_common(word);
        words.sort_by(|a, b| {
            common(a.0).cmp(&common(b.0)).then(b.2.total_cmp(&a.2)).then_with(|| a.1.cmp(b.1))
        });
        words.into_iter().take(NAMED_WORDS).map(|(_, word, _)| word.into()).collect()
    }
}
