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

use std::rc::Rc;

/// One element that a pattern can require at a place. Cheap to copy: groups multiply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RawAtom {
    Word { text: Rc<str>, caps: bool, hashtag: bool },
    Named(Rc<str>),
    Sign(u8),
    Any,
}

/// One place of a flat pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RawElement {
    One {
        atoms: Vec<RawAtom>,
        optional: bool,
    },
    /// Up to so many tokens of any sort.
    Gap(u8),
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
}

fn error<T>(at: usize, problem: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError { at: at + 1, problem: problem.into() })
}

type Flat = Vec<RawElement>;

/// All flat patterns that a written pattern stands for.
pub(crate) fn parse(pattern: &str) -> Result<Vec<Flat>, PatternError> {
    let mut parser = Parser { chars: pattern.chars().collect(), at: 0 };
    let flats = parser.sequence(false)?;
    if parser.at < parser.chars.len() {
        return error(parser.at, "`)` without `(` before it");
    }
    Ok(flats)
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    /// Elements up to the end, or up to `|` or `)` inside a group.
    fn sequence(&mut self, in_group: bool) -> Result<Vec<Flat>, PatternError> {
        let mut flats: Vec<Flat> = vec![Vec::new()];
        loop {
            while self.take(' ') {}
            let Some(c) = self.peek() else { break };
            if c == ')' || (in_group && c == '|') {
                break;
            }
            let start = self.at;
            let alternatives = if c == '(' { self.group()? } else { self.alternation(in_group)? };
            if flats.len() * alternatives.len() > MAX_FLAT {
                return error(
                    start,
                    format!("the groups multiply to more than {MAX_FLAT} patterns; split the pattern"),
                );
            }
            flats = times(flats, alternatives);
        }
        Ok(flats)
    }

    fn group(&mut self) -> Result<Vec<Flat>, PatternError> {
        let open = self.at;
        self.at += 1;
        let mut alternatives = Vec::new();
        let mut singles = Vec::new();
        loop {
            match self.lone_word() {
                Some(text) => singles.extend(forms(&text, false)),
                None => alternatives.extend(self.sequence(true)?),
            }
            if self.take('|') {
                continue;
            }
            if self.take(')') {
                break;
            }
            return error(open, "`(` is never closed");
        }
        let optional = self.take('?');
        if alternatives.iter().any(Vec::is_empty) {
            return error(open, "an alternative of the group is empty; write `(…)?` for an optional group");
        }
        Ok(merge_singles(alternatives, singles, optional))
    }

    /// A word that is all of a group's alternative: most of them are, and need no more parsing.
    fn lone_word(&mut self) -> Option<String> {
        let rest = self.chars.get(self.at..)?;
        let letters = rest.iter().take_while(|c| c.is_alphabetic()).count();
        let len = letters + usize::from(rest.get(letters) == Some(&'~'));
        if letters == 0 || !matches!(rest.get(len), Some('|' | ')')) {
            return None;
        }
        self.at += len;
        Some(rest.iter().take(len).collect())
    }

    /// `a|b|<c>` without spaces: alternatives for one place. A word with a hyphen or a clitic takes several places.
    /// Inside a group `|` parts the group's phrases instead.
    fn alternation(&mut self, in_group: bool) -> Result<Vec<Flat>, PatternError> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.extend(self.atom()?);
            if in_group || !self.take('|') {
                break;
            }
        }
        let optional = self.take('?');
        if self.peek().is_some_and(|c| !matches!(c, ' ' | ')' | '|')) {
            return error(self.at, "expected a space between two elements");
        }
        Ok(merge_singles(alternatives, Vec::new(), optional))
    }

    fn atom(&mut self) -> Result<Vec<Flat>, PatternError> {
        let start = self.at;
        let Some(c) = self.peek() else { return error(start, "the pattern ends after `|`") };
        if c == '<' {
            self.at += 1;
            let from = self.at;
            while self.peek().is_some_and(|c| c != '>') {
                self.at += 1;
            }
            let name: String = self.chars[from..self.at].iter().collect();
            if !self.take('>') || name.is_empty() {
                return error(start, "expected a name and `>` after `<`");
            }
            return Ok(vec![vec![one(RawAtom::Named(name.into()))]]);
        }
        let from = self.at;
        while let Some(c) = self.peek() {
            let optional_mark = c == '?' && self.at > from;
            if matches!(c, ' ' | '|' | '(' | ')' | '<') || optional_mark {
                break;
            }
            self.at += 1;
        }
        let text: String = self.chars[from..self.at].iter().collect();
        if text.is_empty() {
            return error(start, format!("`{c}` cannot stand here"));
        }
        literal(&text).or_else(|problem| error(start, problem))
    }
}

/// Every flat pattern so far with every alternative after it.
fn times(mut flats: Vec<Flat>, mut alternatives: Vec<Flat>) -> Vec<Flat> {
    match (flats.as_mut_slice(), alternatives.as_mut_slice()) {
        // By far the most common, and free of copies.
        ([flat], [tail]) => {
            flat.append(tail);
            flats
        }
        _ => flats
            .iter()
            .flat_map(|flat| alternatives.iter().map(move |tail| [flat.as_slice(), tail.as_slice()].concat()))
            .collect(),
    }
}

fn one(atom: RawAtom) -> RawElement {
    RawElement::One { atoms: vec![atom], optional: false }
}

/// Alternatives of one place become one element together, with `merged`; `optional` adds the empty alternative.
fn merge_singles(alternatives: Vec<Flat>, mut merged: Vec<RawAtom>, optional: bool) -> Vec<Flat> {
    let mut flats: Vec<Flat> = Vec::new();
    for mut flat in alternatives {
        match flat.as_mut_slice() {
            [RawElement::One { atoms, optional: false }] => merged.append(atoms),
            _ => flats.push(flat),
        }
    }
    let only_singles = flats.is_empty();
    if !merged.is_empty() {
        flats.push(vec![RawElement::One { atoms: merged, optional: optional && only_singles }]);
    }
    if optional && !only_singles {
        flats.push(Vec::new());
    }
    flats
}

/// A word, or with `~` its regular forms.
fn forms(text: &str, hashtag: bool) -> Vec<RawAtom> {
    match text.strip_suffix('~') {
        Some(stem) => inflect(stem).into_iter().map(|form| word(&form, hashtag)).collect(),
        None => vec![word(text, hashtag)],
    }
}

/// A literal as the tokenizer would cut it.
fn literal(text: &str) -> Result<Vec<Flat>, String> {
    match text {
        "^" => return Ok(vec![vec![RawElement::Begin]]),
        "$" => return Ok(vec![vec![RawElement::End]]),
        "_" => return Ok(vec![vec![one(RawAtom::Any)]]),
        _ => {}
    }
    if let Some(size) = text.strip_prefix('_') {
        let gap = size.parse::<u8>().ok().filter(|gap| (1..=MAX_GAP).contains(gap));
        let gap = gap.ok_or_else(|| format!("`{text}`: a gap is `_1` to `_{MAX_GAP}`"))?;
        return Ok(vec![vec![RawElement::Gap(gap)]]);
    }
    let (text, hashtag) = match text.strip_prefix('#') {
        Some(tag) if !tag.is_empty() => (tag, true),
        _ => (text, false),
    };
    if text.ends_with('~') {
        return Ok(vec![vec![RawElement::One { atoms: forms(text, hashtag), optional: false }]]);
    }
    let mut flat = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '-' && !flat.is_empty() {
            rest = &rest[1..];
            continue;
        }
        let clitic = ["'s", "'m", "'re", "'ve", "'ll", "'d"].into_iter().find(|clitic| rest == *clitic);
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
        flat.push(one(if is_sign { RawAtom::Sign(c as u8) } else { word(piece, hashtag) }));
    }
    Ok(vec![flat])
}

/// Bytes of the letters, or digits, that the tokenizer takes as one token.
fn word_len(text: &str) -> usize {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let mut len = 0;
    for c in text.chars() {
        let apostrophe = c == '\'' && !["'s", "'m", "'re", "'ve", "'ll", "'d"].contains(&&text[len..]);
        let belongs = if digits { c.is_ascii_digit() } else { c.is_alphabetic() || apostrophe };
        if !belongs {
            break;
        }
        len += c.len_utf8();
    }
    len.max(1)
}

fn word(text: &str, hashtag: bool) -> RawAtom {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let caps = letters >= 2 && text.chars().all(|c| !c.is_lowercase());
    // Small letters stay what they are.
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase());
    let text = if plain { text.into() } else { text.to_lowercase().into() };
    RawAtom::Word { text, caps, hashtag }
}

/// A word and its regular endings.
pub(crate) fn inflect(stem: &str) -> Vec<String> {
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiou".contains(c));
    let chars: Vec<char> = stem.chars().collect();
    let last = chars.last().copied();
    let before = chars.len().checked_sub(2).map(|i| chars[i]);
    let earlier = chars.len().checked_sub(3).map(|i| chars[i]);
    let mut forms = vec![stem.to_owned()];
    let cut = |n: usize| chars[..chars.len() - n].iter().collect::<String>();
    match last {
        Some('e') => forms.extend([format!("{stem}s"), format!("{stem}d"), format!("{}ing", cut(1))]),
        Some('y') if !vowel(before) => {
            forms.extend([format!("{}ies", cut(1)), format!("{}ied", cut(1)), format!("{stem}ing")]);
        }
        _ => {
            let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| stem.ends_with(end));
            forms.push(if hisses { format!("{stem}es") } else { format!("{stem}s") });
            forms.extend([format!("{stem}ed"), format!("{stem}ing")]);
            // "stop" doubles its last letter, "cook" and "listen" do not (a doubled form of those is harmless).
            if let Some(c) = last.filter(|c| !"aeiouwxy".contains(*c))
                && vowel(before)
                && !vowel(earlier)
            {
                forms.extend([format!("{stem}{c}ed"), format!("{stem}{c}ing")]);
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::{inflect, parse};

    #[test]
    fn messages_say_where() {
        let table = [
            ("(my patient", "at character 1: `(` is never closed"),
            ("my patient)", "at character 11: `)` without `(` before it"),
            ("my <kin", "at character 4: expected a name and `>` after `<`"),
            ("my _99 bed", "at character 4: `_99`: a gap is `_1` to `_8`"),
            (
                "my (|our) bed",
                "at character 4: an alternative of the group is empty; write `(…)?` for an optional group",
            ),
        ];
        for (pattern, message) in table {
            let found = parse(pattern).map_err(|e| e.to_string());
            assert_eq!(found.err().as_deref(), Some(message), "{pattern}");
        }
    }

    #[test]
    fn groups_multiply_and_singles_merge() {
        let count = |pattern| parse(pattern).map(|flats| flats.len()).unwrap_or(0);
        assert_eq!(count("in|on my ward"), 1);
        assert_eq!(count("(in my|on the|at) ward"), 3);
        assert_eq!(count("(in my|at|on) ward"), 2);
        assert_eq!(count("(in my)? ward"), 2);
        assert_eq!(count("my? ward"), 1);
    }

    #[test]
    fn regular_endings() {
        assert_eq!(inflect("stop"), ["stop", "stops", "stoped", "stoping", "stopped", "stopping"]);
        assert_eq!(inflect("bury"), ["bury", "buries", "buried", "burying"]);
        assert_eq!(inflect("diagnose"), ["diagnose", "diagnoses", "diagnosed", "diagnosing"]);
    }
}
