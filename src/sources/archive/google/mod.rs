//! Google Takeout: YouTube, reviews on Maps, the practice's Business Profile, and Google+ as it was until 2019.
//!
//! Takeout translates the names of its folders and files, and the headers of its tables, into the language of the account.
//! Files are therefore recognised by what stands in them.

mod chat;
mod files;
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
use super::format::{Export, Format};
use super::records;
use super::splitter::Start;
use super::twins::Seen;
use crate::coverage::Coverage;
use crate::sources::clock::{self, Shape};
use crate::sources::{Batch, Decoded, InputError, Stopped};
use files::{
    ACTIVITY, BUSINESS, CHAT, COMMENTS, MAPS, NEW_LAYOUT, NOT_OWN, OLD_COMMENTS, PERSON, PLAY, PLUS,
    PLUS_COMMENTS, PLUS_PAGE, POSTS, SHOPPING, VIDEO_TEXTS, VIDEOS,
};

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
pub(super) static FORMAT: Format =
    Format { name: "Google Takeout", files: files::FILES, by_content: files::by_content, read };

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let words = [
        COMMENTS,
        OLD_COMMENTS,
        VIDEOS,
        POSTS,
        MAPS,
        BUSINESS,
        PLUS,
        PLUS_PAGE,
        PLUS_COMMENTS,
        PLAY,
        SHOPPING,
        CHAT,
    ];
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
    for entry in export.of(SHOPPING) {
        reviews::of_shops(export, &entry, &mut reading)?;
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
    for entry in export.of(ACTIVITY) {
        export.sink.coverage().skip(NOT_OWN, entry.name);
    }
    for entry in export.of(VIDEO_TEXTS) {
        export.sink.coverage().skip(NEW_LAYOUT, entry.name);
    }
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
