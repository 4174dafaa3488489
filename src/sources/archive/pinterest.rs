//! Pinterest: one page with a section for each sort of content, in lines of `Key: value`.

use scraper::Html;
use whitecoat_engine::{Authorship, Item, Kind, LiveState, Media, Precision, Visibility};

use super::account::{Account, recognised};
use super::clock::{self, Shape};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::item::derived_id;
use super::twins::Seen;
use super::{html, sections};
use crate::sources::web::page::gate;
use crate::sources::{Batch, Decoded, InputError, Stopped};

const PAGE: Role = "page";

const NO_WORDS: &str = "Pinterest: a pin, board or comment without words";
const NOTHING: &str = "Pinterest: a page in which nothing was found: the layout may be a new one";
const TOO_DEEP: &str = "Pinterest: a record nests too deep or holds too many elements";
const BAD_TIME: &str = "Pinterest: a time was not understood; the item was kept without it";
const OTHER: &str = "Pinterest: sections other than pins, boards and comments are not read";

/// The zone is not known: taken as UTC.
const TIMES: &[Shape] = &[("%Y/%m/%d %H:%M:%S", Precision::Second)];

/// Pinterest's export.
pub(super) static FORMAT: Format = Format {
    name: "Pinterest",
    files: &[Known("pinterest*.html", Is::Telling(PAGE))],
    by_content: |start| {
        let start = String::from_utf8_lossy(start);
        (start.contains("<h1") && start.contains("pinterest.com/pin/")).then_some(PAGE)
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
    let mut found = entry.size == 0;
    sections::read(export, entry, "<br><br>", |offset, piece, sink| {
        let place = format!("{}#{offset}", entry.name);
        if gate::check(piece).is_err() {
            sink.coverage().fail(TOO_DEEP, place);
            return Ok(());
        }
        let tree = Html::parse_fragment(piece);
        let root = tree.root_element();
        if let Some(heading) = html::all(root, "h1").last() {
            section = html::text(*heading, &[]);
        }
        let words = html::text(root, &["h1"]);
        let lines = Lines::of(&words);
        if lines.0.is_empty() {
            if !section.is_empty() && !words.trim().is_empty() && kind(&section).is_none() {
                sink.coverage().skip(OTHER, place);
            }
            return Ok(());
        }
        found = true;
        let Some(kind) = kind(&section) else {
            sink.coverage().skip(OTHER, place);
            return Ok(());
        };
        let link = html::first(root, "a[href*=\"pinterest.com/pin/\"]").and_then(|link| link.attr("href"));
        let mut out = Decoded::default();
        let item = item(&lines, kind, link, &place, &mut out);
        if item.text.is_empty() && item.media.iter().all(|medium| medium.alt.is_empty()) {
            out.coverage.skip(NO_WORDS, place);
        } else {
            seen.keep(item, &mut out);
        }
        sink.coverage().absorb(out.coverage);
        sink.batch(Batch::ready(out.items))
    })?;
    if !found {
        export.sink.coverage().fail(NOTHING, &entry.name);
    }
    Ok(())
}

fn kind(section: &str) -> Option<Kind> {
    match section.to_ascii_lowercase().as_str() {
        "pins" | "boards" => Some(Kind::Post),
        "comments" => Some(Kind::Comment),
        _ => None,
    }
}

fn item(lines: &Lines, kind: Kind, link: Option<&str>, place: &str, out: &mut Decoded) -> Item {
    let date = lines.get(&["created at"]);
    let (created_at, created_precision) = clock::utc(date, TIMES);
    if created_at.is_none() && !date.is_empty() {
        out.coverage.fail(BAD_TIME, place);
    }
    let text = html::titled(
        lines.get(&["title", "name"]),
        lines.get(&["details", "description", "text", "comment"]),
    );
    let alt = lines.get(&["alt text"]);
    let image = lines.get(&["image"]);
    let account =
        Account { platform: "pinterest", handle: lines.get(&["username"]).to_owned(), ..Account::default() };
    // A pin that repeats another one has the words of that one.
    let again = lines.get(&["is a repin"]) == "True";
    let number = link.and_then(|link| link.split("/pin/").nth(1)?.split('/').next());
    Item {
        kind,
        id: number
            .filter(|number| !number.is_empty() && kind != Kind::Comment)
            .map_or_else(|| derived_id(&[date, &text]), str::to_owned),
        url: link.filter(|_| kind != Kind::Comment).map(str::to_owned),
        authorship: if again { Authorship::Reshare } else { Authorship::Own },
        visibility: match lines.get(&["private"]) {
            "True" => Visibility::Private,
            "False" => Visibility::Public,
            _ => Visibility::Unknown,
        },
        live_state: if lines.get(&["alive"]) == "False" { LiveState::Deleted } else { LiveState::Unknown },
        media: vec![Media { file_name: image.to_owned(), alt: alt.to_owned(), ..Media::default() }]
            .into_iter()
            .filter(|medium| !medium.file_name.is_empty() || !medium.alt.is_empty())
            .collect(),
        created_at,
        created_precision,
        text,
        profile: None,
        ..account.item(place)
    }
}

/// The values of a record by their keys, in lower case.
struct Lines(Vec<(String, String)>);

impl Lines {
    /// A line without a key goes on with the value before it.
    fn of(text: &str) -> Self {
        let mut lines: Vec<(String, String)> = Vec::new();
        for line in text.lines().map(|line| line.trim().trim_end_matches(',')) {
            let key = line.split_once(':').filter(|(key, _)| is_key(key));
            match (key, lines.last_mut()) {
                (Some((key, value)), _) => {
                    let value = Some(value.trim()).filter(|value| *value != "No data").unwrap_or_default();
                    lines.push((key.to_lowercase(), value.to_owned()));
                }
                (None, Some((_, value))) if !line.is_empty() => {
                    value.push('\n');
                    value.push_str(line);
                }
                _ => {}
            }
        }
        Self(lines)
    }

    fn get(&self, keys: &[&str]) -> &str {
        let found = |key: &str| self.0.iter().find(|(name, value)| name == key && !value.is_empty());
        keys.iter().find_map(|key| found(key)).map_or("", |(_, value)| value.as_str())
    }
}

fn is_key(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "title",
        "name",
        "details",
        "description",
        "text",
        "comment",
        "image",
        "is native",
        "board id",
        "board name",
        "is video",
        "ip address",
        "username",
        "alt text",
        "canonical link",
        "story pin media",
        "video",
        "created at",
        "alive",
        "is a repin",
        "private",
        "category",
        "pin",
        "link",
        "about",
        "location",
        "email",
    ];
    KEYS.contains(&key.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn a_line_without_a_key_goes_on_with_the_one_before() {
        let lines = Lines::of("https://x/pin/1/\nTitle: No data,\nDetails: one, two:\nthree,\nAlive: True");
        assert_eq!(lines.get(&["title", "details"]), "one, two:\nthree");
        assert_eq!((lines.get(&["alive"]), lines.get(&["private"])), ("True", ""));
        let lines = Lines::of("Alt text: a hand\nLink: https://maya.example");
        assert_eq!((lines.get(&["alt text"]), lines.get(&["link"])), ("a hand", "https://maya.example"));
    }
}
