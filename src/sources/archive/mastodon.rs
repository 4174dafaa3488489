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
use super::item::{cap, say_if_capped};
use super::records::{self, Streamed};
use super::splitter::{Chunk, Start};
use super::value::{squeezed, text, whole};
use crate::coverage::Coverage;
use crate::sources::shapes::activity::{
    self, Audience, NO_POST, NO_WORDS, Note, PLATFORM, account_of, address,
};
use crate::sources::{Batch, Decoded, InputError, Stopped};
use crate::wording::thousands;

const OUTBOX: Role = "outbox";
const ACTOR: Role = "actor";

/// How much of the file about the account is read. Real ones have about 4 kB.
const MAX_ACTOR_BYTES: u64 = 4 * 1024 * 1024;

/// How far into the outbox its count stands: behind the context.
const COUNT_BYTES: usize = 8 * 1024;

const NOT_JSON: &str = "Mastodon: a record is not valid JSON";
const BAD_ACTOR: &str = "Mastodon: the file about the account is not valid JSON";
const NO_ACTOR: &str = "Mastodon: the file about the account holds no account";
const WHOSE: &str = "Mastodon: an outbox has no actor.json beside it, and there are several elsewhere: its posts were kept without an account";
const NO_RECORDS: &str =
    "Mastodon: the outbox says that there are posts, and holds none: give outbox.json of the archive";
const ONLY_A_PAGE: &str =
    "Mastodon: the outbox holds only a page of the posts: give outbox.json of the archive";
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
    let holders = gather(export);
    let outboxes = export.of(OUTBOX);
    let listed = outboxes.iter().filter_map(|entry| listed(export, entry)).sum::<u64>();
    let mut owners: Vec<String> = holders.iter().filter_map(Holder::said).collect();
    owners.dedup();
    let owner = match (owners.join(" and "), listed) {
        (owners, 0) => owners,
        (owners, posts) if !owners.is_empty() => format!("{owners}, {} posts listed", thousands(posts)),
        _ => String::new(),
    };
    recognised(export, &owner);
    if outboxes.is_empty() {
        export.sink.coverage().fail(NO_OUTBOX, "outbox.json");
    }
    let bios: Vec<Item> = holders.iter().filter_map(|holder| holder.bio.clone()).collect();
    if !bios.is_empty() {
        export.sink.batch(Batch::ready(bios))?;
    }
    for entry in outboxes {
        let account = holder_of(&holders, &entry, export.sink.coverage());
        read_outbox(export, &entry, account)?;
    }
    Ok(())
}

fn read_outbox(export: &mut Export<'_>, entry: &Entry, account: Arc<Account>) -> Result<(), Stopped> {
    let outbox = Arc::new(Outbox {
        account,
        path: entry.name.clone(),
        files: media_files(export, entry),
        include_messages: export.options.include_messages,
    });
    let streamed = records::stream(
        export.container,
        export.sink,
        entry,
        Start::Under(&["orderedItems"]),
        &mut |chunk, sink| {
            let outbox = Arc::clone(&outbox);
            sink.batch(Batch::deferred(move || outbox.decode(&chunk)))
        },
    )?;
    let Some(Streamed { records, frame }) = streamed else { return Ok(()) };
    let Ok(frame) = serde_json::from_slice::<Value>(&frame) else { return Ok(()) };
    if records == 0 && says_more(&frame) {
        export.sink.coverage().fail(NO_RECORDS, &entry.name);
    } else if records > 0 && text(&frame, "type") == "OrderedCollectionPage" && has_pages(&frame) {
        export.sink.coverage().fail(ONLY_A_PAGE, &entry.name);
    }
    Ok(())
}

/// Whether a collection that holds nothing says that there are posts.
fn says_more(collection: &Value) -> bool {
    match whole(collection, "totalItems") {
        Some(total) => total > 0,
        None => has_pages(collection),
    }
}

fn has_pages(collection: &Value) -> bool {
    ["first", "next", "prev"].iter().any(|key| collection.get(*key).is_some_and(Value::is_string))
}

/// An account, and the folder that its file lies in.
struct Holder {
    folder: String,
    account: Arc<Account>,
    bio: Option<Item>,
}

impl Holder {
    fn said(&self) -> Option<String> {
        let handle = &self.account.handle;
        (!handle.is_empty()).then(|| format!("@{handle}"))
    }
}

/// The accounts in an export: one, unless several archives lie in one folder.
fn gather(export: &mut Export<'_>) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
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
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let parse = |record: &[u8]| serde_json::from_slice::<Value>(record.trim_ascii());
        let Some(value) = records::decoded(bytes, BAD_ACTOR, place, sink.coverage(), parse) else {
            continue;
        };
        let Some(actor) = actor(&value) else {
            sink.coverage().fail(NO_ACTOR, place());
            continue;
        };
        let account = account_of(actor, sink.coverage());
        let bio = account.bio(&place(), Visibility::Public);
        let bio = bio.map(|item| Item { url: address(&text(actor, "url")), ..item });
        let is_new = |bio: &Item| !holders.iter().any(|held| same_bio(held.bio.as_ref(), bio));
        let bio = bio.filter(is_new);
        holders.push(Holder { folder: folder_of(&entry).to_owned(), account: Arc::new(account), bio });
    }
    holders
}

/// The account in a file: an object, which some tools put into a list.
fn actor(value: &Value) -> Option<&Value> {
    let actor = match value {
        Value::Array(list) => list.first().filter(|_| list.len() == 1)?,
        alone => alone,
    };
    let is_account = ["preferredUsername", "id", "name"].iter().any(|key| !text(actor, key).is_empty());
    is_account.then_some(actor)
}

fn same_bio(held: Option<&Item>, bio: &Item) -> bool {
    held.is_some_and(|held| held.id == bio.id && held.text == bio.text)
}

/// Whose an outbox is: the account's of its own folder. A single account owns all.
fn holder_of(holders: &[Holder], outbox: &Entry, coverage: &mut Coverage) -> Arc<Account> {
    let folder = folder_of(outbox);
    let of_folder = holders.iter().find(|holder| holder.folder == folder);
    let is_only = |first: &&Holder| holders.iter().all(|other| other.account.handle == first.account.handle);
    let holder = of_folder.or_else(|| holders.first().filter(is_only));
    if holder.is_none() && !holders.is_empty() {
        coverage.note(WHOSE);
    }
    let nobody = || Arc::new(Account { platform: PLATFORM, ..Account::default() });
    holder.map_or_else(nobody, |holder| Arc::clone(&holder.account))
}

/// The path up to the file's name.
fn folder_of(entry: &Entry) -> &str {
    entry.name.strip_suffix(entry.file_name()).unwrap_or_default()
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
    let root = folder_of(outbox);
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
        let is_collection = kind.ends_with("Collection") || kind.ends_with("CollectionPage");
        if is_collection && says_more(activity) {
            return out.coverage.fail(NO_RECORDS, place);
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
