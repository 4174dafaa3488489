//! One person of a sweep: their audit, their files, and what the log says of it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use whitecoat_engine::Severity;

use super::hosts::Hosts;
use super::log::{Outcome, State};
use super::roster::Person;
use super::{PEOPLE, Sweep};
use crate::audit::{self, Findings, Order, place};
use crate::history::Previous;
use crate::policy::day;
use crate::reading::{Ended, Reading};
use crate::report::output::{Destination, OutputError};
use crate::report::{Run, csv, html};
use crate::sources::input::Input;
use crate::wording::{counted, printable};

const NO_CONSENT: &str = "no consent on record: the roster's column consent";
const NOTHING: &str = "nothing to read: the roster names neither an archive nor an address";
/// The ends of a person's files.
const RECORD: &str = "run.json";
const PAGE: &str = "html";
/// How many accounts a message names.
const NAMED: usize = 5;
const BROKEN: &str = "an internal error (a defect of whitecoat, please report it) ended this audit";

/// Audits one person, of whom this sweep may have written `last_table` before. `None` if it was interrupted meanwhile:
/// then nothing of theirs was written.
pub(super) fn audit(sweep: &Sweep<'_>, person: &Person, last_table: &str, hosts: &Hosts) -> Option<Outcome> {
    let outcome = Outcome {
        id: person.id.clone(),
        row: person.digest.clone(),
        table: last_table.to_owned(),
        ..Outcome::default()
    };
    let refused =
        |state, problem: String| Some(Outcome { state, problem: one_line(&problem), ..outcome.clone() });
    if sweep.profile.profile.consent && person.subject.consent().is_none() {
        let why = match person.subject.consent_as_written() {
            "" => "is empty".to_owned(),
            said => format!("says {:?}, which refers to none", printable(said)),
        };
        return refused(State::Skipped, format!("{NO_CONSENT} {why}"));
    }
    if person.inputs.is_empty() {
        return refused(State::Skipped, NOTHING.to_owned());
    }
    // One person's failure never stops the rest, not even a defect of ours.
    match catch_unwind(AssertUnwindSafe(|| attempt(sweep, person, last_table, hosts))) {
        Ok(Ok(found)) => found,
        Ok(Err(problem)) => refused(State::Failed, problem),
        Err(_) => refused(State::Failed, BROKEN.to_owned()),
    }
}

fn attempt(
    sweep: &Sweep<'_>,
    person: &Person,
    last_table: &str,
    hosts: &Hosts,
) -> Result<Option<Outcome>, String> {
    let (inputs, problems) = Input::recognise_all(&person.inputs);
    // What can be read of a person is read: the rest makes the audit incomplete.
    let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if inputs.is_empty() {
        return Err(problems.join("; "));
    }
    let previous = previous(sweep, person)
        .map(|path| Previous::open(&path))
        .transpose()
        .map_err(|error| error.to_string())?;
    let table = table_of(sweep.folder, person);
    let destination = Destination::prepare(&table, inputs.iter().flat_map(Input::paths))
        .map_err(|error| error.to_string())?;
    let output = format!("{PEOPLE}/{}.csv", person.file);
    let order = Order {
        engine: sweep.engine,
        reader: sweep.reader,
        profile: sweep.profile,
        policy: sweep.policy,
        subject: Some(&person.subject),
        previous: previous.as_ref(),
        columns: sweep.columns,
        options: sweep.options,
        seed: place(sweep.seed, &person.id),
        started: sweep.started,
        finished: sweep.finished,
        unreadable: &problems,
        output: &output,
        wayback: None,
    };
    let turn = hosts.take(inputs.iter().filter_map(Input::host));
    let (run, findings) =
        audit::conduct(inputs, &order, &sweep.settings(), None).map_err(|error| error.to_string())?;
    drop(turn);
    if run.interrupted {
        return Ok(None);
    }
    if items_read(&run) == 0 && !run.complete {
        return Err(nothing_read(&run.inputs));
    }
    let made = Made::of(&run, &findings, sweep).map_err(|error| format!("{}: {error}", table.display()))?;
    made.keeps_decisions(&table, last_table)?;
    made.write(&table, &destination).map_err(|error| error.to_string())?;
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    problems.extend(not_listed(&findings));
    Ok(Some(Outcome {
        problem: one_line(&problems.join("\n")),
        table: digest(&made.table),
        record: digest(&made.record),
        page: made.page.as_deref().map(digest).unwrap_or_default(),
        ..told(person, &run, &findings, sweep)
    }))
}

fn items_read(run: &Run) -> u64 {
    run.inputs.iter().map(|reading| reading.counts.items).sum()
}

/// That an archive was read and not looked at, because the roster does not list its account: nobody must take it for
/// audited.
fn not_listed(findings: &Findings) -> Option<String> {
    let items: u64 = findings.unlisted.values().sum();
    let names: Vec<String> = findings.unlisted.keys().take(NAMED).map(|name| printable(name)).collect();
    let more = if findings.unlisted.len() > NAMED { ", ..." } else { "" };
    (items > 0).then(|| {
        format!(
            "{} not looked at: of {}{more}; list the account in the column accounts if it is theirs, in not_mine if it is not",
            counted(items, "item", "items"),
            names.join(", ")
        )
    })
}

/// Why nothing of a person was read: for each input what failed first.
fn nothing_read(readings: &[Reading]) -> String {
    let why = |reading: &Reading| match &reading.ended {
        Ended::Unreadable(problem) => Some(problem.clone()),
        _ => {
            let (reason, gap) = reading.coverage.failed.iter().next()?;
            let place = gap.examples.iter().next().map_or("", String::as_str);
            Some(format!("{}: {reason} ({place})", reading.coverage.input))
        }
    };
    let reasons: Vec<String> = readings.iter().filter_map(why).collect();
    format!("nothing could be read of what the roster names\n{}", reasons.join("\n"))
}

/// A message as one line of a table: what happened and what to do; what was expected is said by the single audit.
fn one_line(message: &str) -> String {
    let lines =
        message.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("expected: "));
    lines.collect::<Vec<_>>().join("; ")
}

/// The roster's word, else the person's table in the folder of the last sweep, if it is there.
fn previous(sweep: &Sweep<'_>, person: &Person) -> Option<PathBuf> {
    let last = sweep.previous.map(|folder| folder.join(PEOPLE).join(format!("{}.csv", person.file)));
    person.previous.clone().or_else(|| last.filter(|path| path.exists()))
}

fn table_of(folder: &Path, person: &Person) -> PathBuf {
    folder.join(PEOPLE).join(format!("{}.csv", person.file))
}

/// A person's files, before they are written.
struct Made {
    table: Vec<u8>,
    record: Vec<u8>,
    /// The report for reading, if the sweep writes them.
    page: Option<Vec<u8>>,
}

impl Made {
    fn of(run: &Run, findings: &Findings, sweep: &Sweep<'_>) -> io::Result<Self> {
        let (rows, closed, columns) = (&findings.rows, &findings.closed, sweep.columns);
        let (mut table, mut record, mut page) = (Vec::new(), Vec::new(), Vec::new());
        csv::write(rows, closed, run, columns, csv::Options::default(), &mut table)?;
        run.write(&mut record)?;
        if sweep.reports {
            html::write(rows, run, &mut page)?;
        }
        Ok(Self { table, record, page: sweep.reports.then_some(page) })
    }

    /// Refuses to replace a table that somebody has filled in: one that is neither as this sweep wrote it before,
    /// nor as it would be written now, which is what a kill before the log's line leaves behind.
    fn keeps_decisions(&self, table: &Path, last_table: &str) -> Result<(), String> {
        let there = match std::fs::read(table) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(format!("{}: {error}", table.display())),
        };
        let as_written = last_table.is_empty() || blake3::hash(&there).to_hex().as_str() == last_table;
        if as_written || there == self.table {
            return Ok(());
        }
        Err(format!(
            "{} is left as it is: it was filled in since this sweep wrote it, and auditing this person again would lose \
             that\n  try: move it away and name it in the roster's column previous, or wait for the next sweep",
            table.display()
        ))
    }

    /// The table, the record, the report. The log's line comes last, and only then is the person done.
    fn write(&self, path: &Path, table: &Destination) -> Result<(), OutputError> {
        let whole = |bytes: &[u8], to: &Destination| to.write(|to| to.write_all(bytes));
        whole(&self.table, table)?;
        if let Some(beside) = table.run_file() {
            whole(&self.record, &beside)?;
        }
        match &self.page {
            Some(page) => whole(page, &Destination::prepare(&path.with_extension(PAGE), [])?),
            None => Ok(()),
        }
    }
}

fn told(person: &Person, run: &Run, findings: &Findings, sweep: &Sweep<'_>) -> Outcome {
    let today = day(sweep.started);
    let mut by_status = BTreeMap::new();
    let statuses =
        findings.rows.iter().map(|row| row.status).chain(findings.closed.iter().map(|row| row.status));
    for status in statuses {
        *by_status.entry(status.name().to_owned()).or_insert(0) += 1;
    }
    let open = || findings.rows.iter().filter(|row| row.is_open());
    let critical = open().filter(|row| row.severity == Severity::Critical);
    let first_seen =
        critical.map(|row| row.first_seen.as_deref().and_then(|day| day.parse().ok()).unwrap_or(today));
    let age = |day: Date| today.since(day).map_or(0, |span| i64::from(span.get_days()));
    Outcome {
        id: person.id.clone(),
        row: person.digest.clone(),
        state: State::Done,
        complete: run.complete,
        items: items_read(run).saturating_sub(run.items_left_out.values().sum()),
        by_severity: run.findings.by_severity.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
        open: run.findings.open,
        worst_open: open().map(|row| row.severity).max().map_or("", Severity::name).to_owned(),
        by_status,
        decided: run.comparison.as_ref().map_or_else(BTreeMap::new, |comparison| {
            let alarms =
                |rule: &String| comparison.false_alarms_by_rule.get(rule).copied().unwrap_or_default();
            let of = |(rule, all): (&String, &u64)| (rule.clone(), (alarms(rule), *all));
            comparison.decided_by_rule.iter().map(of).collect()
        }),
        oldest_open_critical: first_seen.map(age).max(),
        root: run.attestation.root.clone(),
        ..Outcome::default()
    }
}

/// Whether the files that the log says were written are there. What a reader filled in is no matter.
pub(super) fn files_are_there(sweep: &Sweep<'_>, person: &Person) -> bool {
    let table = table_of(sweep.folder, person);
    let page_is_there = || !sweep.reports || table.with_extension(PAGE).is_file();
    table.is_file() && table.with_extension(RECORD).is_file() && page_is_there()
}
