//! What an input is, told from its content and never from its name alone.

mod missing;
mod recognise;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{InputError, Options, Sink, archive, fingerprint, items_file, saved, web};
use crate::coverage::Coverage;
use crate::reading::Fingerprint;
use crate::wording::counted;

const EXPECTED: &str = "a post archive (zip, folder or single file), an items file (JSON Lines or CSV), a saved web page (HTML, MHTML, WARC, WACZ or HAR), a folder of these, a URL, a handle (@name@host, bsky:name.host), or - for items on standard input";

/// One input that the user named, recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// As the user typed it.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Stdin,
    Web(web::Start),
    /// A folder whose inputs stand beside this one, with what else is in it.
    Folder(PathBuf, Box<Coverage>),
    /// One archive, or all parts of one.
    Archive(Vec<PathBuf>),
    Page(PathBuf),
    /// Pages that were saved beside other things.
    Saved(PathBuf, saved::Format),
    Items(PathBuf),
}

impl Input {
    /// Finds out what all arguments of the command line are; archives that are parts of one export are one input.
    pub fn recognise_all(arguments: &[OsString]) -> (Vec<Self>, Vec<InputError>) {
        let (mut inputs, mut problems) = (Vec::new(), Vec::new());
        for group in archive::group(arguments.iter().map(PathBuf::from).collect()) {
            match group.as_slice() {
                [only] => match Self::recognise(only.as_os_str()) {
                    Ok(recognised) => inputs.extend(recognised),
                    Err(problem) => problems.push(problem),
                },
                _ => inputs.push(Self::of_parts(group)),
            }
        }
        (inputs, problems)
    }

    fn of_parts(paths: Vec<PathBuf>) -> Self {
        let first = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
        let more = counted(paths.len().saturating_sub(1) as u64, "more part", "more parts");
        Self { name: format!("{first} and {more}"), kind: Kind::Archive(paths) }
    }

    /// Finds out what an argument of the command line is: one input, or a folder and the inputs in it. Opens files,
    /// contacts nothing.
    ///
    /// # Errors
    ///
    /// When it is nothing that can be read, with what it looks like and what to try.
    pub fn recognise(argument: &OsStr) -> Result<Vec<Self>, InputError> {
        let name = argument.to_string_lossy().into_owned();
        let path = Path::new(argument);
        let kind = if name == "-" {
            Kind::Stdin
        } else if let Some(start) = web::Start::of(&name).filter(|_| !path.exists()) {
            Kind::Web(start)
        } else if recognise::metadata(path, &name)?.is_dir() {
            return recognise::folder(path, name);
        } else {
            recognise::file(path, &name)?
        };
        Ok(vec![Self { name, kind }])
    }

    /// Reads it.
    pub fn read(&self, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
        match &self.kind {
            Kind::Stdin => items_file::read(io::stdin().lock(), "standard input", options, sink),
            Kind::Web(start) => web::read(&self.name, start, options, sink),
            Kind::Folder(_, coverage) => {
                sink.recognised(&format!("a folder with {}", counted(coverage.holds, "input", "inputs")));
                sink.coverage().absorb(Coverage::clone(coverage));
                Ok(())
            }
            Kind::Archive(paths) => archive::read_parts(paths, options, sink),
            Kind::Page(path) => web::read_saved_page(path, options, sink),
            Kind::Saved(path, format) => saved::read(path, *format, options, sink),
            Kind::Items(path) => {
                let file = open(path)?;
                if let Some(metadata) = file.metadata().ok().filter(fs::Metadata::is_file) {
                    sink.progress().set_length(metadata.len());
                }
                items_file::read(file, &self.name, options, sink)
            }
        }
    }

    /// Whether it is fetched from the web.
    pub fn is_remote(&self) -> bool {
        matches!(self.kind, Kind::Web(_))
    }

    /// Whether it shows live accounts, which archives of the same run are compared with.
    pub fn shows_live(&self) -> bool {
        matches!(self.kind, Kind::Web(_) | Kind::Saved(_, saved::Format::Evidence))
    }

    /// When the run began that recorded this evidence; `None` for every other input.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        match &self.kind {
            Kind::Saved(path, saved::Format::Evidence) => saved::recorded_at(path),
            _ => None,
        }
    }

    /// Whether it is an export of an account.
    pub fn is_archive(&self) -> bool {
        matches!(self.kind, Kind::Archive(_))
    }

    /// The host that it is fetched from.
    pub fn host(&self) -> Option<&str> {
        match &self.kind {
            Kind::Web(start) => start.host(),
            _ => None,
        }
    }

    /// Which bytes it holds.
    pub fn fingerprint(&self) -> Fingerprint {
        match &self.kind {
            Kind::Stdin => fingerprint::none("standard input is not kept"),
            Kind::Web(_) => fingerprint::none("a web address has no fixed content"),
            Kind::Folder(..) => fingerprint::none("each input in the folder has its own"),
            Kind::Archive(paths) => fingerprint::of_all(paths),
            Kind::Page(path) | Kind::Saved(path, _) | Kind::Items(path) => fingerprint::of(path),
        }
    }

    /// The files or folders that the input is.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let paths = match &self.kind {
            Kind::Stdin | Kind::Web(_) => &[],
            Kind::Folder(path, _) | Kind::Page(path) | Kind::Saved(path, _) | Kind::Items(path) => {
                std::slice::from_ref(path)
            }
            Kind::Archive(paths) => paths,
        };
        paths.iter().map(PathBuf::as_path)
    }
}

fn open(path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })
}

fn unreadable(name: &str, problem: &str, next: &str) -> InputError {
    InputError::Unreadable {
        input: name.to_owned(),
        problem: problem.to_owned(),
        expected: EXPECTED.to_owned(),
        next: next.to_owned(),
    }
}
