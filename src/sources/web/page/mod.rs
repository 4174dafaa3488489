//! Reading one page into items, whether it was fetched or saved.
//!
//! The gate first; then the readers in order, the most certain first: JSON-LD, microformats, microdata, recipes, main text,
//! Open Graph. What an earlier reader found is not repeated by a later one. Open Graph repeats the beginning of the main text on most
//! pages, so it is read last, though what it says about dates is used before.

mod beside;
mod captions;
pub(in crate::sources::web) mod dates;
pub(in crate::sources) mod dom;
mod elements;
mod furniture;
pub(in crate::sources) mod gate;
mod json_ld;
mod lean;
mod main_text;
mod merge;
mod mf_items;
mod microdata;
mod microformats;
mod open_graph;
mod people;
pub(in crate::sources::web) mod recipe;
pub(super) mod saved;
mod schema;
mod tokens;
mod wall;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ego_tree::NodeRef;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;
use whitecoat_engine::{Item, Kind, LiveState, Moment, Precision, Profile, Visibility};

use super::links::{self, Links};
use super::platforms;
use crate::coverage::Coverage;
use crate::identity::DERIVED_ID;
use merge::{Merged, Rest};

pub(in crate::sources) use dom::fragment;

/// Where a page is from.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// What stands before the `#` in [`Item::source`]: the page's address or the file's path.
    pub(super) name: String,
    /// The page's address, as fetched or as a saved page tells.
    pub(super) url: Option<Url>,
    /// What relative addresses start from.
    pub(super) base: Option<Url>,
    /// Fetched now (true), or saved at some time (false).
    pub(super) live: bool,
    /// When it was saved, as what holds it or the page itself tells.
    pub(super) saved_at: Option<Moment>,
}

/// What one reader found.
#[derive(Debug, Default)]
struct Found {
    items: Vec<Item>,
    /// The profile of the page's owner.
    profile: Option<Profile>,
    /// When the page was published.
    created: (Option<Moment>, Precision),
}

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The page's title.
    pub(super) title: String,
    /// Its items, numbered and complete.
    pub(super) items: Vec<Item>,
    /// What was not read.
    pub(super) coverage: Coverage,
    /// The page that stands in for the real one, such as `a sign-in page`. Nothing else is filled then.
    pub(super) wall: Option<&'static str>,
    /// The page says of itself that there is none at its address.
    pub(super) missing: bool,
    /// Where the page is from, completed by what it says itself.
    pub(super) url: Option<Url>,
    /// When it was saved.
    pub(super) saved_at: Option<Moment>,
    /// Where it leads, for a page that was fetched now.
    pub(super) links: Links,
}

/// Reads a page. What `place` of a saved page does not say is looked for in the page.
pub(super) fn read(html: &str, mut place: Place) -> Reading {
    let mut reading = Reading::default();
    let lean = match lean::lean(html) {
        Ok(lean) => lean,
        Err(refusal) => {
            reading.coverage.fail(&refusal.reason(), place.name.as_str());
            reading.url = place.url.clone();
            reading.saved_at = place.saved_at;
            let text = dom::text_without_tree(html);
            let mut merged = Merged::default();
            merged.add(
                "text",
                (!text.is_empty()).then(|| Item { kind: Kind::Article, text, ..Item::default() }),
            );
            reading.items = finish(merged.items, &place, None);
            return reading;
        }
    };
    let document = Html::parse_document(&lean);
    reading.title = title(&document);
    if place.url.is_none() {
        place.url = saved::origin(html, &document);
    }
    place.saved_at = place.saved_at.or_else(|| saved::saved_at(html));
    place.base = base(&document, place.url.as_ref());
    reading.url = place.url.clone();
    reading.saved_at = place.saved_at;
    if let Some(wall) = wall::find(&document, &reading.title) {
        reading.wall = Some(wall);
        return reading;
    }
    reading.missing = wall::is_missing(&reading.title);

    if place.live {
        reading.links = links::find(&document, place.base.as_ref());
    }

    let blocks = json_ld::blocks(&document);
    for broken in blocks.broken {
        reading.coverage.fail("a JSON-LD block is not JSON", format!("{}#{broken}", place.name));
    }
    let linked = schema::read(&blocks.values, &place);
    let marked = mf_items::read(&document, &place);
    let typed = schema::read(&microdata::read(&lean, &document, place.base.as_ref()), &place);
    let meta = open_graph::read(&document, &place);
    let created = [linked.created, marked.created, typed.created, meta.created]
        .into_iter()
        .find(|(moment, _)| moment.is_some())
        .unwrap_or_else(|| shown_time(&document));

    let mut merged = Merged::default();
    merged.add("json-ld", linked.items);
    if !marked.items.is_empty() {
        merged.pass_over(&mf_items::lines_around(&document));
    }
    merged.add("microformats", marked.items);
    merged.add("microdata", typed.items);
    for (name, tried) in recipe::read(&lean, &document, &place) {
        merged.pass_over(&tried.around);
        merged.add(name, tried.items);
    }
    for (mut item, captions) in main_text::read(&document, &place) {
        (item.created_at, item.created_precision) = created;
        let captions = Item { text: captions, ..item.clone() };
        let mut rest = merged.add_rest("main-text", item);
        // What was read of the page already has other pictures.
        if rest != Rest::Kept && !captions.text.is_empty() {
            rest = rest.max(merged.add_rest("main-text", captions));
        }
        if rest == Rest::Little {
            let place = format!("{}#main-text", place.name);
            reading.coverage.skip("a few words around the items already read", place);
        }
    }
    merged.add("open-graph", meta.items);
    reading.items = finish(merged.items, &place, linked.profile.or(marked.profile).or(typed.profile));
    if is_of_many(&place) && reading.items.iter().any(|item| item.source.contains("#main-text")) {
        reading.coverage.note(WHO_WROTE);
    }
    reading
}

/// When a post was published, as themes without other marks write it. Nothing on pages that say so of several posts.
fn shown_time(document: &Html) -> (Option<Moment>, Precision) {
    const PUBLISHED: &str = "time.entry-date[datetime]:not(.updated:not(.published)), time.published[datetime], \
                             time[pubdate][datetime], .wp-block-post-date time[datetime]";
    // Most pages have none, and a selector looks at each element far more closely.
    let mut times = dom::named(document, &["time"]).peekable();
    let Some(published) = times.peek().and_then(|_| Selector::parse(PUBLISHED).ok()) else {
        return Default::default();
    };
    let beside = |node: NodeRef<'_, Node>| {
        ElementRef::wrap(node).is_some_and(|around| matches!(around.value().name(), "aside" | "nav"))
    };
    let times = times.filter(|time| published.matches(time) && !time.ancestors().any(beside));
    let times: BTreeSet<&str> = times.filter_map(|time| time.attr("datetime")).collect();
    match times.first() {
        Some(only) if times.len() == 1 => dates::parse(only),
        _ => Default::default(),
    }
}

/// Said of pages of which only the main text was found.
const WHO_WROTE: &str = "A page on which many people write was read as one text: it does not tell who wrote what, and all of it counts as the account holder's (the platform's export tells them apart)";

/// Whether the page is of a platform on whose pages many people write.
fn is_of_many(place: &Place) -> bool {
    const NAMES: &[&str] =
        &["facebook", "instagram", "linkedin", "reddit", "threads", "tiktok", "x", "youtube"];
    place.url.as_ref().and_then(platforms::of).is_some_and(|platform| NAMES.contains(&platform.name))
}

fn title(document: &Html) -> String {
    let title = dom::named(document, &["title"]).next().map(|title| title.text().collect::<String>());
    let title = title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| main_text::first_text(document, "h1"))
}

/// What relative addresses of the page start from: its `<base>`, else its own address.
fn base(document: &Html, url: Option<&Url>) -> Option<Url> {
    let base = dom::named(document, &["base"]).find_map(|base| base.attr("href"));
    base.and_then(|href| dom::resolve(url, href)).or_else(|| url.cloned())
}

/// Fills in what all items of a page share, and gives each its id and its source.
fn finish(items: Vec<(&'static str, Item)>, place: &Place, profile: Option<Profile>) -> Vec<Item> {
    let platform = place.url.as_ref().and_then(platforms::of);
    let host = place.url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let profile = profile.map(Arc::new);
    let mut ids = BTreeSet::new();
    let mut people = BTreeSet::new();
    let mut counts = BTreeMap::new();
    let mut done = Vec::with_capacity(items.len());
    for (reader, mut item) in items {
        // What every review says again of the practice that it is about.
        if item.kind == Kind::Profile && !people.insert(derived_id(&item)) {
            continue;
        }
        let count: &mut usize = counts.entry(reader).or_default();
        *count += 1;
        item.source = format!("{}#{reader}:{count}", place.name);
        item.platform = platform.map_or("web", |platform| platform.name).to_owned();
        if item.account.is_empty() && platform.is_none() {
            item.account = host.to_owned();
        }
        item.url = item.url.or_else(|| place.url.as_ref().map(|url| url.as_str().to_owned()));
        item.seen_at = place.saved_at;
        if place.live {
            (item.visibility, item.live_state) = (Visibility::Public, LiveState::Live);
        }
        item.profile = item.profile.or_else(|| profile.clone());
        if item.id.is_empty() || ids.contains(&item.id) {
            item.id = derived_id(&item);
        }
        ids.insert(item.id.clone());
        done.push(item);
    }
    done
}

/// An id for an item that has none: the same for the same words at the same address.
fn derived_id(item: &Item) -> String {
    let mut hasher = blake3::Hasher::new();
    let created = item.created_at.map(|moment| moment.to_string()).unwrap_or_default();
    for part in [item.url.as_deref().unwrap_or_default(), &format!("{:?}", item.kind), &created, &item.text] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize().to_hex();
    format!("{DERIVED_ID}{}", digest.get(..24).unwrap_or_default())
}
