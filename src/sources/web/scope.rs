//! Which links of a site are followed: those below the start, and no traps.

use std::collections::HashMap;

use url::Url;

/// Longest path and query that is followed.
const MAX_ADDRESS: usize = 512;
/// Most parameters of a query that is followed.
const MAX_PARAMETERS: usize = 3;
/// How many queries of one path are followed, unless they only number pages.
const MAX_QUERIES: u32 = 50;
/// How many pages of one calendar are followed.
const MAX_CALENDAR_PAGES: u32 = 60;
/// How often the same name may stand in a path.
const MAX_REPEATS: usize = 2;

/// Parameters that number pages or name one.
pub(super) const NUMBERS: &[&str] =
    &["p", "page", "paged", "pg", "page_id", "id", "post", "post_id", "offset", "start", "cpage", "article"];
/// Parameters that only show a page in another way, or do something.
const OTHER_VIEWS: &[&str] = &[
    "action",
    "add-to-cart",
    "amp",
    "dir",
    "do",
    "filter",
    "format",
    "lang_switch",
    "limit",
    "like",
    "order",
    "orderby",
    "per_page",
    "print",
    "q",
    "replytocom",
    "s",
    "search",
    "share",
    "sort",
    "sortby",
    "view",
    "vote",
];
/// Parts of a path where no content is.
const NO_CONTENT: &[&str] = &[
    "account",
    "add-to-cart",
    "cart",
    "checkout",
    "feed",
    "login",
    "log-in",
    "logout",
    "lost-password",
    "password-reset",
    "print",
    "register",
    "search",
    "signin",
    "sign-in",
    "signup",
    "sign-up",
    "sign_in",
    "sign_up",
    "subscribe",
    "trackback",
    "wp-admin",
    "wp-json",
    "wp-login.php",
    "xmlrpc.php",
];
/// Parts of a path that a calendar has.
const CALENDAR: &[&str] = &["agenda", "calendar", "events", "kalender", "termine"];
/// Endings of files that are pages.
const PAGES: &[&str] = &["asp", "aspx", "cfm", "cgi", "htm", "html", "jsp", "php", "shtml", "xhtml"];
/// Endings of files that are no pages.
const FILES: &[&str] = &[
    "7z",
    "avi",
    "avif",
    "bmp",
    "css",
    "csv",
    "doc",
    "docx",
    "dmg",
    "eot",
    "epub",
    "exe",
    "gif",
    "gz",
    "heic",
    "ico",
    "ics",
    "jpeg",
    "jpg",
    "js",
    "json",
    "m4a",
    "m4v",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "ogg",
    "ogv",
    "otf",
    "png",
    "ppt",
    "pptx",
    "rar",
    "rss",
    "svg",
    "tar",
    "tif",
    "tiff",
    "ttf",
    "txt",
    "vcf",
    "wav",
    "webm",
    "webmanifest",
    "webp",
    "wma",
    "wmv",
    "woff",
    "woff2",
    "xls",
    "xlsx",
    "xml",
    "zip",
];

/// Why a link is not followed, as a fixed sentence.
pub(super) const PDF: &str = "A linked PDF document (reading these comes later)";
const FILE: &str = "A linked picture, recording or other file that is no page";
const NOTHING: &str = "A linked page to sign in, search, buy or print: not followed";
const VIEW: &str = "A link to the same page in another order or view: not followed";
const LONG: &str = "A link whose address is too long or has too many parts: not followed";
const REPEATED: &str = "A link that repeats parts of its path, as traps for crawlers do: not followed";
const QUERIES: &str = "A link to one of very many views of the same page (limit: 50): not followed";
const CALENDARS: &str = "A link into a calendar without end (limit: 60 pages): not followed";

/// The part of a site that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    host: String,
    port: Option<u16>,
    /// With a `/` at the end.
    folder: String,
}

impl Scope {
    /// All pages of the host that lie at or below `start`; a file stands for its folder.
    pub(super) fn of(start: &Url) -> Self {
        let path = start.path();
        let (folder, last) = path.rsplit_once('/').unwrap_or_default();
        let end = last.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        let is_file = end.is_some_and(|end| PAGES.contains(&end.as_str()));
        let folder = if last.is_empty() || is_file { folder } else { path };
        Self { host: host(start), port: start.port(), folder: format!("{}/", folder.trim_end_matches('/')) }
    }

    /// Whether `url` lies in it. Schemes and `www.` make no difference.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let path = url.path();
        matches!(url.scheme(), "http" | "https")
            && host(url) == self.host
            && url.port() == self.port
            && (path.starts_with(&self.folder) || path == self.folder.trim_end_matches('/'))
    }

    /// In words for the user.
    pub(super) fn words(&self) -> String {
        if self.folder == "/" {
            format!("all pages of {}", self.host)
        } else {
            format!("the pages of {} below {}", self.host, self.folder)
        }
    }
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// Counts what may be a trap.
#[derive(Debug, Default)]
pub(super) struct Traps {
    /// By path, how many queries; by calendar, how many pages.
    counts: HashMap<u64, u32>,
}

impl Traps {
    /// Why a link that has not been met before is not followed. Counts it when it is.
    pub(super) fn refuses(&mut self, url: &Url) -> Option<&'static str> {
        let path = url.path().to_ascii_lowercase();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let last = segments.last().copied().unwrap_or_default();
        match last.rsplit_once('.') {
            Some((_, "pdf")) => return Some(PDF),
            Some((_, end)) if FILES.contains(&end) => return Some(FILE),
            _ => {}
        }
        if segments.iter().any(|segment| NO_CONTENT.contains(segment)) {
            return Some(NOTHING);
        }
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.to_ascii_lowercase()).collect();
        if names.iter().any(|name| OTHER_VIEWS.contains(&name.as_str())) {
            return Some(VIEW);
        }
        if path.len() + url.query().map_or(0, str::len) > MAX_ADDRESS || names.len() > MAX_PARAMETERS {
            return Some(LONG);
        }
        let repeats = |name: &&str| segments.iter().filter(|other| *other == name).count() > MAX_REPEATS;
        if segments.iter().any(|name| !is_number(name) && repeats(name)) {
            return Some(REPEATED);
        }
        if segments.iter().any(|segment| CALENDAR.contains(segment)) && has_date(&path, url.query()) {
            let calendar: Vec<&str> =
                segments.iter().copied().take_while(|segment| !is_number(segment)).collect();
            return (self.count(&calendar.join("/")) > MAX_CALENDAR_PAGES).then_some(CALENDARS);
        }
        let numbered = names.iter().all(|name| NUMBERS.contains(&name.as_str()));
        (!numbered && self.count(&format!("{path}?")) > MAX_QUERIES).then_some(QUERIES)
    }

    fn count(&mut self, what: &str) -> u32 {
        let hash = blake3::hash(what.as_bytes());
        let (start, _) = hash.as_bytes().split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let count = self.counts.entry(u64::from_le_bytes(*start)).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

fn is_number(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether an address names a day or a month.
fn has_date(path: &str, query: Option<&str>) -> bool {
    let numbers =
        |text: &str| text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    numbers(path) + numbers(query.unwrap_or_default()) >= 2
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn url(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    #[test]
    fn a_scope_is_what_lies_below_the_start() {
        for (start, words) in [
            ("https://www.h.example/", "all pages of h.example"),
            ("https://h.example/about.html", "all pages of h.example"),
            ("https://h.example/@jane", "the pages of h.example below /@jane/"),
            ("https://h.example/@jane.roe", "the pages of h.example below /@jane.roe/"),
            ("https://h.example/team/dr.roe", "the pages of h.example below /team/dr.roe/"),
            ("https://h.example/u/jane/index.html", "the pages of h.example below /u/jane/"),
        ] {
            assert_eq!(Scope::of(&url(start)).words(), words);
        }
        let scope = Scope::of(&url("https://h.example/team/jane"));
        for (link, expected) in [
            ("http://www.h.example/team/jane/", true),
            ("https://h.example/team/jane", true),
            ("https://h.example/team/jane/a?b", true),
            ("https://h.example/team/janet", false),
            ("https://h.example/team/", false),
            ("https://h.example:8443/team/jane/", false),
            ("https://blog.h.example/team/jane/", false),
            ("mailto:jane@h.example", false),
        ] {
            assert_eq!(scope.holds(&url(link)), expected, "{link}");
        }
    }

    #[test]
    fn traps_are_named() {
        for (link, expected) in [
            ("/a/b.html", None),
            ("/2024/03/05/a-post/", None),
            ("/?p=12", None),
            ("/list?page=2&id=3", None),
            ("/folder/leaflet.PDF", Some(PDF)),
            ("/wp-content/a.jpg", Some(FILE)),
            ("/wp-login.php", Some(NOTHING)),
            ("/blog/feed/", Some(NOTHING)),
            ("/blog/?s=flu", Some(VIEW)),
            ("/post/?replytocom=7", Some(VIEW)),
            ("/shop?a=1&b=2&c=3&d=4", Some(LONG)),
            ("/a/b/a/b/a/b/", Some(REPEATED)),
            ("/2024/2024/2024/", None),
        ] {
            assert_eq!(
                Traps::default().refuses(&url(&format!("https://h.example{link}"))),
                expected,
                "{link}"
            );
        }
        assert_eq!(
            Traps::default().refuses(&url(&format!("https://h.example/{}", "a".repeat(600)))),
            Some(LONG)
        );
    }

    #[test]
    fn views_and_calendars_without_end_are_cut() {
        let mut traps = Traps::default();
        let mut followed = |link: &dyn Fn(u32) -> String| {
            (0..1000).filter(|number| traps.refuses(&url(&link(*number))).is_none()).count()
        };
        assert_eq!(followed(&|n| format!("https://h.example/shop?colour={n}&size={n}")), 50);
        assert_eq!(followed(&|n| format!("https://h.example/calendar/{}/{}/", 2024 + n / 12, n % 12)), 60);
        assert_eq!(followed(&|n| format!("https://h.example/events?month={}-{}", 2024 + n / 12, n % 12)), 60);
        assert_eq!(followed(&|n| format!("https://h.example/blog?paged={n}")), 1000);
        assert_eq!(followed(&|n| format!("https://h.example/post/{n}")), 1000);
    }
}
