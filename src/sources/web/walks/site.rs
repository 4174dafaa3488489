//! A plain site: pages and the links between them, breadth first, within a scope.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use url::Url;
use whitecoat_engine::Item;

use super::super::fetch;
use super::super::links::Links;
use super::super::page::{self, Place, Reading};
use super::super::scope::{Scope, Traps};
use super::super::walk::{Found, Page, Request, Walk, Want};
use super::super::{SHOWN_TITLE, decode};
use crate::identity::DERIVED_ID;
use crate::wording::counted;

const START: &str = "start";
const LINK: &str = "link";

const ELSEWHERE: &str = "A link that leads out of what is read";
const WITHHELD: &str = "A link that the site asks machines not to follow";
const TWIN: &str = "An item that stands on several pages: read once";
const NO_TEXT: &str = "the page shows no text without running its scripts";
const UNDECODED: &str = "A page with characters that could not be decoded; the rest of it was read";

/// A walk through a site, or the reading of a single page of it.
pub(in super::super) struct Site {
    start: Url,
    /// Only the page at the start is wanted.
    single: bool,
    /// Known once the first page is there.
    scope: Option<Scope>,
    traps: Traps,
    /// Hashes of the links met so far.
    met: HashSet<u64>,
    /// Digests of the items so far: what stands on every page is read once.
    items: HashSet<[u8; 16]>,
}

impl Site {
    /// A walk that begins at `start`; with `single`, it ends there too.
    pub(in super::super) fn new(start: Url, single: bool) -> Self {
        Self {
            start,
            single,
            scope: None,
            traps: Traps::default(),
            met: HashSet::new(),
            items: HashSet::new(),
        }
    }

    fn first_page(&mut self, request: &Request, page: &Page, reading: &Reading, found: &mut Found) {
        let same = |a: &Url, b: &Url| a.as_str().trim_end_matches('/') == b.as_str().trim_end_matches('/');
        if !same(&request.url, &page.url) {
            found.coverage.note(format!("{} was answered by {}", request.url, page.url));
        }
        let host = page.url.host_str().unwrap_or_default();
        let title: String = reading.title.chars().take(SHOWN_TITLE).collect();
        let title = if title.is_empty() { "without a title".to_owned() } else { title };
        let scope = Scope::of(&page.url);
        found.recognised = Some(if self.single {
            let count = counted(reading.items.len() as u64, "item", "items");
            format!("page of {host}: {title}, {count}")
        } else {
            format!("site {host}: {title}; what is read are {}", scope.words())
        });
        self.scope = Some(scope);
    }

    /// The links of a page that are to be followed.
    fn links(&mut self, request: &Request, page: &Page, links: Links, found: &mut Found) -> Vec<Request> {
        let Some(scope) = self.scope.as_ref().filter(|_| !self.single) else { return Vec::new() };
        let at = page.url.as_str();
        found.coverage.skip_many(WITHHELD, at, links.withheld);
        let mut next = links.pages;
        match links.canonical {
            // The same page with marks in its query: its own address needs no second look.
            Some(own) if own.path() == page.url.path() && own.query().is_none() => {
                if !is_numbered(&page.url) {
                    self.met.insert(hash(&own));
                }
            }
            own => next.extend(own),
        }
        let mut requests = Vec::new();
        for url in next {
            if !scope.holds(&url) || !self.met.insert(hash(&url)) {
                continue;
            }
            match self.traps.refuses(&url) {
                Some(reason) => found.coverage.skip(reason, url.as_str()),
                None => requests.push(Request {
                    url,
                    want: Want::Page,
                    purpose: LINK,
                    about: None,
                    depth: request.depth + 1,
                }),
            }
        }
        requests
    }
}

impl Walk for Site {
    fn name(&self) -> String {
        format!("site {}", self.start.host_str().unwrap_or_default())
    }

    fn start(&mut self) -> Vec<Request> {
        self.met.insert(hash(&self.start));
        let url = self.start.clone();
        vec![Request { url, want: Want::Page, purpose: START, about: None, depth: 0 }]
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        if self.scope.as_ref().is_some_and(|scope| !scope.holds(&page.url)) {
            found.coverage.skip(ELSEWHERE, request.url.as_str());
            return Vec::new();
        }
        let at = page.url.as_str();
        if fetch::is_feed(&fetch::essence(page.content_type.as_deref())) {
            found.coverage.fail("a feed or other XML, not an HTML page", at);
            return Vec::new();
        }
        let text = decode::decode(&page.body, page.content_type.as_deref());
        let url = Some(page.url.clone());
        let place = Place { name: at.to_owned(), url: url.clone(), base: url, live: true, saved_at: None };
        let mut reading = page::read(&text.text, place);
        if let Some(wall) = reading.wall {
            let reason = format!("not visible without signing in or passing a check: it is {wall}");
            found.coverage.fail(&reason, at);
            return Vec::new();
        }
        let is_first = self.scope.is_none();
        if is_first && (self.single || !reading.items.is_empty() || !reading.links.pages.is_empty()) {
            if reading.items.is_empty() && self.single {
                found.coverage.fail(NO_TEXT, at);
                return Vec::new();
            }
            self.first_page(request, page, &reading, found);
        }
        if reading.items.is_empty() {
            if is_first {
                found.coverage.fail(NO_TEXT, at);
            } else {
                found.coverage.skip(NO_TEXT, at);
            }
        }
        if text.replaced > 0 {
            if self.single {
                found.coverage.note(format!(
                    "the page is not all {}: {} characters could not be decoded",
                    text.charset, text.replaced
                ));
            } else {
                found.coverage.skip(UNDECODED, at);
            }
        }
        let requests = self.links(request, page, std::mem::take(&mut reading.links), found);
        let all = reading.items.len();
        reading.items.retain(|item| self.items.insert(digest(item)));
        found.coverage.skip_many(TWIN, at, (all - reading.items.len()) as u64);
        found.coverage.absorb(reading.coverage);
        found.items.append(&mut reading.items);
        requests
    }
}

fn hash(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

/// Whether the query of an address numbers pages, so that the address without it is another page.
fn is_numbered(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| {
        value.bytes().all(|byte| byte.is_ascii_digit()) && name.to_ascii_lowercase().starts_with('p')
    })
}

/// What makes an item the same on another page of the site.
fn digest(item: &Item) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    let own_id = if item.id.starts_with(DERIVED_ID) { "" } else { item.id.as_str() };
    let created = item.created_at.map(|moment| moment.to_string()).unwrap_or_default();
    for part in [own_id, &format!("{:?} {:?}", item.kind, item.authorship), &created, &item.text] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}
