//! Posts of Instagram and Threads: a list of media with a caption, which stands beside the list or, where there is only
//! one medium, on that.

use jiff::tz::Offset;
use serde::Deserialize;
use whitecoat_engine::{Item, Media};

use super::account::Labels;
use super::label::own_words;
use super::media::{Files, Medium, bad_date, time};
use super::page::{PageBox, Stamp};
use super::read::{self, Source};
use super::zone::Zone;
use super::{GUESSED, words};
use crate::sources::archive::container::Container;
use crate::sources::archive::loose::{List, Maybe, Whole};
use crate::sources::archive::mojibake::Repaired;
use crate::sources::{Sink, Stopped};

/// Both platforms print the clock of UTC-8 on their pages, in summer too.
const PAGES: Offset = Offset::constant(-8);

/// An id has at least this many digits.
const ID_DIGITS: usize = 10;

/// A post, or a lone medium where a post would be.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    media: List<Maybe<Medium<'a>>>,
    title: Repaired<'a>,
    creation_timestamp: Whole,
    timestamp: Whole,
}

/// What a record comes to, borrowing nothing.
#[derive(Default)]
pub(in crate::sources::archive) struct Carousel {
    pub(in crate::sources::archive) words: Vec<String>,
    pub(in crate::sources::archive) media: Vec<Media>,
    /// Threads says that it is an answer.
    pub(in crate::sources::archive) is_reply: bool,
    /// The handle that it answers.
    pub(in crate::sources::archive) replies_to: Option<String>,
    /// The words are the longest of values under labels that are not known.
    guessed: bool,
    is_empty: bool,
    time: Whole,
}

/// Takes what a record comes to, with the item that has been begun for it.
pub(in crate::sources::archive) type Take<'t> =
    dyn FnMut(Carousel, Item, &mut dyn Sink) -> Result<(), Stopped> + 't;

/// Reads one file, JSON or HTML. The items have what is common to both platforms.
pub(in crate::sources::archive) fn read(
    container: &mut Container,
    source: &Source,
    keys: &'static [&'static str],
    platform: &str,
    files: &Files,
    sink: &mut dyn Sink,
    take: &mut Take<'_>,
) -> Result<(), Stopped> {
    let mut checked = |found: Carousel, item: Item, sink: &mut dyn Sink| {
        if found.is_empty {
            sink.coverage().fail(&format!("{platform}: a record that is no post"), item.source);
        } else if found.words.is_empty() && found.media.is_empty() {
            sink.coverage()
                .skip(&format!("{platform}: records without words and pictures, not read"), item.source);
        } else {
            if found.guessed {
                sink.coverage().note(GUESSED);
            }
            let item = Item { id: id(&found.media).unwrap_or_default(), text: text(&found.words), ..item };
            return take(found, item, sink);
        }
        Ok(())
    };
    if source.is_page {
        return read::boxes(container, sink, &source.entry, files, &mut |found, _, place, sink| {
            let item = dated(&found, place, platform, sink);
            checked(Carousel::of_box(found), item, sink)
        });
    }
    let decode = |record: &[u8]| Carousel::of_json(record, files);
    read::json(container, sink, &source.entry, keys, &decode, &mut |found, at, sink| {
        let (created_at, created_precision) = time(found.time, platform, &at.source, sink.coverage());
        checked(found, Item { created_at, created_precision, source: at.source, ..Item::default() }, sink)
    })?;
    Ok(())
}

/// The beginning of an item from a page: its place and time.
pub(in crate::sources::archive) fn dated(
    found: &PageBox,
    place: String,
    platform: &str,
    sink: &mut dyn Sink,
) -> Item {
    let (created_at, created_precision) = found.moment(&Zone::Today(PAGES));
    if found.date == Stamp::Unknown {
        bad_date(platform, &place, sink.coverage());
    }
    Item { created_at, created_precision, source: place, ..Item::default() }
}

fn text(words: &[String]) -> String {
    words::once(words.iter().map(String::as_str)).join("\n\n")
}

/// The number of the first medium, which ends the name of its file in both formats.
fn id(media: &[Media]) -> Option<String> {
    let name = &media.first()?.file_name;
    let stem = name.split('.').next()?;
    let digits = stem.rsplit(|c: char| !c.is_ascii_digit()).next()?;
    (digits.len() >= ID_DIGITS).then(|| digits.to_owned())
}

impl Carousel {
    fn of_json(record: &[u8], files: &Files) -> serde_json::Result<Self> {
        let post: Record<'_> = serde_json::from_slice(record)?;
        let labels: Labels<'_> = serde_json::from_slice(record)?;
        let mut found = Self { time: post.creation_timestamp, ..Self::default() };
        found.add_words(&post.title);
        let media: Vec<&Medium<'_>> = post.media.0.iter().filter_map(|medium| medium.0.as_ref()).collect();
        for medium in &media {
            found.add(medium, files);
        }
        let labelled = labels.labelled();
        if found.time.0.is_none() {
            found.time = if post.timestamp.0.is_some() { post.timestamp } else { Whole(labelled.time) };
        }
        for medium in &labelled.media {
            found.add(medium, files);
        }
        let lone: Medium<'_> = serde_json::from_slice(record)?;
        if media.is_empty() && lone.uri.some().is_some() {
            found.add(&lone, files);
        }
        let rows = labels.rows();
        let own = own_words(rows.iter().copied(), false, &mut found.guessed);
        found.words.extend(own);
        found.is_empty =
            media.is_empty() && found.media.is_empty() && found.words.is_empty() && rows.is_empty();
        Ok(found)
    }

    fn of_box(found: PageBox) -> Self {
        let mut guessed = false;
        let mut words: Vec<String> =
            Some(found.title.clone()).filter(|title| !title.is_empty()).into_iter().collect();
        words.extend(own_words(found.rows(), true, &mut guessed));
        words.extend(found.all_words.into_iter().chain(found.captions).filter(|words| !is_camera(words)));
        Self { words, media: found.media, ..Self::default() }
    }

    fn add(&mut self, medium: &Medium<'_>, files: &Files) {
        self.add_words(&medium.title);
        self.media.extend(medium.media(files));
        if self.time.0.is_none() {
            self.time = medium.creation_timestamp;
        }
        if let Some(post) = &medium.text_app_post.0 {
            self.is_reply |= post.is_reply.0 == "true";
            let handle = post.in_reply_to_username.some().map(str::to_owned);
            self.replies_to = self.replies_to.take().or(handle);
        }
    }

    fn add_words(&mut self, words: &Repaired<'_>) {
        self.words.extend(words.some().map(str::to_owned));
    }
}

/// What stands alone on a page and is no caption.
fn is_camera(words: &str) -> bool {
    words::is(words, words::TRUE) || words.eq_ignore_ascii_case("false")
}
