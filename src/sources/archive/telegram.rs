//! Telegram: the JSON export of one chat, or of the whole account. Read only on request.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;
use whitecoat_engine::{
    Authorship, Item, Kind, Media, MediaKind, Moment, Parent, ParentAuthor, ParentKind, Precision, Profile,
    Visibility,
};

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::item::derived_id;
use super::splitter::Start;
use super::value::{list, some, spelled, squeezed, text, whole};
use super::{MESSAGES, first_reading, records, two_clocks};
use crate::coverage::Coverage;
use crate::sources::InputError;

const PLATFORM: &str = "telegram";

const CHATS: Role = "chats";
const PAGES: Role = "chats as pages";

const MEDIA: Is = Is::Left("Telegram: files sent are listed with their messages, and not looked into");

const NOT_JSON: &str = "Telegram: a record is not valid JSON";
const EVENT: &str = "Telegram: joins, calls and other events hold no words";
const AS_PAGES: &str =
    "Telegram: the export as HTML pages is not read: export again, as machine-readable JSON";
const NO_WORDS: &str = "Telegram: a message without words and files";
const BAD_TIME: &str = "Telegram: a time was not understood; the item was kept without it";
const NO_ZONE: &str =
    "Telegram: some times have no zone and were taken as UTC (they are those of the exporting computer)";
const NO_OWNER: &str =
    "Telegram: the export does not say whose it is, so that messages in groups count as somebody else's";
const CHANNELS: &str = "Telegram: posts of channels do not say who wrote them: those that are not signed with your name count as somebody else's, also in a channel of your own";
const NO_CHATS: &str =
    "Telegram: the export says too much about its chats (limit: 1 MiB), so that they are not told apart";

/// Telegram's export.
pub(super) static FORMAT: Format = Format {
    name: "Telegram",
    files: &[
        Known("result.json", Is::Part(CHATS)),
        Known("photos/", MEDIA),
        Known("files/", MEDIA),
        Known("video_files/", MEDIA),
        Known("voice_messages/", MEDIA),
        Known("round_video_messages/", MEDIA),
        Known("stickers/", MEDIA),
        Known("chats/", MEDIA),
        Known("profile_pictures/", MEDIA),
        Known("stories/", MEDIA),
        Known("contacts/", MEDIA),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    if memchr::memmem::find(start, b"<title>Exported Data</title>").is_some() {
        return Some(PAGES);
    }
    let start = squeezed(start);
    let has = |mark: &str| memchr::memmem::find(&start, mark.as_bytes()).is_some();
    let of_chat =
        ["personal_chat", "bot_chat", "saved_messages", "private_", "public_supergroup", "public_channel"];
    let is_chat = of_chat.iter().any(|sort| has(&format!("\"type\":\"{sort}")));
    let is_bare = has("\"messages\":[") && (has("\"date_unixtime\"") || has("\"from_id\""));
    let is_whole =
        has("Hereisthedatayourequested") || (has("\"personal_information\"") && has("\"user_id\""));
    (start.starts_with(b"{") && (is_chat || is_bare || is_whole)).then_some(CHATS)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = export.of(CHATS);
    let heads: Vec<Head> = files.iter().map(|entry| Head::of(export, entry)).collect();
    let handles: Vec<&str> = heads.iter().map(|head| head.account.handle.as_str()).collect();
    let handle = handles.into_iter().find(|handle| !handle.is_empty());
    let owner = handle.map_or(String::new(), |handle| format!("@{handle}"));
    recognised(export, &owner);
    let mut gather = Gather::default();
    for entry in export.of(PAGES) {
        gather.coverage().fail(AS_PAGES, entry.name);
    }
    for (entry, head) in files.iter().zip(&heads) {
        head.stories(&entry.name, &mut gather);
        if let Some(bio) = head.account.bio(&format!("{}#0", entry.name), Visibility::Public) {
            gather.keep(bio, NO_WORDS);
        }
        if !export.options.include_messages {
            gather.coverage().skip_many(MESSAGES, &entry.name, head.messages);
            // What is wrong with a file of messages is said where they are read.
            continue;
        }
        head.say(gather.coverage());
        records::stream(
            export.container,
            export.sink,
            entry,
            Start::Under(&["messages"]),
            &mut |chunk, sink| {
                let of_list = chunk.elements().zip(chunk.lists()).filter(|_| chunk.key.is_some());
                for ((offset, record), list) in of_list {
                    let place = format!("{}#{offset}", entry.name);
                    let parse = |record: &[u8]| serde_json::from_slice::<Value>(record);
                    let message =
                        records::decoded(record, NOT_JSON, || place.clone(), gather.coverage(), parse);
                    if let Some(message) = message {
                        head.take(&message, list, &place, &mut gather);
                    }
                    gather.hand_over(sink)?;
                }
                Ok(())
            },
        )?;
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// One chat.
#[derive(Debug, Default)]
struct Chat {
    id: String,
    sort: String,
}

/// What stands around the messages.
struct Head {
    account: Account,
    /// The owner as messages name it, such as `user12345`.
    owner: String,
    /// The chats, in the order of their lists of messages.
    chats: Vec<Chat>,
    messages: u64,
    is_whole: bool,
    /// Posts that are shown for a day.
    stories: Vec<Value>,
}

impl Head {
    fn of(export: &mut Export<'_>, entry: &Entry) -> Self {
        let mut messages = 0;
        let around = first_reading::records(export.container, entry, &["messages"], &mut |_| messages += 1);
        let is_whole = around.is_some();
        let around = around.unwrap_or_default();
        let about = around.get("personal_information").unwrap_or(&Value::Null);
        let name = format!("{} {}", text(about, "first_name"), text(about, "last_name"));
        let profile = Profile {
            name: name.trim().to_owned(),
            bio: text(about, "bio").into_owned(),
            ..Profile::default()
        };
        let handle = text(about, "username").trim_start_matches('@').to_owned();
        let number = text(about, "user_id");
        let mut chats = Vec::new();
        let all = ["chats", "left_chats"]
            .iter()
            .filter_map(|key| around.get(key))
            .flat_map(|all| list(all, "list"));
        for chat in std::iter::once(&around).chain(all) {
            // Only what has a list of messages is counted by the splitter.
            if chat.get("messages").is_some_and(|messages| messages.is_array() || messages.is_object()) {
                chats.push(Chat { id: text(chat, "id").into_owned(), sort: text(chat, "type").into_owned() });
            }
        }
        Self {
            account: Account { platform: PLATFORM, handle, profile: Arc::new(profile) },
            owner: if number.is_empty() { String::new() } else { format!("user{number}") },
            chats,
            messages,
            is_whole,
            stories: list(&around, "stories").to_vec(),
        }
    }

    /// Stories are no messages: they are read in any case.
    fn stories(&self, file: &str, gather: &mut Gather) {
        for story in &self.stories {
            let (created_at, created_precision) = time(story, file, gather.coverage());
            let shown = match words(story) {
                shown if shown.is_empty() => text(story, "caption").into_owned(),
                shown => shown,
            };
            let place = format!("{file}#story {}", text(story, "id"));
            let item = Item {
                id: derived_id(&["story", &text(story, "id"), &text(story, "date_unixtime"), &shown]),
                kind: Kind::Caption,
                text: shown,
                created_at,
                created_precision,
                media: media(story),
                ..self.account.item(&place)
            };
            gather.keep(item, NO_WORDS);
        }
    }

    fn say(&self, coverage: &mut Coverage) {
        if !self.is_whole && self.messages > 0 {
            coverage.note(NO_CHATS);
        }
        if self.owner.is_empty() && self.messages > 0 {
            coverage.note(NO_OWNER);
        }
    }

    fn take(&self, message: &Value, list: u64, place: &str, gather: &mut Gather) {
        if text(message, "type") == "service" {
            return gather.coverage().skip(EVENT, place);
        }
        let unknown = Chat::default();
        let at = usize::try_from(list).unwrap_or(usize::MAX).checked_sub(1);
        let chat = at.and_then(|at| self.chats.get(at)).unwrap_or(&unknown);
        let (created_at, created_precision) = time(message, place, gather.coverage());
        let shown = words(message);
        let number = text(message, "id");
        let within = |number: &str| match chat.id.as_str() {
            "" => number.to_owned(),
            chat => format!("{chat}/{number}"),
        };
        let authorship = self.authorship(message, chat);
        if authorship == Authorship::Other && text(message, "from_id").starts_with("channel") {
            gather.coverage().note(CHANNELS);
        }
        let item = Item {
            id: match number.as_ref() {
                "" => {
                    derived_id(&[&chat.id, &text(message, "date_unixtime"), &text(message, "from"), &shown])
                }
                number => within(number),
            },
            kind: Kind::Message,
            text: shown,
            created_at,
            created_precision,
            authorship,
            visibility: match chat.sort.as_str() {
                "public_channel" | "public_supergroup" => Visibility::Public,
                _ => Visibility::Private,
            },
            parent: some(&text(message, "reply_to_message_id")).map(|answered| Parent {
                author: ParentAuthor::Unknown,
                kind: ParentKind::Comment,
                id: Some(within(&answered)),
                ..Parent::default()
            }),
            thread: some(&chat.id),
            media: media(message),
            ..self.account.item(place)
        };
        gather.keep(item, NO_WORDS);
    }

    fn authorship(&self, message: &Value, chat: &Chat) -> Authorship {
        let from = text(message, "from_id");
        let own = match chat.sort.as_str() {
            "saved_messages" => true,
            // A post of a channel, signed.
            _ if from.starts_with("channel") => {
                let name = &self.account.profile.name;
                !name.is_empty() && text(message, "author") == name.as_str()
            }
            // Until 2021 a number only.
            _ if !self.owner.is_empty() => {
                from == self.owner || self.owner.strip_prefix("user").is_some_and(|number| from == number)
            }
            // There are two in such a chat, and it bears the number of the other one.
            "personal_chat" | "bot_chat" => !from.is_empty() && from.trim_start_matches("user") != chat.id,
            _ => false,
        };
        match own {
            false => Authorship::Other,
            // It stands there without a name where the account is gone.
            true if message.get("forwarded_from").is_none() => Authorship::Own,
            true => Authorship::Reshare,
        }
    }
}

/// A text, or a list of texts and of texts with their style.
fn words(message: &Value) -> String {
    let parts = |key: &str| -> String {
        let part = |part: &Value| match part {
            Value::String(text) => text.clone(),
            other => other.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        list(message, key).iter().map(part).collect()
    };
    let shown = parts("text");
    let shown = if shown.is_empty() { parts("text_entities") } else { shown };
    let mut lines = vec![shown];
    if let Some(poll) = message.get("poll") {
        lines.push(text(poll, "question").into_owned());
        let answers = list(poll, "answers").iter().map(|answer| text(answer, "text"));
        lines.extend(answers.filter(|answer| !answer.is_empty()).map(|answer| format!("- {answer}")));
    }
    if let Some(contact) = message.get("contact_information") {
        let parts = ["first_name", "last_name", "phone_number"].map(|key| text(contact, key));
        lines.push(
            parts.iter().filter(|part| !part.is_empty()).map(|part| &**part).collect::<Vec<_>>().join(" "),
        );
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n").trim().to_owned()
}

/// A file that was sent. Instead of its path there is a sentence in brackets where it is not in the export.
fn media(message: &Value) -> Vec<Media> {
    let medium = |key: &str, kind: MediaKind| {
        let path = message.get(key).map(spelled).filter(|path| !path.is_empty())?;
        let path = Some(path.into_owned()).filter(|path| !path.starts_with('('));
        let name = text(message, "file_name");
        let last = path.as_deref().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let file_name = if name.is_empty() { last.to_owned() } else { name.into_owned() };
        Some(Media { kind, path, file_name, ..Media::default() })
    };
    let sort = text(message, "media_type");
    let file = match sort.as_ref() {
        // Stickers are other people's pictures.
        "sticker" => return Vec::new(),
        "video_file" | "video_message" | "animation" => MediaKind::Video,
        _ if text(message, "mime_type").starts_with("image/") => MediaKind::Image,
        _ => MediaKind::Document,
    };
    [medium("photo", MediaKind::Image), medium("file", file)].into_iter().flatten().collect()
}

/// The instant is in UTC, and the date is by the clock of the computer.
fn time(message: &Value, place: &str, coverage: &mut Coverage) -> (Option<Moment>, Precision) {
    let instant = whole(message, "date_unixtime").and_then(|seconds| Timestamp::from_second(seconds).ok());
    let written = text(message, "date");
    let local: Option<DateTime> = written.parse().ok();
    let moment = match (instant.map(|instant| Offset::UTC.to_datetime(instant)), local) {
        (Some(utc), local) => two_clocks::moment(utc, local.unwrap_or(utc)),
        (None, Some(local)) => {
            coverage.note(NO_ZONE);
            Moment::of_clock(local, Offset::UTC)
        }
        (None, None) => None,
    };
    if moment.is_none() && !written.is_empty() {
        coverage.fail(BAD_TIME, place);
    }
    (moment, moment.map_or(Precision::Unknown, |_| Precision::Second))
}
