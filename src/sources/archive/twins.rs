//! Records that one export holds twice.

use std::collections::HashSet;

use whitecoat_engine::Item;

use super::item::{cap, say_if_capped};
use crate::sources::Decoded;

/// How many identifiers are remembered. Bounds memory to some 80 MB.
const MAX_REMEMBERED: usize = 2_000_000;

pub(super) const TWICE: &str = "A record that the export holds twice, counted once";

/// What has been there already. Beyond the limit everything counts as new.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<[u8; 16]>);

impl Seen {
    /// Whether this is the first time.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        let mut key = [0; 16];
        for (into, from) in key.iter_mut().zip(blake3::hash(id.as_bytes()).as_bytes()) {
            *into = *from;
        }
        if self.0.len() < MAX_REMEMBERED { self.0.insert(key) } else { !self.0.contains(&key) }
    }

    /// Keeps an item that was not there yet, its text cut at the limit.
    pub(super) fn keep(&mut self, mut item: Item, out: &mut Decoded) {
        if !self.is_new(&format!("{:?} {}", item.kind, item.id)) {
            out.coverage.skip(TWICE, item.source);
            return;
        }
        item.truncated |= cap(&mut item.text);
        say_if_capped(&item, &mut out.coverage);
        out.items.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn the_second_time_is_not_new() {
        let mut seen = Seen::default();
        assert_eq!(["a", "b", "a"].map(|id| seen.is_new(id)), [true, true, false]);
    }
}
