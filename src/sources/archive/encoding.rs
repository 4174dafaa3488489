//! Text encodings of export files: UTF-8 as X writes it, and what editors and re-packers make of it.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many UTF-16 bytes are converted at once.
const BLOCK_BYTES: usize = 64 * 1024;

/// A reader that turns UTF-16 (with a byte-order mark, or plainly zero in every second byte) into UTF-8 and hands all else
/// through.
pub(in crate::sources) fn utf8<'a>(mut reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut start = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut start)?;
    let encoding = match start.as_slice() {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        [first, 0, second, 0] if *first != 0 && *second != 0 => Some(UTF_16LE),
        [0, first, 0, second] if *first != 0 && *second != 0 => Some(UTF_16BE),
        _ => None,
    };
    let whole = io::Cursor::new(start).chain(reader);
    Ok(match encoding {
        None => Box::new(whole),
        Some(encoding) => Box::new(Utf16::new(whole, encoding)),
    })
}

struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_read: usize,
    raw_end: usize,
    ended: bool,
    text: Vec<u8>,
    text_read: usize,
    text_end: usize,
}

impl<R: Read> Utf16<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BLOCK_BYTES],
            raw_read: 0,
            raw_end: 0,
            ended: false,
            // Three bytes of UTF-8 for two of UTF-16, and room for the last replacement.
            text: vec![0; BLOCK_BYTES * 2],
            text_read: 0,
            text_end: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw_read == self.raw_end && !self.ended {
            self.raw_read = 0;
            self.raw_end = self.inner.read(&mut self.raw)?;
            self.ended = self.raw_end == 0;
        }
        let raw = self.raw.get(self.raw_read..self.raw_end).unwrap_or_default();
        let (result, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
        debug_assert!(result == CoderResult::InputEmpty || written > 0);
        self.raw_read += read;
        (self.text_read, self.text_end) = (0, written);
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // An empty conversion is not the end: the last byte may be half a character.
        while self.text_read == self.text_end && !(self.ended && self.raw_read == self.raw_end) {
            self.refill()?;
        }
        let ready = self.text.get(self.text_read..self.text_end).unwrap_or_default();
        let count = ready.len().min(into.len());
        if let (Some(into), Some(ready)) = (into.get_mut(..count), ready.get(..count)) {
            into.copy_from_slice(ready);
        }
        self.text_read += count;
        Ok(count)
    }
}

/// What had to be done to a record to make it readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// It was written in the Western European encoding that editors on Windows use.
    Windows1252,
    /// Bytes that are no character, or half a surrogate pair, were replaced by U+FFFD.
    Replaced,
}

impl Repair {
    /// The remark for the coverage.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Windows1252 => "Some records are not UTF-8 and were read as Windows-1252",
            Self::Replaced => "Some records hold damaged characters, shown as U+FFFD",
        }
    }
}

/// Makes a record readable whose bytes are not UTF-8 or that escapes half a surrogate pair. `None` where that is not its
/// trouble.
pub(super) fn repair(record: &[u8]) -> Option<(String, Repair)> {
    let (text, repair) = match std::str::from_utf8(record) {
        Ok(text) => (Cow::Borrowed(text), Repair::Replaced),
        Err(_) if holds_utf8(record) => (String::from_utf8_lossy(record), Repair::Replaced),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(record).0, Repair::Windows1252),
    };
    let whole = replace_half_pairs(&text);
    (whole.is_some() || std::str::from_utf8(record).is_err())
        .then(|| (whole.unwrap_or(text.into_owned()), repair))
}

/// Whether there is at least one character outside of ASCII that is valid UTF-8.
fn holds_utf8(record: &[u8]) -> bool {
    record.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

/// Replaces `\uD83D` without its partner by `\uFFFD`. `None` where there is none.
fn replace_half_pairs(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut fixed: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
            (Some(0xD800..=0xDFFF), _) => {
                let into = fixed.get_or_insert_default();
                into.push_str(text.get(copied..at).unwrap_or_default());
                into.push_str("\\uFFFD");
                at += 6;
                copied = at;
            }
            _ => at += 2,
        }
    }
    fixed.map(|fixed| fixed + text.get(copied..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        utf8(bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn converts_utf16() {
        let text = "window.YTD = [é😂]".repeat(20_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&[b"\xFF\xFE", little.as_slice()].concat()), text);
        assert_eq!(read(&[b"\xFE\xFF", big.as_slice()].concat()), text);
        assert_eq!(read(&little), text);
        assert_eq!(read(text.as_bytes()), text);
        assert_eq!(read(b"\xFF\xFEa\0b"), "a\u{FFFD}");
        assert_eq!(read(b""), "");
    }

    #[test]
    fn repairs_what_can_be_repaired() {
        let fixed = |bytes: &[u8]| repair(bytes);
        assert_eq!(fixed(b"caf\xE9"), Some(("café".to_owned(), Repair::Windows1252)));
        assert_eq!(fixed(b"caf\xC3\xA9 \xE9"), Some(("café \u{FFFD}".to_owned(), Repair::Replaced)));
        assert_eq!(
            fixed(br"a\ud83d b\ud83d\ude02"),
            Some((r"a\uFFFD b\ud83d\ude02".to_owned(), Repair::Replaced))
        );
        assert_eq!(fixed(br"\\ud83d"), None);
        assert_eq!(fixed("plain é".as_bytes()), None);
    }
}
