//! Telling files and folders apart.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::missing::missing;
use super::{Input, Kind, open, unreadable};
use crate::coverage::Coverage;
use crate::sources::archive::{self, Holds, encoding};
use crate::sources::look::{self, Look};
use crate::sources::{InputError, saved, web};

/// How much of a file is looked at.
const HEAD_BYTES: u64 = 64 * 1024;
/// How many files and folders a folder of inputs may hold.
pub(super) const MAX_CHILDREN: usize = 1_000;
const NO_ARCHIVE: &str = "no post archive of a known platform";
const PAGE_AS_ARCHIVE: &str =
    "a web page that is called like an archive: the platform probably sent its sign-in page instead";
const LINK: &str = "a symbolic link, which is not followed";
const SUBFOLDER: &str = "a folder that is no archive: name it too, if it holds inputs";

/// What the system says of a path.
pub(super) fn metadata(path: &Path, name: &str) -> Result<fs::Metadata, InputError> {
    fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => missing(path, name),
        _ => InputError::Open { path: path.to_owned(), source },
    })
}

/// What a file is.
pub(super) fn file(path: &Path, name: &str) -> Result<Kind, InputError> {
    let metadata = metadata(path, name)?;
    if !metadata.is_file() {
        // A pipe can be read only once: it holds items, or the reader says what it saw instead.
        return Ok(Kind::Items(path.to_owned()));
    }
    if metadata.len() == 0 {
        return Err(unreadable(name, "an empty file (0 bytes)", "export or download it again"));
    }
    let mut head = Vec::new();
    open(path)?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    if let Some(format) = saved::recognise(path, &head) {
        Ok(Kind::Saved(path.to_owned(), format))
    } else if archive::claims(path) {
        Ok(Kind::Archive(vec![path.to_owned()]))
    } else if web::claims_saved_page(&head) && archive::is_called_archive(path) {
        Err(unreadable(
            name,
            PAGE_AS_ARCHIVE,
            "download it again, in a browser that is signed in; a page that you saved yourself is read when it ends in .html",
        ))
    } else if web::claims_saved_page(&head) {
        Ok(Kind::Page(path.to_owned()))
    } else {
        // Spreadsheets save text as UTF-16 too.
        let mut text = Vec::new();
        encoding::utf8(head.as_slice())
            .and_then(|mut reader| reader.read_to_end(&mut text))
            .map_err(|source| InputError::Open { path: path.to_owned(), source })?;
        match look::at(&text) {
            Look::Items(_) => Ok(Kind::Items(path.to_owned())),
            Look::Other { what, next } => Err(unreadable(name, what, &next)),
        }
    }
}

/// A folder is an archive, or it holds inputs. Marks of an export further down, such as those of another platform, count
/// only where nothing but web pages lies at the top: many exports bring a page to look at them with.
pub(super) fn folder(path: &Path, name: String) -> Result<Vec<Input>, InputError> {
    let archive = |name| Ok(vec![Input { name, kind: Kind::Archive(vec![path.to_owned()]) }]);
    if saved::is_unpacked_wacz(path) {
        return Ok(vec![Input { name, kind: Kind::Saved(path.to_owned(), saved::Format::Wacz) }]);
    }
    let holds = archive::holds(path);
    if holds == Holds::Archive {
        return archive(name);
    }
    let (mut inputs, coverage) = children(path, &name)?;
    let only_pages = inputs.iter().all(|input| matches!(input.kind, Kind::Page(_) | Kind::Saved(..)));
    if holds == Holds::Marks && only_pages {
        return archive(name);
    }
    if inputs.is_empty() {
        if let Some(packed) = archive::packed_below(path) {
            let next = format!("name the archive itself: {}", path.join(packed).display());
            return Err(unreadable(&name, "a folder whose archives lie in folders further down", &next));
        }
        let (problem, next) = if coverage == Coverage::default() {
            ("an empty folder", "name the folder that the archive was unpacked into")
        } else {
            (
                "a folder that is no post archive of a known platform and holds no input",
                "name the top folder of the unpacked archive, the zip itself, or a folder that holds archives, items files and saved pages",
            )
        };
        return Err(unreadable(&name, problem, next));
    }
    inputs.insert(0, Input { name, kind: Kind::Folder(path.to_owned(), Box::new(coverage)) });
    Ok(inputs)
}

/// The inputs directly in a folder, by name, and what of it is none.
fn children(folder: &Path, name: &str) -> Result<(Vec<Input>, Coverage), InputError> {
    let cannot = |source| InputError::Open { path: folder.to_owned(), source };
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder)
        .map_err(cannot)?
        .take(MAX_CHILDREN + 1)
        .collect::<Result<_, _>>()
        .map_err(cannot)?;
    if entries.len() > MAX_CHILDREN {
        let problem = format!("a folder of more than {MAX_CHILDREN} files, none of them an archive's");
        return Err(unreadable(
            name,
            &problem,
            "name the inputs in it one by one, or put them into a folder of their own",
        ));
    }
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    let (mut inputs, mut coverage) = (Vec::new(), Coverage::default());
    for group in archive::group(paths) {
        let [path] = group.as_slice() else {
            inputs.push(Input::of_parts(group));
            continue;
        };
        let name = path.display().to_string();
        match child(path, &name) {
            Ok(kind) => inputs.push(Input { name, kind }),
            Err(InputError::Unreadable { problem, .. }) => {
                coverage.skip(&format!("not an input: {problem}"), name)
            }
            Err(error) => coverage.fail("a file in the folder cannot be opened", error.to_string()),
        }
    }
    coverage.holds = inputs.len() as u64;
    Ok((inputs, coverage))
}

/// Stricter than for what the user named: a zip of anything else is no input here.
fn child(path: &Path, name: &str) -> Result<Kind, InputError> {
    let kind =
        fs::symlink_metadata(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    if kind.is_symlink() {
        return Err(unreadable(name, LINK, "name what it leads to"));
    }
    if kind.is_dir() {
        if saved::is_unpacked_wacz(path) {
            return Ok(Kind::Saved(path.to_owned(), saved::Format::Wacz));
        }
        return match archive::holds(path) {
            Holds::Archive => Ok(Kind::Archive(vec![path.to_owned()])),
            Holds::Marks | Holds::Nothing => Err(unreadable(name, SUBFOLDER, "")),
        };
    }
    if !kind.is_file() {
        return Err(unreadable(name, "neither a file nor a folder", ""));
    }
    match file(path, name)? {
        Kind::Archive(_) if archive::holds(path) == Holds::Nothing => {
            Err(unreadable(name, &format!("a zip file, but {NO_ARCHIVE}"), ""))
        }
        kind => Ok(kind),
    }
}
