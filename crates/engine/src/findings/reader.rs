//! Findings that rest on the reader: which sentence and which words moved it, found by leaving them out.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::{Maker, NAMED_WORDS};
use crate::engine::UNDERSTOOD;
use crate::finding::{Evidence, Field};
use crate::item::Item;
use crate::judge::Judgement;
use crate::reader::{Read, Reader, Reading};
use crate::reading::Hit;
use crate::rule::Rule;
use crate::text::{Token, TokenKind, flag};

/// A long text is cut into so many parts; the one that moves the reader most by itself is cut again, until it has no more
/// sentences than that. Then one sentence after another is left out.
const PARTS: u32 = 6;

/// So many words of the sentence are left out one by one, the longest first.
const TRIED_WORDS: usize = 6;

/// A word moved the reader if its log-odds fall by so much without it.
const MOVED: f32 = 0.1;

/// What the reader says about an item for one rule.
pub(crate) struct ReaderOf<'a> {
    pub(crate) reader: &'a dyn Reader,
    pub(crate) item: &'a Item,
    pub(crate) reading: &'a Reading,
    pub(crate) probes: &'a Probes,
    /// The rule's number.
    pub(crate) rule: usize,
    pub(crate) log_odds: f32,
    /// What that gives the rule.
    pub(crate) evidence: f32,
    /// Whether it may make a finding alone.
    pub(crate) alone: bool,
}

/// What was read of an item to explain findings: a part of its text, and what was left out of it. Rules share it.
pub(crate) type Probes = RefCell<Vec<(Range<usize>, Range<usize>, Read)>>;

/// Whether a score would make no finding of a rule without what the reader gave.
pub(crate) fn rests_on(score: f32, given: f32, rule: &Rule) -> bool {
    score - given < rule.needed_score
}

impl ReaderOf<'_> {
    /// The log-odds of a part of the text, without a part of that.
    fn log_odds_of(&self, whole: Range<usize>, out: Range<usize>) -> f32 {
        let mut probes = self.probes.borrow_mut();
        let at = match probes.iter().position(|probe| probe.0 == whole && probe.1 == out) {
            Some(at) => at,
            None => {
                let cut = |range: Range<usize>| self.item.text.get(range).unwrap_or_default();
                let text = format!("{} {}", cut(whole.start..out.start), cut(out.end..whole.end));
                let read = self.reader.read(&Item { text, ..self.item.clone() });
                probes.push((whole, out, read));
                probes.len() - 1
            }
        };
        let said = match probes.get(at).map(|probe| &probe.2) {
            Some(Read::Judged(reading)) => reading.rules.get(self.rule).copied().flatten(),
            _ => None,
        };
        said.map_or(f32::NEG_INFINITY, |said| said.log_odds)
    }

    fn resembled(&self) -> Option<Arc<str>> {
        self.reader.resembled(self.reading, self.rule).map(Arc::from)
    }

    fn log_odds_of_part(&self, part: Range<usize>) -> f32 {
        let nothing = part.end..part.end;
        self.log_odds_of(part, nothing)
    }
}

impl Maker<'_> {
    /// A judgement by the reader alone, where it is sure: about the sentence without which it would be least so.
    pub(super) fn read_alone<'r>(&self, rule: &Rule) -> Option<Judgement<'r>> {
        let said = self.reader.as_ref().filter(|said| said.alone)?;
        let sentence = self.moving_sentence(said)?;
        let (start, end) = self.document.sentence(sentence);
        let signal = self.judge.signals.id(UNDERSTOOD)?;
        let focus = Hit { signal, start: start as u32, end: end as u32, sentence, media: false };
        let sure = said.log_odds.max(0.0);
        Some(Judgement { focus, entry: None, score: rule.needed_score + sure })
    }

    /// The sentence of the item's text that moved the reader most.
    fn moving_sentence(&self, said: &ReaderOf<'_>) -> Option<u32> {
        let text = self.document.tokens().get(..self.judge.text_tokens as usize)?;
        let (first, last) = (text.first()?.sentence, text.last()?.sentence);
        let mut part = first..last + 1;
        while part.end - part.start > PARTS {
            let step = (part.end - part.start).div_ceil(PARTS);
            let parts = part.clone().step_by(step as usize).map(|from| from..part.end.min(from + step));
            let scored =
                parts.filter_map(|part| Some((said.log_odds_of_part(self.bytes(part.clone())?), part)));
            part = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.start.cmp(&a.1.start)))?.1;
        }
        if part.end - part.start == 1 {
            return Some(part.start);
        }
        let whole = self.bytes(part.clone())?;
        let left = part.filter_map(|sentence| {
            let out = self.bytes(sentence..sentence + 1)?;
            Some((said.log_odds_of(whole.clone(), out), sentence))
        });
        left.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, sentence)| sentence)
    }

    /// Where sentences of the item's text stand.
    fn bytes(&self, sentences: Range<u32>) -> Option<Range<usize>> {
        let (from, to) =
            (self.document.sentence(sentences.start).0, self.document.sentence(sentences.end - 1).1);
        let span = self.document.span(from, to)?;
        Some(span.start..span.end)
    }

    /// What the reader gave, as evidence; with the kind of post where the finding rests on it, and with the words that moved it
    /// where it rests on nothing else: to find these takes some ten readings.
    pub(super) fn understood(&self, rule: &Rule, judgement: &Judgement<'_>, alone: bool) -> Option<Evidence> {
        let said = self.reader.as_ref()?;
        let focus = judgement.focus;
        let rests = alone || rests_on(judgement.score, said.evidence, rule);
        Some(Evidence {
            signal: UNDERSTOOD.into(),
            scope: if alone { "focus" } else { "item" },
            weight: said.evidence,
            span: if alone { self.document.span(focus.start as usize, focus.end as usize) } else { None },
            words: if alone { self.moving_words(said, focus.sentence) } else { Vec::new() },
            resembles: if rests { said.resembled() } else { None },
        })
    }

    /// The words of a sentence that moved the reader. Only words of the vocabulary in small letters, so that nobody is named.
    fn moving_words(&self, said: &ReaderOf<'_>, sentence: u32) -> Vec<Arc<str>> {
        let (start, end) = self.document.sentence(sentence);
        let Some(sentence) = self.document.span(start, end).filter(|span| span.field == Field::Text) else {
            return Vec::new();
        };
        let whole = sentence.start..sentence.end;
        let range = start..end;
        let tokens = self.document.tokens().get(range.clone()).unwrap_or_default();
        let mut words: Vec<(usize, &str)> = Vec::new();
        for (at, token) in range.zip(tokens).filter(|(_, token)| is_plain(token)) {
            let word = self.document.word(token);
            if !words.iter().any(|(_, other)| *other == word) {
                words.push((at, word));
            }
        }
        words.sort_by_key(|(at, word)| (std::cmp::Reverse(word.len()), *at));
        words.truncate(TRIED_WORDS);
        let log_odds = said.log_odds_of_part(whole.clone());
        let mut fallen: Vec<(f32, &str)> = Vec::new();
        for (at, word) in words {
            let Some(span) = self.document.span(at, at + 1) else { continue };
            let fall = log_odds - said.log_odds_of(whole.clone(), span.start..span.end);
            if fall >= MOVED {
                fallen.push((fall, word));
            }
        }
        fallen.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        fallen.into_iter().take(NAMED_WORDS).map(|(_, word)| word.into()).collect()
    }
}

fn is_plain(token: &Token) -> bool {
    token.kind == TokenKind::Word && token.word != 0 && !token.has(flag::CAPITAL)
}
