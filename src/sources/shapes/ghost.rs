//! Ghost's posts and people, as its export and its content interface hold them.

use serde_json::Value;
use whitecoat_engine::{Item, Kind, Media, Moment, Precision, Profile, Visibility};

use super::account::Account;
use super::attached;
use super::item::derived_id;
use super::stored_html::{self, Stored};
use super::value::{list, some, text};
use crate::coverage::Coverage;
use crate::sources::clock;
use crate::sources::web::page::dom::titled;

pub(in crate::sources) const PLATFORM: &str = "ghost";

pub(in crate::sources) const NO_WORDS: &str = "Ghost: a post without words and pictures";
pub(in crate::sources) const SEVERAL: &str =
    "Ghost: the site has several authors, and all its posts count as the account holder's";
const BAD_TIME: &str = "Ghost: a time was not understood; the item was kept without it";

/// How deep a stored document is followed.
const MAX_DEPTH: usize = 32;

/// In UTC, though nothing says so.
const TIMES: &[clock::Shape] =
    &[("%Y-%m-%dT%H:%M:%S%.fZ", Precision::Second), ("%Y-%m-%d %H:%M:%S", Precision::Second)];

/// What a user or an author says about themselves.
pub(in crate::sources) fn profile(user: &Value) -> Profile {
    Profile {
        name: text(user, "name").into_owned(),
        bio: text(user, "bio").into_owned(),
        location: text(user, "location").into_owned(),
        ..Profile::default()
    }
}

/// The item of a post or a page.
pub(in crate::sources) fn item(
    account: &Account,
    post: &Value,
    place: &str,
    coverage: &mut Coverage,
) -> Item {
    let mut stored = content(post, coverage);
    let picture = text(post, "feature_image");
    let alt = text(post, "feature_image_alt").into_owned();
    stored.media.extend(some(&picture).map(|picture| Media { alt, ..attached::at(&picture) }));
    let mut shown = titled(&text(post, "title"), &stored.text);
    for key in ["custom_excerpt", "feature_image_caption", "meta_description"] {
        let beside = stored_html::words(&text(post, key), coverage);
        if !shown.contains(&beside) {
            shown = format!("{shown}\n\n{beside}");
        }
    }
    let written = [text(post, "published_at"), text(post, "created_at")];
    let written = written.iter().find(|time| !time.is_empty()).map_or("", |time| time);
    let (created_at, created_precision) = match written.parse::<Moment>() {
        Ok(moment) => (Some(moment), Precision::Second),
        Err(_) => clock::utc(written, TIMES),
    };
    if created_at.is_none() && !written.is_empty() {
        coverage.fail(BAD_TIME, place);
    }
    let id = text(post, "id");
    Item {
        id: if id.is_empty() { derived_id(&[written, &shown]) } else { id.into_owned() },
        kind: Kind::Article,
        text: shown,
        created_at,
        created_precision,
        url: some(&text(post, "canonical_url")).filter(|url| url.starts_with("http")),
        visibility: standing(post),
        media: stored.media,
        ..account.item(place)
    }
}

/// Who may read a post.
fn standing(post: &Value) -> Visibility {
    match (text(post, "status").as_ref(), text(post, "visibility").as_ref()) {
        ("draft" | "scheduled", _) => Visibility::Private,
        // Sent as a letter only.
        ("sent", _) => Visibility::Followers,
        ("published", "public" | "") => Visibility::Public,
        ("published", "members" | "paid" | "tiers" | "filter") => Visibility::Followers,
        _ => Visibility::Unknown,
    }
}

/// The body: as HTML where Ghost has made it, else out of the editor's document.
fn content(post: &Value, coverage: &mut Coverage) -> Stored {
    let made = text(post, "html");
    if !made.is_empty() {
        return stored_html::read(&made, coverage);
    }
    let mut blocks = Vec::new();
    for key in ["lexical", "mobiledoc"] {
        if let Ok(document) = serde_json::from_str::<Value>(&text(post, key)) {
            gather_blocks(&document, MAX_DEPTH, &mut blocks);
        }
    }
    match blocks.is_empty() {
        true => Stored { text: text(post, "plaintext").into_owned(), ..Stored::default() },
        false => stored_html::read(&blocks.concat(), coverage),
    }
}

/// Everything in an editor's document that is text or HTML, a paragraph a block.
fn gather_blocks(document: &Value, depth: usize, blocks: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    for key in ["text", "html", "markdown", "caption", "alt"] {
        // Spaces at the ends of texts stand between words.
        if let Some(found) = document.get(key).and_then(Value::as_str) {
            blocks.push(if key == "text" { escaped(found) } else { found.to_owned() });
        }
    }
    // Sections of the older editor: `[1, "p", [[0, [], 0, "words"]]]`.
    for section in list(document, "sections") {
        let markers = section.as_array().and_then(|section| section.get(2)).and_then(Value::as_array);
        let words = markers.into_iter().flatten().filter_map(|marker| marker.as_array()?.last()?.as_str());
        blocks.push(format!("<p>{}</p>", escaped(&words.collect::<String>())));
    }
    for card in list(document, "cards") {
        if let Some(held) = card.as_array().and_then(|card| card.get(1)) {
            gather_blocks(held, depth - 1, blocks);
        }
    }
    for child in document.get("root").into_iter().chain(list(document, "children")) {
        let before = blocks.len();
        gather_blocks(child, depth - 1, blocks);
        if blocks.len() > before && child.get("children").is_some() {
            blocks.push("<p>".to_owned());
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_the_documents_of_both_editors() {
        let lexical = json!({"root": {"children": [
            {"type": "paragraph", "children": [{"text": "One "}, {"text": "line <b"}]},
            {"type": "paragraph", "children": [{"type": "link", "children": [{"text": "Two"}]}]}]}});
        let mobiledoc = json!({"sections": [[1, "p", [[0, [], 0, "One "], [0, [0], 1, "line <b"]]], [10, 0]],
            "cards": [["markdown", {"markdown": "Two"}]]});
        for (key, document) in [("lexical", lexical), ("mobiledoc", mobiledoc)] {
            let post = json!({"html": null, key: document.to_string()});
            assert_eq!(content(&post, &mut Coverage::default()).text, "One line <b\n\nTwo", "{key}");
        }
        let plain = json!({"html": 7, "lexical": "{", "plaintext": "words"});
        assert_eq!(
            content(&json!({"plaintext": plain["plaintext"]}), &mut Coverage::default()).text,
            "words"
        );
    }
}
