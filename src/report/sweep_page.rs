//! The page of a sweep for its officer: counts by person, no names of patients, no excerpt, no address.

use askama::Template;

/// What the page shows.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "sweep.html")]
pub struct SweepPage {
    /// The day of the sweep.
    pub date: String,
    /// The profile's title.
    pub profile: String,
    /// Who may read it.
    pub reader: String,
    /// How long it may be kept.
    pub retention: String,
    /// What stands on top: a label and a number.
    pub totals: Vec<(String, String)>,
    /// One a person, those who need something first.
    pub people: Vec<PersonLine>,
    /// How many more stand only in the table; `0` for nobody.
    pub more: String,
    /// Rules and how often a decision called their finding no issue.
    pub false_alarms: Vec<(String, u64, u64)>,
    /// The sweep was stopped before its end.
    pub unfinished: bool,
    /// The version of the program, and the digest of the rules.
    pub made_by: String,
}

/// One person.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the table's columns")]
pub struct PersonLine {
    pub id: String,
    pub name: String,
    /// Where the person's report is; empty if there is none.
    pub report: String,
    pub state: &'static str,
    pub problem: String,
    pub complete: bool,
    pub items: String,
    pub critical: u64,
    pub high: u64,
    pub open: u64,
    pub new: u64,
    pub reopened: u64,
    pub closed: u64,
    pub oldest_open_critical: String,
    pub second_reader: bool,
}
