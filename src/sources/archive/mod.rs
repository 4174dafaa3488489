//! Post archives: zips, folders and single files that a platform made for the account holder.

pub(super) mod container;
mod dates;
mod encoding;
mod facebook;
mod format;
mod instagram;
mod item;
pub(super) mod loose;
mod meta;
mod metadata;
mod mojibake;
mod pieces;
mod platforms;
pub(super) mod records;
pub(super) mod splitter;
mod threads;
mod x;

use std::iter;
use std::path::Path;

use container::{Container, Entry};
use format::{Export, Format};

use crate::coverage::Coverage;
use crate::sources::{InputError, Options, Sink};

/// How much of a file is looked at to see what it is.
const TELLING_BYTES: usize = 512;

/// The importers, one a platform. X stands apart: it counts by its manifest and is recognised by it.
const FORMATS: &[&Format] = &[&facebook::FORMAT, &instagram::FORMAT, &threads::FORMAT];

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
    if container::is_zip(path).unwrap_or(false) {
        return true;
    }
    let Ok(mut container) = Container::open(path, &mut Coverage::default()) else { return false };
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
    let Ok(mut container) = Container::open(path, &mut Coverage::default()) else { return Holds::Archive };
    let survey = x::Survey::of(&mut container);
    if survey.is_x() && survey.is_at_top() || !format::survey(&mut container, FORMATS).0.is_empty() {
        Holds::Archive
    } else if survey.is_x()
        || platforms::guess(container.entries.iter().map(|entry| entry.name.as_str())).is_some()
    {
        Holds::Marks
    } else {
        Holds::Nothing
    }
}

/// Reads an archive into `sink`. What is left out or broken inside of it goes to the coverage.
///
/// # Errors
///
/// When nothing of it can be read, with what is wrong and what to try; or when the run was stopped.
pub fn read(path: &Path, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let mut container = Container::open(path, sink.coverage())?;
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
        sink.coverage().skip(UNKNOWN, entry.name);
    }
    let name = path.display().to_string();
    let files = metadata::Files::of(&mut container, sink.coverage());
    let mut sink = metadata::Joining::new(sink, files);
    for survey in surveys {
        for (entry, reason) in survey.left {
            sink.coverage().skip(reason, entry.name);
        }
        let files = survey.files;
        let mut export = Export { name: &name, container: &mut container, files, options, sink: &mut sink };
        (survey.format.read)(&mut export)?;
    }
    Ok(())
}

/// Such as `X, Facebook or Threads`.
fn known_platforms(joint: &str) -> String {
    let names: Vec<&str> = iter::once("X").chain(FORMATS.iter().map(|format| format.name)).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} {joint} {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn refusal(path: &Path, entries: &[Entry]) -> InputError {
    let unreadable = |problem: String, next: &str| InputError::Unreadable {
        input: path.display().to_string(),
        problem,
        expected: format!(
            "an archive of {}: the zip as the platform made it, its unpacked folder, or a file out of it such as tweets.js",
            known_platforms("or")
        ),
        next: next.to_owned(),
    };
    let Some(first) = entries.first() else {
        let kind = if path.is_dir() { "folder" } else { "zip" };
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
            format!(
                "this looks like an export of {platform}, and this version reads archives of {} only; others will come",
                known_platforms("and")
            ),
            "meanwhile write the posts to an items file (JSON Lines or CSV with the columns id and text) and give that",
        );
    }
    if let Some(inner) = entries.iter().find(|entry| entry.name.to_ascii_lowercase().ends_with(".zip")) {
        return unreadable(
            format!("there is another zip inside ({}), and zips in zips are not opened", inner.name),
            "unpack the outer one, and give the inner one",
        );
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
        "give the folder that holds `data`, or the zip as the platform made it",
    )
}
