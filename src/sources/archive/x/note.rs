//! The whole text of long posts, which X keeps in a file of its own and under another number.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use serde::Deserialize;
use whitecoat_engine::{Item, LiveState, Moment};

use super::account::Account;
use super::time::Misread;
use super::tweet::Tweet;
use super::{PLATFORM, text, time};
use crate::sources::archive::item::{cap, derived_id};
use crate::sources::archive::loose::{List, Maybe, Text};

/// How many bytes of long texts are kept for joining. Beyond it they become items of their own.
pub(super) const MAX_NOTE_BYTES: usize = 64 * 1024 * 1024;

/// How many notes of one second are compared with a post. An account writes one; a hostile file must not cost more.
const MAX_CANDIDATES: usize = 16;

/// One long text.
#[derive(Debug)]
pub(super) struct Note {
    id: String,
    /// As shown, links expanded.
    pub(super) text: String,
    /// As in the file, to compare with.
    raw: String,
    created_at: Option<Moment>,
    /// The text is longer than an item may carry.
    pub(super) capped: bool,
    deleted: bool,
    source: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Wrapper<'a> {
    #[serde(borrow, alias = "deletedNoteTweet")]
    note_tweet: Maybe<NoteTweet<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NoteTweet<'a> {
    #[serde(borrow)]
    note_tweet_id: Text<'a>,
    created_at: Text<'a>,
    core: Maybe<Core<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Core<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    urls: List<Maybe<Link<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Link<'a> {
    #[serde(borrow)]
    short_url: Text<'a>,
    expanded_url: Text<'a>,
}

impl Note {
    /// Reads a record; `None` where it holds no text.
    pub(super) fn read(
        record: &[u8],
        deleted: bool,
        source: &str,
        misread: &Misread,
    ) -> serde_json::Result<Option<Self>> {
        let wrapper: Wrapper<'_> = serde_json::from_slice(record)?;
        let Some(note) = wrapper.note_tweet.0 else { return Ok(None) };
        let Some(core) = note.core.0.filter(|core| core.text.some().is_some()) else { return Ok(None) };
        let mut raw = core.text.0.into_owned();
        let capped = cap(&mut raw);
        let links = core.urls.0.iter().filter_map(|link| link.0.as_ref());
        let links = links.map(|link| (&*link.short_url.0, &*link.expanded_url.0));
        Ok(Some(Self {
            id: note.note_tweet_id.0.into_owned(),
            text: text::expand(raw.clone(), links),
            raw,
            created_at: misread.read(&note.created_at.0).map(|time| time.0),
            capped,
            deleted,
            source: source.to_owned(),
        }))
    }

    /// The note as an item, when its post is not in the archive. It has no address: its number is not the post's.
    pub(super) fn item(&self, account: &Account) -> Item {
        let derived = self.id.is_empty();
        let mut text = self.text.clone();
        Item {
            id: if derived { derived_id(&[&self.text]) } else { self.id.clone() },
            platform: PLATFORM.to_owned(),
            account: account.handle.clone(),
            created_at: self.created_at,
            created_precision: time::precision_of(self.created_at),
            live_state: if self.deleted { LiveState::Deleted } else { LiveState::Unknown },
            profile: Some(Arc::clone(&account.profile)),
            source: self.source.clone(),
            truncated: cap(&mut text) || self.capped,
            text,
            ..Item::default()
        }
    }

    /// Whether a cut post is the beginning of this text.
    fn begins_with(&self, post: &str) -> bool {
        let shown = text::unescape(post);
        let start = text::cut(&shown).unwrap_or(&shown).trim();
        let bare = text::without_mentions(start);
        let whole = self.raw.trim_start();
        [start, bare].iter().any(|start| !start.is_empty() && whole.starts_with(start))
    }
}

/// The notes that wait for their posts.
#[derive(Default)]
pub(super) struct Notes {
    waiting: Vec<Option<Arc<Note>>>,
    by_second: HashMap<i64, Vec<usize>>,
    bytes: usize,
}

impl Notes {
    /// Keeps a note for joining, or gives it back where there is no room or no time to join by.
    pub(super) fn keep(&mut self, note: Note) -> Option<Note> {
        let Some(moment) = note.created_at.filter(|_| self.bytes < MAX_NOTE_BYTES) else { return Some(note) };
        self.bytes += note.text.len() + note.raw.len();
        self.by_second.entry(moment.instant().as_second()).or_default().push(self.waiting.len());
        self.waiting.push(Some(Arc::new(note)));
        None
    }

    /// The note that a post is the beginning of. Looks at the time first, which is all that most posts cost.
    pub(super) fn join(&mut self, record: &[u8]) -> Option<Arc<Note>> {
        if self.waiting.is_empty() {
            return None;
        }
        let candidates = self.by_second.get(&second(record)?)?;
        let tweet = Tweet::read(record, true).ok()?;
        candidates.iter().take(MAX_CANDIDATES).find_map(|&at| {
            let slot = self.waiting.get_mut(at)?;
            slot.take_if(|note| note.begins_with(tweet.raw_text()))
        })
    }

    /// The notes whose posts did not come.
    pub(super) fn leftover(self) -> impl Iterator<Item = Arc<Note>> {
        self.waiting.into_iter().flatten()
    }
}

static CREATED_AT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"created_at\""));

/// When a record was made, without decoding it: quotes inside of texts are escaped, so the key is the key.
fn second(record: &[u8]) -> Option<i64> {
    let found = CREATED_AT.find(record)?;
    let value = record.get(found + CREATED_AT.needle().len()..)?;
    let mut quoted = value.splitn(3, |&byte| byte == b'"').skip(1);
    let (moment, _) = time::read(std::str::from_utf8(quoted.next()?).ok()?)?;
    Some(moment.instant().as_second())
}
