//! Which bytes an input held: cheap, and honest about what it covers.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::reading::Fingerprint;

/// Files up to this size are digested whole. Of larger ones only both ends are: a zip lists its files and their
/// checksums at its end.
const WHOLE_BYTES: u64 = 64 * 1024 * 1024;
/// How much of each end.
const END_BYTES: u64 = 8 * 1024 * 1024;
/// How many files of a folder are listed.
const FOLDER_FILES: usize = 1_000_000;

/// The fingerprint of a file or folder; says so when it cannot be taken.
pub(super) fn of(path: &Path) -> Fingerprint {
    let taken = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => of_folder(path),
        Ok(metadata) if metadata.is_file() => of_file(path, metadata.len()),
        Ok(_) => return none("a pipe is not kept"),
        Err(error) => Err(error),
    };
    taken.unwrap_or_else(|_| none("the input could no longer be opened"))
}

/// One fingerprint of all parts of an archive, in their order.
pub(super) fn of_all(paths: &[PathBuf]) -> Fingerprint {
    if let [only] = paths {
        return of(only);
    }
    let mut hasher = blake3::Hasher::new();
    let (mut bytes, mut covers) = (0, String::new());
    for part in paths.iter().map(|path| of(path)) {
        let (Some(size), Some(digest)) = (part.bytes, part.blake3) else {
            return none("a part could not be opened");
        };
        bytes += size;
        hasher.update(digest.as_bytes());
        covers = part.covers;
    }
    Fingerprint {
        bytes: Some(bytes),
        blake3: Some(hasher.finalize().to_hex().to_string()),
        covers: format!("{} parts; of the last, {covers}", paths.len()),
    }
}

/// No fingerprint, with the reason.
pub(super) fn none(reason: &str) -> Fingerprint {
    Fingerprint { bytes: None, blake3: None, covers: format!("nothing: {reason}") }
}

fn of_file(path: &Path, bytes: u64) -> io::Result<Fingerprint> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let covers = if bytes <= WHOLE_BYTES {
        hasher.update_reader(&mut file)?;
        "the whole file".to_owned()
    } else {
        hasher.update(&bytes.to_le_bytes());
        hasher.update_reader((&mut file).take(END_BYTES))?;
        file.seek(SeekFrom::Start(bytes.saturating_sub(END_BYTES)))?;
        hasher.update_reader(file.take(END_BYTES))?;
        format!("size, first and last {} MiB", END_BYTES / 1024 / 1024)
    };
    Ok(Fingerprint { bytes: Some(bytes), blake3: Some(hasher.finalize().to_hex().to_string()), covers })
}

fn of_folder(root: &Path) -> io::Result<Fingerprint> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && files.len() < FOLDER_FILES {
                files.push((relative(root, entry.path()), entry.metadata()?.len()));
            }
        }
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in &files {
        hasher.update(name.as_os_str().as_encoded_bytes());
        hasher.update(&[0]);
        hasher.update(&bytes.to_le_bytes());
    }
    Ok(Fingerprint {
        bytes: Some(files.iter().map(|(_, bytes)| bytes).sum()),
        blake3: Some(hasher.finalize().to_hex().to_string()),
        covers: format!("names and sizes of {} files", files.len()),
    })
}

fn relative(root: &Path, path: PathBuf) -> PathBuf {
    path.strip_prefix(root).map(Path::to_owned).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_folder_is_its_names_and_sizes_wherever_it_lies() {
        let digest = |names: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("data")).unwrap();
            for name in names {
                fs::write(folder.path().join(name), name).unwrap();
            }
            of(folder.path())
        };
        assert_eq!(digest(&["b", "data/a"]), digest(&["data/a", "b"]));
        assert_ne!(digest(&["b"]).blake3, digest(&["c"]).blake3);
        assert_eq!(digest(&["b", "data/a"]).covers, "names and sizes of 2 files");
    }

    #[test]
    fn a_small_file_is_digested_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        assert_eq!(of(&path).blake3.unwrap(), blake3::hash(b"abc").to_hex().to_string());
        assert_eq!(of(&path).covers, "the whole file");
    }
}
