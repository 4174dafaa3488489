//! From bytes to text: byte-order mark, then header, then `<meta>`, then a guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a page a `<meta>` charset is looked for, as in the HTML standard.
const META_BYTES: usize = 1024;

/// A page as text.
#[derive(Debug)]
pub(super) struct Text {
    /// The text, without byte-order mark.
    pub(super) text: String,
    /// The charset that was used.
    pub(super) charset: &'static str,
    /// How many characters of the text stand for bytes that the charset does not know.
    pub(super) replaced: usize,
}

/// Decodes a page. `content_type` is the header's value, if there was one.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>) -> Text {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        None => (
            content_type
                .and_then(|value| charset_in(value.as_bytes()))
                .or_else(|| unmarked_utf16(bytes))
                .or_else(|| meta_charset(bytes))
                .unwrap_or_else(|| guess(bytes)),
            0,
        ),
    };
    let (text, replaced) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
    // A genuine U+FFFD in the page is counted too; it says the same.
    let replaced = if replaced { text.matches('\u{fffd}').count() } else { 0 };
    Text { text: text.into_owned(), charset: encoding.name(), replaced }
}

/// The encoding named by `charset=` in a header or a `<meta>`.
fn charset_in(value: &[u8]) -> Option<&'static Encoding> {
    let lower = value.to_ascii_lowercase();
    let after = memchr::memmem::find(&lower, b"charset").and_then(|at| lower.get(at + b"charset".len()..))?;
    let value = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| b"\"'; \t\r\n>/".contains(byte)).unwrap_or(value.len());
    Encoding::for_label(value.get(..end)?)
}

fn meta_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..META_BYTES).unwrap_or(bytes).to_ascii_lowercase();
    memchr::memmem::find_iter(&head, b"<meta")
        .find_map(|at| {
            let tag = head.get(at..)?;
            let end = memchr::memchr(b'>', tag).unwrap_or(tag.len());
            charset_in(tag.get(..end)?)
        })
        // A page whose `<meta>` could be read as ASCII is not UTF-16, whatever it says.
        .map(|encoding| if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// UTF-16 without a mark: `<` and a zero byte.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.get(..4)? {
        [b'<', 0, _, 0] => Some(UTF_16LE),
        [0, b'<', 0, _] => Some(UTF_16BE),
        _ => None,
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_charset_in_the_standards_order() {
        let utf16: Vec<u8> = "\u{feff}<p>é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bare: Vec<u8> = "<p>é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let table: &[(&[u8], Option<&str>, &str, &str)] = &[
            (b"\xef\xbb\xbf<p>\xc3\xa9", Some("text/html; charset=latin1"), "<p>é", "UTF-8"),
            (&utf16, None, "<p>é", "UTF-16LE"),
            (&bare, None, "<p>é", "UTF-16BE"),
            (b"<p>\xe9", Some("text/html; charset=\"ISO-8859-1\""), "<p>é", "windows-1252"),
            (
                b"<meta charset=windows-1251><p>\xe9",
                Some("text/html"),
                "<meta charset=windows-1251><p>й",
                "windows-1251",
            ),
            (
                b"<meta http-equiv=content-type content='text/html; charset=koi8-r'>\xc1",
                None,
                "<meta http-equiv=content-type content='text/html; charset=koi8-r'>а",
                "KOI8-R",
            ),
            (b"<p>\xc3\xa9t\xc3\xa9", None, "<p>été", "UTF-8"),
        ];
        for (bytes, header, text, charset) in table {
            let decoded = decode(bytes, *header);
            assert_eq!((decoded.text.as_str(), decoded.charset, decoded.replaced), (*text, *charset, 0));
        }
    }

    #[test]
    fn a_charset_that_lies_is_counted() {
        let decoded = decode(b"<p>caf\xe9 \xff", Some("text/html; charset=utf-8"));
        assert_eq!((decoded.text.as_str(), decoded.replaced), ("<p>caf\u{fffd} \u{fffd}", 2));
    }
}
