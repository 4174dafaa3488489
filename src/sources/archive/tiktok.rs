//! TikTok archives: one JSON object with everything, or a text file for each section. Sections are renamed every year, so
//! that lists are found by their own names at any depth.

mod files;
mod text;

use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Parent, ParentKind, Precision, Profile, Settings,
    Visibility,
};

use super::MESSAGES;
use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::fields::Fields;
use super::format::{Export, Format};
use super::html::file_name;
use super::item::derived_id;
use super::records;
use super::splitter::Start;
use super::twins::Seen;
use crate::coverage::Coverage;
use crate::sources::{Batch, Decoded, InputError, Stopped};
use files::DATA;

const PLATFORM: &str = "tiktok";

const NOT_JSON: &str = "TikTok: a record is not valid JSON";
const NOT_A_RECORD: &str = "TikTok: a record is no object";
const NO_LISTS: &str = "TikTok: no list of comments or posts was found: the layout may be a new one";
const NO_WORDS: &str = "TikTok: a video or comment without words";
const WATCHED: &str = "TikTok: the videos that were watched are not read";
const BAD_TIME: &str = "TikTok: a time was not understood; the item was kept without it";

/// Lists with words, at any depth.
const LISTS: &[&str] = &[
    "CommentsList",
    "VideoList",
    "PostList",
    "ReviewsList",
    "ReviewList",
    "ProductReviewHistories",
    "GoLiveList",
    "WatchLiveMap",
    "ChatHistory",
];

/// What only the list of one's own videos has.
const OWN: &[&str] = &["Likes", "WhoCanView", "AllowComments", "Title", "AllowStitches", "CoverImage"];

/// In UTC, though nothing says so.
const TIMES: &[Shape] =
    &[("%Y-%m-%d %H:%M:%S", Precision::Second), ("%Y-%m-%d %H:%M:%S UTC", Precision::Second)];

/// TikTok's export.
pub(super) static FORMAT: Format =
    Format { name: "TikTok", files: files::FILES, by_content: files::by_content, read };

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let (mut account, mut bio_place) = gather(export)?;
    text::gather(export, &mut account, &mut bio_place)?;
    let owner = if account.handle.is_empty() { String::new() } else { format!("@{}", account.handle) };
    recognised(export, &owner);
    // JSON is walked through twice: the profile stands behind the comments.
    let bytes: u64 = export.files.iter().map(|file| file.entry.size).sum();
    export.sink.progress().set_length(bytes * 2);
    let mut out = Decoded::default();
    let mut seen = Seen::default();
    if let Some(bio) = account.bio(&bio_place, Visibility::Unknown) {
        seen.keep(bio, &mut out);
        export.sink.batch(Batch::ready(out.items))?;
    }
    let mut reading = Reading { account, seen, messages: false };
    for entry in export.of(DATA) {
        reading.file(export, &entry)?;
    }
    text::read(export, &mut reading)
}

/// Whose export it is. What is broken is said when the lists are read.
fn gather(export: &mut Export<'_>) -> Result<(Account, String), Stopped> {
    let mut account = Account { platform: PLATFORM, ..Account::default() };
    let mut place = String::new();
    let mut settings = Settings::default();
    for entry in export.of(DATA) {
        let Export { container, sink, .. } = &mut *export;
        let Ok(reader) = container.read(&entry) else { continue };
        let mut splitter =
            super::splitter::Splitter::starting(reader, Start::Under(&["ProfileMap", "SettingsMap"]));
        while let Some(chunk) = splitter.next_chunk() {
            sink.progress().inc(chunk.bytes_read);
            for (offset, record) in chunk.elements() {
                let value =
                    records::decoded(record, NOT_JSON, String::new, &mut Coverage::default(), |record| {
                        serde_json::from_slice::<Value>(record)
                    });
                let map = value.as_ref().and_then(Fields::of);
                if let Some(private) = map.and_then(|map| private(&map.text(&["Private Account"]))) {
                    settings.private = Some(private);
                }
                let profile = map.filter(|map| map.has(&["userName"]));
                if let Some(map) = profile {
                    take_profile(&mut account, map);
                    place = format!("{}#{offset}", entry.name);
                }
            }
        }
    }
    if !place.is_empty() {
        Arc::make_mut(&mut account.profile).settings = settings;
    }
    Ok((account, place))
}

fn take_profile(account: &mut Account, map: Fields<'_>) {
    account.handle = map.text(&["userName"]).trim_start_matches('@').to_owned();
    account.profile = Arc::new(Profile {
        name: map.text(&["displayName", "userName"]),
        bio: map.text(&["bioDescription"]),
        ..Profile::default()
    });
}

/// Whether a setting is on.
fn private(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "enabled" | "on" | "yes" | "true" => Some(true),
        "disabled" | "off" | "no" | "false" => Some(false),
        _ => None,
    }
}

struct Reading {
    account: Account,
    seen: Seen,
    messages: bool,
}

impl Reading {
    fn file(&mut self, export: &mut Export<'_>, entry: &Entry) -> Result<(), Stopped> {
        let Export { container, sink, options, .. } = export;
        self.messages = options.include_messages;
        records::stream(container, *sink, entry, Start::Under(LISTS), &mut |chunk, sink| {
            let mut out = Decoded::default();
            for (offset, record) in chunk.elements() {
                let place = format!("{}#{offset}", entry.name);
                // An empty list is written `""` too.
                if matches!(record, b"\"\"" | b"null") {
                    continue;
                }
                let value = records::decoded(
                    record,
                    NOT_JSON,
                    || place.clone(),
                    &mut out.coverage,
                    |record| serde_json::from_slice::<Value>(record),
                );
                let Some(value) = value else { continue };
                match Fields::of(&value) {
                    Some(fields) => self.record(chunk.key.unwrap_or_default(), fields, &place, &mut out),
                    None => out.coverage.fail(NOT_A_RECORD, place),
                }
            }
            sink.coverage().absorb(out.coverage);
            sink.batch(Batch::ready(out.items))
        })?;
        Ok(())
    }

    fn record(&mut self, list: &str, fields: Fields<'_>, place: &str, out: &mut Decoded) {
        match list {
            "CommentsList" => self.comment(fields, "", place, out),
            // Watched ones stand in a list of the same name, without the numbers that only the owner sees.
            "VideoList" if !fields.has(OWN) => out.coverage.skip(WATCHED, place),
            "VideoList" | "PostList" => self.video(fields, list == "PostList", place, out),
            "ReviewsList" | "ReviewList" | "ProductReviewHistories" => self.review(fields, place, out),
            "GoLiveList" => self.live(fields, place, out),
            "WatchLiveMap" => {
                for (live, value) in fields.all() {
                    let Some(watched) = Fields::of(value) else { continue };
                    let said = [watched.list(&["Comments"]), watched.list(&["Questions"])].concat();
                    for comment in said.iter().filter_map(Fields::of) {
                        self.comment(comment, live, place, out);
                    }
                }
            }
            "ChatHistory" if self.messages => self.chats(fields, place, out),
            "ChatHistory" => {
                let messages =
                    fields.all().filter_map(|(_, chat)| chat.as_array()).map(Vec::len).sum::<usize>();
                out.coverage.skip_many(MESSAGES, place, messages as u64);
            }
            _ => out.coverage.fail(NO_LISTS, place),
        }
    }

    fn comment(&mut self, fields: Fields<'_>, live: &str, place: &str, out: &mut Decoded) {
        let text = fields.text(&["comment", "CommentContent", "QuestionContent"]);
        let date = fields.text(&["date", "CommentTime", "QuestionTime"]);
        let answered = video_number(&fields.text(&["original post link", "originalPostUrl"]));
        let photo = fields.text(&["photo"]);
        let media =
            if photo.starts_with("http") { vec![medium(MediaKind::Image, &photo, "")] } else { vec![] };
        let mut item = self.item(Kind::Comment, &date, place, out);
        item.id = derived_id(&[&date, live, &text, &photo]);
        item.thread = answered.clone().or_else(|| (!live.is_empty()).then(|| live.to_owned()));
        item.parent = answered.map(|id| Parent { kind: ParentKind::Post, id: Some(id), ..Parent::default() });
        item.media = media;
        item.text = text;
        self.keep(item, out);
    }

    /// A video of one's own.
    fn video(&mut self, fields: Fields<'_>, deleted: bool, place: &str, out: &mut Decoded) {
        let (date, link) = (fields.text(&["Date"]), fields.text(&["Link", "ShareLink"]));
        let (title, alt) = (fields.text(&["Title"]), fields.text(&["AlternateText"]));
        let number = video_number(&link);
        let mut item = self.item(Kind::Caption, &date, place, out);
        // Links to the file itself expire; only those with the video's number are addresses of its page.
        item.url = number.as_ref().map(|_| link.clone());
        item.id = number.unwrap_or_else(|| derived_id(&[&date, &title, file_name(&link).as_str()]));
        item.visibility = visibility(&fields.text(&["WhoCanView"]));
        item.live_state = if deleted { LiveState::Deleted } else { LiveState::Unknown };
        if !link.is_empty() {
            item.media = vec![medium(MediaKind::Video, &link, &alt)];
        }
        item.text = title;
        if item.text.is_empty() && alt.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        self.seen.keep(item, out);
    }

    /// A live stream of one's own. Its title is all that is said of it.
    fn live(&mut self, fields: Fields<'_>, place: &str, out: &mut Decoded) {
        let date = fields.text(&["LiveStartTime"]);
        let title = fields.text(&["LiveTitle", "RoomTitle", "Title"]);
        let mut item = self.item(Kind::Caption, &date, place, out);
        item.id = derived_id(&[&date, &title]);
        item.text = title;
        self.keep(item, out);
    }

    fn review(&mut self, fields: Fields<'_>, place: &str, out: &mut Decoded) {
        let date = fields.text(&["date", "CreateTime", "ReviewTime"]);
        let text = fields.text(&["review", "ReviewText", "ReviewContent", "text", "content", "comment"]);
        let mut item = self.item(Kind::Comment, &date, place, out);
        item.id = derived_id(&[&date, &text]);
        item.text = text;
        self.keep(item, out);
    }

    /// `{"Chat History with NAME:": [{"Date", "From", "Content"}]}`
    fn chats(&mut self, chats: Fields<'_>, place: &str, out: &mut Decoded) {
        for (chat, messages) in chats.all() {
            for message in messages.as_array().into_iter().flatten().filter_map(Fields::of) {
                let (date, from) = (message.text(&["Date"]), message.text(&["From"]));
                let text = message.text(&["Content"]);
                let own = !self.account.handle.is_empty() && from == self.account.handle;
                let mut item = self.item(Kind::Message, &date, place, out);
                item.id = derived_id(&[chat, &date, &from, &text]);
                item.authorship = if own { Authorship::Own } else { Authorship::Other };
                item.visibility = Visibility::Private;
                item.thread = Some(chat.trim_end_matches(':').to_owned());
                item.text = text;
                self.keep(item, out);
            }
        }
    }

    fn item(&self, kind: Kind, date: &str, place: &str, out: &mut Decoded) -> Item {
        let (created_at, created_precision) = clock::utc(date, TIMES);
        if created_at.is_none() && !date.is_empty() {
            out.coverage.fail(BAD_TIME, place);
        }
        Item { kind, created_at, created_precision, ..self.account.item(place) }
    }

    fn keep(&mut self, item: Item, out: &mut Decoded) {
        if item.text.is_empty() && item.media.is_empty() {
            out.coverage.skip(NO_WORDS, item.source);
        } else {
            self.seen.keep(item, out);
        }
    }
}

/// Without the signature behind the `?`, which expires.
fn medium(kind: MediaKind, link: &str, alt: &str) -> Media {
    let path = link.split('?').next().unwrap_or_default().to_owned();
    Media { kind, file_name: file_name(&path), path: Some(path), alt: alt.to_owned(), ..Media::default() }
}

/// `72…98` out of `https://www.tiktokv.com/share/video/72…98/`.
fn video_number(link: &str) -> Option<String> {
    let number = link.split_once("/video/")?.1.split(['/', '?']).next()?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
}

fn visibility(word: &str) -> Visibility {
    match word.to_ascii_lowercase().as_str() {
        "public" | "everyone" | "public to everyone" => Visibility::Public,
        "friends" | "followers" => Visibility::Followers,
        "private" | "only me" | "self" | "onlyme" => Visibility::Private,
        _ => Visibility::Unknown,
    }
}
