//! The table of the last audit, as its reader hands it back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::Decision;
use crate::identity::{self, Version};
use crate::report::row::Status;
use crate::table::{Table, TableError, TableRow};
use crate::wording::{counted, thousands};

/// The column without which nothing can be told.
const ID: &str = "finding_id";
/// How many rows a message names.
const NAMED: usize = 10;
/// The record's shape that is understood.
const RECORD_VERSION: u64 = 2;

/// The last audit.
#[derive(Clone, Debug, Default)]
pub struct Previous {
    /// The table, as it was named or found.
    pub path: PathBuf,
    /// Its findings by id.
    pub entries: BTreeMap<String, Entry>,
    /// When it ran.
    pub since: Option<Timestamp>,
    /// The accounts that it read, if its record says so.
    pub accounts: Option<BTreeSet<String>>,
    /// Whose audit it was, if its record says so.
    pub subject: Option<String>,
    /// What was done to read it, and what of it could not be used.
    pub notes: Vec<String>,
    /// Items that its findings are in.
    pub items: BTreeSet<String>,
}

/// One of its findings.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number as a spreadsheet counts.
    pub row: u64,
    /// Its cells by column.
    pub cells: BTreeMap<String, String>,
    /// What was decided.
    pub decision: Decision,
    /// What it was then.
    pub status: Option<Status>,
    /// The item and its words then.
    pub version: Option<Version>,
    /// The day of the audit that first had it.
    pub first_seen: Option<Date>,
}

impl Entry {
    /// A cell.
    pub fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Whether the last audit already had no finding for it.
    pub fn was_closed(&self) -> bool {
        matches!(self.status, Some(Status::Resolved | Status::Gone | Status::RuleChanged))
    }
}

/// What the record beside a table says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    format_version: u64,
    started: Option<String>,
    accounts: Option<BTreeMap<String, u64>>,
    subject: Option<RecordSubject>,
    attestation: RecordAttestation,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RecordAttestation {
    findings: RecordRows,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RecordRows {
    count: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RecordSubject {
    id: String,
}

impl Previous {
    /// Reads a table, or the newest one in a folder, with the record beside it.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let path = if path.is_dir() { newest(path)? } else { path.to_owned() };
        let table = Table::open(&path)?;
        if table.header.is_empty() {
            return Err(wrong(&path, "there is nothing in it"));
        }
        if table.column(ID).is_none() {
            let problem = match table.like(ID) {
                Some(near) => format!("there is no column {ID:?}, only {near:?}"),
                None => format!("there is no column {ID:?}"),
            };
            return Err(wrong(&path, &problem));
        }
        if let Some(last) = table.rows.last().filter(|row| row.cells.len() < table.header.len())
            && last.cell(table.column(ID)).trim().is_empty()
        {
            let (found, expected) = (last.cells.len(), table.header.len());
            let problem = format!("row {} is cut short: {found} of {expected} cells", thousands(last.number));
            let next = "copy the whole file again; what was decided in the lost rows would come back as new";
            return Err(TableError::invalid(&path, problem, "a table that ends with a whole row", next));
        }
        let mut previous = Self { notes: table.notes.clone(), ..Self::default() };
        previous.read_record(&path, table.rows.len() as u64)?;
        previous.take_rows(&table);
        if previous.entries.is_empty() && !table.rows.is_empty() {
            return Err(TableError::invalid(
                &path,
                format!("no row has a {ID} that whitecoat writes, so nothing of it can be carried over"),
                "ids such as f0123456789abcdef in that column",
                "give the table as it was saved last; copy the column back if it was changed",
            ));
        }
        previous.path = path;
        Ok(previous)
    }

    fn read_record(&mut self, path: &Path, rows: u64) -> Result<(), TableError> {
        let Ok(bytes) = fs::read(path.with_extension("run.json")) else {
            self.notes.push(
                "there is no record of the run beside it, so when it ran and what it read is not known"
                    .to_owned(),
            );
            return Ok(());
        };
        let Ok(record) = serde_json::from_slice::<Record>(&bytes) else {
            self.notes.push("the record of the run beside it cannot be read".to_owned());
            return Ok(());
        };
        if record.format_version > RECORD_VERSION {
            let problem =
                format!("it was written by a later version of whitecoat (record {})", record.format_version);
            let expected = format!("an audit of this version (record {RECORD_VERSION}) or an earlier one");
            return Err(TableError::invalid(path, problem, expected, "install the version that wrote it"));
        }
        let written = record.attestation.findings.count;
        if rows < written {
            self.notes.push(format!(
                "it has {} and the audit wrote {}: what was decided in the lost rows comes back as new",
                counted(rows, "row", "rows"),
                thousands(written)
            ));
        }
        self.since = record.started.and_then(|started| started.parse().ok());
        self.accounts = record.accounts.map(|accounts| accounts.into_keys().collect());
        self.subject = record.subject.map(|subject| subject.id).filter(|id| !id.is_empty());
        Ok(())
    }

    fn take_rows(&mut self, table: &Table) {
        let (mut unusable, mut double, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
        let day_first = DayFirst::of(table);
        for row in &table.rows {
            let id = row.cell(table.column(ID)).trim().to_lowercase();
            if !identity::is_finding_id(&id) {
                unusable.push(row.number);
                continue;
            }
            let entry = entry(table, row, &day_first);
            if entry.decision == Decision::Unclear {
                unclear.push(row.number);
            }
            self.items.extend(entry.version.as_ref().map(|version| version.item.clone()));
            match self.entries.get(&id) {
                None => {
                    self.entries.insert(id, entry);
                }
                // Somebody copied a row: the copy with a decision counts.
                Some(known) => {
                    double.push(row.number);
                    if known.decision == Decision::None && entry.decision != Decision::None {
                        self.entries.insert(id, entry);
                    }
                }
            }
        }
        let mut note = |rows: &[u64], what: &str| {
            if !rows.is_empty() {
                self.notes.push(format!(
                    "{}: {what} ({})",
                    rows_named(rows),
                    counted(rows.len() as u64, "row", "rows")
                ));
            }
        };
        note(&unusable, "no finding_id that whitecoat writes, so they match nothing");
        note(&double, "a finding_id that stands there already; of copies the one with a decision counts");
        note(
            &unclear,
            "a decision that was not understood, so they come back; write keep: REASON, removed, edited or not-an-issue",
        );
        let unread = |row: &&TableRow| {
            let cell = row.cell(table.column("first_seen")).trim();
            !cell.is_empty() && day_first.read(cell).is_none()
        };
        let unread: Vec<u64> = table.rows.iter().filter(unread).map(|row| row.number).collect();
        note(&unread, "a first_seen that is no day; it stays as it is");
        if !table.doubles().is_empty() {
            self.notes.push(format!(
                "columns that stand twice, of which the first is read: {}",
                table.doubles().join(", ")
            ));
        }
        if day_first.guessed {
            self.notes.push("dates such as 3/2/2026 were read by what parts the cells: day first with `;`, else month first".to_owned());
        }
        for column in ["decision", "item_version", "status"] {
            if table.column(column).is_none() {
                let loses = match column {
                    "decision" => "nothing can be carried over",
                    "status" => "what was resolved then is taken for open",
                    _ => "edited posts cannot be told",
                };
                self.notes.push(format!("it has no column {column}: {loses}"));
            }
        }
    }
}

fn entry(table: &Table, row: &TableRow, day_first: &DayFirst) -> Entry {
    let named = table.header.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    let cells: BTreeMap<String, String> =
        named.map(|(name, cell)| (name.clone(), cell.trim().to_owned())).collect();
    let cell = |name: &str| cells.get(name).map_or("", String::as_str);
    let status = Status::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(cell("status")));
    Entry {
        row: row.number,
        decision: Decision::parse(cell("decision"), cell("note")),
        status,
        version: Version::parse(cell("item_version")),
        first_seen: day_first.read(cell("first_seen")),
        cells,
    }
}

/// How a spreadsheet wrote days.
struct DayFirst {
    day_first: bool,
    guessed: bool,
}

impl DayFirst {
    /// Looks at all days of the table: one above 12 tells.
    fn of(table: &Table) -> Self {
        let column = table.column("first_seen");
        let numbers = table.rows.iter().filter_map(|row| slashed(row.cell(column)));
        let (mut day_first, mut month_first, mut any) = (false, false, false);
        for (first, second, _) in numbers {
            any = true;
            day_first |= first > 12;
            month_first |= second > 12;
        }
        let guessed = any && day_first == month_first;
        Self { day_first: if guessed { table.delimiter == ';' } else { day_first }, guessed }
    }

    fn read(&self, cell: &str) -> Option<Date> {
        let cell = cell.trim();
        let day = cell.split(['T', ' ']).next().unwrap_or_default();
        if let Ok(date) = day.replace(['/', '.'], "-").parse::<Date>() {
            return Some(date);
        }
        if let Some((first, second, year)) = dotted(day) {
            return Date::new(year, second, first).ok();
        }
        let (first, second, year) = slashed(day)?;
        let (day, month) = if self.day_first { (first, second) } else { (second, first) };
        Date::new(year, month, day).ok()
    }
}

fn slashed(cell: &str) -> Option<(i8, i8, i16)> {
    parts(cell, '/').or_else(|| parts(cell, '-'))
}

fn dotted(cell: &str) -> Option<(i8, i8, i16)> {
    parts(cell, '.')
}

/// `3/2/2026` or `3/2/26`.
fn parts(cell: &str, apart: char) -> Option<(i8, i8, i16)> {
    let mut parts = cell.trim().split(apart);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i16 = year.parse().ok()?;
    let year = if (0..100).contains(&year) { year + 2000 } else { year };
    parts.next().is_none().then_some((first.parse().ok()?, second.parse().ok()?, year))
}

fn rows_named(rows: &[u64]) -> String {
    let named: Vec<String> = rows.iter().take(NAMED).map(u64::to_string).collect();
    let more = if rows.len() > NAMED { " ..." } else { "" };
    format!("row {}{more}", named.join(", "))
}

fn wrong(path: &Path, problem: &str) -> TableError {
    TableError::invalid(
        path,
        problem,
        "the table of an earlier audit, with the header that whitecoat wrote",
        "give the audit.csv of last time; if its first row was deleted or translated, put it back",
    )
}

/// The newest audit in a folder: by the record beside it, else by the file's own time; then by name.
fn newest(folder: &Path) -> Result<PathBuf, TableError> {
    let failed = |source| TableError::Open { path: folder.display().to_string(), source };
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) && is_audit(&path)
        {
            tables.push((when(&path), path));
        }
    }
    tables.sort();
    tables.pop().map(|(_, path)| path).ok_or_else(|| {
        TableError::invalid(
            folder,
            "no CSV file in this folder is an audit",
            "a folder with the audit.csv of last time",
            "give the file itself",
        )
    })
}

fn is_audit(path: &Path) -> bool {
    Table::open(path).is_ok_and(|table| table.column(ID).is_some())
}

fn when(path: &Path) -> Timestamp {
    let record = fs::read(path.with_extension("run.json")).ok();
    let record: Option<Record> = record.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let started = record.and_then(|record| record.started?.parse().ok());
    let saved = || {
        let time = fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
    };
    started.or_else(saved).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn days(text: &str) -> Vec<Option<String>> {
        let table = Table::parse(text.as_bytes());
        let day_first = DayFirst::of(&table);
        let column = table.column("first_seen");
        table.rows.iter().map(|row| day_first.read(row.cell(column)).map(|date| date.to_string())).collect()
    }

    #[test]
    fn days_are_read_however_a_spreadsheet_wrote_them() {
        let is = |date: &str| Some(date.to_owned());
        assert_eq!(
            days("first_seen,a\n2026-02-03,\n2026/02/03,\n03.02.2026,\n"),
            [is("2026-02-03"), is("2026-02-03"), is("2026-02-03")]
        );
        assert_eq!(days("first_seen,a\n3/2/2026,\n13/2/2026,\n"), [is("2026-02-03"), is("2026-02-13")]);
        assert_eq!(days("first_seen,a\n3/2/2026,\n2/13/26,\n"), [is("2026-03-02"), is("2026-02-13")]);
        assert_eq!(days("first_seen;a\n3/2/2026;\n"), [is("2026-02-03")]);
        assert_eq!(days("first_seen,a\n3/2/2026,\nsoon,\n"), [is("2026-03-02"), None]);
    }

    fn opened(text: &str) -> Result<Previous, TableError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("last.csv");
        fs::write(&path, text).unwrap();
        Previous::open(&path)
    }

    #[test]
    fn what_is_no_audit_is_refused_with_what_to_do() {
        for (text, problem) in [
            ("", "there is nothing in it"),
            ("a,b\n1,2\n", "there is no column \"finding_id\""),
            ("rule,findingid\n", "only \"findingid\""),
            ("rule,finding_id\na,1.23E+15\nb,\n", "no row has a finding_id that whitecoat writes"),
            ("rule,title,finding_id\na,b,f0123456789abcdef\nprivacy/pa", "row 3 is cut short: 1 of 3 cells"),
        ] {
            let message = opened(text).unwrap_err().to_string();
            assert!(message.contains(problem) && message.contains("try: "), "{message}");
        }
    }

    #[test]
    fn rows_that_mean_nothing_are_named_and_the_rest_is_used() {
        let text = "decision,note,finding_id,first_seen,decision\nkeep: a,,f0123456789abcdef,2026-01-02,\n\
                    maybe,,ffedcba9876543210,31/31/9999,\nremoved,,1.23E+15,,\n,,f0123456789abcdef,,\nx,,,,\n";
        let previous = opened(text).unwrap();
        assert_eq!(previous.entries.len(), 2);
        let notes = previous.notes.join("\n");
        assert!(notes.contains("row 4, 6: no finding_id"), "{notes}");
        assert!(notes.contains("row 5: a finding_id that stands there already"), "{notes}");
        assert!(notes.contains("row 3: a first_seen that is no day"), "{notes}");
        assert!(notes.contains("columns that stand twice, of which the first is read: decision"), "{notes}");
        assert!(notes.contains("row 3: a decision that was not understood"), "{notes}");
    }
}
