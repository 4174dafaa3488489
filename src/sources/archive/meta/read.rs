//! The ways through the files of an export, JSON and HTML.

use std::collections::HashSet;

use super::media::Files;
use super::page::{self, PageBox};
use super::zone::Zone;
use crate::sources::archive::container::{Container, Entry};
use crate::sources::archive::format::{Export, Role};
use crate::sources::archive::splitter::Start;
use crate::sources::archive::{dates, pieces, records};
use crate::sources::{Sink, Stopped};

/// Classes of the elements that hold one record each, of every era.
const BOXES: &[&str] = &["_a6-g", "uiBoxWhite"];

const NEITHER: &str = "A file that is neither JSON nor HTML, not read";
const BOTH: &str = "HTML pages of what is there as JSON too, not read twice";
const NOTHING_IN_PAGE: &str = "An HTML page without any record in it";

/// A file of the export, and which of the two formats it has.
pub(in crate::sources::archive) struct Source {
    pub(in crate::sources::archive) entry: Entry,
    pub(in crate::sources::archive) is_page: bool,
}

/// The files of one sort, parts by number: part 10 comes after part 9. Where a file is there in both formats, the JSON is
/// read, which has exact times.
pub(in crate::sources::archive) fn sources(export: &mut Export<'_>, role: Role) -> Vec<Source> {
    let entries = export.of(role);
    let stem = |entry: &Entry| entry.name.rsplit_once('.').map(|(stem, _)| stem.to_ascii_lowercase());
    let ends = |entry: &Entry, ending: &str| entry.name.to_ascii_lowercase().ends_with(ending);
    let in_json: HashSet<_> = entries.iter().filter(|entry| ends(entry, ".json")).filter_map(stem).collect();
    let mut sources = Vec::new();
    for entry in entries {
        let is_page = ends(&entry, ".html") || ends(&entry, ".htm");
        if !is_page && !ends(&entry, ".json") && entry.file_name().contains('.') {
            export.sink.coverage().skip(NEITHER, entry.name);
        } else if is_page && stem(&entry).is_some_and(|stem| in_json.contains(&stem)) {
            export.sink.coverage().skip(BOTH, entry.name);
        } else {
            sources.push(Source { entry, is_page });
        }
    }
    sources.sort_by_key(|source| (part(source.entry.file_name()), source.entry.name.clone()));
    sources
}

/// Makes room on the bar for files that are going to be read.
pub(in crate::sources::archive) fn announce<'s>(sink: &dyn Sink, sources: impl Iterator<Item = &'s Source>) {
    let bytes: u64 = sources.map(|source| source.entry.size).sum();
    // Another platform's files may have been read before.
    sink.progress().set_length(sink.progress().position() + bytes);
}

/// The last number in a name, before its ending.
fn part(name: &str) -> u64 {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = stem.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Where a record of a JSON file stands.
pub(in crate::sources::archive) struct Place {
    /// File and offset.
    pub(in crate::sources::archive) source: String,
    /// The key of its list.
    pub(in crate::sources::archive) key: Option<&'static str>,
}

/// Takes a record of a JSON file.
pub(in crate::sources::archive) type TakeRecord<'t, T> =
    dyn FnMut(T, Place, &mut dyn Sink) -> Result<(), Stopped> + 't;

/// Takes a box of an HTML page, what is known of the page's clock, and the box's place.
pub(in crate::sources::archive) type TakeBox<'t> =
    dyn FnMut(PageBox, &Zone, String, &mut dyn Sink) -> Result<(), Stopped> + 't;

/// Hands over the records of a JSON file, decoded, with their places.
pub(in crate::sources::archive) fn json<T>(
    container: &mut Container,
    sink: &mut dyn Sink,
    entry: &Entry,
    keys: &'static [&'static str],
    decode: &dyn Fn(&[u8]) -> serde_json::Result<T>,
    take: &mut TakeRecord<'_, T>,
) -> Result<Vec<u8>, Stopped> {
    let streamed = records::stream(container, sink, entry, Start::Under(keys), &mut |chunk, sink| {
        for (offset, record) in chunk.elements() {
            let place = || format!("{}#{offset}", entry.name);
            let reason = "A record is not valid JSON";
            if let Some(record) = records::decoded(record, reason, place, sink.coverage(), decode) {
                take(record, Place { source: place(), key: chunk.key }, sink)?;
            }
        }
        Ok(())
    })?;
    Ok(streamed.map(|streamed| streamed.frame).unwrap_or_default())
}

/// Hands over the boxes of an HTML page with their places, and the zone of its clock: that of the account, or else the
/// offset that the page's head names.
pub(in crate::sources::archive) fn boxes(
    container: &mut Container,
    sink: &mut dyn Sink,
    entry: &Entry,
    files: &Files,
    take: &mut TakeBox<'_>,
) -> Result<(), Stopped> {
    let (mut zone, mut count) = (files.zone.clone().map_or(Zone::Unknown, Zone::Named), 0_u64);
    let is_empty = entry.size == 0;
    pieces::stream(container, sink, entry, BOXES, &mut |piece, sink| {
        if piece.is_head {
            let today = page::generated(&piece.html).and_then(|line| dates::offset_in(&line));
            if let (Zone::Unknown, Some(today)) = (&zone, today) {
                zone = Zone::Today(today);
            }
            return Ok(());
        }
        let place = format!("{}#{}", entry.name, piece.offset);
        let found = page::read(&piece.html, files);
        // Boxes stand within boxes at times: the outer one ends where the inner one begins.
        if found.as_ref().is_some_and(|found| found.is_bare) {
            return Ok(());
        }
        count += 1;
        match found {
            Some(found) => take(found, &zone, place, sink),
            None => {
                sink.coverage()
                    .fail("A record of an HTML page nests too deep or is too large to be read", place);
                Ok(())
            }
        }
    })?;
    if count == 0 && !is_empty {
        sink.coverage().note(format!("{NOTHING_IN_PAGE}: {}", entry.name));
    }
    Ok(())
}

/// What stands in front of the folders that Meta made, as all `known` folders say: the first that one of the paths holds.
pub(in crate::sources::archive) fn root(container: &Container, known: &[&str]) -> String {
    container
        .entries
        .iter()
        .find_map(|entry| {
            let name = format!("/{}", entry.name);
            known
                .iter()
                .filter_map(|folder| name.find(&format!("/{folder}/")))
                .min()
                .and_then(|at| entry.name.get(..at).map(str::to_owned))
        })
        .unwrap_or_default()
}
