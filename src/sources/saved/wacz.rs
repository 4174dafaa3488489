//! WACZ: a zip of WARC files with an index, as ArchiveWeb.page and Browsertrix write it.

use super::pages::Pages;
use super::warc;
use crate::sources::archive::container::{Container, Entry};
use crate::sources::{Sink, Stopped};

const ABOUT: &str = "A file beside the WARC files (index, list of pages, digests): no page";

/// Whether a zip is a WACZ, or holds WARC files anyhow.
pub(super) fn claims(zip: &Container) -> bool {
    zip.entries.iter().any(is_warc)
}

/// Whether a folder is an unpacked WACZ.
pub(super) fn claims_folder(folder: &Container) -> bool {
    folder.entries.iter().any(|entry| entry.name == "datapackage.json")
        && folder.entries.iter().any(|entry| entry.name.starts_with("archive/") && is_warc(entry))
}

fn is_warc(entry: &Entry) -> bool {
    let name = entry.name.to_ascii_lowercase();
    name.ends_with(".warc") || name.ends_with(".warc.gz")
}

/// Reads the WARC files in it.
pub(super) fn read(container: &mut Container, pages: &mut Pages, sink: &mut dyn Sink) -> Result<(), Stopped> {
    for entry in container.entries.clone() {
        if !is_warc(&entry) {
            sink.coverage().skip(ABOUT, entry.name);
            continue;
        }
        let bar = sink.progress().clone();
        match container.read_raw(&entry) {
            Ok(reader) => warc::read(bar.wrap_read(reader), &entry.name, pages, sink)?,
            Err(reason) => sink.coverage().fail(&reason, entry.name),
        }
    }
    Ok(())
}
