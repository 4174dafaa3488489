//! A zip, read in place.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Entry, MAX_ENTRIES, Place, stays_inside};
use crate::coverage::Coverage;
use crate::sources::InputError;

pub(super) type Archive = ZipArchive<BufReader<File>>;

const OUTSIDE: &str = "A name in the zip leads outside of it: the entry is not read";
const LINK: &str = "A symbolic link in the zip, which is not followed";
const SAME_NAME: &str = "Entries of the zip have the same name: only the last of each is read";
const DAMAGED: &str = "An entry of the zip is damaged";

/// Whether the file begins like a zip, or like the part of one.
pub(super) fn is_zip(path: &Path) -> io::Result<bool> {
    let mut start = [0; 4];
    let mut file = File::open(path)?;
    let count = file.read(&mut start)?;
    Ok(is_zip_start(start.get(..count).unwrap_or_default()) || part_number(path))
}

/// Local header, empty archive, or the first part of a split archive.
fn is_zip_start(start: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| start.starts_with(*magic))
}

/// `.z01`, `.z02` and so on.
fn part_number(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    extension
        .strip_prefix('z')
        .is_some_and(|number| number.len() >= 2 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Why a zip is not opened.
pub(super) enum Refused {
    /// Its list of entries cannot be found: it is cut off, and some of it may be whole.
    NoList(InputError),
    Whole(InputError),
}

impl From<InputError> for Refused {
    fn from(error: InputError) -> Self {
        Self::Whole(error)
    }
}

pub(super) fn open(
    path: &Path,
    part: usize,
    coverage: &mut Coverage,
) -> Result<(Vec<Entry>, Archive), Refused> {
    let file = File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| cannot_open(path, &error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refused::Whole(unreadable(
            path,
            &format!("the zip has more than {MAX_ENTRIES} entries"),
            ONE_ARCHIVE,
            DOWNLOAD,
        )));
    }
    match archive.has_overlapping_files() {
        Ok(false) => {}
        Ok(true) => {
            let problem = "entries of the zip lie over one another, as in a zip bomb";
            return Err(Refused::Whole(unreadable(path, problem, ONE_ARCHIVE, DOWNLOAD)));
        }
        // The limits while reading still hold, and an entry that is wanted says so itself.
        Err(error) => coverage.fail(DAMAGED, error.to_string()),
    }
    if archive.has_duplicate_names() {
        coverage.fail(SAME_NAME, "the zip's list of entries");
    }
    let mut entries = Vec::new();
    let (mut files, mut encrypted) = (0, 0);
    for index in 0..archive.len() {
        let Ok(data) = archive.by_index_data(index) else { continue };
        let name = match data.name() {
            Ok(name) => name.replace('\\', "/"),
            Err(_) => String::from_utf8_lossy(data.name_raw()).replace('\\', "/"),
        };
        if data.is_dir() {
            continue;
        }
        if !stays_inside(&name) {
            coverage.skip(OUTSIDE, name);
            continue;
        }
        if data.is_symlink() {
            coverage.skip(LINK, name);
            continue;
        }
        files += 1;
        encrypted += usize::from(data.encrypted());
        entries.push(Entry {
            name,
            size: data.size(),
            place: Place::Zip { part, index, packed: data.compressed_size() },
        });
    }
    if files > 0 && encrypted == files {
        let next = "unpack it with its password and give the folder";
        return Err(Refused::Whole(unreadable(
            path,
            "the zip is encrypted",
            "a zip without a password",
            next,
        )));
    }
    Ok((entries, archive))
}

/// A reader of one entry, or why there is none.
pub(super) fn read(archive: &mut Archive, index: usize) -> Result<Box<dyn Read + '_>, String> {
    match archive.by_index(index) {
        Ok(file) => Ok(Box::new(file)),
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
            Err("It is encrypted: unpack the zip with its password and give the folder".to_owned())
        }
        Err(ZipError::CompressionMethodNotSupported(method)) => Err(format!(
            "It is packed with method {method}, which is not supported: unpack the zip and give the folder"
        )),
        Err(error) => Err(format!("The file cannot be opened: {error}")),
    }
}

const ONE_ARCHIVE: &str = "a zip as the platform made it";
const DOWNLOAD: &str = "download the archive again, or unpack it and give the folder";

fn cannot_open(path: &Path, error: &ZipError) -> Refused {
    let first_part = part_number(path) || path.with_extension("z01").exists();
    let spanned = path.metadata().is_ok() && starts_as_part(path);
    if first_part || spanned {
        return Refused::Whole(unreadable(
            path,
            "this is one part of a split zip",
            "a whole zip",
            "join the parts first: `zip -s 0 archive.zip --out whole.zip`, then give whole.zip",
        ));
    }
    let problem = format!("the zip is cut off or damaged: its list of entries is not at its end ({error})");
    let next = "download it again: the browser may have stopped early";
    Refused::NoList(unreadable(path, &problem, "a complete zip", next))
}

fn starts_as_part(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK\x07\x08"
}

fn unreadable(path: &Path, problem: &str, expected: &str, next: &str) -> InputError {
    InputError::Unreadable {
        input: path.display().to_string(),
        problem: problem.to_owned(),
        expected: expected.to_owned(),
        next: next.to_owned(),
    }
}
