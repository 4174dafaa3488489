//! Medium: one page a post. Responses to others lie among the posts, and nothing says what they answer.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::Offset;
use scraper::ElementRef;
use whitecoat_engine::{Item, Kind, Moment, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::html::{self, first, text_of, titled};
use super::item::derived_id;
use super::stored_html;
use super::value::some;
use crate::coverage::Coverage;
use crate::sources::InputError;

const PLATFORM: &str = "medium";

const POST: Role = "posts";
const PROFILE: Role = "profile";
const ABOUT: Role = "about";

/// How many posts are looked at for the name of their author, where there is no profile.
const MAX_LOOKS: usize = 20;

const READING: Is = Is::Left("Medium: claps, highlights, lists and what is followed are not read");
const SYSTEM: Is = Is::Left("Medium: sessions, addresses and payments are not read");

const NOT_A_POST: &str = "Medium: a page in the folder of posts is no post";
const NO_WORDS: &str = "Medium: a post without words and pictures";
const FLAT: &str = "Medium: a post that nests its HTML too deep was read as plain text";
const BAD_TIME: &str = "Medium: a time was not understood; the item was kept without it";

/// Medium's export.
pub(super) static FORMAT: Format = Format {
    name: "Medium",
    files: &[
        Known("profile/profile.html", Is::Telling(PROFILE)),
        Known("profile/about.html", Is::Part(ABOUT)),
        Known("posts/*.html", Is::Part(POST)),
        Known("claps/", READING),
        Known("highlights/", READING),
        Known("bookmarks/", READING),
        Known("lists/", READING),
        Known("interests/", READING),
        Known("following/", READING),
        Known("authors-following/", READING),
        Known("pubs-following/", READING),
        Known("topics-following/", READING),
        Known("users-following/", READING),
        Known("blocks/", READING),
        Known("sessions/", SYSTEM),
        Known("ips/", SYSTEM),
        Known("earnings/", SYSTEM),
        Known("partner-program/", SYSTEM),
        Known("profile/", SYSTEM),
        Known("readme.html", SYSTEM),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    let has = |mark: &str| memchr::memmem::find(start, mark.as_bytes()).is_some();
    (has("<article class=\"h-entry\">") && has("p-name") && has("data-field=")).then_some(POST)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    let (account, about) = gather_account(export);
    let owner = if account.handle.is_empty() { String::new() } else { format!("@{}", account.handle) };
    recognised(export, &owner);
    let mut gather = Gather::default();
    if let Some(bio) = account.bio(&format!("{about}#0"), Visibility::Public) {
        gather.keep(bio, NO_WORDS);
    }
    for entry in export.of(POST) {
        if let Some(page) = html::page(export, &entry) {
            post(&account, &page, &entry, &mut gather);
        }
        gather.hand_over(export.sink)?;
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// The account, and the file that holds the bio.
fn gather_account(export: &mut Export<'_>) -> (Account, String) {
    let mut profile = Profile::default();
    let mut handle = String::new();
    let mut about = String::new();
    for entry in export.of(PROFILE) {
        let Some(page) = html::page(export, &entry) else { continue };
        let Some(tree) = html::tree(export, &page) else { continue };
        let root = tree.root_element();
        profile.name = text_of(root, ".p-name");
        handle = text_of(root, "a.u-url").trim_start_matches('@').to_owned();
    }
    for entry in export.of(ABOUT) {
        let Some(page) = html::page(export, &entry) else { continue };
        let Some(tree) = html::tree(export, &page) else { continue };
        let body = text_of(tree.root_element(), "body");
        profile.bio = body.strip_prefix("About").unwrap_or(&body).trim().to_owned();
        about = entry.name;
    }
    for entry in export.of(POST).iter().take(MAX_LOOKS) {
        if !handle.is_empty() {
            break;
        }
        let start = export.container.peek(entry, usize::from(u16::MAX));
        let start = String::from_utf8_lossy(&start);
        let author = start.split_once("https://medium.com/@").map_or("", |(_, rest)| rest);
        let end = author.find(['"', '/', '?']).unwrap_or(0);
        author.get(..end).unwrap_or_default().clone_into(&mut handle);
    }
    (Account { platform: PLATFORM, handle, profile: Arc::new(profile) }, about)
}

fn post(account: &Account, page: &str, entry: &Entry, gather: &mut Gather) {
    let place = format!("{}#0", entry.name);
    let Some(tree) = stored_html::tree(page, gather.coverage()) else {
        gather.coverage().note(FLAT);
        let text = html::text_without_tree(page);
        let id = derived_id(&[&entry.name]);
        let item = Item { id, kind: Kind::Article, text, ..account.item(&place) };
        return gather.keep(item, NO_WORDS);
    };
    // The fragment has no body of its own: what matters stands in the article.
    let Some(article) = first(tree.root_element(), "article, .h-entry") else {
        return gather.coverage().fail(NOT_A_POST, place);
    };
    let item = item(account, article, entry, place, gather.coverage());
    gather.keep(item, NO_WORDS);
}

fn item(
    account: &Account,
    article: ElementRef<'_>,
    entry: &Entry,
    place: String,
    coverage: &mut Coverage,
) -> Item {
    let body = first(article, "[data-field=body], .e-content");
    let stored = body.map(|body| stored_html::of(body, &[])).unwrap_or_default();
    let subtitle = text_of(article, "[data-field=subtitle]");
    // Title and subtitle mostly stand in the body again.
    let below = if stored.text.contains(&subtitle) { stored.text } else { titled(&subtitle, &stored.text) };
    let shown = titled(&text_of(article, "h1.p-name, .p-name"), &below);
    let link =
        |selector: &str| first(article, selector).and_then(|link| link.attr("href")).unwrap_or_default();
    let published = link("a.p-canonical");
    let is_draft = entry.file_name().starts_with("draft") || published.is_empty();
    let written =
        first(article, "time.dt-published").and_then(|time| time.attr("datetime")).unwrap_or_default();
    let by_page: Option<Moment> = written.parse().ok();
    if by_page.is_none() && !written.is_empty() {
        coverage.fail(BAD_TIME, &place);
    }
    let (created_at, created_precision) = match by_page {
        Some(moment) => (Some(moment), Precision::Second),
        None => day(entry.file_name()),
    };
    let last = last_link(article);
    let number = [published, &last, entry.file_name().trim_end_matches(".html")].into_iter().find_map(number);
    Item {
        id: number.unwrap_or_else(|| derived_id(&[written, &shown])),
        kind: Kind::Article,
        created_at,
        created_precision,
        url: some(published).filter(|url| url.starts_with("http")),
        visibility: if is_draft { Visibility::Private } else { Visibility::Public },
        text: shown,
        media: stored.media,
        ..account.item(&place)
    }
}

/// Where a draft can be seen by its author: `https://medium.com/p/ababab12121212`.
fn last_link(article: ElementRef<'_>) -> String {
    let links = html::all(article, "footer a[href*=\"/p/\"]");
    links.last().and_then(|link| link.attr("href")).unwrap_or_default().to_owned()
}

/// The number of a post: the hexadecimal digits at the end of its address or file name.
fn number(name: &str) -> Option<String> {
    let end = name.split(['?', '#']).next()?.rsplit(['-', '/', '_']).next()?;
    let is_number = (8..=16).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| end.to_owned())
}

/// The day that a file name begins with.
fn day(file_name: &str) -> (Option<Moment>, Precision) {
    let date: Option<Date> = file_name.get(..10).and_then(|date| date.parse().ok());
    let moment = date.and_then(|date| Moment::of_clock(date.at(0, 0, 0, 0), Offset::UTC));
    (moment, moment.map_or(Precision::Unknown, |_| Precision::Day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_end() {
        for (name, expected) in [
            ("https://medium.com/@jo/a-title-efefef12121212?source=x", Some("efefef12121212")),
            ("https://medium.com/p/ababab12121212", Some("ababab12121212")),
            ("2018-08-11_A-title-efefef121212", Some("efefef121212")),
            ("draft_no-number", None),
            ("", None),
        ] {
            assert_eq!(number(name).as_deref(), expected, "{name}");
        }
        assert_eq!((day("2018-02-31_x.html").0, day("é").0), (None, None));
    }
}
