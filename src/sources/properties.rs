//! What must hold of the parsers for any bytes whatever, beside that they come to an end without a panic. The tests below try
//! it on invented bytes, the targets in `fuzz/` on bytes that find new paths.

use indicatif::ProgressBar;
use whitecoat_engine::Item;

use super::{Batch, Options, Sink, Stopped, items_file, web};
use crate::coverage::{Coverage, file_of};

pub use super::archive::properties::{
    blocks, csv_rows, dates, elements, export, media_metadata, mojibake, packed, pieces, splitter,
};
pub use super::saved::properties::{har, mhtml, warc};

/// Items from a file have an id, and are written so that as many are read again.
pub fn items_file(bytes: &[u8]) {
    let mut sink = Collecting::default();
    if items_file::read(bytes, NAME, &Options::default(), &mut sink).is_err() || sink.items.is_empty() {
        return;
    }
    assert!(sink.items.iter().all(|item| !item.id.is_empty()));
    let written = items_file::encode(&sink.items, items_file::Written::JsonLines).unwrap_or_default();
    let options = Options { include_messages: true, ..Options::default() };
    let mut again = Collecting::default();
    assert!(items_file::read(written.as_slice(), NAME, &options, &mut again).is_ok());
    assert_eq!(sink.items.len(), again.items.len());
}

/// Items of a page are out of it.
pub fn page(bytes: &[u8]) {
    let url = Some("https://practice.example/team".parse()).and_then(Result::ok);
    let name = NAME.to_owned();
    let captured = web::Captured { name, url, at: None, content_type: None, bytes: bytes.to_vec() };
    if let Ok(decoded) = web::read_captured(captured) {
        let sink = Collecting { items: decoded.items, ..Collecting::default() };
        sink.check();
    }
}

/// What the bytes are called.
pub(super) const NAME: &str = "bytes";

/// A sink that keeps the items.
pub(in crate::sources) struct Collecting {
    pub(in crate::sources) items: Vec<Item>,
    pub(in crate::sources) coverage: Coverage,
    bar: ProgressBar,
}

impl Default for Collecting {
    fn default() -> Self {
        Self { items: Vec::new(), coverage: Coverage::default(), bar: ProgressBar::hidden() }
    }
}

impl Collecting {
    /// Every item has an id, and says that it is out of the bytes.
    pub(super) fn check(&self) {
        for item in &self.items {
            assert!(!item.id.is_empty());
            assert_eq!(file_of(&item.source), NAME);
        }
    }

    /// The texts of all items.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.text.as_str()).collect()
    }

    /// Every item has an id, and says that it is out of one of these files.
    pub(super) fn check_from(&self, files: &[String]) {
        for item in &self.items {
            assert!(!item.id.is_empty());
            assert!(files.iter().any(|file| item.source.starts_with(file.as_str())), "{}", item.source);
        }
    }
}

impl Sink for Collecting {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        self.items.extend(batch.decode().items);
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, _: &str) {}

    fn progress(&self) -> &ProgressBar {
        &self.bar
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Words of a format in any order, with noise between them.
    fn noise(words: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
        let word = (0..words.len()).prop_map(|at| words.get(at).copied().unwrap_or_default().to_vec());
        let piece = prop_oneof![6 => word, 1 => prop::collection::vec(any::<u8>(), 0..8)];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    macro_rules! hold {
        ($($property:ident: $words:expr;)*) => {
            proptest! {
                #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
                $(
                    #[test]
                    fn $property(noise in noise($words), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
                        super::$property(&noise);
                        super::$property(&bytes);
                    }
                )*
            }
        };
    }

    hold! {
        splitter: &[b"window.YTD.a = ", b"[", b"]", b"{", b"}", b"\"entries\"", b":", b",", b"\\", b"1", b"\"", b" "];
        mojibake: &[b"a", b"\xc3\x83", b"\xc2\xb8", b"\xc3\xa9", b"\xf0\x9f\x98\x82", b"\xc2\x80", b" "];
        dates: &[b"May ", b"1", b"12", b"2024", b"-", b":", b"T", b"Z", b" ", b"+02:00", b"pm", b"UTC", b", ", b"mai ", b"\xe5\xb9\xb4"];
        pieces: &[b"<div class=\"", b"box", b"\"", b">", b"<", b" ", b"class=", b"uiBox", b"'", b"\xc3", b"text"];
        csv_rows: &[b"tweet_id,text\n", b"tweet_id", b",", b"\"", b"\n", b"text", b"timestamp", b"1", b"\xef\xbb\xbf", b"2011-01-01 10:00:00 +0000"];
        media_metadata: &[b"%PDF-1.4", b"/Title", b"/Author", b"/Producer", b"(", b")", b"\\", b"<", b">", b" obj", b"<dc:creator><rdf:li>", b"\xff\xd8\xff\xe1\x40\0", b"Exif\0\0II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08\0\x03\x88\x25\0\x04\0\0\0\x01", b"\x10\0\x10\0PN"];
        items_file: &[b"{\"id\":\"1\",\"text\":\"a\"}\n", b"{", b"}", b"\"id\":", b"\"text\":", b"\"a\"", b",", b"\n", b"id,text\n", b"null", b"\"media\":[", b"]"];
        mhtml: &[b"Content-Type: multipart/related; boundary=x\r\n", b"\r\n", b"\r\n--x\r\n", b"--x--\r\n", b"Content-Type: text/html\r\n", b"<p>some words here", b"Content-Transfer-Encoding: quoted-printable\r\n", b"=3D", b"Date: Wed, 1 May 2024 16:30:05 -0000\r\n"];
        warc: &[b"WARC/1.0\r\n", b"WARC-Type: response\r\n", b"WARC-Type: resource\r\n", b"Content-Length: 30\r\n", b"\r\n", b"HTTP/1.1 200 OK\r\n", b"Content-Type: text/html\r\n", b"<p>some words here", b"Transfer-Encoding: chunked\r\n", b"5\r\n", b"\x1f\x8b\x08"];
        export: &[b"posts.csv\n", b"comments.csv\n", b"id,permalink,date,subreddit,parent,body\n", b"a,b\n", b"\"", b"\x1e", b"_chat.txt\n", b"[01/02/2024, 10:00:00] A: b\n", b"Shares.csv\n", b"Date,ShareLink,ShareCommentary\n", b"outbox.json\n", b"{\"orderedItems\":[", b"{\"type\":\"Create\",\"object\":{\"id\":\"1\",\"content\":\"a\"}}", b"]}", b"user_data.json\n", b"result.json\n", b"Comments.txt\n", b"Recently Deleted Posts.txt\n", b"Date: 2024-01-01 00:00:00\n", b"Comment: a\n", b"your_posts_1.json\n", b"reviews/a.json\n", b"{\"timestamp\":1600000000,\"review\":\"a\"}", b"{\"a_v2\":[", b"data/article.js\n", b"null", b"{", b"}"];
        packed: &[b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x14\0\0\0\0\0", b"\0\0\0\0", b"\x05\0\0\0", b"a.txt", b"../a", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"];
        blocks: &[b"\x12", b"\xa2gversion\x01eroots\x80", b"\x01\x71\x12\x20", b"\x00", b"\x80", b"\xa1ae\x80", b"\x26", b"\xff"];
        elements: &[b"<item>", b"</item>", b"<wp:author a=\"", b"\">", b"</wp:author>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&amp;", b"<!ENTITY a \"b\">", b"&a;", b"<title>", b"</title>", b"text"];
        page: &[b"<html>", b"<p>some words here", b"<script type=\"application/ld+json\">", b"{\"@type\":\"Review\",", b"\"reviewBody\":\"words\"", b"}", b"</script>", b"<div class=\"h-entry\">", b"<div class=\"e-content\">", b"<time datetime=\"2024-01-01\">", b"</div>", b"<meta property=\"og:description\" content=\"", b"\">", b"&#x41;", b"<base href=\"//x\">"];
        har: &[b"{\"response\":", b"{\"status\":200,", b"\"content\":{", b"\"text\":\"<p>some words here\"", b"\"mimeType\":\"text/html\",", b"\"encoding\":\"base64\",", b"}", b"}}}", b"null", b","];
    }
}
