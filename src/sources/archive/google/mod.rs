//! Google Takeout: YouTube, reviews on Maps, the practice's Business Profile, and Google+ as it was until 2019.
//!
//! Takeout translates the names of its folders and files, and the headers of its tables, into the language of the account.
//! Files are therefore recognised by what stands in them.

mod chat;
mod live;
mod plus;
mod plus_page;
mod reviews;
mod runs;
mod youtube;

use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Moment, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::fields::Fields;
use super::format::{Export, Format, Is, Known, Role};
use super::records;
use super::rows::Header;
use super::splitter::Start;
use super::twins::Seen;
use crate::coverage::Coverage;
use crate::sources::clock::{self, Shape};
use crate::sources::{Batch, Decoded, InputError, Stopped};

const INDEX: Role = "index";
const COMMENTS: Role = "comments";
const OLD_COMMENTS: Role = "comments as a page";
const VIDEOS: Role = "videos";
const POSTS: Role = "community posts";
const CHANNEL: Role = "channel";
const MAPS: Role = "reviews by the account";
const BUSINESS: Role = "reviews of the business";
const PLUS: Role = "google+ post";
const PLUS_PAGE: Role = "google+ post as a page";
const PLUS_COMMENTS: Role = "google+ comments";
const PLAY: Role = "reviews of apps";
const PLACE: Role = "place of the business";
const CHAT: Role = "conversation";
const CHAT_OWNER: Role = "owner of conversations";
const PERSON: Role = "profile";

const HISTORY: Is = Is::Left("Google: histories, searches, playlists and subscriptions are not read");
const MEDIA: Is = Is::Left("Google: pictures, videos and mail are not read");
const OWN_WORDS: Is =
    Is::Left("Google: own words in a layout that this version does not read yet: look at them yourself");
const SYSTEM: Is = Is::Left("Google: settings, devices, places and purchases are not read");

const BAD_TIME: &str = "Google: a time was not understood; the item was kept without it";
const NO_WORDS: &str = "Google: a record without words";
const NOT_JSON: &str = "Google: a record is not valid JSON";

const TIMES: &[Shape] = &[
    ("%Y-%m-%dT%H:%M:%S%.f%:z", Precision::Second),
    ("%Y-%m-%dT%H:%M:%S%.fZ", Precision::Second),
    ("%Y-%m-%d %H:%M:%S%z", Precision::Second),
    ("%Y-%m-%d %H:%M:%S UTC", Precision::Second),
    ("%Y-%m-%d %H:%M:%S", Precision::Second),
    ("%b %d, %Y, %I:%M:%S %p UTC", Precision::Second),
];

/// Takeout.
pub(super) static FORMAT: Format = Format {
    name: "Google Takeout",
    files: &[
        Known("archive_browser.html", Is::Telling(INDEX)),
        Known("my-comments.html", Is::Telling(OLD_COMMENTS)),
        Known("my-live-chat-messages.html", Is::Telling(OLD_COMMENTS)),
        // The names in English; in other languages what stands in the files tells.
        Known("takeout/*/comments/*.csv", Is::Part(COMMENTS)),
        Known("video metadata/videos*.csv", Is::Part(VIDEOS)),
        Known("videos/videos*.csv", Is::Part(VIDEOS)),
        Known("posts/posts*.csv", Is::Part(POSTS)),
        Known("channels/channel.csv", Is::Part(CHANNEL)),
        Known("maps (your places)/reviews.json", Is::Part(MAPS)),
        Known("location-*/reviews*.json", Is::Telling(BUSINESS)),
        Known("location-*/additionaldata.json", Is::Part(PLACE)),
        Known("google+ stream/activitylog/comments.json", Is::Telling(PLUS_COMMENTS)),
        Known("google+ stream/activitylog/comments.html", OWN_WORDS),
        Known("google+ stream/activitylog/", HISTORY),
        Known("google+ stream/*/*.json", Is::Telling(PLUS)),
        Known("google+ stream/*/*.html", Is::Telling(PLUS_PAGE)),
        Known("takeout/profile/profile.json", Is::Part(PERSON)),
        Known("watch-history.*", HISTORY),
        Known("search-history.*", HISTORY),
        Known("subscriptions/*.csv", HISTORY),
        Known("playlists/*.csv", HISTORY),
        Known("my activity/", HISTORY),
        Known("takeout/chrome/", HISTORY),
        Known("takeout/mail/", MEDIA),
        Known("google photos/", MEDIA),
        Known("takeout/drive/", MEDIA),
        Known("takeout/access log activity/", SYSTEM),
        Known("google chat/groups/*/messages.json", Is::Part(CHAT)),
        Known("google chat/users/*/user_info.json", Is::Part(CHAT_OWNER)),
        Known("google chat/", SYSTEM),
        Known("google play store/reviews.json", Is::Part(PLAY)),
        Known("google shopping/*/*.csv", OWN_WORDS),
        Known("questions and answers/*.json", OWN_WORDS),
        Known("takeout/google pay/", SYSTEM),
        Known("takeout/home app/", SYSTEM),
        Known("takeout/timeline/", SYSTEM),
        Known("takeout/fit/", SYSTEM),
        Known("google play store/", SYSTEM),
        Known("location history/", SYSTEM),
        Known("takeout/contacts/", SYSTEM),
        Known("takeout/calendar/", SYSTEM),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') || text.starts_with('[') {
        return json(text);
    }
    if text.starts_with('<') {
        return plus_page::is_one(text).then_some(PLUS_PAGE);
    }
    let header = Header::of(start);
    if header.has(&["channel id", "channel visibility"]) {
        return Some(CHANNEL);
    }
    if header.has(&["post id", "post text"]) || text.contains("\nUgkx") {
        return Some(POSTS);
    }
    if youtube::is_videos(&header) {
        return Some(VIDEOS);
    }
    let words = header.has(&["comment id"]) || header.has(&["live chat id"]);
    (words || text.contains("\"{\"\"text\"\":")).then_some(COMMENTS)
}

fn json(text: &str) -> Option<Role> {
    let has = |key: &str| text.contains(key);
    if has("\"FeatureCollection\"")
        && (has("review_text_published")
            || has("five_star_rating")
            || has("Star Rating")
            || has("\"Review Comment\""))
    {
        Some(MAPS)
    } else if has("\"reviews\"") && (has("\"starRating\"") || has("\"reviewReply\"")) {
        Some(BUSINESS)
    } else if has("https://plus.google.com/") && (has("\"creationTime\"") || has("\"activityId\"")) {
        Some(PLUS)
    } else {
        None
    }
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let words =
        [COMMENTS, OLD_COMMENTS, VIDEOS, POSTS, MAPS, BUSINESS, PLUS, PLUS_PAGE, PLUS_COMMENTS, PLAY, CHAT];
    if !export.files.iter().any(|file| words.contains(&file.role)) {
        return Err(InputError::Unreadable {
            input: export.name.to_owned(),
            problem: "this Takeout holds nothing that is read: no YouTube comments, reviews or posts"
                .to_owned(),
            expected: "the parts YouTube, Maps (your places), Google Business Profile or Google+ Stream"
                .to_owned(),
            next: "give all parts of the export, or ask takeout.google.com for these products".to_owned(),
        });
    }
    let profile = person(export)?;
    let owner = profile.name.clone();
    recognised(export, &owner);
    let mut reading = Reading { profile: Arc::new(profile), seen: Seen::default() };
    youtube::read(export, &mut reading)?;
    for entry in export.of(OLD_COMMENTS) {
        live::read(export, &entry, &mut reading)?;
    }
    for entry in export.of(MAPS) {
        reviews::by_account(export, &entry, &mut reading)?;
    }
    for entry in export.of(BUSINESS) {
        reviews::of_business(export, &entry, &mut reading)?;
    }
    for entry in export.of(PLAY) {
        reviews::of_apps(export, &entry, &mut reading)?;
    }
    for entry in export.of(PLUS) {
        plus::read(export, &entry, &mut reading)?;
    }
    for entry in export.of(PLUS_COMMENTS) {
        plus::comments(export, &entry, &mut reading)?;
    }
    for entry in export.of(PLUS_PAGE) {
        plus_page::read(export, &entry, &mut reading)?;
    }
    chat::read(export, &mut reading)?;
    Ok(())
}

/// The holder's name, where the profile is in the export.
fn person(export: &mut Export<'_>) -> Result<Profile, Stopped> {
    let mut profile = Profile::default();
    for entry in export.of(PERSON) {
        let Export { container, sink, .. } = &mut *export;
        records::stream(container, *sink, &entry, Start::Under(&[]), &mut |chunk, _| {
            for (_, record) in chunk.elements() {
                let Some(value) = decoded(record, "", &mut Coverage::default()) else { continue };
                let Some(fields) = Fields::of(&value) else { continue };
                let name = fields.object(&["name"]).map(|name| name.text(&["formattedName"]));
                profile.name =
                    name.filter(|name| !name.is_empty()).unwrap_or_else(|| fields.text(&["displayName"]));
            }
            Ok(())
        })?;
    }
    Ok(profile)
}

/// What all parts share.
struct Reading {
    profile: Arc<Profile>,
    seen: Seen,
}

impl Reading {
    fn account(&self, platform: &'static str) -> Account {
        Account { platform, handle: String::new(), profile: Arc::clone(&self.profile) }
    }

    /// Hands over the records of lists under these keys, as fields.
    fn records(
        &mut self,
        export: &mut Export<'_>,
        entry: &super::container::Entry,
        keys: &'static [&'static str],
        read: &mut dyn FnMut(&mut Self, Fields<'_>, &str, &mut Decoded),
    ) -> Result<(), Stopped> {
        let Export { container, sink, .. } = export;
        records::stream(container, *sink, entry, Start::Under(keys), &mut |chunk, sink| {
            let mut out = Decoded::default();
            for (offset, record) in chunk.elements() {
                let place = format!("{}#{offset}", entry.name);
                let Some(value) = decoded(record, &place, &mut out.coverage) else { continue };
                match Fields::of(&value) {
                    Some(fields) => read(self, fields, &place, &mut out),
                    None => out.coverage.skip(NO_WORDS, place),
                }
            }
            sink.coverage().absorb(out.coverage);
            sink.batch(Batch::ready(out.items))
        })?;
        Ok(())
    }
}

fn decoded(record: &[u8], place: &str, coverage: &mut Coverage) -> Option<Value> {
    records::decoded(record, NOT_JSON, || place.to_owned(), coverage, |record| serde_json::from_slice(record))
}

/// A time, with a row in the coverage where there is one that is not understood.
fn time(text: &str, place: &str, coverage: &mut Coverage) -> (Option<Moment>, Precision) {
    let found = clock::utc(text, TIMES);
    if found.0.is_none() && !text.is_empty() {
        coverage.fail(BAD_TIME, place);
    }
    found
}

/// The word for who may see a video, in some of the languages in which Takeout writes it.
fn visibility(word: &str) -> Visibility {
    match word.to_lowercase().as_str() {
        // Unlisted ones are seen by everybody who has the address.
        "public"
        | "unlisted"
        | "öffentlich"
        | "nicht gelistet"
        | "openbaar"
        | "verborgen"
        | "público"
        | "pública"
        | "no listado"
        | "oculto"
        | "não listado"
        | "publique"
        | "non répertorié"
        | "non répertoriée"
        | "pubblico"
        | "pubblica"
        | "non in elenco"
        | "publiczny"
        | "publiczna"
        | "publiczne"
        | "niepubliczny"
        | "niepubliczna"
        | "niepubliczne"
        | "открытый"
        | "открытый доступ"
        | "для всех"
        | "по ссылке"
        | "доступ по ссылке"
        | "veřejné"
        | "veřejný"
        | "neveřejné"
        | "neveřejný" => Visibility::Public,
        "private"
        | "privat"
        | "privé"
        | "privée"
        | "privado"
        | "privada"
        | "privato"
        | "privata"
        | "prywatny"
        | "prywatna"
        | "prywatne"
        | "закрытый"
        | "ограниченный доступ"
        | "soukromé"
        | "soukromý" => Visibility::Private,
        _ => Visibility::Unknown,
    }
}
