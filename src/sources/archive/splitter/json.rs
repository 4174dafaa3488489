//! The little that the splitter knows of JSON.

use memchr::memchr3;

/// How deep an element may nest; `serde_json` refuses more too.
const MAX_DEPTH: u8 = 126;

/// The longest first key that is used to find the next record.
pub(super) const MAX_MARKER_BYTES: usize = 64;

/// The kinds of the open brackets, innermost in the lowest bit: 1 is an object.
#[derive(Clone, Copy, Default)]
pub(super) struct Nesting {
    kinds: u128,
    pub(super) depth: u8,
}

impl Nesting {
    pub(super) fn in_object(self) -> bool {
        self.depth > 0 && self.kinds & 1 == 1
    }

    pub(super) fn open(&mut self, bracket: u8) -> bool {
        if self.depth == MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        self.kinds = self.kinds << 1 | u128::from(bracket == b'{');
        true
    }

    pub(super) fn close(&mut self, bracket: u8) -> bool {
        if self.depth == 0 || self.in_object() != (bracket == b'}') {
            return false;
        }
        self.depth -= 1;
        self.kinds >>= 1;
        true
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Numbers, `true`, `false`, `null`, colons, white space: of no interest to the splitter.
    Plain,
    Quote,
    Open,
    Close,
    /// Never outside of texts in JSON.
    Alien,
}

pub(super) static CLASS: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Alien; 256];
    let plain = b" \t\r\n,:+-.0123456789Eeaflnrstu";
    let mut at = 0;
    while at < plain.len() {
        table[plain[at] as usize] = Class::Plain;
        at += 1;
    }
    table[b'"' as usize] = Class::Quote;
    table[b'{' as usize] = Class::Open;
    table[b'[' as usize] = Class::Open;
    table[b'}' as usize] = Class::Close;
    table[b']' as usize] = Class::Close;
    table
}

/// The last byte that is not white space.
pub(super) fn last_byte(data: Option<&[u8]>) -> Option<u8> {
    data?.trim_ascii_end().last().copied()
}

/// The first key of an object, with its quotes.
pub(super) fn first_key(object: &[u8]) -> Option<&[u8]> {
    let inner = object.strip_prefix(b"{")?.trim_ascii_start();
    let length = memchr::memchr2(b'"', b'\\', inner.strip_prefix(b"\"")?)? + 2;
    inner.get(..length).filter(|key| length <= MAX_MARKER_BYTES && key.ends_with(b"\""))
}

/// Where a text ends.
pub(super) enum TextEnd {
    /// Behind its closing quote.
    Closed(usize),
    /// Not in these bytes; to be looked for again from here.
    Open(usize),
    /// At a line break, which no text in JSON holds: its closing quote is missing.
    Broken(usize),
}

/// Looks for the end of the text that has begun before `at`.
pub(super) fn text_end(data: &[u8], mut at: usize) -> TextEnd {
    while let Some(found) = memchr3(b'"', b'\\', b'\n', data.get(at..).unwrap_or_default()) {
        at += found;
        match data.get(at) {
            Some(b'"') => return TextEnd::Closed(at + 1),
            Some(b'\\') if at + 1 < data.len() => at += 2,
            Some(b'\\') => return TextEnd::Open(at),
            _ => return TextEnd::Broken(at),
        }
    }
    TextEnd::Open(data.len())
}
