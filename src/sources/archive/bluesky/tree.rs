//! The search tree of a repository, which says which of a file's blocks are its records, and under what keys.

use std::collections::BTreeMap;

use ipld_core::ipld::Ipld;

use super::car::{Block, Digest, digest};

/// How many records and branches are remembered. Bounds memory to some 300 MB; likes and follows do not count.
pub(super) const MAX_REMEMBERED: usize = 2_000_000;

/// The longest key, in bytes. The protocol allows 512 for a record key and 317 for a collection.
const MAX_KEY_BYTES: usize = 1024;

/// Collections without words of the account holder.
const LEFT: &[&str] = &[
    "app.bsky.feed.like/",
    "app.bsky.feed.repost/",
    "app.bsky.feed.threadgate/",
    "app.bsky.feed.postgate/",
    "app.bsky.graph.follow/",
    "app.bsky.graph.block/",
    "app.bsky.graph.listblock/",
    "app.bsky.graph.listitem/",
    "app.bsky.graph.verification/",
    "chat.bsky.actor.declaration/",
];

/// A branching of the tree, as far as it is needed.
#[derive(Debug, Default)]
struct Node {
    branches: Vec<Digest>,
    records: Vec<(String, Digest)>,
    /// How many of its records are of a collection without words.
    left: u64,
}

/// All branchings in a file, those of earlier states of the repository too.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    nodes: BTreeMap<Digest, Node>,
    remembered: usize,
}

/// What the tree names.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The keys of each record. The same record may stand under several.
    pub(super) records: BTreeMap<Digest, Vec<String>>,
    /// How many records are left out, since they hold no words.
    pub(super) left: u64,
    /// How many branches are not in the file.
    pub(super) missing: u64,
}

impl Nodes {
    /// Keeps a block if it is a branching. False where there is no more room.
    pub(super) fn keep(&mut self, block: &Block) -> bool {
        // A map of the keys `e` and `l`; all else need not be decoded.
        if !matches!(block.data.as_slice(), [0xA2, 0x61, b'e' | b'l', ..]) {
            return true;
        }
        let Some(node) = serde_ipld_dagcbor::from_slice(&block.data).ok().and_then(|node| Node::of(&node))
        else {
            return true;
        };
        self.remembered += 1 + node.branches.len() + node.records.len();
        self.nodes.insert(block.name, node);
        self.remembered <= MAX_REMEMBERED
    }

    /// Walks from the root of the tree. Each branching is visited once, whatever refers to it.
    pub(super) fn walk(mut self, root: Digest) -> Listed {
        let mut listed = Listed::default();
        let mut visited = std::collections::BTreeSet::new();
        let mut open = vec![root];
        while let Some(name) = open.pop() {
            if !visited.insert(name) {
                continue;
            }
            let Some(node) = self.nodes.remove(&name) else {
                listed.missing += 1;
                continue;
            };
            listed.left += node.left;
            open.extend(node.branches);
            for (key, record) in node.records {
                listed.records.entry(record).or_default().push(key);
            }
        }
        listed
    }
}

impl Node {
    fn of(node: &Ipld) -> Option<Self> {
        let Ipld::Map(node) = node else { return None };
        let Some(Ipld::List(entries)) = node.get("e") else { return None };
        let mut read = Self::default();
        let link = |value: Option<&Ipld>| match value {
            Some(Ipld::Link(cid)) => Some(digest(cid)),
            _ => None,
        };
        read.branches.extend(link(node.get("l")));
        let mut key: Vec<u8> = Vec::new();
        for entry in entries {
            let Ipld::Map(entry) = entry else { continue };
            let (Some(Ipld::Integer(shared)), Some(Ipld::Bytes(rest))) = (entry.get("p"), entry.get("k"))
            else {
                continue;
            };
            // Keys leave out what they share with the one before.
            key.truncate(usize::try_from(*shared).unwrap_or(0));
            key.extend_from_slice(rest);
            key.truncate(MAX_KEY_BYTES);
            read.branches.extend(link(entry.get("t")));
            let Some(record) = link(entry.get("v")) else { continue };
            let name = String::from_utf8_lossy(&key);
            if LEFT.iter().any(|collection| name.starts_with(collection)) {
                read.left += 1;
            } else {
                read.records.push((name.into_owned(), record));
            }
        }
        Some(read)
    }
}
