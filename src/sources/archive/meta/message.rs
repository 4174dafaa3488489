//! Private messages, which Facebook and Instagram export alike.

use serde::Deserialize;
use whitecoat_engine::{Authorship, Item, Kind, Media, Visibility};

use super::gather::Gatherer;
use super::media::{Files, Medium, bad_date, milliseconds};
use super::page::{PageBox, Stamp};
use super::read::{self, Source};
use crate::sources::archive::container::{Container, Entry};
use crate::sources::archive::loose::{List, Maybe, Text, Whole};
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

const NO_OWNER: &str =
    "The export does not say whose it is, so that every private message counts as somebody else's";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    sender_name: Repaired<'a>,
    timestamp_ms: Whole,
    content: Repaired<'a>,
    is_unsent: Text<'a>,
    photos: List<Maybe<Medium<'a>>>,
    videos: List<Maybe<Medium<'a>>>,
    gifs: List<Maybe<Medium<'a>>>,
    files: List<Maybe<Medium<'a>>>,
    audio_files: List<Maybe<Medium<'a>>>,
}

/// Reads the files of conversations.
pub(in crate::sources::archive) fn read(
    container: &mut Container,
    sources: &[Source],
    platform: &str,
    files: &Files,
    gatherer: &mut Gatherer,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    if !sources.is_empty() && gatherer.name.is_empty() {
        sink.coverage().note(NO_OWNER);
    }
    for source in sources {
        let thread = thread(&source.entry);
        if source.is_page {
            read::boxes(container, sink, &source.entry, files, &mut |found, zone, place, sink| {
                let time = found.moment(zone);
                if found.date == Stamp::Unknown {
                    bad_date(platform, &place, sink.coverage());
                }
                let PageBox { title, all_words, media, .. } = found;
                let item = item(gatherer, &title, all_words.join("\n"), media, &thread);
                add(
                    gatherer,
                    Item { created_at: time.0, created_precision: time.1, source: place, ..item },
                    sink,
                )
            })?;
            continue;
        }
        let decode =
            |record: &[u8]| serde_json::from_slice::<Message<'_>>(record).map(|message| message.owned(files));
        read::json(container, sink, &source.entry, &["messages"], &decode, &mut |message, at, sink| {
            let (created_at, created_precision) =
                milliseconds(message.time, platform, &at.source, sink.coverage());
            let item = item(gatherer, &message.sender, message.text, message.media, &thread);
            add(gatherer, Item { created_at, created_precision, source: at.source, ..item }, sink)
        })?;
    }
    Ok(())
}

/// A message that borrows nothing.
struct Owned {
    sender: String,
    text: String,
    time: Whole,
    media: Vec<Media>,
}

impl Message<'_> {
    fn owned(self, files: &Files) -> Owned {
        let lists = [&self.photos, &self.videos, &self.gifs, &self.files, &self.audio_files];
        let media =
            lists.into_iter().flat_map(|list| &list.0).filter_map(|medium| medium.0.as_ref()?.media(files));
        let media = media.collect();
        let unsent = self.is_unsent.0 == "true";
        Owned {
            sender: self.sender_name.0.into_owned(),
            text: if unsent { String::new() } else { self.content.0.into_owned() },
            time: self.timestamp_ms,
            media,
        }
    }
}

/// The folder of a conversation names it; the folder's name is all that is the same in every part.
fn thread(entry: &Entry) -> String {
    entry.name.rsplit('/').nth(1).unwrap_or_default().to_owned()
}

fn item(gatherer: &Gatherer, sender: &str, text: String, media: Vec<Media>, thread: &str) -> Item {
    let own = !gatherer.name.is_empty() && sender.trim() == gatherer.name;
    Item {
        kind: Kind::Message,
        authorship: if own { Authorship::Own } else { Authorship::Other },
        visibility: Visibility::Private,
        thread: Some(thread.to_owned()).filter(|thread| !thread.is_empty()),
        text,
        media,
        ..Item::default()
    }
}

/// Calls, reactions and withdrawn messages have no words.
fn add(gatherer: &mut Gatherer, item: Item, sink: &mut dyn Sink) -> Result<(), Stopped> {
    if item.text.is_empty() && item.media.is_empty() { Ok(()) } else { gatherer.add(item, sink) }
}
