//! Cuts a long page into pieces that each begin with the same tag, without reading the whole page into memory.

use std::io::Read;

use memchr::memmem;

use super::container::Entry;
use super::encoding::repair;
use super::format::Export;
use super::rows::EMPTY;
use crate::sources::{Sink, Stopped};

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// The longest piece that is read.
const MAX_PIECE_BYTES: usize = 16 * 1024 * 1024;

const TOO_LONG: &str = "A record is too long (limit: 16 MiB)";
const CANNOT_READ: &str = "A file cannot be read further";

/// Hands over the pieces of a page, each with its offset: what comes before the first `tag`, then from each `tag` to the
/// next. `tag` is the beginning of a tag in lower case, such as `<li`.
pub(super) fn read(
    export: &mut Export<'_>,
    entry: &Entry,
    tag: &str,
    mut piece: impl FnMut(u64, &str, &mut dyn Sink) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let Export { container, sink, .. } = export;
    if entry.size == 0 {
        sink.coverage().fail(EMPTY, &entry.name);
        return Ok(());
    }
    let mut reader = match container.read(entry) {
        Ok(reader) => reader,
        Err(reason) => {
            sink.coverage().fail(&reason, &entry.name);
            return Ok(());
        }
    };
    let mut cutter = Cutter { tag: tag.as_bytes(), buffer: Vec::new(), searched: 1, offset: 0 };
    let mut block = vec![0; READ_BYTES];
    loop {
        let count = match reader.read(&mut block) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                sink.coverage().fail(&format!("{CANNOT_READ}: {error}"), &entry.name);
                0
            }
            Ok(count) => count,
        };
        sink.progress().inc(count as u64);
        cutter.buffer.extend_from_slice(block.get(..count).unwrap_or_default());
        while let Some((offset, bytes)) = cutter.next(count == 0) {
            if bytes.len() > MAX_PIECE_BYTES {
                sink.coverage().fail(TOO_LONG, format!("{}#{offset}", entry.name));
                continue;
            }
            match String::from_utf8(bytes) {
                Ok(text) => piece(offset, &text, *sink)?,
                Err(error) => {
                    if let Some((text, repair)) = repair(error.as_bytes()) {
                        sink.coverage().note(repair.note());
                        piece(offset, &text, *sink)?;
                    }
                }
            }
        }
        if count == 0 {
            return Ok(());
        }
    }
}

struct Cutter<'t> {
    tag: &'t [u8],
    buffer: Vec<u8>,
    /// How far the buffer holds no tag; at least 1, so that the tag at its own beginning does not count.
    searched: usize,
    offset: u64,
}

impl Cutter<'_> {
    /// The next whole piece; the rest of the buffer, at the end. One that is too long comes as far as it has been read.
    fn next(&mut self, at_end: bool) -> Option<(u64, Vec<u8>)> {
        let unseen = self.buffer.get(self.searched..).unwrap_or_default();
        let end = match memmem::find(unseen, self.tag) {
            Some(found) => self.searched + found,
            None if at_end || self.buffer.len() > MAX_PIECE_BYTES => self.buffer.len(),
            None => {
                self.searched = self.buffer.len().saturating_sub(self.tag.len()).max(1);
                return None;
            }
        };
        if end == 0 {
            return None;
        }
        let rest = self.buffer.split_off(end);
        let piece = std::mem::replace(&mut self.buffer, rest);
        let offset = self.offset;
        self.offset += end as u64;
        self.searched = 1;
        Some((offset, piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_before_each_tag_wherever_the_blocks_end() {
        let page = b"head<li>a</li><li class=x>b<li";
        for size in 1..page.len() {
            let mut cutter = Cutter { tag: b"<li", buffer: Vec::new(), searched: 1, offset: 0 };
            let mut said = Vec::new();
            for block in page.chunks(size) {
                cutter.buffer.extend_from_slice(block);
                while let Some((offset, piece)) = cutter.next(false) {
                    said.push(format!("{offset} {}", String::from_utf8_lossy(&piece)));
                }
            }
            while let Some((offset, piece)) = cutter.next(true) {
                said.push(format!("{offset} {}", String::from_utf8_lossy(&piece)));
            }
            assert_eq!(said, ["0 head", "4 <li>a</li>", "14 <li class=x>b", "27 <li"], "{size}");
        }
    }
}
