//! A plain site: pages and the links between them, breadth first, within a scope.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use url::Url;
use whitecoat_engine::{Authorship, Item, Kind};

use super::super::fetch;
use super::super::frontier::page_name;
use super::super::links::Links;
use super::super::page::{self, Place, Reading};
use super::super::robots;
use super::super::scope::{NUMBERS, Scope, Traps};
use super::super::walk::{Found, Page, Request, Walk, Want};
use super::super::{SHOWN_TITLE, decode};
use super::short::Short;
use super::sitemap;
use crate::identity::DERIVED_ID;
use crate::wording::counted;

const START: &str = "start";
const LINK: &str = "link";
const ROBOTS: &str = "robots.txt";
const SITEMAP: &str = "sitemap";
const USUAL_SITEMAP: &str = "usual sitemap";

/// Most sitemaps of a site that are read.
const MAX_SITEMAPS: usize = 50;

const WITHHELD: &str = "A link that the site asks machines not to follow";
const SITEMAPS: &str = "A sitemap beyond the limit of 50, or listed by a sitemap that was cut off";
const TWIN: &str = "An item that stands on several pages: read once";
const MISSING: &str = "there is no page here any more: the page says so itself";
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
    /// Hashes of the addresses of posts whose text has been read another way.
    told: HashSet<u64>,
    /// How many sitemaps were asked for.
    sitemaps: usize,
    /// Digests of the items so far: what stands on every page is read once.
    items: HashSet<[u8; 16]>,
    short: Short,
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
            told: HashSet::new(),
            sitemaps: 0,
            items: HashSet::new(),
            short: Short::default(),
        }
    }

    /// Whether no page has been read yet, and more than one is wanted.
    pub(super) fn is_at_start(&self) -> bool {
        self.scope.is_none() && !self.single
    }

    /// Notes that the text of the post at `url` has been read another way. Its page is read for what else it holds, such as
    /// comments.
    pub(super) fn knows_text_of(&mut self, url: &Url) {
        self.told.insert(hash(url));
        self.short.settle(url);
    }

    /// Takes out the posts that have been read another way: those of their own page, whatever they call themselves there, and
    /// those of lists. How many there were.
    pub(super) fn take_out_known(&self, pages: &[&Url], items: &mut Vec<Item>) -> u64 {
        if self.told.is_empty() {
            return 0;
        }
        let is_known = |url: &Url| self.told.contains(&hash(url));
        let is_at_known = pages.iter().any(|url| is_known(url));
        let names_known = |item: &Item| {
            item.url.as_deref().and_then(|url| Url::parse(url).ok()).is_some_and(|url| is_known(&url))
        };
        let all = items.len();
        items.retain(|item| !(is_post(item) && (is_at_known || names_known(item))));
        (all - items.len()) as u64
    }

    /// Keeps back what stands there in short only, as in feeds and lists: its page is read too.
    pub(super) fn hold_short(&mut self, found: &mut Found) {
        let profile = found.profile.clone();
        let hold = |mut item: Item| {
            item.profile = item.profile.or_else(|| profile.clone());
            self.short.hold(item)
        };
        found.items = std::mem::take(&mut found.items).into_iter().filter_map(hold).collect();
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

    /// What is known of the site besides its pages: asked for once the first page is there.
    fn besides(&self, page: &Page) -> Option<Request> {
        let url = page.url.join("/robots.txt").ok().filter(|_| !self.single)?;
        Some(Request { url, want: Want::Bytes, purpose: ROBOTS, about: None, depth: 0 })
    }

    /// The sitemaps that a robots.txt names, or the usual one.
    fn robots(&mut self, page: &Page, found: &mut Found) -> Vec<Request> {
        let named = robots::sitemaps(&page.body);
        let named: Vec<Url> = named.iter().filter_map(|address| page.url.join(address).ok()).collect();
        if named.is_empty() {
            return self.usual_sitemap(&page.url);
        }
        self.ask_sitemaps(named.into_iter(), found)
    }

    /// The sitemap that many sites have and do not name.
    fn usual_sitemap(&mut self, url: &Url) -> Vec<Request> {
        let usual = url.join("/sitemap.xml").ok();
        let mut requests = self.ask_sitemaps(usual.into_iter(), &mut Found::default());
        requests.iter_mut().for_each(|request| request.purpose = USUAL_SITEMAP);
        requests
    }

    fn ask_sitemaps(&mut self, urls: impl Iterator<Item = Url>, found: &mut Found) -> Vec<Request> {
        let mut requests = Vec::new();
        for url in urls.filter(|url| matches!(url.scheme(), "http" | "https")) {
            if self.sitemaps == MAX_SITEMAPS {
                found.coverage.skip(SITEMAPS, url.as_str());
                continue;
            }
            self.sitemaps += 1;
            requests.push(Request { url, want: Want::Sitemap, purpose: SITEMAP, about: None, depth: 0 });
        }
        requests
    }

    fn sitemap(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        let listed = sitemap::parse(&page.body);
        if listed.cut {
            found.coverage.skip(SITEMAPS, request.url.as_str());
        }
        let links =
            Links { pages: listed.pages.into_iter().map(|page| page.url).collect(), ..Links::default() };
        let mut requests = self.links(request, page, links, found);
        requests.extend(self.ask_sitemaps(listed.sitemaps.into_iter().map(|map| map.url), found));
        requests
    }

    /// The links of a page that are to be followed.
    fn links(&mut self, request: &Request, page: &Page, links: Links, found: &mut Found) -> Vec<Request> {
        let Some(scope) = self.scope.as_ref().filter(|_| !self.single) else { return Vec::new() };
        let at = page.url.as_str();
        found.coverage.skip_many(WITHHELD, at, links.withheld);
        let mut next = links.pages;
        match links.canonical {
            // The same page with marks in its query: its own address needs no second look.
            Some(own) if own.path() == page.url.path() && numbers(&own) == numbers(&page.url) => {
                self.met.insert(hash(&own));
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

    fn failed(&mut self, request: &Request, _: &str) -> Vec<Request> {
        // A host without a robots.txt may have the usual sitemap all the same.
        if request.purpose == ROBOTS { self.usual_sitemap(&request.url) } else { Vec::new() }
    }

    fn is_guess(&self, request: &Request) -> bool {
        matches!(request.purpose, ROBOTS | USUAL_SITEMAP)
    }

    fn admits(&self, request: &Request, to: &Url) -> bool {
        request.want != Want::Page || self.scope.as_ref().is_none_or(|scope| scope.holds(to))
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        match request.purpose {
            ROBOTS => return self.robots(page, found),
            SITEMAP | USUAL_SITEMAP => return self.sitemap(request, page, found),
            _ => {}
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
        if reading.missing && !is_first {
            found.coverage.skip(MISSING, at);
            return Vec::new();
        }
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
        let mut requests = self.links(request, page, std::mem::take(&mut reading.links), found);
        requests.extend(self.besides(page).filter(|_| is_first));
        let known = self.take_out_known(&[&request.url, &page.url], &mut reading.items);
        let all = reading.items.len();
        reading.items.retain(|item| self.items.insert(digest(item)));
        found.coverage.skip_many(TWIN, at, known + (all - reading.items.len()) as u64);
        found.coverage.absorb(reading.coverage);
        if !self.single {
            self.short.complete(&[&request.url, &page.url], &mut reading.items);
        }
        found.items.append(&mut reading.items);
        requests
    }

    fn finish(&mut self, found: &mut Found) {
        found.items.extend(self.short.left());
    }
}

/// The same for all the usual ways to write the address of a page.
fn hash(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    page_name(url).hash(&mut hasher);
    hasher.finish()
}

/// Whether an item is a post of the site's owner that answers nothing.
pub(super) fn is_post(item: &Item) -> bool {
    item.authorship == Authorship::Own
        && item.parent.is_none()
        && matches!(item.kind, Kind::Article | Kind::Post)
}

/// The parameters of an address that number pages or name one: with others of them it is another page.
fn numbers(url: &Url) -> Vec<(String, String)> {
    let pairs = url.query_pairs().map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()));
    pairs.filter(|(name, _)| NUMBERS.contains(&name.as_str())).collect()
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
