//! What all walks do with answers: read JSON of any shape, follow pages without going round in circles, make live items.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Item, LiveState, Visibility};

use super::super::walk::{Found, Page, Request, Want};
use crate::coverage::Coverage;
use crate::sources::shapes::item::{cap, say_if_capped};

/// The most pages that one walk asks for.
pub(super) const MAX_PAGES: usize = 2_000;

const NOT_JSON: &str = "an answer is not valid JSON";
const A_PAGE: &str = "not visible: a web page came instead of data";
const REFUSED: &str = "not visible: the interface answered with an error";
const ELSEWHERE: &str = "the next page is on another host, and was not asked for";
const CIRCLE: &str = "the next page is one that was read before: the list ends there";
const TOO_MANY: &str = "more pages than one walk reads (limit: 2,000)";

/// The JSON of an answer. What it is instead is counted.
pub(super) fn json(page: &Page, coverage: &mut Coverage) -> Option<Value> {
    let body = page.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&page.body);
    let reason = match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.get("error").is_some_and(|error| error.is_string() || error.is_object()) => {
            REFUSED
        }
        Ok(value) => return Some(value),
        Err(_) if body.trim_ascii_start().starts_with(b"<") => A_PAGE,
        Err(_) => NOT_JSON,
    };
    coverage.fail(reason, page.url.as_str());
    None
}

/// A request that a walk begins with, or that does not count as a page further.
pub(super) fn ask(url: Url, want: Want, purpose: &'static str) -> Request {
    Request { url, want, purpose, about: None, depth: 0 }
}

/// An address below the root of a host, with a query.
pub(super) fn below(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_fragment(None);
    url.set_query(None);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// Whether two addresses are of one host, scheme and port.
pub(super) fn same_host(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// The pages of a list that have been asked for.
#[derive(Debug, Default)]
pub(super) struct Pages(BTreeSet<String>);

impl Pages {
    /// Whether to ask for the first page.
    pub(super) fn first(&mut self, url: &Url) {
        self.0.insert(url.as_str().to_owned());
    }

    /// The page to ask for after `page`: on its host, not asked for before, and not beyond the limit.
    pub(super) fn next(&mut self, url: Url, page: &Page, coverage: &mut Coverage) -> Option<Url> {
        let place = page.url.as_str();
        if !same_host(&url, &page.url) {
            coverage.fail(ELSEWHERE, place);
        } else if self.0.contains(url.as_str()) {
            coverage.note(CIRCLE);
        } else if self.0.len() >= MAX_PAGES {
            coverage.fail(TOO_MANY, place);
        } else {
            self.0.insert(url.as_str().to_owned());
            return Some(url);
        }
        None
    }
}

/// The address that a `Link` header gives for a relation, as `next`.
pub(super) fn link(page: &Page, relation: &str) -> Option<Url> {
    let headers = page.headers.iter().filter(|(name, _)| name == "link").map(|(_, value)| value.as_str());
    let mut links = headers.flat_map(|header| header.split('<').skip(1));
    links.find_map(|link| {
        let (address, rest) = link.split_once('>')?;
        let relations = rest.split(';').find_map(|part| part.trim().strip_prefix("rel="))?;
        let relations = relations.trim().trim_end_matches(',').trim().trim_matches('"');
        let fits = relations.split_whitespace().any(|name| name == relation);
        fits.then(|| page.url.join(address).ok()).flatten()
    })
}

/// Where an item was found: the answer, the reader, and the number of the record.
pub(super) fn place(page: &Page, reader: &str, number: usize) -> String {
    format!("{}#{reader}:{}", page.url, number + 1)
}

/// Hands over an item that everybody can see now, unless it has neither words nor media, which is counted for `empty`.
pub(super) fn keep(mut item: Item, empty: &str, found: &mut Found) {
    if item.text.is_empty() && item.media.is_empty() {
        return found.coverage.skip(empty, item.source);
    }
    item.live_state = LiveState::Live;
    if item.visibility == Visibility::Unknown {
        item.visibility = Visibility::Public;
    }
    item.truncated |= cap(&mut item.text);
    say_if_capped(&item, &mut found.coverage);
    found.items.push(item);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::page;
    use super::*;

    #[test]
    fn says_what_came_instead_of_json() {
        for (body, expected) in [
            (r#"{"a": 1}"#, None),
            ("\u{feff}[]", None),
            ("<!doctype html><title>Sign in", Some(A_PAGE)),
            (r#"{"error": "This method requires an authenticated user"}"#, Some(REFUSED)),
            (r#"{"error": {"code": 401}}"#, Some(REFUSED)),
            (r#"{"a": "#, Some(NOT_JSON)),
            (&"[".repeat(100_000), Some(NOT_JSON)),
            ("", Some(NOT_JSON)),
        ] {
            let mut coverage = Coverage::default();
            let read = json(&page("https://h.example/", body), &mut coverage);
            assert_eq!(read.is_none(), expected.is_some(), "{expected:?}");
            assert_eq!(coverage.failed.keys().next().map(String::as_str), expected);
        }
    }

    #[test]
    fn links_are_read_from_headers() {
        let mut page = page("https://h.example/a?x=1", "");
        page.headers = vec![
            ("link".to_owned(), "<https://h.example/wp-json/>; rel=\"https://api.w.org/\"".to_owned()),
            ("link".to_owned(), "</a?x=2,3>; rel=\"next\", <https://h.example/a?x=0>; rel=prev".to_owned()),
        ];
        let show = |relation| link(&page, relation).map(String::from);
        assert_eq!(show("next").as_deref(), Some("https://h.example/a?x=2,3"));
        assert_eq!(show("prev").as_deref(), Some("https://h.example/a?x=0"));
        assert_eq!(show("https://api.w.org/").as_deref(), Some("https://h.example/wp-json/"));
        assert_eq!(show("last"), None);
    }

    #[test]
    fn a_list_ends_where_it_leads_back_or_away() {
        let (mut pages, mut coverage) = (Pages::default(), Coverage::default());
        let at = page("https://h.example/a", "");
        let url = |text: &str| Url::parse(text).unwrap();
        pages.first(&url("https://h.example/a"));
        assert!(pages.next(url("https://h.example/b"), &at, &mut coverage).is_some());
        assert!(pages.next(url("https://h.example/b"), &at, &mut coverage).is_none());
        assert!(pages.next(url("https://h.example/a"), &at, &mut coverage).is_none());
        assert!(pages.next(url("https://other.example/c"), &at, &mut coverage).is_none());
        assert!(pages.next(url("http://h.example/c"), &at, &mut coverage).is_none());
        assert_eq!((coverage.notes.len(), coverage.failed.get(ELSEWHERE).map(|gap| gap.count)), (1, Some(2)));
    }
}
