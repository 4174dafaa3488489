//! From the text in the file to the text that X shows.

use std::borrow::Cow;

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
    fn knows_cut_texts() {
        let long = "word ".repeat(54);
        assert_eq!(cut(&format!("{long}… https://t.co/abc")), Some(long.trim_end()));
        assert_eq!(cut("short… https://t.co/abc"), None);
        assert_eq!(cut(&long), None);
        assert_eq!(without_mentions("@a @b hello @c"), "hello @c");
    }
}
