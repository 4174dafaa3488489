//! ActivityPub: actors and notes, as Mastodon's export and every outbox hold them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{
    Item, Kind, Media, MediaKind, Parent, ParentAuthor, ParentKind, Precision, Profile, Settings, Visibility,
};

use super::account::Account;
use super::item::derived_id;
use super::stored_html::{self, words};
use super::value::{list, some, text};
use crate::coverage::Coverage;
use crate::sources::web::page::dom::{file_name, titled};

/// The platform that accounts are counted to. Its kin speak the same language, and say nowhere which they are.
pub(in crate::sources) const PLATFORM: &str = "mastodon";

pub(in crate::sources) const NO_POST: &str = "Mastodon: an activity that is no post";
pub(in crate::sources) const NO_WORDS: &str = "Mastodon: a post without words and media";
pub(in crate::sources) const BAD_TIME: &str =
    "Mastodon: a time was not understood; the item was kept without it";

/// How many mentions of a post are looked at for the author of what it answers.
const MAX_TAGS: usize = 1_000;

/// How many languages a text may stand in.
const MAX_LANGUAGES: usize = 20;

/// How many other addresses of an account are kept.
const MAX_ADDRESSES: usize = 20;

const PUBLIC: &[&str] = &["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

/// The account that an actor is.
pub(in crate::sources) fn account_of(actor: &Value, coverage: &mut Coverage) -> Account {
    let fields = list(actor, "attachment").iter().map(|field| (text(field, "name"), text(field, "value")));
    let name = text(actor, "preferredUsername");
    let handle = match (name.is_empty(), host(&text(actor, "id"))) {
        (true, _) => String::new(),
        (false, None) => name.into_owned(),
        (false, Some(host)) => format!("{name}@{host}"),
    };
    let profile = Profile {
        name: text(actor, "name").into_owned(),
        bio: bio(&text(actor, "summary"), fields, coverage),
        former_names: addresses(actor, "alsoKnownAs").chain(addresses(actor, "movedTo")).collect(),
        settings: settings(actor, "manuallyApprovesFollowers", "discoverable"),
        ..Profile::default()
    };
    Account { platform: PLATFORM, handle, profile: Arc::new(profile) }
}

/// Other addresses of the account's holder: one, or a list.
fn addresses<'v>(actor: &'v Value, key: &str) -> impl Iterator<Item = String> + use<'v> {
    list(actor, key)
        .iter()
        .filter_map(Value::as_str)
        .filter(|address| !address.is_empty())
        .take(MAX_ADDRESSES)
        .map(str::to_owned)
}

/// Who is let in. All Mastodon's public posts are open to everybody, whoever may follow.
pub(in crate::sources) fn settings(account: &Value, approves: &str, findable: &str) -> Settings {
    let flag = |key: &str| account.get(key).and_then(Value::as_bool);
    Settings { private: None, approves_followers: flag(approves), findable: flag(findable) }
}

/// A bio with the fields below it.
pub(in crate::sources) fn bio<S: AsRef<str>>(
    summary: &str,
    fields: impl Iterator<Item = (S, S)>,
    coverage: &mut Coverage,
) -> String {
    let mut bio = vec![words(summary, coverage)];
    for (name, value) in fields {
        let (name, value) = (name.as_ref(), words(value.as_ref(), coverage));
        if !name.is_empty() && !value.is_empty() {
            bio.push(format!("{name}: {value}"));
        }
    }
    bio.retain(|part| !part.is_empty());
    bio.join("\n")
}

fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    rest.split('/').next().filter(|host| !host.is_empty())
}

/// The post in an activity: a post may also stand there by itself, as in exports that were rewritten.
pub(in crate::sources) fn object(activity: &Value) -> &Value {
    activity.get("object").filter(|object| object.is_object()).unwrap_or(activity)
}

/// Whether an object is a post: it has words or media.
pub(in crate::sources) fn is_post(object: &Value) -> bool {
    object.get("content").is_some_and(Value::is_string)
        || !said(object, "content", "contentMap").is_empty()
        || !list(object, "attachment").is_empty()
}

/// A text, or where there is none, all that stands in its place by language.
fn said<'v>(object: &'v Value, key: &str, by_language: &str) -> Cow<'v, str> {
    let alone = text(object, key);
    if !alone.is_empty() {
        return alone;
    }
    let map = object.get(by_language).and_then(Value::as_object);
    let texts = map.into_iter().flat_map(|map| map.values()).filter_map(Value::as_str).map(str::trim);
    let mut texts: Vec<&str> = texts.filter(|text| !text.is_empty()).take(MAX_LANGUAGES).collect();
    texts.dedup();
    Cow::Owned(texts.join("\n"))
}

/// A post, and the activity that it came in.
pub(in crate::sources) struct Note<'v> {
    pub(in crate::sources) account: &'v Account,
    pub(in crate::sources) activity: &'v Value,
    pub(in crate::sources) object: &'v Value,
    pub(in crate::sources) audience: Audience,
}

impl Note<'_> {
    /// The item. `stored` says where a medium lies if the source holds it too.
    pub(in crate::sources) fn item(
        &self,
        place: &str,
        stored: &dyn Fn(&str) -> Option<String>,
        coverage: &mut Coverage,
    ) -> Item {
        let Self { account, activity, object, audience } = self;
        let written = [text(object, "published"), text(activity, "published")];
        let written = written.iter().find(|time| !time.is_empty());
        let created_at = written.and_then(|time| time.parse().ok());
        if written.is_some() && created_at.is_none() {
            coverage.fail(BAD_TIME, place);
        }
        let body = stored_html::read(&said(object, "content", "contentMap"), coverage);
        let choices =
            list(object, "oneOf").iter().chain(list(object, "anyOf")).map(|choice| text(choice, "name"));
        let warning = words(&said(object, "summary", "summaryMap"), coverage);
        let shown = shown(&warning, body.text, choices);
        let mut media = body.media;
        media.extend(list(object, "attachment").iter().map(|attachment| medium(attachment, stored)));
        let parent = self.parent();
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
            ..account.item(place)
        }
    }

    fn parent(&self) -> Option<Parent> {
        let object = self.object;
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
}

/// The words of a post: the content warning, the text, and the choices of a poll.
pub(in crate::sources) fn shown<S: AsRef<str>>(
    warning: &str,
    mut body: String,
    choices: impl Iterator<Item = S>,
) -> String {
    choices
        .filter(|choice| !choice.as_ref().is_empty())
        .for_each(|choice| body.push_str(&format!("\n- {}", choice.as_ref())));
    titled(warning, body.trim())
}

/// An attachment. In an export its address begins with the path of a storage that the archive does not have.
fn medium(attachment: &Value, stored: &dyn Fn(&str) -> Option<String>) -> Media {
    let link = text(attachment, "url");
    let sort = text(attachment, "mediaType");
    Media {
        kind: match sort.split('/').next() {
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            _ => MediaKind::Document,
        },
        file_name: file_name(&link),
        path: stored(&link).or_else(|| some(&link)),
        alt: text(attachment, "name").into_owned(),
        ..Media::default()
    }
}

/// Whom a post was sent to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Audience {
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

/// Whom a post was sent to, as it and its activity say.
pub(in crate::sources) fn audience(activity: &Value, object: &Value) -> Audience {
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

/// An address of a page.
pub(in crate::sources) fn address(text: &str) -> Option<String> {
    some(text).filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}
