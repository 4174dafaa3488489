//! From the bytes of one file to batches of records, and from records to items.

use std::collections::BTreeMap;

use super::Found;
use super::account::base_name;
use super::files::Role;
use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::records;
use crate::sources::archive::splitter::{Chunk, Start};
use crate::sources::{Sink, Stopped};

const FEWER: &str = "X: a file holds fewer records than the archive says";
const NOT_JSON: &str = "X: a record is not valid JSON";

/// How many records each file should have, by lower-case file name.
pub(super) type Listed = BTreeMap<String, (Role, u64)>;

/// Hands over a file in chunks of whole records. What cannot be split, and a count that does not fit, go to the coverage.
pub(super) fn stream(
    container: &mut Container,
    sink: &mut dyn Sink,
    listed: &Listed,
    file: &Found,
    hand_over: &mut dyn FnMut(Chunk, &mut dyn Sink) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let name = &file.entry.name;
    let expected = listed.get(&base_name(name)).map_or(0, |(_, count)| *count);
    let streamed = records::stream(container, sink, &file.entry, Start::Assigned, hand_over)?;
    if let Some(records) = streamed.map(|streamed| streamed.records).filter(|records| *records < expected) {
        sink.coverage().fail(FEWER, format!("{name}: {records} of {expected}"));
    }
    Ok(())
}

/// What `decode` makes of a record. `None`, and a row in the coverage, where it is not JSON.
pub(super) fn decoded<T>(
    record: &[u8],
    place: impl Fn() -> String,
    coverage: &mut Coverage,
    decode: impl Fn(&[u8]) -> serde_json::Result<T>,
) -> Option<T> {
    records::decoded(record, NOT_JSON, place, coverage, decode)
}
