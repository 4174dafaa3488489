//! Google+ posts as JSON: one file a post.

use whitecoat_engine::{Authorship, Item, Kind, Media, MediaKind, Parent, ParentKind, Visibility};

use super::{NO_WORDS, Reading, time};
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

/// Google+ is gone; this is who could read the post.
fn visibility(acl: Option<Fields<'_>>) -> Visibility {
    let Some(acl) = acl else { return Visibility::Unknown };
    if acl.is_true("isPublic") {
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
