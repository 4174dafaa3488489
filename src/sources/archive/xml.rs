//! XML exports, record by record: feeds and backups of blogs.
//!
//! Records are cut out of the file first and parsed one by one, so that a broken one costs only itself. Prefixes need not be
//! declared, and entities that a file declares are never expanded: they stay as they are written.

mod cut;
mod tags;

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::container::{Container, Entry};
use super::encoding::repair;
use crate::coverage::Coverage;
use crate::sources::{Sink, Stopped};
use cut::Cutter;

/// How deep the elements of a record nest at most.
const MAX_DEPTH: usize = 64;

/// How many elements a record has at most. A post with 10,000 comments has 130,000.
const MAX_ELEMENTS: usize = 500_000;

/// How many attributes of an element are kept.
const MAX_ATTRIBUTES: usize = 100;

const EMPTY: &str = "A file is empty (0 bytes)";
const BROKEN: &str = "A record is not well-formed XML";
const TOO_DEEP: &str = "A record nests too deep (limit: 64 levels)";
const TOO_MANY: &str = "A record has too many elements (limit: 500,000)";
const LOOSE_END: &str = "Some records hold `]]>` where it does not belong, and were read with it";

/// One element with all that is in it.
#[derive(Debug, Default, PartialEq)]
pub(in crate::sources) struct Element {
    /// The name as it is written, with its prefix.
    pub(in crate::sources) name: String,
    attributes: Vec<(String, String)>,
    /// The text directly in it, without spaces around it.
    pub(in crate::sources) text: String,
    children: Vec<Element>,
}

impl Element {
    /// The value of an attribute; empty if there is none.
    pub(in crate::sources) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// The children of a name. Another prefix than the usual one is as good, where the usual one is not there.
    pub(in crate::sources) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        let exact = self.children.iter().any(|child| child.name == name);
        self.children.iter().filter(move |child| match exact {
            true => child.name == name,
            false => name.contains(':') && local(&child.name) == local(name),
        })
    }

    /// The first child of a name.
    pub(in crate::sources) fn child(&self, name: &str) -> Option<&Element> {
        let exact = self.children.iter().find(|child| child.name == name);
        let near = || self.children.iter().find(|child| local(&child.name) == local(name));
        exact.or_else(|| near().filter(|_| name.contains(':')))
    }

    /// All text in it, that of its children too, a line each.
    pub(in crate::sources) fn words(&self) -> String {
        let mut open = vec![self];
        let mut words: Vec<&str> = Vec::new();
        while let Some(element) = open.pop() {
            words.extend(Some(element.text.as_str()).filter(|text| !text.is_empty()));
            open.extend(element.children.iter().rev());
        }
        words.join("\n")
    }

    /// The text of the first child of a name; empty if there is none.
    pub(in crate::sources) fn get(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// What is done with an element and its place.
pub(super) type Take<'t> = dyn FnMut(&Element, &str, &mut dyn Sink) -> Result<(), Stopped> + 't;

/// Hands over every element that has one of `names` and stands in no other such element, with its place. What cannot be
/// read goes to the coverage.
pub(super) fn stream(
    container: &mut Container,
    sink: &mut dyn Sink,
    entry: &Entry,
    names: &'static [&'static str],
    hand_over: &mut Take<'_>,
) -> Result<(), Stopped> {
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, &entry.name);
        return Ok(());
    }
    let reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, &entry.name);
            return Ok(());
        }
    };
    let mut cutter = Cutter::new(reader, names);
    while let Some(cut) = cutter.next() {
        sink.progress().inc(cutter.take_bytes_read());
        match cut {
            Err((offset, reason)) => sink.coverage().fail(&reason, format!("{}#{offset}", entry.name)),
            Ok((offset, bytes)) => {
                let place = format!("{}#{offset}", entry.name);
                match parse(&decoded(&bytes, sink.coverage()), names, sink.coverage()) {
                    Ok(element) => hand_over(&element, &place, sink)?,
                    Err(reason) => sink.coverage().fail(reason, place),
                }
            }
        }
    }
    sink.progress().inc(cutter.take_bytes_read());
    Ok(())
}

/// The same out of bytes that are in memory; what is broken is left out.
pub(in crate::sources) fn elements(bytes: &[u8], names: &'static [&'static str]) -> Vec<Element> {
    let mut cutter = Cutter::new(bytes, names);
    let mut all = Vec::new();
    while let Some(cut) = cutter.next() {
        let parsed = cut.ok().map(|(_, bytes)| {
            let mut coverage = Coverage::default();
            parse(&decoded(&bytes, &mut coverage), names, &mut coverage)
        });
        all.extend(parsed.and_then(Result::ok));
    }
    all
}

fn decoded<'b>(bytes: &'b [u8], coverage: &mut Coverage) -> Cow<'b, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => match repair(bytes) {
            Some((text, repair)) => {
                coverage.note(repair.note());
                Cow::Owned(text)
            }
            None => String::from_utf8_lossy(bytes),
        },
    }
}

/// The element that a text consists of: one of these names.
fn parse(xml: &str, names: &[&str], coverage: &mut Coverage) -> Result<Element, &'static str> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|_| BROKEN)?;
        let text = match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() >= MAX_DEPTH {
                    return Err(TOO_DEEP);
                }
                if elements > MAX_ELEMENTS {
                    return Err(TOO_MANY);
                }
                open.push(begun(&start));
                continue;
            }
            Event::End(_) => {
                let mut done = open.pop().ok_or(BROKEN)?;
                done.text.truncate(done.text.trim_end().len());
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    // `<item/post/>` is cut as an item, and is none.
                    None if !names.contains(&done.name.as_str()) => return Err(BROKEN),
                    None => return Ok(done),
                }
                continue;
            }
            Event::Text(text) => {
                let text = text.into_inner();
                if text.contains("]]>") {
                    coverage.note(LOOSE_END);
                }
                text
            }
            Event::CData(text) => text.into_inner(),
            Event::GeneralRef(reference) => resolved(&reference),
            Event::Eof => return Err(BROKEN),
            _ => continue,
        };
        let into = &mut open.last_mut().ok_or(BROKEN)?.text;
        into.push_str(if into.is_empty() { text.trim_start() } else { &text });
    }
}

fn begun(start: &BytesStart<'_>) -> Element {
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).flatten().take(MAX_ATTRIBUTES) {
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .unwrap_or_else(|_| Cow::Borrowed(&attribute.value));
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Element { name: start.name().as_ref().to_owned(), attributes, ..Element::default() }
}

/// A character by its number or one of the five names that XML has; all else stays as it is written.
fn resolved(reference: &BytesRef<'_>) -> Cow<'static, str> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Cow::Owned(letter.to_string());
    }
    let name = reference.borrow().into_inner();
    resolve_predefined_entity(&name).map_or_else(|| Cow::Owned(format!("&{name};")), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(xml: &str) -> Result<Element, &'static str> {
        parse(xml, &["item", "a"], &mut Coverage::default())
    }

    #[test]
    fn reads_texts_in_all_spellings() {
        let item = read(
            r#"<item a="1 &amp; 2" b='x'><title> One &lt; two &#233;&#x1F602; &nbsp; R&D </title>
            <content:encoded><![CDATA[<p>a]]]]><![CDATA[>b & c</p>]]></content:encoded>
            <excerpt:encoded/><alt:post_id>7</alt:post_id><post_id>8</post_id></item>"#,
        )
        .unwrap();
        assert_eq!((item.attribute("a"), item.attribute("b"), item.attribute("c")), ("1 & 2", "x", ""));
        assert_eq!(item.get("title"), "One < two é😂 &nbsp; R&D");
        assert_eq!(item.get("content:encoded"), "<p>a]]>b & c</p>");
        assert_eq!((item.get("excerpt:encoded"), item.get("missing")), ("", ""));
        assert_eq!((item.get("wp:post_id"), item.get("post_id")), ("7", "8"));
        assert_eq!(item.all("wp:post_id").count(), 2);
    }

    #[test]
    fn refuses_what_is_broken_and_expands_nothing() {
        assert_eq!(read("<item><a>x</b></item>"), Err(BROKEN));
        assert_eq!(read("<item><a>x"), Err(BROKEN));
        assert_eq!(read(""), Err(BROKEN));
        assert_eq!(read("<item/post/>"), Err(BROKEN));
        assert_eq!(read(&"<a>".repeat(100_000)), Err(TOO_DEEP));
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        assert_eq!(read(&many), Err(TOO_MANY));
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><item>&b;</item>"#;
        assert_eq!(read(bomb).unwrap().text, "&b;");
    }
}
