//! Matching one pattern around one token.

use super::{Atom, AtomRange, Element, Pattern, Patterns};
use crate::lexicon::Lexicon;
use crate::signal::SignalId;
use crate::text::{Document, Token, TokenKind, flag};

/// Hits that later patterns may refer to, found by their first or last token.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    list: Vec<Entity>,
    starting: Vec<u32>,
    ending: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entity {
    signal: SignalId,
    start: u32,
    end: u32,
    next_start: u32,
    next_end: u32,
}

const NONE: u32 = u32::MAX;

impl Entities {
    pub(crate) fn reset(&mut self, tokens: usize) {
        self.list.clear();
        for heads in [&mut self.starting, &mut self.ending] {
            heads.clear();
            heads.resize(tokens + 1, NONE);
        }
    }

    pub(crate) fn add(&mut self, signal: SignalId, start: usize, end: usize) {
        let (Some(&next_start), Some(&next_end)) = (self.starting.get(start), self.ending.get(end)) else {
            return;
        };
        let index = self.list.len() as u32;
        self.list.push(Entity { signal, start: start as u32, end: end as u32, next_start, next_end });
        self.starting[start] = index;
        self.ending[end] = index;
    }

    /// Where the longest hit of `signal` that starts at `start` ends.
    fn end_of(&self, signal: SignalId, start: usize) -> Option<usize> {
        let mut at = self.starting.get(start).copied().unwrap_or(NONE);
        let mut best = None;
        while let Some(entity) = self.list.get(at as usize) {
            if entity.signal == signal {
                best = best.max(Some(entity.end as usize));
            }
            at = entity.next_start;
        }
        best
    }

    /// Where the longest hit of `signal` that ends at `end` starts.
    fn start_of(&self, signal: SignalId, end: usize) -> Option<usize> {
        let mut at = self.ending.get(end).copied().unwrap_or(NONE);
        let mut best: Option<usize> = None;
        while let Some(entity) = self.list.get(at as usize) {
            if entity.signal == signal {
                let start = entity.start as usize;
                best = Some(best.map_or(start, |b| b.min(start)));
            }
            at = entity.next_end;
        }
        best
    }
}

/// What matching looks at.
pub(crate) struct Matcher<'a> {
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) patterns: &'a Patterns,
    pub(crate) document: &'a Document<'a>,
    pub(crate) entities: &'a Entities,
}

impl Matcher<'_> {
    /// The tokens from first to last-plus-one that `pattern` covers when its anchor stands at `at`.
    pub(crate) fn around(&self, pattern: &Pattern, at: usize) -> Option<(usize, usize)> {
        let sentence = self.document.tokens().get(at)?.sentence;
        let limits = self.document.sentence(sentence);
        let elements = self.patterns.elements(pattern);
        let (before, rest) = elements.split_at_checked(usize::from(pattern.anchor))?;
        let (Element::One { atoms, .. }, after) = rest.split_first()? else { return None };
        let start = self.backward(pattern, before, at, limits.0)?;
        let next = self.forward_one(*atoms, at, limits.1)?;
        let end = self.forward(pattern, after, next, limits.1)?;
        Some((start, end))
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.document.tokens().get(at)
    }

    fn fits(&self, atom: Atom, token: &Token) -> bool {
        match atom {
            Atom::Word(word) => token.word == word,
            Atom::CapsWord(word) => token.word == word && token.has(flag::ALL_CAPS),
            Atom::TagWord(word) => token.word == word && token.has(flag::HASHTAG),
            Atom::Class(class) => token.word != 0 && self.lexicon.is_in(token.word, class),
            Atom::Kind(kind) => token.kind == kind,
            Atom::Capitalised => token.is_capitalised_word(),
            Atom::Sign(sign) => token.kind == TokenKind::Sign && token.sign == sign,
            Atom::Any => !token.has(flag::SOFT),
            Atom::Signal(_) => false,
        }
    }

    /// Where one of `atoms` that begins at `at` ends.
    fn forward_one(&self, atoms: AtomRange, at: usize, limit: usize) -> Option<usize> {
        if at >= limit {
            return None;
        }
        let token = self.token(at)?;
        let mut best = None;
        for &atom in self.patterns.atoms.of(atoms) {
            match atom {
                Atom::Signal(signal) => {
                    best = best.max(self.entities.end_of(signal, at).filter(|&end| end <= limit))
                }
                _ if best.is_none() && self.fits(atom, token) => best = Some(at + 1),
                _ => {}
            }
        }
        best
    }

    /// Where one of `atoms` that ends at `end` begins.
    fn backward_one(&self, atoms: AtomRange, end: usize, limit: usize) -> Option<usize> {
        if end <= limit {
            return None;
        }
        let token = self.token(end - 1)?;
        let mut best: Option<usize> = None;
        for &atom in self.patterns.atoms.of(atoms) {
            match atom {
                Atom::Signal(signal) => {
                    let start = self.entities.start_of(signal, end).filter(|&start| start >= limit);
                    best = start.map(|start| best.map_or(start, |best| best.min(start))).or(best);
                }
                _ if best.is_none() && self.fits(atom, token) => best = Some(end - 1),
                _ => {}
            }
        }
        best
    }

    fn is_soft(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.has(flag::SOFT))
    }

    /// Matches `elements`, the last of the pattern, from `at` on.
    fn forward(&self, pattern: &Pattern, elements: &[Element], at: usize, limit: usize) -> Option<usize> {
        let Some((current, rest)) = elements.split_first() else {
            return (!pattern.ends || self.only_soft(at, limit)).then_some(at);
        };
        match current {
            Element::One { atoms, optional } => {
                let mut from = at;
                loop {
                    if let Some(next) = self.forward_one(*atoms, from, limit)
                        && let Some(end) = self.forward(pattern, rest, next, limit)
                    {
                        return Some(end);
                    }
                    if from >= limit || !self.is_soft(from) {
                        break;
                    }
                    from += 1;
                }
                if *optional { self.forward(pattern, rest, at, limit) } else { None }
            }
            Element::Gap(most) => {
                let mut from = at;
                for _ in 0..=*most {
                    if let Some(end) = self.forward(pattern, rest, from, limit) {
                        return Some(end);
                    }
                    while from < limit && self.is_soft(from) {
                        from += 1;
                    }
                    from += 1;
                    if from > limit {
                        break;
                    }
                }
                None
            }
        }
    }

    /// Matches `elements`, the first of the pattern, the last of which ends at `at`.
    fn backward(&self, pattern: &Pattern, elements: &[Element], at: usize, limit: usize) -> Option<usize> {
        let Some((current, rest)) = elements.split_last() else {
            return (!pattern.begins || self.only_soft(limit, at)).then_some(at);
        };
        match current {
            Element::One { atoms, optional } => {
                let mut end = at;
                loop {
                    if let Some(next) = self.backward_one(*atoms, end, limit)
                        && let Some(start) = self.backward(pattern, rest, next, limit)
                    {
                        return Some(start);
                    }
                    if end <= limit || !self.is_soft(end - 1) {
                        break;
                    }
                    end -= 1;
                }
                if *optional { self.backward(pattern, rest, at, limit) } else { None }
            }
            Element::Gap(most) => {
                let mut end = at;
                for _ in 0..=*most {
                    if let Some(start) = self.backward(pattern, rest, end, limit) {
                        return Some(start);
                    }
                    while end > limit && self.is_soft(end - 1) {
                        end -= 1;
                    }
                    if end <= limit {
                        break;
                    }
                    end -= 1;
                }
                None
            }
        }
    }

    fn only_soft(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| {
            self.token(at)
                .is_some_and(|t| t.has(flag::SOFT) || matches!(t.sign, b'.' | b'!' | b'?' | b')' | b'('))
        })
    }
}
