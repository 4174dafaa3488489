//! What a JSON record of a post, a comment or other own words holds, of every shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use whitecoat_engine::{Kind, Media};

use super::{Own, Sort};
use crate::sources::archive::loose::{List, Maybe, Text, Whole};
use crate::sources::archive::meta::label::{LabelValue, Labelled, own_words};
use crate::sources::archive::meta::media::{Files, Medium};
use crate::sources::archive::mojibake::Repaired;

/// The lists that hold posts or comments, of every era.
pub(super) const LISTS: &[&str] = &[
    "comments_v2",
    "comments",
    "group_comments_v2",
    "group_comments",
    "group_posts_v2",
    "activity_log_data",
    "pending_posts_v2",
    "status_updates",
    "anonymous_author_posts",
    "archive_v2",
    "trash_v2",
    "archived_stories_v2",
    "lasso_videos_v2",
    "notes_v2",
    "your_events_v2",
    "items_selling_v2",
    "reviews_v2",
];

/// How many objects deep lists under unknown keys are looked for.
const MAX_DEPTH: usize = 3;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    fbid: Text<'a>,
    timestamp: Whole,
    /// A sentence of Facebook's, but in notes, events and sales.
    title: Repaired<'a>,
    data: List<Maybe<Datum<'a>>>,
    attachments: List<Maybe<Attachment<'a>>>,
    label_values: List<Maybe<LabelValue<'a>>>,
    media: List<Maybe<Medium<'a>>>,
    // Of notes, events, sales and reviews.
    #[serde(alias = "create_timestamp", alias = "creation_timestamp")]
    created_timestamp: Whole,
    name: Repaired<'a>,
    text: Repaired<'a>,
    review: Repaired<'a>,
    description: Repaired<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Datum<'a> {
    #[serde(borrow)]
    post: Repaired<'a>,
    comment: Maybe<Comment<'a>>,
    review: Maybe<Review<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Review<'a> {
    #[serde(borrow, alias = "review", alias = "review_text", alias = "comment")]
    text: Repaired<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Comment<'a> {
    #[serde(borrow)]
    comment: Repaired<'a>,
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
pub(super) struct Found {
    pub(super) fbid: String,
    pub(super) time: Whole,
    pub(super) title: String,
    pub(super) words: Vec<String>,
    pub(super) is_comment: bool,
    pub(super) media: Vec<Media>,
    pub(super) guessed: bool,
    /// It has nothing that a record should have.
    pub(super) is_empty: bool,
}

/// Decodes a record: one post or comment, or an object with lists of them under keys that are not known.
pub(super) fn read(record: &[u8], sort: Sort, files: &Files) -> serde_json::Result<Vec<Found>> {
    let found = serde_json::from_slice::<Record<'_>>(record)?.found(sort, files);
    if !found.is_empty {
        return Ok(vec![found]);
    }
    let mut listed = Vec::new();
    let holds_more = in_lists(record, sort, files, MAX_DEPTH, &mut listed);
    let is_bare = record.iter().all(|byte| byte.is_ascii_whitespace() || b"{}".contains(byte));
    // Empty lists are no loss, whatever they are called.
    if listed.is_empty() && (holds_more || is_bare) {
        listed.push(found);
    }
    Ok(listed)
}

/// Takes what stands in lists of an object. Returns whether there is anything else in it.
fn in_lists(object: &[u8], sort: Sort, files: &Files, depth: usize, into: &mut Vec<Found>) -> bool {
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(object) else { return true };
    let mut holds_more = false;
    for (key, value) in fields {
        let value = value.get();
        match value.as_bytes().first() {
            // A list of media is that of another platform's post.
            Some(b'[') if key != "media" => {
                let Ok(records) = serde_json::from_str::<List<Maybe<Record<'_>>>>(value) else {
                    holds_more = true;
                    continue;
                };
                for record in records.0 {
                    let mut found = record.0.unwrap_or_default().found(sort, files);
                    holds_more |= found.is_empty;
                    found.is_comment |= key.contains("comment");
                    into.extend((!found.is_empty).then_some(found));
                }
            }
            Some(b'{') if depth > 0 => {
                holds_more |= in_lists(value.as_bytes(), sort, files, depth - 1, into);
            }
            Some(b'n') => {}
            _ => holds_more |= value != "\"\"",
        }
    }
    holds_more
}

impl Record<'_> {
    fn found(self, sort: Sort, files: &Files) -> Found {
        let is_empty = self.timestamp.0.is_none()
            && self.title.0.is_empty()
            && self.data.0.is_empty()
            && self.attachments.0.is_empty()
            && self.label_values.0.is_empty()
            && self.own(sort.own).all(str::is_empty);
        let mut found = Found {
            is_empty,
            time: if self.timestamp.0.is_some() { self.timestamp } else { self.created_timestamp },
            is_comment: sort.kind == Kind::Comment,
            ..Found::default()
        };
        found.words.extend(self.own(sort.own).filter(|words| !words.is_empty()).map(str::to_owned));
        for datum in self.data.0.iter().filter_map(|datum| datum.0.as_ref()) {
            found.words.extend(datum.post.some().map(str::to_owned));
            if let Some(words) = datum.review.0.as_ref().and_then(|review| review.text.some()) {
                found.words.push(words.to_owned());
            }
            if let Some(comment) = &datum.comment.0 {
                found.is_comment = true;
                found.words.extend(comment.comment.some().map(str::to_owned));
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

    /// Own words in fields of their own.
    fn own(&self, own: Own) -> impl Iterator<Item = &str> {
        let all = [&self.title, &self.name, &self.text, &self.review, &self.description];
        let skipped = match own {
            Own::Inside => all.len(),
            Own::Titled => 0,
            // Title and name are those of what is reviewed.
            Own::Review => 2,
        };
        all.into_iter().skip(skipped).map(|field| field.0.trim())
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
