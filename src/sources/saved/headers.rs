//! Header lines as mail, HTTP and WARC have them: `Name: value`.

use std::io::{self, BufRead, Read};

/// The longest head that is read, in bytes.
pub(super) const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// The headers of a message, in their order.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// The headers in `lines`; folded ones are joined, lines without a colon are passed over.
    pub(super) fn of(lines: &[u8]) -> Self {
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(lines).lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(headers)
    }

    /// The first value of a name, whatever its case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|header| header.0.eq_ignore_ascii_case(name)).map(|header| header.1.as_str())
    }

    /// All values of a name, whatever its case.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |header| header.0.eq_ignore_ascii_case(name))
            .map(|header| header.1.as_str())
    }

    /// The content type without its parameters, in lower case; empty where there is none.
    pub(super) fn media_type(&self) -> String {
        media_type(self.get("content-type").unwrap_or_default())
    }
}

/// `Text/HTML; charset=utf-8` as `text/html`.
pub(super) fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A parameter of a header's value, such as `boundary` in `multipart/related; boundary="a;b"`.
pub(super) fn parameter<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (found, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if found.trim_matches([' ', ';', '\t']).eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

/// Reads the lines of a head, up to and with the empty line. `None` where it is longer than the limit.
pub(super) fn read_head(reader: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let mut room = reader.take(MAX_HEAD_BYTES);
    loop {
        let from = head.len();
        let count = room.read_until(b'\n', &mut head)?;
        let line = head.get(from..).unwrap_or_default();
        if count == 0 && room.limit() == 0 {
            return Ok(None);
        }
        if line.trim_ascii().is_empty() {
            return Ok(Some(head));
        }
    }
}

/// Head and rest of a message; all is head where no empty line is.
pub(super) fn split_head(message: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    message.split_at_checked(end).unwrap_or((message, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers() {
        let headers = Headers::of(b"Content-Type: Text/HTML;\r\n\tcharset=utf-8\r\nno colon\r\nX: a:b\n");
        assert_eq!(headers.media_type(), "text/html");
        assert_eq!(headers.get("CONTENT-TYPE"), Some("Text/HTML; charset=utf-8"));
        assert_eq!(headers.get("x"), Some("a:b"));
        assert_eq!(headers.get("y"), None);
    }

    #[test]
    fn finds_parameters() {
        for (value, expected) in [
            ("multipart/related; boundary=abc", Some("abc")),
            ("multipart/related; type=\"text/html\"; boundary=\"a;b c\"; x=y", Some("a;b c")),
            ("multipart/related;BOUNDARY = \"abc\"", Some("abc")),
            ("multipart/related; boundary=\"abc", None),
            ("multipart/related", None),
            ("boundary=abc", None),
        ] {
            assert_eq!(parameter(value, "boundary"), expected, "{value}");
        }
    }

    #[test]
    fn splits_at_the_empty_line() {
        assert_eq!(split_head(b"a: b\r\n\r\nbody\n\n"), (&b"a: b\r\n\r\n"[..], &b"body\n\n"[..]));
        assert_eq!(split_head(b"a: b"), (&b"a: b"[..], &b""[..]));
    }
}
