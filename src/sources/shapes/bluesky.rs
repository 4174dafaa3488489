//! Bluesky's records as items.

use std::sync::Arc;

use ipld_core::ipld::Ipld;
use serde_json::{Map, Value};
use whitecoat_engine::{
    Item, Kind, Media, MediaKind, Moment, Parent, ParentAuthor, ParentKind, Precision, Visibility,
};

use super::account::Account;
use super::attached;
use super::item::cap;
use super::value::{list, some, text};
use crate::coverage::Coverage;

pub(in crate::sources) const POST: &str = "app.bsky.feed.post";
pub(in crate::sources) const PROFILE: &str = "app.bsky.actor.profile";

/// How many links of a post are looked at.
const MAX_LINKS: usize = 200;

/// How deep the words of records of other applications are looked for.
const MAX_DEPTH: usize = 16;

/// Where other applications keep words.
const WORDS: &[&str] = &[
    "title",
    "subtitle",
    "name",
    "displayName",
    "description",
    "summary",
    "text",
    "plaintext",
    "textContent",
    "content",
    "markdown",
    "body",
];

const BAD_TIME: &str = "Bluesky: a post has no valid time of its own; that of its key was taken";

/// A value as JSON; links become texts, bytes are left out.
pub(in crate::sources) fn json(value: Ipld) -> Value {
    match value {
        Ipld::Bool(truth) => Value::Bool(truth),
        Ipld::Integer(number) => i64::try_from(number).map_or(Value::Null, Value::from),
        Ipld::Float(number) => Value::from(number),
        Ipld::String(text) => Value::String(text),
        Ipld::List(list) => Value::Array(list.into_iter().map(json).collect()),
        Ipld::Map(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key, json(value))).collect::<Map<_, _>>())
        }
        Ipld::Link(cid) => Value::String(cid.to_string()),
        Ipld::Null | Ipld::Bytes(_) => Value::Null,
    }
}

/// The item of a record that stands under `key`. `None` where it holds no words and no media.
pub(in crate::sources) fn item(
    account: &Arc<Account>,
    key: &str,
    record: &Value,
    place: &str,
    coverage: &mut Coverage,
) -> Option<Item> {
    let (collection, name) = key.split_once('/')?;
    let did = &account.handle;
    let mut item = match collection {
        POST => post(account, record),
        PROFILE => Item { kind: Kind::Profile, text: account.profile.bio.clone(), ..Item::default() },
        _ => Item { kind: Kind::Article, text: words(record), ..Item::default() },
    };
    if item.text.is_empty() && item.media.is_empty() {
        return None;
    }
    item.truncated = cap(&mut item.text);
    item.url = match collection {
        POST => Some(format!("https://bsky.app/profile/{did}/post/{name}")),
        PROFILE => Some(format!("https://bsky.app/profile/{did}")),
        _ => None,
    };
    item.id = format!("at://{did}/{key}");
    let written =
        ["createdAt", "publishedAt"].iter().find_map(|key| text(record, key).parse::<Moment>().ok());
    item.created_at = written.or_else(|| moment_of(name));
    if collection == POST && written.is_none() && item.created_at.is_some() {
        coverage.note(BAD_TIME);
    }
    item.created_precision = item.created_at.map_or(Precision::Unknown, |_| Precision::Second);
    // A repository is public as a whole.
    item.visibility = Visibility::Public;
    let Item { platform, account, profile, source, .. } = account.item(place);
    Some(Item { platform, account, profile, source, ..item })
}

fn post(account: &Account, record: &Value) -> Item {
    let mut shown = post_text(record);
    for link in cards(record).filter_map(Card::link) {
        let (_, bare) = link.split_once("://").unwrap_or(("", link));
        if !shown.contains(bare.trim_end_matches('/')) {
            shown = format!("{shown}\n{link}").trim_start().to_owned();
        }
    }
    let tags: Vec<String> =
        list(record, "tags").iter().filter_map(|tag| Some(format!("#{}", tag.as_str()?))).collect();
    if !tags.is_empty() {
        shown = format!("{shown}\n{}", tags.join(" ")).trim_start().to_owned();
    }
    let reply = record.get("reply").unwrap_or(&Value::Null);
    let uri = |key: &str| some(&text(reply.get(key).unwrap_or(&Value::Null), "uri"));
    let parent = uri("parent").map(|id| {
        let own =
            id.strip_prefix("at://").is_some_and(|rest| rest.split('/').next() == Some(&account.handle));
        Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            kind: ParentKind::Post,
            id: Some(id),
            ..Parent::default()
        }
    });
    let kind = if parent.is_some() { Kind::Reply } else { Kind::Post };
    Item { kind, text: shown, thread: uri("root"), parent, media: media(record), ..Item::default() }
}

/// The text of a post, with the links whole that it shows cut. Links are placed by bytes.
pub(in crate::sources) fn post_text(record: &Value) -> String {
    let mut shown = record.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut links: Vec<(usize, usize, &str)> = Vec::new();
    for facet in list(record, "facets").iter().take(MAX_LINKS) {
        let index = facet.get("index").unwrap_or(&Value::Null);
        let end = |key: &str| index.get(key).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        let link = list(facet, "features").iter().find_map(|feature| feature.get("uri")?.as_str());
        if let (Some(from), Some(to), Some(link)) = (end("byteStart"), end("byteEnd"), link) {
            links.push((from, to, link));
        }
    }
    links.sort_unstable();
    for (from, to, link) in links.into_iter().rev() {
        let is_cut = shown.get(from..to).is_some_and(|part| part.ends_with("...") || part.ends_with('…'));
        if is_cut {
            shown.replace_range(from..to, link);
        }
    }
    shown.trim().to_owned()
}

/// What a post points to outside: a page, or an animation of a library.
struct Card<'v> {
    address: &'v str,
    description: &'v str,
}

/// The cards of a post, of which there is one.
fn cards(record: &Value) -> impl Iterator<Item = Card<'_>> {
    let embed = record.get("embed");
    let holders = [embed, embed.and_then(|embed| embed.get("media"))];
    let external = holders.into_iter().flatten().filter_map(|holder| holder.get("external"));
    external.filter_map(|card| {
        let address = card.get("uri")?.as_str()?.trim();
        let description = card.get("description").and_then(Value::as_str).unwrap_or_default().trim();
        (!address.is_empty()).then_some(Card { address, description })
    })
}

impl<'v> Card<'v> {
    /// Bluesky writes `Alt: ` before the author's description of an animation, and `ALT: ` before the library's.
    fn is_animation(&self) -> bool {
        self.description.starts_with("Alt: ") || self.description.starts_with("ALT: ")
    }

    /// The page. Its title and description are its author's words.
    fn link(self) -> Option<&'v str> {
        (!self.is_animation()).then_some(self.address)
    }

    fn animation(self) -> Option<Media> {
        let alt = self.description.strip_prefix("Alt: ").unwrap_or_default().trim();
        let medium = attached::at(self.address);
        self.is_animation().then(|| Media { kind: MediaKind::Video, alt: alt.to_owned(), ..medium })
    }
}

/// The bio, and what stands beside it in a profile.
pub(in crate::sources) fn bio(profile: &Value) -> String {
    let mut lines = vec![text(profile, "description").into_owned()];
    for (name, key) in [("Pronouns", "pronouns"), ("Website", "website")] {
        let value = text(profile, key);
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Pictures and videos. They are named by their digest; the files are not in the repository.
fn media(record: &Value) -> Vec<Media> {
    let Some(embed) = record.get("embed") else { return Vec::new() };
    let within = embed.get("media").unwrap_or(&Value::Null);
    let medium = |kind: MediaKind, holder: &Value, blob: Option<&Value>| {
        let blob = blob.unwrap_or(&Value::Null);
        // As JSON a link is an object.
        let link = blob.get("ref").unwrap_or(&Value::Null);
        let names = [text(blob, "ref"), text(link, "$link"), text(blob, "cid")];
        let name = names.iter().find(|name| !name.is_empty());
        Media {
            kind,
            file_name: name.map(|name| name.clone().into_owned()).unwrap_or_default(),
            alt: text(holder, "alt").into_owned(),
            ..Media::default()
        }
    };
    let mut all: Vec<Media> = cards(record).filter_map(Card::animation).collect();
    for holder in [embed, within] {
        let images = list(holder, "images").iter().chain(list(holder, "items"));
        all.extend(images.map(|image| medium(MediaKind::Image, image, image.get("image"))));
        if holder.get("video").is_some_and(Value::is_object) {
            all.push(medium(MediaKind::Video, holder, holder.get("video")));
        }
    }
    all
}

/// The words in a record of whatever application: all texts under names that stand for words, in order.
fn words(record: &Value) -> String {
    let mut found = Vec::new();
    gather(record, MAX_DEPTH, &mut found);
    found.join("\n\n")
}

fn gather<'v>(value: &'v Value, depth: usize, found: &mut Vec<&'v str>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| gather(value, depth - 1, found)),
        Value::Object(map) => {
            let named = WORDS.iter().filter_map(|name| map.get(*name)?.as_str());
            found.extend(named.map(str::trim).filter(|text| !text.is_empty()));
            // The same words once more, in the form of whatever application wrote them.
            let is_told = map.get("textContent").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            let below = map.iter().filter(|(name, _)| !(is_told && *name == "content"));
            below.for_each(|(_, value)| gather(value, depth - 1, found));
        }
        _ => {}
    }
}

/// The time in a key: microseconds since 1970 in 13 signs of five bits, the last ten bits of which number the clock.
fn moment_of(key: &str) -> Option<Moment> {
    const SIGNS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    if key.len() != 13 {
        return None;
    }
    let number = key.bytes().try_fold(0_u64, |number, sign| {
        let value = SIGNS.iter().position(|known| *known == sign)?;
        Some(number << 5 | value as u64)
    })?;
    Moment::from_unix_seconds(i64::try_from((number >> 10) / 1_000_000).ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_hold_a_clock() {
        let shown = |key| moment_of(key).map(|moment| moment.to_string());
        assert_eq!(shown("3lrbxndrdo22z").as_deref(), Some("2025-06-10T22:41:44Z"));
        assert_eq!((shown("self"), shown("3lrbxndrdo220")), (None, None));
    }

    #[test]
    fn cut_links_are_shown_whole() {
        let facet = |from: u64, to: u64| {
            json!({"index": {"byteStart": from, "byteEnd": to},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/long/page"}]})
        };
        let post = json!({"text": "é example.org/lo... and here",
            "facets": [facet(3, 20), facet(25, 29), facet(1, 9000), {"index": null}]});
        assert_eq!(post_text(&post), "é https://example.org/long/page and here");
    }

    #[test]
    fn words_of_other_applications_are_found() {
        let record = json!({"$type": "pub.example.document", "title": "A day", "pages": [{"blocks":
            [{"block": {"plaintext": "in the ward"}}, {"block": {"plaintext": ""}}]}], "author": "did:x"});
        assert_eq!(words(&record), "A day\n\nin the ward");
        let document = json!({"$type": "site.standard.document", "title": "A day", "textContent": "in the ward",
            "content": {"$type": "pub.example.content", "blocks": [{"plaintext": "in the ward"}]}});
        assert_eq!(words(&document), "A day\n\nin the ward");
    }

    #[test]
    fn a_card_is_shown_by_its_address() {
        let card = |text: &str, address: &str, description: &str| {
            let external = json!({"uri": address, "title": "Not mine", "description": description});
            let post = |embed| post(&Account::default(), &json!({"text": text, "embed": embed}));
            let (alone, beside) = (json!({"external": external}), json!({"media": {"external": external}}));
            let (alone, beside) = (post(alone), post(beside));
            assert_eq!((&alone.text, &alone.media), (&beside.text, &beside.media));
            (alone.text, alone.media)
        };
        for (text, shown) in [
            ("", "https://fund.example/help"),
            ("Please give", "Please give\nhttps://fund.example/help"),
            ("Please give: fund.example/help", "Please give: fund.example/help"),
        ] {
            assert_eq!(card(text, "https://fund.example/help", "Theirs"), (shown.to_owned(), Vec::new()));
        }
        for (description, alt) in [("Alt: our ward dancing", "our ward dancing"), ("ALT: a dancing cat", "")]
        {
            let (text, media) = card("Today", "https://media.example/a/b.gif?hh=1", description);
            let shown: Vec<_> =
                media.iter().map(|m| (m.kind, m.file_name.as_str(), m.alt.as_str())).collect();
            assert_eq!((text.as_str(), shown), ("Today", vec![(MediaKind::Video, "b.gif", alt)]));
        }
    }

    #[test]
    fn a_bio_has_what_stands_beside_it() {
        let profile =
            json!({"description": "Nurse", "pronouns": "she/her", "website": "https://orla.example"});
        assert_eq!(bio(&profile), "Nurse\nPronouns: she/her\nWebsite: https://orla.example");
        assert_eq!(
            (bio(&json!({"website": 7})), bio(&json!(null))),
            ("Website: 7".to_owned(), String::new())
        );
    }
}
