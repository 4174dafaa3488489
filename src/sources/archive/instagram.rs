//! Instagram's "Download your information", JSON and HTML, of every layout since 2021, and the JSON of before.

mod changes;
mod comment;
mod files;
mod old;

use whitecoat_engine::{Item, Kind, LiveState, Visibility};

use super::format::{Export, Format, Role};
use super::meta::account::{self, Account};
use super::meta::gather::Gatherer;
use super::meta::media::Files;
use super::meta::{MESSAGES, carousel, message, read};
use crate::sources::InputError;
use files::{
    ARCHIVED, COMMENTS, CONVERSATION, DELETED, OTHER, PORTRAITS, POSTS, PROFILE, REELS, STORIES, TWIN, VIDEOS,
};

/// The short name of the platform in items.
const PLATFORM: &str = "instagram";

/// The platform in sentences.
const NAME: &str = "Instagram";

const IS_PRIVATE: &str = "Instagram: the account is private now, so its followers see its posts (the export says nothing of single posts)";

/// Folders that Meta makes at the top of an export, of any era.
const TOP_FOLDERS: &[&str] = &[
    "your_instagram_activity",
    "personal_information",
    "account_information",
    "content",
    "comments",
    "media",
    "messages",
];

/// The lists of posts and media, of every era.
const LISTS: &[&str] = &[
    "ig_stories",
    "ig_reels_media",
    "ig_igtv_media",
    "ig_archived_post_media",
    "ig_recently_deleted_media",
    "ig_other_media",
    "ig_profile_picture",
    "ig_posts",
];

/// The importer.
pub(super) static FORMAT: Format =
    Format { name: NAME, files: files::FILES, by_content: files::by_content, read: read_export };

/// What is true of all records of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// On the account's page, at least for a day.
    Shown,
    /// Taken off the page: only the account holder sees it.
    Archived,
    Deleted,
    /// The account's own picture.
    Portrait,
}

/// The files with posts, in the order in which they are read. `posts.json` repeats the others and comes last.
const SORTS: &[(Role, Sort)] = &[
    (POSTS, Sort::Shown),
    (VIDEOS, Sort::Shown),
    (REELS, Sort::Shown),
    (STORIES, Sort::Shown),
    (ARCHIVED, Sort::Archived),
    (DELETED, Sort::Deleted),
    (TWIN, Sort::Shown),
    (OTHER, Sort::Shown),
    (PORTRAITS, Sort::Portrait),
];

impl Sort {
    fn complete(self, item: Item, is_private: bool) -> Item {
        let bare = item.text.is_empty() && self == Self::Portrait;
        Item {
            kind: if bare { Kind::Media } else { Kind::Caption },
            visibility: match self {
                Self::Archived => Visibility::Private,
                // Everybody sees the picture of a private account.
                Self::Portrait => Visibility::Public,
                _ if is_private => Visibility::Followers,
                _ => Visibility::Unknown,
            },
            live_state: if self == Self::Deleted { LiveState::Deleted } else { LiveState::Unknown },
            ..item
        }
    }
}

fn read_export(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = Files::of(export.container, &read::root(export.container, TOP_FOLDERS));
    let profiles = read::sources(export, PROFILE);
    let mut account = account::gather(export.container, export.sink, &profiles, &files)?;
    old::gather(export, &mut account)?;
    let past = changes::read(export, &mut account, &files)?;
    export.sink.recognised(&recognition(export, &account));
    let is_private = account.is_private();
    if is_private {
        export.sink.coverage().note(IS_PRIVATE);
    }
    let sources: Vec<_> = SORTS.iter().map(|(role, sort)| (read::sources(export, role), *sort)).collect();
    let comments = read::sources(export, COMMENTS);
    let mut messages = read::sources(export, CONVERSATION);
    messages.retain(|source| !source.entry.name.to_ascii_lowercase().contains("facebook"));
    if !export.options.include_messages {
        for source in std::mem::take(&mut messages) {
            export.sink.coverage().skip(MESSAGES, source.entry.name);
        }
    }
    let all = sources.iter().flat_map(|(sources, _)| sources).chain(&comments).chain(&messages);
    read::announce(export.sink, all);
    let handle = account.handle.clone();
    let mut gatherer = Gatherer::new(PLATFORM, account, export.sink)?;
    for bio in past {
        gatherer.add(bio, export.sink)?;
    }
    for (sources, sort) in &sources {
        for source in sources {
            carousel::read(
                export.container,
                source,
                LISTS,
                NAME,
                &files,
                export.sink,
                &mut |found, item, sink| {
                    let item = Item { media: found.media, ..item };
                    gatherer.add(sort.complete(item, is_private), sink)
                },
            )?;
        }
    }
    old::read(export, &files, is_private, &mut gatherer)?;
    for source in &comments {
        comment::read(export.container, source, &handle, &files, &mut gatherer, export.sink)?;
    }
    message::read(export.container, &messages, NAME, &files, &mut gatherer, export.sink)?;
    gatherer.hand_over(export.sink)?;
    Ok(())
}

/// Such as `Instagram archive of @janeroe`.
fn recognition(export: &Export<'_>, account: &Account) -> String {
    match export.files.as_slice() {
        [only] if export.name.ends_with(only.entry.name.as_str()) => {
            format!("{} of an Instagram archive", only.entry.file_name())
        }
        _ if account.handle.is_empty() => "Instagram archive".to_owned(),
        _ => format!("Instagram archive of @{}", account.handle),
    }
}
