//! WARC files, as crawlers and recorders of web pages write them: records one after another, mostly each packed by itself.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use url::Url;

use super::headers::{Headers, read_head};
use super::http::{Answer, Body, MAX_PAGE_BYTES, TOO_LARGE};
use super::pages::{NOT_ANSWERED, Pages, no_page};
use crate::sources::archive::container::{MAX_RATIO, RATIO_FREE_BYTES};
use crate::sources::web::Captured;
use crate::sources::{Sink, Stopped};

/// The largest block of a record that is looked into: a page and its HTTP head.
const MAX_BLOCK_BYTES: u64 = MAX_PAGE_BYTES + (1 << 20);

/// The longest line that is looked at while the next record is sought, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

const LOST: &str = "A WARC record does not begin where the one before it ends";
const HEAD: &str = "The head of a WARC record is too long (limit: 64 KiB)";
const LENGTH: &str = "A WARC record does not say how long it is";
const CUT: &str = "The file ends within a WARC record";
const NO_HTTP: &str = "A WARC record holds no HTTP answer";
const ABOUT: &str = "A WARC record about the capture (request, warcinfo, metadata): no page";
const REPEATED: &str = "A WARC record that only points to an earlier capture (revisit)";
const SEGMENT: &str = "A WARC record is one part of several (continuation), which are not joined";
const BREAKS_OFF: &str = "A page breaks off: only its beginning was read";
const OTHER: &str = "A WARC record of another type: no page";

/// Whether a file begins like a WARC, packed or not.
pub(super) fn claims(head: &[u8]) -> bool {
    if !head.starts_with(b"\x1f\x8b") {
        return head.starts_with(b"WARC/");
    }
    let mut start = [0; 5];
    MultiGzDecoder::new(head).read_exact(&mut start).is_ok() && start == *b"WARC/"
}

/// Reads a WARC, packed or not. `name` is what its records' places are called after.
pub(super) fn read(
    file: impl Read,
    name: &str,
    pages: &mut Pages,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let mut records = Records::of(file);
    loop {
        match records.next() {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(record))) => take(record, name, pages, sink)?,
            Ok(Some(Err(reason))) => sink.coverage().fail(reason, records.place(name)),
            Err(error) => {
                sink.coverage()
                    .fail(&format!("The file cannot be read further: {error}"), records.place(name));
                return Ok(());
            }
        }
    }
}

/// A record whose block has been read, as far as it is wanted.
pub(super) struct Record {
    number: u64,
    pub(super) headers: Headers,
    pub(super) block: Vec<u8>,
    pub(super) is_cut: bool,
    is_too_large: bool,
}

/// Hands over the page in a record, or says why there is none.
fn take(record: Record, name: &str, pages: &mut Pages, sink: &mut dyn Sink) -> Result<(), Stopped> {
    let place = format!("{name}#{}", record.number);
    if record.is_cut {
        sink.coverage().fail(CUT, place.clone());
    }
    let page = match record.headers.get("warc-type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "response" => of_answer(&record),
        "resource" | "conversion" => of_resource(&record),
        "request" | "warcinfo" | "metadata" => Err(NoPage::LeftOut(ABOUT)),
        "revisit" => Err(NoPage::LeftOut(REPEATED)),
        "continuation" => Err(NoPage::Failed(SEGMENT)),
        _ => Err(NoPage::LeftOut(OTHER)),
    };
    let (content_type, body) = match page {
        Ok(page) => page,
        Err(NoPage::LeftOut(reason)) => {
            sink.coverage().skip(reason, place);
            return Ok(());
        }
        Err(NoPage::Failed(reason)) => {
            sink.coverage().fail(reason, place);
            return Ok(());
        }
    };
    if body.is_cut && !record.is_cut {
        sink.coverage().fail(BREAKS_OFF, place.clone());
    }
    // Old versions of wget put the address into angle brackets.
    let address = record.headers.get("warc-target-uri").unwrap_or_default();
    let url = Url::parse(address.trim_matches(['<', '>'])).ok();
    let at = record.headers.get("warc-date").and_then(|date| date.parse().ok());
    pages.take(Captured { name: place, url, at, content_type, bytes: body.bytes }, sink)
}

/// Why a record gives no page, as a fixed sentence.
enum NoPage {
    LeftOut(&'static str),
    Failed(&'static str),
}

/// The content type and the body of a page.
type Found = Result<(Option<String>, Body), NoPage>;

fn of_answer(record: &Record) -> Found {
    let answer = Answer::of(&record.block).ok_or(NoPage::LeftOut(NO_HTTP))?;
    if answer.status != 200 {
        return Err(NoPage::LeftOut(NOT_ANSWERED));
    }
    let content_type = wanted(record, answer.headers.get("content-type"))?;
    Ok((content_type, answer.body().map_err(NoPage::Failed)?))
}

fn of_resource(record: &Record) -> Found {
    let content_type = wanted(record, record.headers.get("content-type"))?;
    Ok((content_type, Body { bytes: record.block.clone(), is_cut: false }))
}

/// The content type, if it is a page's and the page is not too large.
fn wanted(record: &Record, content_type: Option<&str>) -> Result<Option<String>, NoPage> {
    match no_page(content_type) {
        Some(reason) => Err(NoPage::LeftOut(reason)),
        None if record.is_too_large => Err(NoPage::Failed(TOO_LARGE)),
        None => Ok(content_type.map(str::to_owned)),
    }
}

/// Takes a WARC apart.
pub(super) struct Records<R> {
    reader: R,
    /// How many records have begun.
    number: u64,
    /// The line that begins a record has been read.
    has_begun: bool,
}

impl<'f> Records<BufReader<Box<dyn Read + 'f>>> {
    /// The records of a file, packed or not.
    pub(super) fn of(file: impl Read + 'f) -> Self {
        let mut file = BufReader::new(file);
        let is_packed = file.fill_buf().is_ok_and(|start| start.starts_with(b"\x1f\x8b"));
        let reader: Box<dyn Read + 'f> =
            if is_packed { Box::new(Unpacked::new(file)) } else { Box::new(file) };
        Records { reader: BufReader::new(reader), number: 0, has_begun: false }
    }
}

impl<R: BufRead> Records<R> {
    fn place(&self, name: &str) -> String {
        format!("{name}#{}", self.number)
    }

    /// The next record, or a fixed sentence on what is wrong with it; `None` at the end. An error ends the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Record, &'static str>>> {
        if !std::mem::take(&mut self.has_begun) {
            match self.seek()? {
                Some(Sought::Record) => {}
                Some(Sought::Lost) => return Ok(Some(Err(LOST))),
                None => return Ok(None),
            }
        }
        self.number += 1;
        let Some(head) = read_head(&mut self.reader)? else { return Ok(Some(Err(HEAD))) };
        let headers = Headers::of(&head);
        let Some(length) = headers.get("content-length").and_then(|length| length.parse::<u64>().ok()) else {
            return Ok(Some(Err(LENGTH)));
        };
        let mut block = Vec::new();
        let wanted = length.min(MAX_BLOCK_BYTES);
        // Damaged packing in the middle of a block still leaves its beginning.
        let read = self.reader.by_ref().take(wanted).read_to_end(&mut block);
        let is_too_large = length > wanted;
        let mut is_cut = read.is_err() || (block.len() as u64) < wanted;
        if !is_cut && is_too_large {
            let rest = length - wanted;
            is_cut = io::copy(&mut self.reader.by_ref().take(rest), &mut io::sink())? < rest;
        }
        Ok(Some(Ok(Record { number: self.number, headers, block, is_cut, is_too_large })))
    }

    /// Reads on to the line that begins the next record.
    fn seek(&mut self) -> io::Result<Option<Sought>> {
        let mut was_lost = false;
        let mut line = Vec::new();
        loop {
            line.clear();
            self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                return Ok(was_lost.then_some(Sought::Lost));
            }
            if line.starts_with(b"WARC/") {
                self.has_begun = was_lost;
                return Ok(Some(if was_lost { Sought::Lost } else { Sought::Record }));
            }
            was_lost |= !line.trim_ascii().is_empty();
        }
    }
}

enum Sought {
    /// A record begins.
    Record,
    /// Something else than empty lines lay before the next record or the end.
    Lost,
}

/// The bytes of a packed file. Stops where they are more than an honest file holds.
struct Unpacked<R> {
    decoder: MultiGzDecoder<Counted<R>>,
    bytes: u64,
}

struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Unpacked<R> {
    fn new(inner: R) -> Self {
        Self { decoder: MultiGzDecoder::new(Counted { inner, bytes: 0 }), bytes: 0 }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(into)?;
        self.bytes += count as u64;
        if self.bytes > RATIO_FREE_BYTES && self.bytes / MAX_RATIO > self.decoder.get_ref().bytes {
            return Err(io::Error::other(format!(
                "it unpacks to more than {MAX_RATIO} times its size, like a bomb"
            )));
        }
        Ok(count)
    }
}
