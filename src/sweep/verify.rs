//! Whether what stands in a sweep's folder is what the sweep wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::log::{self, Event, LogError, Outcome, State};
use super::{LOG, PAGE, PEOPLE, TABLE, roster};
use crate::verify::{self, Record, Verdict};
use crate::wording::counted;

/// Checks the log's chain, and every file that it names against it. Decisions that people filled in are no alteration.
pub fn verify(folder: &Path) -> Result<Verdict, LogError> {
    let (lines, head) = log::read(&folder.join(LOG))?;
    let mut verdict = Verdict::default();
    let count = counted(lines.len() as u64, "line", "lines");
    verdict.good.push(format!("{LOG}: {count}, each follows from the one before; the last is {head}"));
    let mut people: BTreeMap<String, Outcome> = BTreeMap::new();
    let mut ended = None;
    for line in lines {
        match line.event {
            Event::Person(outcome) => {
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
    Ok(verdict)
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
