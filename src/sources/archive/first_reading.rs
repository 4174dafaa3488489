//! A first reading of a JSON file, for what must be known before its records are read. What is broken is said at the
//! second reading.

use serde_json::Value;

use super::container::{Container, Entry};
use super::splitter::{Splitter, Start};

/// Hands over the records under some keys. Returns the object around the lists, with the lists emptied.
pub(super) fn records(
    container: &mut Container,
    entry: &Entry,
    keys: &'static [&'static str],
    take: &mut dyn FnMut(&[u8]),
) -> Option<Value> {
    let reader = container.read(entry).ok()?;
    let mut splitter = Splitter::starting(reader, Start::Under(keys));
    while let Some(chunk) = splitter.next_chunk() {
        chunk.elements().filter(|_| chunk.key.is_some()).for_each(|(_, record)| take(record));
    }
    serde_json::from_slice(splitter.frame()).ok()
}
