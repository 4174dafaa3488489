//! The best way through what the user named: the interface or the feed of its platform where there is one, and its pages
//! where there is none or where that does not show everything.

use std::collections::HashMap;

use url::Url;

use super::super::decode;
use super::super::fetch;
use super::super::walk::{Found, Page, Request, Walk};
use super::feed::Feed;
use super::site::{Site, is_post};
use super::{Way, of_page};
use crate::coverage::Coverage;

/// A walk that finds out which walk it is.
pub(in super::super) struct Tour {
    /// The interface or feed, while it is walked.
    way: Option<Way>,
    /// The way has recognised something.
    recognised: bool,
    /// What the way could not read before it recognised anything.
    doubtful: Coverage,
    /// Why the way was not answered first.
    refused: Option<String>,
    /// Addresses of the posts that the way has shown whole, each with how many there are.
    shown: HashMap<Url, usize>,
    /// The pages, unless the way shows everything.
    site: Option<Site>,
    /// What the first page holds and where it leads, until it is known whether the way shows that too.
    held: Option<(Found, Vec<Request>)>,
}

impl Tour {
    fn new(way: Option<Way>, site: Option<Site>) -> Self {
        Self {
            way,
            recognised: false,
            doubtful: Coverage::default(),
            refused: None,
            shown: HashMap::new(),
            site,
            held: None,
        }
    }

    /// The tour of an account; `None` for what is no handle.
    pub(in super::super) fn of_handle(handle: &str) -> Option<Self> {
        super::of_handle(handle).map(|way| Self::new(Some(way), None))
    }

    /// The tour of what lies at an address; with `single`, of that page alone.
    pub(in super::super) fn of_address(url: &Url, single: bool) -> Self {
        let way = if single { None } else { super::of_address(url) };
        Self::new(way, Some(Site::new(url.clone(), single)))
    }

    /// Whether everything public of the account was to be seen on the way that was taken.
    pub(in super::super) fn shows_all(&self) -> bool {
        self.recognised && self.site.is_none()
    }

    /// Keeps what a way finds only once it is one.
    fn weigh(&mut self, found: &mut Found, is_whole: bool) {
        for item in found.items.iter().filter(|item| is_post(item) && !item.truncated) {
            if let Some(url) = item.url.as_deref().and_then(|url| Url::parse(url).ok()) {
                *self.shown.entry(url).or_default() += 1;
            }
        }
        if let Some(site) = self.site.as_mut().filter(|_| !is_whole) {
            site.hold_short(found);
        }
        self.recognised |= found.recognised.is_some();
        if self.recognised {
            found.coverage.absorb(std::mem::take(&mut self.doubtful));
        } else if self.site.is_some() {
            self.doubtful.absorb(std::mem::take(&mut found.coverage));
        }
    }

    /// The better way that the first page names.
    fn better(page: &Page) -> Option<Way> {
        if fetch::is_feed(&fetch::essence(page.content_type.as_deref())) {
            return Some(Way::whole(Feed::new(&page.url)));
        }
        of_page(page, &decode::decode(&page.body, page.content_type.as_deref()).text)
    }
}

/// Whether an address may be that of a post: neither a site's first page nor a place on a page, which hold other things too.
fn is_of_one_post(url: &Url) -> bool {
    url.fragment().is_none() && (url.path() != "/" || url.query().is_some())
}

impl Walk for Tour {
    fn name(&self) -> String {
        match (&self.way, &self.site) {
            (Some(way), _) => way.walk.name(),
            (None, Some(site)) => site.name(),
            (None, None) => String::new(),
        }
    }

    fn start(&mut self) -> Vec<Request> {
        match (&mut self.way, &mut self.site) {
            (Some(way), _) => way.walk.start(),
            (None, Some(site)) => site.start(),
            (None, None) => Vec::new(),
        }
    }

    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request> {
        if let Some(way) = &mut self.way {
            let next = way.walk.read(request, page, found);
            let is_whole = way.whole;
            self.weigh(found, is_whole);
            return next;
        }
        let Some(site) = &mut self.site else { return Vec::new() };
        let is_first = site.is_at_start();
        let next = site.read(request, page, found);
        match is_first.then(|| Self::better(page)).flatten() {
            None => next,
            Some(mut way) => {
                self.held = Some((std::mem::take(found), next));
                let requests = way.walk.start();
                self.way = Some(way);
                requests
            }
        }
    }

    fn admits(&self, request: &Request, to: &Url) -> bool {
        match (&self.way, &self.site) {
            (None, Some(site)) => site.admits(request, to),
            _ => true,
        }
    }

    fn is_guess(&self, request: &Request) -> bool {
        match (&self.way, &self.site) {
            (None, Some(site)) => site.is_guess(request),
            _ => false,
        }
    }

    fn failed(&mut self, request: &Request, reason: &str) -> Vec<Request> {
        match (&mut self.way, &mut self.site) {
            (Some(way), _) => {
                self.refused.get_or_insert_with(|| reason.to_owned());
                way.walk.failed(request, reason)
            }
            (None, Some(site)) => site.failed(request, reason),
            (None, None) => Vec::new(),
        }
    }

    fn more(&mut self, found: &mut Found) -> Vec<Request> {
        let Some(mut way) = self.way.take() else { return Vec::new() };
        way.walk.finish(found);
        self.weigh(found, way.whole);
        if way.whole && self.recognised {
            (self.site, self.held) = (None, None);
            return Vec::new();
        }
        let Some(site) = &mut self.site else { return Vec::new() };
        if let Some(reason) = self.refused.as_ref().filter(|_| !self.recognised) {
            let name = way.walk.name();
            // A page that names the interface, and shows next to nothing without it.
            if way.alone && self.held.is_some() {
                found.coverage.fail(&format!("posts of an account: {reason}"), name);
            } else {
                found.coverage.note(format!("{name}: its interface was not read ({reason}), but its pages"));
            }
        }
        self.doubtful = Coverage::default();
        let shown = self.shown.drain().filter(|(url, count)| *count == 1 && is_of_one_post(url));
        shown.for_each(|(url, _)| site.knows_text_of(&url));
        match self.held.take() {
            None => site.start(),
            Some((mut held, requests)) => {
                site.take_out_known(&[], &mut held.items);
                found.items.extend(held.items);
                found.coverage.absorb(held.coverage);
                found.recognised = found.recognised.take().or(held.recognised);
                requests
            }
        }
    }

    fn is_trying(&self) -> bool {
        self.way.is_some() && self.site.is_some() && !self.recognised
    }

    fn finish(&mut self, found: &mut Found) {
        if let Some(way) = &mut self.way {
            way.walk.finish(found);
        }
        if let Some(site) = &mut self.site {
            site.finish(found);
        }
    }
}
