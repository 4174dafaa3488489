//! Reviews: those that the account wrote on Maps, and those of the practice with its answers.

use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Parent, ParentAuthor, ParentKind};

use super::files::PLACE;
use super::{NO_WORDS, Reading, time};
use crate::sources::Stopped;
use crate::sources::archive::account::Account;
use crate::sources::archive::container::Entry;
use crate::sources::archive::fields::Fields;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::titled;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Table};

const SHOP_TEXT: &[&str] = &[
    "review text",
    "review",
    "review content",
    "review body",
    "comment",
    "comments",
    "content",
    "body",
    "text",
];
const SHOP_TITLE: &[&str] = &["review title", "title", "headline"];
const SHOP_ABOUT: &[&str] =
    &["product name", "product title", "product", "merchant name", "merchant", "store name", "store"];
const SHOP_COLUMNS: &str =
    "Google: a review of a shop or product in columns that are not known: look at it yourself";

const UNANSWERED: &str = "Google: reviews by others without an answer are not read";

/// `Reviews.json`: GeoJSON, with two generations of names.
pub(super) fn by_account(
    export: &mut Export<'_>,
    entry: &Entry,
    reading: &mut Reading,
) -> Result<(), Stopped> {
    let account = reading.account("google-maps");
    reading.records(export, entry, &["features"], &mut |reading, fields, place, out| {
        let said = fields.object(&["properties"]).unwrap_or(fields);
        // What Google asked beside, such as what there was to like, is answered in words at times.
        let asked = said.list(&["questions"]).iter().filter_map(Fields::of);
        let answers = asked.map(|asked| asked.text(&["answer"]));
        let words = std::iter::once(said.text(&["review_text_published", "Review Comment"])).chain(answers);
        let text = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n\n");
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let date = said.text(&["date", "Published"]);
        let (created_at, created_precision) = time(&date, place, &mut out.coverage);
        let place_name = said
            .object(&["location"])
            .map(|location| location.text(&["name", "Business Name"]))
            .unwrap_or_default();
        let item = Item {
            kind: Kind::Comment,
            id: derived_id(&[&date, &place_name, &text]),
            // The address given is that of the place reviewed, not of the review.
            thread: (!place_name.is_empty()).then_some(place_name),
            created_at,
            created_precision,
            text,
            ..account.item(place)
        };
        reading.seen.keep(item, out);
    })
}

/// `Google Play Store/Reviews.json`.
pub(super) fn of_apps(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let account = reading.account("google-play");
    reading.records(export, entry, &[], &mut |reading, fields, place, out| {
        let said = fields.object(&["review"]).unwrap_or(fields);
        let text = titled(&said.text(&["title"]), &said.text(&["comment"]));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let date = said.text(&["creationTime"]);
        let (created_at, created_precision) = time(&date, place, &mut out.coverage);
        let app = said.object(&["document"]).map(|app| app.text(&["title"])).unwrap_or_default();
        let item = Item {
            kind: Kind::Comment,
            id: derived_id(&[&date, &app, &text]),
            thread: (!app.is_empty()).then_some(app),
            created_at,
            created_precision,
            text,
            ..account.item(place)
        };
        reading.seen.keep(item, out);
    })
}

/// `Google Shopping/{Merchant,Product} Reviews/*.csv`. The columns are known by what such columns are called, as no table of
/// this kind has been seen.
pub(super) fn of_shops(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<(), Stopped> {
    let account = reading.account("google-shopping");
    rows::read(export, entry, Table::default(), |row, out| {
        let words = row.any(SHOP_TEXT);
        let text = titled(row.any(SHOP_TITLE), words);
        if text.is_empty() {
            let known = row.named(|name| SHOP_TEXT.contains(&name)).next().is_some();
            out.coverage.skip(if known { NO_WORDS } else { SHOP_COLUMNS }, &row.place);
            return;
        }
        let date = row.named(|name| name.contains("date") || name.contains("time"));
        let date = date.into_iter().find(|cell| !cell.is_empty()).unwrap_or_default().to_owned();
        let (created_at, created_precision) = time(&date, &row.place, &mut out.coverage);
        let about = row.any(SHOP_ABOUT).to_owned();
        let item = Item {
            kind: Kind::Comment,
            id: derived_id(&[&date, &about, &text]),
            thread: (!about.is_empty()).then_some(about),
            created_at,
            created_precision,
            text,
            ..account.item(&row.place)
        };
        reading.seen.keep(item, out);
    })
}

/// The account of a place: `additionalData.json` beside the reviews says what it is called.
fn business(export: &mut Export<'_>, entry: &Entry, reading: &mut Reading) -> Result<Account, Stopped> {
    let folder = |entry: &Entry| entry.name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let beside = export.of(PLACE).into_iter().find(|place| folder(place) == folder(entry));
    let mut account = reading.account("google-business");
    if let Some(place) = beside {
        reading.records(export, &place, &[], &mut |_, fields, _, _| {
            let name = fields.text(&["title", "locationName"]);
            if !name.is_empty() {
                Arc::make_mut(&mut account.profile).name = name;
            }
        })?;
    }
    Ok(account)
}

/// `reviews*.json` of a Business Profile. The answer is the practice's; the review is somebody else's.
pub(super) fn of_business(
    export: &mut Export<'_>,
    entry: &Entry,
    reading: &mut Reading,
) -> Result<(), Stopped> {
    let account = business(export, entry, reading)?;
    reading.records(export, entry, &["reviews"], &mut |reading, fields, place, out| {
        let Some(reply) = fields.object(&["reviewReply"]) else {
            out.coverage.skip(UNANSWERED, place);
            return;
        };
        let text = original(&reply.text(&["comment"]));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, place);
            return;
        }
        let review = fields.text(&["name"]);
        let date = reply.text(&["updateTime"]);
        let (created_at, created_precision) = time(&date, place, &mut out.coverage);
        let reviewer = fields.object(&["reviewer"]).map(|who| who.text(&["displayName"]));
        let said = original(&fields.text(&["comment"]));
        let item = Item {
            kind: Kind::ReviewReply,
            // One place may stand under several accounts: the review's name is the same in all.
            id: if review.is_empty() { derived_id(&[&date, &text]) } else { format!("{review}/reply") },
            parent: Some(Parent {
                author: ParentAuthor::Patient,
                kind: ParentKind::Review,
                id: (!review.is_empty()).then_some(review),
                handle: reviewer.filter(|name| !name.is_empty()),
                text: (!said.is_empty()).then_some(said),
            }),
            created_at,
            created_precision,
            text,
            ..account.item(place)
        };
        reading.seen.keep(item, out);
    })
}

/// The words as they were written, where Google has put a translation before or behind them.
fn original(text: &str) -> String {
    const MARK: &str = "(Original)";
    const TRANSLATED: &str = "(Translated by Google)";
    let own = match (text.find(MARK), text.find(TRANSLATED)) {
        (Some(at), _) => text.get(at + MARK.len()..),
        (None, Some(at)) if at > 0 => text.get(..at),
        _ => Some(text),
    };
    own.unwrap_or(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::original;

    #[test]
    fn translations_are_left_out() {
        for (text, expected) in [
            ("(Translated by Google) Thanks\n\n(Original)\nDanke", "Danke"),
            ("Danke\n\n(Translated by Google)\nThanks", "Danke"),
            ("(Translated by Google) Thanks", "(Translated by Google) Thanks"),
            ("Thanks", "Thanks"),
        ] {
            assert_eq!(original(text), expected, "{text}");
        }
    }
}
