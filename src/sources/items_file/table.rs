//! Items as rows of a table: flat columns for the nested fields.

use std::io::Read;

use csv::ByteRecord;
use serde_json::{Map, Value};

use super::{BYTE_ORDER_MARK, Items, NOT_UTF8};
use crate::coverage::Coverage;
use crate::formula;
use crate::identity::DERIVED_ID;
use crate::sources::split::{Chunk, Dialect};

/// The columns of an items table, in the order in which they are written.
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "kind",
    "platform",
    "account",
    "text",
    "created_at",
    "created_precision",
    "seen_at",
    "url",
    "authorship",
    "visibility",
    "live_state",
    "parent_author",
    "parent_kind",
    "parent_id",
    "parent_handle",
    "parent_text",
    "thread",
    "version_of",
    "media_kind",
    "media_path",
    "media_file_name",
    "media_alt",
    "media_gps",
    "media_captured_at",
    "media_title",
    "media_author",
    "media_patient",
    "media_device",
    "media_more",
    "profile_name",
    "profile_bio",
    "profile_profession",
    "profile_employer",
    "profile_location",
    "profile_jurisdiction",
    "profile_former_names",
    "profile_settings",
    "source",
    "truncated",
];

/// Names that other tools and people use for a column. The first of a table counts, and the column's own name before all.
const ALIASES: &[(&str, &str)] = &[
    ("body", "text"),
    ("content", "text"),
    ("message", "text"),
    ("comment", "text"),
    ("post", "text"),
    ("post_text", "text"),
    ("comment_text", "text"),
    ("post_body", "text"),
    ("comment_body", "text"),
    ("date", "created_at"),
    ("datum", "created_at"),
    ("fecha", "created_at"),
    ("data", "created_at"),
    ("time", "created_at"),
    ("timestamp", "created_at"),
    ("created", "created_at"),
    ("posted_at", "created_at"),
    ("posted", "created_at"),
    ("post_date", "created_at"),
    ("comment_date", "created_at"),
    ("published", "created_at"),
    ("published_at", "created_at"),
    ("link", "url"),
    ("permalink", "url"),
    ("address", "url"),
    ("type", "kind"),
    ("network", "platform"),
    ("site", "platform"),
    ("handle", "account"),
    ("username", "account"),
    ("audience", "visibility"),
    ("privacy", "visibility"),
    ("parent", "parent_text"),
    ("in_reply_to", "parent_text"),
    ("answers", "parent_text"),
    ("image", "media_path"),
    ("attachment", "media_path"),
    ("alt", "media_alt"),
    ("alt_text", "media_alt"),
    ("name", "profile_name"),
    ("bio", "profile_bio"),
    ("profession", "profile_profession"),
    ("specialty", "profile_profession"),
    ("employer", "profile_employer"),
    ("location", "profile_location"),
];
/// Columns of words that stand above the text.
const TITLES: &[&str] = &["title", "subject", "headline", "post_title"];

/// Columns of own words, where they stand beside the post that they answer.
const ANSWERS: &[&str] = &["comment", "comment_text", "comment_body"];
const TEXTS: &[&str] = &["text", "body", "content", "message"];
const ANSWERED: &[&str] = &["post", "post_text", "post_body"];

/// How many columns that are ignored are named.
const NAMED: usize = 10;
const TOO_MANY_CELLS: &str = "the row has more cells than the first row; the rest was not read";

/// Which column holds which field.
pub(super) struct Header {
    columns: Vec<Option<&'static str>>,
    /// The column whose words stand above the text.
    title: Option<usize>,
    ignored: Vec<String>,
}

/// Whether a header cell may stand for the column `text`.
pub(super) fn is_text(cell: &str) -> bool {
    let name = name(cell);
    name == "text" || alias(&name) == Some("text")
}

fn name(cell: &str) -> String {
    cell.trim().trim_start_matches('\u{feff}').to_lowercase().replace([' ', '-', '.'], "_")
}

fn alias(name: &str) -> Option<&'static str> {
    ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, column)| *column)
}

impl Header {
    /// Takes the first row off the first chunk. `None` if there is no row.
    pub(super) fn take(chunk: &mut Chunk, delimiter: u8) -> Option<Self> {
        let mut reader = reader(chunk.bytes.as_slice(), delimiter);
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            return None;
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(chunk.bytes.len());
        drop(reader);
        let head = chunk.bytes.drain(..end);
        chunk.first_line += head.filter(|&byte| byte == b'\n').count() as u64;
        let names: Vec<String> = record.iter().map(|cell| name(&String::from_utf8_lossy(cell))).collect();
        Some(Self::of(names))
    }

    /// Own names first, so that a column `comment` beside one called `text` is not the text.
    fn of(names: Vec<String>) -> Self {
        let mut columns: Vec<Option<&'static str>> = vec![None; names.len()];
        let own = |name: &str| COLUMNS.iter().find(|column| **column == name).copied();
        // A comment beside a post answers it: only the comment is the account holder's.
        let has = |some: &[&str]| names.iter().any(|name| some.contains(&name.as_str()));
        let is_answer = has(ANSWERS) && has(ANSWERED) && !has(TEXTS);
        let answer = |name: &str| match name {
            _ if !is_answer => None,
            name if ANSWERS.contains(&name) => Some("text"),
            name if ANSWERED.contains(&name) => Some("parent_text"),
            _ => None,
        };
        for meaning in [&own as &dyn Fn(&str) -> Option<&'static str>, &answer, &alias] {
            for (at, name) in names.iter().enumerate() {
                let column = meaning(name).filter(|column| !columns.contains(&Some(*column)));
                if let Some(free @ None) = columns.get_mut(at) {
                    *free = column;
                }
            }
        }
        let title = names.iter().position(|name| TITLES.contains(&name.as_str()));
        let ignored = names
            .into_iter()
            .enumerate()
            .zip(&columns)
            .filter(|((at, _), column)| column.is_none() && title != Some(*at));
        Self { ignored: ignored.map(|((_, name), _)| name).collect(), title, columns }
    }

    /// Says which columns are not used and whether ids are missing.
    pub(super) fn remark(&self, coverage: &mut Coverage) {
        if !self.columns.contains(&Some("id")) {
            coverage.note("there is no column `id`: ids were made from the line numbers");
        }
        if !self.ignored.is_empty() {
            let named: Vec<_> = self.ignored.iter().take(NAMED).map(String::as_str).collect();
            let more = if self.ignored.len() > NAMED { ", ..." } else { "" };
            coverage.note(format!("columns that are not used: {}{more}", named.join(", ")));
        }
    }
}

fn reader<R: Read>(from: R, delimiter: u8) -> csv::Reader<R> {
    Dialect { delimiter, backslash: false }.reader(from)
}

/// Reads the rows of a chunk.
pub(super) fn rows(chunk: &Chunk, delimiter: u8, header: &Header, items: &mut Items<'_>) {
    // The CSV reader takes a byte order mark off whatever it begins with; here it can only be a cell's own.
    let lead: &[u8] = if chunk.bytes.starts_with(BYTE_ORDER_MARK) { b"\n" } else { b"" };
    let mut reader = reader(lead.chain(chunk.bytes.as_slice()), delimiter);
    let mut record = ByteRecord::new();
    // Reading from memory into flexible records cannot fail.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let line =
            chunk.line_of(record.position().map(|position| unshifted(position, lead.len() as u64)).as_ref());
        if record.iter().skip(header.columns.len()).any(|cell| !cell.is_empty()) {
            items.fail(TOO_MANY_CELLS, line);
        }
        match object(&record, header, items.name, line) {
            Ok(value) => items.lenient(value, line),
            Err(_) => items.fail(NOT_UTF8, line),
        }
    }
}

/// A position in the chunk itself, where one empty line was put before it.
fn unshifted(position: &csv::Position, lead: u64) -> csv::Position {
    let mut position = position.clone();
    let (byte, line) = (position.byte().saturating_sub(lead), position.line().saturating_sub(lead).max(1));
    position.set_byte(byte).set_line(line);
    position
}

/// Puts a title above the text, unless that begins with it.
fn set_above(map: &mut Map<String, Value>, title: &str) {
    let text = map.get("text").and_then(Value::as_str).unwrap_or_default();
    if !text.starts_with(title.trim()) {
        let both = if text.is_empty() { title.to_owned() } else { format!("{}\n\n{text}", title.trim()) };
        map.insert("text".to_owned(), Value::String(both));
    }
}

/// A row as the JSON object of the same item. An empty cell is an absent field, except for the text.
fn object(record: &ByteRecord, header: &Header, name: &str, line: u64) -> Result<Value, std::str::Utf8Error> {
    let mut map = Map::new();
    let mut nested = [("parent_", Map::new()), ("profile_", Map::new()), ("media_", Map::new())];
    let mut more = None;
    for (cell, column) in record.iter().zip(&header.columns) {
        let Some(column) = *column else { continue };
        let text = std::str::from_utf8(cell)?;
        if text.is_empty() && column != "text" {
            continue;
        }
        let value = Value::String(formula::unguarded(text).to_owned());
        if column == "media_more" {
            more = serde_json::from_str(text).ok();
            continue;
        }
        let group = nested.iter_mut().find_map(|(prefix, map)| Some((column.strip_prefix(*prefix)?, map)));
        match group {
            Some((field, group)) => group.insert(field.to_owned(), value),
            None => map.insert(column.to_owned(), value),
        };
    }
    if let Some(title) = header.title.and_then(|at| record.get(at)).filter(|title| !title.is_empty()) {
        set_above(&mut map, formula::unguarded(std::str::from_utf8(title)?));
    }
    let [(_, parent), (_, profile), (_, medium)] = nested;
    let mut media = Vec::new();
    if !medium.is_empty() {
        media.push(Value::Object(medium));
    }
    media.extend(more.and_then(|more: Value| more.as_array().cloned()).unwrap_or_default());
    // A table without a column for it means what it says by the other one.
    if !parent.is_empty() && !map.contains_key("kind") {
        map.insert("kind".to_owned(), Value::String("reply".to_owned()));
    }
    for (field, group) in [("parent", parent), ("profile", profile)] {
        if !group.is_empty() {
            map.insert(field.to_owned(), Value::Object(group));
        }
    }
    if !media.is_empty() {
        map.insert("media".to_owned(), Value::Array(media));
    }
    if !map.contains_key("id") {
        map.insert("id".to_owned(), Value::String(format!("{DERIVED_ID}line-{line}")));
        map.entry("source").or_insert_with(|| Value::String(super::place(name, line)));
    }
    Ok(Value::Object(map))
}
