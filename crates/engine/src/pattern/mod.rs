//! Patterns over tokens: compiled once, started only from their rarest word.

mod matcher;
mod parse;

pub(crate) use matcher::{Entities, Matcher};
pub use parse::PatternError;
pub(crate) use parse::{RawAtom, RawElement, inflect, parse};

use crate::lexicon::{ClassId, Lexicon, WordId};
use crate::signal::SignalId;
use crate::text::{Token, TokenKind, flag};

/// One thing that can stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    Word(WordId),
    CapsWord(WordId),
    TagWord(WordId),
    Class(ClassId),
    Signal(SignalId),
    Kind(TokenKind),
    Capitalised,
    Sign(u8),
    Any,
}

#[derive(Clone, Debug)]
pub(crate) enum Element {
    One { atoms: Box<[Atom]>, optional: bool },
    Gap(u8),
}

/// A flat pattern that yields a hit of `signal`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) signal: SignalId,
    pub(crate) elements: Box<[Element]>,
    /// The element that starts the matching.
    pub(crate) anchor: usize,
    pub(crate) begins: bool,
    pub(crate) ends: bool,
    /// That of its signal.
    pub(crate) level: u8,
}

/// What starting from a hit of a signal costs, in the unit of [`Lexicon::cost`].
const SIGNAL_COST: u32 = 4_000;

/// How often an element would start a match, in the unit of [`Lexicon::cost`]; `None` where it cannot.
fn cost(element: &Element, lexicon: &Lexicon) -> Option<u32> {
    let Element::One { atoms, optional: false } = element else { return None };
    let mut sum = 0u32;
    for atom in atoms {
        sum = sum.saturating_add(match *atom {
            Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) => lexicon.cost(word),
            Atom::Class(class) => lexicon.class_cost(class),
            Atom::Signal(_) => SIGNAL_COST,
            Atom::Kind(_) | Atom::Capitalised | Atom::Sign(_) | Atom::Any => return None,
        });
    }
    Some(sum)
}

/// The words that can stand beside an anchor, as a filter: a word whose bit is not set cannot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbours(u128);

impl Neighbours {
    const ANYTHING: Self = Self(u128::MAX);

    fn bit(word: WordId) -> u128 {
        if word == 0 { 0 } else { 1 << (word.wrapping_mul(0x9E37_79B1) >> 25) }
    }

    /// The words of the elements from the nearest on, up to the first that must stand there.
    fn of<'e>(elements: impl Iterator<Item = &'e Element>, lexicon: &Lexicon) -> Self {
        let mut words = 0;
        for element in elements {
            let Element::One { atoms, optional } = element else { return Self::ANYTHING };
            for atom in atoms {
                words |= match *atom {
                    Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) => Self::bit(word),
                    Atom::Class(class) => {
                        lexicon.members(class).iter().fold(0, |words, &word| words | Self::bit(word))
                    }
                    _ => return Self::ANYTHING,
                };
            }
            if !optional {
                return Self(words);
            }
        }
        Self::ANYTHING
    }

    /// Whether one of the tokens, the nearest first, can be such a word; soft ones are stepped over.
    fn admit<'t>(self, tokens: impl Iterator<Item = &'t Token>) -> bool {
        if self.0 == u128::MAX {
            return true;
        }
        for token in tokens {
            if self.0 & Self::bit(token.word) != 0 {
                return true;
            }
            if !token.has(flag::SOFT) {
                return false;
            }
        }
        false
    }
}

/// A pattern that may begin to match at a word, with what must stand beside the word. Most tries end here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub(crate) pattern: u32,
    pub(crate) level: u8,
    before: Neighbours,
    after: Neighbours,
}

impl Start {
    pub(crate) fn new(index: u32, pattern: &Pattern, lexicon: &Lexicon) -> Self {
        let (before, after) = pattern.elements.split_at(pattern.anchor.min(pattern.elements.len()));
        Self {
            pattern: index,
            level: pattern.level,
            before: Neighbours::of(before.iter().rev(), lexicon),
            after: Neighbours::of(after.iter().skip(1), lexicon),
        }
    }

    /// Whether the pattern may match with its anchor at `at`.
    pub(crate) fn may_match(&self, tokens: &[Token], at: usize) -> bool {
        let (before, after) = tokens.split_at(at.min(tokens.len()));
        self.before.admit(before.iter().rev()) && self.after.admit(after.iter().skip(1))
    }
}

/// Chooses the element to start from, the rarest; `None` where no element can start a match.
pub(crate) fn choose_anchor(elements: &[Element], lexicon: &Lexicon) -> Option<usize> {
    let costs = elements.iter().enumerate().filter_map(|(i, e)| cost(e, lexicon).map(|cost| (cost, i)));
    costs.min().map(|(_, index)| index)
}
