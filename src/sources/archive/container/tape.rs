//! A tar archive, packed with gzip or not: read forward, never unpacked to disk.
//!
//! A tape has no list of its entries. Opening it walks over the whole of it once, notes where each file begins, and keeps
//! the small ones. A large file is read where the tape stands if it lies ahead, or else from the beginning again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::{Entry, MAX_ENTRIES, MAX_RATIO, MAX_TOTAL_BYTES, Place, RATIO_FREE_BYTES, stays_inside};
use crate::coverage::Coverage;
use crate::sources::InputError;

/// The largest file that is kept in memory while walking over the tape.
const KEPT_FILE_BYTES: u64 = 64 * 1024;

/// How much is kept of all small files together.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// How much may stand between two files: headers, and names longer than a header holds.
const MAX_HEADER_BYTES: u64 = 1024 * 1024;

/// How much is unpacked of one tape in all, when it has to be read from its beginning again and again.
const MAX_UNPACKED_BYTES: u64 = 4 * MAX_TOTAL_BYTES;

const OUTSIDE: &str = "A name in the tar leads outside of it: the entry is not read";
const LINK: &str = "A link in the tar, which is not followed";
const SPARSE: &str = "A file with holes in the tar, which is not read";
const CUT: &str = "The tar is cut off or damaged: what lies behind this place is not read";

/// Whether the file begins like a tar, packed with gzip or not.
pub(super) fn is_tape(path: &Path) -> io::Result<bool> {
    let mut block = [0; 512];
    let is_tar = |block: &[u8; 512]| block.get(257..262) == Some(b"ustar".as_slice());
    let mut file = File::open(path)?;
    let count = fill(&mut file, &mut block)?;
    if !block.starts_with(&[0x1F, 0x8B]) {
        return Ok(count == block.len() && is_tar(&block));
    }
    let mut unpacked = MultiGzDecoder::new(BufReader::new(File::open(path)?));
    block = [0; 512];
    // What cannot be unpacked is no tar, whatever else it is.
    Ok(fill(&mut unpacked, &mut block).is_ok() && is_tar(&block))
}

fn fill(reader: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = block.get_mut(filled..).filter(|free| !free.is_empty()) {
        match reader.read(free)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// An opened tar.
pub(super) struct Tape {
    path: PathBuf,
    stream: Option<Stream>,
    /// Where the stream stands.
    position: u64,
    /// How much has been unpacked in all.
    unpacked: u64,
    /// Small files, by where they begin.
    kept: BTreeMap<u64, Vec<u8>>,
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("path", &self.path)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Tape {
    /// Walks over the tape once. What cannot be read is counted in `coverage`.
    pub(super) fn open(
        path: &Path,
        part: usize,
        coverage: &mut Coverage,
    ) -> Result<(Vec<Entry>, Self), InputError> {
        let cannot = |source| InputError::Open { path: path.to_owned(), source };
        let budget = Rc::new(Cell::new(0));
        let metered =
            Metered { inner: Stream::start(path).map_err(cannot)?, left: Rc::clone(&budget), read: 0 };
        let mut tape =
            Self { path: path.to_owned(), stream: None, position: 0, unpacked: 0, kept: BTreeMap::new() };
        let mut tar = tar::Archive::new(metered);
        let mut entries = Vec::new();
        let mut kept = 0;
        let mut walk = tar.entries().map_err(cannot)?;
        loop {
            budget.set(MAX_HEADER_BYTES);
            let mut file = match walk.next() {
                None => break,
                Some(Ok(file)) => file,
                Some(Err(error)) => {
                    if entries.is_empty() {
                        return Err(unreadable(path, &format!("the tar is cut off or damaged ({error})")));
                    }
                    coverage.fail(CUT, format!("{}: {error}", path.display()));
                    break;
                }
            };
            if entries.len() >= MAX_ENTRIES {
                return Err(unreadable(path, &format!("the tar has more than {MAX_ENTRIES} entries")));
            }
            let (size, at) = (file.size(), file.raw_file_position());
            budget.set(size.saturating_add(MAX_HEADER_BYTES));
            if let Some(name) = wanted(&file, coverage) {
                let keeps = size <= KEPT_FILE_BYTES && kept + size <= KEPT_BYTES && !is_medium(&name);
                entries.push(Entry { name, size, place: Place::Tape { part, at } });
                if keeps {
                    let mut bytes = Vec::new();
                    if file.read_to_end(&mut bytes).is_ok_and(|count| count as u64 == size) {
                        kept += size;
                        tape.kept.insert(at, bytes);
                    }
                }
            }
            // A tape that ends in a file says so when the file is read, or else at the next header.
            let _ = io::copy(&mut file, &mut io::sink());
        }
        Ok((entries, tape))
    }

    /// The bytes of the file that begins at `at`.
    pub(super) fn read(&mut self, at: u64, size: u64) -> Result<Box<dyn Read + '_>, String> {
        if self.kept.contains_key(&at) {
            let kept = self.kept.get(&at).map(Vec::as_slice).unwrap_or_default();
            return Ok(Box::new(Cursor::new(kept)));
        }
        let failed = |error: io::Error| format!("The file cannot be opened: {error}");
        if self.stream.is_none() || self.position > at {
            self.stream = Some(Stream::start(&self.path).map_err(failed)?);
            self.position = 0;
        }
        let ahead = at.saturating_sub(self.position);
        io::copy(&mut Window { tape: self, left: ahead }, &mut io::sink()).map_err(failed)?;
        Ok(Box::new(Window { tape: self, left: size }))
    }
}

/// The name of an entry that is a file to read.
fn wanted<R: Read>(file: &tar::Entry<'_, R>, coverage: &mut Coverage) -> Option<String> {
    let name = String::from_utf8_lossy(&file.path_bytes()).replace('\\', "/");
    let name = name.trim_start_matches("./").to_owned();
    match file.header().entry_type() {
        EntryType::Regular | EntryType::Continuous if name.ends_with('/') => None,
        EntryType::Regular | EntryType::Continuous if stays_inside(&name) => Some(name),
        EntryType::Regular | EntryType::Continuous => {
            coverage.skip(OUTSIDE, name);
            None
        }
        EntryType::Link | EntryType::Symlink => {
            coverage.skip(LINK, name);
            None
        }
        EntryType::GNUSparse => {
            coverage.fail(SPARSE, name);
            None
        }
        _ => None,
    }
}

/// Pictures and videos are never read, so that none is kept.
fn is_medium(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".mp4", ".mov", ".pdf"];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn unreadable(path: &Path, problem: &str) -> InputError {
    InputError::Unreadable {
        input: path.display().to_string(),
        problem: problem.to_owned(),
        expected: "a tar as the platform made it".to_owned(),
        next: "download the archive again, or unpack it and give the folder".to_owned(),
    }
}

/// A part of the tape from where it stands.
struct Window<'t> {
    tape: &'t mut Tape,
    left: u64,
}

impl Read for Window<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let (Some(stream), Some(into)) = (&mut self.tape.stream, into.get_mut(..most)) else { return Ok(0) };
        if into.is_empty() {
            return Ok(0);
        }
        let count = stream.read(into)? as u64;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the tar ends in the middle of it"));
        }
        self.tape.position += count;
        self.tape.unpacked += count;
        self.left -= count;
        if self.tape.unpacked > MAX_UNPACKED_BYTES {
            return Err(io::Error::other(
                "the tar was unpacked for more than 256 GiB: unpack it and give the folder",
            ));
        }
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

/// The bytes of the tar, which grow no faster than those of an honest one.
struct Stream {
    inner: Box<dyn Read>,
    /// Bytes read from the file; `None` where it is not packed.
    packed: Option<Rc<Cell<u64>>>,
    unpacked: u64,
}

impl Stream {
    fn start(path: &Path) -> io::Result<Self> {
        let mut magic = [0; 2];
        let is_packed = fill(&mut File::open(path)?, &mut magic)? == 2 && magic == [0x1F, 0x8B];
        let file = BufReader::new(File::open(path)?);
        if !is_packed {
            return Ok(Self { inner: Box::new(file), packed: None, unpacked: 0 });
        }
        let packed = Rc::new(Cell::new(0));
        let counted = Counted { inner: file, count: Rc::clone(&packed) };
        let inner = Box::new(MultiGzDecoder::new(counted));
        Ok(Self { inner, packed: Some(packed), unpacked: 0 })
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.unpacked += count as u64;
        let packed = self.packed.as_ref().map_or(u64::MAX, |packed| packed.get());
        if self.unpacked > RATIO_FREE_BYTES && self.unpacked / MAX_RATIO > packed {
            return Err(io::Error::other(format!(
                "it unpacks to more than {MAX_RATIO} times its size, like a bomb"
            )));
        }
        Ok(count)
    }
}

struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// Bounds what is read for one header, since names of any length are kept in memory, and for the whole tape.
struct Metered {
    inner: Stream,
    left: Rc<Cell<u64>>,
    read: u64,
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.read += count as u64;
        if self.read > MAX_TOTAL_BYTES {
            return Err(io::Error::other("the input unpacks to more than 64 GiB"));
        }
        match self.left.get().checked_sub(count as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("a header is longer than 1 MiB")),
        }
        Ok(count)
    }
}
