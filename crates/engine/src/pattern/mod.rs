//! Patterns over tokens: compiled once, started only from their rarest word.

mod matcher;
mod parse;
mod word;

pub(crate) use matcher::{Entities, Matcher};
pub use parse::PatternError;
pub(crate) use parse::{Flat, Names, Place, parse};
pub(crate) use word::inflect;

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

/// A part of [`Atoms`].
pub(crate) type AtomRange = (u32, u32);

/// One place of a pattern, or a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    /// One of these.
    One { atoms: AtomRange, optional: bool },
    /// Up to so many tokens of any sort.
    Gap(u8),
}

/// What can stand at the places of all patterns, one after another.
#[derive(Debug, Default)]
pub(crate) struct Atoms(Vec<Atom>);

impl Atoms {
    pub(crate) fn add(&mut self, atoms: &[Atom]) -> AtomRange {
        let from = self.0.len() as u32;
        self.0.extend_from_slice(atoms);
        (from, self.0.len() as u32)
    }

    pub(crate) fn of(&self, (from, to): AtomRange) -> &[Atom] {
        self.0.get(from as usize..to as usize).unwrap_or_default()
    }
}

/// A flat pattern that yields a hit of `signal`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    pub(crate) signal: SignalId,
    /// Its part of [`Patterns::elements`].
    from: u32,
    to: u32,
    /// The element that starts the matching, counted from `from`.
    pub(crate) anchor: u16,
    pub(crate) begins: bool,
    pub(crate) ends: bool,
    /// That of its signal.
    pub(crate) level: u8,
}

/// All patterns. Their parts lie side by side, so that matching stays in a core's cache.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) list: Vec<Pattern>,
    elements: Vec<Element>,
    pub(crate) atoms: Atoms,
}

impl Patterns {
    /// Adds a flat pattern; `false` where nothing in it says where to start looking.
    pub(crate) fn add(&mut self, signal: SignalId, flat: &Flat, lexicon: &Lexicon) -> bool {
        let from = self.elements.len();
        self.elements.extend(flat.iter().filter_map(|place| match place {
            Place::Of(element) => Some(*element),
            Place::Begin | Place::End => None,
        }));
        let elements = self.elements.get(from..).unwrap_or_default();
        let costs =
            elements.iter().enumerate().filter_map(|(i, e)| self.cost(*e, lexicon).map(|cost| (cost, i)));
        // The rarest.
        let Some((_, anchor)) = costs.min() else { return false };
        self.list.push(Pattern {
            signal,
            from: from as u32,
            to: self.elements.len() as u32,
            anchor: anchor as u16,
            begins: flat.first() == Some(&Place::Begin),
            ends: flat.last() == Some(&Place::End),
            level: 0,
        });
        true
    }

    pub(crate) fn elements(&self, pattern: &Pattern) -> &[Element] {
        self.elements.get(pattern.from as usize..pattern.to as usize).unwrap_or_default()
    }

    /// What can stand where a pattern's matching starts.
    pub(crate) fn anchor(&self, pattern: &Pattern) -> &[Atom] {
        match self.elements(pattern).get(usize::from(pattern.anchor)) {
            Some(Element::One { atoms, .. }) => self.atoms.of(*atoms),
            _ => &[],
        }
    }

    /// The signals that a pattern refers to.
    pub(crate) fn signals(&self, pattern: &Pattern) -> impl Iterator<Item = SignalId> {
        let atoms = self.elements(pattern).iter().flat_map(|element| match element {
            Element::One { atoms, .. } => self.atoms.of(*atoms),
            Element::Gap(_) => &[],
        });
        atoms.filter_map(|atom| match atom {
            Atom::Signal(signal) => Some(*signal),
            _ => None,
        })
    }

    /// The words that one of `atoms` can be, as bits.
    fn bits(&self, atoms: AtomRange, of_class: &[WordBits]) -> WordBits {
        self.atoms.of(atoms).iter().fold(0, |words, atom| {
            words
                | match *atom {
                    Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) => bit(word),
                    Atom::Class(class) => of_class.get(usize::from(class)).copied().unwrap_or(ANYTHING),
                    _ => ANYTHING,
                }
        })
    }

    /// How often an element would start a match, in the unit of [`Lexicon::cost`]; `None` where it cannot.
    fn cost(&self, element: Element, lexicon: &Lexicon) -> Option<u32> {
        let Element::One { atoms, optional: false } = element else { return None };
        let mut sum = 0u32;
        for atom in self.atoms.of(atoms) {
            sum = sum.saturating_add(match *atom {
                Atom::Word(word) | Atom::CapsWord(word) | Atom::TagWord(word) => lexicon.cost(word),
                Atom::Class(class) => lexicon.class_cost(class),
                Atom::Signal(_) => SIGNAL_COST,
                Atom::Kind(_) | Atom::Capitalised | Atom::Sign(_) | Atom::Any => return None,
            });
        }
        Some(sum)
    }
}

/// What starting from a hit of a signal costs, in the unit of [`Lexicon::cost`].
const SIGNAL_COST: u32 = 4_000;

/// Words as bits, for filters: a word whose bit is not set is not among them.
type WordBits = u128;

/// Set in the bits of a place where anything can stand, and in those of every place.
const ANYTHING: WordBits = 1 << 127;

fn bit(word: WordId) -> WordBits {
    // One of the other bits.
    if word == 0 { 0 } else { 1 << ((u64::from(word.wrapping_mul(0x9E37_79B1)) * 127) >> 32) }
}

/// The words of each class, as bits.
pub(crate) fn bits_of_classes(lexicon: &Lexicon) -> Vec<WordBits> {
    let bits = |class| lexicon.members(class).iter().fold(0, |words, &word| words | bit(word));
    lexicon.classes().map(bits).collect()
}

/// What must stand around the anchor of a pattern. Most tries end here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    before: WordBits,
    after: WordBits,
    /// What must stand somewhere else in the sentence: one place of the pattern, that with the fewest words.
    elsewhere: WordBits,
    pub(crate) level: u8,
}

impl Filter {
    /// `of_class` as [`bits_of_classes`] gives it.
    pub(crate) fn new(pattern: &Pattern, patterns: &Patterns, of_class: &[WordBits]) -> Self {
        let elements = patterns.elements(pattern);
        let anchor = usize::from(pattern.anchor);
        let (before, after) = elements.split_at_checked(anchor).unwrap_or_default();
        let bits = |element: &Element| match *element {
            Element::One { atoms, .. } => patterns.bits(atoms, of_class),
            Element::Gap(_) => ANYTHING,
        };
        let must = |(at, element): (usize, &Element)| {
            let required = at != anchor && matches!(element, Element::One { optional: false, .. });
            required.then(|| bits(element)).filter(|bits| bits & ANYTHING == 0)
        };
        Self {
            before: beside(before.iter().rev(), bits),
            after: beside(after.iter().skip(1), bits),
            elsewhere: elements
                .iter()
                .enumerate()
                .filter_map(must)
                .min_by_key(|bits| bits.count_ones())
                .unwrap_or(ANYTHING),
            level: pattern.level,
        }
    }

    /// Whether the pattern may match there.
    pub(crate) fn admits(&self, there: &Surroundings) -> bool {
        self.before & there.before != 0
            && self.after & there.after != 0
            && self.elsewhere & there.sentence != 0
    }
}

/// The words of the elements from the nearest on, up to the first that must stand there.
fn beside<'e>(elements: impl Iterator<Item = &'e Element>, bits: impl Fn(&Element) -> WordBits) -> WordBits {
    let mut words = 0;
    for element in elements {
        words |= bits(element);
        if words & ANYTHING != 0 || matches!(element, Element::One { optional: false, .. }) {
            return words;
        }
    }
    ANYTHING
}

/// The words around a token, for [`Filter::admits`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Surroundings {
    before: WordBits,
    after: WordBits,
    sentence: WordBits,
}

impl Surroundings {
    /// Those of a sentence's tokens, still without a place.
    pub(crate) fn of_sentence(tokens: &[Token]) -> Self {
        let sentence = tokens.iter().fold(ANYTHING, |words, token| words | bit(token.word));
        Self { before: ANYTHING, after: ANYTHING, sentence }
    }

    /// The same around the token at `at`.
    pub(crate) fn at(self, tokens: &[Token], at: usize) -> Self {
        let (before, after) = tokens.split_at(at.min(tokens.len()));
        Self {
            before: reached(before.iter().rev()),
            after: reached(after.iter().skip(1)),
            sentence: self.sentence,
        }
    }
}

/// How many tokens that can be stepped over are looked at; what lies beyond could be anything.
const STEPS: usize = 8;

/// The tokens up to the first that cannot be stepped over, as bits.
fn reached<'t>(tokens: impl Iterator<Item = &'t Token>) -> WordBits {
    let mut words = ANYTHING;
    for (steps, token) in tokens.enumerate() {
        if steps == STEPS {
            return WordBits::MAX;
        }
        words |= bit(token.word);
        if !token.has(flag::SOFT) {
            break;
        }
    }
    words
}
