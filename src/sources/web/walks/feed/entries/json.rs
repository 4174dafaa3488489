//! JSON Feed.

use serde_json::Value;
use url::Url;
use whitecoat_engine::{Media, Precision};

use super::{Entry, Feed, breaks_off};
use crate::sources::shapes::attached;
use crate::sources::shapes::value::{list, some, text};
use crate::sources::web::page::dates;

/// Reads a feed; `None` where it is none.
pub(super) fn read(json: &str, url: &Url) -> Option<Feed> {
    let feed: Value = serde_json::from_str(json).ok()?;
    feed.get("items").filter(|items| items.is_array())?;
    Some(Feed {
        title: text(&feed, "title").into_owned(),
        description: text(&feed, "description").into_owned(),
        site: Url::parse(&text(&feed, "home_page_url")).ok().filter(Url::has_host),
        next: some(&text(&feed, "next_url")).and_then(|next| url.join(&next).ok()),
        entries: list(&feed, "items").iter().map(entry).collect(),
        ..Feed::default()
    })
}

fn entry(item: &Value) -> Entry {
    // Text is no HTML: its line ends are meant.
    let plain = text(item, "content_text").replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>");
    let bodies = [text(item, "content_html").into_owned(), plain];
    let whole = bodies.into_iter().find(|body| !body.is_empty());
    let summary = text(item, "summary").into_owned();
    let (created_at, precision) = dates::parse(&text(item, "date_published"));
    let address = |key: &str| some(&text(item, key)).filter(|url| url.starts_with("http"));
    let picture = address("image").map(|image| attached::at(&image));
    let files = list(item, "attachments").iter().filter_map(|file| {
        let title = text(file, "title").into_owned();
        some(&text(file, "url")).map(|url| Media { alt: title, ..attached::at(&url) })
    });
    Entry {
        id: text(item, "id").into_owned(),
        title: text(item, "title").into_owned(),
        cut: whole.is_none() && breaks_off(&summary),
        summary: whole.is_none(),
        body: whole.unwrap_or(summary),
        url: address("url"),
        created_at,
        precision: created_at.map_or(Precision::Unknown, |_| precision),
        media: picture.into_iter().chain(files).collect(),
        ..Entry::default()
    }
}
