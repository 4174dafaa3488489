//! Private messages and the comments in live broadcasts.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use whitecoat_engine::{Authorship, Item, Kind, Media, MediaKind, Parent, ParentKind, Precision, Visibility};

use super::account::Account;
use super::time::Misread;
use super::{PLATFORM, text};
use crate::sources::archive::item::{cap, derived_id};
use crate::sources::archive::loose::{List, Maybe, Text};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConversationFile<'a> {
    #[serde(borrow)]
    dm_conversation: Maybe<Conversation<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Conversation<'a> {
    #[serde(borrow)]
    conversation_id: Text<'a>,
    /// Undecoded, so that a broken message costs only itself.
    messages: List<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow)]
    message_create: Maybe<Message<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    sender_id: Text<'a>,
    created_at: Text<'a>,
    text: Text<'a>,
    urls: List<Maybe<Link<'a>>>,
    media_urls: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    expanded: Text<'a>,
}

/// All messages of one conversation, and how many of them are broken. Joins, leaves and renamings are no messages.
pub(super) fn messages(
    record: &[u8],
    account: &Arc<Account>,
    source: &str,
    misread: &Misread,
) -> serde_json::Result<(Vec<Item>, u64)> {
    let file: ConversationFile<'_> = serde_json::from_slice(record)?;
    let conversation = file.dm_conversation.0.unwrap_or_default();
    let (mut items, mut broken) = (Vec::new(), 0);
    for event in &conversation.messages.0 {
        match serde_json::from_str::<Event<'_>>(event.get()) {
            Ok(event) => {
                let message = event.message_create.0;
                let id = &conversation.conversation_id.0;
                items.extend(message.and_then(|message| message.item(id, account, source, misread)));
            }
            Err(_) => broken += 1,
        }
    }
    Ok((items, broken))
}

impl Message<'_> {
    fn item(
        self,
        conversation: &str,
        account: &Arc<Account>,
        source: &str,
        misread: &Misread,
    ) -> Option<Item> {
        let media: Vec<_> = self.media_urls.0.iter().filter_map(|url| medium(&url.0)).collect();
        if self.text.0.is_empty() && media.is_empty() {
            return None;
        }
        let links = self
            .urls
            .0
            .iter()
            .filter_map(|link| link.0.as_ref())
            .map(|link| (&*link.url.0, &*link.expanded.0));
        let mut shown = text::expand(self.text.0.into_owned(), links);
        let own = !account.id.is_empty() && self.sender_id.0 == account.id;
        let derived = self.id.0.is_empty();
        let id = if derived {
            derived_id(&[conversation, &self.created_at.0, &shown])
        } else {
            self.id.0.into_owned()
        };
        Some(Item {
            kind: Kind::Message,
            authorship: if own { Authorship::Own } else { Authorship::Other },
            visibility: Visibility::Private,
            thread: Some(conversation.to_owned()).filter(|thread| !thread.is_empty()),
            media,
            id,
            truncated: cap(&mut shown),
            text: shown,
            ..written(&self.created_at, account, source, misread)
        })
    }
}

/// Message media are called after the message in their folder; only the last part of the address is certain.
fn medium(address: &str) -> Option<Media> {
    let file_name = address.rsplit('/').next().filter(|name| !name.is_empty())?.to_owned();
    let kind = if file_name.ends_with(".mp4") { MediaKind::Video } else { MediaKind::Image };
    Some(Media { kind, file_name, path: Some(address.to_owned()), ..Media::default() })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CommentFile<'a> {
    #[serde(
        borrow,
        alias = "periscopeCommentsMadeByUser",
        alias = "periscopeCommentMadeByUser",
        alias = "comment"
    )]
    periscope_comment: Maybe<Comment<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Comment<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    broadcast_id: Text<'a>,
    created_at: Text<'a>,
    text: Text<'a>,
}

/// A comment in a live broadcast or Space. X gives comments no number, so that theirs is derived.
pub(super) fn comment(
    record: &[u8],
    account: &Arc<Account>,
    source: &str,
    misread: &Misread,
) -> serde_json::Result<Option<Item>> {
    let file: CommentFile<'_> = serde_json::from_slice(record)?;
    let comment = match file.periscope_comment.0 {
        Some(comment) => comment,
        None => serde_json::from_slice(record)?,
    };
    if comment.text.0.is_empty() {
        return Ok(None);
    }
    let derived = comment.id.0.is_empty();
    let broadcast = comment.broadcast_id.some().map(str::to_owned);
    let mut shown = comment.text.0.into_owned();
    let place = broadcast.as_deref().unwrap_or_default();
    Ok(Some(Item {
        kind: Kind::Comment,
        id: if derived {
            derived_id(&[place, &comment.created_at.0, &shown])
        } else {
            comment.id.0.into_owned()
        },
        parent: broadcast.clone().map(|id| Parent {
            kind: ParentKind::Post,
            id: Some(id),
            ..Parent::default()
        }),
        thread: broadcast,
        truncated: cap(&mut shown),
        text: shown,
        ..written(&comment.created_at, account, source, misread)
    }))
}

/// What all items of an account have.
pub(super) fn written(
    created_at: &Text<'_>,
    account: &Arc<Account>,
    source: &str,
    misread: &Misread,
) -> Item {
    let time = misread.read(&created_at.0);
    Item {
        platform: PLATFORM.to_owned(),
        account: account.handle.clone(),
        created_at: time.map(|time| time.0),
        created_precision: time.map_or(Precision::Unknown, |time| time.1),
        profile: Some(Arc::clone(&account.profile)),
        source: source.to_owned(),
        ..Item::default()
    }
}
