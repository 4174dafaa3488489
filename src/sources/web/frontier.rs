//! What is still to be asked for, each address once.
//!
//! Of addresses already met only a hash is kept, so that memory hardly grows with the site.

use std::collections::{HashSet, VecDeque};

use url::Url;

use super::walk::{Request, Want};

/// Names of query parameters that say where a visitor comes from, or which visitor it is.
const VISITOR: &[&str] = &[
    "_ga",
    "_gl",
    "cfid",
    "cftoken",
    "dclid",
    "fbclid",
    "gclid",
    "igshid",
    "jsessionid",
    "mc_cid",
    "mc_eid",
    "msclkid",
    "phpsessid",
    "s_cid",
    "sessid",
    "session",
    "session_id",
    "sessionid",
    "sid",
    "yclid",
];
/// Beginnings of such names.
const VISITOR_STARTS: &[&str] = &["utm_", "aspsessionid", "_hs", "pk_", "mtm_"];
/// How many bytes of a hash stand for an address.
const HASH_BYTES: usize = 16;

/// Requests in the order in which they were found.
#[derive(Debug)]
pub(super) struct Frontier {
    waiting: VecDeque<Request>,
    seen: HashSet<[u8; HASH_BYTES]>,
    /// How many requests there may be in all, and how many links deep.
    most: u64,
    depth: u32,
    added: u64,
    /// Requests that were not added because there are too many.
    pub(super) too_many: u64,
    /// Pages that were not added because they are too many links away.
    pub(super) too_deep: u64,
}

impl Frontier {
    pub(super) fn new(most: u64, depth: u32) -> Self {
        Self {
            waiting: VecDeque::new(),
            seen: HashSet::new(),
            most,
            depth,
            added: 0,
            too_many: 0,
            too_deep: 0,
        }
    }

    /// Adds a request, unless its address has been met before or a limit is reached.
    pub(super) fn add(&mut self, mut request: Request) {
        if request.want == Want::Page {
            request.url = cleaned(&request.url);
        }
        if !self.meet(&request.url, request.want) {
            return;
        }
        if request.want == Want::Page && request.depth > self.depth {
            self.too_deep += 1;
        } else if self.added >= self.most {
            self.too_many += 1;
        } else {
            self.added += 1;
            self.waiting.push_back(request);
        }
    }

    /// Notes that an address has been met. False if it had been before.
    pub(super) fn meet(&mut self, url: &Url, want: Want) -> bool {
        self.seen.insert(hash(url, want))
    }

    pub(super) fn next(&mut self) -> Option<Request> {
        self.waiting.pop_front()
    }

    /// How many requests were added, and how many of them wait.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.added, self.waiting.len() as u64)
    }
}

/// Whether two addresses are two ways to write the same one.
pub(super) fn is_same(one: &Url, other: &Url, want: Want) -> bool {
    match want {
        Want::Page => page_name(one) == page_name(other),
        _ => one == other,
    }
}

fn hash(url: &Url, want: Want) -> [u8; HASH_BYTES] {
    let name = if want == Want::Page { page_name(url) } else { url.as_str().to_owned() };
    let mut hasher = blake3::Hasher::new();
    hasher.update(want.accept().as_bytes()).update(name.as_bytes());
    let mut hash = [0; HASH_BYTES];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

/// One name for all the usual ways to write the address of a page: no scheme, no `www.`, no index file.
pub(super) fn page_name(url: &Url) -> String {
    let url = cleaned(url);
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path();
    let path = match path.rsplit_once('/') {
        Some((folder, "index.html" | "index.htm" | "index.php")) => format!("{folder}/"),
        _ => path.to_owned(),
    };
    format!("{host}{port}{}{query}", with_plain_letters(&path))
}

/// The address without fragment, visitor's marks and needless escapes.
pub(super) fn cleaned(url: &Url) -> Url {
    let mut clean = url.clone();
    clean.set_fragment(None);
    let path = clean.path().to_owned();
    if let Some((before, _)) = path.split_once(";jsessionid=") {
        clean.set_path(before);
    }
    if let Some(query) = url.query() {
        let kept: Vec<&str> =
            query.split('&').filter(|pair| !pair.is_empty() && !marks_visitor(pair)).collect();
        let kept = kept.join("&");
        clean.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    clean
}

fn marks_visitor(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    VISITOR.contains(&name.as_str()) || VISITOR_STARTS.iter().any(|start| name.starts_with(start))
}

/// Letters, digits and `-._~` need no escape; other escapes are written in upper case.
fn with_plain_letters(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut parts = path.split('%');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, digits) {
            (Some(byte), _) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                plain.push(char::from(byte));
            }
            (Some(_), Some(digits)) => {
                plain.push('%');
                plain.push_str(&digits.to_ascii_uppercase());
            }
            _ => {
                plain.push('%');
                plain.push_str(part);
                continue;
            }
        }
        plain.push_str(part.get(2..).unwrap_or_default());
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn request(url: &str, want: Want, depth: u32) -> Request {
        Request { url: Url::parse(url).unwrap(), want, purpose: "test", about: None, depth }
    }

    #[test]
    fn one_page_has_one_name() {
        for (url, expected) in [
            ("https://www.h.example/a/index.html#top", "h.example/a/"),
            ("http://h.example:80/a/", "h.example/a/"),
            ("http://h.example:8080/a", "h.example:8080/a"),
            ("https://H.example/%7Ejane/%c3%a9%2f%zz%4", "h.example/~jane/%C3%A9%2F%zz%4"),
            ("https://h.example/a;jsessionid=0A?utm_source=x&p=2&PHPSESSID=1&fbclid=3", "h.example/a?p=2"),
            ("https://h.example/a?utm_source=x", "h.example/a"),
            ("https://h.example/a?", "h.example/a"),
            ("https://h.example/a?b=1&a=2", "h.example/a?b=1&a=2"),
        ] {
            assert_eq!(page_name(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn each_address_once_in_order_and_within_limits() {
        let mut frontier = Frontier::new(4, 2);
        for (url, want, depth) in [
            ("https://h.example/a", Want::Page, 0),
            ("https://h.example/b", Want::Page, 1),
            ("http://www.h.example/a?utm_medium=x#y", Want::Page, 1),
            ("https://h.example/deep", Want::Page, 3),
            ("https://h.example/a", Want::Json, 9),
            ("https://h.example/a?sid=1", Want::Json, 9),
            ("https://h.example/c", Want::Page, 1),
            ("https://h.example/c", Want::Page, 1),
        ] {
            frontier.add(request(url, want, depth));
        }
        assert!(!frontier.meet(&Url::parse("https://h.example/b").unwrap(), Want::Page));
        assert_eq!((frontier.counts(), frontier.too_many, frontier.too_deep), ((4, 4), 1, 1));
        let order: Vec<String> =
            std::iter::from_fn(|| frontier.next()).map(|request| request.url.path().to_owned()).collect();
        assert_eq!(order, ["/a", "/b", "/a", "/a"]);
    }
}
