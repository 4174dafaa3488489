//! The audit as one HTML page: for reading on a screen and on paper, whole without a script and without a network.
//!
//! The page is made from `templates/report.html`, which escapes all that is put into it. What a browser might do with
//! it all the same is forbidden by the page's own policy: no requests, no script and no style but the two it holds.

mod chart;
mod show;
mod tally;

use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use whitecoat_engine::{Rule, Severity};

use super::columns::possible_patient_data;
use super::run_file::Line;
use super::summary::{NO_CLEAN_BILL, REMOVAL};
use super::{Row, Run, summary};
use crate::coverage::Gap;
use crate::history::Comparison;
use crate::reading::{Ended, Reading};
use crate::wording::thousands;
use chart::Chart;
use show::{Shown, filters};
use tally::Tally;

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");
/// How many findings stand at the top.
const WORST: usize = 10;
/// Rows of one table: longer ones are cut, so that a browser lays out only what is on the screen.
const ROWS_PER_TABLE: usize = 200;
/// Up to how many findings all rules are unfolded; of more, only those with critical and high ones.
const ALL_OPEN: usize = 300;
/// Up to how many findings the list marks what is masked: each mark is an element for the browser to keep.
const MARKED: usize = 2_000;
/// Accounts with a section of their own.
const ACCOUNTS: usize = 40;

/// Writes the page. Rows are in the order of the report, masked or not as the audit made them.
pub fn write(rows: &[Row], run: &Run, mut to: impl Write) -> io::Result<()> {
    let tally = Tally::of(rows, run);
    let page = Page {
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        date: show::day(run.started.date()),
        marks: rows.len() <= MARKED,
        rows,
        run,
        chart: Chart::of(rows, run.started.date().year()),
        severities: tally::SEVERITIES.map(Severity::name),
        patient_data: rows.iter().any(possible_patient_data),
        removal: REMOVAL,
        no_clean_bill: NO_CLEAN_BILL,
        inputs: run.inputs.iter().filter(|reading| reading.coverage.holds == 0).collect(),
        worst: worst(rows, run, &tally),
        groups: groups(rows),
        most_accounts: ACCOUNTS,
        gaps: run.inputs.iter().flat_map(gaps).collect(),
        since: run.comparison.as_ref().map(|comparison| Since::of(comparison, run)),
        never_shown: summary::never_shown(run),
        checklist: checklist(run, &tally),
        tally,
    };
    page.write_into(&mut to)?;
    to.flush()
}

/// What the browser may do with the page.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    policy: String,
    style: &'static str,
    script: &'static str,
    date: String,
    rows: &'r [Row],
    run: &'r Run,
    tally: Tally<'r>,
    chart: Chart,
    marks: bool,
    /// Names, the worst first.
    severities: [&'static str; 5],
    patient_data: bool,
    removal: &'static str,
    no_clean_bill: &'static str,
    /// Without the folders that hold them.
    inputs: Vec<&'r Reading>,
    worst: Vec<First<'r>>,
    groups: Vec<Group<'r>>,
    most_accounts: usize,
    gaps: Vec<NotRead>,
    since: Option<Since<'r>>,
    never_shown: Option<String>,
    checklist: Vec<&'r Line>,
}

impl<'r> Page<'r> {
    fn shown(&self, row: &'r Row) -> Shown<'r> {
        Shown::of(row, self.run, &self.tally)
    }
}

/// What became of the last audit's findings.
struct Since<'r> {
    day: &'r str,
    became: String,
    false_alarms: Option<String>,
    notes: &'r [String],
}

impl<'r> Since<'r> {
    fn of(comparison: &'r Comparison, run: &Run) -> Self {
        let day = comparison.since.as_deref().and_then(|since| since.split('T').next());
        Self {
            day: day.unwrap_or_default(),
            became: summary::became(comparison, run),
            false_alarms: summary::false_alarms(comparison),
            notes: &comparison.notes,
        }
    }
}

/// One of the findings to deal with first.
struct First<'r> {
    shown: Shown<'r>,
    /// The number of an earlier one by the same rule, which says why and what to do.
    same: Option<usize>,
}

fn worst<'r>(rows: &'r [Row], run: &'r Run, tally: &Tally<'r>) -> Vec<First<'r>> {
    let mut worst: Vec<First<'r>> = Vec::new();
    for shown in summary::first(rows).map(|row| Shown::of(row, run, tally)).take(WORST) {
        let same = worst.iter().position(|first| first.shown.row.rule.id == shown.row.rule.id);
        worst.push(First { shown, same: same.map(|at| at + 1) });
    }
    worst
}

/// The findings of one rule, which share why and what to do.
struct Group<'r> {
    family: &'r str,
    rule: &'r Rule,
    rows: Vec<&'r Row>,
    open: bool,
}

/// As much of a group as one table holds.
struct Chunk<'g, 'r> {
    rows: &'g [&'r Row],
    from: usize,
    to: usize,
    /// It is all of the group.
    whole: bool,
}

impl<'r> Group<'r> {
    fn todo(&self) -> String {
        show::todo(self.rule)
    }

    fn chunks(&self) -> impl Iterator<Item = Chunk<'_, 'r>> {
        let whole = self.rows.len() <= ROWS_PER_TABLE;
        self.rows.chunks(ROWS_PER_TABLE).enumerate().map(move |(number, rows)| {
            let before = number * ROWS_PER_TABLE;
            Chunk { rows, from: before + 1, to: before + rows.len(), whole }
        })
    }
}

/// The rows by rule: in the order in which the rules first come.
fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let mut places = std::collections::BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in rows {
        let place = *places.entry(&*row.rule.id).or_insert(groups.len());
        if place == groups.len() {
            let open = rows.len() <= ALL_OPEN || row.severity >= Severity::High;
            groups.push(Group { family: tally::family(row), rule: &row.rule, rows: Vec::new(), open });
        }
        if let Some(group) = groups.get_mut(place) {
            group.rows.push(row);
        }
    }
    groups
}

/// Something that was seen and not read.
struct NotRead {
    failed: bool,
    label: &'static str,
    count: String,
    reason: String,
    places: String,
}

fn gaps(reading: &Reading) -> Vec<NotRead> {
    let input = || reading.coverage.input.clone();
    let ended = |label, reason: &str| {
        vec![NotRead {
            failed: true,
            label,
            count: "1".to_owned(),
            reason: reason.to_owned(),
            places: input(),
        }]
    };
    let mut gaps = match &reading.ended {
        Ended::Complete => Vec::new(),
        Ended::Interrupted => ended("stopped", "the run was stopped before the end of this input"),
        Ended::Unreadable(problem) => ended("failed", problem),
    };
    let listed = |failed: bool, label: &'static str, reason: &str, gap: &Gap| {
        let places = gap.places(", …");
        NotRead { failed, label, count: thousands(gap.count), reason: reason.to_owned(), places }
    };
    gaps.extend(reading.coverage.failed.iter().map(|(reason, gap)| listed(true, "failed", reason, gap)));
    gaps.extend(reading.coverage.skipped.iter().map(|(reason, gap)| listed(false, "left out", reason, gap)));
    gaps
}

/// The lines, those about what was found first.
fn checklist<'r>(run: &'r Run, tally: &Tally<'_>) -> Vec<&'r Line> {
    let found = |line: &&Line| line.about.iter().any(|rule| tally.rules.contains(rule.as_str()));
    let (about, others): (Vec<_>, Vec<_>) = run.checklist.iter().partition(found);
    about.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests;
