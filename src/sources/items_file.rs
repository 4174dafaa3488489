//! Items files: items as JSON Lines or CSV, read and written.
//!
//! The files of other tools are read leniently: only `id` and `text` are required (a table may lack `id`), fields that
//! are not known are ignored, and a bad value of an optional field costs that value, not the item.

mod lenient;
mod table;
mod write;

use std::io::{self, Read};
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Item, Kind, Precision, Profile};

pub use write::{Writer, Written, encode};

use self::table::Header;
use super::archive::encoding::utf8;
use super::look::{self, Look};
use super::split::{self, Dialect, Event, Records, Splitter};
use super::{Batch, Decoded, InputError, Options, Sink};

/// How much is read at once; also about the size of a batch.
const READ_BYTES: usize = 256 * 1024;
/// How much of a stream is looked at to tell what it is.
const HEAD_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const NOT_JSON: &str = "the line is not JSON";
const NOT_UTF8: &str = "the line is not valid UTF-8 (save or convert the file as UTF-8)";
const MESSAGE: &str = "private messages are left out (--include-messages reads them)";
const EXPECTED: &str = "one JSON object a line, or a CSV table, with `id` and `text`";

/// How the items are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A table whose first row names the fields.
    Csv {
        /// What stands between two cells.
        delimiter: u8,
    },
}

impl Format {
    /// The format of a file that begins with `head`, or what it looks like instead.
    pub(super) fn of(head: &[u8]) -> Result<Self, Look> {
        let text = String::from_utf8_lossy(head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head));
        let text = text.trim_start();
        match text.chars().next() {
            None => return Err(look::other("a file of nothing but white space", "export it again")),
            Some('[') => {
                return Err(look::other(
                    "a JSON array",
                    "write one object a line: jq -c '.[]' FILE > items.jsonl",
                ));
            }
            Some('<') => {
                return Err(look::other("HTML or XML of a kind that is not known", "save the page again"));
            }
            Some(_) => {}
        }
        if text.lines().any(is_item_line) {
            return Ok(Self::JsonLines);
        }
        if text.starts_with('{') {
            let next = "give the whole archive that the file comes from, or write one object a line with `id` and `text`";
            return Err(look::other("a JSON document that holds no items", next));
        }
        Self::of_table(text.lines().next().unwrap_or_default())
    }

    fn of_table(header: &str) -> Result<Self, Look> {
        let cells = |delimiter: u8| header.split(char::from(delimiter)).count();
        let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(|&d| cells(d)).unwrap_or(b',');
        let has_text =
            header.split(char::from(delimiter)).any(|cell| table::is_text(cell.trim().trim_matches('"')));
        if has_text {
            return Ok(Self::Csv { delimiter });
        }
        if cells(delimiter) > 1 {
            return Err(look::other(
                "a table without a column `text`",
                "name the column that holds the words `text`",
            ));
        }
        Err(look::other("plain text", "check a single text with: whitecoat check - < FILE"))
    }

    fn records(self) -> Records {
        match self {
            Self::JsonLines => Records::Lines,
            Self::Csv { delimiter } => Records::Rows(Dialect { delimiter, backslash: false }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "items as JSON Lines",
            Self::Csv { .. } => "items as CSV",
        }
    }
}

/// Whether a line is, or is the beginning of, an object with a text.
fn is_item_line(line: &str) -> bool {
    let line = line.trim();
    if !line.starts_with('{') {
        return false;
    }
    match serde_json::from_str::<Value>(line) {
        Ok(object) => object.get("text").is_some(),
        Err(error) => error.is_eof() && line.len() > 2 && line.contains("\"text\""),
    }
}

/// Reads an items file, in UTF-8 or UTF-16, that is called `name` in messages.
pub fn read(from: impl Read, name: &str, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let failed = |source| InputError::Open { path: name.into(), source };
    let mut from = utf8(from).map_err(failed)?;
    let mut buffer = vec![0; READ_BYTES];
    let (head, at_end) = read_head(&mut from, &mut buffer).map_err(failed)?;
    let format = match look::at(&head) {
        Look::Items(format) => format,
        Look::Other { what, next } => {
            let problem =
                if head.is_empty() { "nothing to read".to_owned() } else { format!("this is {what}") };
            let expected = EXPECTED.to_owned();
            return Err(InputError::Unreadable { input: name.to_owned(), problem, expected, next });
        }
    };
    sink.recognised(format.name());
    let mut feed = Feed {
        format,
        name: Arc::from(name),
        include_messages: options.include_messages,
        header: None,
        sink,
    };
    let mut splitter = Splitter::new(format.records());
    let head_bytes = head.len() as u64;
    feed.take(splitter.push(head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head)))?;
    feed.sink.progress().inc(head_bytes);
    let mut more = !at_end;
    while more {
        let count = read_some(&mut from, &mut buffer).map_err(failed)?;
        more = count > 0;
        feed.take(splitter.push(buffer.get(..count).unwrap_or_default()))?;
        feed.sink.progress().inc(count as u64);
    }
    feed.take(splitter.finish())
}

/// At least the first line, so that it can be told what this is. True when there is no more.
fn read_head(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    loop {
        let count = read_some(from, buffer)?;
        head.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let has_line = head.trim_ascii_start().contains(&b'\n');
        if count == 0 || has_line || head.len() >= HEAD_BYTES {
            return Ok((head, count == 0));
        }
    }
}

fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Hands chunks of whole records over as batches.
struct Feed<'s> {
    format: Format,
    name: Arc<str>,
    include_messages: bool,
    header: Option<Arc<Header>>,
    sink: &'s mut dyn Sink,
}

impl Feed<'_> {
    fn take(&mut self, events: Vec<Event>) -> Result<(), InputError> {
        for event in events {
            match event {
                Event::Lost { reason, line } => self.sink.coverage().fail(reason, place(&self.name, line)),
                Event::Chunk(chunk) => self.send(chunk)?,
            }
        }
        Ok(())
    }

    fn send(&mut self, mut chunk: split::Chunk) -> Result<(), InputError> {
        let (name, include_messages) = (Arc::clone(&self.name), self.include_messages);
        let Format::Csv { delimiter } = self.format else {
            let batch = Batch::deferred(move || {
                let mut items = Items::new(&name, include_messages);
                items.json_lines(&chunk);
                items.decoded
            });
            return Ok(self.sink.batch(batch)?);
        };
        let header = match &self.header {
            Some(header) => Arc::clone(header),
            None => {
                let Some(header) = Header::take(&mut chunk, delimiter) else { return Ok(()) };
                header.remark(self.sink.coverage());
                let header = Arc::new(header);
                self.header = Some(Arc::clone(&header));
                header
            }
        };
        let batch = Batch::deferred(move || {
            let mut items = Items::new(&name, include_messages);
            table::rows(&chunk, delimiter, &header, &mut items);
            items.decoded
        });
        Ok(self.sink.batch(batch)?)
    }
}

fn place(name: &str, line: u64) -> String {
    format!("{name}#line {line}")
}

/// Collects the items of one batch.
struct Items<'n> {
    name: &'n str,
    include_messages: bool,
    profile: Option<Arc<Profile>>,
    decoded: Decoded,
}

impl<'n> Items<'n> {
    fn new(name: &'n str, include_messages: bool) -> Self {
        Self { name, include_messages, profile: None, decoded: Decoded::default() }
    }

    fn json_lines(&mut self, chunk: &split::Chunk) {
        for (line, bytes) in (chunk.first_line..).zip(chunk.bytes.split(|&byte| byte == b'\n')) {
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let Ok(text) = std::str::from_utf8(bytes) else {
                self.fail(NOT_UTF8, line);
                continue;
            };
            if let Ok(item) = serde_json::from_str::<Item>(text) {
                self.keep(item, line);
                continue;
            }
            match serde_json::from_str::<Value>(text) {
                Ok(value) => self.lenient(value, line),
                Err(_) => self.fail(NOT_JSON, line),
            }
        }
    }

    /// Takes what can be understood of a record.
    fn lenient(&mut self, value: Value, line: u64) {
        let mut problems = Vec::new();
        match lenient::item(value, &mut problems) {
            Ok(item) => self.keep(item, line),
            Err(reason) => self.fail(reason, line),
        }
        for problem in problems {
            self.decoded.coverage.skip(&problem, place(self.name, line));
        }
    }

    fn keep(&mut self, mut item: Item, line: u64) {
        if item.kind == Kind::Message && !self.include_messages {
            self.decoded.coverage.skip(MESSAGE, place(self.name, line));
            return;
        }
        if item.source.is_empty() {
            item.source = place(self.name, line);
        }
        if item.created_at.is_some() && item.created_precision == Precision::Unknown {
            item.created_precision = Precision::Second;
        }
        if item.account.starts_with('@') {
            item.account.remove(0);
        }
        if item.profile.is_some() {
            if self.profile != item.profile {
                self.profile.clone_from(&item.profile);
            }
            item.profile.clone_from(&self.profile);
        }
        self.decoded.items.push(item);
    }

    fn fail(&mut self, reason: &str, line: u64) {
        self.decoded.coverage.fail(reason, place(self.name, line));
    }
}
/// One item from a JSON object, with whatever of it can be understood.
///
/// # Errors
///
/// When it has no `id` or no `text`.
pub fn item(value: serde_json::Value) -> Result<whitecoat_engine::Item, &'static str> {
    lenient::item(value, &mut Vec::new())
}
