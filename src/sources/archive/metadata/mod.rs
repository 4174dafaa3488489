//! What pictures and documents in an export say about themselves: place, time, author, patient. Joined to the media of the
//! items by path, whatever platform the export is of.
//!
//! Only the beginning of a file is read, and pixels never.

mod dicom;
mod exif;
mod pdf;
mod xmp;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use indicatif::ProgressBar;
use whitecoat_engine::{Media, Moment};

use super::container::{Container, Entry};
use crate::coverage::Coverage;
use crate::sources::{Batch, Sink, Stopped};
use crate::wording::thousands;

/// How much of a file tells whether there is more to look at, in bytes.
const FIRST_BYTES: u64 = 64 * 1024;

/// How much of a file's beginning is read, and of a document's end, in bytes.
const HEAD_BYTES: u64 = 256 * 1024;

/// How far a document is read to get at its end, in bytes.
const MAX_DOCUMENT_BYTES: u64 = 32 << 20;

/// How many files are looked into.
const MAX_FILES: usize = 100_000;

/// The longest name or title that is kept, in characters.
const MAX_CHARS: usize = 300;

const TOO_MANY: &str =
    "A picture or document beyond the first 100,000: what it says about itself was not read";

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
struct Embedded {
    gps: Option<(f64, f64)>,
    captured_at: Option<Moment>,
    title: String,
    author: String,
    patient: String,
    device: String,
}

/// The pictures and documents of a container, by file name in lower case.
#[derive(Debug, Default)]
pub(super) struct Files {
    by_name: BTreeMap<String, Vec<File>>,
    /// How many say something.
    telling: usize,
}

#[derive(Debug)]
struct File {
    /// The path inside the container, in lower case.
    path: String,
    embedded: Option<Box<Embedded>>,
}

impl Files {
    /// Looks into all pictures and documents.
    pub(super) fn of(container: &mut Container, coverage: &mut Coverage) -> Self {
        let mut files = Self::default();
        let (mut looked, mut too_many) = (0, 0);
        for entry in container.entries.clone().iter().filter(|entry| is_told_by_name(entry)) {
            if looked == MAX_FILES {
                too_many += 1;
                continue;
            }
            looked += 1;
            let embedded = embedded(container, entry).filter(|embedded| *embedded != Embedded::default());
            files.telling += usize::from(embedded.is_some());
            let path = entry.name.to_lowercase();
            let name = entry.file_name().to_lowercase();
            files.by_name.entry(name).or_default().push(File { path, embedded: embedded.map(Box::new) });
        }
        coverage.skip_many(TOO_MANY, "the export's media", too_many);
        if files.telling > 0 {
            coverage.note(format!(
                "{} of {} pictures and documents say where, when or by whom they were made, or whom they show",
                thousands(files.telling as u64),
                thousands(looked as u64)
            ));
        }
        files
    }

    /// Fills in what the file behind a medium says, where the platform does not say it.
    fn complete(&self, media: &mut Media) {
        let Some(embedded) = self.behind(media) else { return };
        media.gps = media.gps.or(embedded.gps);
        media.captured_at = media.captured_at.or(embedded.captured_at);
        for (into, from) in [
            (&mut media.title, &embedded.title),
            (&mut media.author, &embedded.author),
            (&mut media.patient, &embedded.patient),
            (&mut media.device, &embedded.device),
        ] {
            if into.is_empty() {
                into.clone_from(from);
            }
        }
    }

    /// The file of the same path, as far as both are written; else the only one of the same name.
    fn behind(&self, media: &Media) -> Option<&Embedded> {
        let path = media.path.as_deref().unwrap_or(&media.file_name).to_lowercase();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let files = self.by_name.get(path.rsplit('/').next()?)?;
        let ends =
            |long: &str, short: &str| long.strip_suffix(short).is_some_and(|before| before.ends_with('/'));
        let same = |file: &&File| file.path == path || ends(&file.path, path) || ends(path, &file.path);
        let mut fitting = files.iter().filter(same);
        let file = match (fitting.next(), fitting.next(), files.as_slice()) {
            (Some(file), None, _) | (None, _, [file]) => file,
            _ => return None,
        };
        file.embedded.as_deref()
    }
}

/// Hands items on to a sink, with what their files say.
pub(super) struct Joining<'s> {
    sink: &'s mut dyn Sink,
    files: Arc<Files>,
}

impl<'s> Joining<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, files: Files) -> Self {
        Self { sink, files: Arc::new(files) }
    }
}

impl Sink for Joining<'_> {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        if self.files.telling == 0 {
            return self.sink.batch(batch);
        }
        let files = Arc::clone(&self.files);
        self.sink.batch(Batch::deferred(move || {
            let mut decoded = batch.decode();
            for media in decoded.items.iter_mut().flat_map(|item| &mut item.media) {
                files.complete(media);
            }
            decoded
        }))
    }

    fn coverage(&mut self) -> &mut Coverage {
        self.sink.coverage()
    }

    fn recognised(&mut self, what: &str) {
        self.sink.recognised(what);
    }

    fn progress(&self) -> &ProgressBar {
        self.sink.progress()
    }
}

fn is_told_by_name(entry: &Entry) -> bool {
    const ENDINGS: &[&str] =
        &[".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".tif", ".tiff", ".pdf", ".dcm", ".dicom"];
    let name = entry.file_name().to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What one file says; `None` where it cannot be opened or nothing is in it, which is no loss of words.
fn embedded(container: &mut Container, entry: &Entry) -> Option<Embedded> {
    let mut reader = container.read_raw(entry).ok()?;
    let mut head = Vec::new();
    reader.by_ref().take(FIRST_BYTES).read_to_end(&mut head).ok()?;
    if head.starts_with(b"\xff\xd8") && !may_tell(&head) {
        return None;
    }
    // What breaks off is read as far as it goes.
    let _ = reader.by_ref().take(HEAD_BYTES - FIRST_BYTES).read_to_end(&mut head);
    if head.starts_with(b"%PDF") {
        return Some(pdf::read(&head, &end(reader)));
    }
    Some(read(&head))
}

/// What the beginning of a file says.
fn read(head: &[u8]) -> Embedded {
    if head.starts_with(b"%PDF") {
        pdf::read(head, &[])
    } else if dicom::claims(head) {
        Embedded {
            patient: dicom::patient(head).map(|name| shortened(&name)).unwrap_or_default(),
            ..Embedded::default()
        }
    } else {
        exif::read(head)
    }
}

/// Whether a JPEG has one of the blocks that tell; most platforms take them out.
fn may_tell(head: &[u8]) -> bool {
    [b"Exif\0\0".as_slice(), b"adobe:ns:meta/"].iter().any(|mark| memchr::memmem::find(head, mark).is_some())
}

/// The last bytes of what is left.
fn end(reader: impl Read) -> Vec<u8> {
    let keep = usize::try_from(HEAD_BYTES).unwrap_or(usize::MAX);
    let mut end = Vec::new();
    let mut reader = reader.take(MAX_DOCUMENT_BYTES);
    while reader.by_ref().take(HEAD_BYTES).read_to_end(&mut end).is_ok_and(|count| count > 0) {
        end.drain(..end.len().saturating_sub(keep));
    }
    end
}

/// A name or title on one line, without control characters, at most [`MAX_CHARS`] long.
fn shortened(text: &str) -> String {
    let clean: String =
        text.chars().map(|c| if c.is_control() || c == '\u{feff}' { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_CHARS).collect()
}

/// See [`crate::sources::properties`].
#[cfg(any(test, fuzzing))]
pub(super) fn check(bytes: &[u8]) {
    // Each reader, whatever the bytes begin with.
    for found in [read(bytes), pdf::read(bytes, bytes), exif::read(bytes)] {
        for text in [&found.title, &found.author, &found.patient, &found.device] {
            assert!(text.chars().count() <= MAX_CHARS && !text.contains('\n'));
        }
        let on_earth = |(latitude, longitude): (f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        assert!(found.gps.is_none_or(on_earth));
    }
    let _ = dicom::patient(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Files {
        let mut files = Files::default();
        for path in paths {
            let embedded = Some(Box::new(Embedded { author: (*path).to_owned(), ..Embedded::default() }));
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            files.by_name.entry(name).or_default().push(File { path: (*path).to_owned(), embedded });
        }
        files
    }

    #[test]
    fn joins_by_path_then_by_name() {
        let files = files(&["me/posts/media/a.jpg", "me/stories/media/a.jpg", "data/tweets_media/1-b.jpg"]);
        for (path, file_name, expected) in [
            (Some("me/posts/media/a.jpg"), "a.jpg", Some("me/posts/media/a.jpg")),
            (Some("Stories/Media/A.jpg"), "A.jpg", Some("me/stories/media/a.jpg")),
            (Some("/site/me/posts/media/a.jpg"), "a.jpg", Some("me/posts/media/a.jpg")),
            (Some("elsewhere/a.jpg"), "a.jpg", None),
            (Some("media/a.jpg"), "a.jpg", None),
            (Some("https://p.example/x/1-b.jpg?s=2"), "1-b.jpg", Some("data/tweets_media/1-b.jpg")),
            (None, "1-b.jpg", Some("data/tweets_media/1-b.jpg")),
            (None, "c.jpg", None),
            (None, "", None),
        ] {
            let media =
                Media { path: path.map(str::to_owned), file_name: file_name.to_owned(), ..Media::default() };
            let found = files.behind(&media).map(|embedded| embedded.author.as_str());
            assert_eq!(found, expected, "{path:?} {file_name}");
        }
    }

    #[test]
    fn what_the_platform_says_counts_first() {
        let files = files(&["a/b.jpg"]);
        let mut media =
            Media { file_name: "b.jpg".to_owned(), author: "Zoë".to_owned(), ..Media::default() };
        files.complete(&mut media);
        assert_eq!(media.author, "Zoë");
    }

    #[test]
    fn texts_are_one_short_line() {
        assert_eq!(shortened("\u{feff} a\0b\r\n c "), "a b c");
        assert_eq!(shortened(&"é".repeat(1000)).chars().count(), MAX_CHARS);
    }
}
