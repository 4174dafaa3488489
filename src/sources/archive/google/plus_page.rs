//! Google+ posts as pages: one file a post.

use scraper::ElementRef;
use whitecoat_engine::{Authorship, Item, Kind, Parent, ParentKind, Visibility};

use super::plus::{OTHERS, PLATFORM};
use super::{NO_WORDS, Reading, time};
use crate::sources::archive::container::Entry;
use crate::sources::archive::format::Export;
use crate::sources::archive::html;
use crate::sources::archive::item::{add_place, derived_id};
use crate::sources::{Batch, Decoded, Stopped};

const NO_POST: &str = "Google+: a page in which no post was found";

/// Whether a page begins like a post: the style sheet that all of them have.
pub(super) fn is_one(start: &str) -> bool {
    start.contains(".author-photo {border-radius") || start.contains(".main-content {margin: 15px 0")
}

pub(super) fn read(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let Some(page) = html::page(export, entry) else { return Ok(()) };
    let Some(tree) = html::tree(export, &page) else {
        export.sink.coverage().fail(NO_POST, &entry.name);
        return Ok(());
    };
    let mut out = Decoded::default();
    match item(tree.root_element(), entry, reading, &mut out) {
        Some(item) if item.text.is_empty() && item.media.is_empty() => {
            out.coverage.skip(NO_WORDS, &entry.name);
        }
        Some(item) => reading.seen.keep(item, &mut out),
        None => out.coverage.fail(NO_POST, &entry.name),
    }
    export.sink.coverage().absorb(out.coverage);
    export.sink.batch(Batch::ready(out.items))
}

fn item(page: ElementRef<'_>, entry: &Entry, reading: &Reading, out: &mut Decoded) -> Option<Item> {
    let content = html::first(page, "div.main-content")?;
    let mut own = html::text(content, &[]);
    // Where the post was written stands right behind its words.
    let place = html::text_of(content, "a.location");
    if let Some(words) = own.strip_suffix(&place).filter(|_| !place.is_empty()) {
        own = words.trim_end().to_owned();
        add_place(&mut own, named(&place));
    }
    let others = html::all(page, "div.comments > div.comment").len() as u64;
    out.coverage.skip_many(OTHERS, &entry.name, others);
    // The address is dead; it names the post all the same.
    let link = html::all(page, "a[href]").into_iter().find(|link| {
        link.attr("href")
            .is_some_and(|address| address.contains("plus.google.com/") && address.contains("/posts/"))
            && link.attr("class").is_none()
    });
    let address = link.and_then(|link| link.attr("href")).unwrap_or_default();
    let date = link.map(|link| html::text(link, &[])).unwrap_or_default();
    let (created_at, created_precision) = time(&date, &entry.name, &mut out.coverage);
    let shared = html::first(page, "a.reshare-attribution");
    let theirs = shared.and_then(|link| link.parent()).and_then(ElementRef::wrap);
    let credit = shared.map(|link| html::text(link, &[])).unwrap_or_default();
    let theirs_text = theirs.map(|theirs| html::text(theirs, &[])).unwrap_or_default();
    let theirs_text = theirs_text.strip_prefix(&credit).unwrap_or(&theirs_text).trim().to_owned();
    let passed_on = own.is_empty() && !theirs_text.is_empty();
    let text = if passed_on { theirs_text.clone() } else { own };
    let id = address.rsplit('/').next().unwrap_or_default();
    Some(Item {
        kind: Kind::Post,
        id: if id.is_empty() { derived_id(&[&date, &text]) } else { id.to_owned() },
        authorship: if passed_on { Authorship::Reshare } else { Authorship::Own },
        visibility: visibility(&html::text_of(page, "div.visibility")),
        parent: shared.map(|link| Parent {
            kind: ParentKind::Post,
            id: link.attr("href").and_then(|address| address.rsplit('/').next()).map(str::to_owned),
            handle: credit.strip_prefix("Originally shared by ").map(str::to_owned),
            text: (!passed_on && !theirs_text.is_empty()).then_some(theirs_text),
            ..Parent::default()
        }),
        created_at,
        created_precision,
        media: media(page),
        text,
        ..reading.account(PLATFORM).item(&entry.name)
    })
}

/// What a place is called; where it has no name, its address.
fn named(place: &str) -> &str {
    let first = place.lines().next().unwrap_or_default();
    first.strip_prefix("Address:").unwrap_or(first).trim()
}

/// `Shared with: Public`, or with a page or circle behind it. Written in English in the pages known.
fn visibility(words: &str) -> Visibility {
    match words.split_once(':') {
        Some((_, with)) if with.trim().starts_with("Public") => Visibility::Public,
        Some((_, with)) if !with.trim().is_empty() => Visibility::Followers,
        _ => Visibility::Unknown,
    }
}

/// Pictures of the post, without those of its author and of pages linked to.
fn media(page: ElementRef<'_>) -> Vec<whitecoat_engine::Media> {
    html::all(page, "a.media-link").into_iter().flat_map(|link| html::pictures(link, None)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_name_or_an_address() {
        for (place, name) in [
            ("Fenwick Arms\nAddress: 12 Mill Lane", "Fenwick Arms"),
            ("Address: 12 Mill Lane, Fenwick", "12 Mill Lane, Fenwick"),
            ("", ""),
        ] {
            assert_eq!(named(place), name);
        }
    }
}
