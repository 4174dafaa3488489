//! Fetching one page: redirects by hand, every hop checked; what came back is a page or a reason.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::header::CONTENT_TYPE;
use url::Url;

use super::client::{Answer, Cap, Client};
use super::failure::Failure;
use super::host::Host;
use super::page::saved;

/// A page that was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Where it was in the end.
    pub(super) url: Url,
    /// The content type as sent, if any.
    pub(super) content_type: Option<String>,
    /// The page's bytes, inflated, not decoded.
    pub(super) body: Vec<u8>,
    /// Every host that was asked.
    pub(super) hosts: BTreeSet<String>,
}

/// Fetches the page at `url`.
pub(super) async fn fetch(client: &Client, url: &Url) -> Result<Fetched, Failure> {
    let cap = Cap { wire: client.limits.wire_bytes, inflated: client.limits.page_bytes, cut: false };
    let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
    let mut asked = BTreeSet::new();
    let mut url = url.clone();
    url.set_fragment(None);
    loop {
        if asked.len() > client.limits.redirects {
            return Err(Failure::TooManyRedirects(client.limits.redirects));
        }
        if !asked.insert(url.to_string()) {
            return Err(Failure::RedirectLoop(url.to_string()));
        }
        let origin = url.origin().ascii_serialization();
        if !hosts.contains_key(&origin) {
            hosts.insert(origin.clone(), Host::meet(client, &url).await?);
        }
        let Some(host) = hosts.get_mut(&origin) else { return Err(Failure::BadRedirect) };
        let answer = host.get(client, &url, cap).await?;
        match answer.redirect(&url) {
            Some(to) => {
                url = to?;
                url.set_fragment(None);
            }
            None => {
                let moved = asked.len() > 1;
                check(&answer, &url, moved)?;
                return Ok(Fetched {
                    url,
                    content_type: answer.header(CONTENT_TYPE).map(str::to_owned),
                    body: answer.body,
                    hosts: hosts.into_keys().collect(),
                });
            }
        }
    }
}

/// Checks that a final answer is a page that can be read.
fn check(answer: &Answer, url: &Url, moved: bool) -> Result<(), Failure> {
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
    if moved && is_sign_in_path(url) {
        return Err(Failure::NotVisible("the host redirected to its sign-in page".to_owned()));
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::Empty);
    }
    check_type(answer.header(CONTENT_TYPE), &answer.body)
}

fn is_sign_in_path(url: &Url) -> bool {
    url.path_segments().into_iter().flatten().any(|segment| {
        ["login", "log-in", "signin", "sign-in", "authwall", "checkpoint"]
            .iter()
            .any(|name| segment.eq_ignore_ascii_case(name))
    })
}

fn check_type(content_type: Option<&str>, body: &[u8]) -> Result<(), Failure> {
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let kind = match essence.as_str() {
        "text/html" | "application/xhtml+xml" => return Ok(()),
        "" if saved::claims(body) => return Ok(()),
        "" => "content without a type",
        "application/pdf" => "a PDF (reading PDF files comes later)",
        json if json.ends_with("json") => {
            if json_error(body) {
                return Err(Failure::NotVisible("the host answered with a JSON error".to_owned()));
            }
            "JSON (reading platform interfaces comes later)"
        }
        "application/rss+xml" | "application/atom+xml" | "application/xml" | "text/xml" => {
            "a feed or other XML (reading feeds comes later)"
        }
        other if other.starts_with("image/") => "a picture (reading pictures comes later)",
        other if other.starts_with("video/") || other.starts_with("audio/") => "a recording",
        other if other.starts_with("text/") => "plain text",
        _ => "a file of another type",
    };
    Err(Failure::NotHtml(kind))
}

fn json_error(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)
        .is_ok_and(|object| object.contains_key("error") || object.contains_key("errors"))
}
