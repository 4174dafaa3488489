//! A zip, a folder or a single file, opened safely and read one entry at a time.
//!
//! Names from a container are only ever shown and compared; nothing is written and no name is used as a path, except the
//! paths that a folder walk itself found.

mod folder;
mod zipped;

pub(super) use zipped::is_zip;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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
    /// The entry's number in the zip, and its packed size.
    Zip(usize, u64),
    Path(PathBuf),
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
    zip: Option<zipped::Archive>,
    total: u64,
}

impl Container {
    /// Opens what `path` leads to. What is left out at this point is counted in `coverage`.
    pub(crate) fn open(path: &Path, coverage: &mut Coverage) -> Result<Self, InputError> {
        let cannot = |source| InputError::Open { path: path.to_owned(), source };
        let meta = std::fs::metadata(path).map_err(cannot)?;
        let (mut entries, zip) = if meta.is_dir() {
            (folder::list(path, coverage)?, None)
        } else if !meta.is_file() {
            let kind = io::Error::new(io::ErrorKind::InvalidInput, "neither a file nor a folder");
            return Err(cannot(kind));
        } else if zipped::is_zip(path).map_err(cannot)? {
            let (entries, zip) = zipped::open(path, coverage)?;
            (entries, Some(zip))
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (vec![Entry { name, size: meta.len(), place: Place::Path(path.to_owned()) }], None)
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { entries, zip, total: 0 })
    }

    /// The bytes of an entry as UTF-8 (UTF-16 is converted), or a fixed sentence on why it cannot be opened.
    pub(crate) fn read(&mut self, entry: &Entry) -> Result<Box<dyn Read + '_>, String> {
        let raw = self.read_raw(entry)?;
        encoding::utf8(raw).map_err(|error| format!("The file cannot be read further: {error}"))
    }

    /// The bytes of an entry as they are, or a fixed sentence on why it cannot be opened.
    pub(crate) fn read_raw(&mut self, entry: &Entry) -> Result<Box<dyn Read + '_>, String> {
        let (raw, packed): (Box<dyn Read + '_>, u64) = match (&entry.place, &mut self.zip) {
            (Place::Path(path), _) => (Box::new(File::open(path).map_err(cannot_open)?), u64::MAX),
            (Place::Zip(index, packed), Some(zip)) => (zipped::read(zip, *index)?, *packed),
            (Place::Zip(..), None) => return Err("The zip is not open".to_owned()),
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
