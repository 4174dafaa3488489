//! Words in lower case, as they are looked up.

use super::token::flag;
use crate::lexicon::{Lexicon, WORD_BYTES, WORD_CHUNKS, hash_chunks, hash_word};

const CHUNK: usize = size_of::<u64>();

/// One in each byte.
const ONES: u64 = u64::MAX / 255;

/// The bit that tells capitals from small letters in ASCII, in each byte.
const CASE: u64 = ONES * 0x20;

const HIGH: u64 = ONES * 0x80;

/// A word folded to lower case. Of a word over [`WORD_BYTES`] only the beginning is kept: it is in no vocabulary.
#[derive(Default)]
pub(super) struct Folded {
    /// Eight bytes each, the first lowest; 0 beyond the end.
    chunks: [u64; WORD_CHUNKS],
    len: usize,
    letters: u32,
    upper: u32,
    first_upper: bool,
}

/// A word as the vocabulary and the learned signal know it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    /// The vocabulary's number, 0 when unknown.
    pub(super) id: u32,
    /// Of the word in lower case.
    pub(super) hash: u32,
    /// Of a longer word's first letters.
    pub(super) stem: u32,
}

impl Word {
    /// A word that is in lower case already.
    pub(super) fn of(word: &str, lexicon: &Lexicon) -> Self {
        let Some(hash) = hash_word(word.as_bytes()) else { return Self::default() };
        Self { id: lexicon.get(hash), hash: hash as u32, stem: 0 }
    }
}

/// So many letters tell what a word is about, whatever its ending.
const STEM_BYTES: usize = 5;

impl Folded {
    /// The ASCII letters that `bytes` begin with, at most [`WORD_BYTES`] of them.
    pub(super) fn letters(bytes: &[u8]) -> Self {
        let mut folded =
            Self { first_upper: bytes.first().is_some_and(u8::is_ascii_uppercase), ..Self::default() };
        let mut rest = bytes;
        for slot in &mut folded.chunks {
            let chunk = chunk_of(rest);
            let count = letter_count(chunk);
            let mask = if count == CHUNK { u64::MAX } else { (1 << (count * 8)) - 1 };
            *slot = (chunk | CASE) & mask;
            folded.upper += (!chunk & CASE & mask).count_ones();
            folded.len += count;
            if count < CHUNK {
                break;
            }
            rest = rest.get(CHUNK..).unwrap_or_default();
        }
        folded.letters = folded.len as u32;
        folded
    }

    /// Bytes in lower case.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Letters.
    pub(super) fn count(&self) -> u32 {
        self.letters
    }

    pub(super) fn is_all_capitals(&self) -> bool {
        self.letters > 1 && self.upper == self.letters
    }

    /// Whether it is `http` or `https`.
    pub(super) fn is_http(&self) -> bool {
        const HTTP: u64 = u64::from_le_bytes(*b"http\0\0\0\0");
        const HTTPS: u64 = u64::from_le_bytes(*b"https\0\0\0");
        matches!((self.len, self.chunks), (4, [HTTP, ..]) | (5, [HTTPS, ..]))
    }

    /// Whether it is `www`.
    pub(super) fn is_www(&self) -> bool {
        const WWW: u64 = u64::from_le_bytes(*b"www\0\0\0\0\0");
        matches!((self.len, self.chunks), (3, [WWW, ..]))
    }

    pub(super) fn push_lower(&mut self, byte: u8) {
        self.push_byte(byte);
        self.letters += 1;
    }

    pub(super) fn push_upper(&mut self, byte: u8) {
        self.first_upper |= self.letters == 0;
        self.upper += 1;
        self.push_lower(byte.to_ascii_lowercase());
    }

    pub(super) fn push_char(&mut self, c: char) {
        if c.is_ascii() {
            let byte = c as u8;
            return if byte.is_ascii_uppercase() { self.push_upper(byte) } else { self.push_lower(byte) };
        }
        if c.is_uppercase() {
            self.first_upper |= self.letters == 0;
            self.upper += 1;
        }
        let mut utf8 = [0u8; 4];
        for lower in c.to_lowercase() {
            for &byte in lower.encode_utf8(&mut utf8).as_bytes() {
                self.push_byte(byte);
            }
        }
        self.letters += 1;
    }

    fn push_byte(&mut self, byte: u8) {
        if let Some(chunk) = self.chunks.get_mut(self.len / CHUNK) {
            *chunk |= u64::from(byte) << (self.len % CHUNK * 8);
        }
        self.len += 1;
    }

    pub(super) fn flags(&self) -> u8 {
        let mut flags = 0;
        if self.first_upper {
            flags |= flag::CAPITAL;
        }
        if self.is_all_capitals() {
            flags |= flag::ALL_CAPS;
        }
        flags
    }

    /// The word; lengthened ones ("sooo", "pleeease") are tried with two letters, then with one.
    pub(super) fn word(&self, lexicon: &Lexicon) -> Word {
        if self.len > WORD_BYTES {
            return Word::default();
        }
        let hash = hash_chunks(&self.chunks, self.len);
        let [first, ..] = self.chunks;
        let stem = first & ((1 << (STEM_BYTES * 8)) - 1);
        let stem = if self.len > STEM_BYTES { hash_chunks(&[stem, 0, 0, 0], STEM_BYTES) as u32 } else { 0 };
        let mut id = lexicon.get(hash);
        if id == 0 && self.len > 3 && self.perhaps_lengthened() {
            id = self.look_up_shortened(lexicon);
        }
        Word { id, hash: hash as u32, stem }
    }

    /// Three like letters in a row have two of them in one chunk.
    fn perhaps_lengthened(&self) -> bool {
        self.chunks.iter().take(self.len.div_ceil(CHUNK)).any(|chunk| {
            // Zero where a byte is like the next one; the last byte has no next one.
            let unlike = (chunk ^ (chunk >> 8)) | 0xff << 56;
            // The padding is all alike, and its zeros are no letters.
            let padding = chunk.wrapping_sub(ONES) & !chunk & HIGH;
            unlike.wrapping_sub(ONES) & !unlike & HIGH & !padding != 0
        })
    }

    fn look_up_shortened(&self, lexicon: &Lexicon) -> u32 {
        let bytes: Vec<u8> =
            self.chunks.iter().flat_map(|chunk| chunk.to_le_bytes()).take(self.len).collect();
        if !bytes.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]) {
            return 0;
        }
        for keep in [2, 1] {
            let mut short = Self::default();
            let (mut run, mut last) = (0, 0);
            for &byte in &bytes {
                run = if byte == last { run + 1 } else { 1 };
                last = byte;
                if run <= keep {
                    short.push_byte(byte);
                }
            }
            let id = lexicon.get(hash_chunks(&short.chunks, short.len));
            if id != 0 {
                return id;
            }
        }
        0
    }
}

/// The first eight bytes, 0 beyond the end.
fn chunk_of(bytes: &[u8]) -> u64 {
    if let Some(chunk) = bytes.first_chunk() {
        return u64::from_le_bytes(*chunk);
    }
    let mut chunk = [0; CHUNK];
    for (to, from) in chunk.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(chunk)
}

/// How many ASCII letters the chunk begins with. All eight bytes are compared at once: adding a distance carries into a
/// byte's highest bit where the byte reaches the letter.
fn letter_count(chunk: u64) -> usize {
    let folded = (chunk | CASE) & !HIGH;
    let from_a = folded + ONES * u64::from(0x80 - b'a');
    let beyond_z = folded + ONES * u64::from(0x7f - b'z');
    let others = !(from_a & !beyond_z & !chunk) & HIGH;
    others.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::Folded;
    use crate::lexicon::Lexicon;

    #[test]
    fn letters_end_where_they_end() {
        for (text, len, flags) in [
            ("", 0, 0),
            ("a", 1, 0),
            ("Ward 7", 4, 1),
            ("ABCDEFGH", 8, 3),
            ("abcdefghi", 9, 0),
            ("az@[`{AZ", 2, 0),
            ("it's", 2, 0),
            ("na\u{ef}ve", 2, 0),
            ("pneumonoultramicroscopicsilicovolcanoconiosis", 32, 0),
        ] {
            let folded = Folded::letters(text.as_bytes());
            assert_eq!((folded.len(), folded.flags()), (len, flags), "{text}");
        }
    }

    #[test]
    fn both_ways_give_the_same_word() {
        let mut lexicon = Lexicon::new();
        for word in ["so", "please", "free", "cool", "happiness", "bookkeeper"] {
            lexicon.intern(word);
        }
        for (text, known) in [
            ("SOOO", "so"),
            ("pleeeease", "please"),
            ("freeee", "free"),
            ("Coool", "cool"),
            ("happinessss", "happiness"),
            ("bookkeeper", "bookkeeper"),
            ("feed", ""),
            ("soso", ""),
        ] {
            let mut pushed = Folded::default();
            text.chars().for_each(|c| pushed.push_char(c));
            let read = Folded::letters(text.as_bytes());
            assert_eq!(read.word(&lexicon).id, lexicon.id(known), "{text}");
            assert_eq!(pushed.word(&lexicon).id, lexicon.id(known), "{text}");
            assert_eq!(read.flags(), pushed.flags(), "{text}");
        }
    }
}
