//! Mastodon archives, and those of kin that speak ActivityPub: `outbox.json` with everything that was sent, `actor.json`.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Item, Visibility};

use super::MESSAGES;
use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::item::{cap, say_if_capped, thousands};
use super::records;
use super::splitter::{Chunk, Start};
use super::value::{squeezed, text};
use crate::sources::shapes::activity::{
    self, Audience, NO_POST, NO_WORDS, Note, PLATFORM, account_of, address,
};
use crate::sources::{Batch, Decoded, InputError};

const OUTBOX: Role = "outbox";
const ACTOR: Role = "actor";

/// How much of the file about the account is read. Real ones have about 4 kB.
const MAX_ACTOR_BYTES: u64 = 4 * 1024 * 1024;

/// How far into the outbox its count stands: behind the context.
const COUNT_BYTES: usize = 8 * 1024;

const NOT_JSON: &str = "Mastodon: a record is not valid JSON";
const BAD_ACTOR: &str = "Mastodon: the file about the account is not valid JSON";
const BOOST: &str = "Mastodon: a boost, whose text is not in the archive";
const NO_OUTBOX: &str = "Mastodon: no file with posts was found";

/// Mastodon's export.
pub(super) static FORMAT: Format = Format {
    name: "Mastodon",
    files: &[
        Known("outbox.json", Is::Telling(OUTBOX)),
        Known("actor.json", Is::Telling(ACTOR)),
        Known("likes.json", Is::Left("Mastodon: favourites are addresses of other people's posts")),
        Known("bookmarks.json", Is::Left("Mastodon: bookmarks are addresses of other people's posts")),
        Known(
            "media_attachments/",
            Is::Left("Mastodon: media are listed with their posts, and not looked into"),
        ),
        Known("avatar.*", Is::Left("Mastodon: the pictures of the profile are not looked into")),
        Known("header.*", Is::Left("Mastodon: the pictures of the profile are not looked into")),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let has = |mark: &str| memchr::memmem::find(start, mark.as_bytes()).is_some();
    let is_list = squeezed(start).starts_with(b"{") && has("activitystreams") && has("OrderedCollection");
    (is_list && has("outbox")).then_some(OUTBOX)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let (account, bio) = gather(export);
    let outboxes = export.of(OUTBOX);
    let listed = outboxes.iter().filter_map(|entry| listed(export, entry)).sum::<u64>();
    let owner = match (account.handle.as_str(), listed) {
        ("", _) => String::new(),
        (handle, 0) => format!("@{handle}"),
        (handle, posts) => format!("@{handle}, {} posts listed", thousands(posts)),
    };
    recognised(export, &owner);
    if outboxes.is_empty() {
        export.sink.coverage().fail(NO_OUTBOX, "outbox.json");
    }
    if let Some(bio) = bio {
        export.sink.batch(Batch::ready(vec![bio]))?;
    }
    let include_messages = export.options.include_messages;
    let account = Arc::new(account);
    for entry in outboxes {
        let files = media_files(export, &entry);
        let outbox = Arc::new(Outbox {
            account: Arc::clone(&account),
            path: entry.name.clone(),
            files,
            include_messages,
        });
        records::stream(
            export.container,
            export.sink,
            &entry,
            Start::Under(&["orderedItems"]),
            &mut |chunk, sink| {
                let outbox = Arc::clone(&outbox);
                sink.batch(Batch::deferred(move || outbox.decode(&chunk)))
            },
        )?;
    }
    Ok(())
}

/// The account, and its bio as an item.
fn gather(export: &mut Export<'_>) -> (Account, Option<Item>) {
    let mut account = Account { platform: PLATFORM, ..Account::default() };
    let mut bio = None;
    for entry in export.of(ACTOR) {
        let mut bytes = Vec::new();
        let Export { container, sink, .. } = export;
        let read = container.read(&entry).and_then(|reader| {
            reader.take(MAX_ACTOR_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())
        });
        if let Err(reason) = read {
            sink.coverage().fail(&reason, &entry.name);
            continue;
        }
        let place = || format!("{}#0", entry.name);
        let parse = |record: &[u8]| serde_json::from_slice::<Value>(record.trim_ascii());
        let Some(actor) = records::decoded(&bytes, BAD_ACTOR, place, sink.coverage(), parse) else {
            continue;
        };
        account = account_of(&actor, sink.coverage());
        bio = account
            .bio(&place(), Visibility::Public)
            .map(|item| Item { url: address(&text(&actor, "url")), ..item });
    }
    (account, bio)
}

/// How many activities the outbox says that it holds.
fn listed(export: &mut Export<'_>, entry: &Entry) -> Option<u64> {
    let start = export.container.peek(entry, COUNT_BYTES);
    let start = String::from_utf8_lossy(&start);
    let count = start.split_once("\"totalItems\"")?.1.trim_start().strip_prefix(':')?.trim_start();
    count.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The media in the folder of an outbox.
fn media_files(export: &Export<'_>, outbox: &Entry) -> BTreeSet<String> {
    let root = outbox.name.strip_suffix(outbox.file_name()).unwrap_or_default();
    let names = export.container.entries.iter().map(|entry| &entry.name);
    let inside = names.filter(|name| {
        name.strip_prefix(root)
            .is_some_and(|tail| tail.starts_with("media_attachments/") || tail.starts_with("media/"))
    });
    inside.cloned().collect()
}

/// What holds for all records of one outbox.
struct Outbox {
    account: Arc<Account>,
    path: String,
    files: BTreeSet<String>,
    include_messages: bool,
}

impl Outbox {
    fn decode(&self, chunk: &Chunk) -> Decoded {
        let mut out = Decoded::default();
        for (offset, record) in chunk.elements() {
            let place = format!("{}#{offset}", self.path);
            let parse = |record: &[u8]| serde_json::from_slice::<Value>(record);
            let activity = records::decoded(record, NOT_JSON, || place.clone(), &mut out.coverage, parse);
            if let Some(activity) = activity {
                self.take(&activity, place, &mut out);
            }
        }
        out
    }

    fn take(&self, activity: &Value, place: String, out: &mut Decoded) {
        let kind = text(activity, "type");
        if kind == "Announce" {
            return out.coverage.skip(BOOST, place);
        }
        let object = activity::object(activity);
        if !activity::is_post(object) {
            return match activity.is_object() {
                true => out.coverage.skip(NO_POST, place),
                false => out.coverage.fail(NO_POST, place),
            };
        }
        let audience = activity::audience(activity, object);
        if audience == Audience::Addressed && !self.include_messages {
            return out.coverage.skip(MESSAGES, place);
        }
        let note = Note { account: &self.account, activity, object, audience };
        let mut item = note.item(&place, &|link| self.inside(link), &mut out.coverage);
        if item.text.is_empty() && item.media.is_empty() {
            return out.coverage.skip(NO_WORDS, place);
        }
        item.truncated = cap(&mut item.text);
        say_if_capped(&item, &mut out.coverage);
        out.items.push(item);
    }

    /// Where in the archive a medium lies. Its address begins with the path of a storage that the archive does not have.
    fn inside(&self, link: &str) -> Option<String> {
        let root = self.path.rfind('/').map_or("", |end| self.path.get(..=end).unwrap_or_default());
        let tails = ["media_attachments/", "media/"].iter().filter_map(|folder| link.find(folder));
        let mut tails = tails.filter_map(|at| Some(format!("{root}{}", link.get(at..)?)));
        tails.find(|path| self.files.contains(path))
    }
}
