//! A robots.txt matcher after RFC 9309.

use std::time::Duration;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use url::Url;

/// The product token that groups are matched with.
pub(super) const AGENT_TOKEN: &str = "whitecoat";

/// How much of a robots.txt is read; RFC 9309 section 2.5 asks for at least this.
pub(super) const ROBOTS_BYTES: usize = 500 * 1024;

/// The rules of one robots.txt that concern one agent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// How long to wait between requests.
    pub(super) crawl_delay: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allow: bool,
    pattern: String,
}

/// What a line of the file says, once its key is recognised.
enum Line<'a> {
    Agent(&'a str),
    Rule(bool, &'a str),
    Delay(&'a str),
}

impl Robots {
    /// The rules for `agent` (a product token, in any case). Never fails: what cannot be read is passed over.
    pub(super) fn parse(bytes: &[u8], agent: &str) -> Self {
        let text = text(bytes);
        // Groups of the same agent are merged; the group of `*` counts only when no group names the agent.
        let (mut named, mut general) = (Self::default(), Self::default());
        let mut named_seen = false;
        let (mut in_named, mut in_general, mut heading) = (false, false, false);
        for line in lines(&text).filter_map(Line::parse) {
            if let Line::Agent(name) = line {
                if !heading {
                    (in_named, in_general) = (false, false);
                }
                heading = true;
                in_general |=
                    name == "*" || name.strip_prefix('*').is_some_and(|rest| rest.starts_with([' ', '\t']));
                in_named |= !agent.is_empty() && product_token(name).eq_ignore_ascii_case(agent);
                named_seen |= in_named;
                continue;
            }
            heading = false;
            if in_named {
                named.add(&line);
            }
            if in_general {
                general.add(&line);
            }
        }
        if named_seen { named } else { general }
    }

    fn add(&mut self, line: &Line<'_>) {
        match *line {
            Line::Rule(allow, pattern) if !pattern.is_empty() => {
                let pattern = normalised(pattern);
                // Who allows a folder's index page means the folder.
                let folder = pattern.rfind('/').map(|at| pattern.split_at(at + 1));
                if let Some((folder, _)) = folder.filter(|(_, last)| allow && last.starts_with("index.htm")) {
                    self.rules.push(Rule { allow, pattern: format!("{folder}$") });
                }
                self.rules.push(Rule { allow, pattern });
            }
            Line::Delay(value) => {
                let delay = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.crawl_delay = self.crawl_delay.max(delay);
            }
            _ => {}
        }
    }

    /// Whether `url` may be fetched: the longest matching pattern decides, and of equally long ones the allowing one.
    pub(super) fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let mut target = url.path().to_owned();
        if let Some(query) = url.query() {
            target.push('?');
            target.push_str(query);
        }
        let target = normalised(&target);
        self.rules
            .iter()
            .filter(|rule| matches(&rule.pattern, &target))
            .max_by_key(|rule| (rule.pattern.len(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }
}

/// The addresses of the sitemaps that a robots.txt names, as they are written.
pub(super) fn sitemaps(bytes: &[u8]) -> Vec<String> {
    let text = text(bytes);
    let named = lines(&text).filter_map(|line| line.split_once(':'));
    let named = named.filter(|(key, _)| key.trim().eq_ignore_ascii_case("sitemap"));
    named.map(|(_, address)| address.trim().to_owned()).filter(|address| !address.is_empty()).collect()
}

/// What is read of the file, as text: UTF-8 by the standard, UTF-16 as some editors save it.
fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..ROBOTS_BYTES).unwrap_or(bytes);
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or(match bytes {
        [first, 0, _, 0, ..] if *first != 0 => (UTF_16LE, 0),
        [0, first, 0, ..] if *first != 0 => (UTF_16BE, 0),
        _ => (UTF_8, 0),
    });
    encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0.into_owned()
}

/// The lines of the file without comments.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).map(|line| line.split('#').next().unwrap_or_default().trim())
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        // Some files leave the colon out.
        let (key, value) = line.split_once(':').or_else(|| line.split_once([' ', '\t']))?;
        let (key, value) = (key.trim(), value.trim());
        let is = |names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
        if is(&["user-agent", "useragent", "user agent"]) {
            Some(Line::Agent(value))
        } else if is(&["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"]) {
            Some(Line::Rule(false, value))
        } else if is(&["allow"]) {
            Some(Line::Rule(true, value))
        } else if is(&["crawl-delay", "crawldelay"]) {
            Some(Line::Delay(value))
        } else {
            // Sitemap (see `sitemaps`) and unknown lines belong to no group and end none.
            None
        }
    }
}

/// The leading letters, `-` and `_` of a user-agent value, as in `Bot/1.0` or `Bot (for x)`.
fn product_token(name: &str) -> &str {
    let end = name.find(|c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_').unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

/// One spelling for paths and patterns: non-ASCII as `%XX`, and escapes in upper case.
fn normalised(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        let digits = rest.as_slice().get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match (byte, digits) {
            (b'%', Some(digits)) => {
                out.push('%');
                out.extend(digits.iter().map(|digit| char::from(digit.to_ascii_uppercase())));
                rest.nth(1);
            }
            (byte, _) if byte.is_ascii() => out.push(char::from(byte)),
            (byte, _) => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.extend([byte >> 4, byte & 15].iter().map(|&half| char::from(HEX[usize::from(half)])));
            }
        }
    }
    out
}

/// Whether `pattern` (with `*` for anything and a last `$` for the end) matches a prefix of `path`.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces: Vec<&str> = pattern.split('*').collect();
    let last = if pieces.len() > 1 { pieces.pop() } else { None };
    let mut pieces = pieces.into_iter();
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    // Taking the first place that fits is right for all pieces but an anchored last one.
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    match (last, anchored) {
        (None, true) => rest.is_empty(),
        (None, false) => true,
        (Some(last), true) => rest.ends_with(last),
        (Some(last), false) => rest.contains(last),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    fn allowed(robots: &str, agent: &str, url: &str) -> bool {
        Robots::parse(robots.as_bytes(), agent).allows(&Url::parse(url).unwrap())
    }

    #[test]
    fn the_longest_match_wins_and_allow_wins_a_tie() {
        let robots =
            "user-agent: *\ndisallow: /a\nallow: /a/b\ndisallow: /a/b/*.pdf$\nallow: /tie\ndisallow: /tie";
        for (path, expected) in [
            ("/", true),
            ("/a", false),
            ("/a/c", false),
            ("/a/b/c", true),
            ("/a/b/c.pdf", false),
            ("/a/b/c.pdf?x", true),
            ("/tie", true),
            ("/robots.txt", true),
        ] {
            assert_eq!(allowed(robots, "whitecoat", &format!("https://h.example{path}")), expected, "{path}");
        }
    }

    #[test]
    fn groups_merge_and_the_named_one_replaces_the_general_one() {
        let robots = "\u{feff}User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: WhiteCoat/2 (x)\n\
                      Disallow: /x # why\nCrawl-delay: 2.5\n\nUser-agent: whitecoat\nDisallow: /y";
        let parsed = Robots::parse(robots.as_bytes(), AGENT_TOKEN);
        assert_eq!(parsed.crawl_delay, Some(Duration::from_millis(2500)));
        for (path, expected) in [("/", true), ("/x", false), ("/y", false)] {
            assert_eq!(allowed(robots, AGENT_TOKEN, &format!("https://h.example{path}")), expected, "{path}");
        }
        assert!(!allowed(robots, "somebody", "https://h.example/"));
        // An empty group of one's own lets everything pass.
        assert!(allowed(
            "User-agent: *\nDisallow: /\nUser-agent: whitecoat\nDisallow:",
            AGENT_TOKEN,
            "https://h.example/"
        ));
    }

    #[test]
    fn percent_encoding_and_hostile_patterns() {
        assert!(!allowed("user-agent: *\ndisallow: /b\u{e4}r", "w", "https://h.example/b%c3%a4r"));
        assert!(!allowed("user-agent: *\ndisallow: /%7ejane", "w", "https://h.example/%7Ejane"));
        let stars = format!("user-agent: *\ndisallow: /{}$", "*a".repeat(5000));
        assert!(allowed(&stars, "w", &format!("https://h.example/{}", "a".repeat(3000))));
        assert!(allowed("user-agent: *\ndisallow: /a*b$", "w", "https://h.example/abc"));
        assert!(!allowed("user-agent: *\ndisallow: /a*b$", "w", "https://h.example/abcb"));
        assert!(allowed(
            "user-agent: *\ncrawl-delay: -1\ncrawl-delay: inf\ncrawl-delay: NaN",
            "w",
            "https://h.example/"
        ));
    }

    #[test]
    fn every_usual_encoding_and_line_end_is_read() {
        let robots = "User-agent: *\nDisallow: /x # not yet\nSitemap: https://h.example/a.xml # the main one\n\
                      SITEMAP:/b.xml\nSitemap:\n# Sitemap: /c.xml\n";
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let marked = format!("\u{feff}{robots}");
        for (name, bytes) in [
            ("UTF-8", robots.as_bytes().to_vec()),
            ("UTF-8 with a mark", marked.as_bytes().to_vec()),
            ("UTF-16LE", wide(robots, u16::to_le_bytes)),
            ("UTF-16LE with a mark", wide(&marked, u16::to_le_bytes)),
            ("UTF-16BE", wide(robots, u16::to_be_bytes)),
            ("UTF-16BE with a mark", wide(&marked, u16::to_be_bytes)),
            ("CR", robots.replace('\n', "\r").into_bytes()),
            ("CR LF", robots.replace('\n', "\r\n").into_bytes()),
            (
                "the mark before a sitemap",
                "\u{feff}Sitemap: https://h.example/a.xml\nSitemap: /b.xml\nUser-agent: *\nDisallow: /x"
                    .as_bytes()
                    .to_vec(),
            ),
        ] {
            let allows = |path: &str| Robots::parse(&bytes, AGENT_TOKEN).allows(&Url::parse(path).unwrap());
            let found = (allows("https://h.example/x"), allows("https://h.example/y"));
            assert_eq!(
                (found, sitemaps(&bytes)),
                ((false, true), vec!["https://h.example/a.xml".to_owned(), "/b.xml".to_owned()]),
                "{name}"
            );
        }
        for bytes in [&b""[..], b"\0", b"\0\0\0\0", b"a\0", b"\xff\xfe", b"\xff\xfe\0"] {
            assert_eq!(
                (Robots::parse(bytes, AGENT_TOKEN), sitemaps(bytes)),
                (Robots::default(), vec![]),
                "{bytes:?}"
            );
        }
    }

    #[derive(serde::Deserialize)]
    struct Case {
        test: String,
        robots: String,
        agent: String,
        url: String,
        allowed: bool,
    }

    /// The published table of cases, read in place when it is there.
    #[test]
    fn agrees_with_the_published_cases() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages/robots-google/cases.json");
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        let mut wrong = Vec::new();
        for case in &cases {
            // No address at all means the host.
            let url = Url::parse(&case.url).unwrap_or_else(|_| Url::parse("http://h.example/").unwrap());
            if Robots::parse(case.robots.as_bytes(), &case.agent).allows(&url) != case.allowed {
                wrong.push(format!("{} {:?} {} {:?}", case.test, case.agent, case.url, case.robots));
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    }

    #[derive(serde::Deserialize)]
    struct Expected {
        user_agent: String,
        paths: Vec<String>,
        hosts: BTreeMap<String, HostCase>,
    }

    #[derive(serde::Deserialize)]
    struct HostCase {
        protego: Vec<u8>,
        other_parser: Option<Vec<u8>>,
    }

    /// Real files against what two other parsers say: where they agree, so must this one.
    #[test]
    fn agrees_with_other_parsers_on_real_files() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages/robots");
        let Ok(text) = std::fs::read_to_string(folder.join("expected.json")) else { return };
        let expected: Expected = serde_json::from_str(&text).unwrap();
        let mut wrong = Vec::new();
        for (host, case) in &expected.hosts {
            let Ok(bytes) = std::fs::read(folder.join(format!("{host}.robots.txt"))) else { continue };
            let robots = Robots::parse(&bytes, &expected.user_agent);
            let ours: Vec<u8> = expected
                .paths
                .iter()
                .map(|path| u8::from(robots.allows(&Url::parse(&format!("https://{host}{path}")).unwrap())))
                .collect();
            if ours != case.protego && case.other_parser.as_ref() != Some(&ours) {
                wrong.push(format!("{host}: {ours:?}, others {:?} {:?}", case.protego, case.other_parser));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
