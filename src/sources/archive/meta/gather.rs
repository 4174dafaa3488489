//! Collects the items of one export: completes them, leaves out what comes twice, hands them over in batches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Profile};

use super::account::Account;

use crate::sources::archive::item::{cap, derived_id, say_if_capped};
use crate::sources::{Batch, Sink, Stopped};

/// How many items are handed over at once.
const ITEMS_PER_BATCH: usize = 300;

/// How many marks are remembered to find what comes twice: some 40 MB.
const MAX_REMEMBERED: usize = 2_000_000;

/// Services that posted to Facebook did so twice at times: the same words within so many seconds are one post.
const ECHO_SECONDS: u64 = 180;

/// Among how many posts an echo is looked for.
const MAX_ECHOES: usize = 50_000;

const TWICE: &str = "Records that repeat others of the export, counted once";
const FORGOTTEN: &str = "The export holds so many records that some which come twice may have been counted twice (limit: 2,000,000)";

/// See the module's words.
pub(in crate::sources::archive) struct Gatherer {
    platform: &'static str,
    handle: String,
    /// The display name, which tells the account holder's messages from others'.
    pub(in crate::sources::archive) name: String,
    profile: Arc<Profile>,
    seen: HashSet<u64>,
    /// When the words of posts were posted last, by their mark.
    posted: HashMap<u64, i64>,
    batch: Vec<Item>,
}

impl Gatherer {
    /// A gatherer for one account, with its profile as the first item.
    pub(in crate::sources::archive) fn new(
        platform: &'static str,
        account: Account,
        sink: &mut dyn Sink,
    ) -> Result<Self, Stopped> {
        let mut gatherer = Self {
            platform,
            handle: account.handle,
            name: account.profile.name.clone(),
            profile: Arc::new(account.profile),
            seen: HashSet::new(),
            posted: HashMap::new(),
            batch: Vec::new(),
        };
        let mut shown: Vec<String> =
            std::iter::once(account.words).chain(account.links).filter(|line| !line.is_empty()).collect();
        // Where the account's settings are known, its name stands for a profile that says nothing.
        if shown.is_empty() && !gatherer.profile.settings.is_empty() && !account.source.is_empty() {
            let names = [&gatherer.name, &gatherer.handle];
            shown.extend(names.into_iter().find(|name| !name.is_empty()).cloned());
        }
        if !shown.is_empty() {
            let bio = Item {
                kind: Kind::Profile,
                text: shown.join("\n"),
                url: account.url,
                source: account.source,
                ..Item::default()
            };
            gatherer.add(bio, sink)?;
        }
        Ok(gatherer)
    }

    /// Remembers a mark, such as the name of a picture. Says whether it is new.
    pub(in crate::sources::archive) fn is_new(
        &mut self,
        sort: &str,
        mark: &str,
        sink: &mut dyn Sink,
    ) -> bool {
        let short = shortened(sort, mark);
        if self.seen.len() >= MAX_REMEMBERED {
            sink.coverage().note(FORGOTTEN);
            return !self.seen.contains(&short);
        }
        self.seen.insert(short)
    }

    /// Counts a record that is left out because another holds the same.
    pub(in crate::sources::archive) fn twin(source: &str, sink: &mut dyn Sink) {
        sink.coverage().skip(TWICE, source);
    }

    /// Takes an item; what it lacks of platform, account and id is filled in.
    pub(in crate::sources::archive) fn add(
        &mut self,
        mut item: Item,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        item.truncated |= cap(&mut item.text);
        if !item.id.is_empty() && self.is_another(&item, sink) {
            item.id.clear();
        }
        if item.id.is_empty() {
            let time = item.created_at.map(|time| time.to_string()).unwrap_or_default();
            let thread = item.thread.as_deref().unwrap_or_default();
            let mut parts = vec![self.platform, thread, time.as_str(), item.text.as_str()];
            parts.extend(item.media.iter().map(|medium| medium.file_name.as_str()));
            item.id = derived_id(&parts);
        }
        if !self.is_new("id", &item.id, sink) || self.echoes(&item) {
            Self::twin(&item.source, sink);
            return Ok(());
        }
        say_if_capped(&item, sink.coverage());
        self.platform.clone_into(&mut item.platform);
        self.handle.clone_into(&mut item.account);
        item.profile = Some(Arc::clone(&self.profile));
        self.batch.push(item);
        if self.batch.len() >= ITEMS_PER_BATCH { self.hand_over(sink) } else { Ok(()) }
    }

    /// Whether an item has the id of one that was there, and other words: two posts may show one picture, which gives them
    /// their id.
    fn is_another(&mut self, item: &Item, sink: &mut dyn Sink) -> bool {
        if item.text.is_empty() {
            return false;
        }
        let has_new_words = self.is_new("id and words", &format!("{}\n{}", item.id, item.text), sink);
        has_new_words && self.seen.contains(&shortened("id", &item.id))
    }

    /// Whether the same words were posted moments before.
    fn echoes(&mut self, item: &Item) -> bool {
        let (Some(time), Kind::Post) = (item.created_at, item.kind) else { return false };
        if item.text.is_empty() {
            return false;
        }
        // Echoes stand close together: what is far behind need not be remembered.
        if self.posted.len() >= MAX_ECHOES {
            self.posted.clear();
        }
        let now = time.instant().as_second();
        let before = self.posted.insert(shortened("post", &item.text), now);
        item.version_of.is_none() && before.is_some_and(|before| now.abs_diff(before) <= ECHO_SECONDS)
    }

    /// Hands over what is left.
    pub(in crate::sources::archive) fn hand_over(&mut self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        if self.batch.is_empty() {
            return Ok(());
        }
        sink.batch(Batch::ready(std::mem::take(&mut self.batch)))
    }
}

fn shortened(sort: &str, mark: &str) -> u64 {
    let hash = blake3::Hasher::new().update(sort.as_bytes()).update(&[0]).update(mark.as_bytes()).finalize();
    hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
