//! MHTML: a page with its frames and pictures in one file built like a mail, as browsers save a "single file".

use std::io::{self, BufRead, BufReader, Read};

use url::Url;
use whitecoat_engine::Moment;

use super::headers::{Headers, parameter, read_head, split_head};
use super::http::{MAX_PAGE_BYTES, TOO_LARGE};
use super::mime;
use super::pages::{Pages, no_page};
use crate::sources::web::Captured;
use crate::sources::{Sink, Stopped};

/// How much of a line is read at once, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// How many boundaries a file may have: parts that have parts.
const MAX_BOUNDARIES: usize = 16;

/// The longest packed page that is kept: as quoted-printable it is up to three times as long as the page.
const MAX_PACKED_BYTES: usize = 3 * MAX_PAGE_BYTES as usize;

const NO_HEAD: &str = "The head of an MHTML part is too long (limit: 64 KiB)";
const CUT: &str = "The MHTML file ends within its last part";
const NO_TYPE: &str = "A part of the MHTML does not say what it is: no page";
const DAMAGED: &str = "A part of the MHTML is not valid base64: some of it was not read";

/// Whether a file begins like an MHTML. A mail, which is built alike, does not count.
pub(super) fn claims(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let is_header = |line: &[u8]| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        name.len() < line.len()
            && !name.is_empty()
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    if !start.split(|byte| *byte == b'\n').next().is_some_and(is_header) {
        return false;
    }
    let headers = Headers::of(split_head(start).0);
    let content_type = headers.get("content-type").unwrap_or_default();
    headers.media_type() == "multipart/related"
        && parameter(content_type, "boundary").is_some()
        && (headers.get("snapshot-content-location").is_some()
            || parameter(content_type, "type").is_some_and(|value| value.eq_ignore_ascii_case("text/html")))
}

/// Reads an MHTML. `name` is what its parts' places are called after.
pub(super) fn read(
    file: impl Read,
    name: &str,
    pages: &mut Pages,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let mut reader = BufReader::new(file);
    let head = read_head(&mut reader).map_err(|error| unreadable(&error));
    let head = match head.and_then(|head| head.ok_or(NO_HEAD.to_owned())) {
        Ok(head) => head,
        Err(reason) => {
            sink.coverage().fail(&reason, name);
            return Ok(());
        }
    };
    let headers = Headers::of(&head);
    let at = headers.get("date").and_then(mail_date);
    let mut address = headers.get("snapshot-content-location").and_then(|address| Url::parse(address).ok());
    let mut parts = Parts { reader, boundaries: Vec::new(), number: 0, is_at_part: false };
    parts.know(&headers);
    while let Some(part) = parts.next() {
        let place = format!("{name}#{}", parts.number);
        let content_type =
            part.as_ref().ok().and_then(|part| part.headers.get("content-type")).map(str::to_owned);
        match part.and_then(|part| page(part, &place, sink)) {
            Ok(Some((own, bytes))) => {
                // The file's address is that of its first page; frames have their own or none.
                let url = own.or(address.take());
                address = None;
                pages.take(Captured { name: place, url, at, content_type, bytes }, sink)?;
            }
            Ok(None) => {}
            Err(reason) => sink.coverage().fail(&reason, place),
        }
    }
    Ok(())
}

/// The address and the bytes of a page.
type Page = (Option<Url>, Vec<u8>);

/// The page in a part; `None` where it holds no page, which is counted.
fn page(part: Part, place: &str, sink: &mut dyn Sink) -> Result<Option<Page>, String> {
    if part.is_cut {
        sink.coverage().fail(CUT, place);
    }
    let Some(body) = part.body else {
        let content_type = part.headers.get("content-type");
        sink.coverage().skip(no_page(content_type).unwrap_or(NO_TYPE), place);
        return Ok(None);
    };
    let encoding = part.headers.get("content-transfer-encoding").unwrap_or_default();
    if body.len() > MAX_PACKED_BYTES {
        return Err(TOO_LARGE.to_owned());
    }
    let (bytes, is_damaged) = mime::decode(body, encoding);
    if is_damaged {
        sink.coverage().fail(DAMAGED, place);
    }
    if bytes.len() as u64 > MAX_PAGE_BYTES {
        return Err(TOO_LARGE.to_owned());
    }
    let url = part.headers.get("content-location").and_then(|address| Url::parse(address).ok());
    Ok(Some((url.filter(|url| matches!(url.scheme(), "http" | "https")), bytes)))
}

/// `Wed, 1 May 2024 16:30:05 -0000`.
fn mail_date(date: &str) -> Option<Moment> {
    let zoned = jiff::fmt::rfc2822::parse(date).ok()?;
    Moment::of_clock(zoned.datetime(), zoned.offset())
}

fn unreadable(error: &io::Error) -> String {
    format!("The file cannot be read further: {error}")
}

/// One part. The body of a page is kept as it was sent, all others are passed over.
struct Part {
    headers: Headers,
    body: Option<Vec<u8>>,
    is_cut: bool,
}

struct Parts<R> {
    reader: R,
    /// With the two dashes that stand before each.
    boundaries: Vec<Vec<u8>>,
    /// How many parts have begun.
    number: u64,
    /// The boundary that a part begins with has been read.
    is_at_part: bool,
}

enum Line {
    /// A boundary, before a part or after the last one.
    Boundary {
        is_last: bool,
    },
    Other,
    End,
}

impl<R: BufRead> Parts<R> {
    /// Remembers the boundary of a part that has parts.
    fn know(&mut self, headers: &Headers) {
        let content_type = headers.get("content-type").unwrap_or_default();
        if let Some(boundary) = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty())
            && headers.media_type().starts_with("multipart/")
            && self.boundaries.len() < MAX_BOUNDARIES
        {
            self.boundaries.push([b"--", boundary.as_bytes()].concat());
        }
    }

    /// The next part that has no parts, or why it cannot be read; `None` at the end.
    fn next(&mut self) -> Option<Result<Part, String>> {
        while std::mem::take(&mut self.is_at_part) || self.skip_to_part() {
            self.number += 1;
            let head = match read_head(&mut self.reader) {
                Ok(Some(head)) => head,
                Ok(None) => return Some(Err(NO_HEAD.to_owned())),
                Err(error) => return Some(Err(unreadable(&error))),
            };
            let headers = Headers::of(&head);
            self.know(&headers);
            let media_type = headers.media_type();
            let is_page = !media_type.is_empty() && no_page(Some(&media_type)).is_none();
            match self.body(is_page) {
                Err(error) => return Some(Err(unreadable(&error))),
                Ok((_, false)) if media_type.starts_with("multipart/") => {}
                // Nothing after the last boundary, which should have ended with dashes.
                Ok((_, true)) if head.trim_ascii().is_empty() => {}
                Ok((body, is_cut)) => return Some(Ok(Part { headers, body, is_cut })),
            }
        }
        None
    }

    /// Reads up to the next boundary. Keeps what was read if it is wanted, and says whether the file ended before.
    fn body(&mut self, is_wanted: bool) -> io::Result<(Option<Vec<u8>>, bool)> {
        let (mut body, mut line, mut is_line_start) = (Vec::new(), Vec::new(), true);
        let is_cut = loop {
            match self.line(&mut line, &mut is_line_start)? {
                Line::Boundary { is_last } => {
                    self.is_at_part = !is_last;
                    break false;
                }
                Line::End => break true,
                // What is longer is refused afterwards.
                Line::Other if is_wanted && body.len() <= MAX_PACKED_BYTES => body.extend_from_slice(&line),
                Line::Other => {}
            }
        };
        Ok((is_wanted.then_some(body), is_cut))
    }

    fn skip_to_part(&mut self) -> bool {
        let (mut line, mut is_line_start) = (Vec::new(), true);
        loop {
            match self.line(&mut line, &mut is_line_start) {
                Ok(Line::Boundary { is_last: false }) => return true,
                Ok(Line::Boundary { is_last: true } | Line::Other) => {}
                Ok(Line::End) | Err(_) => return false,
            }
        }
    }

    /// Reads a line, or a piece of a long one.
    fn line(&mut self, line: &mut Vec<u8>, is_line_start: &mut bool) -> io::Result<Line> {
        line.clear();
        self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', line)?;
        if line.is_empty() {
            return Ok(Line::End);
        }
        let could_be = std::mem::replace(is_line_start, line.ends_with(b"\n"));
        let mark = line.trim_ascii_end();
        let boundary = self.boundaries.iter().find_map(|boundary| mark.strip_prefix(boundary.as_slice()));
        Ok(match boundary {
            Some(b"") if could_be => Line::Boundary { is_last: false },
            Some(b"--") if could_be => Line::Boundary { is_last: true },
            _ => Line::Other,
        })
    }
}
