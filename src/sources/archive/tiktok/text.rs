//! TikTok's export as text: a file for each section, records of lines such as `Comment: words`, the names of the fields in
//! the account's language.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::{COMMENTS, DELETED, HISTORY, LIVE, MESSAGES, NO_WORDS, POSTS, PROFILE, REVIEWS, SETTINGS};
use super::{Reading, private, take_profile};
use crate::sources::archive::account::Account;
use crate::sources::archive::container::Entry;
use crate::sources::archive::fields::Fields;
use crate::sources::archive::format::{Export, Role};
use crate::sources::archive::item::MAX_TEXT_BYTES;
use crate::sources::archive::{MESSAGES as LEFT_OUT, lines};
use crate::sources::{Batch, Decoded, InputError, Stopped};

const EMPTY: &str = "A file is empty (0 bytes)";
const LONG_LINE: &str = "A line is too long (limit: 1 MiB) and was cut there";
const NO_RECORDS: &str = "TikTok: no record was found in a text file, which may be in a new layout or language: ask for the data as JSON";
const NO_MESSAGES: &str =
    "TikTok: private messages in the text layout, which are not read: ask for the data as JSON";
const LIVE_WORDS: &str = "TikTok: comments in live streams, which the text layout may hold, are not read: ask for the data as JSON";

/// The field that a record begins with.
const DATE: &str = "date";

/// How many records make a batch.
const BATCH_RECORDS: usize = 500;

/// The fields that are known, as they are written without spaces and brackets, and what they are called here. What looks
/// like a field and is none of these is taken for a further line of the field before it, since words may hold colons.
const FIELDS: &[(&str, &str)] = &[
    ("date", DATE),
    ("datum", DATE),
    ("comment", "comment"),
    ("reactie", "comment"),
    ("photo", "photo"),
    ("foto", "photo"),
    ("url", "url"),
    ("link", "link"),
    ("likes", "likes"),
    ("title", "title"),
    ("titel", "title"),
    ("description", "title"),
    ("whocanview", "whocanview"),
    ("wiekanbekijken", "whocanview"),
    ("alternatetext", "alternatetext"),
    ("alternatievetekst", "alternatetext"),
    ("review", "review"),
    ("reviewtext", "review"),
    ("recensie", "review"),
    ("username", "username"),
    ("gebruikersnaam", "username"),
    ("displayname", "displayname"),
    ("weergavenaam", "displayname"),
    ("biodescription", "biodescription"),
    ("bio", "biodescription"),
    ("biografie", "biodescription"),
    ("privateaccount", "private account"),
    ("privéaccount", "private account"),
    // What ends the words before it.
    ("allowcomments", "other"),
    ("allowstitches", "other"),
    ("allowduets", "other"),
    ("allowstickers", "other"),
    ("allowsharingtostory", "other"),
    ("contentdisclosure", "other"),
    ("aigeneratedcontent", "other"),
    ("addyourstext", "other"),
    ("coverimage", "other"),
    ("sound", "other"),
    ("geluid", "other"),
    ("location", "other"),
    ("locatie", "other"),
    ("deleteddate", "other"),
    ("rating", "other"),
    ("place", "other"),
    ("placename", "other"),
    ("productname", "other"),
    ("emailaddress", "other"),
    ("emailadres", "other"),
    ("phonenumber", "other"),
    ("telefoonnummer", "other"),
    ("telephonenumber", "other"),
    ("birthdate", "other"),
    ("geboortedatum", "other"),
    ("accountregion", "other"),
    ("likesreceived", "other"),
    ("followercount", "other"),
    ("followingcount", "other"),
    ("profilephoto", "other"),
    ("profielfoto", "other"),
    ("hashtags", "other"),
    ("inspirecommentsettings", "other"),
];

/// What the text layout says of the account; the profile is looked at before everything else.
pub(super) fn gather(
    export: &mut Export<'_>,
    account: &mut Account,
    place: &mut String,
) -> Result<(), Stopped> {
    let mut is_private = None;
    for entry in export.of(SETTINGS) {
        each_record(export, &entry, &mut |fields, _, _| {
            is_private = is_private.or(private(&fields.text(&["private account"])));
        })?;
    }
    for entry in export.of(PROFILE) {
        each_record(export, &entry, &mut |fields, at, _| {
            if place.is_empty() && fields.has(&["username"]) {
                take_profile(account, fields);
                at.clone_into(place);
                is_private = is_private.or(private(&fields.text(&["private account"])));
            }
        })?;
    }
    if is_private.is_some() {
        Arc::make_mut(&mut account.profile).settings.private = is_private;
    }
    Ok(())
}

/// Reads the sections with words; the others are said.
pub(super) fn read(export: &mut Export<'_>, reading: &mut Reading) -> Result<(), InputError> {
    for role in [COMMENTS, POSTS, DELETED, REVIEWS] {
        for entry in export.of(role) {
            section(export, &entry, role, reading)?;
        }
    }
    let left = [(HISTORY, NO_WORDS), (LIVE, LIVE_WORDS), (SETTINGS, NO_WORDS)];
    for (role, reason) in left {
        for entry in export.of(role) {
            export.sink.coverage().skip(reason, entry.name);
        }
    }
    for entry in export.of(MESSAGES) {
        let reason = if export.options.include_messages { NO_MESSAGES } else { LEFT_OUT };
        export.sink.coverage().skip(reason, entry.name);
    }
    Ok(())
}

fn section(export: &mut Export<'_>, entry: &Entry, role: Role, reading: &mut Reading) -> Result<(), Stopped> {
    if entry.size == 0 {
        export.sink.coverage().fail(EMPTY, &entry.name);
        return Ok(());
    }
    let mut count = 0_u64;
    let lines = each_record(export, entry, &mut |fields, place, out| {
        count += 1;
        match role {
            COMMENTS => reading.comment(fields, "", place, out),
            REVIEWS => reading.review(fields, place, out),
            _ => reading.video(fields, role == DELETED, place, out),
        }
    })?;
    // One line alone is what TikTok writes where there is nothing, in any language.
    if count == 0 && lines > 1 {
        export.sink.coverage().fail(NO_RECORDS, &entry.name);
    }
    Ok(())
}

/// Hands over the records of a file, and the items made of them. Returns how many lines are not empty.
fn each_record(
    export: &mut Export<'_>,
    entry: &Entry,
    take: &mut dyn FnMut(Fields<'_>, &str, &mut Decoded),
) -> Result<u64, Stopped> {
    let Export { container, sink, .. } = export;
    let mut record = Record::default();
    let (mut out, mut written, mut gathered) = (Decoded::default(), 0, 0);
    let end = lines::each(container, entry, &mut |line, number, bytes| {
        sink.progress().inc(bytes);
        if bytes > lines::MAX_LINE_BYTES {
            out.coverage.fail(LONG_LINE, format!("{}#line {number}", entry.name));
        }
        let line = line.trim_start_matches('\u{feff}');
        written += u64::from(!line.trim().is_empty());
        match field(line).filter(|(name, value)| record.may_end_with(name, value)) {
            Some((DATE, value)) if record.fields.contains_key(DATE) => {
                record.hand_over(entry, take, &mut out);
                record.begin(DATE, value, number);
                gathered += 1;
            }
            Some((name, value)) => record.begin(name, value, number),
            None => record.go_on(line),
        }
        if gathered < BATCH_RECORDS {
            return Ok(());
        }
        gathered = 0;
        let full = std::mem::take(&mut out);
        sink.coverage().absorb(full.coverage);
        sink.batch(Batch::ready(full.items))
    })?;
    record.hand_over(entry, take, &mut out);
    if let Some(reason) = end {
        out.coverage.fail(&reason, &entry.name);
    }
    sink.coverage().absorb(out.coverage);
    if !out.items.is_empty() {
        sink.batch(Batch::ready(out.items))?;
    }
    Ok(written)
}

/// The name and the value of a line that begins a field.
fn field(line: &str) -> Option<(&'static str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    FIELDS.iter().find(|(written, _)| *written == name).map(|(_, known)| (*known, value.trim()))
}

/// Whether a value begins as TikTok writes dates: `2024-01-02`.
fn is_date(value: &str) -> bool {
    let look = value.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    look.take(10).eq(*b"0000-00-00")
}

/// A record while its lines are read.
#[derive(Default)]
struct Record {
    fields: Map<String, Value>,
    last: &'static str,
    line: u64,
}

impl Record {
    fn begin(&mut self, name: &'static str, value: &str, line: u64) {
        if self.fields.is_empty() {
            self.line = line;
        }
        self.last = name;
        self.fields.insert(name.to_owned(), Value::String(value.to_owned()));
    }

    /// Whether a field may follow the one before it: a comment may hold a line such as `Location: my ward`, and any words
    /// one such as `Date: Friday`.
    fn may_end_with(&self, name: &str, value: &str) -> bool {
        let begins_another = name == DATE && self.fields.contains_key(DATE);
        (self.last != "comment" || [DATE, "photo", "url", "link"].contains(&name))
            && (!begins_another || is_date(value))
    }

    fn go_on(&mut self, line: &str) {
        if let Some(Value::String(value)) = self.fields.get_mut(self.last)
            && value.len() <= MAX_TEXT_BYTES
        {
            value.push('\n');
            value.push_str(line.trim_end());
        }
    }

    fn hand_over(
        &mut self,
        entry: &Entry,
        take: &mut dyn FnMut(Fields<'_>, &str, &mut Decoded),
        out: &mut Decoded,
    ) {
        self.last = "";
        let record = Value::Object(std::mem::take(&mut self.fields));
        if let Some(fields) = Fields::of(&record).filter(|fields| fields.all().next().is_some()) {
            take(fields, &format!("{}#line {}", entry.name, self.line), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn knows_fields_from_words() {
        for (line, expected) in [
            ("Date: 2024-01-02 03:04:05 UTC", Some(("date", "2024-01-02 03:04:05 UTC"))),
            ("Like(s): 3", Some(("likes", "3"))),
            ("Who can view: Public", Some(("whocanview", "Public"))),
            ("Reactie: goed: zo", Some(("comment", "goed: zo"))),
            ("Remember: drink", None),
            ("no colon", None),
            ("", None),
        ] {
            assert_eq!(field(line), expected, "{line}");
        }
    }
}
