//! Whether what stands in a sweep's folder is what the sweep wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::log::{self, Event, LogError, Outcome, State};
use super::{LOG, PAGE, PEOPLE, TABLE, roster};
use crate::verify::{self, Record, Verdict};
use crate::wording::{counted, printable};

/// How many files that should not be there are named.
const NAMED: usize = 20;

/// Checks the log's chain, and every file that it names against it. Decisions that people filled in are no alteration.
pub fn verify(folder: &Path) -> Result<Verdict, LogError> {
    let (lines, head) = log::read(&folder.join(LOG))?;
    let mut verdict = Verdict::default();
    let count = counted(lines.len() as u64, "line", "lines");
    verdict.good.push(format!("{LOG}: {count}, each follows from the one before; the last is {head}"));
    let mut people: BTreeMap<String, Outcome> = BTreeMap::new();
    let mut ended = None;
    let mut written = BTreeSet::new();
    for line in lines {
        match line.event {
            Event::Person(outcome) => {
                written.extend(files_of(&outcome));
                people.insert(outcome.id.clone(), *outcome);
            }
            Event::End { table, page } => ended = Some((table, page)),
            Event::Start(_) | Event::Resume(_) | Event::Stop => ended = None,
        }
    }
    match ended {
        Some((table, page)) => {
            for (name, expected) in [(TABLE, table), (PAGE, page)] {
                match fs::read(folder.join(name)) {
                    Ok(bytes) if blake3::hash(&bytes).to_hex().as_str() == expected => {
                        verdict.good.push(format!("{name}: as written"));
                    }
                    Ok(_) => verdict.problems.push(format!("{name}: it was changed")),
                    Err(error) => verdict.problems.push(format!("{name}: {error}")),
                }
            }
        }
        None => verdict.problems.push(format!(
            "{LOG}: it does not end with the end of a sweep: the sweep was interrupted, or lines were cut off"
        )),
    }
    let done = people.values().filter(|outcome| outcome.state == State::Done);
    let (mut right, mut wrong) = (0, Vec::new());
    for outcome in done {
        match person(folder, outcome) {
            Ok(()) => right += 1,
            Err(problem) => wrong.push(format!("{}: {problem}", outcome.id)),
        }
    }
    verdict.good.push(format!("{}: all files as written", counted(right, "person", "people")));
    verdict.problems.extend(wrong);
    verdict.problems.extend(strangers(&folder.join(PEOPLE), &written));
    Ok(verdict)
}

/// The names of the files that a person's line in the log tells of.
fn files_of(outcome: &Outcome) -> Vec<String> {
    let file = roster::file_name(&outcome.id);
    let ends = match (outcome.state, outcome.page.is_empty()) {
        (State::Done, true) => &["csv", "run.json"][..],
        (State::Done, false) => &["csv", "run.json", "html"],
        _ => &[],
    };
    ends.iter().map(|end| format!("{file}.{end}")).collect()
}

/// Files among those of the people that the sweep did not write. Hidden ones are the system's, or a spreadsheet's while
/// it has a table open.
fn strangers(folder: &Path, written: &BTreeSet<String>) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let others: BTreeSet<String> =
        names.filter(|name| !name.starts_with('.') && !written.contains(name)).collect();
    let more = others.len().saturating_sub(NAMED) as u64;
    let named = others.iter().take(NAMED);
    let mut problems: Vec<String> = named
        .map(|name| format!("{PEOPLE}/{}: the log does not tell of it; take it out", printable(name)))
        .collect();
    if more > 0 {
        problems.push(format!("{PEOPLE}: and {}", counted(more, "more such file", "more such files")));
    }
    problems
}

fn person(folder: &Path, outcome: &Outcome) -> Result<(), String> {
    let table = folder.join(PEOPLE).join(format!("{}.csv", roster::file_name(&outcome.id)));
    let record_path = table.with_extension("run.json");
    let bytes = fs::read(&record_path).map_err(|error| format!("the record: {error}"))?;
    if blake3::hash(&bytes).to_hex().as_str() != outcome.record {
        return Err("the record was changed".to_owned());
    }
    if !outcome.page.is_empty() {
        let page = fs::read(table.with_extension("html")).map_err(|error| format!("the report: {error}"))?;
        if blake3::hash(&page).to_hex().as_str() != outcome.page {
            return Err("the report was changed".to_owned());
        }
    }
    let written = fs::read(&table).map_err(|error| format!("the table: {error}"))?;
    if blake3::hash(&written).to_hex().as_str() == outcome.table {
        return Ok(());
    }
    let record = Record::parse(&record_path, &bytes)?;
    let verdict = verify::report(&record, &table).map_err(|error| error.to_string())?;
    match verdict.problems.first() {
        None => Ok(()),
        Some(problem) => Err(format!("the table: {problem}")),
    }
}
