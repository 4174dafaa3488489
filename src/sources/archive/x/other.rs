//! Own words that are neither posts nor messages: community notes, moments, articles, and the bio of live broadcasts.
//!
//! What X calls their fields is taken from the README of its archives; that of articles says no more than that they come in
//! sections with a text each.

use std::sync::Arc;

use serde_json::Value;
use whitecoat_engine::{Item, Kind, Parent, ParentKind};

use super::account::Account;
use super::files::Other;
use super::message::written;
use super::time::Misread;
use crate::sources::archive::fields::Fields;
use crate::sources::archive::html::titled;
use crate::sources::archive::item::{cap, derived_id};
use crate::sources::archive::loose::Text;

/// Reads a record; `None` where it holds no words.
pub(super) fn read(
    record: &[u8],
    other: Other,
    account: &Arc<Account>,
    source: &str,
    misread: &Misread,
) -> serde_json::Result<Option<Item>> {
    let record: Value = serde_json::from_slice(record)?;
    let Some(outer) = Fields::of(&record) else { return Ok(None) };
    // `{"communityNote": {...}}`, by whatever name.
    let mut objects = outer.all().filter_map(|(_, value)| Fields::of(value));
    let fields = match (objects.next(), outer.all().count()) {
        (Some(inner), 1) => inner,
        _ => outer,
    };
    let mut text = match other {
        Other::Note => fields.text(&["summary"]),
        Other::Moment => titled(&fields.text(&["title"]), &fields.text(&["description"])),
        Other::Article => titled(&fields.text(&["title"]), &sections(fields)),
        Other::LiveBio => fields.text(&["description", "bio"]),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let id = fields.text(&["noteId", "momentId", "id"]);
    let about = fields.text(&["tweetId"]);
    let created = fields.text(&["createdAt", "publishedAtMs", "createdAtMs"]);
    Ok(Some(Item {
        kind: match other {
            Other::Note => Kind::Comment,
            Other::Moment => Kind::Post,
            Other::Article => Kind::Article,
            Other::LiveBio => Kind::Profile,
        },
        id: if id.is_empty() { derived_id(&[&created, &text]) } else { id },
        parent: (!about.is_empty()).then(|| Parent {
            kind: ParentKind::Post,
            id: Some(about),
            ..Parent::default()
        }),
        truncated: cap(&mut text),
        text,
        ..written(&Text(created.into()), account, source, misread)
    }))
}

/// The texts of an article's sections, each a paragraph.
fn sections(article: Fields<'_>) -> String {
    let content = article.all().filter(|(name, _)| ["data", "content"].contains(name));
    let mut texts = Vec::new();
    for (_, value) in content {
        match value {
            Value::String(text) => texts.push(text.as_str()),
            _ => gather(value, &mut texts),
        }
    }
    let texts = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

/// What stands under `text`, as deep as it may be; the JSON reader has bounded that.
fn gather<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| gather(value, texts)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "text" => texts.push(text),
                    _ => gather(value, texts),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn item(other: Other, record: &str) -> Option<Item> {
        read(record.as_bytes(), other, &Arc::default(), "a.js#0", &Misread::default()).unwrap()
    }

    #[test]
    fn reads_notes_moments_and_articles() {
        let note = r#"{"communityNote": {"noteId": "7", "tweetId": "9", "summary": "The trial was withdrawn.", "createdAt": "2023-01-02T03:04:05.000Z"}}"#;
        let note = item(Other::Note, note).unwrap();
        assert_eq!((note.id.as_str(), note.kind), ("7", Kind::Comment));
        assert_eq!(note.parent.unwrap().id.as_deref(), Some("9"));
        assert_eq!(note.created_at.unwrap().to_string(), "2023-01-02T03:04:05Z");
        let moment = r#"{"moment": {"momentId": "1", "title": "On call", "description": "A week", "tweets": [{"text": "of others"}]}}"#;
        assert_eq!(item(Other::Moment, moment).unwrap().text, "On call\n\nA week");
        let article = r#"{"article": {"id": "3", "title": "On triage", "data": [{"text": "One.", "styles": []}, {"blocks": [{"text": "Two."}]}]}}"#;
        let article = item(Other::Article, article).unwrap();
        assert_eq!((article.text.as_str(), article.kind), ("On triage\n\nOne.\n\nTwo.", Kind::Article));
        let bio = r#"{"periscopeProfileDescription": {"description": "Live from the ward", "profileImageUrls": []}}"#;
        let bio = item(Other::LiveBio, bio).unwrap();
        assert_eq!((bio.text.as_str(), bio.kind), ("Live from the ward", Kind::Profile));
    }

    #[test]
    fn what_has_no_words_is_nothing() {
        for record in ["{}", "[]", "7", r#"{"moment": {"tweets": [1]}}"#, r#"{"moment": null}"#] {
            assert!(item(Other::Moment, record).is_none(), "{record}");
        }
    }
}
