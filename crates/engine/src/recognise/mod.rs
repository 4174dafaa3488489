//! Recognisers: things in a text that no list of words can hold, such as ages, dates, numbers and names.
//!
//! One topic a file. A recogniser looks at the tokens from one place on and reports hits of its signals.

mod age;
mod contact;
mod date;
mod number;
mod person;
mod place;

use crate::lexicon::{ClassId, Lexicon, WordId};
use crate::signal::Builtin;
use crate::text::{Document, Token, TokenKind, flag};

pub(crate) use place::{Country, Gazetteer, country};

/// The signals that recognisers report, in the order of [`Found::signal`].
pub(crate) fn signals() -> impl Iterator<Item = &'static Builtin> {
    [age::SIGNALS, contact::SIGNALS, date::SIGNALS, number::SIGNALS, person::SIGNALS, place::SIGNALS]
        .into_iter()
        .flatten()
}

/// Something recognised: the signal's name and the tokens from first to last-plus-one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) signal: &'static str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Word classes that recognisers ask for, resolved once.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    person: person::Words,
    place: place::Words,
    date: date::Words,
    age: age::Words,
    number: number::Words,
    /// For every word, which recognisers begin at it: bits of [`AGE`] and [`TITLE`].
    starts: Vec<u8>,
}

/// Ages in words begin here.
const AGE: u8 = 1;

/// Names with a title begin here.
const TITLE: u8 = 2;

impl Vocabulary {
    /// The places and how many live there.
    pub(crate) fn gazetteer(&self) -> &Gazetteer {
        &self.place.gazetteer
    }

    pub(crate) fn new(lexicon: &mut Lexicon, gazetteer: Gazetteer) -> Self {
        let mut vocabulary = Self {
            person: person::Words::new(lexicon),
            place: place::Words::new(lexicon, gazetteer),
            date: date::Words::new(lexicon),
            age: age::Words::new(lexicon),
            number: number::Words::new(lexicon),
            starts: vec![0; lexicon.len()],
        };
        let classes = [(AGE, vocabulary.age.starts()), (TITLE, vocabulary.person.titles())];
        for (bit, classes) in classes {
            for &word in classes.iter().flat_map(|class| lexicon.members(*class)) {
                if let Some(starts) = vocabulary.starts.get_mut(word as usize) {
                    *starts |= bit;
                }
            }
        }
        vocabulary
    }
}

/// Reports everything recognised in a document.
pub(crate) fn recognise(
    document: &Document<'_>,
    lexicon: &Lexicon,
    words: &Vocabulary,
    out: &mut Vec<Found>,
) {
    let cursor = Cursor { document, lexicon, tokens: document.tokens() };
    let mut free_from = 0;
    // One past the last of the handles that a text begins with.
    let mut leading = 0;
    for (at, token) in cursor.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Number if at >= free_from => {
                free_from = contact::phone(&cursor, at, out)
                    .or_else(|| date::eight_digits(&cursor, at, out))
                    .or_else(|| number::identifier(&cursor, &words.number, at, out))
                    .or_else(|| date::numeric(&cursor, &words.date, at, out))
                    .or_else(|| age::in_digits(&cursor, &words.age, at, out))
                    .or_else(|| number::quantity(&cursor, &words.number, at, out))
                    .unwrap_or(at + 1);
            }
            TokenKind::Mention => {
                // Replies are addressed by handles before anything else.
                let before = at.checked_sub(1).and_then(|before| cursor.get(before));
                let begins = before.is_none_or(|before| before.segment != token.segment);
                if begins || (at > 0 && leading == at) {
                    leading = at + 1;
                }
                let signal = if leading == at + 1 { "leading-handle" } else { "handle" };
                out.push(Found { signal, start: at, end: at + 1 });
            }
            TokenKind::Email => out.push(Found { signal: "email", start: at, end: at + 1 }),
            TokenKind::Url => out.push(Found { signal: "link", start: at, end: at + 1 }),
            TokenKind::Word => {
                let starts = words.starts.get(token.word as usize).copied().unwrap_or_default();
                if starts & AGE != 0 {
                    age::in_words(&cursor, &words.age, at, out);
                }
                if starts & TITLE != 0 {
                    person::after_title(&cursor, &words.person, at, out);
                }
                if token.has(flag::CAPITAL) {
                    person::named(&cursor, &words.person, at, out);
                    place::named(&cursor, &words.place, at, out);
                }
            }
            _ => {}
        }
    }
}

/// Looks around in a document without leaving it.
pub(crate) struct Cursor<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) tokens: &'a [Token],
}

impl Cursor<'_> {
    pub(crate) fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The token at `at` if it stands in the same sentence as the one at `from`.
    pub(crate) fn beside(&self, from: usize, at: usize) -> Option<&Token> {
        let (a, b) = (self.get(from)?, self.get(at)?);
        (a.sentence == b.sentence).then_some(b)
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| self.document.word(token))
    }

    pub(crate) fn is_sign(&self, at: usize, sign: u8) -> bool {
        self.get(at).is_some_and(|token| token.kind == TokenKind::Sign && token.sign == sign)
    }

    pub(crate) fn is_joined(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.has(flag::JOINED))
    }

    pub(crate) fn in_class(&self, at: usize, class: ClassId) -> bool {
        self.get(at).is_some_and(|token| token.word != 0 && self.lexicon.is_in(token.word, class))
    }

    /// The value of a number token of up to nine digits.
    pub(crate) fn value(&self, at: usize) -> Option<u32> {
        let token = self.get(at)?;
        (token.kind == TokenKind::Number && token.end - token.start <= 9)
            .then(|| self.text(at).parse().ok())?
    }

    /// How many digits a number token has; 0 for any other.
    pub(crate) fn digits(&self, at: usize) -> usize {
        self.get(at).filter(|t| t.kind == TokenKind::Number).map_or(0, |t| (t.end - t.start) as usize)
    }

    /// The first token from `at` on that is not a hyphen.
    pub(crate) fn past_hyphen(&self, at: usize) -> usize {
        at + usize::from(self.is_sign(at, b'-'))
    }
}

/// A class made of a fixed list, for words that only code asks for.
pub(crate) fn class_of(lexicon: &mut Lexicon, name: &str, words: &str) -> ClassId {
    let class = lexicon.intern_class(name);
    for word in words.split_whitespace() {
        let id: WordId = lexicon.intern(word);
        lexicon.add_to_class(class, id);
    }
    class
}

/// A signal made by code.
pub(crate) const fn builtin(
    name: &'static str,
    says: &'static str,
    cue: &'static str,
    mask: Option<&'static str>,
    letter: Option<char>,
    quasi: Option<&'static str>,
) -> Builtin {
    Builtin { name, says, cue, mask, letter, quasi }
}
