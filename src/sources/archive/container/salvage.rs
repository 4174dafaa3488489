//! A zip that was cut off, whose list of entries is lost: what is whole of it is found by going from entry to entry.
//!
//! By hand, because the `zip` crate reads entries in a row only where their sizes stand before them; platforms that pack while they send
//! write them behind.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::DeflateDecoder;

use super::{Entry, MAX_ENTRIES, MAX_RATIO, Place, RATIO_FREE_BYTES, stays_inside};
use crate::coverage::Coverage;

const CUT: &str = "The zip is cut off: what is whole in it was read, and the rest is lost; download it again";

/// What every entry begins with, up to its name.
const HEADER_BYTES: usize = 30;
const ENTRY: [u8; 4] = *b"PK\x03\x04";
const LIST: [u8; 4] = *b"PK\x01\x02";

/// How long the sizes behind an entry are at most, with their mark.
const MAX_TRAILER_BYTES: usize = 24;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The entries of a cut zip.
#[derive(Debug)]
pub(super) struct Salvage {
    path: PathBuf,
    entries: Vec<Local>,
}

#[derive(Clone, Copy, Debug)]
struct Local {
    start: u64,
    packed: u64,
    is_deflated: bool,
}

/// An entry as it stands in the zip.
struct Header {
    name: String,
    is_encrypted: bool,
    /// Its sizes stand behind it.
    sizes_follow: bool,
    method: u16,
    packed: u64,
    unpacked: u64,
}

/// Finds what is whole, and counts what is not. `None` where nothing is, or the file cannot be read.
pub(super) fn open(path: &Path, part: usize, coverage: &mut Coverage) -> Option<(Vec<Entry>, Salvage)> {
    let mut salvage = Salvage { path: path.to_owned(), entries: Vec::new() };
    let mut file = BufReader::new(File::open(path).ok()?);
    let end = file.seek(SeekFrom::End(0)).ok()?;
    let (mut at, mut entries, mut lost) = (0, Vec::new(), None);
    while entries.len() < MAX_ENTRIES {
        file.seek(SeekFrom::Start(at)).ok()?;
        let Some(header) = Header::read(&mut file) else { break };
        let start = file.stream_position().ok()?;
        let Some((packed, unpacked, next)) = extent(&mut file, &header, start, end) else {
            lost = Some(header.name);
            break;
        };
        at = next;
        let can_be_read = matches!(header.method, STORED | DEFLATED) && !header.is_encrypted;
        if header.name.ends_with('/') {
            continue;
        }
        if !can_be_read || !stays_inside(&header.name) {
            coverage.fail("An entry of a zip that is cut off cannot be read", header.name);
            continue;
        }
        let index = salvage.entries.len();
        salvage.entries.push(Local { start, packed, is_deflated: header.method == DEFLATED });
        entries.push(Entry { name: header.name, size: unpacked, place: Place::Zip { part, index, packed } });
    }
    if entries.is_empty() {
        return None;
    }
    coverage.fail(CUT, lost.unwrap_or_else(|| "the zip's list of entries".to_owned()));
    Some((entries, salvage))
}

impl Salvage {
    /// A reader of one entry.
    pub(super) fn read(&self, index: usize) -> io::Result<Box<dyn Read>> {
        let Some(entry) = self.entries.get(index) else { return Ok(Box::new(io::empty())) };
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(entry.start))?;
        let packed = BufReader::new(file.take(entry.packed));
        Ok(if entry.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) })
    }
}

/// The packed and the unpacked size of an entry, and where the next one begins. `None` where it is not whole.
fn extent(file: &mut BufReader<File>, header: &Header, start: u64, end: u64) -> Option<(u64, u64, u64)> {
    if !header.sizes_follow {
        let next = start.checked_add(header.packed).filter(|next| *next <= end)?;
        return Some((header.packed, header.unpacked, next));
    }
    // Where it ends, only its own content says.
    if header.method != DEFLATED || header.is_encrypted {
        return None;
    }
    let mut content = DeflateDecoder::new(&mut *file);
    let mut block = vec![0; 64 * 1024];
    while content.read(&mut block).ok()? > 0 {
        let (packed, unpacked) = (content.total_in(), content.total_out());
        if unpacked > RATIO_FREE_BYTES && unpacked / MAX_RATIO > packed {
            return None;
        }
    }
    let (packed, unpacked) = (content.total_in(), content.total_out());
    let behind = start.checked_add(packed)?;
    file.seek(SeekFrom::Start(behind)).ok()?;
    let mut trailer = Vec::new();
    file.take((MAX_TRAILER_BYTES + ENTRY.len()) as u64).read_to_end(&mut trailer).ok()?;
    let is_next = |window: &[u8]| *window == ENTRY || *window == LIST;
    let skipped = trailer.windows(ENTRY.len()).position(is_next).unwrap_or(trailer.len());
    Some((packed, unpacked, behind.checked_add(skipped as u64)?))
}

impl Header {
    fn read(file: &mut impl Read) -> Option<Self> {
        let mut fixed = [0; HEADER_BYTES];
        file.read_exact(&mut fixed).ok()?;
        let short = |at: usize| Some(u16::from_le_bytes([*fixed.get(at)?, *fixed.get(at + 1)?]));
        let long = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
        if !fixed.starts_with(&ENTRY) {
            return None;
        }
        let flags = short(6)?;
        let mut name = vec![0; usize::from(short(26)?)];
        let mut extra = vec![0; usize::from(short(28)?)];
        file.read_exact(&mut name).ok()?;
        file.read_exact(&mut extra).ok()?;
        let (mut packed, mut unpacked) = (u64::from(long(18)?), u64::from(long(22)?));
        if packed == u64::from(u32::MAX) || unpacked == u64::from(u32::MAX) {
            (unpacked, packed) = long_sizes(&extra)?;
        }
        Some(Self {
            name: String::from_utf8_lossy(&name).replace('\\', "/"),
            is_encrypted: flags & 1 != 0,
            sizes_follow: flags & 8 != 0,
            method: short(8)?,
            packed,
            unpacked,
        })
    }
}

/// The sizes of an entry of more than 4 GiB, unpacked first: in an extra field of the kind 1.
fn long_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let [kind, kind_high, length, length_high] = *head;
        let field = rest.get(..usize::from(u16::from_le_bytes([length, length_high])))?;
        if u16::from_le_bytes([kind, kind_high]) == 1 {
            let (unpacked, rest) = field.split_first_chunk::<8>()?;
            return Some((u64::from_le_bytes(*unpacked), u64::from_le_bytes(*rest.first_chunk::<8>()?)));
        }
        extra = rest.get(field.len()..)?;
    }
    None
}
