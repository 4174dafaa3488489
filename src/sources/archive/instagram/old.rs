//! The layout until 2020: `media.json`, `comments.json` and `profile.json` at the top, without labels.

use serde::Deserialize;
use whitecoat_engine::{Item, Kind, Media, Moment, Parent, ParentKind, Precision};

use super::files::{OLD_COMMENTS, OLD_MEDIA, OLD_PROFILE};
use super::{NAME, Sort};
use crate::coverage::Coverage;
use crate::sources::archive::clock::{self, Shape};
use crate::sources::archive::format::Export;
use crate::sources::archive::loose::Text;
use crate::sources::archive::meta::account::Account;
use crate::sources::archive::meta::gather::Gatherer;
use crate::sources::archive::meta::media::{Files, bad_date};
use crate::sources::archive::meta::read;
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

const NOTHING: &str = "Instagram: records without words and pictures, not read";

const MEDIA_LISTS: &[&str] = &["photos", "videos", "stories", "profile"];
const COMMENT_LISTS: &[&str] = &["media_comments", "live_comments"];

/// In UTC, though nothing says so in the older ones.
const TIMES: &[Shape] =
    &[("%Y-%m-%dT%H:%M:%S%:z", Precision::Second), ("%Y-%m-%dT%H:%M:%S", Precision::Second)];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Picture<'a> {
    #[serde(borrow)]
    caption: Repaired<'a>,
    taken_at: Text<'a>,
    path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Holder<'a> {
    #[serde(borrow)]
    username: Text<'a>,
    name: Repaired<'a>,
    biography: Repaired<'a>,
    private_account: Text<'a>,
}

/// Takes what the profile says that is not known yet.
pub(super) fn gather(export: &mut Export<'_>, account: &mut Account) -> Result<(), Stopped> {
    for source in read::sources(export, OLD_PROFILE) {
        let decode = |record: &[u8]| {
            serde_json::from_slice::<Holder<'_>>(record).map(|holder| {
                let private = holder.private_account.0.into_owned();
                [
                    holder.username.0.into_owned(),
                    holder.name.0.into_owned(),
                    holder.biography.0.into_owned(),
                    private,
                ]
            })
        };
        let Export { container, sink, .. } = &mut *export;
        read::json(container, *sink, &source.entry, &[], &decode, &mut |fields, at, _| {
            let [username, name, biography, private] = &fields;
            // Other platforms have a file of this name too.
            if username.is_empty() {
                return Ok(());
            }
            // The labels of the newer layout, in English.
            let labels =
                [("username", username), ("name", name), ("bio", biography), ("private account", private)];
            account.take_rows(labels.iter().map(|(label, value)| (*label, value.as_str())), &at.source);
            Ok(())
        })?;
    }
    Ok(())
}

/// Reads captions and comments.
pub(super) fn read(
    export: &mut Export<'_>,
    files: &Files,
    is_private: bool,
    gatherer: &mut Gatherer,
) -> Result<(), Stopped> {
    for source in read::sources(export, OLD_MEDIA) {
        // The pictures of one post stand in a row, each with the same words.
        let mut open: Option<(Item, Sort)> = None;
        let decode = |record: &[u8]| {
            serde_json::from_slice::<Picture<'_>>(record).map(|picture| {
                let medium = picture.path.some().and_then(|path| files.media(path));
                (picture.caption.0.trim().to_owned(), picture.taken_at.0.into_owned(), medium)
            })
        };
        let Export { container, sink, .. } = &mut *export;
        read::json(container, *sink, &source.entry, MEDIA_LISTS, &decode, &mut |found, at, sink| {
            let (text, time, medium) = found;
            let sort = if at.key == Some("profile") { Sort::Portrait } else { Sort::Shown };
            let next = dated(&time, at.source, text, medium, sink.coverage());
            match &mut open {
                Some((item, of)) if *of == sort && is_same_post(item, &next) => item.media.extend(next.media),
                _ => {
                    let before = open.replace((next, sort));
                    add(before, is_private, gatherer, sink)?;
                }
            }
            Ok(())
        })?;
        add(open, is_private, gatherer, *sink)?;
    }
    for source in read::sources(export, OLD_COMMENTS) {
        let decode = |record: &[u8]| {
            let cells = serde_json::from_slice::<Vec<Repaired<'_>>>(record)?;
            Ok(cells.into_iter().map(|cell| cell.0.into_owned()).collect::<Vec<String>>())
        };
        let Export { container, sink, .. } = &mut *export;
        read::json(container, *sink, &source.entry, COMMENT_LISTS, &decode, &mut |cells, at, sink| {
            let cell = |at: usize| cells.get(at).map(|cell| cell.trim().to_owned()).unwrap_or_default();
            let item = dated(&cell(0), at.source, cell(1), None, sink.coverage());
            if item.text.is_empty() {
                sink.coverage().skip(NOTHING, item.source);
                return Ok(());
            }
            let handle = Some(cell(2)).filter(|handle| !handle.is_empty());
            let parent = Parent { kind: ParentKind::Post, handle, ..Parent::default() };
            gatherer.add(Item { kind: Kind::Comment, parent: Some(parent), ..item }, sink)
        })?;
    }
    Ok(())
}

fn is_same_post(item: &Item, next: &Item) -> bool {
    !item.text.is_empty() && item.text == next.text && item.created_at == next.created_at
}

fn add(
    post: Option<(Item, Sort)>,
    is_private: bool,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let Some((item, sort)) = post else { return Ok(()) };
    if item.text.is_empty() && item.media.is_empty() {
        sink.coverage().skip(NOTHING, item.source);
        return Ok(());
    }
    gatherer.add(sort.complete(item, is_private), sink)
}

fn dated(time: &str, source: String, text: String, medium: Option<Media>, coverage: &mut Coverage) -> Item {
    let (created_at, created_precision): (Option<Moment>, Precision) = clock::utc(time, TIMES);
    if created_at.is_none() && !time.is_empty() {
        bad_date(NAME, &source, coverage);
    }
    Item {
        created_at,
        created_precision,
        source,
        text,
        media: medium.into_iter().collect(),
        ..Item::default()
    }
}
