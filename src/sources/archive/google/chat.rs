//! Google Chat: conversations, read only on request.

use jiff::tz::Offset;
use whitecoat_engine::{Authorship, Item, Kind, Media, MediaKind, Moment, Precision, Visibility};

use super::files::{CHAT, CHAT_OWNER};
use super::{BAD_TIME, NO_WORDS, Reading};
use crate::coverage::Coverage;
use crate::sources::Stopped;
use crate::sources::archive::fields::Fields;
use crate::sources::archive::format::Export;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::{MESSAGES, dates};

const PLATFORM: &str = "google-chat";

pub(super) fn read(export: &mut Export<'_>, reading: &mut Reading) -> Result<(), Stopped> {
    let conversations = export.of(CHAT);
    if !export.options.include_messages {
        for entry in conversations {
            export.sink.coverage().skip(MESSAGES, entry.name);
        }
        return Ok(());
    }
    let mut owner = String::new();
    for entry in export.of(CHAT_OWNER) {
        reading.records(export, &entry, &[], &mut |_, fields, _, _| {
            owner = fields.object(&["user"]).map(|user| user.text(&["email"])).unwrap_or_default();
        })?;
    }
    let account = reading.account(PLATFORM);
    for entry in conversations {
        reading.records(export, &entry, &["messages"], &mut |reading, fields, place, out| {
            let writer =
                fields.object(&["creator"]).map(|who| who.text(&["email", "name"])).unwrap_or_default();
            let (date, text) = (fields.text(&["created_date"]), fields.text(&["text"]));
            let (created_at, created_precision) = time(&date, place, &mut out.coverage);
            let number = fields.text(&["message_id"]);
            let item = Item {
                id: if number.is_empty() { derived_id(&[&writer, &date, &text]) } else { number.clone() },
                kind: Kind::Message,
                authorship: match !owner.is_empty() && writer.eq_ignore_ascii_case(&owner) {
                    true => Authorship::Own,
                    false => Authorship::Other,
                },
                visibility: Visibility::Private,
                // `GROUP/TOPIC/MESSAGE`
                thread: number.rsplit_once('/').map(|(thread, _)| thread.to_owned()),
                media: media(fields),
                created_at,
                created_precision,
                text,
                ..account.item(place)
            };
            if item.text.is_empty() && item.media.is_empty() {
                out.coverage.skip(NO_WORDS, place);
            } else {
                reading.seen.keep(item, out);
            }
        })?;
    }
    Ok(())
}

fn media(fields: Fields<'_>) -> Vec<Media> {
    let files = fields.list(&["attached_files"]).iter().filter_map(Fields::of);
    let medium = |file: Fields<'_>| {
        let file_name = file.text(&["original_name", "export_name"]);
        let ending = file_name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        Media {
            kind: match ending.as_str() {
                "jpg" | "jpeg" | "png" | "gif" | "webp" | "heic" => MediaKind::Image,
                "mp4" | "mov" | "webm" => MediaKind::Video,
                _ => MediaKind::Document,
            },
            path: Some(file.text(&["export_name"])).filter(|path| !path.is_empty()),
            file_name,
            ..Media::default()
        }
    };
    files.map(medium).collect()
}

/// `Tuesday, February 11, 2025 at 11:33:35 AM UTC`; the day of the week says nothing new.
fn time(text: &str, place: &str, coverage: &mut Coverage) -> (Option<Moment>, Precision) {
    let behind = text.split_once(char::is_whitespace).map(|(_, date)| date);
    let written = dates::read(text).or_else(|| dates::read(behind?));
    let found = written.and_then(|written| Some((written.moment(Offset::UTC)?, written.precision)));
    match found {
        Some((moment, precision)) => (Some(moment), precision),
        None => {
            if !text.is_empty() {
                coverage.fail(BAD_TIME, place);
            }
            (None, Precision::Unknown)
        }
    }
}
