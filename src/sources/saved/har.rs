//! HAR files: what a browser's developer tools recorded of a visit.

use base64::Engine;
use serde::Deserialize;
use url::Url;

use super::http::{MAX_PAGE_BYTES, TOO_LARGE};
use super::mime::LENIENT;
use super::pages::{NOT_ANSWERED, Pages, no_page};
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{Maybe, Text, Whole};
use crate::sources::archive::records::{decoded, stream};
use crate::sources::archive::splitter::Start;
use crate::sources::web::Captured;
use crate::sources::{Sink, Stopped};

const BROKEN: &str = "An entry of the HAR is not valid JSON";
const WITHOUT_CONTENT: &str = "The HAR was saved without the content of a page: save it \"with content\"";
const BASE64: &str = "The content of an entry is not valid base64";

/// Whether a file begins like a HAR: an object whose first key is `log`.
pub(super) fn claims(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let after = head.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let after = after.and_then(|rest| rest.strip_prefix(b"\"log\"")).map(<[u8]>::trim_ascii_start);
    let log = after.and_then(|rest| rest.strip_prefix(b":")).map(<[u8]>::trim_ascii_start);
    log.is_some_and(|log| {
        let start = log.get(..4096).unwrap_or(log);
        let has = |key: &[u8]| memchr::memmem::find(start, key).is_some();
        log.starts_with(b"{") && (has(b"\"creator\"") || has(b"\"entries\"") || has(b"\"pages\""))
    })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Entry<'a> {
    started_date_time: Text<'a>,
    request: Maybe<Request<'a>>,
    response: Maybe<Response<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Request<'a> {
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Response<'a> {
    status: Whole,
    content: Maybe<Content<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Content<'a> {
    mime_type: Text<'a>,
    text: Text<'a>,
    encoding: Text<'a>,
}

/// Reads a HAR.
pub(super) fn read(container: &mut Container, pages: &mut Pages, sink: &mut dyn Sink) -> Result<(), Stopped> {
    for file in container.entries.clone() {
        let mut number = 0;
        stream(container, sink, &file, Start::Under(&["entries"]), &mut |chunk, sink| {
            for (_, record) in chunk.elements() {
                number += 1;
                take(record, format!("{}#{number}", file.name), pages, sink)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Hands over the page in an entry, or says why there is none.
pub(super) fn take(
    record: &[u8],
    place: String,
    pages: &mut Pages,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let coverage = sink.coverage();
    let page = decoded(
        record,
        BROKEN,
        || place.clone(),
        coverage,
        |bytes| {
            let entry: Entry<'_> = serde_json::from_slice(bytes)?;
            Ok(captured(entry, place.clone()))
        },
    );
    match page {
        None => {}
        Some(Ok(page)) => pages.take(page, sink)?,
        Some(Err(reason)) if reason == BASE64 || reason == TOO_LARGE => sink.coverage().fail(reason, place),
        Some(Err(reason)) => sink.coverage().skip(reason, place),
    }
    Ok(())
}

/// The page in an entry, or why there is none, as a fixed sentence.
fn captured(entry: Entry<'_>, name: String) -> Result<Captured, &'static str> {
    let response = entry.response.0.unwrap_or_default();
    let content = response.content.0.unwrap_or_default();
    if response.status != Whole(Some(200)) {
        return Err(NOT_ANSWERED);
    }
    let content_type = content.mime_type.some();
    if let Some(reason) = no_page(content_type) {
        return Err(reason);
    }
    let text = content.text.some().ok_or(WITHOUT_CONTENT)?;
    let (bytes, content_type) = if content.encoding.0.eq_ignore_ascii_case("base64") {
        (LENIENT.decode(text).map_err(|_| BASE64)?, content_type.map(str::to_owned))
    } else {
        // The browser has decoded it already, whatever charset was sent.
        (text.as_bytes().to_vec(), Some("text/html; charset=utf-8".to_owned()))
    };
    if bytes.len() as u64 > MAX_PAGE_BYTES {
        return Err(TOO_LARGE);
    }
    let url = entry.request.0.and_then(|request| Url::parse(&request.url.0).ok());
    Ok(Captured { name, url, at: entry.started_date_time.0.parse().ok(), content_type, bytes })
}
