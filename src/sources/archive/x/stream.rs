//! From the bytes of one file to batches of records, and from records to items.

use std::collections::BTreeMap;

use super::Found;
use super::account::base_name;
use super::files::Role;
use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::encoding::repair;
use crate::sources::archive::splitter::{Chunk, Splitter};
use crate::sources::{Sink, Stopped};

const FEWER: &str = "X: a file holds fewer records than the archive says";
const EMPTY: &str = "A file is empty (0 bytes)";
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
    if file.entry.size == 0 {
        sink.coverage().fail(EMPTY, name.clone());
        return Ok(());
    }
    let reader = match container.read(&file.entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, name.clone());
            return Ok(());
        }
    };
    let mut splitter = Splitter::new(reader);
    let mut records = 0;
    while let Some(mut chunk) = splitter.next_chunk() {
        sink.progress().inc(chunk.bytes_read);
        records += chunk.len() as u64;
        for fault in std::mem::take(&mut chunk.faults) {
            records += 1;
            sink.coverage().fail(&fault.reason, format!("{name}#{}", fault.offset));
        }
        if chunk.len() > 0 {
            hand_over(chunk, sink)?;
        }
    }
    if records < expected {
        sink.coverage().fail(FEWER, format!("{name}: {records} of {expected}"));
    }
    Ok(())
}

/// What `decode` makes of a record, once more where its characters had to be repaired. `None`, and a row in the coverage,
/// where that does not help.
pub(super) fn decoded<T>(
    record: &[u8],
    place: impl Fn() -> String,
    coverage: &mut Coverage,
    decode: impl Fn(&[u8]) -> serde_json::Result<T>,
) -> Option<T> {
    if let Ok(value) = decode(record) {
        return Some(value);
    }
    let repaired = repair(record).and_then(|(text, repair)| Some((decode(text.as_bytes()).ok()?, repair)));
    match repaired {
        Some((value, repair)) => {
            coverage.note(repair.note());
            Some(value)
        }
        None => {
            coverage.fail(NOT_JSON, place());
            None
        }
    }
}
