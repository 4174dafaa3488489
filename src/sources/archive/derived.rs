//! Identifiers where the platform gives none, and records that an export holds twice.

use std::collections::HashSet;

use crate::identity::DERIVED_ID;

/// How many identifiers are remembered. Bounds memory to some 80 MB.
const MAX_REMEMBERED: usize = 2_000_000;

pub(super) const TWICE: &str = "A record that the export holds twice, counted once";

/// An identifier for what the platform gives none: stable over exports, since it depends on the content only.
pub(super) fn derived_id(parts: &[&str]) -> String {
    let digest = hash(parts).to_hex();
    format!("{DERIVED_ID}{}", digest.get(..16).unwrap_or_default())
}

fn hash(parts: &[&str]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // Keeps ("ab", "c") apart from ("a", "bc").
        hasher.update(&[0]);
    }
    hasher.finalize()
}

/// What has been there already. Beyond the limit everything counts as new.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<[u8; 16]>);

impl Seen {
    /// Whether this is the first time.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        let mut key = [0; 16];
        for (into, from) in key.iter_mut().zip(hash(&[id]).as_bytes()) {
            *into = *from;
        }
        if self.0.len() < MAX_REMEMBERED { self.0.insert(key) } else { !self.0.contains(&key) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, derived_id};

    #[test]
    fn ids_depend_on_where_the_parts_end() {
        assert_eq!(derived_id(&["ab", "c"]), derived_id(&["ab", "c"]));
        assert_ne!(derived_id(&["ab", "c"]), derived_id(&["a", "bc"]));
    }

    #[test]
    fn the_second_time_is_not_new() {
        let mut seen = Seen::default();
        assert_eq!(["a", "b", "a"].map(|id| seen.is_new(id)), [true, true, false]);
    }
}
