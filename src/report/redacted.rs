//! The items for somebody who has to judge an audit, such as counsel, without what they give away.
//!
//! What a finding is about and everything that a mask covers is blacked out, wherever in the item it is said again.
//! Left out whole: the words that an item answers, bios, and what media say about themselves, since no rule reads
//! them so closely that the rest would be safe to show. Ids and file names that hold words are numbered.

mod names;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use whitecoat_engine::{Field, Finding, Item, Mask, Profile};

use self::names::Names;
use super::output::{Open, OutputError};
use crate::identity::field_text;
use crate::wording::counted;

/// What stands where something was. Always as long, so that its length tells nothing.
pub const BLACK: &str = "█████";
/// Shorter words are blacked out only where they were recognised: they stand inside too many others.
const SHORTEST: usize = 3;

/// What was blacked out and left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items in the copy.
    pub items: u64,
    /// Items in which something was blacked out.
    pub touched: u64,
    /// Stretches that were blacked out.
    pub stretches: u64,
    /// Texts of others, bios and particulars of media that were left out whole.
    pub left_out: u64,
    /// Ids and file names that got a number.
    pub numbered: u64,
}

impl Counts {
    fn absorb(&mut self, other: Self) {
        self.items += other.items;
        self.touched += other.touched;
        self.stretches += other.stretches;
        self.left_out += other.left_out;
        self.numbered += other.numbered;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stretches = counted(self.stretches, "stretch", "stretches");
        let (touched, items) = (counted(self.touched, "item", "items"), counted(self.items, "item", "items"));
        let left_out = counted(self.left_out, "particular", "particulars");
        let numbered = counted(self.numbered, "id or file name", "ids and file names");
        write!(
            f,
            "redacted copy: {items}; {stretches} blacked out in {touched}; {left_out} of answered texts, bios and media left out; \
             numbers for {numbered}"
        )
    }
}

/// A copy that is being written.
#[derive(Debug)]
pub struct Copy {
    to: Open,
    counts: Counts,
    names: Names,
    failed: Option<io::Error>,
}

impl Copy {
    /// Writes to `to`.
    pub fn new(to: Open) -> Self {
        Self { to, counts: Counts::default(), names: Names::default(), failed: None }
    }

    /// Writes the next items. The first error is kept for [`Copy::finish`]: it does not end the audit.
    pub fn write(&mut self, part: Part) {
        if self.failed.is_none() {
            self.counts.absorb(part.counts);
            self.failed = self.write_items(part.items).err();
        }
    }

    fn write_items(&mut self, items: Vec<Item>) -> io::Result<()> {
        for mut item in items {
            self.counts.numbered += self.names.number(&mut item);
            serde_json::to_writer(&mut self.to, &item)?;
            self.to.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Makes the copy appear in its place.
    ///
    /// # Errors
    /// The first one of all writing; nothing is in the place then.
    pub fn finish(self) -> Result<Counts, OutputError> {
        if let Some(error) = self.failed {
            return Err(self.to.failed(error));
        }
        self.to.finish()?;
        Ok(self.counts)
    }
}

/// Some items of a copy, redacted but for their names.
#[derive(Debug, Default)]
pub struct Part {
    items: Vec<Item>,
    counts: Counts,
}

impl Part {
    /// Adds an item with what was found in it and what must not be repeated.
    pub fn add(&mut self, item: &Item, findings: &[Finding], masks: &[Mask]) {
        let (item, counts) = redact(item, findings, masks);
        self.items.push(item);
        self.counts.absorb(counts);
    }
}

/// The item without what its findings are about and its masks cover.
pub fn redact(item: &Item, findings: &[Finding], masks: &[Mask]) -> (Item, Counts) {
    let spans = findings.iter().map(|finding| finding.span).chain(masks.iter().map(|mask| mask.span));
    let spans: Vec<_> = spans.collect();
    let covered =
        |field| spans.iter().filter(move |span| span.field == field).map(|span| span.start..span.end);
    let secrets = secrets(item, masks);
    let mut counts = Counts { items: 1, ..Counts::default() };
    let mut black = |field| {
        let text = field_text(item, field);
        let again = secrets.iter().flat_map(|secret| occurrences(text, secret));
        let (text, stretches) = blacked(text, covered(field).chain(again).collect());
        counts.stretches += stretches;
        text
    };
    let mut copy = Item { text: black(Field::Text), ..item.clone() };
    for (index, medium) in copy.media.iter_mut().enumerate() {
        medium.alt = black(Field::MediaAlt(index));
        medium.file_name = black(Field::MediaFileName(index));
    }
    counts.touched = u64::from(counts.stretches > 0);
    counts.left_out = leave_out(&mut copy);
    let tells = |text: &str| secrets.iter().any(|secret| !occurrences(text, secret).is_empty());
    if copy.url.take_if(|url| tells(&url.replace(['-', '_', '+'], " "))).is_some() {
        counts.left_out += 1;
    }
    (copy, counts)
}

/// Takes out what is not read closely enough to be shown in part, and counts it.
fn leave_out(item: &mut Item) -> u64 {
    let mut count = 0;
    let mut gone = |is_there: bool| count += u64::from(is_there);
    if let Some(parent) = &mut item.parent {
        gone(parent.text.take().is_some_and(|text| !text.is_empty()));
        gone(parent.handle.take().is_some());
    }
    for medium in &mut item.media {
        gone(medium.path.take().is_some());
        gone(medium.gps.take().is_some());
        gone(medium.captured_at.take().is_some());
        for text in [&mut medium.title, &mut medium.author, &mut medium.patient, &mut medium.device] {
            gone(!std::mem::take(text).is_empty());
        }
    }
    if let Some(profile) = item.profile.as_ref().filter(|profile| !profile.bio.is_empty()) {
        item.profile = Some(Arc::new(Profile { bio: String::new(), ..(**profile).clone() }));
        gone(true);
    }
    count
}

/// What the masks cover, in lower case: the whole, and each word of a name.
fn secrets(item: &Item, masks: &[Mask]) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for mask in masks {
        let text = field_text(item, mask.span.field).get(mask.span.start..mask.span.end).unwrap_or_default();
        let text = text.to_lowercase();
        if mask.label == "name" {
            secrets.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        }
        secrets.insert(text);
    }
    secrets.retain(|secret| secret.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST);
    secrets
}

/// Where a text says a secret, as whole words, whatever the case.
fn occurrences(text: &str, secret: &str) -> Vec<Range<usize>> {
    // The same letters in lower case, each with the place of the letter that it comes from.
    let mut folded = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        for lower in c.to_lowercase() {
            folded.push(lower);
            places.extend(std::iter::repeat_n(at..at + c.len_utf8(), lower.len_utf8()));
        }
    }
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let found = folded.match_indices(secret).filter_map(|(at, _)| {
        let end = at + secret.len();
        let before = folded.get(..at).and_then(|before| before.chars().next_back());
        let after = folded.get(end..).and_then(|after| after.chars().next());
        let inside = (is_word(before) && is_word(secret.chars().next()))
            || (is_word(after) && is_word(secret.chars().next_back()));
        let (first, last) = (places.get(at)?, places.get(end.checked_sub(1)?)?);
        (!inside).then_some(first.start..last.end)
    });
    found.collect()
}

/// The text with its ranges blacked out, those that touch as one, and how many there were.
fn blacked(text: &str, mut ranges: Vec<Range<usize>>) -> (String, u64) {
    ranges.retain(|range| range.start < range.end && text.get(range.clone()).is_some());
    ranges.sort_by_key(|range| (range.start, range.end));
    let (mut out, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for range in ranges {
        if range.start > at || (at == 0 && count == 0) {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(BLACK);
            count += 1;
        }
        at = at.max(range.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use whitecoat_engine::{Media, Parent, Severity, Span};

    use super::*;

    fn span(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span { field: Field::Text, start, end: start + part.len() }
    }

    #[test]
    fn blacks_out_what_is_covered_and_says_it_again() {
        let text = "Mr Ode came in. We like ODE, not an episode. Bed 4.";
        let item = Item {
            text: text.into(),
            url: Some("https://blog.example/2024/mr-ode-came-in".into()),
            parent: Some(Parent {
                text: Some("I am Ode".into()),
                handle: Some("ode".into()),
                ..Parent::default()
            }),
            media: vec![Media {
                alt: "Ode’s knee".into(),
                file_name: "ode.jpg".into(),
                path: Some("media/ode.jpg".into()),
                patient: "Ode".into(),
                gps: Some((1.0, 2.0)),
                ..Media::default()
            }],
            profile: Some(Arc::new(Profile { bio: "I treat Mr Ode".into(), ..Profile::default() })),
            ..Item::default()
        };
        let rule = crate::report::tests::rule("privacy/patient-name", Severity::High);
        let about = span(text, "Bed 4");
        let finding = crate::report::tests::finding(rule, about, about);
        let masks = [Mask { span: span(text, "Mr Ode"), label: "name" }];
        let (copy, counts) = redact(&item, &[finding], &masks);
        assert_eq!(copy.text, "█████ came in. We like █████, not an episode. █████.");
        let line = serde_json::to_string(&copy).unwrap().to_lowercase();
        assert!(!line.replace("episode", "").contains("ode"), "{line}");
        assert_eq!(counts, Counts { items: 1, touched: 1, stretches: 5, left_out: 7, numbered: 0 });
    }

    #[test]
    fn what_touches_or_overlaps_is_one_and_odd_ranges_do_no_harm() {
        assert_eq!(blacked("abcdef", vec![1..3, 2..4, 4..5]), ("a█████f".into(), 1));
        assert_eq!(blacked("aé", vec![0..1, 2..3, 9..12]), ("█████é".into(), 1));
        assert_eq!(blacked("ab", std::iter::once(0..2).collect()), ("█████".into(), 1));
        assert_eq!(occurrences("İstanbul İ", "i\u{307}"), [0..2, 10..12]);
    }
}
