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
}

/// Words so common that a pattern should rather start from another of its words, with their share of
/// running English text in hundredths of a per cent (rounded; order of magnitude is all that is needed).
const COMMON: &[(&str, u32)] = &[
    ("the", 500), ("to", 270), ("and", 260), ("of", 250), ("a", 210), ("in", 180), ("i", 180), ("is", 110),
    ("that", 110), ("it", 110), ("for", 90), ("you", 130), ("my", 80), ("on", 75), ("with", 70), ("this", 60),
    ("was", 70), ("be", 60), ("are", 55), ("have", 50), ("as", 50), ("at", 50), ("not", 50), ("me", 50),
    ("but", 45), ("so", 45), ("we", 45), ("they", 40), ("he", 45), ("she", 30), ("your", 45), ("all", 35),
    ("just", 35), ("from", 35), ("by", 35), ("or", 35), ("an", 30), ("his", 30), ("her", 30), ("what", 30),
    ("if", 30), ("do", 35), ("can", 30), ("up", 30), ("out", 30), ("like", 30), ("will", 25), ("get", 25),
    ("one", 25), ("no", 25), ("when", 25), ("who", 20), ("about", 20), ("there", 20), ("had", 20), ("has", 20),
    ("our", 20), ("were", 20), ("go", 20), ("now", 20), ("them", 20), ("their", 20), ("him", 15), ("been", 15),
    ("time", 15), ("good", 15), ("day", 15), ("how", 20), ("some", 15), ("more", 18), ("than", 12), ("then", 12),
    ("here", 12), ("back", 12), ("'s", 120), ("'m", 40), ("'re", 25), ("'ve", 15), ("'ll", 15), ("'d", 8),
    ("don't", 15), ("know", 20), ("see", 15), ("today", 15), ("want", 12), ("got", 15), ("us", 10), ("new", 12),
    ("people", 12), ("would", 12), ("could", 8), ("should", 8), ("why", 10), ("am", 12), ("did", 10), ("any", 8),
    ("into", 8), ("over", 8), ("after", 8), ("before", 6), ("these", 8), ("those", 5), ("because", 8), ("its", 8),
    ("two", 6), ("first", 7), ("last", 6), ("still", 7), ("need", 8), ("make", 8), ("take", 6), ("going", 8),
    ("off", 6), ("only", 7), ("too", 8), ("very", 6), ("work", 7), ("night", 5), ("week", 5), ("year", 5),
];

fn cost_of_word(lexicon: &Lexicon, word: WordId) -> u32 {
    let text = lexicon.word(word);
    COMMON.iter().find(|(common, _)| *common == text).map_or(1, |(_, share)| *share)
}

/// How often an element would start a match, in hundredths of a per cent of all tokens; `None` where it cannot.
fn cost(element: &Element, lexicon: &Lexicon) -> Option<u32> {
    let Element::One { atoms, optional: false } = element else { return None };
    let mut sum = 0u32;
    for atom in atoms {
        sum = sum.saturating_add(match *atom {
            Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) => cost_of_word(lexicon, word),
            Atom::Class(class) => lexicon.members(class).iter().map(|&w| cost_of_word(lexicon, w)).sum(),
            Atom::Signal(_) => 40,
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
