//! One item: whose it is, whether it is looked at, and what is kept of what is found in it.

use std::collections::BTreeMap;

use whitecoat_engine::{Finding, Item, ReadCounts, Scanner, Timeline};

use super::{Findings, Part, Task, around, practice};
use crate::attest;
use crate::identity::{self, Version};
use crate::policy::Verdict;
use crate::profile::Identity;
use crate::report::Row;
use crate::report::columns::possible_patient_data;
use crate::stories::Kept;
use crate::subject::{Account, Filler, Match, Subject};
use crate::wording::{counted, printable};

/// Why an item is not looked at, as reasons in the record of the run.
const NOT_THEIRS: &str = "an account that the subject file says is somebody else's";
const NOT_LISTED: &str = "an account that the subject file does not list";
const DOUBTFUL: &str = "an account that may be another person's of the same name";
/// How many accounts a message names.
const NAMED: usize = 5;
/// What stands for counts by rule where a profile keeps classes from its reader.
const ALL_RULES: &str = "*";

/// Whose an item is, and why it is looked at.
#[derive(Clone, Copy)]
struct Whose<'t> {
    matched: Match,
    basis: &'t str,
    drawn: Option<u64>,
}

/// Looks at items one after another; one for each thread.
#[derive(Debug)]
pub struct Examiner<'t> {
    task: Task<'t>,
    scanner: Scanner<'t>,
    filler: Option<Filler<'t>>,
    /// The account of the last item, which is mostly that of the next.
    account: (String, String, String),
}

impl<'t> Examiner<'t> {
    /// For this task.
    pub fn new(task: Task<'t>) -> Self {
        Self {
            task,
            scanner: task.engine.scanner(),
            filler: task.subject.map(Filler::new),
            account: Default::default(),
        }
    }

    /// What is found in one item that stands alone.
    pub fn of_one(mut self, item: Item) -> Findings {
        let mut part = Part::default();
        self.examine(item, &mut part);
        part.found
    }

    /// Whether the reader is left out from now on.
    pub(super) fn pause_reader(&mut self, paused: bool) {
        self.scanner.leave_out_reader(paused);
    }

    /// What the language model did since this was last asked.
    pub(super) fn take_read_counts(&mut self) -> ReadCounts {
        self.scanner.take_read_counts()
    }

    /// Adds what is found in an item.
    pub(super) fn examine(&mut self, mut item: Item, part: &mut Part) {
        let policy = self.task.policy;
        let found = &mut part.found;
        found.leaves.push(attest::of_item(&item));
        self.count_account(&item, found);
        let version = self.task.previous.map(|_| identity::of_version(&item, &identity::of_item(&item)));
        if let (Some(previous), Some(version)) = (self.task.previous, &version)
            && previous.items.contains(&version.item)
        {
            found.seen.versions.entry(version.item.clone()).or_default().insert(version.words.clone());
        }
        let (matched, basis) = match self.identify(&item) {
            Ok(identity) => identity,
            Err(reason) => {
                if reason == NOT_LISTED {
                    add(&mut found.unlisted, &self.account.2);
                }
                return leave_out(found, reason);
            }
        };
        if let Some(reason) = policy.leaves_out(&item) {
            return leave_out(found, reason);
        }
        let drawn = version.and_then(|version| self.place_in_draw(&item, &version));
        found.draws.extend(drawn);
        if let Some(filler) = &mut self.filler {
            filler.fill(&mut item);
        }
        let findings = self.scanner.scan(&item);
        if findings.is_empty()
            && let Some(practice) = practice::of(&item, &self.scanner)
        {
            *found.practices.entry(practice).or_default() += 1;
        }
        part.timeline.add(&item, &self.scanner);
        let whose = Whose { matched, basis, drawn };
        let mut trace = self.scanner.take_trace();
        // Of a story, the row that it would stand on goes the way of a finding in its item.
        let anchor = trace.as_mut().and_then(|trace| trace.anchor.take());
        if !findings.is_empty() || anchor.is_some() {
            let signals = self.signals(&item);
            let row = anchor.and_then(|anchor| {
                let mut rows = Findings::default();
                self.judge(&item, std::slice::from_ref(&anchor), &signals, whose, &mut rows);
                rows.rows.pop().map(Box::new)
            });
            self.judge(&item, &findings, &signals, whose, &mut part.found);
            part.kept.extend(trace.map(|trace| Kept::new(&item, trace, row)));
        } else {
            part.kept.extend(trace.map(|trace| Kept::new(&item, trace, None)));
        }
        if self.task.copies {
            part.copied.add(&item, &findings, &self.scanner.masks(&item));
        }
    }

    /// Adds what rules find in whole accounts.
    pub(super) fn examine_accounts(&mut self, timeline: Timeline, found: &mut Findings) {
        for (bio, findings) in timeline.finish(&mut self.scanner) {
            let Ok((matched, basis)) = self.identify(&bio) else { continue };
            let signals = self.signals(&bio);
            self.judge(&bio, &findings, &signals, Whose { matched, basis, drawn: None }, found);
        }
    }

    /// What the profile may have to know of an item: the signals in its texts and, where classes are never shown, in the
    /// words around them.
    fn signals(&mut self, item: &Item) -> Vec<String> {
        let policy = self.task.policy;
        if !policy.needs_signals() {
            return Vec::new();
        }
        let mut signals = self.scanner.signals(item);
        if policy.suppresses() {
            let around = Item { text: around::words(item), ..Item::default() };
            signals.extend(self.scanner.signals(&around));
        }
        signals
    }

    /// Keeps of the findings in an item what the profile lets through.
    fn judge(
        &self,
        item: &Item,
        findings: &[Finding],
        signals: &[String],
        whose: Whose<'_>,
        found: &mut Findings,
    ) {
        let policy = self.task.policy;
        // One finding of a class that is never shown takes the words from the others in the post.
        let verdicts: Vec<Verdict<'_>> =
            findings.iter().map(|finding| policy.judge(item, finding, signals)).collect();
        let suppressed = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Suppressed(_)));
        for (finding, verdict) in findings.iter().zip(verdicts) {
            let mut row = Row::of(item, finding, policy.mask);
            match verdict {
                Verdict::Show if !suppressed => {}
                Verdict::Show => row.withheld = true,
                Verdict::WithoutWords(classes) => {
                    classes.into_iter().for_each(|class| add(&mut found.suppressed, class));
                    row.withheld = true;
                }
                Verdict::Suppressed(class) => {
                    add(&mut found.suppressed, class);
                    continue;
                }
                Verdict::Hidden => {
                    add(&mut found.hidden, if policy.suppresses() { ALL_RULES } else { &finding.rule.id });
                    if self.task.previous.is_some_and(|last| last.entries.contains_key(&row.finding_id)) {
                        found.seen.hidden.insert(row.finding_id);
                    }
                    continue;
                }
            }
            let wordless = row.withheld || (!policy.shows_patient_data() && possible_patient_data(&row));
            if wordless {
                row.excerpt.clear();
            }
            // Evidence quotes the words that weighed most.
            if wordless || !policy.keep_evidence {
                row.forget_evidence();
            }
            (row.identity_match, row.drawn) = (whose.matched, whose.drawn);
            row.identity_basis = whose.basis.to_owned();
            found.rows.push(row);
        }
    }

    /// Whose account it is, or why it is not looked at.
    fn identify(&self, item: &Item) -> Result<(Match, &'t str), &'static str> {
        let Some(subject) = self.task.subject else { return Ok((Match::Unlisted, "")) };
        let (matched, basis) = subject.identify(item).ok_or(NOT_THEIRS)?;
        match (self.task.policy.identity, matched) {
            (Identity::Register, Match::Unlisted) if !subject.account.is_empty() => Err(NOT_LISTED),
            (Identity::Matched, Match::Unlisted) => Err(NOT_LISTED),
            (Identity::Matched, Match::Possible) => Err(DOUBTFUL),
            _ => Ok((matched, basis)),
        }
    }

    fn count_account(&mut self, item: &Item, found: &mut Findings) {
        let (platform, account, name) = &mut self.account;
        if (&*platform, &*account) != (&item.platform, &item.account) || name.is_empty() {
            (*platform, *account) = (item.platform.clone(), item.account.clone());
            *name = format!("{platform}:{account}");
        }
        match found.accounts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(found.accounts.insert(name.clone(), 1)),
        }
    }

    /// An item's place in the draw, if it takes part: older than the last audit, on an account that this had read, and
    /// without a finding in it.
    fn place_in_draw(&self, item: &Item, version: &Version) -> Option<u64> {
        let (draw, previous) = (self.task.draw?, self.task.previous?);
        let old = item.created_at.is_some_and(|moment| moment.instant() < draw.since);
        let read = previous.accounts.as_ref().is_none_or(|accounts| accounts.contains(&self.account.2));
        (old && read && !previous.items.contains(&version.item)).then(|| place(draw.seed, &version.item))
    }
}

/// Why nothing was audited although there were items: all of them are of other accounts. A handle with a slip in it must
/// not look like a clean account.
pub(super) fn nobodys(found: &Findings, subject: Option<&Subject>) -> Option<String> {
    let items: u64 = found.accounts.values().sum();
    let others: u64 =
        [NOT_THEIRS, NOT_LISTED, DOUBTFUL].iter().filter_map(|why| found.left_out.get(*why)).sum();
    let listed: Vec<String> = subject?.account.iter().map(Account::name).collect();
    if items == 0 || others < items {
        return None;
    }
    let some = |names: &mut dyn Iterator<Item = &String>| {
        names.take(NAMED).map(|name| printable(name)).collect::<Vec<_>>().join(", ")
    };
    Some(format!(
        "nothing that was read is of an account that may be looked at: {} of {}; listed as theirs: {}\n  \
         why: an audit of nobody's posts would look like a clean one\n  \
         try: correct the handle where the accounts are listed, its `match` or `not_mine`, or read the right archive",
        counted(items, "item", "items"),
        some(&mut found.accounts.keys()),
        if listed.is_empty() { "none".to_owned() } else { some(&mut listed.iter()) }
    ))
}

/// Where chance puts a name.
pub fn place(seed: u64, name: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(name.as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

fn leave_out(found: &mut Findings, reason: &str) {
    add(&mut found.left_out, reason);
}

fn add(counts: &mut BTreeMap<String, u64>, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}
