//! The links of a page.

use scraper::{ElementRef, Html};
use url::Url;

use super::page::dom;

/// Most links of one page that are looked at.
const MAX_LINKS: usize = 10_000;

/// Where a page leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// In the order of the page, without fragments.
    pub(super) pages: Vec<Url>,
    /// The address that the page gives as its own.
    pub(super) canonical: Option<Url>,
    /// Links that the page asks machines not to follow.
    pub(super) withheld: u64,
}

/// Finds the links of a page. `base` is what relative addresses start from.
pub(super) fn find(document: &Html, base: Option<&Url>) -> Links {
    let mut links = Links::default();
    let has = |element: &ElementRef<'_>, name| element.attr(name).is_some();
    let all = dom::named(document, &["a", "area", "link", "iframe", "frame", "meta"]);
    let all = all.filter(|element| match element.value().name() {
        "meta" => has(element, "content") && (has(element, "name") || has(element, "http-equiv")),
        "iframe" | "frame" => has(element, "src"),
        _ => has(element, "href"),
    });
    let mut withhold_all = false;
    for element in all.take(MAX_LINKS) {
        let rel = element.attr("rel").unwrap_or_default().to_ascii_lowercase();
        let has = |name: &str| rel.split_ascii_whitespace().any(|word| word == name);
        match element.value().name() {
            "meta" if element.attr("http-equiv").is_some() => {
                let is_refresh = |name: &str| name.trim().eq_ignore_ascii_case("refresh");
                if element.attr("http-equiv").is_some_and(is_refresh) {
                    links.pages.extend(resolve(base, element.attr("content").and_then(refreshed)));
                }
            }
            "meta" => {
                let names_robots =
                    element.attr("name").is_some_and(|name| name.eq_ignore_ascii_case("robots"));
                let content = element.attr("content").unwrap_or_default().to_ascii_lowercase();
                let mut words = content.split([',', ' ']).map(str::trim);
                withhold_all |= names_robots && words.any(|word| word == "nofollow" || word == "none");
            }
            "link" if has("canonical") => links.canonical = resolve(base, element.attr("href")),
            "link" if !has("next") && !has("prev") => {}
            _ if has("nofollow") => links.withheld += 1,
            "iframe" | "frame" => links.pages.extend(resolve(base, element.attr("src"))),
            _ => links.pages.extend(resolve(base, element.attr("href"))),
        }
    }
    if withhold_all {
        links.withheld += links.pages.len() as u64;
        links.pages.clear();
    }
    links
}

/// The address in `5; url=/there`.
fn refreshed(content: &str) -> Option<&str> {
    let (_, address) = content.split_once([';', ','])?;
    let address = address.trim_start();
    let named = address.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("url"));
    let address = address.get(3..).filter(|_| named)?.trim_start().strip_prefix('=')?;
    Some(address.trim().trim_matches(['"', '\'']))
}

fn resolve(base: Option<&Url>, address: Option<&str>) -> Option<Url> {
    let address = address?.trim();
    if address.is_empty() || address.starts_with('#') {
        return None;
    }
    let mut url = match base {
        Some(base) => base.join(address).ok()?,
        None => Url::parse(address).ok()?,
    };
    url.set_fragment(None);
    let is_open = url.username().is_empty() && url.password().is_none();
    (is_open && matches!(url.scheme(), "http" | "https")).then_some(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn found(html: &str) -> (Vec<String>, Option<String>, u64) {
        let base = Url::parse("https://h.example/a/b").unwrap();
        let links = find(&Html::parse_document(html), Some(&base));
        let pages = links.pages.iter().map(ToString::to_string).collect();
        (pages, links.canonical.map(|url| url.to_string()), links.withheld)
    }

    #[test]
    fn finds_links_in_order() {
        let html = "<link rel=stylesheet href=/s.css><link rel=canonical href=/a/c><link rel=next href='?p=2'>\
                    <a href=c#d>c</a><a href='#top'>t</a><a href=' /e '>e</a><a rel='nofollow ugc' href=/n>n</a>\
                    <a href='mailto:a@b.example'>m</a><a href='javascript:x()'>j</a><area href=//o.example/>\
                    <iframe src=frame.html></iframe><a href='http://['>broken</a><a href='//jane:secret@h.example/'>s</a><a>none</a>";
        let (pages, canonical, withheld) = found(html);
        let expected = [
            "https://h.example/a/b?p=2",
            "https://h.example/a/c",
            "https://h.example/e",
            "https://o.example/",
            "https://h.example/a/frame.html",
        ];
        assert_eq!(pages, expected);
        assert_eq!((canonical.as_deref(), withheld), (Some("https://h.example/a/c"), 1));
    }

    #[test]
    fn a_page_may_lead_on_by_itself() {
        for (content, expected) in [
            ("0; url=/there", Some("https://h.example/there")),
            ("0;URL='c'", Some("https://h.example/a/c")),
            ("5, url = \"?p=2\"", Some("https://h.example/a/b?p=2")),
            ("30", None),
            ("0; uri=/x", None),
            ("0; \u{e9}\u{e9}", None),
        ] {
            let html = format!("<meta http-equiv=Refresh content=\"{}\">", content.replace('"', "&quot;"));
            assert_eq!(found(&html).0.first().map(String::as_str), expected, "{content}");
        }
    }

    #[test]
    fn a_page_may_ask_not_to_be_followed() {
        assert_eq!(
            found("<meta name=ROBOTS content='noindex, NoFollow'><a href=/c>c</a>"),
            (vec![], None, 1)
        );
        assert_eq!(found("<meta name=robots content=noindex><a href=/c>c</a>").0.len(), 1);
    }
}
