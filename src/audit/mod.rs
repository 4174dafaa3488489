//! One audit of one subject: items through the engine, what the profile lets through kept as rows, copies merged, and the
//! whole held against the last audit.

mod archived;
mod around;
mod examine;
mod gate;
mod merge;
mod practice;
mod record;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::ControlFlow;

use jiff::Timestamp;
use whitecoat_engine::{Engine, Item, ReadCounts, Timeline};

pub use examine::{Examiner, place};
pub use gate::admit;
pub use merge::merge;
pub use record::{Order, conduct};

use crate::attest;
use crate::history::{self, Comparison, Previous, Seen};
use crate::pipeline::{self, Outcome, Settings};
use crate::policy::{Policy, day};
use crate::report::columns::possible_patient_data;
use crate::report::row;
use crate::report::{Closed, Practice, Row, redacted};
use crate::sources::input::Input;
use crate::stories::{Kept, Stories};
use crate::subject::Subject;
use crate::suppress::absorb;

/// How many accounts are kept by name.
const MAX_ACCOUNTS: usize = 10_000;
/// Why an item is not looked at, as a reason in the record of the run.
const NOT_DRAWN: &str = "older than the last audit, and not drawn in the random sample";

/// What an audit goes by.
#[derive(Clone, Copy, Debug)]
pub struct Task<'t> {
    /// The rules.
    pub engine: &'t Engine,
    /// What the profile lets through.
    pub policy: &'t Policy,
    /// Who is audited.
    pub subject: Option<&'t Subject>,
    /// The last audit.
    pub previous: Option<&'t Previous>,
    /// How old items are drawn.
    pub draw: Option<DrawOld>,
    /// Something that was named is not among the inputs, because it is nothing that can be read.
    pub lacks_inputs: bool,
    /// When the run began.
    pub started: Timestamp,
    /// Whether the items go into a redacted copy.
    pub copies: bool,
    /// How many posts of each input go to the reader, about; all if `None`.
    pub most_read: Option<u64>,
}

/// How items older than the last audit are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawOld {
    /// When the last audit ran.
    pub since: Timestamp,
    /// How many.
    pub count: usize,
    /// What chance is made of.
    pub seed: u64,
}

/// What an audit found.
#[derive(Debug, Default)]
pub struct Findings {
    /// One a finding, in the order of the report.
    pub rows: Vec<Row>,
    /// What the last audit had besides.
    pub closed: Vec<Closed>,
    /// The comparison with the last audit.
    pub comparison: Option<Comparison>,
    /// How many findings of a rule the profile did not let through.
    pub hidden: BTreeMap<String, u64>,
    /// How many findings touched a class that is never shown.
    pub suppressed: BTreeMap<String, u64>,
    /// How many items were not looked at, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Items of accounts that the subject file does not list, by account, where such are not looked at.
    pub unlisted: BTreeMap<String, u64>,
    /// How many items show a good practice.
    pub practices: BTreeMap<Practice, u64>,
    /// Items by account, as `platform:handle`.
    pub accounts: BTreeMap<String, u64>,
    /// How many items the language model read.
    pub reads: ReadCounts,
    /// The digest of all items that were read.
    pub items: attest::Digest,
    /// How many old items there were, and how many of them were looked at.
    pub old: (u64, u64),
    pub(crate) seen: Seen,
    pub(crate) leaves: Vec<blake3::Hash>,
    pub(crate) draws: Vec<u64>,
}

/// Why an audit cannot be completed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The last audit is somebody else's.
    #[error("{0}")]
    Stranger(String),
    /// The profile does not allow it.
    #[error("{0}")]
    NotAdmitted(String),
    /// Nothing that was read is the subject's.
    #[error("{0}")]
    NobodysItems(String),
}

/// What a batch of items comes to.
#[derive(Debug, Default)]
struct Part {
    found: Findings,
    kept: Vec<Kept>,
    timeline: Timeline,
    copied: redacted::Part,
}

/// Reads the inputs, audits every item, and compares with the last audit. If a redacted copy is wanted, the items go there
/// too.
pub fn run(
    inputs: Vec<Input>,
    task: &Task<'_>,
    settings: &Settings,
    mut copy: Option<&mut redacted::Copy>,
) -> Result<(Outcome, Findings), AuditError> {
    let mut all = Findings::default();
    let (mut tree, mut draw) = (attest::Tree::default(), BinaryHeap::new());
    let (mut stories, mut timeline) = (Stories::new(task.engine), Timeline::default());
    let worker = || {
        let mut examiner = Examiner::new(*task);
        move |number: u64, items: Vec<Item>| {
            let mut part = Part::default();
            // Taken as if all batches before this one were as large, so that it does not matter who is done first. A small last
            // batch is read too.
            let count = items.len() as u64;
            let beyond = task.most_read.is_some_and(|most| number * count >= most);
            examiner.pause_reader(beyond);
            let beyond = if beyond { count } else { 0 };
            items.into_iter().for_each(|item| examiner.examine(item, &mut part));
            part.found.reads = ReadCounts { beyond, ..examiner.take_read_counts() };
            part
        }
    };
    let mut outcome = pipeline::run(inputs, settings, worker, |part: Part| {
        let mut found = part.found;
        found.leaves.drain(..).for_each(|leaf| tree.add(leaf));
        for place in found.draws.drain(..) {
            all.old.0 += 1;
            draw.push(place);
            if draw.len() > task.draw.map_or(0, |draw| draw.count) {
                draw.pop();
            }
        }
        all.absorb(found);
        timeline.absorb(part.timeline);
        part.kept.into_iter().for_each(|kept| stories.add(kept));
        if let Some(copy) = &mut copy {
            copy.write(part.copied);
        }
        ControlFlow::Continue(())
    });
    let left_out = stories.left_out_note();
    let (hidden, unread) = stories.finish(&mut all.rows, task.policy, settings.jobs);
    absorb(&mut all.hidden, hidden);
    if let Some(last) = outcome.readings.last_mut() {
        last.coverage.notes.extend(left_out.into_iter().chain(unread));
    }
    Examiner::new(*task).examine_accounts(timeline, &mut all);
    all.items = tree.digest();
    all.keep_drawn(draw);
    all.rows = merge(all.rows);
    if let Some(message) = examine::nobodys(&all, task.subject) {
        return Err(AuditError::NobodysItems(message));
    }
    if let Some(previous) = task.previous {
        all.seen.accounts = all.accounts.keys().cloned().collect();
        all.seen.complete = !task.lacks_inputs
            && !outcome.stopped
            && outcome.readings.iter().all(|reading| reading.is_complete());
        if let Some(message) = history::stranger(previous, &all.seen) {
            return Err(AuditError::Stranger(message));
        }
        let today = day(task.started);
        let (closed, comparison) = history::compare(previous, &mut all.rows, &all.seen, today);
        (all.closed, all.comparison) = (closed, Some(comparison));
    }
    all.finish(task.policy);
    Ok((outcome, all))
}

fn add_accounts(into: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (account, count) in from {
        if into.len() < MAX_ACCOUNTS || into.contains_key(&account) {
            *into.entry(account).or_default() += count;
        }
    }
}

impl Findings {
    fn absorb(&mut self, other: Findings) {
        self.rows.extend(other.rows);
        self.reads.absorb(other.reads);
        absorb(&mut self.hidden, other.hidden);
        absorb(&mut self.suppressed, other.suppressed);
        absorb(&mut self.left_out, other.left_out);
        for (practice, count) in other.practices {
            *self.practices.entry(practice).or_default() += count;
        }
        add_accounts(&mut self.accounts, other.accounts);
        add_accounts(&mut self.unlisted, other.unlisted);
        for (item, words) in other.seen.versions {
            self.seen.versions.entry(item).or_default().extend(words);
        }
        self.seen.hidden.extend(other.seen.hidden);
    }

    /// Of the old items, keeps those that were drawn.
    fn keep_drawn(&mut self, draw: BinaryHeap<u64>) {
        self.old.1 = draw.len() as u64;
        if self.old.0 > self.old.1 {
            self.left_out.insert(NOT_DRAWN.to_owned(), self.old.0 - self.old.1);
        }
        let drawn: BTreeSet<u64> = draw.into_iter().collect();
        self.rows.retain(|row| row.drawn.is_none_or(|place| drawn.contains(&place)));
    }

    /// Puts rows into the order of the report, and takes out what may not be shown.
    pub fn finish(&mut self, policy: &Policy) {
        row::sort(&mut self.rows);
        // How many people fit is told with the details of the post: where its words may not stand, these may not either.
        let wordless =
            |row: &Row| row.withheld || (!policy.shows_patient_data() && possible_patient_data(row));
        self.rows.iter_mut().filter(|row| wordless(row)).for_each(|row| row.people = None);
        let mut number = 0;
        for row in self.rows.iter_mut().filter(|row| row.withheld && !policy.keep_place) {
            number += 1;
            row.withhold(number);
        }
    }
}
