//! What must hold of the parsers of archives for any bytes; see [`crate::sources::properties`].

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use super::bluesky;
use super::container::Container;
use super::pieces::Pieces;
use super::splitter::{Splitter, Start};
use super::{metadata, x, xml};
use crate::coverage::Coverage;
use crate::sources::Options;
use crate::sources::properties::{Collecting, NAME};

/// Between the files of an export that is written as one run of bytes.
const NEXT_FILE: u8 = 0x1E;

/// How much is read of an entry.
const MAX_READ: u64 = 1 << 20;

/// Elements are parts of the file at the places that they name, one after another.
pub fn splitter(bytes: &[u8]) {
    for start in [Start::Assigned, Start::Under(&["entries", "a"])] {
        let mut splitter = Splitter::starting(bytes, start);
        let mut end = 0;
        while let Some(chunk) = splitter.next_chunk() {
            for (offset, element) in chunk.elements() {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                assert!(from >= end && !element.is_empty());
                end = from + element.len();
                assert_eq!(bytes.get(from..end), Some(element));
            }
            assert!(chunk.faults.iter().all(|fault| fault.offset <= bytes.len() as u64));
        }
    }
}

/// What was repaired can be broken again into the same text.
pub fn mojibake(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let repaired = super::mojibake::repair(Cow::Borrowed(&text));
    let broken: String = repaired.bytes().map(char::from).collect();
    assert!(repaired == text || broken == text);
}

/// A date has a day of the calendar, in every zone.
pub fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(written) = super::dates::read(&text) {
        assert!(written.clock.year() > 0);
        let _ = written.moment(jiff::tz::Offset::MAX);
        let _ = written.moment(jiff::tz::Offset::MIN);
    }
    let _ = super::dates::offset_in(&text);
}

/// Pieces stand where they say, and together they are the whole page.
pub fn pieces(bytes: &[u8]) {
    let mut pieces = Pieces::new(bytes, &["box", "uiBox"]);
    let mut whole = String::new();
    while let Some(piece) = pieces.next() {
        match piece {
            Ok(piece) => {
                assert!(piece.offset <= bytes.len() as u64);
                whole.push_str(&piece.html);
            }
            Err((offset, _)) => {
                assert!(offset <= bytes.len() as u64);
                return;
            }
        }
    }
    assert_eq!(whole, String::from_utf8_lossy(bytes));
}

/// Rows of the old table of X are items out of it.
pub fn csv_rows(bytes: &[u8]) {
    let mut sink = Collecting::default();
    x::read_rows_of_nobody(bytes, NAME, &mut sink);
    sink.check();
}

/// What a file says about itself is short, and places are on earth.
pub fn media_metadata(bytes: &[u8]) {
    metadata::check(bytes);
}

/// Blocks stand where they say.
pub fn blocks(bytes: &[u8]) {
    bluesky::check(bytes);
}

/// Elements of a feed have one of the names that were asked for.
pub fn elements(bytes: &[u8]) {
    let names: &[&str] = &["item", "wp:author"];
    assert!(xml::elements(bytes, names).iter().all(|element| names.contains(&element.name.as_str())));
}

/// Items of an export are out of its files. Each file is its path, a line break and its bytes.
pub fn export(bytes: &[u8]) {
    let files = bytes.split(|&byte| byte == NEXT_FILE).filter_map(|file| {
        let end = memchr::memchr(b'\n', file)?;
        let (name, content) = (file.get(..end)?, file.get(end + 1..)?);
        Some((std::str::from_utf8(name).ok()?, content))
    });
    let container = Container::in_memory(files);
    let names: Vec<String> = container.entries.iter().map(|entry| entry.name.clone()).collect();
    let options = Options { include_messages: true, ..Options::default() };
    let mut sink = Collecting::default();
    let _ = super::read_container(Path::new(NAME), container, &options, &mut sink);
    sink.check_from(&names);
}

/// What lies in a zip or a tar has a name that stays inside.
pub fn packed(bytes: &[u8]) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if std::io::Write::write_all(&mut file, bytes).is_err() {
        return;
    }
    let Ok(mut container) = Container::open(&[file.path().to_owned()], &mut Coverage::default()) else {
        return;
    };
    let is_single = container.single_file().is_some();
    for entry in container.entries.clone() {
        assert!(is_single || !entry.name.split('/').any(|part| part == ".."));
        if let Ok(reader) = container.read_raw(&entry) {
            let _ = std::io::copy(&mut reader.take(MAX_READ), &mut std::io::sink());
        }
    }
}
