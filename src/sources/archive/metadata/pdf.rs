//! Title and author of a PDF, by a bounded look at its information dictionary and its XMP. Nothing is unpacked: where the
//! dictionary is packed, XMP says the same as a rule.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memmem;

use super::{Embedded, shortened, xmp};

/// How far from its marks the dictionary may reach, in bytes.
const MAX_DICTIONARY_BYTES: usize = 8 * 1024;

/// Keys that tell the information dictionary from others that have a title.
const MARKS: &[&[u8]] = &[b"/Producer", b"/CreationDate", b"/ModDate", b"/Author"];

/// What the beginning and the end of a document say.
pub(super) fn read(head: &[u8], end: &[u8]) -> Embedded {
    let mut found = Embedded::default();
    let is_encrypted = [head, end].iter().any(|bytes| memmem::find(bytes, b"/Encrypt").is_some());
    for bytes in [end, head] {
        let (title, author) = xmp::title_and_author(bytes);
        let dictionary = dictionary(bytes).filter(|_| !is_encrypted).unwrap_or_default();
        let text = |key| string(dictionary, key).map(|text| shortened(&text)).unwrap_or_default();
        for (into, values) in
            [(&mut found.title, [text(b"/Title"), title]), (&mut found.author, [text(b"/Author"), author])]
        {
            let value = values.into_iter().find(|value| !value.is_empty());
            if let Some(value) = value.filter(|_| into.is_empty()) {
                *into = value;
            }
        }
    }
    found
}

/// The bytes of the object that holds the information dictionary.
fn dictionary(bytes: &[u8]) -> Option<&[u8]> {
    let at = MARKS.iter().find_map(|mark| memmem::rfind(bytes, mark))?;
    let low = at.saturating_sub(MAX_DICTIONARY_BYTES);
    let before = bytes.get(low..at)?;
    let from = memmem::rfind(before, b" obj").map_or(low, |found| low + found);
    let rest = bytes.get(from..)?;
    let rest = rest.get(..2 * MAX_DICTIONARY_BYTES).unwrap_or(rest);
    let to = memmem::find(rest, b"endobj").unwrap_or(rest.len());
    rest.get(..to)
}

/// The string under a key.
fn string(dictionary: &[u8], key: &[u8]) -> Option<String> {
    let at = memmem::find(dictionary, key)?;
    let rest = dictionary.get(at + key.len()..)?.trim_ascii_start();
    let bytes = match rest {
        [b'(', rest @ ..] => literal(rest)?,
        [b'<', rest @ ..] => hexadecimal(rest)?,
        _ => return None,
    };
    Some(match bytes.as_slice() {
        [0xfe, 0xff, text @ ..] => UTF_16BE.decode_without_bom_handling(text).0.into_owned(),
        [0xff, 0xfe, text @ ..] => UTF_16LE.decode_without_bom_handling(text).0.into_owned(),
        [0xef, 0xbb, 0xbf, text @ ..] => String::from_utf8_lossy(text).into_owned(),
        // PDFDocEncoding is nearly that.
        text => WINDOWS_1252.decode_without_bom_handling(text).0.into_owned(),
    })
}

/// What stands before the parenthesis that closes, with its escapes resolved.
fn literal(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut open, mut rest) = (Vec::new(), 0_u32, text.iter().copied().peekable());
    loop {
        match rest.next()? {
            b')' if open == 0 => return Some(bytes),
            b'\\' => match rest.next()? {
                b'n' => bytes.push(b'\n'),
                b'r' => bytes.push(b'\r'),
                b't' => bytes.push(b'\t'),
                b'\n' | b'\r' => {}
                digit @ b'0'..=b'7' => {
                    let mut code = u32::from(digit - b'0');
                    for _ in 0..2 {
                        if let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) {
                            code = code * 8 + u32::from(digit - b'0');
                        }
                    }
                    bytes.push((code & 0xff) as u8);
                }
                other => bytes.push(other),
            },
            byte => {
                open += u32::from(byte == b'(');
                open -= u32::from(byte == b')');
                bytes.push(byte);
            }
        }
    }
}

fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memchr(b'>', text)?;
    let digits: Option<Vec<u8>> = text
        .get(..end)?
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> (String, String) {
        let found = read(bytes, &[]);
        (found.title, found.author)
    }

    #[test]
    fn reads_the_information_dictionary() {
        for (object, title, author) in [
            (
                r"<< /Title (Letter \(draft\) for Tom) /Author (Zo\353 Ravn) /Producer (x) >>",
                "Letter (draft) for Tom",
                "Zoë Ravn",
            ),
            ("<</Title<FEFF005A006F00EB>/CreationDate(D:2024)>>", "Zoë", ""),
            ("<< /Producer (x) /Title (a (nested) title) >>", "a (nested) title", ""),
            ("<< /Author () /ModDate (x) >>", "", ""),
            ("<< /Title 7 0 R /Producer (x) >>", "", ""),
            ("<< /Title (only a bookmark) /Parent 3 0 R >>", "", ""),
            ("<< /Producer (x) /Title (never closed", "", ""),
            ("<< /Producer (x) /Title <zz> >>", "", ""),
        ] {
            let pdf = format!(
                "%PDF-1.4\n2 0 obj << /Title (bookmark) >> endobj\n1 0 obj {object}\nendobj\ntrailer"
            );
            assert_eq!(said(pdf.as_bytes()), (title.to_owned(), author.to_owned()), "{object}");
        }
    }

    #[test]
    fn encrypted_strings_are_not_shown_but_xmp_is() {
        let pdf = b"%PDF-1.7\n1 0 obj << /Author (\x01\x02) /Producer (x) >> endobj <dc:creator><rdf:li>Zoe</rdf:li> trailer << /Encrypt 4 0 R >>";
        assert_eq!(said(pdf), (String::new(), "Zoe".to_owned()));
    }
}
