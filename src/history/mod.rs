//! This audit against the last one. The table is the ledger: there is no hidden database.

mod decision;
mod previous;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use whitecoat_engine::LiveState;

pub use decision::Decision;
pub use previous::{Entry, Previous};

use crate::attest::FILLED_IN;
use crate::identity::Version;
use crate::report::row::Status;
use crate::report::{Closed, Row};

/// What this audit has read, as far as the last one asks for it.
#[derive(Debug, Default)]
pub struct Seen {
    /// Items of the last audit's findings, with what they say now.
    pub versions: BTreeMap<String, BTreeSet<String>>,
    /// Findings of the last audit that are there, and that the profile does not show.
    pub hidden: BTreeSet<String>,
    /// Accounts that were read, as `platform:handle`.
    pub accounts: BTreeSet<String>,
    /// Whether all that was named was read.
    pub complete: bool,
}

/// What the comparison came to, for the record of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The table of the last audit.
    pub previous: String,
    /// When that ran.
    pub since: Option<String>,
    /// Rows by status.
    pub by_status: BTreeMap<&'static str, u64>,
    /// By rule, how many decisions called a finding no issue.
    pub false_alarms_by_rule: BTreeMap<String, u64>,
    /// By rule, how many findings were decided on.
    pub decided_by_rule: BTreeMap<String, u64>,
    /// Remarks on how the last table was read, and rows of it that matched nothing.
    pub notes: Vec<String>,
}

/// Gives every row its status, its decision and the day when it was first seen, and returns what else the last audit had.
pub fn compare(previous: &Previous, rows: &mut [Row], seen: &Seen, today: Date) -> (Vec<Closed>, Comparison) {
    let mut matched = BTreeSet::new();
    for row in rows.iter_mut() {
        if let Some(entry) = previous.entries.get(&row.finding_id) {
            matched.insert(row.finding_id.as_str().to_owned());
            carry(entry, row, today);
        }
    }
    let mut closed: Vec<Closed> = previous
        .entries
        .iter()
        .filter(|(id, _)| !matched.contains(*id))
        .map(|(id, entry)| Closed { status: what_became(id, entry, seen), cells: kept(entry) })
        .collect();
    closed.sort_by(|a, b| (a.status, a.finding_id()).cmp(&(b.status, b.finding_id())));
    let comparison = summed(previous, rows, &closed);
    (closed, comparison)
}

/// The cells of a finding that is not there now. Its day is written as whitecoat writes days: a spreadsheet's way to
/// write it could be read otherwise next time.
fn kept(entry: &Entry) -> BTreeMap<String, String> {
    let mut cells = entry.cells.clone();
    if let Some(day) = entry.first_seen {
        cells.insert("first_seen".to_owned(), day.to_string());
    }
    cells
}

/// A finding that was there already.
fn carry(entry: &Entry, row: &mut Row, today: Date) {
    row.first_seen = Some(match entry.first_seen {
        Some(date) => date.to_string(),
        None => entry.cell("first_seen").to_owned(),
    })
    .filter(|date| !date.is_empty());
    row.note = entry.cell("note").to_owned();
    let others = FILLED_IN.iter().filter(|column| !matches!(**column, "decision" | "note"));
    let filled = others.filter_map(|column| Some((*column, entry.cells.get(*column)?.clone())));
    row.filled_in = filled.collect();
    let edited = entry.version.as_ref().is_some_and(|then| then.to_string() != row.item_version);
    let past = |until: &Option<Date>| until.is_some_and(|until| until < today);
    let again = match &entry.decision {
        _ if entry.was_closed() => Some("it was closed and is there again"),
        Decision::None => None,
        Decision::Keep { reason: false, .. } => Some("it gave no reason"),
        Decision::Keep { until, .. } | Decision::NotAnIssue { until } if past(until) => {
            Some("its day has passed")
        }
        Decision::Keep { .. } | Decision::NotAnIssue { .. } => edited.then_some("the post was edited since"),
        Decision::Removed if row.live_state == LiveState::Deleted => None,
        Decision::Removed | Decision::Edited => Some("it is still there"),
        Decision::Unclear => Some("it was not understood"),
    };
    match again {
        None => {
            row.status = Status::Persisting;
            row.decision = entry.cell("decision").to_owned();
            row.settled = entry.decision != Decision::None;
        }
        Some(why) => {
            row.status = Status::Reopened;
            let decided = entry.cell("decision");
            let decided = if decided.is_empty() { entry.cell("status") } else { decided };
            let earlier = format!("[{today}: was \"{decided}\", {why}]");
            row.note = [row.note.as_str(), &earlier].join(" ").trim().to_owned();
        }
    }
}

/// A finding that is not there now.
fn what_became(id: &str, entry: &Entry, seen: &Seen) -> Status {
    let account = format!("{}:{}", entry.cell("platform"), entry.cell("account"));
    let now = entry.version.as_ref().and_then(|version| seen.versions.get(&version.item));
    match (&entry.version, now) {
        _ if entry.was_closed() => entry.status.unwrap_or(Status::Resolved),
        _ if seen.hidden.contains(id) => Status::RuleChanged,
        (Some(Version { words, .. }), Some(now)) if now.contains(words) => Status::RuleChanged,
        (_, Some(_)) => Status::Resolved,
        (_, None) if !seen.complete || !seen.accounts.contains(&account) => Status::NotRead,
        (None, None) => Status::Resolved,
        (Some(_), None) if entry.decision == Decision::Removed => Status::Resolved,
        (Some(_), None) => Status::Gone,
    }
}

fn summed(previous: &Previous, rows: &[Row], closed: &[Closed]) -> Comparison {
    let mut comparison = Comparison {
        previous: previous.path.display().to_string(),
        since: previous.since.map(|since| since.to_string()),
        notes: previous.notes.clone(),
        ..Comparison::default()
    };
    let statuses = rows.iter().map(|row| row.status).chain(closed.iter().map(|row| row.status));
    for status in statuses {
        *comparison.by_status.entry(status.name()).or_default() += 1;
    }
    for entry in previous.entries.values() {
        let rule = entry.cell("rule").to_owned();
        if entry.decision != Decision::None && entry.decision != Decision::Unclear {
            *comparison.decided_by_rule.entry(rule.clone()).or_default() += 1;
        }
        if matches!(entry.decision, Decision::NotAnIssue { .. }) {
            *comparison.false_alarms_by_rule.entry(rule).or_default() += 1;
        }
    }
    comparison
}

/// Why a last audit cannot be this subject's: none of its accounts was read now. `None` if it can.
pub fn stranger(previous: &Previous, seen: &Seen) -> Option<String> {
    let of = |entry: &Entry| format!("{}:{}", entry.cell("platform"), entry.cell("account"));
    // A spreadsheet may have lost the columns that would tell.
    let named = |entry: &&Entry| !entry.cell("account").is_empty();
    let theirs: BTreeSet<String> = previous.entries.values().filter(named).map(of).collect();
    let known = previous
        .entries
        .values()
        .any(|entry| entry.version.as_ref().is_some_and(|version| seen.versions.contains_key(&version.item)));
    if theirs.is_empty()
        || known
        || seen.accounts.is_empty()
        || theirs.iter().any(|name| seen.accounts.contains(name))
    {
        return None;
    }
    let listed = |names: &BTreeSet<String>| names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    Some(format!(
        "{}: an audit of other accounts ({}); this run read {}\n  try: give this person's last audit, or leave --previous out; \
         if the handle was changed, or other accounts are read this time, read one of the old ones too",
        previous.path.display(),
        listed(&theirs),
        listed(&seen.accounts)
    ))
}

#[cfg(test)]
mod tests;
