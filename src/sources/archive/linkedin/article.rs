//! Articles: one page each.

use whitecoat_engine::{Item, Kind, Visibility};

use super::table;
use crate::sources::archive::account::Account;
use crate::sources::archive::container::Entry;
use crate::sources::archive::format::Export;
use crate::sources::archive::html;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::twins::Seen;
use crate::sources::{Batch, Decoded, Stopped};

/// What stands where an article has not been published.
const DRAFT: &str = "---";

const NO_WORDS: &str = "LinkedIn: an article without words";

/// Whether a page begins like an article: LinkedIn's fixed style sheet.
pub(super) fn is_one(start: &[u8]) -> bool {
    let start = String::from_utf8_lossy(start);
    start.trim_start_matches('\u{feff}').trim_start().starts_with("<html>")
        && start.contains("Source Serif Pro")
        && start.contains("width: 744px")
}

pub(super) fn read(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    let Some(page) = html::page(export, entry) else { return Ok(()) };
    let mut item = Item { kind: Kind::Article, ..account.item(&entry.name) };
    let mut out = Decoded::default();
    match html::tree(export, &page) {
        Some(tree) => {
            let root = tree.root_element();
            let heading = html::first(root, "h1");
            let title = heading.map(|heading| html::text(heading, &[])).unwrap_or_default();
            let body = html::first(root, "body > div").map(|body| html::text(body, &[])).unwrap_or_default();
            item.text = html::titled(&title, &body);
            item.url = html::first(root, "h1 > a[href]")
                .and_then(|link| link.attr("href"))
                .filter(|address| address.starts_with("https://"))
                .map(str::to_owned);
            item.media = html::pictures(root, None);
            let said = |class: &str, lead: &str| {
                html::text_of(root, class).trim_start_matches(lead).trim().to_owned()
            };
            let (created, published) = (said("p.created", "Created on"), said("p.published", "Published on"));
            let is_draft = published.is_empty() || published.contains(DRAFT);
            let date = if is_draft { &created } else { &published };
            (item.created_at, item.created_precision) = table::time(date, &entry.name, &mut out);
            // A page without dates says nothing about who may read it.
            if is_draft && !(created.is_empty() && published.is_empty()) {
                item.visibility = Visibility::Private;
            }
        }
        None => item.text = html::text_without_tree(&page),
    }
    let created = item.created_at.map(|moment| moment.to_string()).unwrap_or_default();
    item.id = item.url.clone().unwrap_or_else(|| derived_id(&[&created, &item.text]));
    if item.text.is_empty() {
        out.coverage.skip(NO_WORDS, &entry.name);
    } else {
        seen.keep(item, &mut out);
    }
    export.sink.coverage().absorb(out.coverage);
    if out.items.is_empty() { Ok(()) } else { export.sink.batch(Batch::ready(out.items)) }
}
