//! Splits a file that holds one long JSON array into its elements, without reading the whole file into memory and without
//! decoding anything.
//!
//! The scanner follows strings and brackets only. What it hands out is therefore not yet known to be valid JSON; what it
//! cannot follow is reported as a [`Fault`] and left at the next place where a record begins, so that one broken record
//! costs one record.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use memchr::{memchr3, memmem};

/// How many bytes one chunk aims at. Large enough to make a hand-over cheap, small enough to stay in a core's cache.
pub(crate) const CHUNK_BYTES: usize = 512 * 1024;

/// The largest single element that is read, in bytes. A direct-message conversation is one element.
pub(crate) const MAX_ELEMENT_BYTES: usize = 16 * 1024 * 1024;

const TOO_LONG: &str = "A record is too long (limit: 16 MiB)";

/// How deep an element may nest; `serde_json` refuses more too.
pub(crate) const MAX_DEPTH: u8 = 126;

/// How many bytes may be looked at a second time after broken records, in one file. Bounds the work on hostile input.
pub(crate) const MAX_RESCANNED_BYTES: u64 = 1 << 30;

/// How far into a file the list must begin: `window.YTD.tweets.part0 = [` needs 30 bytes.
const MAX_PREFIX_BYTES: usize = 1024;

/// How many bytes of white space are looked through before a key that marks the beginning of a record.
const MARKER_LOOKBACK: usize = 256;

/// The longest first key that is used to find the next record.
const MAX_MARKER_BYTES: usize = 64;

/// A part of the file that could not be split.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where in the file, in bytes.
    pub(crate) offset: u64,
    /// What is wrong there, as a fixed sentence.
    pub(crate) reason: Cow<'static, str>,
}

/// A run of whole elements.
#[derive(Debug)]
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    elements: Vec<Range<usize>>,
    /// Where the bytes begin in the file.
    offset: u64,
    /// How many bytes were read from the file for this chunk.
    pub(crate) bytes_read: u64,
    /// What could not be split since the last chunk.
    pub(crate) faults: Vec<Fault>,
    pool: Pool,
}

/// Buffers that are used again, because fresh memory costs as much as scanning it.
type Pool = Arc<Mutex<Vec<Vec<u8>>>>;

impl Chunk {
    /// The elements in order, each with its offset in the file.
    pub(crate) fn elements(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let bytes = &self.bytes;
        let offset = self.offset;
        self.elements
            .iter()
            .map(move |range| (offset + range.start as u64, bytes.get(range.clone()).unwrap_or_default()))
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if self.bytes.len() == CHUNK_BYTES
            && let Ok(mut pool) = self.pool.lock()
        {
            pool.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before, between or after lists.
    Outside,
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
}

/// Reads a file and splits it. See the module's words.
pub(crate) struct Splitter<R> {
    reader: R,
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
    faults: Vec<Fault>,
}

impl<R: Read> Splitter<R> {
    /// A splitter of UTF-8 (or ASCII-compatible) bytes.
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
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
                    self.begin_element();
                    return Step::Again;
                }
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | 0xEF | 0xBB | 0xBF => self.position += 1,
                _ => {
                    let rest = self.buffer.get(self.position..self.filled).unwrap_or_default();
                    let rest = rest.get(..MAX_PREFIX_BYTES).unwrap_or(rest);
                    match memchr::memchr(b'=', rest) {
                        Some(at) => self.position += at + 1,
                        None if rest.len() < MAX_PREFIX_BYTES && !self.ended => return Step::NeedMore,
                        None => {
                            self.fault(self.position, "No list of records begins here");
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
                    self.state = State::Outside;
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
                match memchr3(b'"', b'\\', b'\n', data.get(at..).unwrap_or_default()) {
                    Some(found) => match data.get(at + found) {
                        Some(b'"') => {
                            at += found + 1;
                            self.in_string = false;
                            if self.nesting.depth == 0 {
                                return self.end_element(start, at);
                            }
                        }
                        Some(b'\\') if at + found + 1 < data.len() => {
                            at += found + 2;
                            continue;
                        }
                        Some(b'\\') => {
                            self.position = at + found;
                            return self.want_more(start);
                        }
                        _ => return self.broken(start, at + found, "A text is not closed"),
                    },
                    None => {
                        self.position = data.len();
                        return self.want_more(start);
                    }
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
                    let after_colon = !self.nesting.in_object() || last_byte(data.get(start..at)) == Some(b':');
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
        self.position = end;
        self.state = if self.in_list { State::Between } else { State::Outside };
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
        self.rescanned += (at - start) as u64;
        if let Some(key) = self.buffer.get(start..self.filled).and_then(first_key) {
            self.marker = key.to_vec();
        }
        self.position = start + 1;
        self.state = State::Lost;
        if self.rescanned > MAX_RESCANNED_BYTES {
            self.fault(start, "Too much of the file is broken (limit: 1 GiB read twice): the rest is not read");
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

    /// The first byte of the buffer that is still needed.
    fn needed_from(&self) -> usize {
        match self.state {
            State::Inside(start) => start,
            // One byte more, because the look back may need it.
            State::Lost => self.position.saturating_sub(1),
            _ => self.position,
        }
    }

    /// Frees the front of the buffer, or makes it longer where one element fills it.
    fn make_room(&mut self) {
        let from = self.needed_from();
        if self.elements.is_empty() && from > 0 {
            self.buffer.copy_within(from..self.filled, 0);
            self.moved(from);
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    fn moved(&mut self, by: usize) {
        self.filled -= by;
        self.position -= by;
        self.offset += by as u64;
        if let State::Inside(start) = &mut self.state {
            *start -= by;
        }
    }

    fn fill(&mut self) {
        while let Some(free) = self.buffer.get_mut(self.filled..).filter(|free| !free.is_empty()) {
            match self.reader.read(free) {
                Ok(0) => {
                    self.ended = true;
                    return;
                }
                Ok(count) => {
                    self.filled += count;
                    self.bytes_read += count as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.faults.push(Fault {
                        offset: self.offset + self.filled as u64,
                        reason: format!("The file cannot be read further: {error}").into(),
                    });
                    self.ended = true;
                    self.read_failed = true;
                    return;
                }
            }
        }
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
            State::Outside if self.byte().is_some() => {
                self.outside();
            }
            State::Outside if !self.seen_list => {
                self.fault(self.filled, "No list of records begins here");
                self.state = State::Done;
            }
            State::Outside | State::Lost | State::Done => self.state = State::Done,
        }
    }

    fn take_chunk(&mut self) -> Option<Chunk> {
        if self.elements.is_empty() && self.faults.is_empty() && self.bytes_read == 0 {
            return None;
        }
        let fresh = self.pool.lock().ok().and_then(|mut pool| pool.pop());
        let mut next = fresh.unwrap_or_else(|| vec![0; CHUNK_BYTES]);
        let from = self.needed_from();
        let rest = self.buffer.get(from..self.filled).unwrap_or_default();
        if next.len() < rest.len() {
            next.resize(rest.len(), 0);
        }
        if let Some(room) = next.get_mut(..rest.len()) {
            room.copy_from_slice(rest);
        }
        let chunk = Chunk {
            bytes: std::mem::replace(&mut self.buffer, next),
            elements: std::mem::take(&mut self.elements),
            offset: self.offset,
            bytes_read: std::mem::take(&mut self.bytes_read),
            faults: std::mem::take(&mut self.faults),
            pool: Arc::clone(&self.pool),
        };
        self.moved(from);
        Some(chunk)
    }
}

/// The kinds of the open brackets, innermost in the lowest bit: 1 is an object.
#[derive(Clone, Copy, Default)]
struct Nesting {
    kinds: u128,
    depth: u8,
}

impl Nesting {
    fn in_object(self) -> bool {
        self.depth > 0 && self.kinds & 1 == 1
    }

    fn open(&mut self, bracket: u8) -> bool {
        if self.depth == MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        self.kinds = self.kinds << 1 | u128::from(bracket == b'{');
        true
    }

    fn close(&mut self, bracket: u8) -> bool {
        if self.depth == 0 || self.in_object() != (bracket == b'}') {
            return false;
        }
        self.depth -= 1;
        self.kinds >>= 1;
        true
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Numbers, `true`, `false`, `null`, colons, white space: of no interest to the splitter.
    Plain,
    Quote,
    Open,
    Close,
    /// Never outside of texts in JSON.
    Alien,
}

static CLASS: [Class; 256] = classes();

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
fn last_byte(data: Option<&[u8]>) -> Option<u8> {
    data?.trim_ascii_end().last().copied()
}

/// The first key of an object, with its quotes.
fn first_key(object: &[u8]) -> Option<&[u8]> {
    let inner = object.strip_prefix(b"{")?.trim_ascii_start();
    let length = memchr::memchr2(b'"', b'\\', inner.strip_prefix(b"\"")?)? + 2;
    inner.get(..length).filter(|key| length <= MAX_MARKER_BYTES && key.ends_with(b"\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Gives a few bytes at a time, so that borders fall everywhere.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn split_with(data: &[u8], buffer: usize) -> (Vec<Vec<u8>>, Vec<Fault>) {
        let mut splitter = Splitter::new(Dripping(data, buffer));
        splitter.buffer = vec![0; buffer];
        let (mut elements, mut faults) = (Vec::new(), Vec::new());
        while let Some(mut chunk) = splitter.next_chunk() {
            for (offset, element) in chunk.elements() {
                let offset = usize::try_from(offset).unwrap();
                assert_eq!(&data[offset..offset + element.len()], element, "offset of an element");
                elements.push(element.to_vec());
            }
            faults.append(&mut chunk.faults);
        }
        (elements, faults)
    }

    fn texts(data: &str) -> (Vec<String>, Vec<(u64, String)>) {
        let (elements, faults) = split_with(data.as_bytes(), 64);
        let elements = elements.into_iter().map(|element| String::from_utf8(element).unwrap()).collect();
        (elements, faults.into_iter().map(|fault| (fault.offset, fault.reason.into_owned())).collect())
    }

    #[test]
    fn splits_what_exports_hold() {
        for (input, expected) in [
            ("window.YTD.tweets.part0 = [ {\"a\":1}, {\"b\":\"]}\\\"\"} ]", vec!["{\"a\":1}", "{\"b\":\"]}\\\"\"}"]),
            ("Grailbird.data.tweets_2013_02 = \n [ {\"a\":[1,{}]} ];", vec!["{\"a\":[1,{}]}"]),
            ("[]", vec![]),
            ("\u{feff}[1,\"x\" , null]", vec!["1", "\"x\"", "null"]),
            ("var user_details =  {\"a\" : 1}", vec!["{\"a\" : 1}"]),
            ("window.YTD.a.part0 = [{}]\nwindow.YTD.a.part1 = [{\"b\":2}]", vec!["{}", "{\"b\":2}"]),
        ] {
            assert_eq!(texts(input), (expected.into_iter().map(str::to_owned).collect(), vec![]), "{input}");
        }
    }

    #[test]
    fn one_broken_record_costs_one_record() {
        for broken in [
            "{\"tweet\": {\"a\": \"never closed}}",
            "{\"tweet\": {\"a\": 1}",
            "{\"tweet\": {\"a\": [1, {\"b\": 2}}}",
            "{\"tweet\": {\"a\": what is this}}",
            "{\"tweet\": {\"a\": \"x\n\"}}",
        ] {
            let input = format!("[{{\"tweet\": {{\"n\": 1}}}},\n{broken},\n{{\"tweet\": {{\"n\": 2}}}}\n]");
            let (elements, faults) = texts(&input);
            assert_eq!(elements, ["{\"tweet\": {\"n\": 1}}", "{\"tweet\": {\"n\": 2}}"], "{input}");
            assert_eq!(faults.iter().map(|fault| fault.0).collect::<Vec<_>>(), [22], "{input} {faults:?}");
        }
    }

    #[test]
    fn keeps_what_stands_before_a_cut() {
        let (elements, faults) = texts("x = [{\"a\":1},{\"a\":2},{\"a\":\"thr");
        assert_eq!(elements.len(), 2);
        assert_eq!(faults, [(21, "The file ends in the middle of a record".to_owned())]);
        assert_eq!(texts("[{\"a\":1},").1, [(9, "The file ends before its list does".to_owned())]);
    }

    #[test]
    fn says_when_there_is_no_list() {
        for input in ["", "   ", "hello", "x = "] {
            let (elements, faults) = texts(input);
            assert_eq!((elements.len(), faults.len()), (0, 1), "{input:?}");
        }
    }

    #[test]
    fn refuses_what_nests_too_deep_and_goes_on() {
        let deep = format!("[{{\"k\":{}1{}}}, {{\"k\":2}}]", "[".repeat(5000), "]".repeat(5000));
        let (elements, faults) = texts(&deep);
        assert_eq!(elements, ["{\"k\":2}"]);
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn refuses_an_endless_element() {
        let long = format!("[{{\"k\":\"{}\"}}, {{\"k\":2}}]", "x".repeat(MAX_ELEMENT_BYTES + 2 * CHUNK_BYTES));
        let (elements, faults) = split_with(long.as_bytes(), CHUNK_BYTES);
        assert_eq!((elements.len(), faults.len()), (1, 1));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i16>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
            "[\\PC\"{}\\[\\],:\\\\\n]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,6}", inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(
            values in prop::collection::vec(json(), 0..12),
            buffer in 1_usize..200,
            pretty in any::<bool>(),
        ) {
            let array = Value::from(values.clone());
            let text = if pretty { serde_json::to_string_pretty(&array) } else { serde_json::to_string(&array) };
            let text = format!("window.YTD.tweets.part0 = {}", text.unwrap());
            let (elements, faults) = split_with(text.as_bytes(), buffer);
            let elements: Vec<Value> =
                elements.iter().map(|element| serde_json::from_slice(element).unwrap()).collect();
            prop_assert_eq!(elements, values);
            prop_assert_eq!(faults, vec![]);
        }

        #[test]
        fn survives_any_bytes(data in prop::collection::vec(any::<u8>(), 0..600), buffer in 1_usize..100) {
            split_with(&data, buffer);
        }

        #[test]
        fn survives_json_like_noise(data in "[\\[\\]{}\":,\\\\a \n1]{0,400}", buffer in 1_usize..100) {
            split_with(format!("[{data}").as_bytes(), buffer);
        }
    }
}
