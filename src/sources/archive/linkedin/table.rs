//! Shares, comments and recommendations.

use jiff::tz::Offset;
use whitecoat_engine::{
    Authorship, Item, Kind, Media, MediaKind, Moment, Parent, ParentKind, Precision, Visibility,
};

use crate::sources::archive::account::Account;
use crate::sources::archive::container::Entry;
use crate::sources::archive::dates;
use crate::sources::archive::format::Export;
use crate::sources::archive::html::file_name;
use crate::sources::archive::item::derived_id;
use crate::sources::archive::rows::{self, Row, Table};
use crate::sources::archive::twins::Seen;
use crate::sources::clock::{self, Shape};
use crate::sources::{Decoded, Stopped};

const NO_WORDS: &str = "LinkedIn: a row without words and media";
const PICTURE: &str = "LinkedIn: pictures without words of one's own are not read";
const BAD_TIME: &str = "LinkedIn: a time was not understood; the item was kept without it";

/// How LinkedIn writes times, a different way in each file. Those without a zone are taken as UTC.
const TIMES: &[Shape] = &[
    ("%Y-%m-%d %H:%M:%S", Precision::Second),
    ("%Y-%m-%d %H:%M:%S UTC", Precision::Second),
    ("%Y/%m/%d %H:%M:%S UTC", Precision::Second),
    ("%m/%d/%y, %I:%M %p", Precision::Minute),
    ("%Y-%m-%d %H:%M", Precision::Minute),
    ("%b %Y", Precision::Month),
];

/// A time, with a row in the coverage where there is one that is not understood.
pub(super) fn time(text: &str, place: &str, out: &mut Decoded) -> (Option<Moment>, Precision) {
    let found = clock::utc(text, TIMES);
    if found.0.is_none() && !text.is_empty() {
        out.coverage.fail(BAD_TIME, place);
    }
    found
}

pub(super) fn shares(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    let table = Table { needs: &["date"], backslash: false };
    rows::read(export, entry, table, |row, out| {
        let own = unwrapped(row.any(&["sharecommentary", "share commentary"]));
        // Of the page that was shared: only in the layout of 2018.
        let shared: Vec<&str> = ["share title", "share description"]
            .iter()
            .map(|column| row.get(column))
            .filter(|part| !part.is_empty())
            .collect();
        let media: Vec<Media> = medium(row.any(&["mediaurl", "media url"])).into_iter().collect();
        let passed_on = own.is_empty() && !shared.is_empty();
        let text = if passed_on { shared.join("\n") } else { own };
        if text.is_empty() && media.is_empty() {
            out.coverage.skip(NO_WORDS, &row.place);
            return;
        }
        let link = row.any(&["sharelink", "share link"]);
        let urn = urn(link);
        let (created_at, created_precision) = time(row.get("date"), &row.place, out);
        let item = Item {
            id: urn.clone().unwrap_or_else(|| derived_id(&[row.get("date"), link, &text])),
            kind: Kind::Post,
            created_at,
            created_precision,
            url: link.starts_with("https://").then(|| link.to_owned()),
            authorship: if passed_on { Authorship::Reshare } else { Authorship::Own },
            visibility: visibility(row.get("visibility"), urn.as_deref()),
            media,
            text,
            ..account.item(&row.place)
        };
        seen.keep(item, out);
    })
}

pub(super) fn comments(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    let table = Table { needs: &["date", "link", "message"], backslash: true };
    rows::read(export, entry, table, |row, out| {
        let (text, link) = (row.get("message"), row.get("link"));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, &row.place);
            return;
        }
        let post = urn(link);
        let (created_at, created_precision) = time(row.get("date"), &row.place, out);
        let item = Item {
            id: derived_id(&[row.get("date"), link, text]),
            kind: Kind::Comment,
            text: text.to_owned(),
            created_at,
            created_precision,
            // The link leads to the post, never to the comment.
            visibility: visibility("", post.as_deref()),
            parent: post.clone().map(|id| Parent {
                kind: ParentKind::Post,
                id: Some(id),
                ..Parent::default()
            }),
            thread: post,
            ..account.item(&row.place)
        };
        seen.keep(item, out);
    })
}

/// Recommendations given are the account holder's words on somebody's profile; received, the other way round.
pub(super) fn recommendations(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    own: bool,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    let table = Table { needs: &["first name", "text"], backslash: false };
    rows::read(export, entry, table, |row, out| {
        let text = unwrapped(row.get("text"));
        if text.is_empty() {
            out.coverage.skip(NO_WORDS, &row.place);
            return;
        }
        let date = row.get("creation date");
        let (created_at, created_precision) = time(date, &row.place, out);
        let item = Item {
            id: derived_id(&[date, &other_name(row), &text]),
            kind: Kind::Comment,
            authorship: if own { Authorship::Own } else { Authorship::Other },
            created_at,
            created_precision,
            text,
            ..account.item(&row.place)
        };
        seen.keep(item, out);
    })
}

/// Pictures and videos that were uploaded, with what the member says of them. The date stands in a sentence.
pub(super) fn rich_media(
    export: &mut Export<'_>,
    entry: &Entry,
    account: &Account,
    seen: &mut Seen,
) -> Result<(), Stopped> {
    rows::read(export, entry, Table::default(), |row, out| {
        let text = row.any(&["media description", "description"]);
        if text.is_empty() || text == "-" {
            out.coverage.skip(PICTURE, &row.place);
            return;
        }
        let sentence = row.any(&["date/time", "date"]);
        let (created_at, created_precision) = within(sentence);
        let link = row.any(&["media link", "link"]);
        let item = Item {
            id: derived_id(&[sentence, link, text]),
            kind: Kind::Caption,
            created_at,
            created_precision,
            media: medium(link).into_iter().collect(),
            text: text.to_owned(),
            ..account.item(&row.place)
        };
        seen.keep(item, out);
    })
}

/// The date at the end of `You uploaded a feed photo on November 27, 2024 at 9:51 AM (GMT)`.
fn within(sentence: &str) -> (Option<Moment>, Precision) {
    let ends = sentence.match_indices(' ').filter_map(|(at, _)| sentence.get(at + 1..));
    let found = ends.into_iter().find_map(dates::read);
    let moment = found.and_then(|found| found.moment(Offset::UTC));
    (moment, found.filter(|_| moment.is_some()).map_or(Precision::Unknown, |found| found.precision))
}

fn other_name(row: &Row<'_>) -> String {
    format!("{} {}", row.get("first name"), row.get("last name"))
}

/// LinkedIn writes each line break in a share as quote, line break, quote. A text where only some are written so means them.
fn unwrapped(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let wrapped = text.matches("\"\n\"").count();
    if wrapped > 0 && wrapped == text.matches('\n').count() { text.replace("\"\n\"", "\n") } else { text }
}

/// `urn:li:share:123` out of an address that holds it percent-encoded.
fn urn(link: &str) -> Option<String> {
    let plain = link.replace("%3A", ":").replace("%3a", ":");
    let from = plain.find("urn:li:")?;
    let urn = plain.get(from..)?.split(['?', '/', '&', '#']).next()?;
    (urn.len() > "urn:li:".len()).then(|| urn.to_owned())
}

/// `MEMBER_NETWORK` stands at practically every post, whoever may read it: it says nothing.
fn visibility(word: &str, urn: Option<&str>) -> Visibility {
    if urn.is_some_and(|urn| urn.starts_with("urn:li:groupPost:")) {
        return Visibility::Followers;
    }
    match word.to_ascii_uppercase().as_str() {
        "PUBLIC" => Visibility::Public,
        "CONNECTIONS" => Visibility::Followers,
        _ => Visibility::Unknown,
    }
}

/// The address does not tell a picture from a video.
fn medium(address: &str) -> Option<Media> {
    (!address.is_empty()).then(|| Media {
        kind: MediaKind::Document,
        path: Some(address.to_owned()),
        file_name: file_name(address),
        ..Media::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_lose_the_quotes_around_them() {
        for (text, expected) in [
            ("one.\"\n\"\"\n\"two", "one.\n\ntwo"),
            ("one.\"\r\n\"two", "one.\ntwo"),
            ("she said \"no\"\"\n\"\"why\"", "she said \"no\"\n\"why\""),
            ("one\ntwo \"a\"\n\"b\"", "one\ntwo \"a\"\n\"b\""),
            ("one", "one"),
        ] {
            assert_eq!(unwrapped(text), expected, "{text}");
        }
    }

    #[test]
    fn finds_the_name_in_an_address() {
        let base = "https://www.linkedin.com/feed/update/urn";
        for (rest, expected) in [
            ("%3Ali%3Ashare%3A73", Some("urn:li:share:73")),
            (":li:groupPost:1-2?commentUrn=x", Some("urn:li:groupPost:1-2")),
            ("", None),
            ("%3Ali%3A", None),
        ] {
            assert_eq!(urn(&format!("{base}{rest}")).as_deref(), expected, "{rest}");
        }
    }
}
