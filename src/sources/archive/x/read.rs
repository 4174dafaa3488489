//! Reads an X archive: the account first, then everything that holds words.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use whitecoat_engine::Item;

use super::account::{Account, Facts, base_name};
use super::files::{self, About, Other, Posts, Role};
use super::note::{Note, Notes};
use super::stream::{Listed, decoded, stream};
use super::threads::{self, Threads};
use super::time::Misread;
use super::tweet::{PostFile, Tweet};
use super::{Found, Survey, csv, message, other};
use crate::coverage::Coverage;
use crate::sources::archive::container::Container;
use crate::sources::archive::item::say_if_capped;
use crate::sources::archive::splitter::Chunk;
use crate::sources::{Batch, Decoded, InputError, Options, Sink, Stopped};
use crate::wording::thousands;

const NO_WORDS: &str = "X: a record without text and pictures";
const MISSING: &str = "X: a file that the archive lists is not in it";
const NO_POSTS: &str = "X: no file with posts was found";
const SEVERAL: &str = "X: there is more than one manifest, so there may be several archives: a post that two of them hold is counted twice";
const LOCATED: &str = "X: some posts hold the coordinates of where they were written, which are not looked into: X can remove them from all posts (Settings, Privacy and safety, Location information)";
const NO_OWNER: &str =
    "X: the archive does not say whose it is, so that every private message counts as somebody else's";

/// Reads all that is asked for.
pub(in crate::sources::archive) fn read(
    path: &Path,
    container: &mut Container,
    survey: &Survey,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<(), InputError> {
    let mut coverage = Coverage::default();
    let mut facts = Facts::gather(container, &survey.found, &mut coverage);
    sink.recognised(&recognition(path, &facts, survey));
    survey.say_what_is_left(&mut coverage);
    say_what_is_known(&survey.found, &facts.listed, options, &mut coverage);
    say_what_is_missing(&survey.found, &facts.listed, options, &mut coverage);
    if options.include_messages && facts.account.id.is_empty() {
        coverage.note(NO_OWNER);
    }
    sink.coverage().absorb(coverage);
    let wanted: Vec<&Found> = survey.found.iter().filter(|file| is_wanted(file.role, options)).collect();
    let twice = |file: &&Found| if threads::holds_posts(file.role) { 2 } else { 1 };
    sink.progress().set_length(wanted.iter().map(|file| file.entry.size.saturating_mul(twice(file))).sum());
    let account = Arc::new(std::mem::take(&mut facts.account));
    if let Some(bio) = account.bio() {
        sink.batch(Batch::ready(vec![bio]))?;
    }
    let threads = Arc::new(Threads::gather(container, &wanted, sink)?);
    Reading { container, sink, facts: &facts, account, threads, notes: Notes::default() }.all(&wanted)?;
    Ok(())
}

fn is_wanted(role: Role, options: &Options) -> bool {
    match role {
        Role::Posts(_)
        | Role::Notes { .. }
        | Role::Month
        | Role::Csv
        | Role::LiveComments
        | Role::Other(_) => true,
        Role::Messages => options.include_messages,
        Role::About(_) | Role::Known(_) => false,
    }
}

/// Such as `X archive of @name, 41,203 posts listed`.
fn recognition(path: &Path, facts: &Facts, survey: &Survey) -> String {
    let mut said = match survey.found.as_slice() {
        [only]
            if path.is_file()
                && path.file_name().is_some_and(|name| name.to_string_lossy() == only.entry.name) =>
        {
            format!("{} of an X archive", only.entry.file_name())
        }
        found if found.iter().any(|file| file.role == Role::Month) => {
            "X archive (layout until 2019)".to_owned()
        }
        _ => "X archive".to_owned(),
    };
    if !facts.account.handle.is_empty() {
        said.push_str(&format!(" of @{}", facts.account.handle));
    }
    if let Some(posts) = facts.posts {
        said.push_str(&format!(", {} posts listed", thousands(posts)));
    }
    match facts.years {
        Some((first, last)) if first < last => said.push_str(&format!(", {first}-{last}")),
        Some((year, _)) => said.push_str(&format!(", {year}")),
        None => {}
    }
    said
}

/// Counts the files that are left out on purpose; likes and messages by their records, where the manifest counts them.
fn say_what_is_known(found: &[Found], listed: &Listed, options: &Options, coverage: &mut Coverage) {
    for file in found {
        let name = file.entry.name.clone();
        let count = || listed.get(&base_name(&file.entry.name)).map_or(1, |(_, count)| *count);
        match file.role {
            Role::Known(files::LIKES) => coverage.skip_many(files::LIKES, name, count()),
            Role::Known(reason) => coverage.skip(reason, name),
            Role::Messages if !options.include_messages => coverage.skip_many(files::MESSAGES, name, count()),
            _ => {}
        }
    }
    if found.iter().filter(|file| file.role == Role::About(About::Manifest)).count() > 1 {
        coverage.note(SEVERAL);
    }
    if !found.iter().any(|file| matches!(file.role, Role::Posts(_) | Role::Month | Role::Csv)) {
        coverage.fail(NO_POSTS, "data/tweets.js or data/js/tweets");
    }
}

/// Compares with the manifest, or with the index of months.
fn say_what_is_missing(found: &[Found], listed: &Listed, options: &Options, coverage: &mut Coverage) {
    let there: HashSet<String> = found.iter().map(|file| base_name(&file.entry.name)).collect();
    for (name, (role, count)) in listed {
        if *count > 0 && is_wanted(*role, options) && !there.contains(name) {
            coverage.fail(MISSING, format!("{name} ({count} records)"));
        }
    }
}

struct Reading<'r> {
    container: &'r mut Container,
    sink: &'r mut dyn Sink,
    facts: &'r Facts,
    account: Arc<Account>,
    threads: Arc<Threads>,
    notes: Notes,
}

impl Reading<'_> {
    /// Notes come before the posts that they complete, months before the rows that repeat them.
    fn all(mut self, wanted: &[&Found]) -> Result<(), Stopped> {
        for file in wanted.iter().filter(|file| matches!(file.role, Role::Notes { .. })) {
            self.read_notes(file)?;
        }
        for sort in [Posts::Own, Posts::Deleted, Posts::Community, Posts::Circle] {
            for file in wanted.iter().filter(|file| file.role == Role::Posts(sort)) {
                self.read_posts(file, sort)?;
            }
        }
        let leftover: Vec<Item> =
            std::mem::take(&mut self.notes).leftover().map(|note| note.item(&self.account)).collect();
        if !leftover.is_empty() {
            self.sink.batch(Batch::ready(leftover))?;
        }
        let mut months =
            Months { wanted: wanted.iter().any(|file| file.role == Role::Csv), ..Months::default() };
        for file in wanted.iter().filter(|file| file.role == Role::Month) {
            self.read_month(file, &mut months)?;
        }
        for file in wanted.iter().filter(|file| file.role == Role::Csv) {
            self.read_csv(file, &months)?;
        }
        for file in wanted {
            match file.role {
                Role::LiveComments | Role::Messages => self.read_conversation(file)?,
                Role::Other(other) => self.read_other(file, other)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_notes(&mut self, file: &Found) -> Result<(), Stopped> {
        let Self { container, sink, facts, account, notes, .. } = self;
        let deleted = file.role == Role::Notes { deleted: true };
        stream(container, *sink, &facts.listed, file, &mut |chunk, sink| {
            let mut early = Vec::new();
            for (offset, record) in chunk.elements() {
                let source = format!("{}#{offset}", file.entry.name);
                let misread = Misread::default();
                let read = |record: &[u8]| Note::read(record, deleted, &source, &misread);
                let found = decoded(record, || source.clone(), sink.coverage(), read);
                misread.say(|| source.clone(), sink.coverage());
                match found {
                    Some(Some(note)) => early.extend(notes.keep(note).map(|note| note.item(account))),
                    Some(None) => sink.coverage().skip(NO_WORDS, source),
                    None => {}
                }
            }
            if early.is_empty() { Ok(()) } else { sink.batch(Batch::ready(early)) }
        })
    }

    fn read_posts(&mut self, file: &Found, sort: Posts) -> Result<(), Stopped> {
        let posts = Arc::new(self.post_file(file, sort, true));
        let Self { container, sink, facts, notes, .. } = self;
        stream(container, *sink, &facts.listed, file, &mut |chunk, sink| {
            let joined =
                chunk.elements().filter_map(|(offset, record)| Some((offset, notes.join(record)?))).collect();
            let posts = Arc::clone(&posts);
            sink.batch(Batch::deferred(move || decode_posts(&chunk, &posts, &joined)))
        })
    }

    fn read_month(&mut self, file: &Found, months: &mut Months) -> Result<(), Stopped> {
        let posts = Arc::new(self.post_file(file, Posts::Own, false));
        let Self { container, sink, facts, .. } = self;
        stream(container, *sink, &facts.listed, file, &mut |chunk, sink| {
            months.remember(&chunk);
            let posts = Arc::clone(&posts);
            sink.batch(Batch::deferred(move || decode_posts(&chunk, &posts, &BTreeMap::new())))
        })
    }

    fn post_file(&self, file: &Found, sort: Posts, wrapped: bool) -> PostFile {
        let name = &file.entry.name;
        let folder = self.facts.media_folders.get(&base_name(name)).cloned();
        PostFile {
            account: Arc::clone(&self.account),
            threads: Arc::clone(&self.threads),
            path: name.clone(),
            sort,
            wrapped,
            media_folder: folder,
        }
    }

    fn read_csv(&mut self, file: &Found, months: &Months) -> Result<(), Stopped> {
        let Self { container, sink, account, threads, .. } = self;
        if months.overflowed {
            sink.coverage().fail(
                "X: tweets.csv is not read beside more than 2,000,000 posts in month files",
                &file.entry.name,
            );
            return Ok(());
        }
        match container.read(&file.entry) {
            Ok(reader) => {
                let known = csv::Known { account, threads, posts: &months.ids };
                csv::read(reader, &file.entry.name, &known, *sink)
            }
            Err(reason) => {
                sink.coverage().fail(&reason, file.entry.name.clone());
                Ok(())
            }
        }
    }

    fn read_other(&mut self, file: &Found, other: Other) -> Result<(), Stopped> {
        let Self { container, sink, facts, account, .. } = self;
        stream(container, *sink, &facts.listed, file, &mut |chunk, sink| {
            let mut out = Decoded::default();
            for (offset, record) in chunk.elements() {
                let source = format!("{}#{offset}", file.entry.name);
                let misread = Misread::default();
                let read = |record: &[u8]| other::read(record, other, account, &source, &misread);
                let found = decoded(record, || source.clone(), &mut out.coverage, read);
                misread.say(|| source.clone(), &mut out.coverage);
                match found {
                    Some(Some(item)) => {
                        say_if_capped(&item, &mut out.coverage);
                        out.items.push(item);
                    }
                    Some(None) => out.coverage.skip(NO_WORDS, source),
                    None => {}
                }
            }
            sink.coverage().absorb(out.coverage);
            sink.batch(Batch::ready(out.items))
        })
    }

    fn read_conversation(&mut self, file: &Found) -> Result<(), Stopped> {
        let Self { container, sink, facts, account, .. } = self;
        let are_messages = file.role == Role::Messages;
        stream(container, *sink, &facts.listed, file, &mut |chunk, sink| {
            let (account, name) = (Arc::clone(account), file.entry.name.clone());
            sink.batch(Batch::deferred(move || decode_conversation(&chunk, &account, &name, are_messages)))
        })
    }
}

/// The posts of the month files, where `tweets.csv` is there too.
#[derive(Default)]
struct Months {
    wanted: bool,
    ids: HashSet<u64>,
    overflowed: bool,
}

impl Months {
    fn remember(&mut self, chunk: &Chunk) {
        if !self.wanted {
            return;
        }
        for (_, record) in chunk.elements() {
            if self.ids.len() >= csv::MAX_REMEMBERED {
                self.overflowed = true;
            } else if let Ok(tweet) = Tweet::read(record, false) {
                self.ids.extend(tweet.id().parse::<u64>().ok());
            }
        }
    }
}

fn decode_conversation(chunk: &Chunk, account: &Arc<Account>, name: &str, are_messages: bool) -> Decoded {
    let mut out = Decoded::default();
    let misread = Misread::default();
    for (offset, record) in chunk.elements() {
        let source = format!("{name}#{offset}");
        let read = |record: &[u8]| {
            if are_messages {
                message::messages(record, account, &source, &misread)
            } else {
                message::comment(record, account, &source, &misread)
                    .map(|item| (item.into_iter().collect(), 0))
            }
        };
        let found = decoded(record, || source.clone(), &mut out.coverage, read);
        misread.say(|| source.clone(), &mut out.coverage);
        let Some((items, broken)) = found else { continue };
        out.coverage.fail_many("X: a message of a conversation is not valid JSON", source, broken);
        items.iter().for_each(|item| say_if_capped(item, &mut out.coverage));
        out.items.extend(items);
    }
    out
}

fn decode_posts(chunk: &Chunk, file: &PostFile, joined: &BTreeMap<u64, Arc<Note>>) -> Decoded {
    let mut out = Decoded { items: Vec::with_capacity(chunk.len()), coverage: Coverage::default() };
    let misread = Misread::default();
    for (offset, record) in chunk.elements() {
        let place = || format!("{}#{offset}", file.path);
        let note = joined.get(&offset).map(|note| &**note);
        let read = |record: &[u8]| {
            let tweet = Tweet::read(record, file.wrapped)?;
            Ok((file.item(&tweet, offset, note, &misread), tweet.is_located()))
        };
        let found = decoded(record, place, &mut out.coverage, read);
        misread.say(place, &mut out.coverage);
        let Some((item, is_located)) = found else { continue };
        if is_located {
            out.coverage.note(LOCATED);
        }
        match item {
            Some(item) => {
                say_if_capped(&item, &mut out.coverage);
                out.items.push(item);
            }
            None => out.coverage.fail(NO_WORDS, place()),
        }
    }
    out
}
