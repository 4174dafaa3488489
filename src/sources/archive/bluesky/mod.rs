//! Bluesky: the repository of an account as a CAR file. The file is read twice: for the tree that says which blocks are
//! records, since it may also hold stale and deleted ones, and for the records themselves.

mod car;
mod tree;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use ipld_core::ipld::Ipld;
use serde_json::Value;
use whitecoat_engine::Profile;

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::item::say_if_capped;
use super::value::text;
use crate::coverage::Coverage;
use crate::sources::shapes::bluesky as record;
use crate::sources::{Batch, Decoded, InputError, Stopped};
use crate::wording::thousands;
use car::{Block, Blocks, Digest, digest};
use tree::{Listed, Nodes};

const PLATFORM: &str = "bluesky";

const REPOSITORY: Role = "repository";

/// How many records make a batch, and how many bytes.
const BATCH_RECORDS: usize = 500;
const BATCH_BYTES: usize = 1024 * 1024;

/// How many versions of the profile are remembered, and how long they may be.
const MAX_PROFILES: usize = 100;
const MAX_PROFILE_BYTES: usize = 64 * 1024;

const EMPTY: &str = "A file is empty (0 bytes)";
const NO_COMMIT: &str =
    "Bluesky: the file does not hold the state of the repository that it names as its root";
const TOO_MANY: &str =
    "Bluesky: the repository has too many records (limit: 2,000,000 beside likes and follows)";
const MISSING_BRANCH: &str = "Bluesky: a part of the list of records is not in the file";
const MISSING: &str = "Bluesky: a record that is listed is not in the file";
const NOT_CBOR: &str = "Bluesky: a record is not valid CBOR";
const REACTIONS: &str = "Bluesky: likes, reposts, follows, blocks and lists' members are not read";
const NO_WORDS: &str = "Bluesky: a record without words and media";

/// Bluesky's export.
pub(super) static FORMAT: Format =
    Format { name: "Bluesky", files: &[Known("*.car", Is::Telling(REPOSITORY))], by_content, read };

/// A CAR header: a length, and a map of two keys.
fn by_content(start: &[u8]) -> Option<Role> {
    let is_car = matches!(start, [_, 0xA2, 0x65, b'r', b'o', b'o', b't', b's', ..])
        || matches!(start, [_, 0xA2, 0x67, b'v', b'e', b'r', b's', b'i', b'o', b'n', ..]);
    is_car.then_some(REPOSITORY)
}

/// What the first reading of a file finds.
struct Repository {
    name: String,
    account: Arc<Account>,
    records: BTreeMap<Digest, Vec<String>>,
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let mut repositories = Vec::new();
    for entry in export.of(REPOSITORY) {
        let name = entry.name.clone();
        let mut coverage = Coverage::default();
        let opened = open(export, &entry, &mut coverage);
        let found = opened.and_then(|(blocks, root)| Repository::of(blocks, root, name, &mut coverage));
        export.sink.coverage().absorb(coverage);
        repositories.extend(found.map(|repository| (entry, repository)));
    }
    let owners: Vec<String> = repositories.iter().map(|(_, repository)| repository.said()).collect();
    recognised(export, &owners.join(" and "));
    for (entry, repository) in repositories {
        repository.read(&entry, export)?;
    }
    Ok(())
}

/// Opens a file, or says why not.
fn open<'c>(
    export: &'c mut Export<'_>,
    entry: &Entry,
    coverage: &mut Coverage,
) -> Option<(Blocks<Box<dyn Read + 'c>>, Digest)> {
    if entry.size == 0 {
        coverage.fail(EMPTY, &entry.name);
        return None;
    }
    let opened = match export.container.read(entry) {
        Ok(reader) => Blocks::open(reader).map_err(str::to_owned),
        Err(reason) => Err(reason),
    };
    opened.map_err(|reason| coverage.fail(&reason, &entry.name)).ok()
}

/// A repository that is in memory, as a server sends it. The text says whose it is.
pub(in crate::sources) fn read_bytes(bytes: &[u8], name: &str) -> (Option<String>, Decoded) {
    let mut out = Decoded::default();
    let survey = match Blocks::open(bytes) {
        Ok((blocks, root)) => Repository::of(blocks, root, name.to_owned(), &mut out.coverage),
        Err(reason) => {
            out.coverage.fail(reason, name);
            None
        }
    };
    let (Some(mut repository), Ok((mut blocks, _))) = (survey, Blocks::open(bytes)) else {
        return (None, out);
    };
    let said = repository.said();
    while let Some(block) = blocks.next() {
        match block {
            Err((offset, reason)) => out.coverage.fail(&reason, format!("{name}#{offset}")),
            Ok(block) => {
                let keys = repository.records.remove(&block.name).unwrap_or_default();
                decode(&repository.account, name, keys, &block, &mut out);
            }
        }
    }
    repository.missing(&mut out.coverage);
    (Some(said), out)
}

/// The state of a repository.
struct Commit {
    did: String,
    tree: Digest,
}

impl Commit {
    fn of(block: &Block) -> Option<Self> {
        let Ok(Ipld::Map(commit)) = serde_ipld_dagcbor::from_slice(&block.data) else { return None };
        match (commit.get("did"), commit.get("data")) {
            (Some(Ipld::String(did)), Some(Ipld::Link(tree))) => {
                Some(Self { did: did.clone(), tree: digest(tree) })
            }
            _ => None,
        }
    }
}

fn may_be_profile(block: &Block) -> bool {
    block.data.len() <= MAX_PROFILE_BYTES
        && memchr::memmem::find(&block.data, record::PROFILE.as_bytes()).is_some()
}

fn decoded(block: &Block) -> Option<Value> {
    serde_ipld_dagcbor::from_slice(&block.data).ok().map(record::json)
}

impl Repository {
    /// Reads the tree of a file.
    fn of<R: Read>(
        mut blocks: Blocks<R>,
        root: Digest,
        name: String,
        coverage: &mut Coverage,
    ) -> Option<Repository> {
        let (mut nodes, mut commit, mut profiles, mut fits) = (Nodes::default(), None, Vec::new(), true);
        // What cannot be read is said at the second reading.
        while let Some(block) = blocks.next() {
            let Ok(block) = block else { continue };
            fits &= nodes.keep(&block);
            if !fits {
                break;
            }
            if block.name == root {
                commit = Commit::of(&block);
            } else if may_be_profile(&block) && profiles.len() < MAX_PROFILES {
                profiles.push(block);
            }
        }
        if !fits {
            coverage.fail(TOO_MANY, name);
            return None;
        }
        let Some(commit) = commit else {
            coverage.fail(NO_COMMIT, name);
            return None;
        };
        let Listed { records, left, missing } = nodes.walk(commit.tree);
        coverage.skip_many(REACTIONS, &name, left);
        for _ in 0..missing {
            coverage.fail(MISSING_BRANCH, &name);
        }
        let is_profile = |block: &&Block| {
            let keys = records.get(&block.name);
            keys.is_some_and(|keys| keys.iter().any(|key| key.starts_with(record::PROFILE)))
        };
        let profile = profiles.iter().find(is_profile).and_then(decoded).unwrap_or_default();
        let profile = Profile {
            name: text(&profile, "displayName").into_owned(),
            bio: record::bio(&profile),
            ..Profile::default()
        };
        let account = Account { platform: PLATFORM, handle: commit.did, profile: Arc::new(profile) };
        Some(Repository { name, account: Arc::new(account), records })
    }

    /// Such as `did:plc:abc, 26 posts listed`.
    fn said(&self) -> String {
        let keys = self.records.values().flatten();
        let posts = keys.filter(|key| key.starts_with("app.bsky.feed.post/")).count() as u64;
        format!("{}, {} posts listed", self.account.handle, thousands(posts))
    }

    fn read(mut self, entry: &Entry, export: &mut Export<'_>) -> Result<(), Stopped> {
        // Opened without errors before.
        let Export { container, sink, .. } = export;
        let Ok(reader) = container.read(entry) else { return Ok(()) };
        let Ok((mut blocks, _)) = Blocks::open(reader) else { return Ok(()) };
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(block) = blocks.next() {
            sink.progress().inc(blocks.take_bytes_read());
            match block {
                Err((offset, reason)) => {
                    sink.coverage().fail(&reason, format!("{}#{offset}", self.name));
                }
                Ok(block) => {
                    let Some(keys) = self.records.remove(&block.name) else { continue };
                    bytes += block.data.len();
                    batch.push((keys, block));
                }
            }
            if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
                bytes = 0;
                sink.batch(self.batch(std::mem::take(&mut batch)))?;
            }
        }
        if !batch.is_empty() {
            sink.batch(self.batch(batch))?;
        }
        self.missing(sink.coverage());
        Ok(())
    }

    fn batch(&self, records: Vec<(Vec<String>, Block)>) -> Batch {
        let (account, name) = (Arc::clone(&self.account), self.name.clone());
        Batch::deferred(move || {
            let mut out = Decoded::default();
            for (keys, block) in records {
                decode(&account, &name, keys, &block, &mut out);
            }
            out
        })
    }

    /// Counts what is listed and was not there.
    fn missing(&self, coverage: &mut Coverage) {
        for key in self.records.values().flatten() {
            coverage.fail(MISSING, format!("{}#{key}", self.name));
        }
    }
}

/// The items of one record, which may stand under several keys.
fn decode(account: &Arc<Account>, name: &str, keys: Vec<String>, block: &Block, out: &mut Decoded) {
    if keys.is_empty() {
        return;
    }
    let place = format!("{name}#{}", block.offset);
    let Some(value) = decoded(block) else { return out.coverage.fail(NOT_CBOR, place) };
    for key in keys {
        match record::item(account, &key, &value, &place, &mut out.coverage) {
            Some(item) => {
                say_if_capped(&item, &mut out.coverage);
                out.items.push(item);
            }
            None => out.coverage.skip(NO_WORDS, &place),
        }
    }
}

/// See [`crate::sources::properties`].
#[cfg(any(test, fuzzing))]
pub(super) fn check(bytes: &[u8]) {
    let Ok((mut blocks, root)) = car::Blocks::open(bytes) else { return };
    let mut nodes = tree::Nodes::default();
    while let Some(Ok(block)) = blocks.next() {
        assert!(block.offset < bytes.len() as u64 && bytes.len() >= block.data.len());
        nodes.keep(&block);
    }
    let _ = nodes.walk(root);
}
