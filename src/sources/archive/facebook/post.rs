//! Posts and comments of both shapes, in JSON and HTML.

use std::borrow::Cow;

use jiff::tz::Offset;
use serde::Deserialize;
use whitecoat_engine::{Authorship, Item, Kind, Media, Parent, ParentAuthor, ParentKind};

use super::{NAME, Sort};
use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{List, Maybe, Text, Whole};
use crate::sources::archive::meta::GUESSED;
use crate::sources::archive::meta::gather::Gatherer;
use crate::sources::archive::meta::label::{LabelValue, Labelled, own_words};
use crate::sources::archive::meta::media::{Files, Medium, bad_date, time};
use crate::sources::archive::meta::page::{PageBox, Stamp};
use crate::sources::archive::meta::read::{self, Source};
use crate::sources::archive::meta::words::once;
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

/// The lists that hold posts or comments, of every era.
const LISTS: &[&str] = &[
    "comments_v2",
    "comments",
    "group_comments_v2",
    "group_comments",
    "group_posts_v2",
    "activity_log_data",
    "pending_posts_v2",
    "anonymous_author_posts",
    "archive_v2",
    "trash_v2",
];

/// The longest mention that is looked for, in bytes.
const MAX_MENTION_BYTES: usize = 512;

const NO_WORDS: &str =
    "Facebook: records without own words and pictures (links, shares, events and the like), not read";
const NO_RECORD: &str = "Facebook: a record that is neither a post nor a comment";
const NO_ZONE: &str =
    "Facebook: times in HTML pages are without a zone, and were read as UTC; export as JSON for exact times";
const ONE_ZONE: &str = "Facebook: times in HTML pages are the account's own clock; the offset of the export's day was taken for all, so that some are an hour off";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    fbid: Text<'a>,
    timestamp: Whole,
    title: Repaired<'a>,
    data: List<Maybe<Datum<'a>>>,
    attachments: List<Maybe<Attachment<'a>>>,
    label_values: List<Maybe<LabelValue<'a>>>,
    media: List<Maybe<Medium<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Datum<'a> {
    #[serde(borrow)]
    post: Repaired<'a>,
    comment: Maybe<Comment<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Comment<'a> {
    #[serde(borrow)]
    comment: Repaired<'a>,
    author: Repaired<'a>,
    timestamp: Whole,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attachment<'a> {
    #[serde(borrow)]
    data: List<Maybe<Attached<'a>>>,
}

/// What the account holder may have written into; all else that is attached is others'.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Attached<'a> {
    #[serde(borrow)]
    media: Maybe<Medium<'a>>,
    note: Maybe<Note<'a>>,
    life_event: Maybe<Titled<'a>>,
    for_sale_item: Maybe<Titled<'a>>,
    poll: Maybe<Poll<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Note<'a> {
    #[serde(borrow)]
    title: Repaired<'a>,
    text: Repaired<'a>,
    media: List<Maybe<Medium<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Titled<'a> {
    #[serde(borrow)]
    title: Repaired<'a>,
    description: Repaired<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Poll<'a> {
    #[serde(borrow)]
    question: Repaired<'a>,
}

/// What a record comes to, borrowing nothing.
#[derive(Default)]
struct Found {
    fbid: String,
    time: Whole,
    title: String,
    words: Vec<String>,
    author: String,
    is_comment: bool,
    media: Vec<Media>,
    guessed: bool,
    is_empty: bool,
}

/// Reads one file.
pub(super) fn read(
    container: &mut Container,
    source: &Source,
    sort: Sort,
    files: &Files,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if source.is_page {
        return read::boxes(container, sink, &source.entry, files, &mut |found, offset, place, sink| {
            read_box(found, offset, place, sort, gatherer, sink)
        });
    }
    let decode =
        |record: &[u8]| serde_json::from_slice::<Record<'_>>(record).map(|record| record.found(sort, files));
    read::json(container, sink, &source.entry, LISTS, &decode, &mut |mut found, at, sink| {
        found.is_comment |= at.key.is_some_and(|key| key.contains("comments"));
        let (created_at, created_precision) = time(found.time, NAME, &at.source, sink.coverage());
        let item = Item { created_at, created_precision, source: at.source, ..sort.item() };
        take(found, item, sort, gatherer, sink)
    })?;
    Ok(())
}

fn read_box(
    found: PageBox,
    offset: Option<Offset>,
    place: String,
    sort: Sort,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let (created_at, created_precision) = found.moment(offset);
    say_zone(&found, offset, &place, sink.coverage());
    let mut guessed = false;
    let PageBox { title, mut words, all_words, captions, rows, media, link, .. } = found;
    if words.is_empty() && (sort.kind == Kind::Comment || sort.is_edit) {
        words = all_words;
    }
    // Tables below pictures tell of the camera; those of a record have a cell for each value.
    if media.is_empty() || words.is_empty() {
        let rows = rows.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        words.extend(own_words(rows, !media.is_empty() || sort.only_known_labels, &mut guessed));
    }
    words.extend(captions);
    let is_comment = sort.kind == Kind::Comment;
    let found = Found { title, words, media, guessed, is_comment, ..Found::default() };
    let item = Item { created_at, created_precision, url: link, source: place, ..sort.item() };
    take(found, item, sort, gatherer, sink)
}

/// Says how the times of a page are to be understood.
pub(super) fn say_zone(found: &PageBox, offset: Option<Offset>, place: &str, coverage: &mut Coverage) {
    match found.date {
        Stamp::Unknown => bad_date(NAME, place, coverage),
        Stamp::Known(date) if date.zone.is_none() => {
            coverage.note(if offset.is_some() { ONE_ZONE } else { NO_ZONE });
        }
        _ => {}
    }
}

/// Makes an item of what was found.
fn take(
    found: Found,
    item: Item,
    sort: Sort,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if found.is_empty {
        sink.coverage().fail(NO_RECORD, item.source);
        return Ok(());
    }
    let text = joined(&found.words);
    if text.is_empty() && found.media.is_empty() {
        sink.coverage().skip(NO_WORDS, item.source);
        return Ok(());
    }
    if found.guessed {
        sink.coverage().note(GUESSED);
    }
    // The last wording is the one that the post itself has.
    let is_new = text.is_empty() || gatherer.is_new("words", &text, sink);
    if sort.is_edit && !is_new {
        Gatherer::twin(&item.source, sink);
        return Ok(());
    }
    for medium in &found.media {
        gatherer.is_new("medium", &medium.file_name, sink);
    }
    let own = found.author.is_empty() || gatherer.name.is_empty() || found.author == gatherer.name;
    let version = Some(found.fbid.clone()).filter(|fbid| sort.is_edit && !fbid.is_empty());
    gatherer.add(
        Item {
            id: if sort.is_edit { String::new() } else { found.fbid },
            kind: if found.is_comment { Kind::Comment } else { item.kind },
            authorship: if own { Authorship::Own } else { Authorship::Other },
            parent: found.is_comment.then(|| parent(&found.title)),
            version_of: version,
            text,
            media: found.media,
            ..item
        },
        sink,
    )
}

/// Texts in order, each once.
pub(super) fn joined(words: &[String]) -> String {
    mentions(&once(words.iter().map(String::as_str)).join("\n\n")).into_owned()
}

/// Shows `@[100:2048:Jane Roe]` as Facebook does: by the name.
fn mentions(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("@[") {
        let (before, tail) = rest.split_at(at);
        let near = tail.as_bytes().get(..MAX_MENTION_BYTES).unwrap_or(tail.as_bytes());
        let end = memchr::memchr(b']', near);
        let name = end.and_then(|end| {
            let (inner, after) = (tail.get(..end)?, tail.get(end + 1..)?);
            let mut parts = inner.get(2..)?.splitn(3, ':');
            let is_number =
                |part: Option<&str>| part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            (is_number(parts.next()) && is_number(parts.next())).then_some((parts.next()?, after))
        });
        shown.push_str(before);
        match name {
            Some((name, after)) => {
                shown.push_str(name);
                rest = after;
            }
            None => {
                shown.push_str("@[");
                rest = tail.get(2..).unwrap_or_default();
            }
        }
    }
    if shown.is_empty() && rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// What a comment answers, as far as its title tells in English; other languages tell that there is a parent.
fn parent(title: &str) -> Parent {
    let own = [" his own ", " her own ", " their own "].iter().any(|words| title.contains(words));
    let to_comment = title.contains(" replied to ") && title.trim_end_matches('.').ends_with("comment");
    Parent {
        author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
        kind: if to_comment { ParentKind::Comment } else { ParentKind::Post },
        ..Parent::default()
    }
}

impl Record<'_> {
    fn found(self, sort: Sort, files: &Files) -> Found {
        let is_empty = self.timestamp.0.is_none()
            && self.title.0.is_empty()
            && self.data.0.is_empty()
            && self.attachments.0.is_empty()
            && self.label_values.0.is_empty();
        let mut found = Found {
            is_empty,
            time: self.timestamp,
            is_comment: sort.kind == Kind::Comment,
            ..Found::default()
        };
        for datum in self.data.0.iter().filter_map(|datum| datum.0.as_ref()) {
            found.words.extend(datum.post.some().map(str::to_owned));
            if let Some(comment) = &datum.comment.0 {
                found.is_comment = true;
                found.words.extend(comment.comment.some().map(str::to_owned));
                comment.author.0.trim().clone_into(&mut found.author);
                if found.time.0.is_none() {
                    found.time = comment.timestamp;
                }
            }
        }
        let attached = self.attachments.0.iter().filter_map(|attachment| attachment.0.as_ref());
        for attached in
            attached.flat_map(|attachment| &attachment.data.0).filter_map(|attached| attached.0.as_ref())
        {
            attached.add_to(&mut found, files);
        }
        let mut labelled = Labelled::default();
        labelled.add(&self.label_values);
        let rows = labelled.rows.iter().copied();
        found.words.extend(own_words(rows, sort.only_known_labels, &mut found.guessed));
        let direct = self.media.0.iter().filter_map(|medium| medium.0.as_ref());
        for medium in labelled.media.iter().copied().chain(direct) {
            add_medium(medium, &mut found, files);
        }
        if found.time.0.is_none() {
            found.time = Whole(labelled.time);
        }
        found.fbid = self.fbid.0.into_owned();
        found.title = self.title.0.into_owned();
        found
    }
}

impl Attached<'_> {
    fn add_to(&self, found: &mut Found, files: &Files) {
        if let Some(medium) = &self.media.0 {
            add_medium(medium, found, files);
        }
        if let Some(note) = &self.note.0 {
            found.words.extend(
                [&note.title, &note.text].into_iter().filter_map(|words| words.some()).map(str::to_owned),
            );
            for medium in note.media.0.iter().filter_map(|medium| medium.0.as_ref()) {
                add_medium(medium, found, files);
            }
        }
        for titled in
            [&self.life_event, &self.for_sale_item].into_iter().filter_map(|titled| titled.0.as_ref())
        {
            let texts = [&titled.title, &titled.description];
            found.words.extend(texts.into_iter().filter_map(|words| words.some()).map(str::to_owned));
        }
        if let Some(question) = self.poll.0.as_ref().and_then(|poll| poll.question.some()) {
            found.words.push(question.to_owned());
        }
    }
}

/// A picture with its caption; its title is the name of the album.
fn add_medium(medium: &Medium<'_>, found: &mut Found, files: &Files) {
    found.words.extend(medium.description.some().map(str::to_owned));
    found.media.extend(medium.media(files));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_mentions_by_name() {
        for (text, expected) in [
            ("with @[100:2048:Jane Roe] and @[1:2:A: B]!", "with Jane Roe and A: B!"),
            ("mail @[me] @[", "mail @[me] @["),
            ("plain", "plain"),
        ] {
            assert_eq!(mentions(text), expected);
        }
    }

    #[test]
    fn titles_tell_what_was_answered() {
        for (title, author, kind) in [
            ("Jane Roe commented on her own post.", ParentAuthor::Own, ParentKind::Post),
            ("Jane Roe replied to Tom Poe's comment.", ParentAuthor::Unknown, ParentKind::Comment),
            ("Jane Roe har kommenteret Tom Poes opslag.", ParentAuthor::Unknown, ParentKind::Post),
        ] {
            let parent = parent(title);
            assert_eq!((parent.author, parent.kind), (author, kind), "{title}");
        }
    }
}
