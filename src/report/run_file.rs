//! The record of a run: what was read with which rules, what came out, and what a person still has to check.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whitecoat_engine::{Moment, Severity};

use super::{Practice, Row};
use crate::attest::{self, Attestation};
use crate::history::Comparison;
use crate::reader::Record;
use crate::reading::Reading;

/// The shape of the record; grows when a field changes its meaning.
const FORMAT_VERSION: u32 = 2;
/// Hexadecimal digits of a run's id.
const RUN_ID_LENGTH: usize = 12;
const CHECKLIST: &str = include_str!("../../profiles/checklist.toml");

/// The record of one audit.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the names are the record's own")]
pub struct Run {
    pub format_version: u32,
    pub tool: &'static str,
    pub tool_version: &'static str,
    /// From start, rules and inputs; not random.
    pub run_id: String,
    pub started: Moment,
    pub finished: Moment,
    /// All that was named was read.
    pub complete: bool,
    /// The user stopped the run.
    pub interrupted: bool,
    /// BLAKE3 of all rules and signals.
    pub ruleset_hash: String,
    pub rules: usize,
    pub profile: UsedProfile,
    pub options: UsedOptions,
    pub output: String,
    /// Columns of the table that its reader fills in.
    #[serde(skip)]
    pub fill_in: Vec<&'static str>,
    pub hosts_contacted: BTreeSet<String>,
    pub inputs: Vec<Reading>,
    /// What the reader did, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<Record>,
    /// Items by account, as `platform:handle`.
    pub accounts: BTreeMap<String, u64>,
    /// Items that were read and not looked at, by reason.
    pub items_left_out: BTreeMap<String, u64>,
    /// Items that show a good practice, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub good_practice: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<UsedSubject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<UsedWindow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampling: Option<UsedSampling>,
    pub findings: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    pub checklist: Vec<Line>,
    pub attestation: Attestation,
}

/// Who was audited. The name is for the page's title only, and never in the record.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the names are those of the subject file")]
pub struct UsedSubject {
    pub id: String,
    #[serde(skip)]
    pub name: String,
    pub profession: String,
    pub jurisdiction: String,
    pub consent: Option<String>,
}

/// The days that were looked at, the first and the last one included.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "said above")]
pub struct UsedWindow {
    pub from: String,
    pub to: String,
}

/// What was drawn of the items that are older than the last audit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UsedSampling {
    /// When the last audit ran.
    pub since: String,
    /// How many such items there were that it had no finding in.
    pub old_items: u64,
    /// How many were to be drawn at most.
    pub wanted: usize,
    /// How many were.
    pub drawn: u64,
    /// With the same seed the same items are drawn.
    pub seed: u64,
}

/// Which profile was used.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the names are the record's own")]
pub struct UsedProfile {
    pub name: String,
    pub origin: String,
    pub blake3: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reader: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authority: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub retention: String,
}

/// The options that change what was read or is shown.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the names are the options'")]
pub struct UsedOptions {
    pub include_messages: bool,
    pub allow_loopback: bool,
    pub unmask: bool,
    /// Cells that look like formulas stand in the table as they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub csv_raw: bool,
    pub fail_on: String,
}

/// How many findings.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    /// Rows of the audit.
    pub shown: u64,
    /// Rows by severity; every severity is there.
    pub by_severity: BTreeMap<&'static str, u64>,
    /// Rows by rule.
    pub by_rule: BTreeMap<String, u64>,
    /// Findings that the profile did not let through, by rule.
    pub not_shown_by_rule: BTreeMap<String, u64>,
    /// Rows that somebody still has to look at.
    pub open: u64,
    /// Findings that touched a class that the profile never shows: left out, or shown without their words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub suppressed_by_class: BTreeMap<String, u64>,
}

/// Something that a person has to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The rules that it completes.
    pub about: Vec<String>,
    /// What to check.
    pub text: String,
}

#[derive(Deserialize)]
struct Checklist {
    line: Vec<Line>,
}

/// The checklist that is compiled in; a test reads it, so the default is never seen.
fn checklist() -> Vec<Line> {
    toml::from_str(CHECKLIST).map(|checklist: Checklist| checklist.line).unwrap_or_default()
}

/// What a run starts with.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names are those of the record")]
pub struct Start {
    pub started: Timestamp,
    pub definition: Vec<u8>,
    pub rules: usize,
    pub profile: UsedProfile,
    pub options: UsedOptions,
    pub output: String,
}

impl Run {
    /// The record of a run that is over.
    pub fn new(
        start: Start,
        finished: Timestamp,
        inputs: Vec<Reading>,
        interrupted: bool,
        findings: Counts,
    ) -> Self {
        let ruleset_hash = blake3::hash(&start.definition).to_hex().to_string();
        let mut run_id = blake3::Hasher::new();
        for part in [start.started.to_string(), ruleset_hash.clone(), start.profile.blake3.clone()] {
            run_id.update(part.as_bytes());
        }
        for input in &inputs {
            run_id.update(input.coverage.input.as_bytes());
            run_id.update(input.fingerprint.blake3.as_deref().unwrap_or_default().as_bytes());
        }
        Self {
            format_version: FORMAT_VERSION,
            tool: "whitecoat",
            tool_version: env!("CARGO_PKG_VERSION"),
            run_id: run_id.finalize().to_hex().chars().take(RUN_ID_LENGTH).collect(),
            started: Moment::utc(start.started),
            finished: Moment::utc(finished),
            complete: !interrupted && inputs.iter().all(Reading::is_complete),
            interrupted,
            ruleset_hash,
            rules: start.rules,
            profile: start.profile,
            options: start.options,
            output: start.output,
            fill_in: vec!["decision", "note"],
            hosts_contacted: inputs.iter().flat_map(|input| input.coverage.hosts.clone()).collect(),
            inputs,
            reader: None,
            accounts: BTreeMap::new(),
            items_left_out: BTreeMap::new(),
            good_practice: BTreeMap::new(),
            subject: None,
            window: None,
            sampling: None,
            findings,
            comparison: None,
            checklist: checklist(),
            attestation: Attestation::default(),
        }
    }

    /// What was done well, with how often, in the order of the report.
    pub fn done_well(&self) -> Vec<(Practice, u64)> {
        let count = |practice: Practice| self.good_practice.get(practice.name()).copied().unwrap_or_default();
        Practice::ALL
            .into_iter()
            .map(|practice| (practice, count(practice)))
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    /// Whose audit it is, for a title: the subject's name, else its number.
    pub fn of_whom(&self) -> Option<&str> {
        let subject = self.subject.as_ref()?;
        [&subject.name, &subject.id].into_iter().map(String::as_str).find(|name| !name.trim().is_empty())
    }

    /// The day of the run, in UTC.
    pub fn date(&self) -> String {
        self.started.date().to_string()
    }

    /// Puts the root over the record, which is whole now, into it.
    pub fn seal(&mut self) {
        self.attestation.root.clear();
        let mut written = Vec::new();
        // Writing to memory cannot fail.
        if self.write(&mut written).is_ok() {
            self.attestation.root = attest::sealed(&written).unwrap_or_default();
        }
    }

    /// Writes the record.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut to, self)?;
        to.write_all(b"\n")
    }
}

impl Counts {
    /// Counts rows.
    pub fn of(rows: &[Row], not_shown_by_rule: BTreeMap<String, u64>) -> Self {
        let mut counts = Self { shown: rows.len() as u64, not_shown_by_rule, ..Self::default() };
        for severity in Severity::ALL {
            counts.by_severity.insert(severity.name(), 0);
        }
        for row in rows {
            counts.open += u64::from(row.is_open());
            *counts.by_severity.entry(row.severity.name()).or_default() += 1;
            *counts.by_rule.entry(row.rule.id.to_string()).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checklist_is_valid() {
        let lines = checklist();
        assert!(lines.len() > 10);
        assert!(lines.iter().all(|line| line.text.ends_with('.')), "{lines:#?}");
    }
}
