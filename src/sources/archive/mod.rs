//! Post archives: zips, folders and single files that a platform made for the account holder.

mod account;
mod blogger;
pub(super) mod bluesky;
pub(super) mod container;
pub(super) mod dates;
mod discord;
pub(super) mod encoding;
mod facebook;
mod fields;
mod first_reading;
mod format;
mod gather;
mod ghost;
mod google;
mod html;
mod instagram;
mod lines;
mod linkedin;
pub(super) mod loose;
mod mastodon;
mod medium;
mod meta;
mod metadata;
mod mojibake;
mod parts;
mod pieces;
mod pinterest;
mod platforms;
#[cfg(test)]
mod plume;
#[cfg(any(test, fuzzing))]
pub(super) mod properties;
mod quora;
pub(super) mod records;
mod reddit;
mod rows;
mod sections;
mod snapchat;
pub(super) mod splitter;
mod substack;
mod telegram;
mod threads;
mod tiktok;
mod tumblr;
mod twins;
mod whatsapp;
mod wordpress;
mod x;
pub(super) mod xml;

use std::iter;
use std::path::{Path, PathBuf};

use container::{Container, Entry};
use format::{Export, Format};

pub use parts::group;

use crate::coverage::Coverage;
use crate::sources::shapes::{attached, item, stored_html, two_clocks, value};
use crate::sources::{InputError, Options, Sink, clock};

/// How much of a file is looked at to see what it is.
const TELLING_BYTES: usize = 512;

/// The importers, one a platform. X stands apart: it counts by its manifest and is recognised by it.
const FORMATS: &[&Format] = &[
    &blogger::FORMAT,
    &bluesky::FORMAT,
    &discord::FORMAT,
    &facebook::FORMAT,
    &ghost::FORMAT,
    &google::FORMAT,
    &instagram::FORMAT,
    &linkedin::FORMAT,
    &mastodon::FORMAT,
    &medium::FORMAT,
    &pinterest::FORMAT,
    &quora::FORMAT,
    &reddit::FORMAT,
    &snapchat::FORMAT,
    &substack::FORMAT,
    &telegram::FORMAT,
    &threads::FORMAT,
    &tiktok::FORMAT,
    &tumblr::FORMAT,
    &whatsapp::FORMAT,
    &wordpress::FORMAT,
];

/// Why private messages are left out.
const MESSAGES: &str = "Private messages, read only with --include-messages";

const UNKNOWN: &str = "A file of unknown kind, not read";

/// How many names a refusal lists.
const NAMES_SHOWN: usize = 5;

/// Whether `path` is for this source: a folder, a zip (a damaged one too), or a file out of an archive. By content; the name
/// counts only for files whose content may be damaged, such as an empty `tweets.js`.
pub fn claims(path: &Path) -> bool {
    let Ok(meta) = std::fs::metadata(path) else { return false };
    if meta.is_dir() || !meta.is_file() {
        return meta.is_dir();
    }
    if container::is_packed(path).unwrap_or(false) {
        return true;
    }
    let Ok(mut container) = Container::open(&[path.to_owned()], &mut Coverage::default()) else {
        return false;
    };
    let start = container.entries.first().cloned().map(|entry| container.peek(&entry, TELLING_BYTES));
    x::claims_file(path, &start.unwrap_or_default()) || !format::survey(&mut container, FORMATS).0.is_empty()
}

/// What a folder or a zip holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The files of an archive, at the top or in its folder `data`; or it cannot be opened, and reading it says why.
    Archive,
    /// An archive further down, or marks of an export that this version does not read.
    Marks,
    /// Nothing that this source knows.
    Nothing,
}

/// Looks at the names in a folder or a zip, and at the beginnings of files whose names say nothing.
pub fn holds(path: &Path) -> Holds {
    let Ok(mut container) = Container::open(&[path.to_owned()], &mut Coverage::default()) else {
        return Holds::Archive;
    };
    let survey = x::Survey::of(&mut container);
    let (others, unknown) = format::survey(&mut container, FORMATS);
    let stands_alone = others.iter().any(format::Survey::is_at_top) || !unknown.iter().any(may_be_input);
    if survey.is_x() && survey.is_at_top() || !others.is_empty() && stands_alone {
        Holds::Archive
    } else if survey.is_x()
        || !others.is_empty()
        || platforms::guess(container.entries.iter().map(|entry| entry.name.as_str())).is_some()
    {
        Holds::Marks
    } else {
        Holds::Nothing
    }
}

/// Whether a file beside the folders of an export is probably an input of its own.
fn may_be_input(entry: &Entry) -> bool {
    const ENDINGS: &[&str] = &[".zip", ".tgz", ".tar.gz", ".tar", ".jsonl", ".csv"];
    let name = entry.name.to_ascii_lowercase();
    !name.contains('/') && !format::is_of_system(&name) && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a file is called as archives are.
pub fn is_called_archive(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    [".zip", ".tgz", ".tar.gz", ".tar"].iter().any(|ending| name.ends_with(ending))
}

/// The first file below a folder that is called as archives are, as it stands in the folder.
pub fn packed_below(folder: &Path) -> Option<String> {
    let container = Container::open(&[folder.to_owned()], &mut Coverage::default()).ok()?;
    let mut names = container.entries.into_iter().map(|entry| entry.name);
    names.find(|name| is_called_archive(Path::new(name)) && !format::is_of_system(name))
}

/// Reads an archive into `sink`. What is left out or broken inside of it goes to the coverage.
///
/// # Errors
///
/// When nothing of it can be read, with what is wrong and what to try; or when the run was stopped.
pub fn read(path: &Path, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    read_parts(&[path.to_owned()], options, sink)
}

/// [`read`] for an export that came in several archives.
///
/// # Errors
///
/// As of [`read`].
pub fn read_parts(paths: &[PathBuf], options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let Some(path) = paths.first() else { return Ok(()) };
    let container = Container::open(paths, sink.coverage())?;
    read_container(path, container, options, sink)
}

fn read_container(
    path: &Path,
    mut container: Container,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<(), InputError> {
    let survey = x::Survey::of(&mut container);
    if survey.is_x() {
        let files = metadata::Files::of(&mut container, sink.coverage());
        return x::read(path, &mut container, &survey, options, &mut metadata::Joining::new(sink, files));
    }
    let (surveys, unknown) = format::survey(&mut container, FORMATS);
    if surveys.is_empty() {
        return Err(refusal(path, &container.entries));
    }
    for entry in unknown {
        let reason = if format::is_of_system(&entry.name) { format::SYSTEM } else { UNKNOWN };
        sink.coverage().skip(reason, entry.name);
    }
    let name = path.display().to_string();
    let files = metadata::Files::of(&mut container, sink.coverage());
    let mut sink = metadata::Joining::new(sink, files);
    let (all, mut refused) = (surveys.len(), Vec::new());
    for survey in surveys {
        for (entry, reason) in survey.left {
            sink.coverage().skip(reason, entry.name);
        }
        let files = survey.files;
        let platform = survey.format.name;
        let first = files.first().map(|file| file.entry.name.clone()).unwrap_or_default();
        let mut export =
            Export { platform, name: &name, container: &mut container, files, options, sink: &mut sink };
        match (survey.format.read)(&mut export) {
            // What one platform lacks is no reason to leave out the others.
            Err(error @ InputError::Unreadable { .. }) => refused.push((platform, first, error)),
            other => other?,
        }
    }
    if refused.len() == all {
        return refused.into_iter().next().map_or(Ok(()), |(_, _, error)| Err(error));
    }
    for (platform, first, error) in refused {
        if let InputError::Unreadable { problem, .. } = error {
            sink.coverage().skip(&format!("{platform}: {problem}"), first);
        }
    }
    Ok(())
}

/// Such as `X, Facebook or Threads`.
fn known_platforms() -> String {
    let names: Vec<&str> = iter::once("X").chain(FORMATS.iter().map(|format| format.name)).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn refusal(path: &Path, entries: &[Entry]) -> InputError {
    let unreadable = |problem: String, next: &str| InputError::Unreadable {
        input: path.display().to_string(),
        problem,
        expected: format!(
            "an archive of {}: the zip or tar as the platform made it, its unpacked folder, or a file out of it such as tweets.js",
            known_platforms()
        ),
        next: next.to_owned(),
    };
    let Some(first) = entries.first() else {
        let kind = if path.is_dir() { "folder" } else { "archive" };
        return unreadable(
            format!("the {kind} holds no files"),
            "check that the download and the unpacking were complete",
        );
    };
    // The user's name for the container may tell as much as what is in it.
    let own_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let names = entries.iter().map(|entry| entry.name.as_str()).chain(own_name.as_deref());
    if let Some(platform) = platforms::guess(names) {
        return unreadable(
            format!("this looks like an export of {platform}, and nothing in it is of a kind that is read"),
            "write the posts to an items file (JSON Lines or CSV with the columns id and text) and give that",
        );
    }
    let inner = entries.iter().map(|entry| entry.name.as_str());
    let inner: Vec<&str> = inner.filter(|name| name.to_ascii_lowercase().ends_with(".zip")).collect();
    match inner.as_slice() {
        [] => {}
        [only] => {
            return unreadable(
                format!("there is another zip inside ({only}), and zips in zips are not opened"),
                "unpack the outer one, and give the inner one",
            );
        }
        several => {
            let (count, shown) =
                (several.len(), several.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>());
            return unreadable(
                format!(
                    "there are {count} zips inside ({}), and zips in zips are not opened",
                    shown.join(", ")
                ),
                "unpack the outer one, and give the folder that comes of it",
            );
        }
    }
    if path.is_file() && entries.len() == 1 && own_name.as_deref() == Some(&first.name) {
        return unreadable(
            "the file is no archive, and no file out of an archive".to_owned(),
            "give the zip or folder as the platform made it, or an items file (JSON Lines or CSV)",
        );
    }
    let shown: Vec<_> = entries.iter().take(NAMES_SHOWN).map(|entry| entry.name.as_str()).collect();
    unreadable(
        format!("none of its {} files is known; the first are: {}", entries.len(), shown.join(", ")),
        "give the archive as the platform made it, or the top folder of the unpacked one",
    )
}
