//! Saved pages: recognising one by its content, and where it came from.

use scraper::{Html, Selector};
use url::Url;
use whitecoat_engine::Moment;

use super::super::decode;
use super::dom;

/// How much of a file's beginning is looked at for comments that a browser left.
const HEAD_BYTES: usize = 16 << 10;

/// Whether the beginning of a file is that of an HTML page, in any charset.
pub(in super::super) fn claims(head: &[u8]) -> bool {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let text = decode::decode(head, None).text.to_ascii_lowercase();
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    loop {
        if let Some(declaration) = rest.strip_prefix("<?xml") {
            rest = declaration.split_once("?>").map_or("", |(_, after)| after).trim_start();
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            let (comment, after) = comment.split_once("-->").unwrap_or((comment, ""));
            if comment.contains("saved with singlefile") || comment.contains("saved from url=") {
                return true;
            }
            rest = after.trim_start();
        } else {
            break;
        }
    }
    ["<!doctype html", "<html", "<head", "<body", "<title", "<meta"].iter().any(|start| {
        rest.strip_prefix(start).is_some_and(|after| after.starts_with([' ', '>', '\t', '\r', '\n', '/']))
    })
}

/// The address that a saved page was saved from: as the saving program wrote it, else as the page calls itself.
pub(super) fn origin(html: &str, document: &Html) -> Option<Url> {
    comment_address(html).or_else(|| {
        let attr = |selector: &str, name: &str| {
            let selector = Selector::parse(selector).ok()?;
            document.select(&selector).find_map(|element| dom::resolve(None, element.attr(name)?))
        };
        attr("link[rel~=canonical][href]", "href")
            .or_else(|| attr("meta[property='og:url'][content]", "content"))
    })
}

/// When SingleFile saved the page: `Wed May 01 2024 18:30:05 GMT+0200 (Central European Summer Time)`, as JavaScript
/// writes a date.
pub(super) fn saved_at(html: &str) -> Option<Moment> {
    single_file(html, "saved date:", |date| {
        let date = date.split('(').next()?.trim();
        let zoned = jiff::fmt::strtime::parse("%a %b %d %Y %H:%M:%S GMT%z", date).ok()?;
        Moment::of_clock(zoned.to_datetime().ok()?, zoned.offset()?)
    })
}

/// The address in the comment of SingleFile or of a browser.
fn comment_address(html: &str) -> Option<Url> {
    single_file(html, "url:", |address| dom::resolve(None, address)).or_else(|| {
        comments(html).find_map(|comment| {
            let after = comment.split_once("saved from url=(")?.1;
            dom::resolve(None, after.split_once(')')?.1.split_whitespace().next()?)
        })
    })
}

/// What the comment of SingleFile says under a name.
fn single_file<T>(html: &str, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    comments(html)
        .filter(|comment| comment.contains("SingleFile"))
        .find_map(|comment| comment.lines().find_map(|line| read(line.trim().strip_prefix(name)?)))
}

/// The comments in the beginning of a page.
fn comments(html: &str) -> impl Iterator<Item = &str> {
    let mut end = html.len().min(HEAD_BYTES);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let head = html.get(..end).unwrap_or_default();
    head.split("<!--").skip(1).filter_map(|rest| Some(rest.split_once("-->")?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_html_by_content() {
        let utf16: Vec<u8> = "\u{feff}<!DOCTYPE html><p>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let bare: Vec<u8> = "<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (head, expected) in [
            (&b"<!DOCTYPE HTML PUBLIC \"x\">"[..], true),
            (b"\xef\xbb\xbf \n<html lang=en>", true),
            (b"<?xml version='1.0'?>\n<!DOCTYPE html>", true),
            (b"<!-- saved from url=(0020)https://h.example/ -->", true),
            (b"<!DOCTYPE html> <html>\n<!--\n Page saved with SingleFile", true),
            (b"<!--\n Page saved with SingleFile \n url: https", true),
            (b"<!-- licence --><head>", true),
            (&utf16, true),
            (&bare, true),
            (b"<?xml version='1.0'?><rss version='2.0'>", false),
            (b"<svg xmlns='x'>", false),
            (b"<header>", false),
            (b"{\"a\": \"<html>\"}", false),
            (b"PK\x03\x04", false),
            (b"id,text\n1,<html>", false),
            (b"", false),
        ] {
            assert_eq!(claims(head), expected, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn finds_when_single_file_saved_it() {
        let page = |date: &str| format!("<html><!--\n Page saved with SingleFile \n saved date: {date}\n-->");
        for (date, expected) in [
            (
                "Wed May 01 2024 18:30:05 GMT+0200 (Central European Summer Time)",
                Some("2024-05-01T18:30:05+02:00"),
            ),
            ("Wed May 01 2024 18:30:05 GMT+0000", Some("2024-05-01T18:30:05Z")),
            ("Wed May 41 2024 18:30:05 GMT+0000", None),
            ("yesterday", None),
        ] {
            let found = saved_at(&page(date)).map(|moment| moment.to_string());
            assert_eq!(found.as_deref(), expected, "{date}");
        }
    }

    #[test]
    fn finds_the_origin_in_order() {
        let canonical = "<link rel=canonical href='https://c.example/'>";
        let og = "<meta property='og:url' content='https://o.example/'>";
        let from = "<!-- saved from url=(0018)https://f.example/ -->";
        let single = "<!--\n Page saved with SingleFile \n url: https://s.example/ \n saved date: Wed -->";
        for (html, expected) in [
            (format!("{from}<html>{single}{canonical}{og}"), Some("https://s.example/")),
            (format!("<html>{from}{canonical}{og}"), Some("https://f.example/")),
            (format!("{og}{canonical}"), Some("https://c.example/")),
            (og.to_owned(), Some("https://o.example/")),
            ("<link rel=canonical href='/relative'>".to_owned(), None),
            ("<!-- saved from url=(0014)about:internet -->".to_owned(), None),
        ] {
            let found = origin(&html, &Html::parse_document(&html));
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{html}");
        }
    }
}
