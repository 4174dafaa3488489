//! Digests by which a report can be checked, and by which the owner of the posts can show which ones an audit covered
//! without showing them to anybody.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use whitecoat_engine::Item;

use crate::report::{Closed, Columns, Row, Run};
use crate::wording::word;

/// The shape of the digests. The first one's root covers items, rows, rules, profile and time, the second one's the whole
/// record.
pub const SCHEME: u32 = 2;
const SCHEME_1: &str = "whitecoat attestation 1";
const SCHEME_2: &str = "whitecoat attestation 2";
/// Hexadecimal digits of a row's digest.
const ROW_DIGITS: usize = 32;
/// Columns that people fill in: they are not part of what is attested, and the next audit carries them.
pub const FILLED_IN: &[&str] = &[
    "decision",
    "note",
    "review_status",
    "reviewer",
    "review_outcome",
    "review_note",
    "applicant_response",
    "clinician_response",
    "legal_hold",
    "privileged",
    "resolution_evidence",
];

/// What a run attests. All digests are BLAKE3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// How the root is made.
    #[serde(default = "first_scheme")]
    pub scheme: u32,
    /// Over the whole record, of which it is a part: note this one elsewhere.
    pub root: String,
    /// Over every item that was read, in order.
    pub items: Digest,
    /// Over every row of the report, in order.
    pub findings: Digest,
    /// The columns that the digests of rows cover.
    pub columns: Vec<String>,
    /// `finding_id:digest`, one a row, in order.
    pub rows: Vec<String>,
}

/// Records that do not say their scheme are older than the second one.
fn first_scheme() -> u32 {
    1
}

/// A root and what it is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many.
    pub count: u64,
    /// The root of their tree.
    pub root: String,
}

/// A tree of digests that grows one leaf at a time and keeps only its peaks: two for each doubling.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    peaks: Vec<(u32, blake3::Hash)>,
    count: u64,
}

impl Tree {
    /// Adds a leaf.
    pub fn add(&mut self, leaf: blake3::Hash) {
        self.count += 1;
        let (mut level, mut hash) = (0, leaf);
        while let Some((_, left)) = self.peaks.pop_if(|(known, _)| *known == level) {
            hash = joined(&left, &hash);
            level += 1;
        }
        self.peaks.push((level, hash));
    }

    /// The root over all leaves.
    pub fn digest(&self) -> Digest {
        let root = self.peaks.iter().rev().map(|(_, hash)| *hash).reduce(|right, left| joined(&left, &right));
        let root = root.unwrap_or_else(|| blake3::hash(b""));
        Digest { count: self.count, root: root.to_hex().to_string() }
    }
}

fn joined(left: &blake3::Hash, right: &blake3::Hash) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[1]).update(left.as_bytes()).update(right.as_bytes());
    hasher.finalize()
}

/// The digest of parts, each with its length, so that no two lists look alike.
fn leaf<'p>(parts: impl IntoIterator<Item = &'p str>) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[0]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize()
}

/// The leaf of an item: what it says, whose and when it is, wherever it was found.
pub fn of_item(item: &Item) -> blake3::Hash {
    let created = item.created_at.map(|moment| moment.to_string()).unwrap_or_default();
    let (kind, authorship) = (word(&item.kind), word(&item.authorship));
    let head = [item.platform.as_str(), &item.account, &item.id, &kind, &authorship, &created, &item.text];
    let media = item.media.iter().flat_map(|medium| [medium.alt.as_str(), medium.file_name.as_str()]);
    leaf(head.into_iter().chain(media))
}

/// The digest of a row's cells, given with the names of their columns.
pub fn of_cells<'c>(cells: impl IntoIterator<Item = (&'c str, &'c str)>) -> String {
    let parts: Vec<&str> = cells.into_iter().flat_map(|(name, cell)| [name, cell.trim()]).collect();
    leaf(parts).to_hex().chars().take(ROW_DIGITS).collect()
}

impl Attestation {
    /// Attests a report. The root comes last, once the record is whole: see [`sealed`].
    pub fn of(items: Digest, rows: &[Row], closed: &[Closed], run: &Run, columns: &Columns) -> Self {
        let covered: Vec<_> = columns.iter().filter(|column| !FILLED_IN.contains(&column.name)).collect();
        let digest = |id: &str, cells: Vec<String>| {
            let named = covered.iter().map(|column| column.name).zip(cells.iter().map(String::as_str));
            format!("{id}:{}", of_cells(named))
        };
        let shown = rows
            .iter()
            .map(|row| digest(&row.finding_id, covered.iter().map(|column| column.cell(row, run)).collect()));
        let closed = closed.iter().map(|row| {
            digest(row.finding_id(), covered.iter().map(|column| row.cell(column.name)).collect())
        });
        let rows: Vec<String> = shown.chain(closed).collect();
        let columns = covered.iter().map(|column| column.name.to_owned()).collect();
        let findings = root_of_rows(&rows);
        Self { scheme: SCHEME, root: String::new(), items, findings, columns, rows }
    }
}

/// The root over the digests of rows.
pub fn root_of_rows(rows: &[String]) -> Digest {
    let mut tree = Tree::default();
    rows.iter().for_each(|row| tree.add(leaf([row.as_str()])));
    tree.digest()
}

/// The root of the first scheme.
pub fn first_root(rules: &str, profile: &str, started: &str, items: &Digest, findings: &Digest) -> String {
    let (item_count, finding_count) = (items.count.to_string(), findings.count.to_string());
    let parts = [SCHEME_1, rules, profile, started, &item_count, &items.root, &finding_count, &findings.root];
    leaf(parts).to_hex().to_string()
}

/// The root over all that a record says, its own root left out. `None` if it is no record.
///
/// It is made of what was written and not of what is in memory: the two may write a number differently.
pub fn sealed(record: &[u8]) -> Option<String> {
    let mut record: Value = serde_json::from_slice(record).ok()?;
    record.get_mut("attestation")?.as_object_mut()?.remove("root");
    let mut hasher = blake3::Hasher::new();
    hasher.update(SCHEME_2.as_bytes());
    add_value(&mut hasher, &record);
    Some(hasher.finalize().to_hex().to_string())
}

/// Adds a value with its sort and length, so that no two look alike, and keys in order, so that theirs does not matter.
fn add_value(hasher: &mut blake3::Hasher, value: &Value) {
    let mut add = |sort: u8, length: usize| {
        hasher.update(&[sort]).update(&(length as u64).to_le_bytes());
    };
    match value {
        Value::Object(fields) => {
            add(b'o', fields.len());
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            for key in keys {
                hasher.update(&(key.len() as u64).to_le_bytes()).update(key.as_bytes());
                add_value(hasher, fields.get(key).unwrap_or(&Value::Null));
            }
        }
        Value::Array(values) => {
            add(b'a', values.len());
            values.iter().for_each(|value| add_value(hasher, value));
        }
        Value::String(text) => {
            add(b's', text.len());
            hasher.update(text.as_bytes());
        }
        other => {
            let text = other.to_string();
            add(b'v', text.len());
            hasher.update(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(leaves: &[&str]) -> Digest {
        let mut tree = Tree::default();
        leaves.iter().for_each(|text| tree.add(leaf([*text])));
        tree.digest()
    }

    #[test]
    fn a_tree_depends_on_every_leaf_and_their_order() {
        let five = ["a", "b", "c", "d", "e"];
        let root = tree(&five);
        assert_eq!((root.count, root.root.len()), (5, 64));
        assert_eq!(root, tree(&five));
        assert_ne!(root.root, tree(&["b", "a", "c", "d", "e"]).root);
        assert_ne!(root.root, tree(&["a", "b", "c", "d", "f"]).root);
        assert_ne!(tree(&five[..4]).root, tree(&five[..3]).root);
        assert_eq!(tree(&[]).count, 0);
    }

    #[test]
    fn a_tree_of_many_leaves_stays_small() {
        let mut tree = Tree::default();
        (0..100_000).for_each(|number: u32| tree.add(leaf([number.to_string().as_str()])));
        assert!(tree.peaks.len() <= 17, "{}", tree.peaks.len());
    }

    #[test]
    fn a_seal_covers_everything_in_a_record_but_itself() {
        let sealed = |text: &str| sealed(text.as_bytes());
        let record = r#"{"complete":true,"n":[1,2.5,"3"],"attestation":{"root":"","rows":["a:1"]}}"#;
        let root = sealed(record);
        assert!(root.is_some());
        for same in [
            record.replace("\"root\":\"\"", "\"root\":\"9f\""),
            record.replace("{\"complete\":true,", "{ ").replace("}}", "}, \"complete\": true}"),
        ] {
            assert_eq!(sealed(&same), root, "{same}");
        }
        for other in [
            record.replace("true", "false"),
            record.replace("2.5", "2.25"),
            record.replace("\"3\"", "3"),
            record.replace("[1,2.5", "[2.5,1"),
            record.replace("a:1", "a:2"),
            record.replace("\"n\"", "\"m\""),
            record.replace("{\"complete\"", "{\"unmask\":true,\"complete\""),
        ] {
            assert_ne!(sealed(&other), root, "{other}");
        }
        assert_eq!((sealed("[]"), sealed("{}"), sealed("no")), (None, None, None));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(leaf(["ab", "c"]), leaf(["a", "bc"]));
        assert_ne!(of_cells([("a", "b")]), of_cells([("ab", "")]));
    }
}
