//! The lines of a text file, one by one.

use std::io::{BufRead, BufReader, Read};

use super::container::{Container, Entry};
use super::encoding::repair;
use crate::sources::Stopped;

/// The longest line that is handed over whole, in bytes; what is longer comes in several.
pub(super) const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// Hands over all lines with their numbers and lengths. Returns why the file cannot be read to its end.
pub(super) fn each(
    container: &mut Container,
    entry: &Entry,
    take: &mut dyn FnMut(&str, u64, u64) -> Result<(), Stopped>,
) -> Result<Option<String>, Stopped> {
    let reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => return Ok(Some(reason)),
    };
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let count = match reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut bytes) {
            Ok(0) => return Ok(None),
            Ok(count) => count as u64,
            Err(error) => return Ok(Some(format!("The file cannot be read further: {error}"))),
        };
        number += 1;
        let repaired = std::str::from_utf8(&bytes).is_err().then(|| repair(&bytes)).flatten();
        let line = repaired.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), |(text, _)| text);
        take(line.trim_end_matches(['\n', '\r']), number, count)?;
    }
}
