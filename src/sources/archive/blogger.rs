//! Blogger: the backup of one blog, and the feeds in Google Takeout. Comments stand beside the posts, mostly other people's.

use std::sync::Arc;

use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, Moment, Parent, ParentAuthor, ParentKind, Precision, Profile,
    Visibility,
};

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::html::titled;
use super::item::derived_id;
use super::stored_html;
use super::value::some;
use super::xml::{self, Element};
use crate::sources::InputError;

const PLATFORM: &str = "blogger";

const FEED: Role = "feed";

/// The folder of comments on blogs of others, in Takeout.
const COMMENTS_FOLDER: &str = "blogger/comments/";

/// How far into a file its head reaches at most.
const HEAD_BYTES: usize = 256 * 1024;

const SETTINGS: &str = "Blogger: settings and templates are not read";
const NO_WORDS: &str = "Blogger: an entry without words and pictures";
const NO_ENTRIES: &str = "Blogger: the file holds no posts";
const BAD_TIME: &str = "Blogger: a time was not understood; the item was kept without it";

/// Blogger's export.
pub(super) static FORMAT: Format = Format {
    name: "Blogger",
    files: &[
        Known("blogger/blogs/*/feed.atom", Is::Telling(FEED)),
        Known("blogger/comments/*/feed.atom", Is::Telling(FEED)),
        Known("bloggerexport*.xml", Is::Telling(FEED)),
        Known("blogger/", Is::Left(SETTINGS)),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let has = |mark: &str| memchr::memmem::find(start, mark.as_bytes()).is_some();
    let is_feed = has("<feed") && has("http://www.w3.org/2005/Atom");
    (is_feed && (has("tag:blogger.com") || has("schemas.google.com/blogger"))).then_some(FEED)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = export.of(FEED);
    let mut blogs: Vec<Blog> = files.iter().map(|entry| Blog::of(export, entry)).collect();
    let holder = blogs.iter().find(|blog| blog.is_elsewhere).map(|blog| blog.owner.clone());
    for blog in &mut blogs {
        blog.holder = holder.clone().filter(|holder| !holder.is_empty());
    }
    let mut names: Vec<&str> = blogs.iter().map(|blog| blog.account.handle.as_str()).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    recognised(export, &names.join(" and "));
    let mut gather = Gather::default();
    for (entry, blog) in files.iter().zip(&blogs) {
        let mut entries = 0_u64;
        xml::stream(export.container, export.sink, entry, &["entry"], &mut |entry, place, sink| {
            entries += 1;
            blog.take(entry, place, &mut gather);
            gather.hand_over(sink)
        })?;
        if entries == 0 && entry.size > 0 {
            gather.coverage().fail(NO_ENTRIES, &entry.name);
        }
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// What the head of a feed says.
struct Blog {
    account: Account,
    /// The owner's page at Blogger.
    owner: String,
    /// The page of whom the export belongs to, where it holds what they wrote on other blogs.
    holder: Option<String>,
    /// It holds comments on blogs of others.
    is_elsewhere: bool,
}

impl Blog {
    fn of(export: &mut Export<'_>, entry: &Entry) -> Self {
        let start = export.container.peek(entry, HEAD_BYTES);
        let head =
            memchr::memmem::find(&start, b"<entry>").and_then(|end| start.get(..end)).unwrap_or(&start);
        let head = xml::elements(head, &["title", "link", "author"]);
        let first = |name: &str| head.iter().find(|found| found.name == name);
        let links = head.iter().filter(|found| found.name == "link");
        let page = links.into_iter().find(|link| link.attribute("rel") == "alternate");
        let address = page.map_or("", |link| link.attribute("href"));
        let handle = address.split_once("://").map_or(address, |(_, rest)| rest).trim_end_matches('/');
        let author = first("author");
        let name = author.map_or("", |author| author.get("name"));
        let name =
            if name.is_empty() { first("title").map_or("", |title| title.text.as_str()) } else { name };
        let profile = Profile { name: name.to_owned(), ..Profile::default() };
        let is_elsewhere = entry.name.to_ascii_lowercase().contains(COMMENTS_FOLDER);
        Self {
            holder: None,
            is_elsewhere,
            account: Account { platform: PLATFORM, handle: handle.to_owned(), profile: Arc::new(profile) },
            owner: match author.map_or("", |author| author.get("uri")) {
                "" if is_elsewhere => sole_writer(&start),
                "" => first_writer(&start),
                owner => owner.to_owned(),
            },
        }
    }

    fn take(&self, entry: &Element, place: &str, gather: &mut Gather) {
        let kind = match sort(entry).as_str() {
            "post" | "page" => Kind::Article,
            "comment" => Kind::Comment,
            _ => return gather.coverage().skip(SETTINGS, place),
        };
        let written = [entry.get("published"), entry.get("blogger:created"), entry.get("updated")];
        let written = written.into_iter().find(|time| !time.is_empty()).unwrap_or_default();
        let created_at: Option<Moment> = written.parse().ok();
        if created_at.is_none() && !written.is_empty() {
            gather.coverage().fail(BAD_TIME, place);
        }
        let stored = stored_html::read(entry.get("content"), gather.coverage());
        // The title of a comment is its beginning.
        let title = if kind == Kind::Comment { "" } else { entry.get("title") };
        let text = titled(title, &stored.text);
        let (visibility, live_state) = standing(entry);
        let link = entry.all("link").find(|link| link.attribute("rel") == "alternate");
        let url =
            link.and_then(|link| some(link.attribute("href"))).filter(|_| visibility == Visibility::Public);
        let parent = (kind == Kind::Comment).then(|| self.parent(entry));
        let thread = (kind == Kind::Comment).then(|| some(answered_post(entry))).flatten();
        let id = entry.get("id");
        let item = Item {
            id: if id.is_empty() { derived_id(&[written, &text]) } else { id.to_owned() },
            kind,
            created_at,
            created_precision: created_at.map_or(Precision::Unknown, |_| Precision::Second),
            authorship: if self.is_own(entry, kind) { Authorship::Own } else { Authorship::Other },
            visibility,
            live_state,
            url,
            thread,
            parent,
            media: stored.media,
            text,
            ..self.account.item(place)
        };
        gather.keep(item, NO_WORDS);
    }

    /// Posts are own ones unless it is known for certain whose export it is, and that a guest wrote them.
    fn is_own(&self, entry: &Element, kind: Kind) -> bool {
        let writer = writer(entry);
        match &self.holder {
            Some(holder) if !writer.is_empty() => writer == holder,
            _ => kind == Kind::Article || !writer.is_empty() && writer == self.owner,
        }
    }

    /// What a comment answers: another comment, or the post.
    fn parent(&self, entry: &Element) -> Parent {
        let comment = some(entry.get("blogger:inReplyTo"));
        let of_blog = if self.is_elsewhere { ParentAuthor::Unknown } else { ParentAuthor::Own };
        let (author, kind) = match comment {
            Some(_) => (ParentAuthor::Unknown, ParentKind::Comment),
            None => (of_blog, ParentKind::Post),
        };
        let id = comment.or_else(|| some(answered_post(entry)));
        Parent { author, kind, id, ..Parent::default() }
    }
}

fn writer(entry: &Element) -> &str {
    entry.child("author").map_or("", |author| author.get("uri"))
}

/// Who wrote all entries, if that is one person: the comments on blogs of others are only the account holder's.
fn sole_writer(start: &[u8]) -> String {
    let entries = xml::elements(start, &["entry"]);
    let mut writers = entries.iter().map(writer);
    let first = writers.next().unwrap_or_default();
    if writers.all(|writer| writer == first) { first.to_owned() } else { String::new() }
}

/// Who wrote the first post, in feeds whose head does not say whose blog it is.
fn first_writer(start: &[u8]) -> String {
    let entries = xml::elements(start, &["entry"]);
    let post = entries.iter().find(|entry| matches!(sort(entry).as_str(), "post" | "page"));
    post.map_or("", writer).to_owned()
}

/// What an entry is, in lower case: `post`, `page`, `comment`, `settings`, `template`.
fn sort(entry: &Element) -> String {
    let kinds = entry.all("category").filter_map(|category| category.attribute("term").split_once("/kind#"));
    let old = kinds.into_iter().next().map_or("", |(_, kind)| kind);
    let sort = if old.is_empty() { entry.get("blogger:type") } else { old };
    sort.to_ascii_lowercase()
}

/// Who may read an entry, and whether it is still there.
fn standing(entry: &Element) -> (Visibility, LiveState) {
    let draft = entry.child("app:control").is_some_and(|control| control.get("app:draft") == "yes");
    match entry.get("blogger:status") {
        "SOFT_TRASHED" | "TRASHED" => (Visibility::Private, LiveState::Deleted),
        "" | "LIVE" if !draft => (Visibility::Public, LiveState::Unknown),
        _ => (Visibility::Private, LiveState::Unknown),
    }
}

/// The post under which a comment stands.
fn answered_post(entry: &Element) -> &str {
    let answered = entry.child("thr:in-reply-to").map_or("", |answered| answered.attribute("ref"));
    if answered.is_empty() { entry.get("blogger:parent") } else { answered }
}
