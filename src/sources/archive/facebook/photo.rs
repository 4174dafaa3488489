//! Albums, and pictures and videos outside of posts.

use serde::Deserialize;
use whitecoat_engine::{Item, Kind, Media};

use super::NAME;
use super::post::{joined, say_zone};
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::Whole;
use crate::sources::archive::meta::gather::Gatherer;
use crate::sources::archive::meta::media::{Files, Medium, time};
use crate::sources::archive::meta::page::PageBox;
use crate::sources::archive::meta::read::{self, Source};
use crate::sources::archive::meta::zone::Zone;
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

const LISTS: &[&str] = &["photos", "other_photos_v2", "videos_v2", "videos"];

/// What an album says of itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Album<'a> {
    #[serde(borrow)]
    name: Repaired<'a>,
    description: Repaired<'a>,
    last_modified_timestamp: Whole,
}

/// Reads one file. What a post shows already is not read again.
pub(super) fn read(
    container: &mut Container,
    source: &Source,
    files: &Files,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if source.is_page {
        return read::boxes(container, sink, &source.entry, files, &mut |found, zone, place, sink| {
            read_box(found, zone, place, gatherer, sink)
        });
    }
    let decode = |record: &[u8]| {
        serde_json::from_slice::<Medium<'_>>(record).map(|medium| {
            let description = medium.description.0.trim().to_owned();
            (medium.media(files), description, medium.creation_timestamp)
        })
    };
    let frame = read::json(container, sink, &source.entry, LISTS, &decode, &mut |found, at, sink| {
        let (media, description, seconds) = found;
        let Some(media) = media else { return Ok(()) };
        let (created_at, created_precision) = time(seconds, NAME, &at.source, sink.coverage());
        let item = Item { created_at, created_precision, source: at.source, ..Item::default() };
        take(vec![media], description, item, gatherer, sink)
    })?;
    let Ok(album) = serde_json::from_slice::<Album<'_>>(&frame) else { return Ok(()) };
    let Some(description) = album.description.some() else { return Ok(()) };
    let place = format!("{}#0", source.entry.name);
    let (created_at, created_precision) = time(album.last_modified_timestamp, NAME, &place, sink.coverage());
    let text = joined(&[album.name.0.to_string(), description.to_owned()]);
    gatherer.add(
        Item { kind: Kind::Caption, text, created_at, created_precision, source: place, ..Item::default() },
        sink,
    )
}

fn read_box(
    found: PageBox,
    zone: &Zone,
    place: String,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let (created_at, created_precision) = found.moment(zone);
    say_zone(&found, zone, &place, sink.coverage());
    let words: Vec<String> = found.words.into_iter().chain(found.captions).collect();
    let item = Item { created_at, created_precision, url: found.link, source: place, ..Item::default() };
    take(found.media, joined(&words), item, gatherer, sink)
}

fn take(
    media: Vec<Media>,
    description: String,
    item: Item,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let text = joined(&[description]);
    let (mut new_media, mut any) = (false, false);
    for medium in &media {
        new_media |= gatherer.is_new("medium", &medium.file_name, sink);
        any = true;
    }
    let new_words = !text.is_empty() && gatherer.is_new("words", &text, sink);
    if !new_words && !new_media {
        if any {
            Gatherer::twin(&item.source, sink);
        }
        return Ok(());
    }
    let kind = if text.is_empty() { Kind::Media } else { Kind::Caption };
    gatherer.add(Item { kind, text, media, ..item }, sink)
}
