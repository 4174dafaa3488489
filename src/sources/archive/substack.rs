//! Substack: a table of posts, and a page for the body of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use whitecoat_engine::{Item, Kind, Moment, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::attached;
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::html::{self, plain, titled};
use super::rows::{self, Header, Table};
use super::stored_html::{self, Stored};
use super::value::some;
use crate::sources::{InputError, Stopped};

const PLATFORM: &str = "substack";

const TABLE: Role = "table of posts";
const BODY: Role = "bodies of posts";

/// How many posts are read at most.
const MAX_POSTS: usize = 100_000;

const READERS: Is = Is::Left("Substack: who subscribes, and who received or opened a post, is not read");

const TOO_MANY: &str = "Substack: the table has too many posts (limit: 100,000): the rest is not read";
const NO_ROW: &str = "Substack: posts without a row in the table have no title, no date and no audience";
const NO_WORDS: &str = "Substack: a post without words and pictures";
const BAD_TIME: &str = "Substack: a time was not understood; the item was kept without it";

/// Substack's export.
pub(super) static FORMAT: Format = Format {
    name: "Substack",
    files: &[
        Known("posts.csv", Is::Part(TABLE)),
        Known("posts/*.html", Is::Part(BODY)),
        Known("posts/*.delivers.csv", READERS),
        Known("posts/*.opens.csv", READERS),
        Known("email_list*.csv", READERS),
        Known("subscriber*.csv", READERS),
    ],
    by_content,
    read,
};

fn by_content(start: &[u8]) -> Option<Role> {
    Header::of(start).has(&["post_id", "post_date", "is_published", "audience"]).then_some(TABLE)
}

/// A row of the table.
struct Row {
    id: String,
    date: String,
    is_published: bool,
    audience: String,
    title: String,
    subtitle: String,
    podcast: String,
    place: String,
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    recognised(export, "");
    let mut rows = Vec::new();
    for entry in export.of(TABLE) {
        table(export, &entry, &mut rows)?;
    }
    let mut bodies: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in export.of(BODY) {
        bodies.insert(entry.file_name().trim_end_matches(".html").to_owned(), entry);
    }
    let account = Account { platform: PLATFORM, profile: Arc::new(Profile::default()), ..Account::default() };
    let mut gather = Gather::default();
    for row in rows {
        let entry = bodies.remove(&row.id);
        let stored = entry.map(|entry| body(export, &entry, &mut gather)).unwrap_or_default();
        let item = row.item(&account, stored, &mut gather);
        gather.keep(item, NO_WORDS);
        gather.hand_over(export.sink)?;
    }
    for (id, entry) in bodies {
        gather.coverage().note(NO_ROW);
        let Stored { text, media } = body(export, &entry, &mut gather);
        let item =
            Item { id, kind: Kind::Article, text, media, ..account.item(&format!("{}#0", entry.name)) };
        gather.keep(item, NO_WORDS);
        gather.hand_over(export.sink)?;
    }
    gather.finish(export.sink)?;
    Ok(())
}

fn table(export: &mut Export<'_>, entry: &Entry, all: &mut Vec<Row>) -> Result<(), Stopped> {
    let table = Table { needs: &["post_id", "title"], backslash: false };
    rows::read(export, entry, table, |row, out| {
        if all.len() >= MAX_POSTS {
            out.coverage.fail(TOO_MANY, &row.place);
            return;
        }
        all.push(Row {
            id: row.get("post_id").to_owned(),
            date: row.get("post_date").to_owned(),
            is_published: row.get("is_published").eq_ignore_ascii_case("true"),
            audience: row.get("audience").to_owned(),
            title: plain(row.get("title")),
            subtitle: plain(row.get("subtitle")),
            podcast: row.get("podcast_url").to_owned(),
            place: row.place.clone(),
        });
    })
}

fn body(export: &mut Export<'_>, entry: &Entry, gather: &mut Gather) -> Stored {
    let page = html::page(export, entry);
    page.map(|page| stored_html::read(&page, gather.coverage())).unwrap_or_default()
}

impl Row {
    fn item(self, account: &Account, stored: Stored, gather: &mut Gather) -> Item {
        let created_at: Option<Moment> = self.date.parse().ok();
        if created_at.is_none() && !self.date.is_empty() {
            gather.coverage().fail(BAD_TIME, &self.place);
        }
        let mut media = stored.media;
        media.extend(some(&self.podcast).map(|podcast| attached::at(&podcast)));
        Item {
            id: self.id,
            kind: Kind::Article,
            text: titled(&self.title, &titled(&self.subtitle, &stored.text)),
            created_at,
            created_precision: created_at.map_or(Precision::Unknown, |_| Precision::Second),
            visibility: match self.audience.as_str() {
                _ if !self.is_published => Visibility::Private,
                "everyone" => Visibility::Public,
                "only_paid" | "only_free" | "founding" => Visibility::Followers,
                _ => Visibility::Unknown,
            },
            media,
            ..account.item(&self.place)
        }
    }
}
