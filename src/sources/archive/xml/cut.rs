//! Cuts records out of an XML file by their tags, without parsing them and without reading the whole file into memory.

use std::io::Read;

use memchr::{memchr, memmem};

use super::tags::{Tag, next_record, tag_end, tag_name};

/// How much is read at once, in bytes.
const BLOCK_BYTES: usize = 64 * 1024;

/// The longest record that is read, in bytes.
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// The longest tag that is looked through for its end, in bytes.
const MAX_TAG_BYTES: usize = 64 * 1024;

/// How many bytes may be looked at a second time after broken records, in one file. Bounds the work on hostile input.
const MAX_RESCANNED_BYTES: u64 = 1 << 30;

const TOO_LONG: &str = "A record is too long (limit: 16 MiB)";
const NOT_CLOSED: &str = "A record is not closed before the next begins";
const ENDS_INSIDE: &str = "The file ends in the middle of a record";
const ENDS_EARLY: &str = "The file ends before it is complete";
const NOT_XML: &str = "The file is not XML";
const BROKEN: &str = "Too much of the file is broken (limit: 1 GiB read twice): the rest is not read";

const CDATA: &[u8] = b"<![CDATA[";

/// A record and where it begins, or what is wrong and where.
type Cut = Result<(u64, Vec<u8>), (u64, String)>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Verbatim,
    Comment,
}

/// The record that is open.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    name: &'static str,
    /// It is too long, and only looked through for its end.
    dropped: bool,
}

/// What a look at the buffer came to.
enum Step {
    NeedMore,
    Again,
    Done(Cut),
}

pub(super) struct Cutter<R> {
    reader: R,
    names: &'static [&'static str],
    buffer: Vec<u8>,
    position: usize,
    /// Where the buffer begins in the file.
    offset: u64,
    inside: Inside,
    /// Where the verbatim text began.
    verbatim_from: usize,
    open: Option<Open>,
    /// The name of the first element.
    root: Option<Vec<u8>>,
    root_closed: bool,
    rescanned: u64,
    ended: bool,
    over: bool,
    bytes_read: u64,
}

impl<R: Read> Cutter<R> {
    pub(super) fn new(reader: R, names: &'static [&'static str]) -> Self {
        Self {
            reader,
            names,
            buffer: Vec::new(),
            position: 0,
            offset: 0,
            inside: Inside::Text,
            verbatim_from: 0,
            open: None,
            root: None,
            root_closed: false,
            rescanned: 0,
            ended: false,
            over: false,
            bytes_read: 0,
        }
    }

    /// How many bytes were read since the last call.
    pub(super) fn take_bytes_read(&mut self) -> u64 {
        std::mem::take(&mut self.bytes_read)
    }

    pub(super) fn next(&mut self) -> Option<Cut> {
        while !self.over {
            let step = match self.inside {
                Inside::Text => self.text(),
                Inside::Verbatim => self.verbatim(),
                Inside::Comment => self.comment(),
            };
            match step {
                Step::Again => {}
                Step::Done(cut) => return Some(cut),
                Step::NeedMore if self.ended => return self.finish(),
                Step::NeedMore => {
                    if let Some(cut) = self.drop_long() {
                        return Some(cut);
                    }
                    if let Err(error) = self.fill() {
                        self.over = true;
                        let at = self.offset + self.buffer.len() as u64;
                        return Some(Err((at, format!("The file cannot be read further: {error}"))));
                    }
                }
            }
        }
        None
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.position..).unwrap_or_default()
    }

    fn fault(&self, at: usize, reason: &str) -> Cut {
        Err((self.offset + at as u64, reason.to_owned()))
    }

    /// Goes to the next `<` and looks what begins there.
    fn text(&mut self) -> Step {
        let Some(found) = memchr(b'<', self.rest()) else {
            self.position = self.buffer.len();
            return Step::NeedMore;
        };
        self.position += found;
        let rest = self.rest();
        if let Some((inside, length)) = [(Inside::Verbatim, CDATA), (Inside::Comment, b"<!--".as_slice())]
            .into_iter()
            .find_map(|(inside, mark)| rest.starts_with(mark).then_some((inside, mark.len())))
        {
            self.inside = inside;
            self.position += length;
            self.verbatim_from = self.position;
            return Step::Again;
        }
        if rest.len() < CDATA.len() && !self.ended {
            return Step::NeedMore;
        }
        let closes = rest.get(1) == Some(&b'/');
        let is_name = rest.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        if !closes && !is_name {
            self.position += 1;
            return Step::Again;
        }
        let end = match tag_end(rest) {
            Tag::Whole(end) => end,
            Tag::Open if rest.len() < MAX_TAG_BYTES && !self.ended => return Step::NeedMore,
            Tag::Open | Tag::None => {
                self.position += 1;
                return Step::Again;
            }
        };
        let tag = rest.get(..end).unwrap_or_default();
        let name = tag_name(tag).to_vec();
        let empty = tag.ends_with(b"/>");
        self.tag(&name, end, closes, empty)
    }

    /// At a tag that is `length` long.
    fn tag(&mut self, name: &[u8], length: usize, closes: bool, empty: bool) -> Step {
        let start = self.position;
        self.position += length;
        let Some(open) = self.open else {
            if closes {
                self.root_closed |= self.root.as_deref() == Some(name);
            } else {
                self.root.get_or_insert_with(|| name.to_vec());
                let wanted = self.names.iter().find(|wanted| wanted.as_bytes() == name);
                if empty && wanted.is_some() {
                    let tag = self.buffer.get(start..self.position).unwrap_or_default();
                    return Step::Done(Ok((self.offset + start as u64, tag.to_vec())));
                }
                self.open = wanted.filter(|_| !empty).map(|name| Open { start, name, dropped: false });
            }
            return Step::Again;
        };
        if name != open.name.as_bytes() || empty {
            return Step::Again;
        }
        if closes {
            self.open = None;
            let bytes = self.buffer.get(open.start..self.position).unwrap_or_default();
            if open.dropped {
                return Step::Again;
            }
            return Step::Done(Ok((self.offset + open.start as u64, bytes.to_vec())));
        }
        self.open = Some(Open { start, dropped: false, ..open });
        if open.dropped { Step::Again } else { Step::Done(self.fault(open.start, NOT_CLOSED)) }
    }

    /// Inside of `<![CDATA[`.
    fn verbatim(&mut self) -> Step {
        let Some(end) = memmem::find(self.rest(), b"]]>") else {
            self.position = self.position.max(self.buffer.len().saturating_sub(2));
            return Step::NeedMore;
        };
        self.position += end;
        self.inside = Inside::Text;
        if let Some(step) = self.go_back() {
            return step;
        }
        self.position += b"]]>".len();
        Step::Again
    }

    /// Where the end of a verbatim text is missing, that of the next record looks like it: the records between them show.
    fn go_back(&mut self) -> Option<Step> {
        let open = self.open?;
        let text = self.buffer.get(self.verbatim_from..self.position)?;
        let inner = next_record(text, open.name.as_bytes())?;
        self.inside = Inside::Text;
        self.rescanned += text.len() as u64;
        if self.rescanned > MAX_RESCANNED_BYTES {
            self.over = true;
            return Some(Step::Done(self.fault(open.start, BROKEN)));
        }
        self.position = self.verbatim_from + inner;
        self.open = None;
        Some(if open.dropped { Step::Again } else { Step::Done(self.fault(open.start, NOT_CLOSED)) })
    }

    fn comment(&mut self) -> Step {
        let Some(end) = memmem::find(self.rest(), b"-->") else {
            self.position = self.position.max(self.buffer.len().saturating_sub(2));
            return Step::NeedMore;
        };
        self.position += end + 3;
        self.inside = Inside::Text;
        Step::Again
    }

    /// Gives up a record that is too long, yet not the ones behind it.
    fn drop_long(&mut self) -> Option<Cut> {
        let open = self.open.filter(|open| self.buffer.len() - open.start > MAX_RECORD_BYTES)?;
        if self.inside == Inside::Verbatim
            && let Some(Step::Done(cut)) = self.go_back()
        {
            return Some(cut);
        }
        self.open = Some(Open { start: self.position, dropped: true, ..open });
        (!open.dropped).then(|| self.fault(open.start, TOO_LONG))
    }

    /// At the end of the file.
    fn finish(&mut self) -> Option<Cut> {
        if self.inside == Inside::Verbatim
            && let Some(Step::Done(cut)) = self.go_back()
        {
            return Some(cut);
        }
        self.over = true;
        match (self.open, &self.root) {
            (Some(open), _) if !open.dropped => Some(self.fault(open.start, ENDS_INSIDE)),
            (None, None) => Some(Err((0, NOT_XML.to_owned()))),
            (None, Some(_)) if !self.root_closed => Some(self.fault(self.buffer.len(), ENDS_EARLY)),
            _ => None,
        }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        let needed = self.open.map_or(self.position, |open| open.start.min(self.position));
        self.buffer.drain(..needed);
        self.offset += needed as u64;
        self.position -= needed;
        self.verbatim_from = self.verbatim_from.saturating_sub(needed);
        if let Some(open) = &mut self.open {
            open.start -= needed;
        }
        let count = self.reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut self.buffer)?;
        self.bytes_read += count as u64;
        self.ended = count == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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

    fn cuts(xml: &str) -> Vec<String> {
        let mut cutter = Cutter::new(Dripping(xml.as_bytes(), 1000), &["item", "title"]);
        let mut all = Vec::new();
        while let Some(cut) = cutter.next() {
            all.push(match cut {
                Ok((offset, bytes)) => {
                    let text = String::from_utf8(bytes).unwrap();
                    assert!(xml[usize::try_from(offset).unwrap()..].starts_with(&text));
                    text
                }
                Err((offset, reason)) => format!("{offset}: {reason}"),
            });
        }
        all
    }

    #[test]
    fn cuts_records_and_nothing_else() {
        let xml = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><r><!-- <item>no</item> --><title>T</title>\
            <items/><item/><item a='>'><title>t</title><![CDATA[</item><item >no]]></item ><![CDATA[<item>]]></r>\n";
        assert_eq!(
            cuts(&xml.replace("</item><item >no", "</item>no")),
            ["<title>T</title>", "<item/>", "<item a='>'><title>t</title><![CDATA[</item>no]]></item >"]
        );
    }

    #[test]
    fn a_broken_record_costs_only_itself() {
        for (xml, expected) in [
            (
                "<r><item>1<item>2</item></r>",
                vec!["3: A record is not closed before the next begins", "<item>2</item>"],
            ),
            (
                "<r><item><![CDATA[1</item> <item><![CDATA[2]]></item></r>",
                vec!["3: A record is not closed before the next begins", "<item><![CDATA[2]]></item>"],
            ),
            (
                "<r><item><![CDATA[1</item><item>2</item></r>",
                vec!["3: A record is not closed before the next begins", "<item>2</item>"],
            ),
            (
                "<r><item>1</item><item>2",
                vec!["<item>1</item>", "17: The file ends in the middle of a record"],
            ),
            ("<r><item>1</item>", vec!["<item>1</item>", "17: The file ends before it is complete"]),
            ("no tags < here", vec!["0: The file is not XML"]),
            ("<r><item", vec!["8: The file ends before it is complete"]),
        ] {
            assert_eq!(cuts(xml), expected, "{xml}");
        }
    }

    #[test]
    fn leaves_out_what_is_too_long() {
        let long = "x".repeat(MAX_RECORD_BYTES + 3 * BLOCK_BYTES);
        for (open, close) in [("", ""), ("<![CDATA[", "]]>"), ("<!--", "-->")] {
            let xml = format!("<r><item>{open}{long}{close}</item><item>2</item></r>");
            assert_eq!(cuts(&xml), ["3: A record is too long (limit: 16 MiB)", "<item>2</item>"], "{open}");
        }
    }
}
