//! Pictures and videos in JSON, and times.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use whitecoat_engine::{Media, MediaKind, Moment, Precision};

use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{Decimal, List, Maybe, Text, Whole};
use crate::sources::archive::mojibake::Repaired;

/// Folders that older exports lack above their media, and newer ones have.
const TOPS: &[&str] = &[
    "your_facebook_activity/",
    "your_activity_across_facebook/",
    "this_profile's_activity_across_facebook/",
    "your_instagram_activity/",
];

/// Media of every era, and of all three platforms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::archive) struct Medium<'a> {
    #[serde(borrow)]
    pub(in crate::sources::archive) uri: Text<'a>,
    pub(in crate::sources::archive) creation_timestamp: Whole,
    /// The caption on Instagram and Threads; the name of the album on Facebook.
    pub(in crate::sources::archive) title: Repaired<'a>,
    /// The caption on Facebook.
    pub(in crate::sources::archive) description: Repaired<'a>,
    media_metadata: Maybe<Metadata>,
    photo_metadata: Maybe<Exif>,
    video_metadata: Maybe<Exif>,
    pub(in crate::sources::archive) text_app_post: Maybe<ThreadsPost<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    photo_metadata: Maybe<Exif>,
    video_metadata: Maybe<Exif>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Exif {
    exif_data: List<Maybe<ExifData>>,
    // Until 2020 the values stood here.
    latitude: Decimal,
    longitude: Decimal,
    taken_timestamp: Whole,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExifData {
    latitude: Decimal,
    longitude: Decimal,
    taken_timestamp: Whole,
}

/// What Threads adds to a medium.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::archive) struct ThreadsPost<'a> {
    #[serde(borrow)]
    pub(in crate::sources::archive) is_reply: Text<'a>,
    pub(in crate::sources::archive) in_reply_to_username: Text<'a>,
}

impl Medium<'_> {
    /// The medium as an item lists it; `None` where it names no file.
    pub(in crate::sources::archive) fn media(&self, files: &Files) -> Option<Media> {
        let mut media = files.media(self.uri.some()?)?;
        let nested = self.media_metadata.0.as_ref();
        let exif = nested
            .and_then(|data| data.photo_metadata.0.as_ref().or(data.video_metadata.0.as_ref()))
            .or(self.photo_metadata.0.as_ref())
            .or(self.video_metadata.0.as_ref());
        let Some(exif) = exif else { return Some(media) };
        for data in exif.exif_data.0.iter().filter_map(|data| data.0.as_ref()) {
            media.gps = media.gps.or(place(data.latitude, data.longitude));
            media.captured_at = media.captured_at.or(taken(data.taken_timestamp));
        }
        media.gps = media.gps.or(place(exif.latitude, exif.longitude));
        media.captured_at = media.captured_at.or(taken(exif.taken_timestamp));
        Some(media)
    }
}

fn place(latitude: Decimal, longitude: Decimal) -> Option<(f64, f64)> {
    let (latitude, longitude) = (latitude.0?, longitude.0?);
    let is_place = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0);
    is_place.then_some((latitude, longitude))
}

/// Cameras whose clock was never set give times in antiquity.
fn taken(time: Whole) -> Option<Moment> {
    Moment::from_unix_seconds(time.0.filter(|seconds| *seconds > 0)?)
}

/// A time in seconds since 1970. What is there and cannot be one is a row of the coverage.
pub(in crate::sources::archive) fn time(
    seconds: Whole,
    platform: &str,
    place: &str,
    coverage: &mut Coverage,
) -> (Option<Moment>, Precision) {
    checked(seconds, Timestamp::from_second, platform, place, coverage)
}

/// The same in milliseconds.
pub(in crate::sources::archive) fn milliseconds(
    time: Whole,
    platform: &str,
    place: &str,
    coverage: &mut Coverage,
) -> (Option<Moment>, Precision) {
    checked(time, Timestamp::from_millisecond, platform, place, coverage)
}

fn checked(
    number: Whole,
    read: fn(i64) -> Result<Timestamp, jiff::Error>,
    platform: &str,
    place: &str,
    coverage: &mut Coverage,
) -> (Option<Moment>, Precision) {
    // 0 stands for "none". No post is older than its platform, nor younger than the next century.
    let Some(number) = number.0.filter(|number| *number != 0) else { return (None, Precision::Unknown) };
    let moment = read(number).ok().map(Moment::utc);
    match moment.filter(|moment| (2003..2100).contains(&moment.date().year())) {
        Some(moment) => (Some(moment), Precision::Second),
        None => {
            bad_date(platform, place, coverage);
            (None, Precision::Unknown)
        }
    }
}

/// Counts a date that cannot be read.
pub(in crate::sources::archive) fn bad_date(platform: &str, place: &str, coverage: &mut Coverage) {
    coverage.fail(&format!("{platform}: a date that cannot be read; the record is read without it"), place);
}

/// The files of the export, to find media in it whatever folder it was unpacked or packed into.
#[derive(Debug, Default)]
pub(in crate::sources::archive) struct Files {
    names: HashSet<String>,
    /// What stands in front of the folders that Meta made.
    root: String,
    /// The zone of the account, where a file names it.
    pub(in crate::sources::archive) zone: Option<TimeZone>,
}

impl Files {
    /// The files of `container`; `root` is what stands in front of Meta's own folders there.
    pub(in crate::sources::archive) fn of(container: &Container, root: &str) -> Self {
        let names = container.entries.iter().map(|entry| entry.name.clone()).collect();
        Self { names, root: root.to_owned(), zone: None }
    }

    /// A medium by its path or address. Its path is that inside the container, where it is there.
    pub(in crate::sources::archive) fn media(&self, uri: &str) -> Option<Media> {
        let file_name = uri.split(['?', '#']).next()?.rsplit('/').next().filter(|name| !name.is_empty())?;
        let bare = TOPS.iter().find_map(|top| uri.strip_prefix(top)).unwrap_or(uri);
        let below = [uri, bare].into_iter().map(|path| format!("{}{path}", self.root));
        let topped = TOPS.iter().map(|top| format!("{}{top}{bare}", self.root));
        let found = below.chain(topped).find(|path| self.names.contains(path));
        Some(Media {
            kind: kind(file_name, uri),
            path: Some(found.unwrap_or_else(|| uri.to_owned())),
            file_name: file_name.to_owned(),
            ..Media::default()
        })
    }
}

/// By the ending; where there is none, by Meta's folders and its names of videos.
fn kind(file_name: &str, uri: &str) -> MediaKind {
    let name = file_name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".mp4", ".mov", ".m4v", ".webm", ".avi", ".gifv"]) || uri.contains("/videos/") {
        MediaKind::Video
    } else if ends(&[".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".bmp"]) {
        MediaKind::Image
    } else if name.contains('.') {
        MediaKind::Document
    } else {
        MediaKind::Video
    }
}
