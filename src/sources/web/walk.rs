//! The seam between fetching and reading: a walk says what to ask for, reads each answer, and says what to ask for next.
//!
//! A walk does no I/O, so that every site and platform can be tested on stored answers.

use std::sync::Arc;

use url::Url;
use whitecoat_engine::{Item, Profile};

use crate::coverage::Coverage;

/// A way through a site or a platform's interface.
pub(super) trait Walk: Send {
    /// What is walked, in words for the user, such as `Mastodon account @name@host`.
    fn name(&self) -> String;

    /// The first requests.
    fn start(&mut self) -> Vec<Request>;

    /// Reads the answer to a request: items and coverage go to `found`; what is returned is asked for next.
    fn read(&mut self, request: &Request, page: &Page, found: &mut Found) -> Vec<Request>;

    /// A request that failed for good. `reason` is counted by the caller; the walk may ask for something else instead.
    fn failed(&mut self, request: &Request, reason: &str) -> Vec<Request> {
        let _ = (request, reason);
        Vec::new()
    }

    /// Called whenever nothing is left to ask for: what else there is. The walk ends when this is nothing.
    fn more(&mut self, found: &mut Found) -> Vec<Request> {
        let _ = found;
        Vec::new()
    }

    /// Whether a request may be answered from `to`, where its host redirects it.
    fn admits(&self, request: &Request, to: &Url) -> bool {
        let _ = (request, to);
        true
    }

    /// Whether the walk only tries whether there is something: then what fails is not counted.
    fn is_trying(&self) -> bool {
        false
    }

    /// Whether a request is for something that nobody said is there, so that a host which shows nothing has nothing.
    fn is_guess(&self, request: &Request) -> bool {
        let _ = request;
        false
    }

    /// Called once, when nothing is left to ask for or the run is interrupted: hands over what waited for an answer that
    /// did not come.
    fn finish(&mut self, found: &mut Found) {
        let _ = found;
    }
}

/// Something to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Where it is.
    pub(super) url: Url,
    /// What is hoped for: decides the `Accept` header and which answers are right.
    pub(super) want: Want,
    /// What it is for, in the walk's own words, such as `statuses` or `context`.
    pub(super) purpose: &'static str,
    /// What it is about, such as the id of the post whose replies are asked for.
    pub(super) about: Option<Arc<str>>,
    /// How many links away from the start.
    pub(super) depth: u32,
}

/// What kind of answer is hoped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// An HTML page.
    Page,
    /// JSON of a platform's interface.
    Json,
    /// An ActivityPub document.
    Activity,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap, perhaps gzipped.
    Sitemap,
    /// Bytes of any kind, such as a CAR file.
    Bytes,
}

/// An answer that can be read: a success of the kind that was wanted.
#[derive(Debug)]
pub(super) struct Page {
    /// Where it was in the end, after redirects.
    pub(super) url: Url,
    /// The content type as sent, if any.
    pub(super) content_type: Option<String>,
    /// Headers by lower-case name, such as `link`, `x-wp-totalpages`.
    pub(super) headers: Vec<(String, String)>,
    /// The bytes, inflated, not decoded.
    pub(super) body: Vec<u8>,
}

/// What a walk has found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Items, in the order found. The driver hands them over and empties this.
    pub(super) items: Vec<Item>,
    /// What could not be read, with reasons.
    pub(super) coverage: Coverage,
    /// The account, once known: what the user is told it was recognised as.
    pub(super) recognised: Option<String>,
    /// The profile of the account's owner, for items that carry none.
    pub(super) profile: Option<Arc<Profile>>,
}

impl Page {
    /// The value of the header `name` (in lower case).
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
