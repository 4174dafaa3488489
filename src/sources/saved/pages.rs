//! What the pages in a saved file come to: their items, and what was said about the rest.

use std::collections::BTreeSet;

use whitecoat_engine::{Item, Moment};

use super::headers::media_type;
use crate::coverage::Coverage;
use crate::sources::web::{self, Captured, NotRead};
use crate::sources::{Batch, Decoded, InputError, Sink, Stopped};
use crate::wording::counted;

/// What is said of an answer that is a redirect or an error.
pub(super) const NOT_ANSWERED: &str = "An answer without a page (redirect, error, not modified)";

const NO_TEXT: &str = "A page without text of its own (a frame, or a page that only its scripts fill)";
const NOT_VISIBLE: &str = "A page is not visible: it is a sign-in page or a check";
const TWIN: &str = "An item that was captured more than once: read once";

/// The pages of one file.
#[derive(Default)]
pub(super) struct Pages {
    /// How many pages gave items.
    pages: u64,
    /// The host of the first page.
    host: Option<String>,
    hosts: BTreeSet<String>,
    first: Option<Moment>,
    last: Option<Moment>,
    /// Digests of the items so far: pages captured twice repeat them.
    seen: BTreeSet<[u8; 16]>,
}

impl Pages {
    /// Reads a page and hands its items over.
    pub(super) fn take(&mut self, mut page: Captured, sink: &mut dyn Sink) -> Result<(), Stopped> {
        page.url = page.url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let (place, url, at) = (page.name.clone(), page.url.clone(), page.at);
        let Decoded { mut items, coverage } = match web::read_captured(page) {
            Ok(decoded) => decoded,
            Err(NotRead::NoText) => {
                sink.coverage().skip(NO_TEXT, place);
                return Ok(());
            }
            Err(NotRead::NotVisible) => {
                sink.coverage().fail(NOT_VISIBLE, place);
                return Ok(());
            }
        };
        sink.coverage().absorb(coverage);
        self.pages += 1;
        if let Some(host) = url.as_ref().and_then(url::Url::host_str) {
            self.host.get_or_insert_with(|| host.to_owned());
            self.hosts.insert(host.to_owned());
        }
        self.first = self.first.into_iter().chain(at).min_by_key(Moment::instant);
        self.last = self.last.into_iter().chain(at).max_by_key(Moment::instant);
        let all = items.len();
        items.retain(|item| self.seen.insert(digest(item)));
        sink.coverage().skip_many(TWIN, place, (all - items.len()) as u64);
        if items.is_empty() { Ok(()) } else { sink.batch(Batch::ready(items)) }
    }

    /// Says what the file was, or that there was no page in it.
    pub(super) fn finish(self, input: &str, what: &str, sink: &mut dyn Sink) -> Result<(), InputError> {
        if self.pages == 0 {
            return Err(nothing(input, what, sink.coverage()));
        }
        let others = self.hosts.len().saturating_sub(1) as u64;
        let hosts = match self.host {
            None => String::new(),
            Some(host) if others == 0 => format!(" of {host}"),
            Some(host) => format!(" of {host} and {}", counted(others, "other host", "other hosts")),
        };
        let day = |moment: Option<Moment>| moment.map(|moment| moment.date().to_string());
        let when = match (day(self.first), day(self.last)) {
            (Some(first), Some(last)) if first != last => format!(", captured from {first} to {last}"),
            (Some(first), _) => format!(", captured on {first}"),
            (None, _) => String::new(),
        };
        let pages = counted(self.pages, "page", "pages");
        sink.recognised(&format!("{what} with {pages}{hosts}{when}"));
        Ok(())
    }
}

fn digest(item: &Item) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in [&item.id, &item.text, item.url.as_deref().unwrap_or_default()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}

fn nothing(input: &str, what: &str, coverage: &Coverage) -> InputError {
    let reasons: Vec<String> = coverage
        .failed
        .iter()
        .chain(&coverage.skipped)
        .map(|(reason, gap)| format!("{} x {reason}", gap.count))
        .collect();
    let problem = match reasons.as_slice() {
        [] => format!("this {what} holds no record at all"),
        reasons => format!("this {what} holds no page that can be read: {}", reasons.join("; ")),
    };
    InputError::Unreadable {
        input: input.to_owned(),
        problem,
        expected: "an HTML page with text in it".to_owned(),
        next: "open the page in your browser while signed in, save it again, and give the file".to_owned(),
    }
}

/// Why a content of this type is no page, as a fixed sentence; `None` where it may be one.
pub(super) fn no_page(content_type: Option<&str>) -> Option<&'static str> {
    let essence = media_type(content_type.unwrap_or_default());
    let (sort, _) = essence.split_once('/').unwrap_or((&essence, ""));
    Some(match (sort, essence.as_str()) {
        (_, "" | "text/html" | "application/xhtml+xml") => return None,
        ("image" | "audio" | "video" | "font", _) => "A picture, recording or font: no page",
        (_, "text/css") => "A script or style sheet: no page",
        (_, essence) if essence.ends_with("javascript") || essence.ends_with("ecmascript") => {
            "A script or style sheet: no page"
        }
        (_, "application/pdf") => "A PDF document (reading these comes later)",
        (_, essence) if essence.ends_with("json") || essence.ends_with("xml") => {
            "Data that a page loads (JSON or XML): no page"
        }
        ("text", _) => "Text that is no HTML page",
        _ => "A file of another type: no page",
    })
}

#[cfg(test)]
mod tests {
    use super::no_page;

    #[test]
    fn tells_pages_by_their_type() {
        for (content_type, is_page) in [
            (None, true),
            (Some("text/html; charset=utf-8"), true),
            (Some("Application/XHTML+xml"), true),
            (Some("image/svg+xml"), false),
            (Some("application/json"), false),
            (Some("text/javascript"), false),
            (Some("nonsense"), false),
        ] {
            assert_eq!(no_page(content_type).is_none(), is_page, "{content_type:?}");
        }
    }
}
