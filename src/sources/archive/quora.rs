//! Quora: one long page; a section a sort of content, `h2` before each record, a `div` with `strong` a field.

use scraper::{ElementRef, Html};
use whitecoat_engine::{Item, Kind, Parent, ParentKind, Precision, Visibility};

use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::item::derived_id;
use super::twins::Seen;
use super::{MESSAGES, html, sections};
use crate::sources::web::page::gate;
use crate::sources::{Batch, Decoded, InputError, Stopped};

const PAGE: Role = "page";
const PICTURE: Role = "picture";

const NO_WORDS: &str = "Quora: a record without words";
const NOTHING: &str = "Quora: a page in which nothing was found: the layout may be a new one";
const TOO_DEEP: &str = "Quora: a record nests too deep or holds too many elements";
const BAD_TIME: &str = "Quora: a time was not understood; the item was kept without it";
const OTHER: &str = "Quora: a section without words of one's own is not read";

const TIMES: &[Shape] = &[
    ("%Y-%m-%dT%H:%M:%S%.f%:z", Precision::Second),
    ("%Y-%m-%d %H:%M:%S%.f%:z", Precision::Second),
    ("%Y-%m-%d %H:%M:%S", Precision::Second),
    ("%Y-%m-%d", Precision::Day),
    ("%B %d, %Y", Precision::Day),
    ("%b %d, %Y", Precision::Day),
];

/// Quora's export, which its support sends on request.
pub(super) static FORMAT: Format = Format {
    name: "Quora",
    files: &[Known("qimg-*", Is::Telling(PICTURE)), Known("index.html", Is::Part(PAGE))],
    by_content: |start| {
        let start = String::from_utf8_lossy(start).to_lowercase();
        (start.contains("quora") && start.contains("<h1") && start.contains("<strong>")).then_some(PAGE)
    },
    read,
};

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    recognised(export, "");
    let mut seen = Seen::default();
    for entry in export.of(PAGE) {
        page(export, &entry, &mut seen)?;
    }
    Ok(())
}

fn page(export: &mut Export<'_>, entry: &Entry, seen: &mut Seen) -> Result<(), Stopped> {
    let mut section = String::new();
    let messages = export.options.include_messages;
    let mut found = entry.size == 0;
    sections::read(export, entry, "<h2", |offset, piece, sink| {
        let place = format!("{}#{offset}", entry.name);
        // The heading of the next section stands at the end of the last record of the one before.
        let (record, next) = match piece.find("<h1") {
            Some(at) => (piece.get(..at).unwrap_or_default(), piece.get(at..)),
            None => (piece, None),
        };
        if gate::check(piece).is_err() {
            sink.coverage().fail(TOO_DEEP, place);
            return Ok(());
        }
        let mut out = Decoded::default();
        if record.starts_with("<h2") {
            found = true;
            let tree = Html::parse_fragment(record);
            let fields = Values::of(tree.root_element());
            match sort(&section) {
                Some((Kind::Message, _)) if !messages => out.coverage.skip(MESSAGES, place),
                Some((kind, visibility)) => {
                    let item = item(&fields, kind, visibility, &place, &mut out);
                    if item.text.is_empty() {
                        out.coverage.skip(NO_WORDS, place);
                    } else {
                        seen.keep(item, &mut out);
                    }
                }
                None => out.coverage.skip(OTHER, place),
            }
        }
        if let Some(next) = next {
            let tree = Html::parse_fragment(next);
            section = html::all(tree.root_element(), "h1")
                .last()
                .map(|h1| html::text(*h1, &[]))
                .unwrap_or_default();
        }
        sink.coverage().absorb(out.coverage);
        sink.batch(Batch::ready(out.items))
    })?;
    if !found {
        export.sink.coverage().fail(NOTHING, &entry.name);
    }
    Ok(())
}

/// What a section holds, by its title.
fn sort(section: &str) -> Option<(Kind, Visibility)> {
    let section = section.trim().to_lowercase();
    let visibility = if section.contains("draft") { Visibility::Private } else { Visibility::Unknown };
    let kind = if section.contains("message") {
        return Some((Kind::Message, Visibility::Private));
    } else if section.contains("comment") {
        Kind::Comment
    } else if section.starts_with("answer") {
        Kind::Reply
    } else if section.starts_with("profile description") {
        Kind::Profile
    } else if ["question", "post", "space"].iter().any(|word| section.starts_with(word)) {
        Kind::Post
    } else {
        return None;
    };
    Some((kind, visibility))
}

fn item(values: &Values, kind: Kind, visibility: Visibility, place: &str, out: &mut Decoded) -> Item {
    let date = values.get(&["creation time", "created", "creation date", "publication time", "time", "date"]);
    let (created_at, created_precision) = clock::utc(date, TIMES);
    if created_at.is_none() && !date.is_empty() {
        out.coverage.fail(BAD_TIME, place);
    }
    let answered = match kind {
        Kind::Reply | Kind::Comment => values.get(&["question", "answer", "post", "parent"]),
        _ => "",
    };
    let title = if kind == Kind::Post { values.get(&["title", "post title", "question"]) } else { "" };
    let text = html::titled(title, values.get(&["content", "post content", "text", "description"]));
    let account = Account { platform: "quora", ..Account::default() };
    Item {
        kind,
        id: derived_id(&[date, answered, &text]),
        parent: (!answered.is_empty()).then(|| Parent {
            kind: ParentKind::Post,
            text: Some(answered.to_owned()),
            ..Parent::default()
        }),
        visibility,
        created_at,
        created_precision,
        text,
        profile: None,
        ..account.item(place)
    }
}

/// The fields of a record by their names, in lower case.
struct Values(Vec<(String, String)>);

impl Values {
    fn of(record: ElementRef<'_>) -> Self {
        let field = |name: ElementRef<'_>| {
            let value = name.next_siblings().find_map(ElementRef::wrap)?;
            let key = html::text(name, &[]).trim_end_matches(':').trim().to_lowercase();
            Some((key, html::text(value, &[])))
        };
        Self(html::all(record, "div > strong").into_iter().filter_map(field).collect())
    }

    fn get(&self, keys: &[&str]) -> &str {
        let found = |key: &str| self.0.iter().find(|(name, value)| name == key && !value.is_empty());
        keys.iter().find_map(|key| found(key)).map_or("", |(_, value)| value.as_str())
    }
}
