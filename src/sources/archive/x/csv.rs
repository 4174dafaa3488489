//! `tweets.csv` of the layout until 2019.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use whitecoat_engine::{Authorship, Item, Kind, Parent, ParentAuthor, Precision};

use super::account::Account;
use super::threads::Threads;
use super::time::Misread;
use super::{PLATFORM, text};
use crate::sources::archive::encoding::Repair;
use crate::sources::archive::item::cap;
use crate::sources::archive::splitter::CHUNK_BYTES;
use crate::sources::{Batch, Sink, Stopped};

/// The longest row that is read, in bytes.
pub(super) const MAX_ROW_BYTES: u64 = 16 * 1024 * 1024;

/// How many posts of month files are remembered, to leave out the rows that repeat them. Bounds memory to some 40 MB.
pub(super) const MAX_REMEMBERED: usize = 2_000_000;

/// How many rows are handed over at once.
const ROWS_PER_BATCH: usize = 1_000;

const TWICE: &str = "X: rows of tweets.csv that repeat posts of the month files, not counted twice";

/// Where the columns stand, by the names of the header.
struct Columns {
    id: usize,
    parent: Option<usize>,
    parent_user: Option<usize>,
    reshared: Option<usize>,
    time: Option<usize>,
    text: usize,
    addresses: Option<usize>,
}

impl Columns {
    fn of(header: &ByteRecord) -> Option<Self> {
        let find = |name: &str| {
            header.iter().position(|column| {
                let column = column.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(column);
                column.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
            })
        };
        Some(Self {
            id: find("tweet_id")?,
            parent: find("in_reply_to_status_id"),
            parent_user: find("in_reply_to_user_id"),
            reshared: find("retweeted_status_id"),
            time: find("timestamp"),
            text: find("text")?,
            addresses: find("expanded_urls"),
        })
    }
}

/// Refuses to go on inside a row that does not end, since the CSV reader keeps a row in memory.
struct Metered<R> {
    inner: R,
    /// How many bytes the row being read may still have.
    left: Cell<u64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        match self.left.get().checked_sub(count as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("a row is longer than 16 MiB: a quote may be missing")),
        }
        Ok(count)
    }
}

/// What the rows are read with.
pub(super) struct Known<'r> {
    pub(super) account: &'r Arc<Account>,
    pub(super) threads: &'r Threads,
    /// The posts of the month files, whose rows are left out.
    pub(super) posts: &'r HashSet<u64>,
}

type Rows<'r> = csv::Reader<Metered<Box<dyn Read + 'r>>>;

fn open<'r>(reader: Box<dyn Read + 'r>) -> Rows<'r> {
    ReaderBuilder::new().flexible(true).from_reader(Metered { inner: reader, left: Cell::new(MAX_ROW_BYTES) })
}

/// Adds the numbers of replies and of the posts that they answer, as far as the file can be read, until there are `most`.
pub(super) fn replies(
    reader: Box<dyn Read + '_>,
    most: usize,
    replies: &mut Vec<(u64, u64)>,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let mut csv = open(reader);
    let columns = csv.byte_headers().ok().and_then(Columns::of);
    let Some((id, parent)) = columns.and_then(|columns| Some((columns.id, columns.parent?))) else {
        return Ok(());
    };
    let mut row = ByteRecord::new();
    let mut seen = 0;
    while replies.len() < most && csv.read_byte_record(&mut row).is_ok_and(|more| more) {
        csv.get_ref().left.set(MAX_ROW_BYTES);
        let number = |at| std::str::from_utf8(row.get(at)?).ok()?.parse().ok();
        replies.extend(number(id).zip(number(parent)));
        let here = csv.position().byte();
        if here - seen >= CHUNK_BYTES as u64 {
            sink.go_on()?;
            sink.progress().inc(here - seen);
            seen = here;
        }
    }
    sink.progress().inc(csv.position().byte().saturating_sub(seen));
    Ok(())
}

/// Reads all rows but those of posts that are known.
pub(super) fn read(
    reader: Box<dyn Read + '_>,
    name: &str,
    known: &Known<'_>,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let mut csv = open(reader);
    let Some(columns) = csv.byte_headers().ok().and_then(Columns::of) else {
        sink.coverage().fail("X: tweets.csv has no columns tweet_id and text", name);
        return Ok(());
    };
    let mut row = ByteRecord::new();
    let mut items = Vec::new();
    let (mut number, mut seen) = (1, 0);
    loop {
        csv.get_ref().left.set(MAX_ROW_BYTES);
        let place = format!("{name}#{number}");
        match csv.read_byte_record(&mut row) {
            Ok(false) => break,
            Err(error) => {
                sink.coverage().fail(&format!("X: tweets.csv cannot be read further: {error}"), place);
                break;
            }
            Ok(true) => match item(&row, &columns, known, &place, sink) {
                None => sink.coverage().fail("X: a row of tweets.csv has no id or no text", place),
                Some(item) if item.id.parse().is_ok_and(|id| known.posts.contains(&id)) => {
                    sink.coverage().skip(TWICE, place);
                }
                Some(item) => items.push(item),
            },
        }
        number += 1;
        if items.len() >= ROWS_PER_BATCH {
            let here = csv.position().byte();
            sink.progress().inc(here - seen);
            seen = here;
            sink.batch(Batch::ready(std::mem::take(&mut items)))?;
        }
    }
    sink.progress().inc(csv.position().byte().saturating_sub(seen));
    if items.is_empty() { Ok(()) } else { sink.batch(Batch::ready(items)) }
}

fn item(
    row: &ByteRecord,
    columns: &Columns,
    known: &Known<'_>,
    place: &str,
    sink: &mut dyn Sink,
) -> Option<Item> {
    let account = known.account;
    let mut field = |column: Option<usize>| {
        let bytes = column.and_then(|column| row.get(column)).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                sink.coverage().note(Repair::Windows1252.note());
                WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
            }
        }
    };
    let id = field(Some(columns.id));
    let raw = field(Some(columns.text));
    if id.is_empty() || raw.is_empty() {
        return None;
    }
    let (parent, parent_user) = (field(columns.parent), field(columns.parent_user));
    let reshared = !field(columns.reshared).is_empty() || text::is_reshare(&raw);
    let (written, addresses) = (field(columns.time), field(columns.addresses));
    let misread = Misread::default();
    let time = misread.read(&written);
    misread.say(|| place.to_owned(), sink.coverage());
    let mut shown = text::expand_all(text::unescape(&raw).into_owned(), &addresses);
    let answered = Some(parent).filter(|parent| !parent.is_empty());
    let own = !parent_user.is_empty() && parent_user == account.id;
    Some(Item {
        kind: if answered.is_some() { Kind::Reply } else { Kind::Post },
        platform: PLATFORM.to_owned(),
        account: account.handle.clone(),
        created_at: time.map(|time| time.0),
        created_precision: time.map_or(Precision::Unknown, |time| time.1),
        url: Some(account.post_url(&id)),
        authorship: if reshared { Authorship::Reshare } else { Authorship::Own },
        parent: (answered.is_some() || !parent_user.is_empty()).then(|| Parent {
            author: if own { ParentAuthor::Own } else { ParentAuthor::Unknown },
            id: answered.clone(),
            ..Parent::default()
        }),
        thread: known.threads.of_post(&id, answered.as_deref()),
        profile: Some(Arc::clone(&account.profile)),
        source: place.to_owned(),
        truncated: (reshared && text::reshare_is_cut(&raw)) | cap(&mut shown),
        text: shown,
        id,
        ..Item::default()
    })
}

/// Reads rows without an account, for [`crate::sources::properties`].
#[cfg(any(test, fuzzing))]
pub(in crate::sources::archive) fn read_rows_of_nobody(bytes: &[u8], name: &str, sink: &mut dyn Sink) {
    // The sink there never stops.
    let known = Known { account: &Arc::default(), threads: &Threads::default(), posts: &HashSet::new() };
    let _ = read(Box::new(bytes), name, &known, sink);
}
