//! Patterns over tokens: compiled once, started only from their rarest word.

mod matcher;
mod parse;

pub(crate) use matcher::{Entities, Matcher};
pub use parse::PatternError;
pub(crate) use parse::{RawAtom, RawElement, inflect, parse};

use crate::lexicon::{ClassId, Lexicon, WordId};
use crate::signal::SignalId;
use crate::text::TokenKind;

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

/// Chooses the element to start from, the rarest; `None` where no element can start a match.
pub(crate) fn choose_anchor(elements: &[Element], lexicon: &Lexicon) -> Option<usize> {
    let costs = elements.iter().enumerate().filter_map(|(i, e)| cost(e, lexicon).map(|cost| (cost, i)));
    costs.min().map(|(_, index)| index)
}
