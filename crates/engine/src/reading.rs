//! Reading a document: every hit of every signal, in one pass over its tokens.

use crate::finding::Field;
use crate::pattern::{Entities, Matcher, Surroundings};
use crate::recognise::{Found, Vocabulary, recognise};
use crate::signal::{SignalId, Signals};
use crate::text::{Document, Place, flag};

/// A signal seen at some tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) signal: SignalId,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) sentence: u32,
    /// It stands in a picture's text.
    pub(crate) media: bool,
}

/// Which signals were seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignalSet(Vec<u64>);

impl SignalSet {
    pub(crate) fn clear(&mut self, signals: usize) {
        self.0.clear();
        self.0.resize(signals.div_ceil(64), 0);
    }

    pub(crate) fn insert(&mut self, signal: SignalId) {
        if let Some(word) = self.0.get_mut(usize::from(signal) / 64) {
            *word |= 1 << (signal % 64);
        }
    }

    pub(crate) fn add_all(&mut self, other: &SignalSet) {
        for (into, from) in self.0.iter_mut().zip(&other.0) {
            *into |= from;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn contains(&self, signal: SignalId) -> bool {
        self.0.get(usize::from(signal) / 64).is_some_and(|word| word & (1 << (signal % 64)) != 0)
    }

    /// The signals in it, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = SignalId> + '_ {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as u16)?;
                left &= left - 1;
                Some(index as u16 * 64 + bit)
            })
        })
    }
}

/// Finds hits; keeps its memory from one document to the next.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) hits: Vec<Hit>,
    entities: Entities,
    found: Vec<Found>,
    waiting: Vec<(u8, u32, u32)>,
}

/// What the engine knows for reading.
#[derive(Debug)]
pub(crate) struct Knowledge {
    pub(crate) signals: Signals,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) quoted: SignalId,
    pub(crate) shouted: SignalId,
}

/// Hits of one signal at one token that are looked at when dropping repeats.
const REPEATS: usize = 24;

/// Who writes so many words in capitals shouts.
const SHOUTED_WORDS: usize = 5;

impl Reader {
    /// Reads a document. Hits are in no particular order.
    pub(crate) fn read(&mut self, document: &Document<'_>, knowledge: &Knowledge) {
        let signals = &knowledge.signals;
        self.hits.clear();
        self.found.clear();
        self.waiting.clear();
        self.entities.reset(document.tokens().len());
        recognise(document, &signals.lexicon, &knowledge.vocabulary, &mut self.found);
        let found = std::mem::take(&mut self.found);
        for found in &found {
            if let Some(signal) = signals.id(found.signal) {
                self.hit(document, signals, signal, found.start, found.end);
            }
        }
        self.found = found;
        self.read_words(document, signals);
        for level in 1..=signals.levels {
            self.read_level(document, signals, level);
        }
        self.read_manner(document, knowledge);
    }

    fn hit(
        &mut self,
        document: &Document<'_>,
        signals: &Signals,
        signal: SignalId,
        start: usize,
        end: usize,
    ) {
        let tokens = document.tokens();
        let (Some(token), Some(last)) = (tokens.get(start), tokens.get(end.wrapping_sub(1))) else { return };
        if last.segment != token.segment {
            return;
        }
        let media = matches!(document.place(token), Place::Own(field) if field != Field::Text);
        let hit = Hit { signal, start: start as u32, end: end as u32, sentence: token.sentence, media };
        if end <= start || self.hits.iter().rev().take(REPEATS).any(|other| *other == hit) {
            return;
        }
        self.hits.push(hit);
        if signals.info(signal).referenced {
            self.entities.add(signal, start, end);
        }
    }

    /// Patterns of words alone; those that refer to signals wait for their level.
    fn read_words(&mut self, document: &Document<'_>, signals: &Signals) {
        let tokens = document.tokens();
        let mut sentence = Surroundings::default();
        let mut sentence_end = 0;
        for (at, token) in tokens.iter().enumerate() {
            if at >= sentence_end {
                let (start, end) = document.sentence(token.sentence);
                sentence_end = end.max(at + 1);
                sentence = Surroundings::of_sentence(tokens.get(start..end).unwrap_or_default());
            }
            if token.word == 0 {
                continue;
            }
            let here = sentence.at(tokens, at);
            for &index in signals.patterns_from_word(token.word) {
                let filter = &signals.filters[index as usize];
                if !filter.admits(&here) {
                    continue;
                }
                if filter.level > 1 {
                    self.waiting.push((filter.level, index, at as u32));
                    continue;
                }
                let pattern = &signals.patterns.list[index as usize];
                if let Some((start, end)) = self.matcher(document, signals).around(pattern, at) {
                    self.hit(document, signals, pattern.signal, start, end);
                }
            }
        }
    }

    fn read_level(&mut self, document: &Document<'_>, signals: &Signals, level: u8) {
        let waiting = std::mem::take(&mut self.waiting);
        let from_words = waiting.iter().filter(|(at_level, ..)| *at_level == level);
        let mut tries: Vec<(u32, u32)> = from_words.map(|&(_, index, at)| (index, at)).collect();
        for hit in &self.hits {
            for &index in signals.patterns_from_signal(hit.signal) {
                if signals.filters[index as usize].level == level {
                    tries.push((index, hit.start));
                }
            }
        }
        self.waiting = waiting;
        for (index, at) in tries {
            let pattern = &signals.patterns.list[index as usize];
            if let Some((start, end)) = self.matcher(document, signals).around(pattern, at as usize) {
                self.hit(document, signals, pattern.signal, start, end);
            }
        }
    }

    fn matcher<'a>(&'a self, document: &'a Document<'_>, signals: &'a Signals) -> Matcher<'a> {
        let (lexicon, patterns) = (&signals.lexicon, &signals.patterns);
        Matcher { lexicon, patterns, document, entities: &self.entities }
    }

    /// How things are said: between quotation marks, in capitals.
    fn read_manner(&mut self, document: &Document<'_>, knowledge: &Knowledge) {
        let tokens = document.tokens();
        let mut at = if document.any_quoted() { 0 } else { tokens.len() };
        while at < tokens.len() {
            if tokens[at].has(flag::QUOTED) {
                let start = at;
                while at < tokens.len()
                    && tokens[at].has(flag::QUOTED)
                    && tokens[at].sentence == tokens[start].sentence
                {
                    at += 1;
                }
                self.hit(document, &knowledge.signals, knowledge.quoted, start, at);
            } else {
                at += 1;
            }
        }
        if document.shouted() >= SHOUTED_WORDS {
            self.hit(document, &knowledge.signals, knowledge.shouted, 0, 1);
        }
    }
}
