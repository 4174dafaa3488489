//! Discord: one's own messages, a folder a channel. Read only on request.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Item, Kind, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::item::derived_id;
use super::rows::{self, Table};
use super::splitter::Start;
use super::value::{some, squeezed, text};
use super::{MESSAGES, attached, records};
use crate::sources::{Decoded, InputError, Stopped};

const PLATFORM: &str = "discord";

const LIST: Role = "messages";
const TABLE: Role = "messages as a table";
const CHANNEL: Role = "channel";
const USER: Role = "user";
const INDEX: Role = "index of channels";

/// How much of a file about a channel or the account is read. Real ones have less than 4 kB.
const MAX_ABOUT_BYTES: u64 = 1024 * 1024;

/// How many channels are told apart.
const MAX_CHANNELS: usize = 200_000;

const SYSTEM: Is = Is::Left("Discord: settings, activity, servers and payments are not read");

const NOT_JSON: &str = "Discord: a record is not valid JSON";
const BAD_ABOUT: &str = "Discord: a file about the account or a channel is not valid JSON";
const NO_WORDS: &str = "Discord: a message without words and files";
const NO_MESSAGES: &str = "Discord: no file with messages was found";
const BAD_TIME: &str = "Discord: a time was not understood; the item was kept without it";

/// In UTC, though the newer layout does not say so.
const TIMES: &[Shape] = &[
    ("%Y-%m-%d %H:%M:%S%.f%:z", Precision::Second),
    ("%Y-%m-%dT%H:%M:%S%.f%:z", Precision::Second),
    ("%Y-%m-%d %H:%M:%S%.f", Precision::Second),
    ("%Y-%m-%dT%H:%M:%S%.f", Precision::Second),
];

/// Discord's export.
pub(super) static FORMAT: Format = Format {
    name: "Discord",
    files: &[
        Known("messages/*/messages.json", Is::Telling(LIST)),
        Known("messages/*/messages.csv", Is::Telling(TABLE)),
        Known("messages/*/channel.json", Is::Telling(CHANNEL)),
        Known("messages/index.json", Is::Telling(INDEX)),
        Known("account/user.json", Is::Part(USER)),
        Known("account/", SYSTEM),
        Known("activity/", SYSTEM),
        Known("activities/", SYSTEM),
        Known("ads/", SYSTEM),
        Known("programs/", SYSTEM),
        Known("servers/", SYSTEM),
        Known("support_tickets/", SYSTEM),
        // Folders are named in the language of the account.
        Known("c*/messages.json", Is::Part(LIST)),
        Known("c*/messages.csv", Is::Part(TABLE)),
        Known("c*/channel.json", Is::Part(CHANNEL)),
        Known("user.json", Is::Part(USER)),
    ],
    by_content,
    read,
};

/// The names that messages give to what they hold.
fn by_content(start: &[u8]) -> Option<Role> {
    let start = squeezed(start);
    let has = |mark: &str| memchr::memmem::find(&start, mark.as_bytes()).is_some();
    let is_list = start.starts_with(b"[{\"ID\":") && has("\"Timestamp\":") && has("\"Contents\":");
    let is_table = start.starts_with(b"ID,Timestamp,Contents,Attachments");
    is_list.then_some(LIST).or(is_table.then_some(TABLE))
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let account = account(export);
    let owner = if account.handle.is_empty() { String::new() } else { format!("@{}", account.handle) };
    recognised(export, &owner);
    let lists = [export.of(LIST), export.of(TABLE)];
    if lists.iter().all(Vec::is_empty) {
        export.sink.coverage().fail(NO_MESSAGES, "messages");
    }
    if !export.options.include_messages {
        for entry in lists.into_iter().flatten() {
            export.sink.coverage().skip(MESSAGES, entry.name);
        }
        return Ok(());
    }
    let channels = channels(export);
    let reading = Reading { account, channels };
    let [json, tables] = lists;
    let mut gather = Gather::default();
    for entry in json {
        reading.list(export, &entry, &mut gather)?;
    }
    for entry in tables {
        reading.table(export, &entry, &mut gather)?;
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// A small file, whole.
fn about(export: &mut Export<'_>, entry: &Entry) -> Option<Value> {
    let Export { container, sink, .. } = export;
    let mut bytes = Vec::new();
    let read = container.read(entry).and_then(|reader| {
        reader.take(MAX_ABOUT_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())
    });
    if let Err(reason) = read {
        sink.coverage().fail(&reason, &entry.name);
        return None;
    }
    let parse = |record: &[u8]| serde_json::from_slice::<Value>(record);
    records::decoded(&bytes, BAD_ABOUT, || entry.name.clone(), sink.coverage(), parse)
}

fn account(export: &mut Export<'_>) -> Account {
    let mut account = Account { platform: PLATFORM, ..Account::default() };
    for entry in export.of(USER) {
        let Some(user) = about(export, &entry) else { continue };
        account.handle = text(&user, "username").into_owned();
        let name = text(&user, "global_name");
        let name = if name.is_empty() { account.handle.clone() } else { name.into_owned() };
        account.profile = Arc::new(Profile { name, ..Profile::default() });
    }
    account
}

/// Where messages were written.
#[derive(Clone, Debug, Default)]
struct Channel {
    id: String,
    /// The server's number; empty for direct messages.
    guild: String,
}

/// The channels by their folders.
fn channels(export: &mut Export<'_>) -> BTreeMap<String, Channel> {
    let mut channels = BTreeMap::new();
    for entry in export.of(CHANNEL).into_iter().take(MAX_CHANNELS) {
        let Some(channel) = about(export, &entry) else { continue };
        let guild = channel.get("guild").map(|guild| text(guild, "id").into_owned()).unwrap_or_default();
        channels.insert(folder(&entry).to_owned(), Channel { id: text(&channel, "id").into_owned(), guild });
    }
    channels
}

fn folder(entry: &Entry) -> &str {
    entry.name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

struct Reading {
    account: Account,
    channels: BTreeMap<String, Channel>,
}

/// A message in either layout.
struct Message<'m> {
    id: &'m str,
    time: &'m str,
    words: &'m str,
    files: &'m str,
}

impl Reading {
    fn list(&self, export: &mut Export<'_>, entry: &Entry, gather: &mut Gather) -> Result<(), Stopped> {
        let channel = self.channel(entry);
        records::stream(export.container, export.sink, entry, Start::Assigned, &mut |chunk, sink| {
            for (offset, record) in chunk.elements() {
                let place = format!("{}#{offset}", entry.name);
                let parse = |record: &[u8]| serde_json::from_slice::<Value>(record);
                let value = records::decoded(record, NOT_JSON, || place.clone(), gather.coverage(), parse);
                let Some(value) = value else { continue };
                let get = |key: &str| text(&value, key);
                let (id, time, words, files) =
                    (get("ID"), get("Timestamp"), get("Contents"), get("Attachments"));
                let message = Message { id: &id, time: &time, words: &words, files: &files };
                self.keep(&message, &channel, &place, gather);
                gather.hand_over(sink)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn table(&self, export: &mut Export<'_>, entry: &Entry, gather: &mut Gather) -> Result<(), Stopped> {
        let channel = self.channel(entry);
        let table = Table { needs: &["id", "timestamp", "contents"], backslash: false };
        rows::read(export, entry, table, |row, _: &mut Decoded| {
            let message = Message {
                id: row.get("id"),
                time: row.get("timestamp"),
                words: row.get("contents"),
                files: row.get("attachments"),
            };
            self.keep(&message, &channel, &row.place, gather);
        })?;
        gather.hand_over(export.sink)
    }

    /// The channel of a file; its folder bears the number where nothing else does.
    fn channel(&self, entry: &Entry) -> Channel {
        let folder = folder(entry);
        let mut channel = self.channels.get(folder).cloned().unwrap_or_default();
        if channel.id.is_empty() {
            let name = folder.rsplit('/').next().unwrap_or_default();
            name.strip_prefix('c').unwrap_or(name).clone_into(&mut channel.id);
        }
        channel
    }

    fn keep(&self, message: &Message<'_>, channel: &Channel, place: &str, gather: &mut Gather) {
        let (created_at, created_precision) = clock::utc(message.time, TIMES);
        if created_at.is_none() && !message.time.is_empty() {
            gather.coverage().fail(BAD_TIME, place);
        }
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let known = is_number(message.id)
            && is_number(&channel.id)
            && self.channels.contains_key(place_folder(place));
        let guild = if channel.guild.is_empty() { "@me" } else { &channel.guild };
        let item = Item {
            id: match is_number(message.id) {
                true => message.id.to_owned(),
                // Written as a float by some editors, which loses its last digits.
                false => derived_id(&[&channel.id, message.time, message.words]),
            },
            kind: Kind::Message,
            text: message.words.to_owned(),
            created_at,
            created_precision,
            url: known.then(|| format!("https://discord.com/channels/{guild}/{}/{}", channel.id, message.id)),
            visibility: if channel.guild.is_empty() { Visibility::Private } else { Visibility::Followers },
            thread: some(&channel.id),
            media: message.files.split_whitespace().map(attached::at).collect(),
            ..self.account.item(place)
        };
        gather.keep(item, NO_WORDS);
    }
}

/// The folder of the file that a place names.
fn place_folder(place: &str) -> &str {
    let file = place.rsplit_once('#').map_or(place, |(file, _)| file);
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}
