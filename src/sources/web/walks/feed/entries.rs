//! What a feed holds, whatever its format: XML by `feed-rs`, and once more entry by entry where one entry spoils the whole;
//! JSON Feed as values of any shape.

mod json;

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model;
use feed_rs::parser;
use url::Url;
use whitecoat_engine::{Media, MediaKind, Moment, Precision};

use crate::sources::archive::xml::{self, Element};
use crate::sources::web::decode::decode;
use crate::sources::web::page::dates;
use crate::sources::web::page::dom::file_name;

/// How many entries of one feed are read.
const MAX_ENTRIES: usize = 20_000;

/// How far into a feed its declaration reaches.
const DECLARATION_BYTES: usize = 256;

const NO_FEED: &str = "feed: the answer is no RSS, Atom or JSON feed";
const A_PAGE: &str = "not visible: a web page came instead of a feed";
const ONE_BY_ONE: &str = "a feed is broken in places: its entries were read one by one";

/// A feed.
#[derive(Debug, Default)]
pub(super) struct Feed {
    pub(super) title: String,
    pub(super) description: String,
    /// What made it.
    pub(super) generator: String,
    /// The site that it belongs to.
    pub(super) site: Option<Url>,
    /// Where older entries are.
    pub(super) next: Option<Url>,
    /// Whether it lists comments and no posts.
    pub(super) of_comments: bool,
    pub(super) entries: Vec<Entry>,
    /// What should be known of how it was read.
    pub(super) note: Option<&'static str>,
}

/// An entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) id: String,
    /// Text, perhaps with markup.
    pub(super) title: String,
    /// HTML: the content, or the summary where there is none.
    pub(super) body: String,
    /// Whether there is a summary only, which breaks off.
    pub(super) cut: bool,
    /// Whether there is a summary or a title only, which may be all there is.
    pub(super) summary: bool,
    pub(super) url: Option<String>,
    pub(super) created_at: Option<Moment>,
    pub(super) precision: Precision,
    pub(super) media: Vec<Media>,
    /// The identifier of what it answers.
    pub(super) answers: Option<String>,
    /// In feeds of reviews: `comment`, `reply` or `deletion`.
    pub(super) sort: Option<String>,
}

/// Reads a feed. An error says that it is none.
pub(super) fn read(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Result<Feed, &'static str> {
    let text = text(bytes, content_type);
    let start = text.trim_start();
    let is_page = |start: &str| {
        let start: String = start.chars().take(64).collect::<String>().to_ascii_lowercase();
        start.starts_with("<!doctype html") || start.starts_with("<html")
    };
    if is_page(start) {
        return Err(A_PAGE);
    }
    let mut feed = match start.starts_with('{') {
        true => json::read(start, url).ok_or(NO_FEED)?,
        false => match parsed(start, url) {
            Some(model) => of_model(model),
            None => one_by_one(start).ok_or(NO_FEED)?,
        },
    };
    threads(start, &mut feed.entries);
    feed.next = feed.next.filter(|next| next != url);
    feed.of_comments = is_of_comments(&feed, url);
    feed.entries.truncate(MAX_ENTRIES);
    Ok(feed)
}

/// The text without its XML declaration, whose encoding is not true any more.
pub(super) fn text(bytes: &[u8], content_type: Option<&str>) -> String {
    let head = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    let declared = String::from_utf8_lossy(head).into_owned();
    let declared = declared.strip_prefix("<?xml").and_then(|rest| Some(rest.split_once("?>")?.0.to_owned()));
    let encoding = declared.as_deref().and_then(|line| line.split_once("encoding="));
    let encoding = encoding.and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next().map(str::to_owned));
    // What can be read as ASCII is not UTF-16, whatever it says.
    let encoding = encoding.filter(|name| !name.to_ascii_lowercase().contains("16"));
    let said = content_type.filter(|said| said.to_ascii_lowercase().contains("charset"));
    let said = match (said, encoding) {
        _ if bytes.starts_with(&[0]) || bytes.get(1) == Some(&0) => None,
        (Some(said), _) => Some(said.replace('\'', "\"")),
        (None, Some(name)) => Some(format!("text/xml; charset={name}")),
        (None, None) => None,
    };
    let text = decode(bytes, said.as_deref()).text;
    let trimmed = text.trim_start();
    match trimmed.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.to_owned(),
        None => trimmed.to_owned(),
    }
}

fn parsed(text: &str, url: &Url) -> Option<model::Feed> {
    let parser =
        parser::Builder::new().base_uri(Some(url.as_str())).id_generator(|_, _, _| String::new()).build();
    // The parser stops with a panic on some damaged input (UTF-16 that it decodes itself). All that it sees is UTF-8; this is
    // for what nobody has found yet. It keeps nothing between calls.
    catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes()).ok())).ok().flatten()
}

fn of_model(model: model::Feed) -> Feed {
    let content = |text: Option<model::Text>| text.map(|text| text.content).unwrap_or_default();
    let link = |rel: &str| {
        let fits = |link: &&model::Link| link.rel.as_deref().unwrap_or("alternate") == rel;
        model.links.iter().find(fits).and_then(|link| Url::parse(&link.href).ok())
    };
    Feed {
        site: link("alternate").filter(|url| url.has_host()),
        next: link("next"),
        title: content(model.title),
        description: content(model.description),
        generator: model
            .generator
            .map(|made| format!("{} {}", made.content, made.uri.unwrap_or_default()))
            .unwrap_or_default(),
        entries: model.entries.into_iter().map(of_entry).collect(),
        ..Feed::default()
    }
}

fn of_entry(entry: model::Entry) -> Entry {
    let text = |text: Option<model::Text>| text.map(|text| text.content).unwrap_or_default();
    let content = entry.content.and_then(|content| content.body).unwrap_or_default();
    let summary = text(entry.summary);
    let described = entry.media.iter().find_map(|media| media.description.as_ref());
    let described = described.map(|text| text.content.clone()).unwrap_or_default();
    let (body, whole) = match (content.trim().is_empty(), summary.trim().is_empty()) {
        (false, _) => (content, true),
        (true, false) => (summary, false),
        // A title alone may be all there is, or the name of a long text.
        (true, true) => {
            let is_whole = !described.trim().is_empty();
            (described, is_whole)
        }
    };
    let links = entry.links.iter();
    let page = links.clone().find(|link| link.rel.as_deref().unwrap_or("alternate") == "alternate");
    let page = page.or_else(|| links.clone().find(|link| link.rel.is_none()));
    let created = entry.published.or(entry.updated);
    let created_at = created.and_then(|time| Moment::from_unix_seconds(time.timestamp()));
    let sorts = entry.categories.iter();
    let mut sorts = sorts.filter(|category| category.scheme.as_deref() == Some("commentType"));
    Entry {
        id: entry.id,
        title: text(entry.title),
        cut: !whole && breaks_off(&body),
        summary: !whole,
        body,
        url: page.map(|link| link.href.clone()).filter(|url| url.starts_with("http")),
        created_at,
        precision: created_at.map_or(Precision::Unknown, |_| Precision::Second),
        media: entry.media.iter().flat_map(|media| &media.content).filter_map(medium).collect(),
        answers: None,
        sort: sorts.next().map(|category| category.term.clone()),
    }
}

fn medium(content: &model::MediaContent) -> Option<Media> {
    let url = content.url.as_ref()?.as_str();
    let sort = content.content_type.as_ref().map(ToString::to_string).unwrap_or_default();
    let kind = match sort.split('/').next() {
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        _ => MediaKind::Document,
    };
    Some(Media { kind, file_name: file_name(url), path: Some(url.to_owned()), ..Media::default() })
}

/// The entries of XML that `feed-rs` refuses, each by itself.
fn one_by_one(text: &str) -> Option<Feed> {
    let feed = xml::elements(text.as_bytes(), &["item", "entry"]);
    if feed.is_empty() {
        return None;
    }
    let head = xml::elements(text.as_bytes(), &["title", "description", "subtitle", "generator"]);
    let first = |name: &str| head.iter().find(|found| found.name == name).map(Element::words);
    Some(Feed {
        title: first("title").unwrap_or_default(),
        description: first("subtitle").unwrap_or_default(),
        generator: first("generator").unwrap_or_default(),
        entries: feed.iter().map(of_element).collect(),
        note: Some(ONE_BY_ONE),
        ..Feed::default()
    })
}

fn of_element(element: &Element) -> Entry {
    let words = |name: &str| element.child(name).map(Element::words).unwrap_or_default();
    let first = |names: &[&str]| {
        names.iter().map(|name| words(name)).find(|words| !words.is_empty()).unwrap_or_default()
    };
    let content = first(&["content:encoded", "content"]);
    let summary = first(&["description", "summary"]);
    let (created_at, precision) = dates::parse(&first(&["published", "pubDate", "updated", "dc:date"]));
    let page = element.all("link").find(|link| matches!(link.attribute("rel"), "" | "alternate"));
    let page = page.map(|link| [link.attribute("href"), link.text.as_str()].concat());
    let mut sorts = element.all("category").filter(|category| category.attribute("scheme") == "commentType");
    Entry {
        id: first(&["id", "guid"]),
        title: words("title"),
        cut: content.is_empty() && breaks_off(&summary),
        summary: content.is_empty(),
        body: if content.is_empty() { summary } else { content },
        url: page.filter(|url| url.starts_with("http")),
        created_at,
        precision,
        sort: sorts.next().map(|category| category.attribute("term").to_owned()),
        ..Entry::default()
    }
}

/// What entries answer (RFC 4685), which `feed-rs` does not read.
fn threads(text: &str, entries: &mut [Entry]) {
    if !text.contains("in-reply-to") {
        return;
    }
    for element in xml::elements(text.as_bytes(), &["item", "entry"]) {
        let answered = element.child("thr:in-reply-to").map(|answered| answered.attribute("ref").to_owned());
        let id = [element.get("id"), element.get("guid")].into_iter().find(|id| !id.is_empty());
        if let (Some(answered), Some(id)) = (answered.filter(|id| !id.is_empty()), id)
            && let Some(entry) = entries.iter_mut().find(|entry| entry.id == id)
        {
            entry.answers = Some(answered);
        }
    }
}

fn breaks_off(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ']' | ')'));
    ["…", "...", "&#8230;", "&hellip;"].iter().any(|end| text.ends_with(end))
}

/// WordPress calls such a feed "Comments on: …" and puts it below `/comments/feed/` or `/a-post/feed/`.
fn is_of_comments(feed: &Feed, url: &Url) -> bool {
    let title = feed.title.to_ascii_lowercase();
    title.starts_with("comments on") || title.starts_with("comments for") || url.path().contains("/comments/")
}
