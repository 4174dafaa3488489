//! What a sweep came to: a table with a row a person, and a page for the officer.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use askama::Template;

use super::log::{Outcome, State, Terms};
use super::roster::{Person, Roster};
use crate::audit::place;
use crate::formula;
use crate::profile::Profile;
use crate::report::row::Status;
use crate::report::sweep_page::{PersonLine, SweepPage};
use crate::wording::{printable, thousands};

/// So many people stand on the page, those who need something first; a browser is slow with more.
const ON_PAGE: usize = 5_000;
/// Statuses of what is no longer found.
const CLOSED: &[Status] = &[Status::Resolved, Status::Gone, Status::RuleChanged];
const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "info"];
const OTHERS: &[&str] =
    &["oldest_open_critical_days", "second_reader", "problem", "table", "report", "attestation_root"];

/// Everything that the outputs are made from.
#[derive(Debug)]
pub(super) struct Summary<'s> {
    pub(super) roster: &'s Roster,
    pub(super) outcomes: &'s BTreeMap<String, Outcome>,
    pub(super) terms: &'s Terms,
    pub(super) profile: &'s Profile,
}

impl Summary<'_> {
    fn outcome(&self, person: &Person) -> Outcome {
        let known = self.outcomes.get(&person.id).filter(|outcome| outcome.row == person.digest);
        known.cloned().unwrap_or_else(|| Outcome { id: person.id.clone(), ..Outcome::default() })
    }

    /// People whose rows a second reader reads too: drawn with the sweep's seed from those who were audited.
    fn second_readers(&self) -> BTreeSet<&str> {
        let count = self.profile.sampling.second_reader.as_ref().map_or(0, |draw| draw.get_ref().count());
        let done = self.roster.people.iter().filter(|person| self.outcome(person).state == State::Done);
        let mut drawn: Vec<_> =
            done.map(|person| (place(self.terms.seed, &person.id), person.id.as_str())).collect();
        drawn.sort_unstable();
        drawn.into_iter().take(count).map(|(_, id)| id).collect()
    }

    /// Where a person's report is, seen from the sweep's folder; empty if there is none.
    fn report(&self, person: &Person, outcome: &Outcome) -> String {
        match self.terms.reports && outcome.state == State::Done {
            true => format!("{}/{}.html", super::PEOPLE, person.file),
            false => String::new(),
        }
    }

    /// Writes `sweep.csv`.
    pub(super) fn table(&self, to: impl Write) -> io::Result<()> {
        let second = self.second_readers();
        let mut writer = csv::WriterBuilder::new().from_writer(to);
        let mut header = vec!["id", "name", "profession", "jurisdiction", "state", "complete", "items"];
        header.extend(SEVERITIES);
        header.push("open");
        header.extend(Status::ALL.iter().map(|status| status.name()));
        header.extend(OTHERS);
        writer.write_record(header)?;
        for person in &self.roster.people {
            let outcome = self.outcome(person);
            let done = outcome.state == State::Done;
            let count = |counts: &BTreeMap<String, u64>, name: &str| match done {
                true => counts.get(name).copied().unwrap_or_default().to_string(),
                false => String::new(),
            };
            let if_done = |text: String| if done { text } else { String::new() };
            let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
            let mut cells = vec![
                outcome.id.clone(),
                person.subject.names.first().cloned().unwrap_or_default(),
                person.subject.profession.clone(),
                person.subject.country().to_owned(),
                outcome.state.name().to_owned(),
                if_done(yes(outcome.complete)),
                if_done(outcome.items.to_string()),
            ];
            cells.extend(SEVERITIES.iter().map(|severity| count(&outcome.by_severity, severity)));
            cells.push(if_done(outcome.open.to_string()));
            cells.extend(Status::ALL.iter().map(|status| count(&outcome.by_status, status.name())));
            cells.push(outcome.oldest_open_critical.map_or(String::new(), |days| days.to_string()));
            cells.push(if_done(yes(second.contains(person.id.as_str()))));
            cells.push(outcome.problem.clone());
            cells.push(if_done(format!("{}/{}.csv", super::PEOPLE, person.file)));
            cells.push(self.report(person, &outcome));
            cells.push(outcome.root.clone());
            for cell in &cells {
                writer.write_field(formula::guarded(&printable(cell)).as_bytes())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    }

    /// Writes `sweep.html`.
    pub(super) fn page(&self, mut to: impl Write) -> io::Result<()> {
        let second = self.second_readers();
        let outcomes: Vec<(&Person, Outcome)> =
            self.roster.people.iter().map(|person| (person, self.outcome(person))).collect();
        let mut people: Vec<&(&Person, Outcome)> = outcomes.iter().collect();
        let count =
            |counts: &BTreeMap<String, u64>, name: &str| counts.get(name).copied().unwrap_or_default();
        people.sort_by_key(|(_, outcome)| {
            let severity = |name| std::cmp::Reverse(count(&outcome.by_severity, name));
            (
                outcome.state != State::Failed,
                severity("critical"),
                severity("high"),
                std::cmp::Reverse(outcome.open),
            )
        });
        let line = |(person, outcome): &(&Person, Outcome)| PersonLine {
            id: printable(&person.id),
            name: printable(person.subject.names.first().map_or("", String::as_str)),
            report: self.report(person, outcome),
            state: outcome.state.name(),
            problem: printable(outcome.problem.lines().next().unwrap_or_default()),
            complete: outcome.complete,
            items: thousands(outcome.items),
            critical: count(&outcome.by_severity, "critical"),
            high: count(&outcome.by_severity, "high"),
            open: outcome.open,
            new: count(&outcome.by_status, Status::New.name()),
            reopened: count(&outcome.by_status, Status::Reopened.name()),
            closed: CLOSED.iter().map(|status| count(&outcome.by_status, status.name())).sum(),
            oldest_open_critical: outcome.oldest_open_critical.map_or(String::new(), |days| days.to_string()),
            second_reader: second.contains(person.id.as_str()),
        };
        let in_state = |state| outcomes.iter().filter(|(_, outcome)| outcome.state == state).count() as u64;
        let sum = |of: &dyn Fn(&Outcome) -> u64| outcomes.iter().map(|(_, outcome)| of(outcome)).sum::<u64>();
        let totals = [
            ("audited", in_state(State::Done)),
            ("failed", in_state(State::Failed)),
            ("skipped", in_state(State::Skipped)),
            ("items read", sum(&|outcome| outcome.items)),
            ("open", sum(&|outcome| outcome.open)),
            ("critical", sum(&|outcome| count(&outcome.by_severity, "critical"))),
            ("new", sum(&|outcome| count(&outcome.by_status, "new"))),
            ("reopened", sum(&|outcome| count(&outcome.by_status, "reopened"))),
            ("resolved", sum(&|outcome| count(&outcome.by_status, "resolved"))),
        ];
        let mut decided: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (rule, (alarms, all)) in outcomes.iter().flat_map(|(_, outcome)| &outcome.decided) {
            let known = decided.entry(rule).or_default();
            *known = (known.0 + alarms, known.1 + all);
        }
        let page = SweepPage {
            date: self.terms.started.split('T').next().unwrap_or_default().to_owned(),
            profile: self.profile.title.clone(),
            reader: self.profile.reader.clone(),
            retention: self.profile.retention.clone(),
            totals: totals.iter().map(|(label, n)| ((*label).to_owned(), thousands(*n))).collect(),
            more: thousands(people.len().saturating_sub(ON_PAGE) as u64),
            people: people.into_iter().take(ON_PAGE).map(line).collect(),
            false_alarms: decided
                .into_iter()
                .map(|(rule, (alarms, all))| (rule.to_owned(), alarms, all))
                .collect(),
            unfinished: in_state(State::Waiting) > 0,
            made_by: format!(
                "whitecoat {}, rules {}, seed {}",
                self.terms.tool_version,
                self.terms.ruleset.get(..12).unwrap_or_default(),
                self.terms.seed
            ),
        };
        let text = page.render().map_err(io::Error::other)?;
        to.write_all(text.as_bytes())
    }
}
