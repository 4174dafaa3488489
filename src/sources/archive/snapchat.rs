//! Snapchat: hardly any public words, so that what is read are the chats, and those only on request.

use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Authorship, Item, Kind, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::fields::Fields;
use super::format::{Export, Format, Is, Known, Role};
use super::item::derived_id;
use super::splitter::Start;
use super::twins::Seen;
use super::{MESSAGES, records};
use crate::coverage::Coverage;
use crate::sources::{Batch, Decoded, InputError, Stopped};

const CHATS: Role = "chats";
const ACCOUNT: Role = "account";
const MEMORIES: Role = "memories";

const PICTURES: &str = "Snapchat: pictures and videos without words are not read";
const NOT_JSON: &str = "Snapchat: a record is not valid JSON";
const NO_WORDS: &str = "Snapchat: a message without words";
const BAD_TIME: &str = "Snapchat: a time was not understood; the item was kept without it";
const NO_OWNER: &str = "Snapchat: the export does not say whose it is, so that messages count as one's own only where it marks them";
const SYSTEM: Is = Is::Left("Snapchat: friends, settings, places and purchases are not read");

const TIMES: &[Shape] = &[("%Y-%m-%d %H:%M:%S UTC", Precision::Second)];

/// Snapchat's export, in its JSON half; the pages beside it repeat it.
pub(super) static FORMAT: Format = Format {
    name: "Snapchat",
    files: &[
        Known("memories_history.json", Is::Telling(MEMORIES)),
        Known("snap_history.json", Is::Telling(MEMORIES)),
        Known("shared_story.json", Is::Telling(MEMORIES)),
        Known("chat_history.json", Is::Part(CHATS)),
        Known("account.json", Is::Part(ACCOUNT)),
        Known("html/chat_history.html", Is::Left("Snapchat: pages that repeat the JSON files are not read")),
        Known(
            "html/memories_history.html",
            Is::Left("Snapchat: pages that repeat the JSON files are not read"),
        ),
        Known("json/friends.json", SYSTEM),
        Known("json/location_history.json", SYSTEM),
        Known("json/ranking.json", SYSTEM),
        Known("json/user_profile.json", SYSTEM),
    ],
    by_content: |start| {
        let start = String::from_utf8_lossy(start);
        let chats =
            ["\"Received Saved Chat History\"", "\"Sent Saved Chat History\"", "\"Created(microseconds)\""];
        chats.iter().any(|mark| start.contains(mark)).then_some(CHATS)
    },
    read,
};

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let account = gather(export)?;
    let owner = if account.handle.is_empty() { String::new() } else { format!("@{}", account.handle) };
    recognised(export, &owner);
    for entry in export.of(MEMORIES) {
        export.sink.coverage().skip(PICTURES, entry.name);
    }
    let mut reading = Reading { account, seen: Seen::default() };
    for entry in export.of(CHATS) {
        if export.options.include_messages {
            if reading.account.handle.is_empty() {
                export.sink.coverage().note(NO_OWNER);
            }
            reading.chats(export, &entry)?;
        } else {
            export.sink.coverage().skip(MESSAGES, entry.name);
        }
    }
    Ok(())
}

/// `{"Basic Information": {"Username", "Name"}}`
fn gather(export: &mut Export<'_>) -> Result<Account, Stopped> {
    let mut account = Account { platform: "snapchat", ..Account::default() };
    for entry in export.of(ACCOUNT) {
        let Export { container, sink, .. } = &mut *export;
        records::stream(container, *sink, &entry, Start::Under(&["Basic Information"]), &mut |chunk, _| {
            for (_, record) in chunk.elements() {
                let value = decoded(record, "", &mut Coverage::default());
                if let Some(basic) = value.as_ref().and_then(Fields::of) {
                    account.handle = basic.text(&["Username"]);
                    account.profile = Arc::new(Profile { name: basic.text(&["Name"]), ..Profile::default() });
                }
            }
            Ok(())
        })?;
    }
    Ok(account)
}

fn decoded(record: &[u8], place: &str, coverage: &mut Coverage) -> Option<Value> {
    records::decoded(record, NOT_JSON, || place.to_owned(), coverage, |record| serde_json::from_slice(record))
}

struct Reading {
    account: Account,
    seen: Seen,
}

impl Reading {
    /// One object for all: a list a conversation (2024), or a list of what was received and one of what was sent (2022).
    fn chats(&mut self, export: &mut Export<'_>, entry: &Entry) -> Result<(), Stopped> {
        let Export { container, sink, .. } = export;
        records::stream(container, *sink, entry, Start::Under(&[]), &mut |chunk, sink| {
            let mut out = Decoded::default();
            for (offset, record) in chunk.elements() {
                let place = format!("{}#{offset}", entry.name);
                let value = decoded(record, &place, &mut out.coverage);
                for (chat, messages) in value.as_ref().and_then(Fields::of).iter().flat_map(Fields::all) {
                    for message in messages.as_array().into_iter().flatten().filter_map(Fields::of) {
                        self.message(chat, message, &place, &mut out);
                    }
                }
            }
            sink.coverage().absorb(out.coverage);
            sink.batch(Batch::ready(out.items))
        })?;
        Ok(())
    }

    fn message(&mut self, chat: &str, message: Fields<'_>, place: &str, out: &mut Decoded) {
        let text = message.text(&["Content", "Text"]);
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let (date, from) = (message.text(&["Created"]), message.text(&["From"]));
        let (created_at, created_precision) = clock::utc(&date, TIMES);
        if created_at.is_none() && !date.is_empty() {
            out.coverage.fail(BAD_TIME, place);
        }
        let sent = chat.starts_with("Sent ") || message.is_true("IsSender");
        let own = sent || !self.account.handle.is_empty() && from == self.account.handle;
        let item = Item {
            kind: Kind::Message,
            id: derived_id(&[chat, &date, &from, &text]),
            authorship: if own { Authorship::Own } else { Authorship::Other },
            visibility: Visibility::Private,
            thread: Some(chat.to_owned()),
            created_at,
            created_precision,
            text,
            ..self.account.item(place)
        };
        self.seen.keep(item, out);
    }
}
