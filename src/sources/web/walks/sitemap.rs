//! Sitemaps: lists of pages, and lists of such lists.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use url::Url;
use whitecoat_engine::Moment;

use crate::sources::archive::xml;
use crate::sources::web::page::dates;

/// The most bytes of one sitemap, unpacked: the protocol's own limit.
pub(in crate::sources::web) const MAX_SITEMAP_BYTES: u64 = 50 << 20;

/// The most addresses of one sitemap: the protocol's own limit.
pub(in crate::sources::web) const MAX_SITEMAP_ADDRESSES: usize = 50_000;

/// What a sitemap lists.
#[derive(Debug, Default, PartialEq)]
pub(in crate::sources::web) struct Sitemap {
    /// Pages, in the order listed, each once.
    pub(in crate::sources::web) pages: Vec<Listed>,
    /// Further sitemaps.
    pub(in crate::sources::web) sitemaps: Vec<Listed>,
    /// Whether it is longer than what was read of it.
    pub(in crate::sources::web) cut: bool,
}

/// An address in a sitemap.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources::web) struct Listed {
    /// The address. It may be on any host: whether to go there is for the caller to say.
    pub(in crate::sources::web) url: Url,
    /// When it was changed last, as the sitemap says.
    pub(in crate::sources::web) modified: Option<Moment>,
}

/// Reads a sitemap: XML, or one address a line, either of them perhaps gzipped. What is no sitemap lists nothing.
pub(in crate::sources::web) fn parse(bytes: &[u8]) -> Sitemap {
    let mut sitemap = Sitemap::default();
    let unpacked = unpacked(bytes, &mut sitemap.cut);
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut seen = std::collections::BTreeSet::new();
    let mut list = |address: &str, modified: &str, sitemap: &mut Sitemap, is_page: bool| {
        let Ok(url) = Url::parse(address.trim()) else { return };
        if !matches!(url.scheme(), "http" | "https") || !seen.insert(url.as_str().to_owned()) {
            return;
        }
        if sitemap.pages.len() + sitemap.sitemaps.len() >= MAX_SITEMAP_ADDRESSES {
            sitemap.cut = true;
            return;
        }
        let listed = Listed { url, modified: dates::parse(modified).0 };
        if is_page { sitemap.pages.push(listed) } else { sitemap.sitemaps.push(listed) }
    };
    if bytes.trim_ascii_start().starts_with(b"<") {
        for element in xml::elements(bytes, &["url", "sitemap"]) {
            let is_page = element.name == "url";
            list(element.get("loc"), element.get("lastmod"), &mut sitemap, is_page);
        }
    } else {
        for line in String::from_utf8_lossy(bytes).lines() {
            list(line, "", &mut sitemap, true);
        }
    }
    sitemap
}

/// The bytes of a gzip file, up to the limit; what is damaged gives what can be read of it.
fn unpacked(bytes: &[u8], cut: &mut bool) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return None;
    }
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(MAX_SITEMAP_BYTES + 1);
    *cut = reader.read_to_end(&mut unpacked).is_err() || unpacked.len() as u64 > MAX_SITEMAP_BYTES;
    unpacked.truncate(usize::try_from(MAX_SITEMAP_BYTES).unwrap_or(usize::MAX));
    Some(unpacked)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    fn show(sitemap: &Sitemap) -> (Vec<String>, Vec<String>) {
        let line = |listed: &Listed| {
            let modified = listed.modified.map(|moment| format!(" {moment}")).unwrap_or_default();
            format!("{}{modified}", listed.url)
        };
        (sitemap.pages.iter().map(line).collect(), sitemap.sitemaps.iter().map(line).collect())
    }

    const PAGES: &str = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <url><loc> https://h.example/a?x=1&amp;y=2 </loc><lastmod>2024-05-01</lastmod><image:image><image:loc>https://h.example/i.png</image:loc></image:image></url>
        <url><loc><![CDATA[https://h.example/b]]></loc><lastmod>last week</lastmod></url><url><loc>https://h.example/b</loc></url>
        <url><loc>javascript:x</loc></url><url><loc>/relative</loc></url><url></url></urlset>"#;

    #[test]
    fn reads_pages_and_lists_of_lists() {
        let pages = ["https://h.example/a?x=1&y=2 2024-05-01T00:00:00Z", "https://h.example/b"];
        let (found, further) = show(&parse(PAGES.as_bytes()));
        assert_eq!((found.as_slice(), further.len()), (pages.map(str::to_owned).as_slice(), 0));
        let index = "<sitemapindex><sitemap><loc>https://h.example/s.xml.gz</loc><lastmod>2024-05-01T10:00+02:00\
            </lastmod></sitemap></sitemapindex>";
        assert_eq!(
            show(&parse(index.as_bytes())).1,
            ["https://h.example/s.xml.gz 2024-05-01T10:00:00+02:00"]
        );
        let lines = "\u{feff}https://h.example/a\r\nnot one\r\nhttps://h.example/b\n";
        assert_eq!(show(&parse(lines.as_bytes())).0, ["https://h.example/a", "https://h.example/b"]);
    }

    #[test]
    fn gzip_is_unpacked_within_limits() {
        let packed = |text: &str| {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let whole = packed(PAGES);
        assert_eq!(parse(&whole), parse(PAGES.as_bytes()));
        let half = parse(whole.get(..whole.len() - 20).unwrap());
        assert!(half.cut);
        // Members of gzip files add up.
        let bomb = parse(&packed(&"x".repeat(1 << 20)).repeat(60));
        assert!(bomb.cut && bomb.pages.is_empty());
    }

    #[test]
    fn too_many_addresses_and_bombs_are_harmless() {
        let many: String =
            (0..60_000).map(|n| format!("<url><loc>https://h.example/{n}</loc></url>")).collect();
        let sitemap = parse(format!("<urlset>{many}</urlset>").as_bytes());
        assert_eq!((sitemap.pages.len(), sitemap.cut), (MAX_SITEMAP_ADDRESSES, true));
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>https://h.example/&b;</loc></url></urlset>"#;
        assert_eq!(show(&parse(bomb.as_bytes())).0, ["https://h.example/&b;"]);
        for harmless in
            ["", "<", "<urlset><url><loc>https://h.example/", "<!doctype html><p>Not found", "{\"a\": 1}"]
        {
            assert_eq!(parse(harmless.as_bytes()), Sitemap::default(), "{harmless}");
        }
        assert_eq!(parse("<url>".repeat(100_000).as_bytes()), Sitemap::default());
    }
}
