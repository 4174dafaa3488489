//! The records of a JSON file, one by one: of a list, of lists under keys, or a single object.

use super::container::{Container, Entry};
use super::encoding::repair;
use super::splitter::{Chunk, Splitter, Start};
use crate::coverage::Coverage;
use crate::sources::{Sink, Stopped};

const EMPTY: &str = "A file is empty (0 bytes)";

/// What there was to a file beside its records.
#[derive(Debug, Default)]
pub(crate) struct Streamed {
    /// How many records it had, broken ones included.
    pub(crate) records: u64,
    /// The object around the lists, with the lists emptied; see [`Splitter::frame`].
    pub(crate) frame: Vec<u8>,
}

/// Hands over a file in chunks of whole records; all records of a chunk stand under the same key. What cannot be split
/// goes to the coverage. `None` where the file is empty or cannot be opened, which is said too.
pub(crate) fn stream(
    container: &mut Container,
    sink: &mut dyn Sink,
    entry: &Entry,
    start: Start,
    hand_over: &mut dyn FnMut(Chunk, &mut dyn Sink) -> Result<(), Stopped>,
) -> Result<Option<Streamed>, Stopped> {
    let name = &entry.name;
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, name.clone());
        return Ok(None);
    }
    let reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, name.clone());
            return Ok(None);
        }
    };
    let mut splitter = Splitter::starting(reader, start);
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
    Ok(Some(Streamed { records, frame: splitter.frame().to_vec() }))
}

/// What `decode` makes of a record, once more where its characters had to be repaired. `None`, and a row in the coverage
/// for `reason`, where that does not help.
pub(crate) fn decoded<T>(
    record: &[u8],
    reason: &str,
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
            coverage.fail(reason, place());
            None
        }
    }
}
