//! The pattern language: how signal and rule authors write down wording.
//!
//! | written | means |
//! |---|---|
//! | `word` | that word in any case; hyphens, commas, quotation marks and `'s` between words do not matter |
//! | `ED` | that word, only in capitals |
//! | `word~` | the word with its regular endings (`s`, `ed`, `ing`) |
//! | `a\|b` | one of these |
//! | `(in my\|at the) clinic` | one of these phrases |
//! | `x?` | perhaps `x` |
//! | `<kin>` | a word of the class `kin`, or a hit of the signal `kin` |
//! | `<number>` `<cap>` `<mention>` `<url>` `<email>` `<emoji>` | a token of that sort |
//! | `_` `_3` | any one word; up to three words |
//! | `#ad` | the word as a hashtag |
//! | `^` `$` | the sentence begins, ends |
//! | `/` `?` `:` … | that sign, standing alone |

use smallvec::{SmallVec, smallvec};

use super::word::{CLITICS, forms, word, word_len};
use super::{Atom, Atoms, Element};
use crate::lexicon::WordId;

/// One place of a flat pattern. Cheap to copy: groups multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Of(Element),
    Begin,
    End,
}

/// Longest gap.
const MAX_GAP: u8 = 8;

/// A pattern with groups may stand for this many flat ones.
const MAX_FLAT: usize = 400;

/// What is wrong with a pattern, and at which character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {problem}")]
pub struct PatternError {
    /// Position in the pattern, from 1.
    pub at: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
    /// What to do, where it is not to correct the pattern.
    pub next: Option<String>,
}

/// What a pattern's words and names stand for.
pub(crate) trait Names {
    /// The number of a word in small letters.
    fn word(&mut self, word: &str) -> WordId;

    /// What `<name>` stands for: a class or a signal. The error is what to do.
    fn named(&mut self, name: &str) -> Result<Atom, String>;
}

/// A pattern without groups.
pub(crate) type Flat = SmallVec<[Place; 10]>;

/// All flat patterns that a written pattern stands for; what they are made of goes to `atoms`.
pub(crate) fn parse<N: Names>(
    pattern: &str,
    names: &mut N,
    atoms: &mut Atoms,
) -> Result<Vec<Flat>, PatternError> {
    let mut parser = Parser { text: pattern, at: 0, names, atoms };
    let flats = parser.sequence(false)?;
    if parser.at < pattern.len() {
        return parser.error(parser.at, "`)` without `(` before it");
    }
    Ok(flats)
}

struct Parser<'p, N> {
    text: &'p str,
    at: usize,
    names: &'p mut N,
    atoms: &'p mut Atoms,
}

impl<N: Names> Parser<'_, N> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, sign: u8) -> bool {
        let found = self.text.as_bytes().get(self.at) == Some(&sign);
        self.at += usize::from(found);
        found
    }

    fn error<T>(&self, at: usize, problem: impl Into<String>) -> Result<T, PatternError> {
        let at = self.text.get(..at).map_or(0, |before| before.chars().count()) + 1;
        Err(PatternError { at, problem: problem.into(), next: None })
    }

    /// Elements up to the end, or up to `|` or `)` inside a group.
    fn sequence(&mut self, in_group: bool) -> Result<Vec<Flat>, PatternError> {
        let mut flats: Vec<Flat> = vec![Flat::new()];
        loop {
            while self.take(b' ') {}
            let Some(c) = self.peek() else { break };
            if c == ')' || (in_group && c == '|') {
                break;
            }
            let start = self.at;
            let alternatives = if c == '(' { self.group()? } else { self.alternation(in_group)? };
            if flats.len() * alternatives.len() > MAX_FLAT {
                let problem =
                    format!("the groups multiply to more than {MAX_FLAT} patterns; split the pattern");
                return self.error(start, problem);
            }
            flats = times(flats, &alternatives);
        }
        Ok(flats)
    }

    fn group(&mut self) -> Result<Vec<Flat>, PatternError> {
        let open = self.at;
        self.at += 1;
        let mut alternatives = Vec::new();
        let mut singles: SmallVec<[Atom; 32]> = SmallVec::new();
        loop {
            match self.lone_word() {
                Some(len) => {
                    let word = &self.text[self.at..self.at + len];
                    self.at += len;
                    forms(word, false, self.names, &mut singles);
                }
                None => alternatives.extend(self.sequence(true)?),
            }
            if self.take(b'|') {
                continue;
            }
            if self.take(b')') {
                break;
            }
            return self.error(open, "`(` is never closed");
        }
        let optional = self.take(b'?');
        if alternatives.iter().any(|flat| flat.is_empty()) {
            let problem = "an alternative of the group is empty; write `(…)?` for an optional group";
            return self.error(open, problem);
        }
        Ok(self.merge_singles(alternatives, singles, optional))
    }

    /// The length of a word that is all of a group's alternative: most of them are, and need no more parsing.
    fn lone_word(&self) -> Option<usize> {
        let rest = self.rest();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let len = letters + usize::from(rest.as_bytes().get(letters) == Some(&b'~'));
        (letters > 0 && matches!(rest.as_bytes().get(len), Some(b'|' | b')'))).then_some(len)
    }

    /// `a|b|<c>` without spaces: alternatives for one place. A word with a hyphen or a clitic takes several places.
    /// Inside a group `|` parts the group's phrases instead.
    fn alternation(&mut self, in_group: bool) -> Result<Vec<Flat>, PatternError> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.atom()?);
            if in_group || !self.take(b'|') {
                break;
            }
        }
        let optional = self.take(b'?');
        if self.peek().is_some_and(|c| !matches!(c, ' ' | ')' | '|')) {
            return self.error(self.at, "expected a space between two elements");
        }
        Ok(self.merge_singles(alternatives, SmallVec::new(), optional))
    }

    fn atom(&mut self) -> Result<Flat, PatternError> {
        let start = self.at;
        let Some(c) = self.peek() else { return self.error(start, "the pattern ends after `|`") };
        if c == '<' {
            return self.named();
        }
        let rest = self.rest();
        let ends =
            |(at, c): &(usize, char)| matches!(c, ' ' | '|' | '(' | ')' | '<') || (*c == '?' && *at > 0);
        let len = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        if len == 0 {
            return self.error(start, format!("`{c}` cannot stand here"));
        }
        self.at += len;
        match self.literal(start) {
            Ok(flat) => Ok(flat),
            Err(problem) => self.error(start, problem),
        }
    }

    fn named(&mut self) -> Result<Flat, PatternError> {
        let start = self.at;
        let end = self.rest().find('>').map(|len| start + len);
        let name = end.and_then(|end| self.text.get(start + 1..end)).unwrap_or_default();
        let Some(end) = end.filter(|_| !name.is_empty()) else {
            return self.error(start, "expected a name and `>` after `<`");
        };
        self.at = end + 1;
        match self.names.named(name) {
            Ok(atom) => Ok(smallvec![self.one(&[atom])]),
            Err(next) => self
                .error(start, format!("`<{name}>` is neither a class nor a signal"))
                .map_err(|error: PatternError| PatternError { next: Some(next), ..error }),
        }
    }

    fn one(&mut self, atoms: &[Atom]) -> Place {
        Place::Of(Element::One { atoms: self.atoms.add(atoms), optional: false })
    }

    /// Alternatives of one place become one element together, with `merged`; `optional` adds the empty alternative.
    fn merge_singles(
        &mut self,
        alternatives: Vec<Flat>,
        mut merged: SmallVec<[Atom; 32]>,
        optional: bool,
    ) -> Vec<Flat> {
        if let ([flat], true) = (alternatives.as_slice(), merged.is_empty() && !optional)
            && flat.len() == 1
        {
            return alternatives;
        }
        let mut flats: Vec<Flat> = Vec::new();
        for flat in alternatives {
            match flat.as_slice() {
                [Place::Of(Element::One { atoms, optional: false })] => {
                    merged.extend_from_slice(self.atoms.of(*atoms));
                }
                _ => flats.push(flat),
            }
        }
        let only_singles = flats.is_empty();
        if !merged.is_empty() {
            let atoms = self.atoms.add(&merged);
            flats.push(smallvec![Place::Of(Element::One { atoms, optional: optional && only_singles })]);
        }
        if optional && !only_singles {
            flats.push(Flat::new());
        }
        flats
    }

    /// The literal from `start` to here, as the tokenizer would cut it.
    fn literal(&mut self, start: usize) -> Result<Flat, String> {
        let text = self.text;
        let text = text.get(start..self.at).unwrap_or_default();
        match text {
            "^" => return Ok(smallvec![Place::Begin]),
            "$" => return Ok(smallvec![Place::End]),
            "_" => return Ok(smallvec![self.one(&[Atom::Any])]),
            _ => {}
        }
        if let Some(size) = text.strip_prefix('_') {
            let gap = size.parse::<u8>().ok().filter(|gap| (1..=MAX_GAP).contains(gap));
            let gap = gap.ok_or_else(|| format!("`{text}`: a gap is `_1` to `_{MAX_GAP}`"))?;
            return Ok(smallvec![Place::Of(Element::Gap(gap))]);
        }
        let (text, hashtag) = match text.strip_prefix('#') {
            Some(tag) if !tag.is_empty() => (tag, true),
            _ => (text, false),
        };
        if text.ends_with('~') {
            let mut atoms = SmallVec::new();
            forms(text, hashtag, self.names, &mut atoms);
            return Ok(smallvec![self.one(&atoms)]);
        }
        let mut flat = Flat::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c == '-' && !flat.is_empty() {
                rest = &rest[1..];
                continue;
            }
            let clitic = CLITICS.into_iter().find(|clitic| rest == *clitic);
            let len = if let Some(clitic) = clitic {
                clitic.len()
            } else if c.is_alphabetic() || c.is_ascii_digit() {
                word_len(rest)
            } else {
                c.len_utf8()
            };
            let (piece, tail) = rest.split_at(len);
            rest = tail;
            let is_sign = c.is_ascii_punctuation() && clitic.is_none();
            let atom = if is_sign { Atom::Sign(c as u8) } else { word(piece, hashtag, self.names) };
            flat.push(self.one(&[atom]));
        }
        Ok(flat)
    }
}

/// Every flat pattern so far with every alternative after it.
fn times(mut flats: Vec<Flat>, alternatives: &[Flat]) -> Vec<Flat> {
    if let [tail] = alternatives {
        // By far the most common, and free of copies.
        flats.iter_mut().for_each(|flat| flat.extend_from_slice(tail));
        return flats;
    }
    let mut product = Vec::with_capacity(flats.len() * alternatives.len());
    for flat in &flats {
        for tail in alternatives {
            let mut longer = flat.clone();
            longer.extend_from_slice(tail);
            product.push(longer);
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::{Atom, Atoms, Names};
    use crate::lexicon::WordId;

    /// Knows every word as the first, and no name.
    struct Nothing;

    impl Names for Nothing {
        fn word(&mut self, _: &str) -> WordId {
            1
        }

        fn named(&mut self, _: &str) -> Result<Atom, String> {
            Err("define it".to_owned())
        }
    }

    fn parse(pattern: &str) -> Result<usize, String> {
        super::parse(pattern, &mut Nothing, &mut Atoms::default())
            .map(|flats| flats.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn messages_say_where() {
        let table = [
            ("(my patient", "at character 1: `(` is never closed"),
            ("my patient)", "at character 11: `)` without `(` before it"),
            ("my <kin", "at character 4: expected a name and `>` after `<`"),
            ("été <kin>", "at character 5: `<kin>` is neither a class nor a signal"),
            ("my _99 bed", "at character 4: `_99`: a gap is `_1` to `_8`"),
            (
                "my (|our) bed",
                "at character 4: an alternative of the group is empty; write `(…)?` for an optional group",
            ),
        ];
        for (pattern, message) in table {
            assert_eq!(parse(pattern).err().as_deref(), Some(message), "{pattern}");
        }
    }

    #[test]
    fn groups_multiply_and_singles_merge() {
        for (pattern, count) in [
            ("in|on my ward", 1),
            ("(in my|on the|at) ward", 3),
            ("(in my|at|on) ward", 2),
            ("(in my)? ward", 2),
            ("my? ward", 1),
        ] {
            assert_eq!(parse(pattern), Ok(count), "{pattern}");
        }
    }
}
