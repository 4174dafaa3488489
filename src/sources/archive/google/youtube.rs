//! YouTube: comments, community posts, and the texts of one's videos and channel.

use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Media, Parent, ParentKind, Profile, Visibility};

use super::files::{CHANNEL, COMMENTS, POSTS, VIDEOS};
use super::{NO_WORDS, Reading, runs, time, visibility};
use crate::sources::archive::account::Account;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::titled;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Header, Row, Table};
use crate::sources::{Batch, Decoded, Stopped};

const PLATFORM: &str = "youtube";

/// English and Dutch; other languages are told by the shape of the cells.
const ID: &[&str] = &["comment id", "live chat id", "reactie-id"];
const TEXT: &[&str] = &["comment text", "live chat text", "reactietekst"];
const TIME: &[&str] = &[
    "comment create timestamp",
    "live chat create timestamp",
    "live chat message create timestamp",
    "aanmaaktijdstempel reactie",
];
const VIDEO: &[&str] = &["video id", "video-id"];
const ANSWERED: &[&str] = &["parent comment id", "top-level comment id"];

/// What a column of descriptions is called, in part.
const DESCRIPTIONS: &[&str] = &["descri", "beschreibung", "beschrijving", "opis", "описание", "popis"];

/// What a column of polls and quizzes is called, in part.
const POLLS: &[&str] = &["poll", "quiz", "umfrage", "encuesta", "sondage", "sondaggio", "enquete", "peiling"];

/// Whether a table is that of videos. What was written is marked as original in every language.
pub(super) fn is_videos(header: &Header) -> bool {
    header.has(&["video id", "privacy"]) || header.count(is_original) >= 2 && header.count(is_of_video) >= 2
}

/// Whether a table has the texts of videos in pieces, each in a column with a number.
pub(super) fn are_video_texts(header: &Header) -> bool {
    let is_piece = |name: &str| is_of_video(name) && name.ends_with(|c: char| c.is_ascii_digit());
    !is_videos(header)
        && header.count(is_of_video) >= 3
        && (header.count(is_piece) >= 2 && header.count(is_description) >= 1
            || header.has(&["video title", "video description"]))
}

fn is_of_video(column: &str) -> bool {
    ["video", "vídeo", "vidéo", "wideo", "видео"].iter().any(|word| column.contains(word))
}

fn is_tag(column: &str) -> bool {
    column.starts_with("tag ") || column.starts_with("video tag ")
}

fn is_description(column: &str) -> bool {
    DESCRIPTIONS.iter().any(|part| column.contains(part))
}

fn is_poll(column: &str) -> bool {
    POLLS.iter().any(|part| column.contains(part))
}

/// Whether a table is that of the channels, whose numbers begin alike.
pub(super) fn is_channel(header: &Header, text: &str) -> bool {
    let first = text.lines().nth(1).and_then(|row| row.split(',').next()).unwrap_or_default();
    !is_videos(header) && header.count(is_original) >= 1 && first.starts_with("UC")
}

fn is_original(column: &str) -> bool {
    ["(origin", "(orygin", "(оригин"].iter().any(|mark| column.contains(mark)) && column.ends_with(')')
}

pub(super) fn read(export: &mut Export<'_>, reading: &mut Reading) -> Result<(), Stopped> {
    let account = channel(export, reading)?;
    for entry in export.of(VIDEOS) {
        rows::read(export, &entry, Table::default(), |row, out| {
            let item = video(row, &account, out);
            keep(item, reading, out);
        })?;
    }
    for entry in export.of(POSTS) {
        rows::read(export, &entry, Table::default(), |row, out| {
            let item = post(row, &account, out);
            keep(item, reading, out);
        })?;
    }
    for entry in export.of(COMMENTS) {
        rows::read(export, &entry, Table::default(), |row, out| {
            let item = comment(row, &account, out);
            keep(item, reading, out);
        })?;
    }
    Ok(())
}

fn keep(item: Item, reading: &mut Reading, out: &mut Decoded) {
    if item.text.is_empty() && item.media.is_empty() {
        out.coverage.skip(NO_WORDS, item.source);
    } else {
        reading.seen.keep(item, out);
    }
}

/// What was written as the title and the description, whatever their order, which differs between languages.
fn originals<'r>(row: &'r Row<'_>) -> (&'r str, &'r str) {
    let of = |described: bool| {
        row.named(move |name| is_original(name) && is_description(name) == described).next()
    };
    match (of(false), of(true)) {
        (title, Some(description)) => (title.unwrap_or_default(), description),
        (_, None) => {
            let mut both = row.named(is_original);
            (both.next().unwrap_or_default(), both.next().unwrap_or_default())
        }
    }
}

/// The first channel, which the items of YouTube belong to. The words of all are items.
fn channel(export: &mut Export<'_>, reading: &mut Reading) -> Result<Account, Stopped> {
    let mut account = reading.account(PLATFORM);
    let mut out = Decoded::default();
    let mut is_first = true;
    for entry in export.of(CHANNEL) {
        rows::read(export, &entry, Table::default(), |row, _| {
            let (name, bio) = originals(row);
            let mut profile = Profile::clone(&reading.profile);
            if !name.is_empty() {
                name.clone_into(&mut profile.name);
            }
            bio.clone_into(&mut profile.bio);
            let channel = Account { profile: Arc::new(profile), ..account.clone() };
            if let Some(mut bio) = channel.bio(&row.place, visibility_of(row, "channel visibility")) {
                if !std::mem::take(&mut is_first) {
                    bio.id = derived_id(&[row.cells().next().unwrap_or_default(), &bio.text]);
                }
                reading.seen.keep(bio, &mut out);
            }
            if account.profile.bio.is_empty() {
                account = channel;
            }
        })?;
    }
    export.sink.coverage().absorb(out.coverage);
    export.sink.batch(Batch::ready(out.items))?;
    Ok(account)
}

fn video(row: &Row<'_>, account: &Account, out: &mut Decoded) -> Item {
    let (title, description) = match originals(row) {
        ("", "") => (row.get("title"), row.get("description")),
        originals => originals,
    };
    let tags: Vec<&str> = row.named(is_tag).filter(|tag| !tag.is_empty()).collect();
    let id = row.any(VIDEO).to_owned();
    let id = if id.is_empty() { first_cell(row, is_video_id) } else { id };
    let named = row.any(&["video publish timestamp", "video create timestamp"]);
    // It is published after it is made.
    let date = if named.is_empty() { row.cells().filter(|cell| is_time(cell)).last() } else { Some(named) };
    let date = date.unwrap_or_default();
    let (created_at, created_precision) = time(date, &row.place, &mut out.coverage);
    // Not shown under the video, but readable in its page all the same.
    let text = [titled(title, description), tags.join(", ")];
    let text = text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    Item {
        kind: Kind::Caption,
        url: (!id.is_empty()).then(|| format!("https://www.youtube.com/watch?v={id}")),
        id: if id.is_empty() { derived_id(&[date, &text]) } else { id },
        created_at,
        created_precision,
        visibility: visibility_of(row, "privacy"),
        text,
        ..account.item(&row.place)
    }
}

fn post(row: &Row<'_>, account: &Account, out: &mut Decoded) -> Item {
    let id = row.get("post id").to_owned();
    let id = if id.is_empty() { first_cell(row, |cell| cell.starts_with("Ugkx")) } else { id };
    let text = match row.get("post text") {
        "" => first_cell(row, runs::are_runs),
        text => text.to_owned(),
    };
    // In other languages the text is the first cell with words; what comes behind it are pictures and polls.
    let text = if text.is_empty() {
        row.named(|name| !is_poll(name)).skip(1).find(|cell| are_words(cell)).unwrap_or_default().to_owned()
    } else {
        text
    };
    let date = moment_cell(row, &["post create timestamp", "post publish timestamp"]);
    let (created_at, created_precision) = time(&date, &row.place, &mut out.coverage);
    let media = row.named(|name| name.starts_with("image name")).filter(|name| !name.is_empty());
    let choices = row.named(is_poll).map(runs::text).filter(|choice| are_words(choice));
    let text = std::iter::once(runs::text(&text)).chain(choices).filter(|part| !part.is_empty());
    let text = text.collect::<Vec<_>>().join("\n");
    Item {
        kind: Kind::Post,
        id: if id.is_empty() { derived_id(&[&date, &text]) } else { id },
        created_at,
        created_precision,
        media: media.map(|name| Media { file_name: name.to_owned(), ..Media::default() }).collect(),
        text,
        ..account.item(&row.place)
    }
}

/// A comment under a video or a community post, or a message in a live chat.
fn comment(row: &Row<'_>, account: &Account, out: &mut Decoded) -> Item {
    let raw = match row.any(TEXT) {
        "" => first_cell(row, runs::are_runs),
        text => text.to_owned(),
    };
    let text = runs::text(&raw);
    // The identifier is the first cell in all languages.
    let id = match row.any(ID) {
        "" => row.cells().next().unwrap_or_default(),
        id => id,
    };
    let date = moment_cell(row, TIME);
    let (created_at, created_precision) = time(&date, &row.place, &mut out.coverage);
    let video = match row.any(VIDEO) {
        "" => first_cell(row, is_video_id),
        video => video.to_owned(),
    };
    let post = match row.get("post id") {
        "" => first_cell(row, |cell| cell.starts_with("Ugkx")),
        post => post.to_owned(),
    };
    let on = [video.as_str(), post.as_str()].into_iter().find(|on| !on.is_empty());
    let answered = Some(row.any(ANSWERED)).filter(|answered| !answered.is_empty() && *answered != id);
    let parent = match answered {
        Some(comment) => Some((ParentKind::Comment, comment)),
        None => on.map(|on| (ParentKind::Post, on)),
    };
    Item {
        kind: Kind::Comment,
        // Comments on community posts have no known address.
        url: (!video.is_empty() && id.starts_with("Ug"))
            .then(|| format!("https://www.youtube.com/watch?v={video}&lc={id}")),
        parent: parent.map(|(kind, id)| Parent { kind, id: Some(id.to_owned()), ..Parent::default() }),
        thread: on.map(str::to_owned),
        id: if id.is_empty() { derived_id(&[&date, &text]) } else { id.to_owned() },
        created_at,
        created_precision,
        visibility: Visibility::Unknown,
        text,
        ..account.item(&row.place)
    }
}

/// What the column says, or else the first cell that says who may see something.
fn visibility_of(row: &Row<'_>, column: &str) -> Visibility {
    match row.get(column) {
        "" => row.cells().map(visibility).find(|found| *found != Visibility::Unknown).unwrap_or_default(),
        word => visibility(word),
    }
}

fn first_cell(row: &Row<'_>, fits: impl Fn(&str) -> bool) -> String {
    row.cells().find(|cell| fits(cell)).unwrap_or_default().to_owned()
}

/// The time under these names, or else the first cell that is one.
fn moment_cell(row: &Row<'_>, names: &[&str]) -> String {
    match row.any(names) {
        "" => first_cell(row, is_time),
        named => named.to_owned(),
    }
}

fn is_time(cell: &str) -> bool {
    cell.len() >= 20 && cell.parse::<whitecoat_engine::Moment>().is_ok()
}

/// Whether a cell may hold own words: no number, time, identifier, word for who may see it or name of a picture.
fn are_words(cell: &str) -> bool {
    let is_name = |ending: &str| ending.len() <= 4 && ending.chars().all(|c| c.is_ascii_alphanumeric());
    let is_file = !cell.contains(char::is_whitespace)
        && cell.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && is_name(ending));
    cell.contains(char::is_alphabetic)
        && !is_file
        && !is_time(cell)
        && !matches!(cell.to_lowercase().as_str(), "true" | "false")
        && !["Ugkx", "UC"].iter().any(|start| cell.starts_with(start) && !cell.contains(' '))
        && visibility(cell) == Visibility::Unknown
}

fn is_video_id(cell: &str) -> bool {
    cell.len() == 11 && cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
