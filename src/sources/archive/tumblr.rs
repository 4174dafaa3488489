//! Tumblr: the export of one blog. Questions waiting in its inbox, and what was passed on from other blogs, are other
//! people's words.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use scraper::Html;
use whitecoat_engine::{
    Authorship, Item, Kind, LiveState, Media, MediaKind, Moment, Parent, ParentAuthor, ParentKind, Precision,
    Profile, Visibility,
};

use super::account::{Account, recognised};
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::html::{all, file_name, first, text, titled};
use super::item::derived_id;
use super::stored_html::{self, words};
use super::two_clocks;
use super::value::some;
use super::xml::{self, Element};
use crate::coverage::Coverage;
use crate::sources::InputError;

const PLATFORM: &str = "tumblr";

const POSTS: Role = "posts";
const TWIN: Role = "posts as pages";

/// How far into a file the first post says whose it is.
const HEAD_BYTES: usize = 64 * 1024;

/// A tag of so many words is a remark, as is the custom there, and no name of a topic.
const REMARK_WORDS: usize = 3;

const IS_TWIN: &str = "Tumblr: a page that repeats a post of posts.xml";
const NO_POSTS: &str = "Tumblr: the file with the posts, posts.xml, is missing, and the pages are not read";
const NO_ENTRIES: &str = "Tumblr: the file holds no posts";
const NO_WORDS: &str = "Tumblr: a post without words and pictures";
const BAD_TIME: &str = "Tumblr: a time was not understood; the item was kept without it";

/// Tumblr's export.
pub(super) static FORMAT: Format = Format {
    name: "Tumblr",
    files: &[
        Known("posts/posts.xml", Is::Telling(POSTS)),
        Known("posts/html/*.html", Is::Part(TWIN)),
        Known("posts/style.css", Is::Left(IS_TWIN)),
        Known("posts_index.html", Is::Left(IS_TWIN)),
        Known("media/", Is::Left("Tumblr: media are listed with their posts, and not looked into")),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    memchr::memmem::find(start, b"<tumblr version=").map(|_| POSTS)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let files = export.of(POSTS);
    let mut owner = String::new();
    for entry in &files {
        let head = export.container.peek(entry, HEAD_BYTES);
        let head = String::from_utf8_lossy(&head);
        let name = head.split_once("tumblelog=\"").and_then(|(_, rest)| rest.split('"').next());
        name.unwrap_or_default().clone_into(&mut owner);
    }
    recognised(export, &owner);
    for twin in export.of(TWIN) {
        match files.is_empty() {
            true => export.sink.coverage().fail(NO_POSTS, twin.name),
            false => export.sink.coverage().skip(IS_TWIN, twin.name),
        }
    }
    let profile = Arc::new(Profile { name: owner.clone(), ..Profile::default() });
    let blog =
        Blog { account: Account { platform: PLATFORM, handle: owner, profile }, files: media_files(export) };
    let mut gather = Gather::default();
    for entry in &files {
        let mut posts = 0_u64;
        xml::stream(export.container, export.sink, entry, &["post"], &mut |post, place, sink| {
            posts += 1;
            blog.take(post, place, &mut gather);
            gather.hand_over(sink)
        })?;
        if posts == 0 && entry.size > 0 {
            gather.coverage().fail(NO_ENTRIES, &entry.name);
        }
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// The files in folders `media`, by their names without endings, such as `107047312455_0`.
fn media_files(export: &Export<'_>) -> BTreeMap<String, String> {
    let names = export.container.entries.iter().filter_map(|entry| {
        let (folder, name) = entry.name.rsplit_once('/')?;
        let (stem, _) = name.rsplit_once('.')?;
        (folder == "media" || folder.ends_with("/media")).then(|| (stem.to_owned(), entry.name.clone()))
    });
    names.collect()
}

struct Blog {
    account: Account,
    files: BTreeMap<String, String>,
}

/// The words of a post.
#[derive(Default)]
struct Said {
    title: String,
    /// HTML.
    body: String,
    question: String,
}

impl Said {
    fn of(post: &Element) -> Self {
        let get = |name: &str| post.get(name).to_owned();
        match post.attribute("type") {
            "link" => Self { title: get("link-text"), body: get("link-description"), ..Self::default() },
            "quote" => Self { body: quotation(post), ..Self::default() },
            "photo" => Self { body: get("photo-caption"), ..Self::default() },
            "video" => Self { body: get("video-caption"), ..Self::default() },
            "audio" => Self { body: get("audio-caption"), ..Self::default() },
            "conversation" => Self {
                title: get("conversation-title"),
                body: post.get("conversation-text").replace('\n', "<br>"),
                ..Self::default()
            },
            "answer" => Self { body: get("answer"), question: get("question"), ..Self::default() },
            _ => Self { title: get("regular-title"), body: get("regular-body"), ..Self::default() },
        }
    }
}

/// What the blogger quotes, in the marks that Tumblr shows around it, and where it is from.
fn quotation(post: &Element) -> String {
    let (words, source) = (post.get("quote-text").trim(), post.get("quote-source"));
    let is_plain = !words.is_empty() && !words.contains("<p") && !words.starts_with(['“', '"', '«', '„']);
    let (open, close) = if is_plain { ("“", "”") } else { ("", "") };
    format!("<p>{open}{words}{close}</p><p>{source}</p>")
}

impl Blog {
    fn take(&self, post: &Element, place: &str, gather: &mut Gather) {
        let said = Said::of(post);
        let state = post.attribute("state");
        let mut item = self.account.item(place);
        (item.created_at, item.created_precision) = time(post, place, gather.coverage());
        (item.visibility, item.live_state) = match state {
            "published" | "" => (Visibility::Public, LiveState::Unknown),
            _ => (Visibility::Private, LiveState::Unknown),
        };
        let address = [post.attribute("url-with-slug"), post.attribute("url")];
        let address = address.into_iter().find(|address| address.starts_with("http"));
        item.url = address.filter(|_| item.visibility == Visibility::Public).map(str::to_owned);
        let question = words(&said.question, gather.coverage());
        if state == "submission" {
            // A stranger's question, or a post that a stranger offers.
            item.authorship = Authorship::Other;
            item.text = titled(&question, &titled(&said.title, &words(&said.body, gather.coverage())));
        } else if post.attribute("is_reblog") == "true" {
            passed_on(&said, post, &mut item, gather.coverage());
        } else {
            let stored = stored_html::read(&said.body, gather.coverage());
            item.media = stored.media;
            item.text = with_tags(titled(&said.title, &stored.text), &tags(post));
        }
        if !question.is_empty() && state != "submission" {
            item.kind = Kind::Reply;
            let text = Some(question);
            item.parent = Some(Parent {
                author: ParentAuthor::Public,
                kind: ParentKind::Comment,
                text,
                ..Parent::default()
            });
        }
        item.media.extend(self.photos(post));
        item.id = post.attribute("id").to_owned();
        if item.id.is_empty() {
            item.id = derived_id(&[post.attribute("date-gmt"), &item.text]);
        }
        gather.keep(item, NO_WORDS);
    }

    /// The pictures of a photo post; the files in the export are numbered from 0.
    fn photos(&self, post: &Element) -> Vec<Media> {
        let in_set = post.child("photoset").into_iter().flat_map(|set| set.all("photo"));
        let mut photos: Vec<(&str, &str)> =
            in_set.map(|photo| (photo.get("photo-url"), photo.attribute("caption"))).collect();
        if photos.is_empty() {
            photos.extend(post.child("photo-url").map(|url| (url.text.as_str(), "")));
        }
        let id = post.attribute("id");
        let media = photos.into_iter().enumerate().map(|(number, (address, caption))| Media {
            kind: MediaKind::Image,
            path: self.files.get(&format!("{id}_{number}")).cloned().or_else(|| some(address)),
            file_name: file_name(address),
            alt: caption.to_owned(),
            ..Media::default()
        });
        media.collect()
    }
}

/// A post of another blog, passed on with or without words of one's own.
fn passed_on(said: &Said, post: &Element, item: &mut Item, coverage: &mut Coverage) {
    let whole = stored_html::read(&said.body, coverage);
    item.media = whole.media;
    let tags = tags(post);
    let remarks: Vec<&str> =
        tags.iter().copied().filter(|tag| tag.split_whitespace().count() >= REMARK_WORDS).collect();
    let tree = stored_html::tree(&said.body, coverage);
    let Added { own, source, all_of, quoted } = tree.map(|tree| added(&tree)).unwrap_or_default();
    let own = with_tags(own, &remarks);
    let is_own = |blog: &String| !blog.is_empty() && blog.eq_ignore_ascii_case(&item.account);
    if own.is_empty() {
        let all_own = !all_of.is_empty() && all_of.iter().all(is_own);
        item.authorship = if all_own { Authorship::Own } else { Authorship::Reshare };
        item.text = titled(&said.title, &whole.text);
        return;
    }
    item.parent = Some(Parent {
        author: if is_own(&source) { ParentAuthor::Own } else { ParentAuthor::Unknown },
        kind: ParentKind::Post,
        handle: some(&source),
        text: some(&titled(&said.title, &quoted)),
        ..Parent::default()
    });
    item.text = own;
}

/// What a passed-on post consists of: `<a class="tumblr_blog">name</a>:<blockquote>…`, then one's own words.
#[derive(Debug, Default, PartialEq)]
struct Added {
    own: String,
    /// The blog that it was passed on from.
    source: String,
    /// That, and the blogs that it came through before.
    all_of: Vec<String>,
    quoted: String,
}

fn added(tree: &Html) -> Added {
    let root = tree.root_element();
    let Some(quoted) = first(root, "blockquote") else { return Added::default() };
    let sources: Vec<String> = all(root, "a.tumblr_blog").into_iter().map(|link| text(link, &[])).collect();
    let outside = text(root, &["blockquote"]);
    let is_source = |line: &str| sources.iter().any(|source| line.trim().trim_end_matches(':') == source);
    let lines: Vec<&str> = outside.lines().filter(|line| !is_source(line)).collect();
    Added {
        own: lines.join("\n").trim().to_owned(),
        source: sources.first().cloned().unwrap_or_default(),
        all_of: sources,
        quoted: text(quoted, &[]),
    }
}

fn tags(post: &Element) -> Vec<&str> {
    post.all("tag").map(|tag| tag.text.as_str()).filter(|tag| !tag.is_empty()).collect()
}

fn with_tags(text: String, tags: &[&str]) -> String {
    if tags.is_empty() {
        return text;
    }
    let tags: Vec<String> = tags.iter().map(|tag| format!("#{tag}")).collect();
    format!("{text}\n\n{}", tags.join(" ")).trim_start().to_owned()
}

/// The time, with the offset of the blog's own clock.
fn time(post: &Element, place: &str, coverage: &mut Coverage) -> (Option<Moment>, Precision) {
    let seconds = post
        .attribute("unix-timestamp")
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let utc = seconds.map(|instant| Offset::UTC.to_datetime(instant)).or_else(|| {
        strtime::parse("%Y-%m-%d %H:%M:%S GMT", post.attribute("date-gmt")).ok()?.to_datetime().ok()
    });
    let local = strtime::parse("%a, %d %b %Y %H:%M:%S", post.attribute("date"));
    let local: Option<DateTime> = local.ok().and_then(|local| local.to_datetime().ok());
    let moment = utc.and_then(|utc| two_clocks::moment(utc, local.unwrap_or(utc)));
    if moment.is_none() && !post.attribute("date-gmt").is_empty() {
        coverage.fail(BAD_TIME, place);
    }
    (moment, moment.map_or(Precision::Unknown, |_| Precision::Second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_told_from_what_was_passed_on() {
        let tree = Html::parse_fragment(
            r#"<p><a class="tumblr_blog" href="x">other</a>:</p><blockquote><p>theirs</p></blockquote><p>mine: yes</p>"#,
        );
        let found = added(&tree);
        assert_eq!(
            (found.own.as_str(), found.source.as_str(), found.quoted.as_str()),
            ("mine: yes", "other", "theirs")
        );
        assert_eq!(added(&Html::parse_fragment("<p>a</p>")), Added::default());
    }
}
