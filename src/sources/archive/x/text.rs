//! From the text in the file to the text that X shows.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::sources::archive::item::MAX_TEXT_BYTES;

/// How many short links of a text are replaced.
const MAX_LINKS: usize = 200;

/// Cut texts are at least this long, in characters: 280 less the link that X puts behind the cut.
const CUT_FROM_CHARS: usize = 240;

/// Decodes the three entities that X escapes.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, tail) = rest.split_at(at);
        let entity = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find(|(name, _)| tail.starts_with(name));
        out.push_str(before);
        let (letter, length) = entity.map_or(('&', 1), |(name, letter)| (letter, name.len()));
        out.push(letter);
        rest = tail.get(length..).unwrap_or_default();
    }
    if out.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Replaces short links by the addresses they lead to.
pub(super) fn expand<'u>(text: String, links: impl Iterator<Item = (&'u str, &'u str)>) -> String {
    if !text.contains("//t.co/") {
        return text;
    }
    links.take(MAX_LINKS).filter(|(short, long)| short.contains("//t.co/") && !long.is_empty()).fold(
        text,
        |text, (short, long)| {
            // A bound on what many entities for one link could do.
            if text.len() > MAX_TEXT_BYTES { text } else { text.replace(short, long) }
        },
    )
}

/// [`expand`] by a list of addresses in the order of the short links, which may repeat some. A text of which the list does
/// not have one for each is left as it is.
pub(super) fn expand_all(text: String, addresses: &str) -> String {
    let unique = |list: Vec<&str>| {
        let mut seen = HashSet::new();
        list.into_iter().filter(|one| seen.insert(one.to_owned())).map(str::to_owned).collect::<Vec<_>>()
    };
    let short = unique(short_links(&text));
    // An address may hold commas.
    let starts = addresses.match_indices("http").map(|(at, _)| at);
    let starts = starts.filter(|at| *at == 0 || addresses.get(..*at).is_some_and(|head| head.ends_with(',')));
    let mut starts: Vec<usize> = starts.take(MAX_LINKS).collect();
    starts.push(addresses.len());
    let list = starts.windows(2).filter_map(|pair| addresses.get(*pair.first()?..*pair.last()?));
    let long = unique(list.map(|address| address.trim().trim_end_matches(',')).collect());
    if short.len() != long.len() {
        return text;
    }
    let pairs = short.iter().map(String::as_str).zip(long.iter().map(String::as_str));
    expand(text, pairs)
}

/// The short links in a text, in order.
fn short_links(text: &str) -> Vec<&str> {
    let starts = text.match_indices("http").map(|(at, _)| at).take(MAX_LINKS);
    let links = starts.filter_map(|at| {
        let rest = text.get(at..)?;
        let host = ["https://t.co/", "http://t.co/"].into_iter().find(|host| rest.starts_with(host))?;
        let code = rest.get(host.len()..)?;
        let length = code.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(code.len());
        rest.get(..host.len() + length).filter(|_| length > 0)
    });
    links.collect()
}

/// The text without the short links at its end.
fn without_links(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some((before, last)) = text.rsplit_once(char::is_whitespace) {
        if !last.starts_with("https://t.co/") && !last.starts_with("http://t.co/") {
            break;
        }
        text = before.trim_end();
    }
    text
}

/// The beginning that X left of a long post, or `None` where the text does not look cut.
pub(super) fn cut(text: &str) -> Option<&str> {
    let start = without_links(text).strip_suffix('…')?;
    (start.chars().count() >= CUT_FROM_CHARS).then(|| start.trim_end())
}

/// Whether a passed-on text ends where X cut it.
pub(super) fn reshare_is_cut(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with('…') || text.ends_with(" ...")
}

/// Whether a text is the old form of passing on: `RT @name: …`.
pub(super) fn is_reshare(text: &str) -> bool {
    text.starts_with("RT @")
}

/// Drops the names that a reply begins with; the long text may be without them.
pub(super) fn without_mentions(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with('@') {
        let Some((_, rest)) = text.split_once(char::is_whitespace) else { return "" };
        text = rest.trim_start();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_entities_once() {
        for (text, shown) in [
            ("a &amp; b", "a & b"),
            ("&amp;lt;", "&lt;"),
            ("SpO2 &lt;90 &gt; 80", "SpO2 <90 > 80"),
            ("AT&T & co", "AT&T & co"),
            ("&", "&"),
            ("", ""),
            ("é&lt;é", "é<é"),
        ] {
            assert_eq!(unescape(text), shown, "{text}");
        }
    }

    #[test]
    fn replaces_short_links() {
        let links =
            [("https://t.co/a", "https://example.org/x?a=1&b=2"), ("nothing", "x"), ("https://t.co/b", "")];
        let shown = expand("see https://t.co/a and https://t.co/b".to_owned(), links.into_iter());
        assert_eq!(shown, "see https://example.org/x?a=1&b=2 and https://t.co/b");
    }

    #[test]
    fn replaces_short_links_by_a_list_where_it_fits() {
        let two = "one http://t.co/a, two (https://t.co/b) and http://t.co/a";
        for (text, addresses, shown) in [
            ("see http://t.co/a", "http://example.org/x,y", "see http://example.org/x,y"),
            ("see http://t.co/a", "http://e.org/x,http://e.org/x", "see http://e.org/x"),
            (
                two,
                "http://e.org/1,https://e.org/2",
                "one http://e.org/1, two (https://e.org/2) and http://e.org/1",
            ),
            (two, "http://e.org/1", two),
            ("see http://t.co/a", "http://e.org/1,http://e.org/2", "see http://t.co/a"),
            ("see http://t.co/a", "", "see http://t.co/a"),
            ("see http://t.co/", "nothing, é", "see http://t.co/"),
        ] {
            assert_eq!(expand_all(text.to_owned(), addresses), shown, "{text} {addresses}");
        }
    }

    #[test]
    fn knows_cut_texts() {
        let long = "word ".repeat(54);
        assert_eq!(cut(&format!("{long}… https://t.co/abc")), Some(long.trim_end()));
        assert_eq!(cut("short… https://t.co/abc"), None);
        assert_eq!(cut(&long), None);
        assert_eq!(without_mentions("@a @b hello @c"), "hello @c");
    }
}
