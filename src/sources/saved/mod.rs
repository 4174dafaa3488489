//! Files that hold saved pages beside other things: MHTML, WARC, WACZ and HAR. Each page goes to the readers of web pages, with
//! the address and the time that the file gives for it.
//!
//! A page saved as HTML alone is read by the web source itself.

mod har;
mod headers;
mod http;
mod mhtml;
mod mime;
mod pages;
#[cfg(any(test, fuzzing))]
pub(super) mod properties;
mod recorded;
mod wacz;
mod warc;

use std::fs::File;
use std::path::Path;

use jiff::Timestamp;
use pages::Pages;

use super::archive::container::Container;
use super::{InputError, Options, Sink, web};
use crate::coverage::Coverage;

/// What sort of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page with its pictures, as a browser saves it into one file.
    Mhtml,
    /// Captures of a crawler or a recorder.
    Warc,
    /// Captures of this program (`--evidence`): walked again as they were walked then.
    Evidence,
    /// A zip or folder of WARC files, as a rule with an index.
    Wacz,
    /// What a browser's developer tools recorded.
    Har,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Mhtml => "MHTML file",
            Self::Warc => "WARC file",
            Self::Evidence => "evidence",
            Self::Wacz => "collection of WARC files",
            Self::Har => "HAR file",
        }
    }
}

/// Which of these formats a file has, if any: judged by its content, of which `head` is the beginning.
pub fn recognise(path: &Path, head: &[u8]) -> Option<Format> {
    if warc::claims(head) {
        Some(if recorded::date(path).is_some() { Format::Evidence } else { Format::Warc })
    } else if mhtml::claims(head) {
        Some(Format::Mhtml)
    } else if har::claims(head) {
        Some(Format::Har)
    } else if head.starts_with(b"PK\x03\x04") {
        let container = Container::open(&[path.to_owned()], &mut Coverage::default()).ok()?;
        wacz::claims(&container).then_some(Format::Wacz)
    } else {
        None
    }
}

/// When the run began whose evidence (`--evidence`) lies at `path`; `None` for a WARC that something else wrote.
pub fn recorded_at(path: &Path) -> Option<Timestamp> {
    recorded::date(path)
}

/// Whether a folder is an unpacked WACZ.
pub fn is_unpacked_wacz(folder: &Path) -> bool {
    Container::open(&[folder.to_owned()], &mut Coverage::default())
        .is_ok_and(|folder| wacz::claims_folder(&folder))
}

/// Reads the pages in a file, or in an unpacked WACZ. What holds no page is counted with its reason.
///
/// # Errors
///
/// When no page of it can be read, with what is in it and what to try; or when the run was stopped.
pub fn read(path: &Path, format: Format, options: &Options, sink: &mut dyn Sink) -> Result<(), InputError> {
    let open = |source| InputError::Open { path: path.to_owned(), source };
    let input = path.display().to_string();
    let mut container = Container::open(&[path.to_owned()], sink.coverage())?;
    sink.progress().set_length(container.entries.iter().map(|entry| entry.size).sum());
    let bar = sink.progress().clone();
    if format == Format::Evidence {
        return web::read_recorded(recorded::read(path)?, options, sink);
    }
    let file = || File::open(path).map(|file| bar.wrap_read(file)).map_err(open);
    let mut pages = Pages::default();
    match format {
        Format::Mhtml => mhtml::read(file()?, &input, &mut pages, sink)?,
        Format::Warc | Format::Evidence => warc::read(file()?, &input, &mut pages, sink)?,
        Format::Wacz => wacz::read(&mut container, &mut pages, sink)?,
        Format::Har => har::read(&mut container, &mut pages, sink)?,
    }
    pages.finish(&input, format.name(), sink)
}
