//! Comments under others' and own posts, reels and stories.

use serde::Deserialize;
use whitecoat_engine::{Item, Kind, Media, Parent, ParentAuthor, ParentKind};

use super::NAME;
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{List, Maybe, Whole};
use crate::sources::archive::meta::account::{Labels, Value};
use crate::sources::archive::meta::carousel::dated;
use crate::sources::archive::meta::gather::Gatherer;
use crate::sources::archive::meta::label::own_words;
use crate::sources::archive::meta::media::{Files, Medium, time};
use crate::sources::archive::meta::read::{self, Source};
use crate::sources::archive::meta::{GUESSED, words};
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

const LISTS: &[&str] = &["comments_media_comments", "comments_reels_comments", "comments_story_comments"];

const NO_WORDS: &str = "Instagram: a comment without words";

/// What labels do not say: who was answered, in files until 2022.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    title: Repaired<'a>,
    string_list_data: List<Maybe<Value<'a>>>,
    media_list_data: List<Maybe<Medium<'a>>>,
    timestamp: Whole,
}

/// A comment that borrows nothing.
#[derive(Default)]
struct Comment {
    words: Vec<String>,
    answers: String,
    media: Vec<Media>,
    time: Whole,
    guessed: bool,
}

/// Reads one file.
pub(super) fn read(
    container: &mut Container,
    source: &Source,
    handle: &str,
    files: &Files,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if source.is_page {
        return read::boxes(container, sink, &source.entry, files, &mut |found, _, place, sink| {
            let item = dated(&found, place, NAME, sink);
            let mut comment = Comment::default();
            comment.add_rows(&found.rows().collect::<Vec<_>>());
            if comment.words.is_empty() {
                comment.words = found.all_words;
            }
            comment.media = found.media;
            take(comment, item, handle, gatherer, sink)
        });
    }
    let decode = |record: &[u8]| Comment::of_json(record, files);
    read::json(container, sink, &source.entry, LISTS, &decode, &mut |comment, at, sink| {
        let (created_at, created_precision) = time(comment.time, NAME, &at.source, sink.coverage());
        let item = Item { created_at, created_precision, source: at.source, ..Item::default() };
        take(comment, item, handle, gatherer, sink)
    })?;
    Ok(())
}

fn take(
    comment: Comment,
    item: Item,
    handle: &str,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if comment.words.is_empty() && comment.media.is_empty() {
        sink.coverage().fail(NO_WORDS, item.source);
        return Ok(());
    }
    if comment.guessed {
        sink.coverage().note(GUESSED);
    }
    let own = !handle.is_empty() && comment.answers == handle;
    let parent = Parent {
        author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
        kind: ParentKind::Post,
        handle: Some(comment.answers).filter(|handle| !handle.is_empty()),
        ..Parent::default()
    };
    let text = comment.words.join("\n\n");
    gatherer.add(Item { kind: Kind::Comment, text, media: comment.media, parent: Some(parent), ..item }, sink)
}

impl Comment {
    fn of_json(record: &[u8], files: &Files) -> serde_json::Result<Self> {
        let labels: Labels<'_> = serde_json::from_slice(record)?;
        let held: Record<'_> = serde_json::from_slice(record)?;
        let mut comment = Self { time: held.timestamp, ..Self::default() };
        comment.add_rows(&labels.rows());
        for value in held.string_list_data.0.iter().filter_map(|value| value.0.as_ref()) {
            comment.words.extend(value.value.some().map(str::to_owned));
            comment.add_time(value.timestamp);
        }
        for (_, value) in &labels.string_map_data.0 {
            comment.add_time(value.0.as_ref().map(|value| value.timestamp).unwrap_or_default());
        }
        let labelled = labels.labelled();
        comment.add_time(Whole(labelled.time));
        if comment.answers.is_empty() {
            held.title.0.trim().clone_into(&mut comment.answers);
        }
        let media = held.media_list_data.0.iter().filter_map(|medium| medium.0.as_ref());
        let media = media.chain(labelled.media).filter_map(|medium| medium.media(files));
        comment.media = media.collect();
        Ok(comment)
    }

    /// The first time that is one: other labels have 0.
    fn add_time(&mut self, time: Whole) {
        if self.time.0.is_none_or(|seconds| seconds == 0) {
            self.time = time;
        }
    }

    /// The comment stands first and who was answered second, whatever their labels.
    fn add_rows(&mut self, rows: &[(&str, &str)]) {
        let known = own_words(rows.iter().copied(), true, &mut self.guessed);
        let owner = rows.iter().find(|(label, _)| words::is(label, words::OWNER));
        if !known.is_empty() || owner.is_some() {
            self.words = known;
        } else {
            let mut values = rows.iter().map(|(_, value)| value.trim());
            let first = values.next().filter(|value| !value.is_empty());
            self.guessed |= first.is_some();
            self.words.extend(first.map(str::to_owned));
        }
        let second = rows.get(1).filter(|_| self.guessed).filter(|(_, value)| is_handle(value));
        if let Some((_, value)) = owner.or(second) {
            value.trim().clone_into(&mut self.answers);
        }
    }
}

/// Whether a text can be a handle: what Instagram allows in one.
fn is_handle(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    (1..=30).contains(&text.len()) && text.bytes().all(allowed)
}
