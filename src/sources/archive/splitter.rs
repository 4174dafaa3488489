//! Splits a file that holds one long JSON array into its elements, without reading the whole file into memory and without
//! decoding anything. The array may stand behind an assignment (X), or under a key of an object (Meta, Takeout and others).
//!
//! The scanner follows strings and brackets only. What it hands out is therefore not yet known to be valid JSON; what it
//! cannot follow is reported as a [`Fault`] and left at the next place where a record begins, so that one broken record
//! costs one record.

mod buffer;
mod chunk;
mod json;
mod seek;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use chunk::Pool;
pub(crate) use chunk::{Chunk, Fault};
use json::{CLASS, Class, MAX_MARKER_BYTES, Nesting, TextEnd, first_key, last_byte, text_end};
use memchr::memmem;
use seek::Seek;

/// How many bytes one chunk aims at. Large enough to make a hand-over cheap, small enough to stay in a core's cache.
pub(crate) const CHUNK_BYTES: usize = 512 * 1024;

/// The largest single element that is read, in bytes. A direct-message conversation is one element.
pub(crate) const MAX_ELEMENT_BYTES: usize = 16 * 1024 * 1024;

const NO_LIST: &str = "No list of records begins here";

const TOO_LONG: &str = "A record is too long (limit: 16 MiB)";

/// How many bytes may be looked at a second time after broken records, in one file. Bounds the work on hostile input.
pub(crate) const MAX_RESCANNED_BYTES: u64 = 1 << 30;

/// How far into a file the list must begin: `window.YTD.tweets.part0 = [` needs 30 bytes.
const MAX_PREFIX_BYTES: usize = 1024;

/// How many bytes of white space are looked through before a key that marks the beginning of a record.
const MARKER_LOOKBACK: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before, between or after lists.
    Outside,
    /// Inside an object, looking for a list under one of the wanted keys.
    Seeking,
    /// Inside the list, between elements.
    Between,
    /// Inside the element that began at this place of the buffer.
    Inside(usize),
    /// Looking for the next beginning of a record.
    Lost,
    /// Nothing more to come.
    Done,
}

enum Step {
    /// The buffer is used up.
    NeedMore,
    /// The state has changed.
    Again,
    /// The elements so far make a chunk of their own.
    Flush,
}

/// How a file may begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// Also with an assignment: `window.YTD.tweets.part0 = [`.
    Assigned,
    /// With a list, or with an object that has lists under these keys, at any depth, as in `{"comments_v2": [...]}`. An
    /// object without these keys is one element.
    Under(&'static [&'static str]),
}

/// Reads a file and splits it. See the module's words.
pub(crate) struct Splitter<R> {
    reader: R,
    start: Start,
    pool: Pool,
    buffer: Vec<u8>,
    filled: usize,
    position: usize,
    offset: u64,
    ended: bool,
    read_failed: bool,
    seen_list: bool,
    state: State,
    in_list: bool,
    nesting: Nesting,
    in_string: bool,
    marker: Vec<u8>,
    rescanned: u64,
    bytes_read: u64,
    elements: Vec<Range<usize>>,
    /// How many lists under wanted keys have begun.
    list: u64,
    lists: Vec<u64>,
    key: Option<&'static str>,
    seek: Seek,
    faults: Vec<Fault>,
}

impl<R: Read> Splitter<R> {
    /// A splitter of UTF-8 (or ASCII-compatible) bytes: a list, perhaps behind an assignment, or one object.
    pub(crate) fn new(reader: R) -> Self {
        Self::starting(reader, Start::Assigned)
    }

    /// The same for a file that begins like this.
    pub(crate) fn starting(reader: R, start: Start) -> Self {
        Self {
            reader,
            start,
            pool: Pool::default(),
            buffer: vec![0; CHUNK_BYTES],
            filled: 0,
            position: 0,
            offset: 0,
            ended: false,
            read_failed: false,
            seen_list: false,
            state: State::Outside,
            in_list: false,
            nesting: Nesting::default(),
            in_string: false,
            marker: Vec::new(),
            rescanned: 0,
            bytes_read: 0,
            elements: Vec::new(),
            list: 0,
            lists: Vec::new(),
            key: None,
            seek: Seek::default(),
            faults: Vec::new(),
        }
    }

    /// The next run of elements, or `None` at the end. A chunk may hold faults and no element.
    pub(crate) fn next_chunk(&mut self) -> Option<Chunk> {
        loop {
            while self.state != State::Done {
                match self.step() {
                    Step::Again => {}
                    Step::NeedMore => break,
                    Step::Flush => return self.take_chunk(),
                }
            }
            let full = self.filled == self.buffer.len();
            if self.state == State::Done || (full && !self.elements.is_empty()) {
                return self.take_chunk();
            }
            if self.ended {
                self.finish();
            } else {
                self.make_room();
                self.fill();
            }
        }
    }

    fn step(&mut self) -> Step {
        match self.state {
            State::Outside => self.outside(),
            State::Seeking => self.seek(),
            State::Between => self.between(),
            State::Inside(start) => self.inside(start),
            State::Lost => self.find_record(),
            State::Done => Step::NeedMore,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.buffer.get(..self.filled)?.get(self.position).copied()
    }

    /// Before the list: `window.YTD.tweets.part0 = [`, `[`, or one `{` without a list.
    fn outside(&mut self) -> Step {
        while let Some(byte) = self.byte() {
            match byte {
                b'[' => {
                    self.position += 1;
                    self.in_list = true;
                    self.seen_list = true;
                    self.state = State::Between;
                    return Step::Again;
                }
                b'{' => {
                    self.in_list = false;
                    match self.start {
                        Start::Under(_) => self.begin_seeking(),
                        Start::Assigned => self.begin_element(),
                    }
                    return Step::Again;
                }
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | 0xEF | 0xBB | 0xBF => self.position += 1,
                _ => {
                    let rest = self.buffer.get(self.position..self.filled).unwrap_or_default();
                    let rest = rest.get(..MAX_PREFIX_BYTES).unwrap_or(rest);
                    match memchr::memchr(b'=', rest) {
                        Some(at) if matches!(self.start, Start::Assigned) => self.position += at + 1,
                        None if matches!(self.start, Start::Assigned)
                            && rest.len() < MAX_PREFIX_BYTES
                            && !self.ended =>
                        {
                            return Step::NeedMore;
                        }
                        _ => {
                            self.fault(self.position, NO_LIST);
                            self.state = State::Done;
                            return Step::Again;
                        }
                    }
                }
            }
        }
        Step::NeedMore
    }

    fn between(&mut self) -> Step {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.position += 1,
                b']' => {
                    self.position += 1;
                    self.state = self.behind();
                    return Step::Again;
                }
                _ => {
                    self.begin_element();
                    return Step::Again;
                }
            }
        }
        Step::NeedMore
    }

    fn begin_element(&mut self) {
        self.seen_list = true;
        self.state = State::Inside(self.position);
        self.nesting = Nesting::default();
        self.in_string = false;
    }

    fn inside(&mut self, start: usize) -> Step {
        let data = self.buffer.get(..self.filled).unwrap_or_default();
        if !matches!(data.get(start), Some(b'{' | b'[' | b'"')) {
            return self.word(start);
        }
        let mut at = self.position;
        loop {
            if self.in_string {
                match text_end(data, at) {
                    TextEnd::Closed(end) => at = end,
                    TextEnd::Open(from) => {
                        self.position = from;
                        return self.want_more(start);
                    }
                    TextEnd::Broken(end) => return self.broken(start, end, "A text is not closed"),
                }
                self.in_string = false;
                if self.nesting.depth == 0 {
                    return self.end_element(start, at);
                }
            }
            let rest = data.get(at..).unwrap_or_default();
            let Some(skipped) = rest.iter().position(|&byte| CLASS[usize::from(byte)] != Class::Plain) else {
                self.position = data.len();
                return self.want_more(start);
            };
            at += skipped;
            let byte = data.get(at).copied().unwrap_or_default();
            match CLASS[usize::from(byte)] {
                Class::Plain => {}
                Class::Quote => self.in_string = true,
                Class::Open => {
                    let after_colon =
                        !self.nesting.in_object() || last_byte(data.get(start..at)) == Some(b':');
                    if !after_colon {
                        return self.broken(start, at, "A record is not closed before the next begins");
                    }
                    if !self.nesting.open(byte) {
                        return self.broken(start, at, "A record nests too deep (limit: 126 levels)");
                    }
                }
                Class::Close => {
                    if !self.nesting.close(byte) {
                        return self.broken(start, at, "Brackets do not match");
                    }
                    if self.nesting.depth == 0 {
                        return self.end_element(start, at + 1);
                    }
                }
                Class::Alien => return self.broken(start, at, "A record is not valid JSON"),
            }
            at += 1;
        }
    }

    /// A number, `true`, `null`, or whatever else stands where an element belongs.
    fn word(&mut self, start: usize) -> Step {
        let rest = self.buffer.get(self.position..self.filled).unwrap_or_default();
        let ends = |byte: &u8| b" \t\r\n,[]{\"".contains(byte);
        match rest.iter().position(ends) {
            Some(length) => self.end_element(start, self.position + length),
            None => {
                self.position = self.filled;
                self.want_more(start)
            }
        }
    }

    fn end_element(&mut self, start: usize, end: usize) -> Step {
        if end - start > MAX_ELEMENT_BYTES {
            return self.broken(start, end, TOO_LONG);
        }
        self.elements.push(start..end);
        self.lists.push(self.list);
        self.position = end;
        self.state = if self.in_list { State::Between } else { self.behind() };
        Step::Again
    }

    fn want_more(&mut self, start: usize) -> Step {
        if self.position - start > MAX_ELEMENT_BYTES {
            return self.broken(start, self.position, TOO_LONG);
        }
        Step::NeedMore
    }

    /// Gives up the element that began at `start`, and goes back to look for the next record behind its beginning.
    fn broken(&mut self, start: usize, at: usize, reason: &'static str) -> Step {
        self.fault(start, reason);
        self.seek.forgive();
        self.rescanned += (at - start) as u64;
        if let Some(key) = self.buffer.get(start..self.filled).and_then(first_key) {
            self.marker = key.to_vec();
        }
        self.position = start + 1;
        self.state = State::Lost;
        if self.rescanned > MAX_RESCANNED_BYTES {
            self.fault(
                start,
                "Too much of the file is broken (limit: 1 GiB read twice): the rest is not read",
            );
            self.state = State::Done;
        }
        Step::Again
    }

    /// Looks for `{ "key"` that does not follow a colon, where the key is the first of the record that broke.
    fn find_record(&mut self) -> Step {
        let data = self.buffer.get(..self.filled).unwrap_or_default();
        let needle = if self.marker.is_empty() { b"{".as_slice() } else { &self.marker };
        for found in memmem::find_iter(data.get(self.position..).unwrap_or_default(), needle) {
            let before = data.get(self.position - 1..self.position + found).unwrap_or_default();
            let before = before.get(before.len().saturating_sub(MARKER_LOOKBACK)..).unwrap_or_default();
            let opening = if self.marker.is_empty() { before } else { before.trim_ascii_end() };
            let opening = match opening.strip_suffix(b"{") {
                Some(ahead) => ahead,
                None if self.marker.is_empty() => opening,
                None => continue,
            };
            // The byte kept in front of `position` belongs to the record that broke: a record that begins there is no news.
            if opening.is_empty() || opening.trim_ascii_end().last() == Some(&b':') {
                continue;
            }
            self.position = self.position + found - (before.len() - opening.len());
            self.state = State::Between;
            return Step::Again;
        }
        self.position = self.position.max(self.filled.saturating_sub(MARKER_LOOKBACK + MAX_MARKER_BYTES));
        Step::NeedMore
    }

    fn fault(&mut self, at: usize, reason: impl Into<Cow<'static, str>>) {
        self.faults.push(Fault { offset: self.offset + at as u64, reason: reason.into() });
    }

    /// The file has ended: what is open stays open.
    fn finish(&mut self) {
        match self.state {
            // Said already, with its cause.
            _ if self.read_failed => self.state = State::Done,
            State::Inside(start) if self.nesting.depth == 0 && !self.in_string && !self.in_list => {
                self.end_element(start, self.filled);
            }
            State::Inside(start) => {
                self.broken(start, self.filled, "The file ends in the middle of a record");
            }
            State::Between => {
                self.fault(self.filled, "The file ends before its list does");
                self.state = State::Done;
            }
            State::Seeking => self.end_seeking(),
            State::Outside if self.byte().is_some() => {
                self.outside();
            }
            State::Outside if !self.seen_list => {
                self.fault(self.filled, NO_LIST);
                self.state = State::Done;
            }
            State::Outside | State::Lost | State::Done => self.state = State::Done,
        }
    }
}
