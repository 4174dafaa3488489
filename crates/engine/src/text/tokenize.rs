//! One pass over a clean text: tokens and sentences.

mod social;

use super::token::{Token, TokenKind, flag};
use super::word::{Folded, Word};
use crate::lexicon::Lexicon;

/// A sentence that does not end is cut here, in tokens.
const SENTENCE_TOKENS: usize = 160;

/// A closing single quotation mark is looked for this far, in bytes.
const SINGLE_QUOTE_REACH: usize = 240;

/// Words after which a full stop does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "mx", "prof", "st", "vs", "jr", "sr", "dept", "approx", "eg", "ie", "inc",
    "rev", "hon", "sgt", "capt", "jan", "feb", "aug", "sept", "oct", "nov", "dec",
];

/// First and last-plus-one token of a sentence.
pub(crate) type Sentence = (u32, u32);

/// Where tokens go, shared by the segments of a document.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
    pub(crate) sentences: Vec<Sentence>,
    /// Whether anything stands between quotation marks.
    pub(crate) any_quoted: bool,
    /// How many words are in capitals.
    pub(crate) shouted: usize,
}

impl Tokens {
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.sentences.clear();
        self.any_quoted = false;
        self.shouted = 0;
    }

    /// Adds the tokens of one segment.
    pub(crate) fn add(&mut self, text: &str, segment: u8, lexicon: &Lexicon) {
        let first = self.tokens.len();
        let mut tokenizer = Tokenizer {
            text,
            bytes: text.as_bytes(),
            at: 0,
            segment,
            lexicon,
            sentence_first: first,
            joined: false,
            flags: 0,
            quote_until: None,
            out: self,
        };
        tokenizer.run();
    }
}

struct Tokenizer<'a, 'o> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    segment: u8,
    lexicon: &'a Lexicon,
    sentence_first: usize,
    joined: bool,
    /// Flags that the surroundings give: quoted, hashtag.
    flags: u8,
    /// Where a quotation in single marks ends.
    quote_until: Option<usize>,
    out: &'o mut Tokens,
}

impl Tokenizer<'_, '_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            if self.quote_until.is_some_and(|end| self.at >= end) {
                self.quote_until = None;
                self.flags &= !flag::QUOTED;
            }
            match byte {
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    self.joined = false;
                }
                b'\n' => {
                    self.at += 1;
                    self.joined = false;
                    self.end_sentence();
                }
                b'a'..=b'z' | b'A'..=b'Z' => self.word(),
                b'0'..=b'9' => self.number(),
                b'@' => self.at_sign(),
                b'#' => self.hashtag(),
                0x80.. => self.beyond_ascii(),
                sign => self.sign(sign),
            }
        }
        self.end_sentence();
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn push(&mut self, kind: TokenKind, start: usize, word: Word, sign: u8, mut flags: u8) {
        if self.joined {
            flags |= flag::JOINED;
        }
        if self.out.tokens.len() == self.sentence_first {
            flags |= flag::FIRST;
        }
        flags |= self.flags;
        self.out.any_quoted |= flags & flag::QUOTED != 0;
        self.out.shouted += usize::from(kind == TokenKind::Word && flags & flag::ALL_CAPS != 0);
        self.out.tokens.push(Token {
            start: start as u32,
            end: self.at as u32,
            word: word.id,
            hash: if word.hash == 0 { kind_hash(kind, sign) } else { word.hash },
            stem: word.stem,
            sentence: self.out.sentences.len() as u32,
            sign,
            kind,
            flags,
            segment: self.segment,
        });
        self.joined = true;
        if self.out.tokens.len() - self.sentence_first >= SENTENCE_TOKENS {
            self.end_sentence();
        }
    }

    fn end_sentence(&mut self) {
        let end = self.out.tokens.len();
        if end > self.sentence_first {
            self.out.sentences.push((self.sentence_first as u32, end as u32));
            self.sentence_first = end;
        }
    }

    /// A word of ASCII letters alone, by far the most common sort. Answers whether it was one.
    fn plain_word(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let folded = Folded::letters(rest);
        let len = folded.len();
        if matches!(rest.get(len), Some(b'\'' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..)) {
            return false;
        }
        let start = self.at;
        self.at += len;
        if !self.web_address(start, &folded) {
            let word = folded.word(self.lexicon);
            self.push(TokenKind::Word, start, word, 0, folded.flags());
        }
        true
    }

    fn word(&mut self) {
        if self.plain_word() {
            return;
        }
        let start = self.at;
        let mut folded = Folded::default();
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'a'..=b'z' => folded.push_lower(byte),
                b'A'..=b'Z' => folded.push_upper(byte),
                b'\'' if folded.count() > 0 && self.letter_at(self.at + 1) => {
                    if self.clitic_ends(self.at + 1).is_some() {
                        break;
                    }
                    folded.push_lower(b'\'');
                }
                0x80.. => match self.text[self.at..].chars().next() {
                    Some(c) if c.is_alphabetic() => {
                        folded.push_char(c);
                        self.at += c.len_utf8();
                        continue;
                    }
                    _ => break,
                },
                _ => break,
            }
            self.at += 1;
        }
        if self.web_address(start, &folded) {
            return;
        }
        let word = folded.word(self.lexicon);
        self.push(TokenKind::Word, start, word, 0, folded.flags());
        if let Some(end) =
            self.byte(self.at).filter(|&b| b == b'\'').and_then(|_| self.clitic_ends(self.at + 1))
        {
            let start = self.at;
            let word = Word::of(&self.text[start..end].to_ascii_lowercase(), self.lexicon);
            self.at = end;
            self.push(TokenKind::Clitic, start, word, 0, flag::SOFT);
        }
    }

    fn letter_at(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|b| b.is_ascii_alphabetic())
    }

    /// Where the letters at `at` end, if they are a clitic.
    fn clitic_ends(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let len = rest.iter().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
        let mut low = [0u8; 3];
        for (to, from) in low.iter_mut().zip(rest.iter().take(len)) {
            *to = from.to_ascii_lowercase();
        }
        let known = matches!(&low[..len], b"s" | b"m" | b"re" | b"ve" | b"ll" | b"d");
        (known && len < 3).then_some(at + len)
    }

    fn number(&mut self) {
        let start = self.at;
        while self.byte(self.at).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.text.get(start..self.at).filter(|digits| digits.len() <= 4);
        let word = digits.map_or(Word::default(), |digits| Word::of(digits, self.lexicon));
        self.push(TokenKind::Number, start, word, 0, 0);
    }

    fn beyond_ascii(&mut self) {
        let Some(c) = self.text[self.at..].chars().next() else {
            self.at = self.bytes.len();
            return;
        };
        if c.is_alphabetic() {
            return self.word();
        }
        let start = self.at;
        self.at += c.len_utf8();
        let kind = if is_pictograph(c) { TokenKind::Emoji } else { TokenKind::Sign };
        let mut flags = 0;
        let mut word = Word::default();
        if kind == TokenKind::Emoji {
            word = Word::of(&self.text[start..self.at], self.lexicon);
            flags = flag::SOFT;
        }
        self.push(kind, start, word, 0, flags);
    }

    fn sign(&mut self, sign: u8) {
        let start = self.at;
        self.at += 1;
        let soft = matches!(sign, b',' | b'-' | b'\'' | b'"' | b'*' | b'_' | b'~' | b'#' | b'`');
        self.push(TokenKind::Sign, start, Word::default(), sign, if soft { flag::SOFT } else { 0 });
        match sign {
            b'"' => self.flags ^= flag::QUOTED,
            b'\'' => self.single_quote(start),
            b'.' | b'!' | b'?' => self.stop(sign, start),
            _ => {}
        }
    }

    /// A single quotation mark opens a quotation when a closing one follows.
    fn single_quote(&mut self, start: usize) {
        let before = start.checked_sub(1).and_then(|i| self.byte(i));
        let opens = before.is_none_or(|b| !b.is_ascii_alphanumeric()) && self.letter_at(start + 1);
        if !opens || self.flags & flag::QUOTED != 0 {
            return;
        }
        let reach = self.bytes.len().min(start + SINGLE_QUOTE_REACH);
        let closing = (start + 2..reach).find(|&i| {
            self.bytes[i] == b'\''
                && !self.bytes[i - 1].is_ascii_whitespace()
                && !self.byte(i + 1).is_some_and(|b| b.is_ascii_alphanumeric())
        });
        if let Some(end) = closing {
            self.quote_until = Some(end);
            self.flags |= flag::QUOTED;
        }
    }

    /// Ends the sentence after `.`, `!` or `?` unless it is an abbreviation, an initial or part of a number.
    fn stop(&mut self, sign: u8, start: usize) {
        let next = self.byte(self.at);
        if matches!(next, Some(b'.' | b'!' | b'?')) {
            return;
        }
        let closes =
            next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b')' | 0x80..));
        if !closes {
            return;
        }
        if sign == b'.' {
            let dots = start > 0 && self.bytes[start - 1] == b'.';
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let next_letter = rest.iter().find(|b| !b.is_ascii_whitespace());
            if dots && next_letter.is_some_and(u8::is_ascii_lowercase) {
                return;
            }
            if !dots && self.after_abbreviation(start) {
                return;
            }
        }
        if matches!(next, Some(b'"' | b'\'' | b')')) {
            let close = self.bytes[self.at];
            let at = self.at;
            self.at += 1;
            self.push(TokenKind::Sign, at, Word::default(), close, flag::SOFT);
            if close == b'"' {
                self.flags ^= flag::QUOTED;
            }
        }
        self.end_sentence();
    }

    fn after_abbreviation(&self, stop: usize) -> bool {
        let from = self.bytes[..stop]
            .iter()
            .rposition(|b| !(b.is_ascii_alphabetic() || *b == b'.'))
            .map_or(0, |position| position + 1);
        let word = &self.text[from..stop];
        // A single capital is an initial, but not "I".
        let initial = word.len() == 1 && word != "I" && word.bytes().all(|b| b.is_ascii_uppercase());
        let dotted = word.contains('.') && word.len() <= 5;
        initial || dotted || (word.len() <= 6 && ABBREVIATIONS.contains(&word.to_ascii_lowercase().as_str()))
    }
}

/// What stands for the hash of a token whose letters tell nothing.
fn kind_hash(kind: TokenKind, sign: u8) -> u32 {
    (kind as u32 + 1) << 8 | u32::from(sign)
}

/// Emoji and other pictographs; skin tones and flags count as well.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2190}'..='\u{21ff}' | '\u{2b00}'..='\u{2bff}'
        | '\u{23e9}'..='\u{23fa}' | '\u{231a}'..='\u{231b}')
}
