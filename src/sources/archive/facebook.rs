//! Facebook's "Download your information", JSON and HTML, of every layout since 2018.

mod account;
mod files;
mod photo;
mod post;
mod record;

use whitecoat_engine::{Item, Kind, LiveState, Visibility};

use super::format::{Export, Format, Role};
use super::meta::account::Account;
use super::meta::gather::Gatherer;
use super::meta::media::Files;
use super::meta::{MESSAGES, message, read, zone};
use crate::sources::InputError;
use files::{
    ALBUM, ARCHIVE, CHECK_INS, COMMENT_EDITS, COMMENTS, CONVERSATION, EDITS, EVENTS, GROUP_POSTS, NOTES,
    PENDING, PHOTOS, POSTS, PROFILE, REELS, REVIEWS, SALES, STORIES, TRASH, ZONE,
};

/// The short name of the platform in items.
const PLATFORM: &str = "facebook";

/// The platform in sentences.
const NAME: &str = "Facebook";

/// Folders that Meta makes at the top of an export, of any era.
const TOP_FOLDERS: &[&str] = &[
    "your_facebook_activity",
    "your_activity_across_facebook",
    "this_profile's_activity_across_facebook",
    "posts",
    "comments",
    "comments_and_reactions",
    "groups",
    "photos_and_videos",
    "profile_information",
    "personal_information",
    "messages",
];

/// The importer.
pub(super) static FORMAT: Format =
    Format { name: NAME, files: files::FILES, by_content: files::by_content, read: read_export };

/// The files with posts and comments, in the order in which they are read: what is left out later as a repetition is the
/// older wording, or the picture of a post.
const SORTS: &[(Role, Sort)] = &[
    (POSTS, Sort::POST),
    (GROUP_POSTS, Sort::POST),
    (PENDING, Sort::POST),
    (CHECK_INS, Sort { only_known_labels: true, ..Sort::POST }),
    (ARCHIVE, Sort { visibility: Visibility::Private, ..Sort::POST }),
    (TRASH, Sort { live_state: LiveState::Deleted, ..Sort::POST }),
    (COMMENTS, Sort { kind: Kind::Comment, ..Sort::POST }),
    (STORIES, Sort::POST),
    (REELS, Sort::POST),
    (NOTES, Sort::TITLED),
    (EVENTS, Sort::TITLED),
    (SALES, Sort::TITLED),
    (REVIEWS, Sort { kind: Kind::Comment, own: Own::Review, ..Sort::POST }),
    (EDITS, Sort { is_edit: true, ..Sort::POST }),
    (COMMENT_EDITS, Sort { kind: Kind::Comment, is_edit: true, ..Sort::POST }),
];

/// What the records of a file have in common.
#[derive(Clone, Copy)]
struct Sort {
    kind: Kind,
    visibility: Visibility,
    live_state: LiveState,
    /// Older wordings of what may be there already.
    is_edit: bool,
    /// A record in an unknown language has no words rather than any.
    only_known_labels: bool,
    own: Own,
}

/// Where own words stand in a JSON record, beside labels and attachments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// In its data; its title is a sentence of Facebook's.
    Inside,
    /// In its title, name, text and description.
    Titled,
    /// In its text and description; title and name are those of what is reviewed.
    Review,
}

impl Sort {
    const TITLED: Self = Self { own: Own::Titled, ..Self::POST };

    const POST: Self = Self {
        kind: Kind::Post,
        visibility: Visibility::Unknown,
        live_state: LiveState::Unknown,
        is_edit: false,
        only_known_labels: false,
        own: Own::Inside,
    };

    fn item(self) -> Item {
        Item { kind: self.kind, visibility: self.visibility, live_state: self.live_state, ..Item::default() }
    }
}

fn read_export(export: &mut Export<'_>) -> Result<(), InputError> {
    let mut files = Files::of(export.container, &read::root(export.container, TOP_FOLDERS));
    files.zone = export.of(ZONE).iter().find_map(|entry| zone::named(export.container, entry));
    let profiles = read::sources(export, PROFILE);
    let account = account::gather(export.container, export.sink, &profiles, &files)?;
    export.sink.recognised(&recognition(export, &account));
    let sources: Vec<_> = SORTS.iter().map(|(role, sort)| (read::sources(export, role), *sort)).collect();
    let albums = read::sources(export, ALBUM);
    let photos = read::sources(export, PHOTOS);
    let mut messages = read::sources(export, CONVERSATION);
    messages.retain(|source| !source.entry.name.to_ascii_lowercase().contains("instagram"));
    if !export.options.include_messages {
        for source in std::mem::take(&mut messages) {
            export.sink.coverage().skip(MESSAGES, source.entry.name);
        }
    }
    let all = sources.iter().flat_map(|(sources, _)| sources).chain(&albums).chain(&photos).chain(&messages);
    read::announce(export.sink, all);
    let mut gatherer = Gatherer::new(PLATFORM, account, export.sink)?;
    for (sources, sort) in &sources {
        for source in sources {
            post::read(export.container, source, *sort, &files, &mut gatherer, export.sink)?;
        }
    }
    for source in albums.iter().chain(&photos) {
        photo::read(export.container, source, &files, &mut gatherer, export.sink)?;
    }
    message::read(export.container, &messages, NAME, &files, &mut gatherer, export.sink)?;
    gatherer.hand_over(export.sink)?;
    Ok(())
}

/// Such as `Facebook archive of Jane Roe`.
fn recognition(export: &Export<'_>, account: &Account) -> String {
    match export.files.as_slice() {
        [only] if export.name.ends_with(only.entry.name.as_str()) => {
            format!("{} of a Facebook archive", only.entry.file_name())
        }
        _ if account.profile.name.is_empty() => "Facebook archive".to_owned(),
        _ => format!("Facebook archive of {}", account.profile.name),
    }
}
