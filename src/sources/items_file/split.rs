//! Cuts a stream into chunks of whole records without parsing them, so that parsing can run on any core.

use super::Format;

/// A record longer than this is skipped.
pub(super) const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;
const TOO_LONG: &str = "the record is longer than 8 MiB";
const NEVER_CLOSED: &str = "a quoted cell is never closed; the line was skipped";

/// Whole records, one after another.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// The line in the file at which they begin, from 1.
    pub(super) first_line: u64,
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
    /// After a quote in a quoted cell: the cell's end, or half of an escaped quote.
    QuoteInQuoted,
}

pub(super) struct Splitter {
    format: Format,
    /// Begins at a record's beginning.
    buffer: Vec<u8>,
    /// How much of the buffer has been looked at.
    scanned: usize,
    state: State,
    /// The line at which the buffer begins.
    line: u64,
    /// Dropping everything up to the next line's beginning.
    skipping: bool,
}

impl Splitter {
    pub(super) fn new(format: Format) -> Self {
        Self { format, buffer: Vec::new(), scanned: 0, state: State::CellStart, line: 1, skipping: false }
    }

    /// Takes the next bytes; gives what is whole by now.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Vec<Event> {
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
        while self.state == State::Quoted {
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
        let Format::Csv { delimiter } = self.format else {
            return memchr::memrchr(b'\n', new).map_or(0, |at| self.scanned + at + 1);
        };
        let mut whole = 0;
        for (at, &byte) in (self.scanned + 1..).zip(new) {
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, _) => State::Quoted,
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

    const CSV: Format = Format::Csv { delimiter: b',' };

    fn split(format: Format, pieces: &[&[u8]]) -> Vec<String> {
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
        assert_eq!(split(Format::JsonLines, &[b"{}\n{", b"}", b"\n{}"]), ["1:{}\n", "2:{}\n", "3:{}"]);
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
    fn a_record_over_the_limit_costs_one_record() {
        let long = vec![b'x'; MAX_RECORD_BYTES + 1];
        assert_eq!(split(Format::JsonLines, &[b"{}\n", &long, b"xx\n{}\n"]), ["1:{}\n", "2 lost", "3:{}\n"]);
        assert_eq!(split(CSV, &[b"a\n", &long, b"xx\nb\n"]), ["1:a\n", "2 lost", "3:b\n"]);
    }
}
