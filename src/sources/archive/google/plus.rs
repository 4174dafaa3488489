//! Google+ posts as JSON: one file a post.

use jiff::Timestamp;
use serde_json::Value;
use whitecoat_engine::{
    Authorship, Item, Kind, Media, MediaKind, Moment, Parent, ParentKind, Precision, Visibility,
};

use super::{BAD_TIME, NO_WORDS, Reading, time};
use crate::sources::Stopped;
use crate::sources::archive::container::Entry;
use crate::sources::archive::fields::Fields;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::{file_name, plain};
use crate::sources::archive::item::derived_id;

pub(super) const PLATFORM: &str = "googleplus";

pub(super) const OTHERS: &str = "Google+: comments by others are not read";

pub(super) fn read(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let account = reading.account(PLATFORM);
    reading.records(export, entry, &[], &mut |reading, fields, place, out| {
        let own = plain(&fields.text(&["content"]));
        let shared = fields.object(&["resharedPost"]);
        let theirs = shared.map(|shared| plain(&shared.text(&["content"]))).unwrap_or_default();
        let others = fields.list(&["comments"]).len() as u64;
        out.coverage.skip_many(OTHERS, place, others);
        let media = media(fields);
        if own.is_empty() && theirs.is_empty() && media.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let date = fields.text(&["creationTime"]);
        let (created_at, created_precision) = time(&date, place, &mut out.coverage);
        let name = fields.text(&["activityId", "resourceName", "url"]);
        let passed_on = own.is_empty() && shared.is_some();
        let handle = shared
            .and_then(|shared| shared.object(&["author"]))
            .map(|author| author.text(&["displayName"]))
            .filter(|name| !name.is_empty());
        let item = Item {
            kind: Kind::Post,
            id: if name.is_empty() { derived_id(&[&date, &own, &theirs]) } else { name },
            authorship: if passed_on { Authorship::Reshare } else { Authorship::Own },
            visibility: visibility(fields.object(&["postAcl"])),
            parent: shared.map(|shared| Parent {
                kind: ParentKind::Post,
                id: Some(shared.text(&["activityId", "resourceName"])).filter(|id| !id.is_empty()),
                handle,
                text: Some(theirs.clone()).filter(|text| !text.is_empty() && !passed_on),
                ..Parent::default()
            }),
            text: if passed_on { theirs } else { own },
            created_at,
            created_precision,
            media,
            ..account.item(place)
        };
        reading.seen.keep(item, out);
    })
}

/// `ActivityLog/Comments.json`: the holder's comments under any post.
pub(super) fn comments(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let account = reading.account(PLATFORM);
    reading.records(export, entry, &["items"], &mut |reading, fields, place, out| {
        let text = plain(&fields.text(&["primaryText"]));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let stamp = fields.text(&["timestampMs"]);
        let instant = stamp.parse().ok().and_then(|stamp| Timestamp::from_millisecond(stamp).ok());
        if instant.is_none() && !stamp.is_empty() {
            out.coverage.fail(BAD_TIME, place);
        }
        let under = fields.object(&["commentCreatedItem"]).map(|item| item.text(&["postPermalink"]));
        let under = under.filter(|address| !address.is_empty());
        let item = Item {
            kind: Kind::Comment,
            id: derived_id(&[&stamp, &text]),
            visibility: match fields.text(&["visibility"]).as_str() {
                "PUBLIC" => Visibility::Public,
                _ => Visibility::Unknown,
            },
            parent: Some(Parent { kind: ParentKind::Post, id: under.clone(), ..Parent::default() }),
            thread: under,
            created_at: instant.map(Moment::utc),
            created_precision: instant.map_or(Precision::Unknown, |_| Precision::Second),
            text,
            ..account.item(place)
        };
        reading.seen.keep(item, out);
    })
}

/// Google+ is gone; this is who could read the post.
fn visibility(acl: Option<Fields<'_>>) -> Visibility {
    let Some(acl) = acl else { return Visibility::Unknown };
    let circles = acl.object(&["visibleToStandardAcl"]).map(|standard| standard.list(&["circles"]));
    let of_all = |circle: &Value| {
        Fields::of(circle).is_some_and(|circle| circle.text(&["type"]) == "CIRCLE_TYPE_PUBLIC")
    };
    if acl.is_true("isPublic") || circles.is_some_and(|circles| circles.iter().any(of_all)) {
        return Visibility::Public;
    }
    match acl.has(&["visibleToStandardAcl", "communityAcl", "collectionAcl", "eventAcl"]) {
        true => Visibility::Followers,
        false => Visibility::Unknown,
    }
}

fn media(fields: Fields<'_>) -> Vec<Media> {
    let album = fields.object(&["album"]).map(|album| album.list(&["media"])).unwrap_or_default();
    let all = fields.list(&["media"]).iter().chain(album);
    all.filter_map(Fields::of)
        .map(|medium| {
            let path = medium.text(&["localFilePath", "url", "mediaUrl"]);
            let is_video = medium.text(&["contentType"]).to_lowercase().contains("video");
            Media {
                kind: if is_video { MediaKind::Video } else { MediaKind::Image },
                file_name: file_name(&path),
                path: Some(path).filter(|path| !path.is_empty()),
                alt: medium.text(&["description"]),
                ..Media::default()
            }
        })
        .collect()
}
