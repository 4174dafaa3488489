//! Cuts a stream into chunks of whole records without parsing them, so that parsing can run on any core.

/// A record longer than this is skipped.
pub(super) const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;

/// How many bytes may be looked at a second time after broken records, in one file. Bounds the work on hostile input.
const MAX_RESCANNED_BYTES: usize = 256 * 1024 * 1024;

const TOO_LONG: &str = "the record is longer than 8 MiB";
const NEVER_CLOSED: &str = "a quoted cell is never closed; the line was skipped";
const TOO_BROKEN: &str =
    "too much of the file is broken (limit: 256 MiB looked at twice); the rest was not read";

/// How the records of a file are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// One a line.
    Lines,
    /// Rows of a table.
    Rows(Dialect),
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What stands between two cells.
    pub(super) delimiter: u8,
    /// A quote inside a quoted cell may be written `\"`, and a backslash `\\`, beside the usual doubled quote.
    pub(super) backslash: bool,
}

impl Dialect {
    /// A reader of rows that [`Splitter`] has cut.
    pub(super) fn reader<R: std::io::Read>(self, from: R) -> csv::Reader<R> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .escape(self.backslash.then_some(b'\\'))
            .from_reader(from)
    }
}

/// Whole records, one after another.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// The line in the file at which they begin, from 1.
    pub(super) first_line: u64,
}

impl Chunk {
    /// The line at which a record stands, where `position` is what the reader says. It leaves the line feed of a record that
    /// ends in CR LF to the next one, and passes over empty lines.
    pub(super) fn line_of(&self, position: Option<&csv::Position>) -> u64 {
        let Some(position) = position else { return self.first_line };
        let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        self.first_line + position.line() - 1 + ends.filter(|byte| **byte == b'\n').count() as u64
    }
}

pub(super) enum Event {
    Chunk(Chunk),
    /// The record that begins at a line was dropped.
    Lost {
        reason: &'static str,
        line: u64,
    },
}

/// Where in a table the scan is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a backslash in a quoted cell.
    Escaped,
    /// After a quote in a quoted cell: the cell's end, or half of an escaped quote.
    QuoteInQuoted,
}

pub(super) struct Splitter {
    records: Records,
    /// Begins at a record's beginning.
    buffer: Vec<u8>,
    /// How much of the buffer has been looked at.
    scanned: usize,
    state: State,
    /// The line at which the buffer begins.
    line: u64,
    /// Dropping everything up to the next line's beginning.
    skipping: bool,
    rescanned: usize,
    given_up: bool,
}

impl Splitter {
    pub(super) fn new(records: Records) -> Self {
        Self {
            records,
            buffer: Vec::new(),
            scanned: 0,
            state: State::CellStart,
            line: 1,
            skipping: false,
            rescanned: 0,
            given_up: false,
        }
    }

    /// Takes the next bytes; gives what is whole by now.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        if self.given_up {
            return Vec::new();
        }
        if self.skipping {
            let Some(end) = memchr::memchr(b'\n', bytes) else { return Vec::new() };
            bytes = bytes.get(end + 1..).unwrap_or_default();
            self.line += 1;
            self.skipping = false;
        }
        self.buffer.extend_from_slice(bytes);
        let mut events = Vec::new();
        self.cut(&mut events);
        while self.buffer.len() > MAX_RECORD_BYTES {
            self.lose(TOO_LONG, &mut events);
            self.cut(&mut events);
        }
        events
    }

    /// Gives what is left at the end of the stream.
    pub(super) fn finish(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while matches!(self.state, State::Quoted | State::Escaped) {
            self.lose(NEVER_CLOSED, &mut events);
            self.cut(&mut events);
        }
        if !self.buffer.is_empty() {
            events.push(Event::Chunk(Chunk { bytes: self.buffer, first_line: self.line }));
        }
        events
    }

    fn cut(&mut self, events: &mut Vec<Event>) {
        let whole = self.scan();
        self.scanned = self.buffer.len();
        if whole == 0 {
            return;
        }
        let rest = self.buffer.split_off(whole);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        self.scanned = self.buffer.len();
        let first_line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        events.push(Event::Chunk(Chunk { bytes, first_line }));
    }

    /// One past the last record that ends in the buffer, 0 if none does.
    fn scan(&mut self) -> usize {
        let new = self.buffer.get(self.scanned..).unwrap_or_default();
        let Records::Rows(Dialect { delimiter, backslash }) = self.records else {
            return memchr::memrchr(b'\n', new).map_or(0, |at| self.scanned + at + 1);
        };
        let mut whole = 0;
        for (at, &byte) in (self.scanned + 1..).zip(new) {
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, b'\\') if backslash => State::Escaped,
                (State::Quoted | State::Escaped, _) => State::Quoted,
                (State::CellStart | State::QuoteInQuoted, b'"') => State::Quoted,
                (_, b'\n') => {
                    whole = at;
                    State::CellStart
                }
                (_, byte) if byte == delimiter => State::CellStart,
                _ => State::Plain,
            };
        }
        whole
    }

    /// Drops the first line of the buffer, and the rest of the line if it has not been read yet.
    fn lose(&mut self, reason: &'static str, events: &mut Vec<Event>) {
        events.push(Event::Lost { reason, line: self.line });
        (self.scanned, self.state) = (0, State::CellStart);
        match memchr::memchr(b'\n', &self.buffer) {
            Some(end) => {
                self.buffer.drain(..=end);
                self.line += 1;
                self.rescanned += self.buffer.len();
                if self.rescanned > MAX_RESCANNED_BYTES {
                    events.push(Event::Lost { reason: TOO_BROKEN, line: self.line });
                    self.buffer.clear();
                    self.given_up = true;
                }
            }
            None => {
                self.buffer.clear();
                self.skipping = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Records = Records::Rows(Dialect { delimiter: b',', backslash: false });

    fn split(format: Records, pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::new(format);
        let mut events: Vec<Event> = pieces.iter().flat_map(|piece| splitter.push(piece)).collect();
        events.extend(splitter.finish());
        events
            .into_iter()
            .map(|event| match event {
                Event::Chunk(chunk) => {
                    format!("{}:{}", chunk.first_line, String::from_utf8_lossy(&chunk.bytes))
                }
                Event::Lost { line, .. } => format!("{line} lost"),
            })
            .collect()
    }

    #[test]
    fn cuts_at_lines_wherever_the_pieces_end() {
        assert_eq!(split(Records::Lines, &[b"{}\n{", b"}", b"\n{}"]), ["1:{}\n", "2:{}\n", "3:{}"]);
    }

    #[test]
    fn a_quoted_line_break_does_not_end_a_row() {
        let pieces: [&[u8]; 2] = [b"a,\"b\n", b"c \"\"d\"\"\n\",e\nf,5\" nail\ng\n"];
        assert_eq!(split(CSV, &pieces), ["1:a,\"b\nc \"\"d\"\"\n\",e\nf,5\" nail\ng\n"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        assert_eq!(split(CSV, &[b"a,b\nc,\"d\ne,f\ng,h\n"]), ["1:a,b\n", "2 lost", "3:e,f\ng,h\n"]);
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_cell_where_backslashes_escape() {
        let escaped = Records::Rows(Dialect { delimiter: b',', backslash: true });
        let row: &[u8] = b"a,\"b \\\"c,\nd\\\\\"\ne\n";
        assert_eq!(
            split(escaped, &[row, b"f,\"g\n"]),
            [format!("1:{}", String::from_utf8_lossy(row)), "4 lost".to_owned()]
        );
    }

    #[test]
    fn lines_that_break_each_other_do_not_take_for_ever() {
        // Each line leaves a quote open, whether one was open before it or not.
        let hostile = b"\"x\",\"\n".repeat(MAX_RECORD_BYTES / 8);
        let said = split(CSV, &[&hostile]);
        assert!(said.len() < 2_000, "{}", said.len());
    }

    #[test]
    fn a_record_over_the_limit_costs_one_record() {
        let long = vec![b'x'; MAX_RECORD_BYTES + 1];
        assert_eq!(split(Records::Lines, &[b"{}\n", &long, b"xx\n{}\n"]), ["1:{}\n", "2 lost", "3:{}\n"]);
        assert_eq!(split(CSV, &[b"a\n", &long, b"xx\nb\n"]), ["1:a\n", "2 lost", "3:b\n"]);
    }
}
