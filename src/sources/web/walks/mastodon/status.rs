//! Mastodon's records: accounts and statuses, as its REST interface gives them.

use std::sync::Arc;

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Item, Media, MediaKind, Precision, Profile, Visibility};

use crate::coverage::Coverage;
use crate::sources::shapes::account::Account;
use crate::sources::shapes::activity::{PLATFORM, address, bio, settings, shown};
use crate::sources::shapes::stored_html;
use crate::sources::shapes::value::{list, some, text};
use crate::sources::web::page::dom::file_name;

/// How much of what a reply answers is kept, in characters.
const MAX_PARENT_CHARS: usize = 2_000;

/// The account that an answer is about.
pub(super) fn account_of(account: &Value, base: &Url, coverage: &mut Coverage) -> Account {
    // The host of the identifier, as in the export; kin give a page only.
    let places = [text(account, "uri"), text(account, "url")].map(|place| Url::parse(&place).ok());
    let host = places.into_iter().flatten().find_map(|url| host(&url)).or_else(|| host(base));
    let name = text(account, "username");
    let fields = list(account, "fields").iter().map(|field| (text(field, "name"), text(field, "value")));
    let profile = Profile {
        name: text(account, "display_name").into_owned(),
        bio: bio(&text(account, "note"), fields, coverage),
        settings: settings(account, "locked", "discoverable"),
        ..Profile::default()
    };
    let handle = format!("{name}@{}", host.unwrap_or_default());
    Account { platform: PLATFORM, handle, profile: Arc::new(profile) }
}

fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Who wrote a status.
pub(super) fn account(status: &Value) -> &Value {
    status.get("account").unwrap_or(&Value::Null)
}

/// What a status says, whoever wrote it.
pub(super) fn post(status: &Value, coverage: &mut Coverage) -> Item {
    let stored = stored_html::read(&text(status, "content"), coverage);
    let poll = status.get("poll").unwrap_or(&Value::Null);
    let choices = list(poll, "options").iter().map(|choice| text(choice, "title"));
    let mut media = stored.media;
    media.extend(list(status, "media_attachments").iter().map(medium));
    let created_at = text(status, "created_at").parse().ok();
    Item {
        id: text(status, "uri").into_owned(),
        text: shown(&stored_html::words(&text(status, "spoiler_text"), coverage), stored.text, choices),
        created_at,
        created_precision: created_at.map_or(Precision::Unknown, |_| Precision::Second),
        url: address(&text(status, "url")),
        visibility: match text(status, "visibility").as_ref() {
            "private" => Visibility::Followers,
            "direct" => Visibility::Private,
            _ => Visibility::Public,
        },
        media,
        ..Item::default()
    }
}

fn medium(attachment: &Value) -> Media {
    let link = [text(attachment, "url"), text(attachment, "remote_url")];
    let link = link.iter().find(|link| !link.is_empty()).map_or("", |link| link);
    Media {
        kind: match text(attachment, "type").as_ref() {
            "image" => MediaKind::Image,
            "video" | "gifv" => MediaKind::Video,
            _ => MediaKind::Document,
        },
        file_name: file_name(link),
        path: some(link),
        alt: text(attachment, "description").into_owned(),
        ..Media::default()
    }
}

/// As much of a text as is kept of what a reply answers.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(MAX_PARENT_CHARS).collect()
}
