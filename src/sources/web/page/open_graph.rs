//! Open Graph and other `<meta>` lines: what a page says about itself when it says nothing else.

use scraper::Html;
use whitecoat_engine::{Item, Kind};

use super::{Found, Place, dates, dom};

/// Reads the page's own description; also when the page was published.
pub(super) fn read(document: &Html, place: &Place) -> Found {
    let mut found = Found::default();
    let lines: Vec<(String, &str)> = dom::named(document, &["meta"])
        .filter_map(|meta| {
            let name = meta.attr("property").or_else(|| meta.attr("name"))?;
            Some((name.trim().to_ascii_lowercase(), meta.attr("content")?.trim()))
        })
        .filter(|(_, content)| !content.is_empty())
        .collect();
    let first = |names: &[&str]| {
        names.iter().find_map(|name| lines.iter().find(|(key, _)| key == name)).map(|(_, content)| *content)
    };
    found.created =
        ["article:published_time", "og:article:published_time", "datepublished", "date", "dc.date"]
            .iter()
            .map(|name| dates::parse(first(&[name]).unwrap_or_default()))
            .find(|(moment, _)| moment.is_some())
            .unwrap_or_default();
    let description = first(&["og:description", "description", "twitter:description"]).unwrap_or_default();
    if description.is_empty() {
        return found;
    }
    let kind = match first(&["og:type"]).unwrap_or_default() {
        "profile" => Kind::Profile,
        video if video.starts_with("video") => Kind::Caption,
        _ => Kind::Article,
    };
    let title = if kind == Kind::Caption { first(&["og:title"]).unwrap_or_default() } else { "" };
    let media = first(&["og:image"])
        .map(|image| dom::picture(place.base.as_ref(), image, first(&["og:image:alt"]).unwrap_or_default()));
    found.items.push(Item {
        kind,
        text: dom::titled(title, &dom::plain(description)),
        created_at: found.created.0,
        created_precision: found.created.1,
        media: media.into_iter().collect(),
        truncated: description.ends_with("...") || description.ends_with('…'),
        ..Item::default()
    });
    found
}
