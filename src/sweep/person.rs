//! One person of a sweep: their audit, their two files, and what the log says of it.

use std::collections::BTreeMap;
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
use crate::report::output::{Destination, OutputError};
use crate::report::{Run, csv};
use crate::sources::input::Input;

const NO_CONSENT: &str = "no consent on record: the roster's column consent is empty";
const NOTHING: &str = "nothing to read: the roster names neither an archive nor an address";
const BROKEN: &str = "an internal error (a defect of whitecoat, please report it) ended this audit";

/// Audits one person. `None` if the sweep was interrupted meanwhile: then nothing of theirs was written.
pub(super) fn audit(sweep: &Sweep<'_>, person: &Person, hosts: &Hosts) -> Option<Outcome> {
    let outcome = Outcome { id: person.id.clone(), row: person.digest.clone(), ..Outcome::default() };
    let refused = |state, problem: String| Some(Outcome { state, problem, ..outcome.clone() });
    if sweep.profile.profile.consent && person.subject.consent().is_none() {
        return refused(State::Skipped, NO_CONSENT.to_owned());
    }
    if person.inputs.is_empty() {
        return refused(State::Skipped, NOTHING.to_owned());
    }
    // One person's failure never stops the rest, not even a defect of ours.
    match catch_unwind(AssertUnwindSafe(|| attempt(sweep, person, hosts))) {
        Ok(Ok(found)) => found,
        Ok(Err(problem)) => refused(State::Failed, problem),
        Err(_) => refused(State::Failed, BROKEN.to_owned()),
    }
}

fn attempt(sweep: &Sweep<'_>, person: &Person, hosts: &Hosts) -> Result<Option<Outcome>, String> {
    let (inputs, problems) = Input::recognise_all(&person.inputs);
    // What can be read of a person is read: the rest makes the audit incomplete.
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    if inputs.is_empty() {
        return Err(problems.join("; "));
    }
    let previous = previous(sweep, person)
        .map(|path| Previous::open(&path))
        .transpose()
        .map_err(|error| error.to_string())?;
    let table = sweep.folder.join(PEOPLE).join(format!("{}.csv", person.file));
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
    if run.inputs.iter().all(|reading| reading.counts.items == 0) && !run.complete {
        return Err("nothing could be read of what the roster names".to_owned());
    }
    let written = write(&destination, &run, &findings, sweep).map_err(|error| error.to_string())?;
    let mut outcome = told(person, &run, &findings, sweep);
    outcome.problem = problems.join("; ");
    (outcome.table, outcome.record) = written;
    Ok(Some(outcome))
}

/// The roster's word, else the person's table in the folder of the last sweep, if it is there.
fn previous(sweep: &Sweep<'_>, person: &Person) -> Option<PathBuf> {
    let last = sweep.previous.map(|folder| folder.join(PEOPLE).join(format!("{}.csv", person.file)));
    person.previous.clone().or_else(|| last.filter(|path| path.exists()))
}

/// Writes the table, then the record. The log's line comes last, and only then is the person done.
fn write(
    destination: &Destination,
    run: &Run,
    findings: &Findings,
    sweep: &Sweep<'_>,
) -> Result<(String, String), OutputError> {
    let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let mut table = Vec::new();
    let mut record = Vec::new();
    // Writing into memory cannot fail.
    let _ =
        csv::write(&findings.rows, &findings.closed, run, sweep.columns, csv::Options::default(), &mut table);
    let _ = run.write(&mut record);
    destination.write(|to| std::io::Write::write_all(to, &table))?;
    if let Some(beside) = destination.run_file() {
        beside.write(|to| std::io::Write::write_all(to, &record))?;
    }
    Ok((digest(&table), digest(&record)))
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
        items: run.inputs.iter().map(|reading| reading.counts.items).sum(),
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
pub(super) fn files_are_there(folder: &Path, person: &Person) -> bool {
    let table = folder.join(PEOPLE).join(format!("{}.csv", person.file));
    table.is_file() && table.with_extension("run.json").is_file()
}
