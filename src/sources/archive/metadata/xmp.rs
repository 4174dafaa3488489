//! XMP: a piece of RDF in plain text inside of pictures and documents. Only title and author are looked for.

use memchr::memmem;

use super::shortened;

/// How long a value may be that is looked at, in bytes.
const MAX_VALUE_BYTES: usize = 4096;

/// `dc:title` and `dc:creator`; empty where they are not there.
pub(super) fn title_and_author(bytes: &[u8]) -> (String, String) {
    (value(bytes, b"<dc:title").unwrap_or_default(), value(bytes, b"<dc:creator").unwrap_or_default())
}

/// The first list item inside of an element.
fn value(bytes: &[u8], element: &[u8]) -> Option<String> {
    let at = memmem::find(bytes, element)?;
    let rest = bytes.get(at..)?;
    let rest = rest.get(..MAX_VALUE_BYTES).unwrap_or(rest);
    let text = String::from_utf8_lossy(rest);
    let item = text.split_once("<rdf:li")?.1.split_once('>')?.1;
    let words = item.split_once("</")?.0;
    Some(shortened(&unescaped(words))).filter(|words| !words.is_empty())
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    // The ampersand last, so that `&amp;lt;` stays `&lt;`.
    for (escaped, plain) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")]
    {
        text = text.replace(escaped, plain);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_title_and_author() {
        let xmp = "\u{1}<x:xmpmeta><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">Tom &amp; the &lt;hip&gt;</rdf:li></rdf:Alt></dc:title>\
                   <dc:creator>\n<rdf:Seq>\n<rdf:li>Zoë Ravn</rdf:li><rdf:li>Other</rdf:li></rdf:Seq></dc:creator>";
        assert_eq!(title_and_author(xmp.as_bytes()), ("Tom & the <hip>".to_owned(), "Zoë Ravn".to_owned()));
        assert_eq!(title_and_author(b"<dc:title><rdf:li>cut off"), (String::new(), String::new()));
    }
}
