//! What only posts have: handles, hashtags, web addresses.

use super::Tokenizer;
use crate::text::token::{TokenKind, flag};
use crate::text::word::{Folded, Word};

impl Tokenizer<'_, '_> {
    /// Takes a web address whose first letters were just read.
    pub(super) fn web_address(&mut self, start: usize, folded: &Folded) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let scheme = folded.is_http() && rest.starts_with(b"://");
        let www = folded.is_www() && rest.starts_with(b".");
        if !scheme && !www {
            return false;
        }
        let len =
            rest.iter().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'<' | b'>')).count();
        self.at += len;
        while self.at > start
            && matches!(self.bytes[self.at - 1], b'.' | b',' | b')' | b'!' | b'?' | b';' | b':')
        {
            self.at -= 1;
        }
        self.push(TokenKind::Url, start, Word::default(), 0, 0);
        true
    }

    pub(super) fn at_sign(&mut self) {
        let start = self.at;
        let local = self.bytes[..start]
            .iter()
            .rev()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'%'))
            .count();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        let mut end = start + 1;
        while self.byte(end).is_some_and(is_name) {
            end += 1;
        }
        while end > start + 1 && matches!(self.bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let host = &self.bytes[start + 1..end];
        if local > 0 && self.joined && host.contains(&b'.') {
            let from = start - local;
            while self
                .out
                .tokens
                .last()
                .is_some_and(|t| t.start as usize >= from && t.segment == self.segment)
                && self.out.tokens.len() > self.sentence_first
            {
                self.out.tokens.pop();
            }
            self.at = end;
            self.joined = false;
            self.push(TokenKind::Email, from, Word::default(), 0, 0);
        } else if !host.is_empty() && host[0].is_ascii_alphanumeric() | (host[0] == b'_') {
            // The host of a federated handle: @name@host.
            if self.byte(end) == Some(b'@') {
                let tail = self.bytes[end + 1..].iter().take_while(|&&b| is_name(b)).count();
                end += 1 + tail;
            }
            self.at = end;
            self.push(TokenKind::Mention, start, Word::default(), 0, 0);
        } else {
            self.sign(b'@');
        }
    }

    /// A `#tag`, split where a capital follows a small letter, at digits and at `_`.
    pub(super) fn hashtag(&mut self) {
        self.sign(b'#');
        let end = self.at
            + self.text[self.at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .map(char::len_utf8)
                .sum::<usize>();
        if end == self.at {
            return;
        }
        self.flags |= flag::HASHTAG;
        while self.at < end {
            let byte = self.bytes[self.at];
            if byte == b'_' {
                self.at += 1;
            } else if byte.is_ascii_digit() {
                self.number();
            } else {
                self.tag_word(end);
            }
        }
        self.flags &= !flag::HASHTAG;
        self.joined = false;
    }

    pub(super) fn tag_word(&mut self, end: usize) {
        let start = self.at;
        let mut folded = Folded::default();
        let mut was_lower = false;
        while self.at < end {
            let Some(c) = self.text[self.at..].chars().next() else { break };
            if !c.is_alphabetic() || (c.is_uppercase() && was_lower) {
                break;
            }
            // In "HIVCare" the last capital of a run begins the next word.
            if c.is_uppercase() && folded.is_all_capitals() {
                let next = self.text[self.at + c.len_utf8()..end].chars().next();
                if next.is_some_and(char::is_lowercase) {
                    break;
                }
            }
            was_lower = c.is_lowercase();
            folded.push_char(c);
            self.at += c.len_utf8();
        }
        if self.at == start {
            self.at += self.text[start..].chars().next().map_or(1, char::len_utf8);
            return;
        }
        let word = folded.word(self.lexicon);
        self.push(TokenKind::Word, start, word, 0, folded.flags());
    }
}
