//! Long HTML pages, piece by piece: an export prints thousands of posts on one page, each in an element of the same class.

use std::io::Read;

use memchr::memmem;

use super::container::{Container, Entry};
use crate::sources::{Sink, Stopped};

/// How much is read at once, in bytes.
const BLOCK_BYTES: usize = 64 * 1024;

/// The longest piece that is read, in bytes.
const MAX_PIECE_BYTES: usize = 16 * 1024 * 1024;

/// How far in front of its class a tag may begin, in bytes.
const MAX_TAG_BYTES: usize = 512;

const EMPTY: &str = "A file is empty (0 bytes)";
const TOO_LONG: &str = "A part of a page is too long (limit: 16 MiB)";

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins in the file, in bytes.
    pub(super) offset: u64,
    /// It stands before the first element of the class: the head of the page.
    pub(super) is_head: bool,
    /// From the element's tag to the next one's.
    pub(super) html: String,
}

/// Hands over the head of a page, then the elements that have one of `classes`. What cannot be read goes to the coverage.
pub(super) fn stream(
    container: &mut Container,
    sink: &mut dyn Sink,
    entry: &Entry,
    classes: &'static [&'static str],
    hand_over: &mut dyn FnMut(&Piece, &mut dyn Sink) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, entry.name.clone());
        return Ok(());
    }
    let reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, entry.name.clone());
            return Ok(());
        }
    };
    let mut pieces = Pieces::new(reader, classes);
    while let Some(piece) = pieces.next() {
        sink.progress().inc(std::mem::take(&mut pieces.bytes_read));
        match piece {
            Ok(piece) => hand_over(&piece, sink)?,
            Err((offset, reason)) => sink.coverage().fail(&reason, format!("{}#{offset}", entry.name)),
        }
    }
    Ok(())
}

/// Cuts a page at the tags that have one of the classes.
pub(super) struct Pieces<R> {
    reader: R,
    classes: &'static [&'static str],
    buffer: Vec<u8>,
    /// Where the current piece begins in the buffer.
    from: usize,
    /// From where the end of the current piece is looked for.
    searched: usize,
    /// Where the buffer begins in the file.
    offset: u64,
    is_head: bool,
    /// The current piece is too long: it is thrown away.
    dropping: bool,
    ended: bool,
    bytes_read: u64,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(reader: R, classes: &'static [&'static str]) -> Self {
        Self {
            reader,
            classes,
            buffer: Vec::new(),
            from: 0,
            searched: 0,
            offset: 0,
            is_head: true,
            dropping: false,
            ended: false,
            bytes_read: 0,
        }
    }

    /// The next piece, or where and why there is none.
    pub(super) fn next(&mut self) -> Option<Result<Piece, (u64, String)>> {
        loop {
            if let Some(end) = self.next_tag() {
                if let Some(piece) = self.cut(end) {
                    return Some(Ok(piece));
                }
            } else if self.ended {
                let end = self.buffer.len();
                return if self.from < end { self.cut(end).map(Ok) } else { None };
            } else if let Err(error) = self.fill() {
                self.ended = true;
                let at = self.offset + self.buffer.len() as u64;
                return Some(Err((at, format!("The file cannot be read further: {error}"))));
            } else if self.buffer.len() - self.from > MAX_PIECE_BYTES {
                let at = self.offset + self.from as u64;
                self.from = self.buffer.len() - MAX_TAG_BYTES;
                self.searched = self.from;
                if !std::mem::replace(&mut self.dropping, true) {
                    return Some(Err((at, TOO_LONG.to_owned())));
                }
            }
        }
    }

    /// Where the next piece begins, if that is in the buffer.
    fn next_tag(&mut self) -> Option<usize> {
        let rest = self.buffer.get(self.searched..).unwrap_or_default();
        let marks = self.classes.iter().filter_map(|class| {
            memmem::find_iter(rest, class.as_bytes())
                .map(|at| self.searched + at)
                .find_map(|at| tag_start(&self.buffer, self.from, at, class.len(), self.is_head))
        });
        let found = marks.min();
        let reach = self.buffer.len().saturating_sub(MAX_TAG_BYTES).max(self.searched);
        self.searched = found.unwrap_or(reach);
        found
    }

    /// Ends the current piece.
    fn cut(&mut self, end: usize) -> Option<Piece> {
        let bytes = self.buffer.get(self.from..end).unwrap_or_default();
        let html = String::from_utf8_lossy(bytes).into_owned();
        let offset = self.offset + self.from as u64;
        let is_head = std::mem::replace(&mut self.is_head, false);
        self.from = end;
        self.searched = end;
        let dropped = std::mem::replace(&mut self.dropping, false);
        (!dropped).then_some(Piece { offset, is_head, html })
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.buffer.drain(..self.from);
        self.offset += self.from as u64;
        self.searched -= self.from;
        self.from = 0;
        let count = self.reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut self.buffer)?;
        self.bytes_read += count as u64;
        self.ended = count == 0;
        Ok(())
    }
}

/// Where the tag begins whose class attribute holds the word at `at`; `None` where it is no class there, or the tag of the
/// current piece (the head has none of its own).
fn tag_start(data: &[u8], from: usize, at: usize, length: usize, is_head: bool) -> Option<usize> {
    let is_border = |byte: Option<&u8>| byte.is_some_and(|byte| b" \"'\t\r\n".contains(byte));
    if !is_border(data.get(at + length)) || !is_border(data.get(at.checked_sub(1)?)) {
        return None;
    }
    let low = at.saturating_sub(MAX_TAG_BYTES).max(from);
    let before = data.get(low..at)?;
    let open = memchr::memrchr(b'<', before)?;
    let tag = before.get(open..)?;
    let is_class = memmem::find(tag, b"class=").is_some() && memchr::memchr(b'>', tag).is_none();
    (is_class && (low + open > from || is_head)).then_some(low + open)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn pieces(html: &str, drip: usize) -> Vec<Piece> {
        let mut pieces = Pieces::new(Dripping(html.as_bytes(), drip), &["box", "uiBox"]);
        let mut all = Vec::new();
        while let Some(piece) = pieces.next() {
            all.push(piece.unwrap());
        }
        all
    }

    #[test]
    fn cuts_at_the_class() {
        let html = r#"<head>.box{}</head><p>box <div class="a box b"><i class="boxes">one box</i></div><section class='uiBox'>two</section>"#;
        for drip in [1, 5, 1000] {
            let all = pieces(html, drip);
            let shown: Vec<_> = all.iter().map(|piece| (piece.is_head, piece.html.as_str())).collect();
            assert_eq!(
                shown,
                [
                    (true, "<head>.box{}</head><p>box "),
                    (false, r#"<div class="a box b"><i class="boxes">one box</i></div>"#),
                    (false, "<section class='uiBox'>two</section>"),
                ]
            );
            assert!(
                all.iter()
                    .all(|piece| html[usize::try_from(piece.offset).unwrap()..].starts_with(&piece.html))
            );
        }
        assert_eq!(pieces("", 9), []);
        assert_eq!(pieces("<p>nothing", 9).len(), 1);
    }

    #[test]
    fn leaves_out_what_is_too_long() {
        let html = format!(
            "head<div class=\"box\">{}</div><div class=\"box\">two</div>",
            "x".repeat(MAX_PIECE_BYTES + 2 * BLOCK_BYTES)
        );
        let mut pieces = Pieces::new(html.as_bytes(), &["box"]);
        let mut all = Vec::new();
        while let Some(piece) = pieces.next() {
            all.push(piece.map(|piece| piece.html).map_err(|fault| fault.0));
        }
        assert_eq!(all, [Ok("head".to_owned()), Err(4), Ok("<div class=\"box\">two</div>".to_owned())]);
    }

    proptest! {
        #[test]
        fn loses_nothing(html in "(<div class=\"box\">|<p class=\"x uiBox\">|box|[ <>\"ab])*", drip in 1_usize..40) {
            let whole: String = pieces(&html, drip).into_iter().map(|piece| piece.html).collect();
            prop_assert_eq!(whole, html);
        }
    }
}
