//! Whether a report is the one that a run wrote, by the record of the run.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use whitecoat_engine::Item;

use crate::attest::{self, Attestation, Tree};
use crate::pipeline::{self, Settings};
use crate::report::columns;
use crate::sources::input::Input;
use crate::table::{Table, TableError, TableRow};
use crate::wording::{counted, thousands};

/// What an older record's root does not cover.
const ONLY_FIRST: &str = "an earlier version wrote the record: its root covers items, rows, rules, profile and time, and nothing else in it";
/// How many alterations are named.
const NAMED: usize = 50;

/// What a check asks of a record.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// The root over all of it as it is now.
    #[serde(skip)]
    sealed: String,
    #[serde(default)]
    options: Options,
    ruleset_hash: String,
    started: String,
    profile: Profile,
    /// What the run attested.
    pub attestation: Attestation,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Options {
    #[serde(default)]
    csv_raw: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Profile {
    blake3: String,
}

/// What holds, and what does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What holds.
    pub good: Vec<String>,
    /// What was altered.
    pub problems: Vec<String>,
}

impl Verdict {
    /// Adds another one.
    pub fn absorb(&mut self, other: Verdict) {
        self.good.extend(other.good);
        self.problems.extend(other.problems);
    }
}

impl Record {
    /// Reads a record.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, String> {
        let record: Result<Self, _> = serde_json::from_slice(bytes);
        let sealed = || attest::sealed(bytes).unwrap_or_default();
        record.map(|record| Self { sealed: sealed(), ..record }).map_err(|error| {
            format!(
                "{}: not the record of an audit ({})\n  expected: the file audit.run.json that an audit writes beside its table\n  try: give the record first, then the report",
                path.display(),
                match error.classify() {
                    serde_json::error::Category::Data => "it has no attestation, or an older version wrote it",
                    _ => "it is no JSON",
                }
            )
        })
    }

    /// Whether it agrees with itself.
    pub fn check(&self) -> Verdict {
        let claimed = &self.attestation;
        let findings = attest::root_of_rows(&claimed.rows);
        let mut verdict = Verdict::default();
        let root = match claimed.scheme {
            1 => {
                let (rules, profile) = (&self.ruleset_hash, &self.profile.blake3);
                attest::first_root(rules, profile, &self.started, &claimed.items, &findings)
            }
            attest::SCHEME => self.sealed.clone(),
            other => {
                verdict.problems.push(format!("the record: its root is of scheme {other}, which this version does not know; use the version that wrote it"));
                return verdict;
            }
        };
        if findings == claimed.findings && root == claimed.root {
            verdict.good.push(format!(
                "the record agrees with itself ({}, {}, rules {})",
                counted(claimed.items.count, "item", "items"),
                counted(claimed.findings.count, "row", "rows"),
                self.ruleset_hash.get(..12).unwrap_or_default()
            ));
            if claimed.scheme == 1 {
                verdict.good.push(ONLY_FIRST.to_owned());
            }
        } else {
            verdict.problems.push("the record: what it says does not agree with its root".to_owned());
        }
        verdict
    }

    /// Whether its table has guards before what a spreadsheet might run. Of older records it is not known.
    fn has_guards(&self) -> bool {
        self.attestation.scheme > 1 && !self.options.csv_raw
    }
}

/// Compares a report, row by row.
pub fn report(record: &Record, path: &Path) -> Result<Verdict, TableError> {
    let mut bare = Vec::new();
    let lines = match path.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl" | "ndjson") => json_lines(record, path)?,
        _ => table_lines(record, path, &mut bare)?,
    };
    let mut verdict = compare(record, lines);
    verdict.problems.extend(bare);
    Ok(verdict)
}

/// One row of a report: its number, its id, and its digest.
struct Line {
    number: u64,
    id: String,
    digest: String,
}

/// The rows of a table; what a spreadsheet would run goes to `bare`.
fn table_lines(record: &Record, path: &Path, bare: &mut Vec<String>) -> Result<Vec<Line>, TableError> {
    let table = Table::open(path)?;
    let mut places = Vec::new();
    for column in &record.attestation.columns {
        let place = table.column(column).ok_or_else(|| {
            let problem = format!("its column {column} is gone");
            let expected = "the report with all the columns that the audit wrote, and perhaps more";
            TableError::invalid(path, problem, expected, "give the report as it was written")
        })?;
        places.push((column.as_str(), place));
    }
    if record.has_guards() {
        let of = |row: &TableRow| places.iter().find(|(_, place)| row.is_bare(*place)).map(|(name, _)| *name);
        let rows = table.rows.iter().filter_map(|row| Some((row.number, of(row)?)));
        let problem = |(number, name)| {
            format!(
                "row {number}: the apostrophe before what a spreadsheet would run as a formula is gone in {name}"
            )
        };
        bare.extend(rows.map(problem).take(NAMED));
    }
    let lines = table.rows.iter().map(|row| {
        let cells = places.iter().map(|(name, place)| (*name, row.cell(Some(*place))));
        let id = row.cell(table.column("finding_id")).to_owned();
        Line { number: row.number, id, digest: attest::of_cells(cells) }
    });
    Ok(lines.collect())
}

fn json_lines(record: &Record, path: &Path) -> Result<Vec<Line>, TableError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| TableError::Open { path: path.display().to_string(), source })?;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let values: BTreeMap<String, Value> = serde_json::from_str(line).map_err(|_| {
            let problem = format!("line {number} is no JSON object");
            TableError::invalid(
                path,
                problem,
                "JSON Lines, one object a finding",
                "give the report as it was written",
            )
        })?;
        let field = values.get("span_field").and_then(Value::as_str).unwrap_or("text");
        let value = |name: &str| values.get(name).cloned().unwrap_or(Value::Null);
        let cells: Vec<(&str, String)> = record
            .attestation
            .columns
            .iter()
            .map(|name| (name.as_str(), columns::rendered(name, value(name), field)))
            .collect();
        let id = value("finding_id").as_str().unwrap_or_default().to_owned();
        let cells = cells.iter().map(|(name, cell)| (*name, cell.as_str()));
        lines.push(Line { number, id, digest: attest::of_cells(cells) });
    }
    Ok(lines)
}

fn compare(record: &Record, lines: Vec<Line>) -> Verdict {
    let attested = record.attestation.rows.iter().filter_map(|row| row.rsplit_once(':'));
    let mut left: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, digest) in attested {
        left.entry(id).or_default().push(digest);
    }
    // Without ids the digest alone tells.
    let has_ids = record.attestation.columns.iter().any(|column| column == "finding_id");
    let (mut good, mut problems) = (0_u64, Vec::new());
    for line in &lines {
        let id = if has_ids { line.id.as_str() } else { "" };
        match left.get_mut(id).map(|digests| digests.iter().position(|digest| *digest == line.digest)) {
            Some(Some(at)) => {
                if let Some(digests) = left.get_mut(id) {
                    digests.remove(at);
                }
                good += 1;
            }
            Some(None) if left.get(id).is_some_and(|digests| !digests.is_empty()) => {
                left.remove(id);
                problems.push(format!("row {} ({id}) was changed", line.number));
            }
            _ => problems.push(format!("row {} ({}) was added, or stands there twice", line.number, line.id)),
        }
    }
    let gone = left.into_iter().filter(|(_, digests)| !digests.is_empty());
    problems.extend(gone.map(|(id, digests)| match (id, digests.len() as u64) {
        ("", count) => format!("{} changed or taken out", counted(count, "row was", "rows were")),
        (id, _) => format!("the row {id} was taken out"),
    }));
    let more = problems.len().saturating_sub(NAMED) as u64;
    problems.truncate(NAMED);
    if more > 0 {
        problems.push(format!("and {} more", thousands(more)));
    }
    let good = vec![format!("{} as written", counted(good, "row is", "rows are"))];
    Verdict { good, problems }
}

/// Reads inputs again, and compares their items.
pub fn items(record: &Record, inputs: Vec<Input>, settings: &Settings) -> Verdict {
    let mut tree = Tree::default();
    let worker = || |_, items: Vec<Item>| items.iter().map(attest::of_item).collect::<Vec<_>>();
    pipeline::run(inputs, settings, worker, |leaves: Vec<blake3::Hash>| {
        leaves.into_iter().for_each(|leaf| tree.add(leaf));
        ControlFlow::Continue(())
    });
    let (found, claimed) = (tree.digest(), &record.attestation.items);
    let mut verdict = Verdict::default();
    if found == *claimed {
        verdict
            .good
            .push(format!("these are the {} that the audit covered", counted(found.count, "item", "items")));
    } else {
        verdict.problems.push(format!(
            "these are not the items that the audit covered: {} here, {} there, and the digests differ",
            counted(found.count, "item", "items"),
            thousands(claimed.count)
        ));
    }
    verdict
}
