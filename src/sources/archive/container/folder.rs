//! An unpacked archive.

use std::path::Path;

use super::{Entry, MAX_ENTRIES, Place};
use crate::coverage::Coverage;
use crate::sources::InputError;

/// How many folders deep a walk goes.
const MAX_FOLDER_DEPTH: usize = 32;

const LINK: &str = "A symbolic link, which is not followed";
const NOT_A_FILE: &str = "Neither a file nor a folder";
const TOO_DEEP: &str = "A folder lies too deep (limit: 32 folders)";
const REFUSED: &str = "A folder cannot be listed";

/// All files below `root`. Links are never followed, so the walk cannot leave the folder or go in circles.
pub(super) fn list(root: &Path, coverage: &mut Coverage) -> Result<Vec<Entry>, InputError> {
    let mut entries = Vec::new();
    let mut open = vec![(root.to_owned(), String::new(), 0)];
    while let Some((folder, name, depth)) = open.pop() {
        let children = match std::fs::read_dir(&folder) {
            Ok(children) => children,
            Err(source) if depth == 0 => return Err(InputError::Open { path: folder, source }),
            Err(error) => {
                coverage.fail(REFUSED, format!("{name} ({error})"));
                continue;
            }
        };
        for child in children.flatten() {
            let part = child.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() { part } else { format!("{name}/{part}") };
            // Of the link itself, not of what it leads to.
            let Ok(meta) = child.metadata() else {
                coverage.fail("A file cannot be looked at", name);
                continue;
            };
            if meta.is_symlink() {
                coverage.skip(LINK, name);
            } else if meta.is_dir() && depth + 1 >= MAX_FOLDER_DEPTH {
                coverage.fail(TOO_DEEP, name);
            } else if meta.is_dir() {
                open.push((child.path(), name, depth + 1));
            } else if meta.is_file() {
                entries.push(Entry { name, size: meta.len(), place: Place::Path(child.path()) });
            } else {
                coverage.skip(NOT_A_FILE, name);
            }
            if entries.len() + open.len() > MAX_ENTRIES {
                return Err(InputError::Unreadable {
                    input: root.display().to_string(),
                    problem: format!("the folder holds more than {MAX_ENTRIES} files"),
                    expected: "the folder of one archive".to_owned(),
                    next: "name the archive's own folder, the one that holds `data`".to_owned(),
                });
            }
        }
    }
    Ok(entries)
}
