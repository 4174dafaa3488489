//! Texts to pieces of words: BERT's uncased WordPiece over a trimmed vocabulary, as `training/wordpiece.py` does it.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

pub(crate) const UNKNOWN: u16 = 1;
pub(crate) const BEGIN: u16 = 2;
pub(crate) const BETWEEN: u16 = 3;

/// The first pieces of every vocabulary.
pub(crate) const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

/// Longer words, in characters, are one unknown piece.
const LONGEST_WORD: usize = 64;

/// Signs that show nothing.
const INVISIBLE: [(u32, u32); 7] = [
    (0xAD, 0xAD),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xE0000, 0xE0FFF),
];

/// Knows which pieces there are.
#[derive(Debug, Default)]
pub(crate) struct WordPiece {
    begins: HashMap<Box<str>, u16>,
    /// Pieces that go on a word, without their `##`.
    goes_on: HashMap<Box<str>, u16>,
    /// How many bytes the longest has.
    longest: usize,
}

/// A word or a sign.
struct Word {
    text: String,
    begins_line: bool,
}

impl WordPiece {
    /// From the pieces in order; `None` if there are too many or the first are not [`SPECIAL`].
    pub(crate) fn new<'v>(pieces: impl Iterator<Item = &'v str>) -> Option<Self> {
        let mut this = Self::default();
        for (at, piece) in pieces.enumerate() {
            let id = u16::try_from(at).ok()?;
            match SPECIAL.get(at) {
                Some(special) if *special != piece => return None,
                Some(_) => {}
                None => {
                    let end = piece.strip_prefix("##").filter(|end| !end.is_empty());
                    let text = end.unwrap_or(piece);
                    this.longest = this.longest.max(text.len());
                    let map = if end.is_some() { &mut this.goes_on } else { &mut this.begins };
                    map.insert(text.into(), id);
                }
            }
        }
        Some(this)
    }

    /// The pieces of each sentence. A sentence ends with `.`, `!`, `?` or the line.
    pub(crate) fn sentences(&self, text: &str) -> Vec<Vec<u16>> {
        let (mut sentences, mut sentence) = (Vec::new(), Vec::new());
        let mut ended = false;
        for word in words(text) {
            let ends = matches!(word.text.as_str(), "." | "!" | "?");
            if (word.begins_line || ended && !ends) && !sentence.is_empty() {
                sentences.push(std::mem::take(&mut sentence));
            }
            self.word(&word.text, &mut sentence);
            ended = ends;
        }
        if !sentence.is_empty() {
            sentences.push(sentence);
        }
        sentences
    }

    /// All pieces of a text.
    pub(crate) fn pieces(&self, text: &str) -> Vec<u16> {
        self.sentences(text).concat()
    }

    /// The longest pieces first; one unknown piece where the word cannot be put together.
    fn word(&self, word: &str, pieces: &mut Vec<u16>) {
        let before = pieces.len();
        let mut rest = word;
        let known = word.chars().count() <= LONGEST_WORD;
        while known && !rest.is_empty() {
            let map = if rest.len() == word.len() { &self.begins } else { &self.goes_on };
            let mut end = rest.len().min(self.longest);
            let found = loop {
                match rest.get(..end).and_then(|part| map.get(part)) {
                    Some(id) => break Some((*id, end)),
                    None if end <= 1 => break None,
                    None => end -= 1,
                }
            };
            let Some((id, end)) = found else { break };
            pieces.push(id);
            rest = rest.get(end..).unwrap_or_default();
        }
        if !known || !rest.is_empty() {
            pieces.truncate(before);
            pieces.push(UNKNOWN);
        }
    }
}

/// Words in small letters without accents, and signs one by one.
fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut word = String::new();
    let mut begins_line = false;
    let mut found = std::collections::VecDeque::new();
    let mut chars = text.chars();
    std::iter::from_fn(move || {
        loop {
            if let Some(ready) = found.pop_front() {
                return Some(ready);
            }
            let Some(char) = chars.next() else {
                let last = std::mem::take(&mut word);
                return (!last.is_empty())
                    .then(|| Word { text: last, begins_line: std::mem::take(&mut begins_line) });
            };
            let mut finish = |word: &mut String| {
                if !word.is_empty() {
                    let text = std::mem::take(word);
                    found.push_back(Word { text, begins_line: std::mem::take(&mut begins_line) });
                }
            };
            if char == '\n' {
                finish(&mut word);
                begins_line = true;
                continue;
            }
            for part in std::iter::once(plain(char)).nfkd() {
                let invisible = |(low, high): &(u32, u32)| (*low..=*high).contains(&u32::from(part));
                if canonical_combining_class(part) != 0 || INVISIBLE.iter().any(invisible) {
                    continue;
                }
                if part.is_whitespace() || part.is_control() {
                    finish(&mut word);
                } else if part.is_alphanumeric() {
                    word.extend(part.to_lowercase());
                } else {
                    finish(&mut word);
                    word.push(part);
                    finish(&mut word);
                }
            }
        }
    })
}

/// Typographers' signs as typists write them.
fn plain(char: char) -> char {
    match char {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        '\u{2026}' => '.',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pieces() -> WordPiece {
        let more = ["the", "patient", "s", "'", ".", "!", "?", "an", "##xi", "##ous", "resume", "7", "##a"];
        WordPiece::new(SPECIAL.into_iter().chain(more)).unwrap()
    }

    #[test]
    fn words_are_put_together_from_the_longest_pieces() {
        let pieces = pieces();
        assert_eq!(pieces.pieces("The PATIENT\u{2019}s anxious"), [4, 5, 7, 6, 11, 12, 13]);
        assert_eq!(pieces.pieces("résumé 7A"), [14, 15, 16]);
        assert_eq!(pieces.pieces("zebra the"), [UNKNOWN, 4]);
        assert_eq!(pieces.pieces(&"a".repeat(65)), [UNKNOWN]);
        assert_eq!(pieces.pieces("pa\u{200D}tient \u{FE0F}"), [5]);
    }

    #[test]
    fn sentences_end_with_signs_or_lines() {
        let pieces = pieces();
        assert_eq!(pieces.sentences("the!? patient.\nthe\n\n"), [vec![4, 9, 10], vec![5, 8], vec![4]]);
        assert!(pieces.sentences(" \n\t").is_empty());
    }

    #[test]
    fn a_vocabulary_begins_with_the_special_pieces() {
        assert!(WordPiece::new(["the"].into_iter()).is_none());
    }
}
