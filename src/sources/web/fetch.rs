//! Fetching one thing, one hop at a time: what came back is what was wanted, a redirect, or a reason.

use std::collections::BTreeSet;

use url::Url;

use super::client::{Answer, Cap};
use super::failure::Failure;
use super::frontier::is_same;
use super::limits::Limits;
use super::page::saved;
use super::session::Shared;
use super::walk::{Page, Request, Want};
use super::walks::sitemap::MAX_SITEMAP_BYTES;

/// What came of a request.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) outcome: Result<Answered, Failure>,
    /// Every host that was asked, as scheme, name and port.
    pub(super) hosts: BTreeSet<String>,
}

/// An answer without a fault.
#[derive(Debug)]
pub(super) enum Answered {
    /// What was wanted.
    Page(Page),
    /// It lies elsewhere: the way so far, with the address to ask next at its end.
    Moved(Trail),
}

/// The way of a request: its own address, and then where redirects led.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    before: Vec<Url>,
    /// What is to be asked.
    pub(super) end: Url,
}

impl Trail {
    /// The beginning of the way.
    pub(super) fn of(request: &Request) -> Self {
        let mut end = request.url.clone();
        end.set_fragment(None);
        Self { before: Vec::new(), end }
    }

    fn on(&self, mut to: Url) -> Self {
        to.set_fragment(None);
        let before = self.before.iter().chain([&self.end]).cloned().collect();
        Self { before, end: to }
    }

    /// Whether its end is only another way to write an address on it, such as `https` instead of `http`.
    pub(super) fn stays(&self, want: Want) -> bool {
        self.before.iter().any(|url| is_same(url, &self.end, want))
    }
}

/// Asks for what is at the end of `trail`, the way of `request` so far. `since`: see [`super::host::Host::get`].
pub(super) async fn fetch(shared: &Shared, request: &Request, trail: Trail, since: Option<i64>) -> Fetched {
    let mut hosts = BTreeSet::new();
    let outcome = ask(shared, request, trail, since, &mut hosts).await;
    Fetched { outcome, hosts }
}

async fn ask(
    shared: &Shared,
    request: &Request,
    trail: Trail,
    since: Option<i64>,
    hosts: &mut BTreeSet<String>,
) -> Result<Answered, Failure> {
    let limits = shared.limits();
    if trail.before.len() > limits.redirects {
        return Err(Failure::TooManyRedirects(limits.redirects));
    }
    if trail.before.contains(&trail.end) {
        return Err(Failure::RedirectLoop(trail.end.to_string()));
    }
    shared.check(&trail.end)?;
    hosts.insert(trail.end.origin().ascii_serialization());
    let answer = shared.get(&trail.end, request.want, cap(request.want, limits), since).await?;
    if let Some(to) = answer.redirect(&trail.end) {
        let to = to?;
        if request.want == Want::Page && is_sign_in_path(&to) {
            return Err(Failure::NotVisible("the host redirected to its sign-in page".to_owned()));
        }
        return Ok(Answered::Moved(trail.on(to)));
    }
    check(&answer, request)?;
    let content_type = answer.header("content-type").map(str::to_owned);
    Ok(Answered::Page(Page { url: trail.end, content_type, headers: answer.headers, body: answer.body }))
}

fn cap(want: Want, limits: &Limits) -> Cap {
    match want {
        // Whole repositories travel as one answer.
        Want::Bytes => Cap { wire: limits.saved_bytes, inflated: limits.saved_bytes, cut: false },
        Want::Sitemap => Cap { wire: limits.wire_bytes, inflated: MAX_SITEMAP_BYTES, cut: false },
        _ => Cap { wire: limits.wire_bytes, inflated: limits.page_bytes, cut: false },
    }
}

/// Checks that a final answer is what was wanted and can be read.
fn check(answer: &Answer, request: &Request) -> Result<(), Failure> {
    if answer.header("cf-mitigated").is_some_and(|value| value.eq_ignore_ascii_case("challenge")) {
        return Err(Failure::NotVisible("the host wants a challenge solved".to_owned()));
    }
    match answer.status {
        200..=299 => {}
        401 | 403 | 407 | 451 | 999 => {
            return Err(Failure::NotVisible(format!("the host answered {}", answer.status)));
        }
        404 | 410 => return Err(Failure::Gone(answer.status)),
        other => return Err(Failure::Status(other)),
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::Empty);
    }
    let essence = essence(answer.header("content-type"));
    match request.want {
        Want::Page => check_page(&essence, &answer.body, request),
        Want::Json | Want::Activity => check_json(&essence, &answer.body),
        Want::Feed | Want::Sitemap | Want::Bytes => Ok(()),
    }
}

/// `Text/HTML; charset=utf-8` as `text/html`.
pub(super) fn essence(content_type: Option<&str>) -> String {
    content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a path is one of those that ask people to sign in.
pub(super) fn is_sign_in_path(url: &Url) -> bool {
    url.path_segments().into_iter().flatten().any(|segment| {
        let name = segment.split('.').next().unwrap_or_default();
        ["login", "log-in", "wp-login", "signin", "sign-in", "authwall", "checkpoint"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// Whether a content type is that of a feed, or of XML that may be one.
pub(super) fn is_feed(essence: &str) -> bool {
    matches!(
        essence,
        "application/rss+xml"
            | "application/atom+xml"
            | "application/feed+json"
            | "application/xml"
            | "text/xml"
    )
}

fn check_page(essence: &str, body: &[u8], request: &Request) -> Result<(), Failure> {
    let kind = match essence {
        "text/html" | "application/xhtml+xml" => return Ok(()),
        "" if saved::claims(body) => return Ok(()),
        "" => "content without a type",
        "application/pdf" => "a PDF (reading PDF files comes later)",
        // The user may name a feed as well as a page.
        feed if is_feed(feed) && request.depth == 0 => return Ok(()),
        feed if is_feed(feed) => "a feed or other XML",
        json if json.ends_with("json") => {
            if json_error(body) {
                return Err(Failure::NotVisible("the host answered with a JSON error".to_owned()));
            }
            "JSON"
        }
        other if other.starts_with("image/") => "a picture (reading pictures comes later)",
        other if other.starts_with("video/") || other.starts_with("audio/") => "a recording",
        other if other.starts_with("text/") => "plain text",
        _ => "a file of another type",
    };
    Err(Failure::NotHtml(kind))
}

fn check_json(essence: &str, body: &[u8]) -> Result<(), Failure> {
    let starts = body.trim_ascii_start().first();
    if essence.ends_with("json") || matches!(starts, Some(b'{' | b'[')) {
        Ok(())
    } else {
        Err(Failure::NotJson)
    }
}

fn json_error(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)
        .is_ok_and(|object| object.contains_key("error") || object.contains_key("errors"))
}
