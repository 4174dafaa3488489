//! Threads: a part of Instagram's "Download your information", or an export of its own.

use whitecoat_engine::{Item, Kind, Parent, ParentAuthor, ParentKind};

use super::format::Is::{Left, Part, Telling};
use super::format::{self, Export, Format, Known, Role};
use super::instagram;
use super::meta::carousel::{self, Carousel};
use super::meta::gather::Gatherer;
use super::meta::media::Files;
use super::meta::{account, read};
use crate::sources::InputError;

/// The short name of the platform in items.
const PLATFORM: &str = "threads";

/// The platform in sentences.
const NAME: &str = "Threads";

const POSTS: Role = "posts and replies";
const PROFILE: Role = "the profile";

const LISTS: &[&str] = &["text_post_app_text_posts"];

const FOLLOWERS: &str =
    "Threads: followers, likes and settings, not read because they hold no words of the account holder";
const NO_REPLIES: &str =
    "Threads: HTML pages do not tell replies from posts; export as JSON to see what was answered";

const FILES: &[Known] = &[
    Known("threads_and_replies.json", Telling(POSTS)),
    Known("threads_and_replies.html", Telling(POSTS)),
    Known("threads_and_replies.excerpt.json", Telling(POSTS)),
    Known("personal_information/personal_information.*", Part(PROFILE)),
    Known("threads/personal_information.*", Part(PROFILE)),
    Known("your_threads_activity/", Left(FOLLOWERS)),
    Known("threads/", Left(FOLLOWERS)),
];

/// Folders that Meta makes at the top of an export.
const TOP_FOLDERS: &[&str] = &["your_instagram_activity", "your_threads_activity", "threads", "media"];

/// The importer.
pub(super) static FORMAT: Format = Format { name: NAME, files: FILES, by_content, read: read_export };

fn by_content(start: &[u8]) -> Option<Role> {
    String::from_utf8_lossy(start).contains("\"text_post_app_text_posts\"").then_some(POSTS)
}

fn read_export(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = Files::of(export.container, &read::root(export.container, TOP_FOLDERS));
    let profiles = read::sources(export, PROFILE);
    let account = account::gather(export.container, export.sink, &profiles, &files)?;
    let handle = account.handle.clone();
    let of = if handle.is_empty() { String::new() } else { format!(" of @{handle}") };
    export.sink.recognised(&format!("Threads archive{of}"));
    let sources = read::sources(export, POSTS);
    read::announce(export.sink, sources.iter());
    let account = if with_instagram(export) {
        // What the profile says is an item of Instagram's importer.
        account::Account { words: String::new(), links: Vec::new(), source: String::new(), ..account }
    } else {
        account
    };
    let mut gatherer = Gatherer::new(PLATFORM, account, export.sink)?;
    for source in &sources {
        if source.is_page {
            export.sink.coverage().note(NO_REPLIES);
        }
        carousel::read(
            export.container,
            source,
            LISTS,
            NAME,
            &files,
            export.sink,
            &mut |found, item, sink| gatherer.add(complete(found, item, &handle), sink),
        )?;
    }
    gatherer.hand_over(export.sink)?;
    Ok(())
}

/// Whether Instagram's importer reads this input too.
fn with_instagram(export: &mut Export<'_>) -> bool {
    !format::survey(export.container, &[&instagram::FORMAT]).0.is_empty()
}

/// A post, or an answer to a handle; an answer to oneself goes on with a thread.
fn complete(found: Carousel, item: Item, handle: &str) -> Item {
    let own = !handle.is_empty() && found.replies_to.as_deref() == Some(handle);
    let parent = Parent {
        author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
        kind: ParentKind::Post,
        handle: found.replies_to,
        ..Parent::default()
    };
    Item {
        kind: if found.is_reply { Kind::Reply } else { Kind::Post },
        parent: found.is_reply.then_some(parent),
        media: found.media,
        ..item
    }
}
