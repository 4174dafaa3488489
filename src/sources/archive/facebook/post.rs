//! Posts and comments of both shapes, in JSON and HTML.

use std::borrow::Cow;

use whitecoat_engine::{Authorship, Item, Kind, Parent, ParentAuthor, ParentKind};

use super::record::{self, Found, LISTS};
use super::{NAME, Own, Sort};
use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::meta::GUESSED;
use crate::sources::archive::meta::gather::Gatherer;
use crate::sources::archive::meta::label::own_words;
use crate::sources::archive::meta::media::{Files, bad_date, time};
use crate::sources::archive::meta::page::{PageBox, Stamp};
use crate::sources::archive::meta::read::{self, Source};
use crate::sources::archive::meta::words::once;
use crate::sources::archive::meta::zone::Zone;
use crate::sources::{Sink, Stopped};

/// The longest mention that is looked for, in bytes.
const MAX_MENTION_BYTES: usize = 512;

const NO_WORDS: &str =
    "Facebook: records without own words and pictures (links, shares, events and the like), not read";
const NO_REVIEW: &str = "Facebook: a review in which no words were found: look at it yourself";
const NO_RECORD: &str = "Facebook: a record that is neither a post nor a comment";
const NO_ZONE: &str =
    "Facebook: times in HTML pages are without a zone, and were read as UTC; export as JSON for exact times";
const ONE_ZONE: &str = "Facebook: times in HTML pages are the account's own clock; the offset of the export's day was taken for all, so that some are an hour off";

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
        return read::boxes(container, sink, &source.entry, files, &mut |found, zone, place, sink| {
            read_box(found, zone, place, sort, gatherer, sink)
        });
    }
    let decode = |record: &[u8]| record::read(record, sort, files);
    read::json(container, sink, &source.entry, LISTS, &decode, &mut |records, at, sink| {
        for mut found in records {
            found.is_comment |= at.key.is_some_and(|key| key.contains("comments"));
            let (created_at, created_precision) = time(found.time, NAME, &at.source, sink.coverage());
            let item = Item { created_at, created_precision, source: at.source.clone(), ..sort.item() };
            take(found, item, sort, gatherer, sink)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn read_box(
    found: PageBox,
    zone: &Zone,
    place: String,
    sort: Sort,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let (created_at, created_precision) = found.moment(zone);
    say_zone(&found, zone, &place, sink.coverage());
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
pub(super) fn say_zone(found: &PageBox, zone: &Zone, place: &str, coverage: &mut Coverage) {
    match found.date {
        Stamp::Unknown => bad_date(NAME, place, coverage),
        Stamp::Known(date) if date.zone.is_none() => match zone {
            Zone::Unknown => coverage.note(NO_ZONE),
            Zone::Today(_) => coverage.note(ONE_ZONE),
            Zone::Named(_) => {}
        },
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
        let reason = if sort.own == Own::Review { NO_REVIEW } else { NO_WORDS };
        sink.coverage().skip(reason, item.source);
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
    let version = Some(found.fbid.clone()).filter(|fbid| sort.is_edit && !fbid.is_empty());
    gatherer.add(
        Item {
            id: if sort.is_edit { String::new() } else { found.fbid },
            kind: if found.is_comment { Kind::Comment } else { item.kind },
            // Others' comments are not exported; an author by another name is a former name or a Page of one's own.
            authorship: Authorship::Own,
            parent: (found.is_comment && sort.own != Own::Review).then(|| parent(&found.title)),
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
