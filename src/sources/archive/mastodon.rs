//! Mastodon archives, and those of kin that speak ActivityPub: `outbox.json` with everything that was sent, `actor.json`.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{
    Item, Kind, Media, MediaKind, Parent, ParentAuthor, ParentKind, Precision, Profile, Visibility,
};

use super::MESSAGES;
use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::html::{file_name, titled};
use super::item::{cap, derived_id, say_if_capped, thousands};
use super::records;
use super::splitter::{Chunk, Start};
use super::stored_html::{self, words};
use super::value::{list, some, squeezed, text};
use crate::coverage::Coverage;
use crate::sources::{Batch, Decoded, InputError};

const PLATFORM: &str = "mastodon";

const OUTBOX: Role = "outbox";
const ACTOR: Role = "actor";

/// How much of the file about the account is read. Real ones have about 4 kB.
const MAX_ACTOR_BYTES: u64 = 4 * 1024 * 1024;

/// How far into the outbox its count stands: behind the context.
const COUNT_BYTES: usize = 8 * 1024;

/// How many mentions of a post are looked at for the author of what it answers.
const MAX_TAGS: usize = 1_000;

const PUBLIC: &[&str] = &["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

const NOT_JSON: &str = "Mastodon: a record is not valid JSON";
const BAD_ACTOR: &str = "Mastodon: the file about the account is not valid JSON";
const BOOST: &str = "Mastodon: a boost, whose text is not in the archive";
const NO_POST: &str = "Mastodon: an activity that is no post";
const NO_WORDS: &str = "Mastodon: a post without words and media";
const BAD_TIME: &str = "Mastodon: a time was not understood; the item was kept without it";
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

fn account_of(actor: &Value, coverage: &mut Coverage) -> Account {
    let mut bio = vec![words(&text(actor, "summary"), coverage)];
    for field in list(actor, "attachment") {
        let (name, value) = (text(field, "name"), words(&text(field, "value"), coverage));
        if !name.is_empty() && !value.is_empty() {
            bio.push(format!("{name}: {value}"));
        }
    }
    bio.retain(|part| !part.is_empty());
    let profile =
        Profile { name: text(actor, "name").into_owned(), bio: bio.join("\n"), ..Profile::default() };
    let name = text(actor, "preferredUsername");
    let handle = match (name.is_empty(), host(&text(actor, "id"))) {
        (true, _) => String::new(),
        (false, None) => name.into_owned(),
        (false, Some(host)) => format!("{name}@{host}"),
    };
    Account { platform: PLATFORM, handle, profile: Arc::new(profile) }
}

fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    rest.split('/').next().filter(|host| !host.is_empty())
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
        let object = activity.get("object").unwrap_or(&Value::Null);
        let kind = text(activity, "type");
        if kind == "Announce" {
            return out.coverage.skip(BOOST, place);
        }
        // A post may also stand there by itself, as in exports that were rewritten.
        let object = if object.is_object() { object } else { activity };
        if !object.get("content").is_some_and(Value::is_string) && list(object, "attachment").is_empty() {
            return match activity.is_object() {
                true => out.coverage.skip(NO_POST, place),
                false => out.coverage.fail(NO_POST, place),
            };
        }
        let audience = audience(activity, object);
        if audience == Audience::Addressed && !self.include_messages {
            return out.coverage.skip(MESSAGES, place);
        }
        let mut item = self.item(activity, object, audience, &place, out);
        if item.text.is_empty() && item.media.is_empty() {
            return out.coverage.skip(NO_WORDS, place);
        }
        item.truncated = cap(&mut item.text);
        say_if_capped(&item, &mut out.coverage);
        out.items.push(item);
    }

    fn item(
        &self,
        activity: &Value,
        object: &Value,
        audience: Audience,
        place: &str,
        out: &mut Decoded,
    ) -> Item {
        let written = [text(object, "published"), text(activity, "published")];
        let written = written.iter().find(|time| !time.is_empty());
        let created_at = written.and_then(|time| time.parse().ok());
        if written.is_some() && created_at.is_none() {
            out.coverage.fail(BAD_TIME, place);
        }
        let stored = stored_html::read(&text(object, "content"), &mut out.coverage);
        let mut body = stored.text;
        let choices =
            list(object, "oneOf").iter().chain(list(object, "anyOf")).map(|choice| text(choice, "name"));
        choices
            .filter(|choice| !choice.is_empty())
            .for_each(|choice| body.push_str(&format!("\n- {choice}")));
        let warning = words(&text(object, "summary"), &mut out.coverage);
        let shown = titled(&warning, body.trim());
        let mut media = stored.media;
        media.extend(list(object, "attachment").iter().map(|attachment| self.medium(attachment)));
        let parent = self.parent(object);
        let id = text(object, "id").into_owned();
        Item {
            kind: match (audience, &parent) {
                (Audience::Addressed, _) => Kind::Message,
                (_, Some(_)) => Kind::Reply,
                _ => Kind::Post,
            },
            id: if id.is_empty() { derived_id(&[written.map_or("", |time| time), &shown]) } else { id },
            text: shown,
            created_at,
            created_precision: created_at.map_or(Precision::Unknown, |_| Precision::Second),
            url: address(&text(object, "url")),
            visibility: audience.visibility(),
            thread: some(&text(object, "conversation")).or_else(|| some(&text(object, "context"))),
            parent,
            media,
            ..self.account.item(place)
        }
    }

    fn parent(&self, object: &Value) -> Option<Parent> {
        let id = text(object, "inReplyTo");
        if id.is_empty() {
            return None;
        }
        let writer = text(object, "attributedTo");
        let is_below = |owner: &str| {
            !owner.is_empty() && id.strip_prefix(owner).is_some_and(|rest| rest.starts_with('/'))
        };
        let own = is_below(&writer);
        // The person who is answered is mentioned, and the post's address begins with theirs.
        let mentions = list(object, "tag").iter().take(MAX_TAGS).filter(|tag| text(tag, "type") == "Mention");
        let answered = mentions.into_iter().find(|mention| is_below(&text(mention, "href")));
        let handle = answered.and_then(|mention| some(text(mention, "name").trim_start_matches('@')));
        Some(Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            handle: if own { some(&self.account.handle) } else { handle },
            id: Some(id.into_owned()),
            text: None,
        })
    }

    /// An attachment. Its address begins with the path of a storage that the archive does not have.
    fn medium(&self, attachment: &Value) -> Media {
        let link = text(attachment, "url");
        let root = self.path.rfind('/').map_or("", |end| self.path.get(..=end).unwrap_or_default());
        let tails = ["media_attachments/", "media/"].iter().filter_map(|folder| link.find(folder));
        let tails = tails.filter_map(|at| Some(format!("{root}{}", link.get(at..)?)));
        let inside = tails.into_iter().find(|path| self.files.contains(path));
        let sort = text(attachment, "mediaType");
        Media {
            kind: match sort.split('/').next() {
                Some("image") => MediaKind::Image,
                Some("video") => MediaKind::Video,
                _ => MediaKind::Document,
            },
            file_name: file_name(&link),
            path: inside.or_else(|| some(&link)),
            alt: text(attachment, "name").into_owned(),
            ..Media::default()
        }
    }
}

/// Whom a post was sent to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Audience {
    Everybody,
    Followers,
    /// Only the people who are named: a direct message.
    Addressed,
    /// Nobody is named, as happens after deletions.
    Unknown,
}

impl Audience {
    fn visibility(self) -> Visibility {
        match self {
            Self::Everybody => Visibility::Public,
            Self::Followers => Visibility::Followers,
            Self::Addressed => Visibility::Private,
            Self::Unknown => Visibility::Unknown,
        }
    }
}

fn audience(activity: &Value, object: &Value) -> Audience {
    let addressed = |key| list(object, key).iter().chain(list(activity, key));
    let mut all = addressed("to").chain(addressed("cc")).filter_map(Value::as_str).peekable();
    if all.peek().is_none() {
        return Audience::Unknown;
    }
    all.fold(Audience::Addressed, |so_far, name| match so_far {
        _ if PUBLIC.contains(&name) => Audience::Everybody,
        Audience::Addressed if name.ends_with("/followers") => Audience::Followers,
        so_far => so_far,
    })
}

fn address(text: &str) -> Option<String> {
    some(text).filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}
