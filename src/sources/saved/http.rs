//! HTTP answers as captures hold them: the head as it was sent, the body perhaps still chunked and packed, perhaps no longer.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::headers::{Headers, split_head};

/// The largest page that is read, in bytes after unpacking.
pub(super) const MAX_PAGE_BYTES: u64 = 16 << 20;

/// How much memory the Brotli decoder reads at once, in bytes.
const BROTLI_BLOCK: usize = 4096;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer<'b> {
    pub(super) status: u16,
    pub(super) headers: Headers,
    /// The body as it was sent.
    body: &'b [u8],
}

/// A body, unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// It breaks off, so that this is only its beginning.
    pub(super) is_cut: bool,
}

impl<'b> Answer<'b> {
    /// The answer in a block that begins with its status line; `None` where it does not.
    pub(super) fn of(block: &'b [u8]) -> Option<Self> {
        let (head, body) = split_head(block);
        let line = head.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?;
        let status = line.strip_prefix("HTTP/")?.split_whitespace().nth(1)?.parse().ok()?;
        Some(Self { status, headers: Headers::of(head), body })
    }

    /// The body without chunks and packing, or a fixed sentence on why it cannot be had. Headers are not believed where the
    /// body is plainly otherwise: many tools keep the headers and store the body unpacked.
    pub(super) fn body(&self) -> Result<Body, &'static str> {
        let chunked = self.headers.get("transfer-encoding").is_some_and(|value| names(value, "chunked"));
        let plain = Body { bytes: self.body.to_vec(), is_cut: false };
        let body = if chunked { without_chunks(self.body).unwrap_or(plain) } else { plain };
        unpacked(body, self.headers.get("content-encoding").unwrap_or_default())
    }
}

fn names(list: &str, wanted: &str) -> bool {
    list.split(',').any(|name| name.trim().eq_ignore_ascii_case(wanted))
}

/// Joins the chunks. `None` where there are none.
fn without_chunks(mut rest: &[u8]) -> Option<Body> {
    let mut bytes = Vec::new();
    let mut is_first = true;
    loop {
        let Some((size, after)) = chunk_size(rest) else {
            return (!is_first).then_some(Body { bytes, is_cut: true });
        };
        if size == 0 {
            return Some(Body { bytes, is_cut: false });
        }
        let Some((chunk, after)) = after.split_at_checked(size) else {
            // A size that reaches beyond the end is a cut body, or a body that was never chunked.
            bytes.extend_from_slice(after);
            return (!is_first || after.len() * 2 > size).then_some(Body { bytes, is_cut: true });
        };
        bytes.extend_from_slice(chunk);
        is_first = false;
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
    }
}

/// The size line of a chunk, and what follows it.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = memchr::memchr(b'\n', bytes.get(..64).unwrap_or(bytes))?;
    let (line, rest) = bytes.split_at_checked(end + 1)?;
    let line = std::str::from_utf8(line).ok()?;
    let digits = line.split(';').next()?.trim();
    Some((usize::from_str_radix(digits, 16).ok()?, rest))
}

fn unpacked(body: Body, encoding: &str) -> Result<Body, &'static str> {
    let encoding = encoding.trim().to_ascii_lowercase();
    let from = body.bytes.as_slice();
    let unpacked = match encoding.as_str() {
        "gzip" | "x-gzip" if from.starts_with(b"\x1f\x8b") => read(MultiGzDecoder::new(from))?,
        "deflate" if is_zlib(from) => read(ZlibDecoder::new(from))?,
        "deflate" => read(DeflateDecoder::new(from))?,
        "br" => read(brotli_decompressor::Decompressor::new(from, BROTLI_BLOCK))?,
        "" | "identity" | "gzip" | "x-gzip" => return within_limit(body),
        _ => return Err("A page is packed in a way that is not supported (Content-Encoding)"),
    };
    if unpacked.is_cut && unpacked.bytes.is_empty() && looks_plain(from) {
        return within_limit(body);
    }
    if unpacked.is_cut && unpacked.bytes.is_empty() {
        return Err("The packed data of a page is damaged");
    }
    Ok(Body { is_cut: unpacked.is_cut || body.is_cut, ..unpacked })
}

/// Brotli and deflate have no mark: what begins as text with a tag in it is not packed any more.
fn looks_plain(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    start.contains(&b'<') && start.iter().all(|byte| *byte >= b' ' || byte.is_ascii_whitespace())
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

/// All of a packed stream up to the limit; what breaks off is cut.
fn read(packed: impl Read) -> Result<Body, &'static str> {
    let mut bytes = Vec::new();
    let is_cut = packed.take(MAX_PAGE_BYTES + 1).read_to_end(&mut bytes).is_err();
    within_limit(Body { bytes, is_cut })
}

fn within_limit(body: Body) -> Result<Body, &'static str> {
    if body.bytes.len() as u64 > MAX_PAGE_BYTES { Err(TOO_LARGE) } else { Ok(body) }
}

/// What is said of a page that is larger.
pub(super) const TOO_LARGE: &str = "A page is larger than the limit of 16 MiB";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn body(head: &str, bytes: &[u8]) -> Result<(String, bool), &'static str> {
        let block = [b"HTTP/1.1 200 OK\r\n", head.as_bytes(), b"\r\n", bytes].concat();
        let answer = Answer::of(&block).unwrap();
        assert_eq!(answer.status, 200);
        answer.body().map(|body| (String::from_utf8_lossy(&body.bytes).into_owned(), body.is_cut))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn takes_chunks_apart() {
        let head = "Transfer-Encoding: chunked\r\n";
        for (sent, text, is_cut) in [
            ("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde", false),
            ("3\r\nabc\r\n", "abc", true),
            ("3\r\nabc\r\nzz\r\n", "abc", true),
            ("3\r\nabc\r\nff\r\nde", "abcde", true),
            ("<p>never chunked\n</p>", "<p>never chunked\n</p>", false),
            ("fade\nto black", "fade\nto black", false),
            ("", "", false),
        ] {
            assert_eq!(body(head, sent.as_bytes()), Ok((text.to_owned(), is_cut)), "{sent:?}");
        }
        let huge = "ffffffffffffffff\r\nab";
        assert_eq!(body(head, huge.as_bytes()), Ok((huge.to_owned(), false)));
    }

    #[test]
    fn unpacks_what_is_packed() {
        let text = "<p>a page, a page, a page, a page</p>".repeat(50);
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(text.as_bytes()).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text.as_bytes()).unwrap();
        let brotli = [b"\x0b\x03\x80".as_slice(), b"<p>a</p", b"\x03"].concat();
        let whole = Ok((text.clone(), false));
        assert_eq!(body("Content-Encoding: gzip\r\n", &gzip(text.as_bytes())), whole);
        assert_eq!(body("Content-Encoding: gzip\r\n", text.as_bytes()), whole);
        assert_eq!(body("Content-Encoding: deflate\r\n", &deflate.finish().unwrap()), whole);
        assert_eq!(body("Content-Encoding: deflate\r\n", &zlib.finish().unwrap()), whole);
        assert_eq!(body("Content-Encoding: br\r\n", text.as_bytes()), whole);
        assert!(body("Content-Encoding: br\r\n", &brotli).is_ok_and(|(text, _)| text.starts_with("<p>")));
        assert!(body("Content-Encoding: zstd\r\n", b"\x28\xb5\x2f\xfd").is_err());
        assert!(body("Content-Encoding: br\r\n", &[0xff; 40]).is_err());
    }

    #[test]
    fn keeps_the_beginning_of_what_breaks_off_and_stops_at_the_limit() {
        let text: String = (0..20_000).map(|number| format!("<p>{number}</p>")).collect();
        let packed = gzip(text.as_bytes());
        let (found, is_cut) = body("Content-Encoding: gzip\r\n", &packed[..packed.len() / 2]).unwrap();
        assert!(is_cut && text.starts_with(&found) && !found.is_empty());
        let bomb = gzip(&vec![b' '; usize::try_from(MAX_PAGE_BYTES).unwrap() * 4]);
        assert_eq!(body("Content-Encoding: gzip\r\n", &bomb), Err(TOO_LARGE));
    }

    #[test]
    fn knows_an_answer_by_its_status_line() {
        for (block, status) in [
            ("HTTP/1.0 404 Not Found\r\n\r\n", Some(404)),
            ("HTTP/2 200\n\nbody", Some(200)),
            ("GET / HTTP/1.1\r\n\r\n", None),
            ("HTTP/1.1 okay\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(Answer::of(block.as_bytes()).map(|answer| answer.status), status, "{block}");
        }
    }
}
