//! A zip, a tar, a folder, a single file, or several zips or tars of one export, opened safely and read one entry at a time.
//!
//! Names from a container are only ever shown and compared; nothing is written and no name is used as a path, except the
//! paths that a folder walk itself found.

mod folder;
mod salvage;
mod tape;
mod zipped;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use self::zipped::Refused;
use super::encoding;
use crate::coverage::Coverage;
use crate::sources::InputError;

/// The most entries that a container may have.
pub(crate) const MAX_ENTRIES: usize = 1_000_000;

/// The largest ratio of unpacked to packed bytes. Posts pack about tenfold; only a bomb needs more than this.
pub(crate) const MAX_RATIO: u64 = 200;

/// Below this many unpacked bytes the ratio says nothing: a file of zeros is small and packs well.
pub(crate) const RATIO_FREE_BYTES: u64 = 1024 * 1024;

/// The most bytes that are unpacked from one input. X cuts its archives at 50 GiB.
pub(crate) const MAX_TOTAL_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// One file inside a container.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The path inside the container, with `/` between the parts: for comparing and showing.
    pub(crate) name: String,
    /// Size in bytes, as the container says.
    pub(crate) size: u64,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// Which of the opened archives, the entry's number in it, and its packed size.
    Zip {
        part: usize,
        index: usize,
        packed: u64,
    },
    /// Which of the opened archives, and where in it the file begins.
    Tape {
        part: usize,
        at: u64,
    },
    Path(PathBuf),
    /// The bytes themselves, for trying parsers on them.
    #[cfg(any(test, fuzzing))]
    Memory(std::sync::Arc<[u8]>),
}

impl Entry {
    /// The last part of the name.
    pub(crate) fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// An opened input.
#[derive(Debug)]
pub(crate) struct Container {
    /// All files, by name.
    pub(crate) entries: Vec<Entry>,
    parts: Vec<Part>,
    is_single: bool,
    total: u64,
}

#[derive(Debug)]
enum Part {
    Zip(zipped::Archive),
    Salvage(salvage::Salvage),
    Tape(tape::Tape),
}

/// Whether a file is an archive by its first bytes: a zip, the part of a split one, or a tar.
pub(super) fn is_packed(path: &Path) -> io::Result<bool> {
    Ok(zipped::is_zip(path)? || tape::is_tape(path)?)
}

impl Container {
    /// Opens what `paths` lead to: one input, or all archives of an export that came in several. What is left out at this
    /// point is counted in `coverage`.
    pub(crate) fn open(paths: &[PathBuf], coverage: &mut Coverage) -> Result<Self, InputError> {
        let mut container = Self { entries: Vec::new(), parts: Vec::new(), is_single: false, total: 0 };
        for path in paths {
            container.add(path, coverage)?;
        }
        container.is_single &= paths.len() == 1;
        container.entries.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.size.cmp(&b.size)));
        // Files that each part of an export holds, such as its index.
        container.entries.dedup_by(|b, a| {
            let again = a.name == b.name && a.size == b.size && paths.len() > 1;
            if again {
                coverage.skip(SEVERAL, &b.name);
            }
            again
        });
        Ok(container)
    }

    /// A container of files that are only in memory.
    #[cfg(any(test, fuzzing))]
    pub(super) fn in_memory<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Self {
        let entry = |(name, bytes): (&str, &[u8])| Entry {
            name: name.to_owned(),
            size: bytes.len() as u64,
            place: Place::Memory(bytes.into()),
        };
        let mut entries: Vec<Entry> = files.map(entry).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Self { entries, parts: Vec::new(), is_single: false, total: 0 }
    }

    fn add(&mut self, path: &Path, coverage: &mut Coverage) -> Result<(), InputError> {
        let cannot = |source| InputError::Open { path: path.to_owned(), source };
        let meta = std::fs::metadata(path).map_err(cannot)?;
        let part = self.parts.len();
        let entries = if meta.is_dir() {
            folder::list(path, coverage)?
        } else if !meta.is_file() {
            let kind = io::Error::new(io::ErrorKind::InvalidInput, "neither a file nor a folder");
            return Err(cannot(kind));
        } else if zipped::is_zip(path).map_err(cannot)? {
            let (entries, opened) = match zipped::open(path, part, coverage) {
                Ok((entries, zip)) => (entries, Part::Zip(zip)),
                Err(Refused::NoList(error)) => match salvage::open(path, part, coverage) {
                    Some((entries, salvage)) => (entries, Part::Salvage(salvage)),
                    None => return Err(error),
                },
                Err(Refused::Whole(error)) => return Err(error),
            };
            self.parts.push(opened);
            entries
        } else if tape::is_tape(path).map_err(cannot)? {
            let (entries, tape) = tape::Tape::open(path, part, coverage)?;
            self.parts.push(Part::Tape(tape));
            entries
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.is_single = true;
            vec![Entry { name, size: meta.len(), place: Place::Path(path.to_owned()) }]
        };
        self.entries.extend(entries);
        Ok(())
    }

    /// The name of the file, where the input is one file that is no archive.
    pub(crate) fn single_file(&self) -> Option<&str> {
        match self.entries.as_slice() {
            [only] if self.is_single => Some(only.file_name()),
            _ => None,
        }
    }

    /// The bytes of an entry as UTF-8 (UTF-16 is converted), or a fixed sentence on why it cannot be opened.
    pub(crate) fn read(&mut self, entry: &Entry) -> Result<Box<dyn Read + '_>, String> {
        let raw = self.read_raw(entry)?;
        encoding::utf8(raw).map_err(|error| format!("The file cannot be read further: {error}"))
    }

    /// The bytes of an entry as they are, or a fixed sentence on why it cannot be opened.
    pub(crate) fn read_raw(&mut self, entry: &Entry) -> Result<Box<dyn Read + '_>, String> {
        let opened = match entry.place {
            Place::Zip { part, .. } | Place::Tape { part, .. } => self.parts.get_mut(part),
            _ => None,
        };
        let (raw, packed): (Box<dyn Read + '_>, u64) = match (&entry.place, opened) {
            #[cfg(any(test, fuzzing))]
            (Place::Memory(bytes), _) => (Box::new(io::Cursor::new(std::sync::Arc::clone(bytes))), u64::MAX),
            (Place::Path(path), _) => (Box::new(File::open(path).map_err(cannot_open)?), u64::MAX),
            (Place::Zip { index, packed, .. }, Some(Part::Zip(zip))) => (zipped::read(zip, *index)?, *packed),
            (Place::Zip { index, packed, .. }, Some(Part::Salvage(salvage))) => {
                (salvage.read(*index).map_err(cannot_open)?, *packed)
            }
            // The tape itself watches how fast it grows.
            (Place::Tape { at, .. }, Some(Part::Tape(tape))) => (tape.read(*at, entry.size)?, u64::MAX),
            _ => return Err("The archive is not open".to_owned()),
        };
        Ok(Box::new(Guarded { inner: raw, packed, unpacked: 0, total: &mut self.total }))
    }

    /// The first bytes of an entry, at most `count`; fewer where it is short or cannot be read.
    pub(crate) fn peek(&mut self, entry: &Entry, count: usize) -> Vec<u8> {
        let mut start = Vec::new();
        if let Ok(reader) = self.read(entry) {
            // A damaged entry says so when it is read in full.
            let _ = reader.take(count as u64).read_to_end(&mut start);
        }
        start
    }
}

const SEVERAL: &str = "A file that several parts of the export hold, read once";

fn cannot_open(error: io::Error) -> String {
    format!("The file cannot be opened: {error}")
}

/// Counts what comes out of an entry, and stops where it is more than an honest archive holds.
struct Guarded<'a> {
    inner: Box<dyn Read + 'a>,
    packed: u64,
    unpacked: u64,
    total: &'a mut u64,
}

impl Read for Guarded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.unpacked += count as u64;
        *self.total += count as u64;
        if self.unpacked > RATIO_FREE_BYTES && self.unpacked / MAX_RATIO > self.packed {
            return Err(io::Error::other(format!(
                "it unpacks to more than {MAX_RATIO} times its size, like a zip bomb"
            )));
        }
        if *self.total > MAX_TOTAL_BYTES {
            return Err(io::Error::other("the input unpacks to more than 64 GiB"));
        }
        Ok(count)
    }
}

/// Whether a name in an archive stays inside the archive: no `..`, no root, no drive, no NUL.
fn stays_inside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    !name.is_empty()
        && !drive
        && !name.contains('\0')
        && !name.starts_with('/')
        && name.split('/').all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::stays_inside;

    #[test]
    fn knows_names_that_lead_outside() {
        for (name, inside) in [
            ("data/tweets.js", true),
            ("Your archive.html", true),
            ("a..b/c", true),
            ("../tweets.js", false),
            ("data/../../tweets.js", false),
            ("/etc/passwd", false),
            ("C:/x", false),
            ("", false),
            ("a\0b", false),
        ] {
            assert_eq!(stays_inside(name), inside, "{name:?}");
        }
    }
}
