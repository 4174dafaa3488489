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

/// Whether a table is that of videos. What was written is marked as original in every language.
pub(super) fn is_videos(header: &Header) -> bool {
    header.has(&["video id", "privacy"])
        || header.count(is_original) >= 2 && header.count(|name| name.starts_with("video")) >= 2
}

/// Whether a table is that of the channels, whose numbers begin alike.
pub(super) fn is_channel(header: &Header, text: &str) -> bool {
    let first = text.lines().nth(1).and_then(|row| row.split(',').next()).unwrap_or_default();
    !is_videos(header) && header.count(is_original) >= 1 && first.starts_with("UC")
}

fn is_original(column: &str) -> bool {
    column.contains("(origin") && column.ends_with(')')
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

/// The first channel, which the items of YouTube belong to.
fn channel(export: &mut Export<'_>, reading: &mut Reading) -> Result<Account, Stopped> {
    let mut account = reading.account(PLATFORM);
    let mut out = Decoded::default();
    for entry in export.of(CHANNEL) {
        rows::read(export, &entry, Table::default(), |row, _| {
            if !account.profile.bio.is_empty() {
                return;
            }
            let mut originals = row.named(is_original);
            let (first, second) =
                (originals.next().unwrap_or_default(), originals.next().unwrap_or_default());
            let in_english = !row.get("channel title (original)").is_empty();
            let name = if in_english { row.get("channel title (original)") } else { first };
            let bio = if in_english { row.get("channel description (original)") } else { second };
            let mut profile = Profile::clone(&account.profile);
            if !name.is_empty() {
                name.clone_into(&mut profile.name);
            }
            bio.clone_into(&mut profile.bio);
            account.profile = Arc::new(profile);
            if let Some(bio) = account.bio(&row.place, visibility_of(row, "channel visibility")) {
                reading.seen.keep(bio, &mut out);
            }
        })?;
    }
    export.sink.coverage().absorb(out.coverage);
    export.sink.batch(Batch::ready(out.items))?;
    Ok(account)
}

fn video(row: &Row<'_>, account: &Account, out: &mut Decoded) -> Item {
    let mut originals = row.named(is_original);
    let (first, second) = (originals.next().unwrap_or_default(), originals.next().unwrap_or_default());
    let title = row.any(&["video title (original)", "title"]);
    let description = row.any(&["video description (original)", "description"]);
    let (title, description) =
        if title.is_empty() && description.is_empty() { (first, second) } else { (title, description) };
    let tags: Vec<&str> = row.named(|name| name.starts_with("tag ")).filter(|tag| !tag.is_empty()).collect();
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
    let date = moment_cell(row, &["post create timestamp", "post publish timestamp"]);
    let (created_at, created_precision) = time(&date, &row.place, &mut out.coverage);
    let media = row.named(|name| name.starts_with("image name")).filter(|name| !name.is_empty());
    let text = runs::text(&text);
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

fn is_video_id(cell: &str) -> bool {
    cell.len() == 11 && cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
