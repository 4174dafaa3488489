//! Reddit archives: a flat set of tables.

use std::sync::Arc;

use whitecoat_engine::{
    Authorship, Item, Kind, Media, MediaKind, Moment, Parent, ParentKind, Precision, Profile, Visibility,
};

use super::MESSAGES;
use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::html::{file_name, titled};
use super::item::derived_id;
use super::rows::{self, Header, Row, Table};
use super::twins::Seen;
use crate::sources::{Decoded, InputError, Stopped};

const PLATFORM: &str = "reddit";

const COMMENTS: Role = "comments";
const POSTS: Role = "posts";
const DRAFTS: Role = "drafts";
const MESSAGE: Role = "messages";
const STATISTICS: Role = "statistics";
const CHECK_FILE: Role = "check file";
const COMMENT_TWIN: Role = "comments without text";
const POST_TWIN: Role = "posts without text";
const MESSAGE_TWIN: Role = "messages without text";

const REACTIONS: Is = Is::Left("Reddit: votes, saved and hidden posts and subscriptions are not read");
const SYSTEM: Is = Is::Left("Reddit: settings, addresses and purchases are not read");

const TWIN: &str = "Reddit: a file that repeats another one without its text";
const NO_TEXT: &str = "Reddit: there is a list of headers, and the file with the texts is missing";
const MISSING: &str = "Reddit: a file that the archive lists is not in it";
const REMOVED: &str = "Reddit: a text that was removed on the platform, and is not in the export";
const NO_WORDS: &str = "Reddit: a row without words and media";
const NO_ID: &str = "Reddit: a row has no id";
const BAD_TIME: &str = "Reddit: a time was not understood; the item was kept without it";

const TIMES: &[Shape] =
    &[("%Y-%m-%d %H:%M:%S UTC", Precision::Second), ("%Y-%m-%d %H:%M:%S", Precision::Second)];

/// Reddit's export.
pub(super) static FORMAT: Format = Format {
    name: "Reddit",
    files: &[
        Known("comments*.csv", Is::Part(COMMENTS)),
        Known("posts*.csv", Is::Part(POSTS)),
        Known("drafts.csv", Is::Part(DRAFTS)),
        Known("scheduled_posts.csv", Is::Part(DRAFTS)),
        Known("comment_headers.csv", Is::Telling(COMMENT_TWIN)),
        Known("post_headers.csv", Is::Telling(POST_TWIN)),
        Known("messages_archive_headers.csv", Is::Telling(MESSAGE_TWIN)),
        Known("message_headers.csv", Is::Part(MESSAGE_TWIN)),
        Known("messages.csv", Is::Part(MESSAGE)),
        Known("messages_archive.csv", Is::Part(MESSAGE)),
        Known("chat_history.csv", Is::Part(MESSAGE)),
        Known("statistics.csv", Is::Part(STATISTICS)),
        Known("checkfile.csv", Is::Telling(CHECK_FILE)),
        Known("comment_votes.csv", REACTIONS),
        Known("post_votes.csv", REACTIONS),
        Known("poll_votes.csv", REACTIONS),
        Known("saved_*.csv", REACTIONS),
        Known("hidden_posts.csv", REACTIONS),
        Known("subscribed_subreddits.csv", REACTIONS),
        Known("moderated_subreddits.csv", REACTIONS),
        Known("approved_submitter_subreddits.csv", REACTIONS),
        Known("multireddits.csv", REACTIONS),
        Known("gilded_*.csv", REACTIONS),
        Known("friends.csv", Is::Left("Reddit: lists of friends are about other people, and not read")),
        Known("ip_logs.csv", SYSTEM),
        Known("linked_*.csv", SYSTEM),
        Known("account_gender.csv", SYSTEM),
        Known("birthdate.csv", SYSTEM),
        Known("announcements.csv", SYSTEM),
        Known("sensitive_ads_preferences.csv", SYSTEM),
        Known("user_preferences.csv", SYSTEM),
        Known("stripe.csv", SYSTEM),
        Known("payouts.csv", SYSTEM),
        Known("purchases.csv", SYSTEM),
        Known("subscriptions.csv", SYSTEM),
        Known("twitter.csv", SYSTEM),
        Known("persona.csv", SYSTEM),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let header = Header::of(start);
    let of_reddit = |more: &[&str]| header.has(&["id", "permalink", "date", "subreddit"]) && header.has(more);
    if of_reddit(&["body", "parent"]) {
        Some(COMMENTS)
    } else if of_reddit(&["title"]) {
        Some(POSTS)
    } else if of_reddit(&["parent"]) {
        Some(COMMENT_TWIN)
    } else if of_reddit(&["url"]) {
        Some(POST_TWIN)
    } else if header.has(&["statistic", "value"]) {
        Some(STATISTICS)
    } else if header.has(&["id", "permalink", "thread_id", "from", "to", "body"])
        || header.has(&["message_id", "channel_url", "message"])
    {
        Some(MESSAGE)
    } else {
        None
    }
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let account = gather(export)?;
    let owner = if account.handle.is_empty() { String::new() } else { format!("u/{}", account.handle) };
    recognised(export, &owner);
    say_what_is_missing(export)?;
    let mut reading = Reading { account, seen: Seen::default() };
    for entry in export.of(POSTS) {
        reading.posts(export, &entry, Visibility::Unknown)?;
    }
    for entry in export.of(COMMENTS) {
        reading.comments(export, &entry)?;
    }
    for entry in export.of(DRAFTS) {
        reading.posts(export, &entry, Visibility::Private)?;
    }
    for entry in export.of(MESSAGE) {
        if export.options.include_messages {
            reading.messages(export, &entry)?;
        } else {
            export.sink.coverage().skip(MESSAGES, entry.name);
        }
    }
    Ok(())
}

/// Only the table of statistics says whose export it is.
fn gather(export: &mut Export<'_>) -> Result<Account, Stopped> {
    let mut handle = String::new();
    for entry in export.of(STATISTICS) {
        let table = Table { needs: &["statistic", "value"], backslash: false };
        rows::read(export, &entry, table, |row, _| {
            if row.get("statistic") == "account name" {
                row.get("value").clone_into(&mut handle);
            }
        })?;
    }
    let profile = Arc::new(Profile { name: handle.clone(), ..Profile::default() });
    Ok(Account { platform: PLATFORM, handle, profile })
}

/// Twins without text, and what the list of files names.
fn say_what_is_missing(export: &mut Export<'_>) -> Result<(), Stopped> {
    for (twin, whole) in [(COMMENT_TWIN, COMMENTS), (POST_TWIN, POSTS), (MESSAGE_TWIN, MESSAGE)] {
        let is_there = !export.of(whole).is_empty();
        for entry in export.of(twin) {
            match is_there || twin == MESSAGE_TWIN {
                true => export.sink.coverage().skip(TWIN, entry.name),
                false => export.sink.coverage().fail(NO_TEXT, entry.name),
            }
        }
    }
    let there: Vec<String> =
        export.files.iter().map(|file| file.entry.file_name().to_ascii_lowercase()).collect();
    for entry in export.of(CHECK_FILE) {
        let table = Table { needs: &["filename"], backslash: false };
        rows::read(export, &entry, table, |row, out| {
            let name = row.get("filename").to_ascii_lowercase();
            let wanted = matches!(name.as_str(), "comments.csv" | "posts.csv");
            if wanted && !there.contains(&name) {
                out.coverage.fail(MISSING, name);
            }
        })?;
    }
    Ok(())
}

struct Reading {
    account: Account,
    seen: Seen,
}

impl Reading {
    fn posts(
        &mut self,
        export: &mut Export<'_>,
        entry: &Entry,
        visibility: Visibility,
    ) -> Result<(), Stopped> {
        let is_draft = visibility == Visibility::Private;
        let table = Table { needs: if is_draft { &["title"] } else { &["id", "title"] }, backslash: false };
        rows::read(export, entry, table, |row, out| {
            let body = row.any(&["body", "text"]);
            let title = row.get("title");
            let media = medium(row.get("url"));
            if title.is_empty() && is_removed(body) {
                out.coverage.skip(REMOVED, &row.place);
                return;
            }
            let text = titled(title, if is_removed(body) { "" } else { body });
            let mut item = Item {
                kind: Kind::Post,
                media: media.into_iter().collect(),
                thread: Some(row.get("id").to_owned()).filter(|id| !id.is_empty()),
                visibility,
                text,
                ..self.item(row, out)
            };
            if item.id.is_empty() && is_draft {
                item.id = match row.named(|name| name.ends_with("_id")).find(|id| !id.is_empty()) {
                    Some(id) => id.to_owned(),
                    None => derived_id(&[row.get("created"), &item.text]),
                };
            }
            self.keep(item, out);
        })
    }

    fn comments(&mut self, export: &mut Export<'_>, entry: &Entry) -> Result<(), Stopped> {
        let table = Table { needs: &["id", "body"], backslash: false };
        rows::read(export, entry, table, |row, out| {
            let body = row.get("body");
            let media = medium(row.get("media"));
            if is_removed(body) && media.is_none() {
                out.coverage.skip(REMOVED, &row.place);
                return;
            }
            let post = post_id(row.any(&["link", "permalink"]));
            let answered = row.get("parent").trim_start_matches("t1_");
            // Nothing in the column means an answer to the post itself.
            let (kind, id) = match answered.strip_prefix("t3_").unwrap_or(answered) {
                "" => (ParentKind::Post, post.clone()),
                id if post.as_deref() == Some(id) => (ParentKind::Post, post.clone()),
                id => (ParentKind::Comment, Some(id.to_owned())),
            };
            let item = Item {
                kind: Kind::Comment,
                text: if is_removed(body) { String::new() } else { body.to_owned() },
                parent: Some(Parent { kind, id, ..Parent::default() }),
                thread: post,
                media: media.into_iter().collect(),
                ..self.item(row, out)
            };
            self.keep(item, out);
        })
    }

    fn messages(&mut self, export: &mut Export<'_>, entry: &Entry) -> Result<(), Stopped> {
        rows::read(export, entry, Table::default(), |row, out| {
            let body = row.any(&["body", "message"]);
            if is_removed(body) {
                out.coverage.skip(REMOVED, &row.place);
                return;
            }
            let from = row.any(&["from", "username"]).trim_start_matches("/u/");
            let own = !self.account.handle.is_empty() && from.eq_ignore_ascii_case(&self.account.handle);
            let thread = row.any(&["thread_id", "channel_url"]);
            let mut item = Item {
                kind: Kind::Message,
                text: titled(row.get("subject"), body),
                authorship: if own { Authorship::Own } else { Authorship::Other },
                visibility: Visibility::Private,
                thread: (!thread.is_empty()).then(|| thread.to_owned()),
                ..self.item(row, out)
            };
            if item.id.is_empty() {
                item.id = derived_id(&[thread, from, row.any(&["date", "created_at"]), body]);
            }
            self.keep(item, out);
        })
    }

    /// What all sorts of rows have. The address of the sender's machine (`ip`) is never touched.
    fn item(&self, row: &Row<'_>, out: &mut Decoded) -> Item {
        let (created_at, created_precision) =
            time(row.any(&["date", "created_at", "created", "submission_time"]), row, out);
        let link = row.get("permalink");
        Item {
            id: row.any(&["id", "message_id"]).to_owned(),
            created_at,
            created_precision,
            url: address(link),
            ..self.account.item(&row.place)
        }
    }

    fn keep(&mut self, item: Item, out: &mut Decoded) {
        if item.id.is_empty() {
            out.coverage.fail(NO_ID, item.source);
        } else if item.text.is_empty() && item.media.is_empty() {
            out.coverage.skip(NO_WORDS, item.source);
        } else {
            self.seen.keep(item, out);
        }
    }
}

fn time(text: &str, row: &Row<'_>, out: &mut Decoded) -> (Option<Moment>, Precision) {
    let found = clock::utc(text, TIMES);
    if found.0.is_none() && !text.is_empty() {
        out.coverage.fail(BAD_TIME, &row.place);
    }
    found
}

/// Some exports leave out the host, which is always the same.
fn address(link: &str) -> Option<String> {
    match link {
        _ if link.starts_with("https://") => Some(link.to_owned()),
        _ if link.starts_with("/r/") || link.starts_with("/user/") => {
            Some(format!("https://www.reddit.com{link}"))
        }
        _ => None,
    }
}

fn is_removed(text: &str) -> bool {
    matches!(text, "" | "[removed]" | "[deleted]")
}

/// `194yfr9` out of `https://www.reddit.com/r/learnmath/comments/194yfr9/title/`.
fn post_id(link: &str) -> Option<String> {
    let id = link.split_once("/comments/")?.1.split('/').next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// A picture or video that lies with Reddit; any other address is only a link.
fn medium(address: &str) -> Option<Media> {
    let host = address.strip_prefix("https://")?.split('/').next()?;
    let kind = match host {
        "i.redd.it" | "preview.redd.it" => MediaKind::Image,
        "v.redd.it" => MediaKind::Video,
        _ => return None,
    };
    Some(Media { kind, path: Some(address.to_owned()), file_name: file_name(address), ..Media::default() })
}
