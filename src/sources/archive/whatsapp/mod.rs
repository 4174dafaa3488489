//! WhatsApp: one chat as text. Read only on request. Whose phone it was stands nowhere; it is told where two people talk and
//! the file is named after one of them.

mod line;

use std::collections::BTreeSet;
use std::sync::Arc;

use whitecoat_engine::{Authorship, Item, Kind, Media, Precision, Profile, Visibility};

use super::account::{Account, recognised};
use super::container::Entry;
use super::format::{Export, Format, Is, Known, Role};
use super::gather::Gather;
use super::item::{MAX_TEXT_BYTES, derived_id};
use super::{MESSAGES, attached, lines};
use crate::sources::{InputError, Stopped};
use line::{Line, Order, Orders, SYSTEM_MARK, Stamp};

const PLATFORM: &str = "whatsapp";

const CHAT: Role = "chat";

/// How many people of a chat are told apart. Groups have up to 1,024, over the years more.
const MAX_PEOPLE: usize = 10_000;

const EMPTY: &str = "A file is empty (0 bytes)";
const LONG_LINE: &str = "A line is too long (limit: 1 MiB) and was cut there";
const NO_LINES: &str = "WhatsApp: no line of the file is a message";
const EVENT: &str = "WhatsApp: calls, deletions and other events, and files without words, hold no words";
const NO_ORDER: &str =
    "WhatsApp: the dates can be read in two ways (day or month first), so that the messages have no time";
const NO_ZONE: &str = "WhatsApp: times are those of the phone, and were taken as UTC";
const NO_OWNER: &str =
    "WhatsApp: the chat does not say whose phone it was, so that all messages count as somebody else's";

/// WhatsApp's export.
pub(super) static FORMAT: Format = Format {
    name: "WhatsApp",
    files: &[
        Known("_chat.txt", Is::Telling(CHAT)),
        Known("whatsapp chat*.txt", Is::Telling(CHAT)),
        Known("whatsapp-*.txt", Is::Telling(CHAT)),
        Known("discussion whatsapp*.txt", Is::Telling(CHAT)),
        Known("chat whatsapp*.txt", Is::Telling(CHAT)),
        Known("chat de whatsapp*.txt", Is::Telling(CHAT)),
        Known("conversa do whatsapp*.txt", Is::Telling(CHAT)),
        Known("*.vcf", Is::Left("WhatsApp: contacts that were sent are not read")),
    ],
    by_content,
    read,
};

/// The first line has a stamp with a comma, as logs do not.
fn by_content(start: &[u8]) -> Option<Role> {
    let start = String::from_utf8_lossy(start);
    let first = start.lines().next()?;
    let head: String = first.chars().take(24).collect();
    (head.contains([',', '\u{60c}']) && Line::of(first).is_some()).then_some(CHAT)
}

fn read(export: &mut Export<'_>) -> Result<(), InputError> {
    recognised(export, "");
    let mut gather = Gather::default();
    for entry in export.of(CHAT) {
        let Some(chat) = Chat::of(export, &entry) else { continue };
        let coverage = gather.coverage();
        if chat.lines == 0 {
            coverage.fail(NO_LINES, &entry.name);
        } else if !export.options.include_messages {
            coverage.skip_many(MESSAGES, &entry.name, chat.messages);
        } else {
            coverage.note(NO_ZONE);
            if chat.order.is_none() && chat.needs_order {
                coverage.note(NO_ORDER);
            }
            if chat.owner.is_none() {
                coverage.note(NO_OWNER);
            }
            chat.read(export, &entry, &mut gather)?;
        }
    }
    gather.finish(export.sink)?;
    Ok(())
}

/// What the first reading of a chat finds.
struct Chat {
    lines: u64,
    messages: u64,
    order: Option<Order>,
    needs_order: bool,
    owner: Option<String>,
    account: Account,
}

impl Chat {
    fn of(export: &mut Export<'_>, entry: &Entry) -> Option<Self> {
        if entry.size == 0 {
            export.sink.coverage().fail(EMPTY, &entry.name);
            return None;
        }
        let (mut orders, mut people) = (Orders::default(), BTreeSet::new());
        let (mut lines, mut messages, mut needs_order) = (0, 0, false);
        let read = lines::each(export.container, entry, &mut |text, _, _| {
            let Some(line) = Line::of(text) else { return Ok(()) };
            lines += 1;
            needs_order |= line.stamp.moment(None).is_none();
            orders.add(line.stamp);
            if let Some(name) = line.name {
                messages += 1;
                if people.len() < MAX_PEOPLE && !people.contains(name) {
                    people.insert(name.to_owned());
                }
            }
            Ok(())
        });
        if let Ok(Some(reason)) = read {
            export.sink.coverage().fail(&reason, &entry.name);
        }
        let owner = owner(&people, entry, export.name);
        let profile = Profile { name: owner.clone().unwrap_or_default(), ..Profile::default() };
        let account = Account { platform: PLATFORM, profile: Arc::new(profile), ..Account::default() };
        Some(Self { lines, messages, order: orders.found(), needs_order, owner, account })
    }

    fn read(&self, export: &mut Export<'_>, entry: &Entry, gather: &mut Gather) -> Result<(), Stopped> {
        let Export { container, sink, .. } = export;
        let mut open: Option<Message> = None;
        // What cannot be read further was said at the first reading.
        lines::each(container, entry, &mut |text, number, bytes| {
            sink.progress().inc(bytes);
            if bytes > lines::MAX_LINE_BYTES {
                gather.coverage().fail(LONG_LINE, format!("{}#line {number}", entry.name));
            }
            match Line::of(text) {
                Some(line) => {
                    if let Some(message) = open.take() {
                        message.keep(self, gather);
                    }
                    let place = format!("{}#line {number}", entry.name);
                    match line.name {
                        Some(name) => open = Some(Message::of(&line, name, place)),
                        None => gather.coverage().skip(EVENT, place),
                    }
                }
                None => {
                    if let Some(message) = &mut open {
                        message.go_on(text);
                    }
                }
            }
            gather.hand_over(*sink)
        })?;
        if let Some(message) = open {
            message.keep(self, gather);
        }
        Ok(())
    }
}

/// The one of two people whom the file is not named after: a phone names the file after the other one.
fn owner(people: &BTreeSet<String>, entry: &Entry, input: &str) -> Option<String> {
    let names: Vec<&String> = people.iter().collect();
    let [one, two] = names.as_slice() else { return None };
    let stems = [entry.file_name(), input.rsplit(['/', '\\']).next().unwrap_or_default()]
        .map(|name| without_number(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).to_lowercase());
    let is_named = |name: &str| stems.iter().any(|stem| stem.ends_with(&format!(" {}", name.to_lowercase())));
    match (is_named(one), is_named(two)) {
        (true, false) => Some((*two).clone()),
        (false, true) => Some((*one).clone()),
        _ => None,
    }
}

/// A file's name without what a computer adds to the second of that name: ` (1)`.
fn without_number(stem: &str) -> &str {
    let numbered = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once(" ("));
    let numbered = numbered.filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    numbered.map_or(stem, |(name, _)| name)
}

/// A message while its lines are read.
struct Message {
    stamp: Stamp,
    written: String,
    name: String,
    text: String,
    place: String,
}

impl Message {
    fn of(line: &Line<'_>, name: &str, place: String) -> Self {
        let (written, text) = (line.written.to_owned(), line.text.to_owned());
        Self { stamp: line.stamp, written, name: name.to_owned(), text, place }
    }

    fn go_on(&mut self, text: &str) {
        // What is longer than an item may be is cut there, and marked.
        if self.text.len() <= MAX_TEXT_BYTES {
            self.text.push('\n');
            self.text.push_str(text);
        }
    }

    fn keep(self, chat: &Chat, gather: &mut Gather) {
        let (shown, media) = content(&self.text);
        let own = chat.owner.as_ref().is_some_and(|owner| *owner == self.name);
        let created_at = self.stamp.moment(chat.order);
        let item = Item {
            id: derived_id(&[&self.written, &self.name, &shown]),
            kind: Kind::Message,
            text: shown,
            created_at,
            created_precision: created_at.map_or(Precision::Unknown, |_| self.stamp.precision()),
            authorship: if own { Authorship::Own } else { Authorship::Other },
            visibility: Visibility::Private,
            media,
            ..chat.account.item(&self.place)
        };
        gather.keep(item, EVENT);
    }
}

/// The words of a message and its file. What WhatsApp has written itself begins with a mark, in whatever language.
fn content(text: &str) -> (String, Vec<Media>) {
    let mut media = Vec::new();
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let is_system = line.starts_with(SYSTEM_MARK);
        let (words, file) = match line.rsplit_once("\u{200e}<") {
            // `<attached: scan.jpg>`, and in the same place `<This message was edited>`.
            Some((before, note)) if note.ends_with('>') => {
                let file = note.strip_suffix('>').and_then(|note| note.rsplit_once(": "));
                (before, file.map(|(_, name)| name))
            }
            // `scan.jpg (file attached)`.
            _ if number == 0 && line.ends_with(')') && is_file(line) => {
                ("", line.split_once(" (").map(|(name, _)| name.trim_start_matches(SYSTEM_MARK)))
            }
            // A name with spaces may be people's words as well, and is kept as both.
            _ if number == 0 && line.ends_with(')') => (line, document(line)),
            _ => (line, None),
        };
        let is_note = words.len() < line.len();
        media.extend(file.filter(|name| name.contains('.')).map(attached::at));
        let words = words.replace([SYSTEM_MARK, '\u{200f}'], "");
        // A line that WhatsApp wrote, such as "image omitted"; one of several is a poll, whose words are people's.
        let dropped = number == 0 && is_system && !is_note && text.lines().count() == 1;
        let nothing_left = is_note && words.trim().is_empty();
        if !dropped && !nothing_left {
            lines.push(words.trim().to_owned());
        }
    }
    let shown = lines.join("\n").trim().to_owned();
    // What Android puts in place of a file, in angle brackets and whatever language.
    let placeholder = shown.starts_with('<') && shown.ends_with('>') && !shown.contains('\n');
    (if placeholder { String::new() } else { shown }, media)
}

/// `Letter of May.pdf` of `Letter of May.pdf (file attached)`.
fn document(line: &str) -> Option<&str> {
    const ENDINGS: &[&str] = &["csv", "doc", "docx", "odt", "pdf", "ppt", "pptx", "rtf", "xls", "xlsx"];
    let (name, _) = line.rsplit_once(" (")?;
    let (_, ending) = name.rsplit_once('.')?;
    ENDINGS.contains(&ending.to_lowercase().as_str()).then_some(name.trim_start_matches(SYSTEM_MARK))
}

/// Whether a line is a file name and a remark in brackets.
fn is_file(line: &str) -> bool {
    line.split_once(" (").is_some_and(|(name, _)| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        !name.contains(' ')
            && (2..=4).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::archive::container::Container;

    #[test]
    fn words_are_told_from_what_whatsapp_writes() {
        for (text, words, file) in [
            ("\u{200e}image omitted", "", None),
            ("<Media omitted>", "", None),
            ("\u{200e}<attached: scan.jpg>", "", Some("scan.jpg")),
            ("A letter • \u{200e}1 page \u{200e}<attached: doc.pdf>", "A letter • 1 page", Some("doc.pdf")),
            ("IMG-1.jpg (file attached)\nher arm", "her arm", Some("IMG-1.jpg")),
            ("\u{200e}IMG-1.jpg (file attached)", "", Some("IMG-1.jpg")),
            (
                "Letter of May.pdf (file attached)",
                "Letter of May.pdf (file attached)",
                Some("Letter of May.pdf"),
            ),
            ("better now \u{200e}<This message was edited>", "better now", None),
            (
                "\u{200e}POLL:\nWho is on call?\n\u{200e}OPTION: me (1 vote)",
                "POLL:\nWho is on call?\nOPTION: me (1 vote)",
                None,
            ),
            ("SpO2 <90 (bad)", "SpO2 <90 (bad)", None),
            ("a <3 b>", "a <3 b>", None),
            ("see (here)", "see (here)", None),
        ] {
            let (shown, media) = content(text);
            assert_eq!(
                (shown.as_str(), media.first().map(|medium| medium.file_name.as_str())),
                (words, file),
                "{text}"
            );
        }
    }

    #[test]
    fn the_owner_is_the_other_one_of_two() {
        let people = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let two = people(&["Ann", "Bea"]);
        let told = |people: &BTreeSet<String>, input: &str| {
            let mut container = Container::open(&["Cargo.toml".into()], &mut Default::default()).ok()?;
            owner(people, &container.entries.pop()?, input)
        };
        assert_eq!(told(&two, "/x/WhatsApp Chat - Bea.zip").as_deref(), Some("Ann"));
        assert_eq!(told(&two, "/x/WhatsApp Chat with Bea (1).txt").as_deref(), Some("Ann"));
        assert_eq!(told(&two, "/x/chat.zip"), None);
        assert_eq!(told(&people(&["Ann", "Bea", "Cy"]), "WhatsApp Chat with Bea.txt"), None);
    }
}
