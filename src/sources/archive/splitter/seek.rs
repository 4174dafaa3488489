//! Finds the lists inside of an object: `{"comments_v2": [...]}`, or deeper.

use std::io::Read;

use super::json::{CLASS, Class, Nesting, TextEnd, text_end};
use super::{MAX_ELEMENT_BYTES, NO_LIST, Splitter, Start, State, Step, TOO_LONG};

/// How much of what stands around the lists is kept, in bytes.
const MAX_FRAME_BYTES: usize = 1024 * 1024;

/// Where a search for lists stands.
#[derive(Default)]
pub(super) struct Seek {
    /// Where the object began that may turn out to be one record.
    pub(super) kept: Option<usize>,
    /// The brackets that are open around the lists.
    open: Nesting,
    /// What stands around the lists.
    frame: Vec<u8>,
    /// The object is too long to be one record.
    too_long: bool,
    /// Something is broken, and has been said: brackets are not counted any more.
    lenient: bool,
}

impl Seek {
    /// From here on nothing more is said about what does not fit together.
    pub(super) fn forgive(&mut self) {
        self.lenient = true;
    }

    fn frame(&mut self, bytes: &[u8]) {
        if self.frame.len() <= MAX_FRAME_BYTES {
            self.frame.extend_from_slice(bytes);
        }
    }
}

/// Why a walk over an object stopped.
enum Walked {
    /// At the value of a wanted key.
    Found(&'static str),
    /// At a wanted key, whose elements do not belong to the chunk that is being filled.
    Other,
    /// Behind the object.
    Over,
    /// The buffer is used up.
    NeedMore,
}

impl<R: Read> Splitter<R> {
    /// What stands around the lists, as far as it has been read: the object with its wanted lists emptied. Empty where
    /// there was no such list, or where it is longer than 1 MiB.
    pub(crate) fn frame(&self) -> &[u8] {
        if self.seek.frame.len() > MAX_FRAME_BYTES { &[] } else { &self.seek.frame }
    }

    /// The state behind a list, or behind an element that stands in none.
    pub(super) fn behind(&self) -> State {
        if self.seek.open.depth > 0 { State::Seeking } else { State::Outside }
    }

    pub(super) fn begin_seeking(&mut self) {
        self.seek = Seek { kept: Some(self.position), ..Seek::default() };
        self.seek.open.open(b'{');
        self.position += 1;
        self.state = State::Seeking;
    }

    /// Walks over an object until a wanted key, its end, or the end of the buffer.
    pub(super) fn seek(&mut self) -> Step {
        let from = self.position;
        let walked = self.walk();
        let data = self.buffer.get(..self.filled).unwrap_or_default();
        if let Walked::Found(key) = walked {
            let from = self.seek.kept.take().unwrap_or(from);
            self.seek.frame(data.get(from..self.position).unwrap_or_default());
            let opening = data.get(self.position).copied();
            self.key = Some(key);
            self.enter(opening);
            return Step::Again;
        }
        if self.seek.kept.is_none() {
            self.seek.frame(data.get(from..self.position).unwrap_or_default());
        }
        match walked {
            Walked::Other => Step::Flush,
            Walked::Over => match self.seek.kept.take() {
                Some(start) => {
                    self.seen_list = true;
                    self.end_element(start, self.position)
                }
                None => {
                    if std::mem::take(&mut self.seek.too_long) && !self.seen_list {
                        self.fault(from, TOO_LONG);
                    }
                    self.state = State::Outside;
                    Step::Again
                }
            },
            _ => {
                if self.seek.kept.is_some_and(|kept| self.position - kept > MAX_ELEMENT_BYTES) {
                    // No record is so long, yet there may be lists further on.
                    self.seek.kept = None;
                    self.seek.too_long = true;
                }
                Step::NeedMore
            }
        }
    }

    /// At the value of a wanted key.
    fn enter(&mut self, opening: Option<u8>) {
        self.seen_list = true;
        match opening {
            Some(b'[') => {
                self.list += 1;
                self.seek.frame(b"[]");
                self.position += 1;
                self.in_list = true;
                self.state = State::Between;
            }
            // One object where a list belongs: a list of one.
            Some(b'{') => {
                self.list += 1;
                self.seek.frame(b"{}");
                self.in_list = false;
                self.begin_element();
            }
            _ => {}
        }
    }

    fn walk(&mut self) -> Walked {
        while self.position < self.filled {
            let data = self.buffer.get(..self.filled).unwrap_or_default();
            let byte = data.get(self.position).copied().unwrap_or_default();
            match CLASS[usize::from(byte)] {
                Class::Plain => self.position += 1,
                Class::Quote => match text_end(data, self.position + 1) {
                    TextEnd::Closed(end) => {
                        if let Some(walked) = self.after_text(end) {
                            return walked;
                        }
                    }
                    TextEnd::Open(_) => return self.long_text(),
                    TextEnd::Broken(end) => {
                        self.position = end;
                        self.complain("A text is not closed");
                    }
                },
                Class::Open => {
                    self.position += 1;
                    if !self.seek.open.open(byte) {
                        self.complain("The file nests too deep (limit: 126 levels)");
                    }
                }
                Class::Close => {
                    self.position += 1;
                    if !self.seek.open.close(byte) {
                        self.complain("Brackets do not match");
                    } else if self.seek.open.depth == 0 {
                        return Walked::Over;
                    }
                }
                Class::Alien => {
                    self.position += 1;
                    self.complain("The file is not valid JSON");
                }
            }
        }
        Walked::NeedMore
    }

    /// Goes behind a text that ends at `end`, or to the value if it is a wanted key. `None` to walk on.
    fn after_text(&mut self, end: usize) -> Option<Walked> {
        let data = self.buffer.get(..self.filled).unwrap_or_default();
        let text = data.get(self.position + 1..end - 1).unwrap_or_default();
        let Start::Under(keys) = self.start else { return None };
        let Some(key) = keys.iter().find(|key| key.as_bytes() == text) else {
            self.position = end;
            return None;
        };
        let next = |at: usize| {
            let rest = data.get(at..).unwrap_or_default();
            rest.iter().position(|byte| !byte.is_ascii_whitespace()).map(|skipped| at + skipped)
        };
        let Some(colon) = next(end) else { return Some(self.long_text()) };
        if data.get(colon) != Some(&b':') {
            self.position = end;
            return None;
        }
        let Some(value) = next(colon + 1) else { return Some(self.long_text()) };
        if !self.elements.is_empty() && self.key != Some(key) {
            return Some(Walked::Other);
        }
        self.position = value;
        Some(Walked::Found(key))
    }

    /// A text goes on behind the buffer, or white space does behind a key.
    fn long_text(&mut self) -> Walked {
        if self.filled - self.position > MAX_ELEMENT_BYTES {
            self.fault(self.position, "A text is too long (limit: 16 MiB): the rest of the file is not read");
            self.seek.kept = None;
            self.state = State::Done;
        }
        Walked::NeedMore
    }

    fn complain(&mut self, reason: &'static str) {
        if !self.seek.lenient {
            self.fault(self.position, reason);
        }
        self.seek.kept = None;
        self.seek.forgive();
    }

    /// The file has ended inside of an object.
    pub(super) fn end_seeking(&mut self) {
        match self.seek.kept.take() {
            Some(start) => self.fault(start, "The file ends in the middle of a record"),
            None if self.seek.lenient => {}
            None if self.seen_list => self.fault(self.filled, "The file ends before it is complete"),
            None => self.fault(self.filled, NO_LIST),
        }
        self.state = State::Done;
    }
}
