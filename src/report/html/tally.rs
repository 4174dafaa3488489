//! What the page counts: by family, severity and account, and what is still to be done.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use whitecoat_engine::Severity;

use super::show::{self, Shown};
use crate::report::{Row, Run};
use crate::wording::{counted, thousands};

/// The worst first, as the page has them.
pub(super) const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
/// The order of the families; others follow by name.
const FAMILIES: [&str; 6] = ["privacy", "boundary", "claims", "disclosure", "conduct", "account"];

/// Findings by severity, the worst first.
pub(super) type BySeverity = [u64; 5];

#[derive(Default)]
pub(super) struct Tally<'r> {
    /// Critical, and neither decided nor gone.
    pub(super) today: usize,
    /// The same of high.
    pub(super) soon: usize,
    /// The same of the rest.
    pub(super) later: usize,
    /// Decided, or no longer there.
    pub(super) settled: usize,
    /// Not let through by the profile.
    pub(super) hidden: u64,
    pub(super) undated: usize,
    pub(super) severities: BySeverity,
    pub(super) families: Vec<Family<'r>>,
    /// As items call them, and as people do.
    pub(super) platforms: Vec<(&'r str, String)>,
    pub(super) accounts: Vec<Account<'r>>,
    /// Of the posts, the latest first.
    pub(super) years: Vec<i16>,
    pub(super) statuses: BTreeSet<String>,
    pub(super) rules: BTreeSet<&'r str>,
    numbers: BTreeMap<(&'r str, &'r str), usize>,
}

pub(super) struct Family<'r> {
    pub(super) name: &'r str,
    pub(super) counts: BySeverity,
}

impl Family<'_> {
    pub(super) fn all(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// What was found on one account.
pub(super) struct Account<'r> {
    pub(super) platform: &'r str,
    handle: &'r str,
    counts: BySeverity,
    rules: BTreeMap<&'r str, OfRule<'r>>,
    years: Option<(i16, i16)>,
}

/// How often a rule found something on an account.
pub(super) struct OfRule<'r> {
    pub(super) title: &'r str,
    pub(super) worst: Severity,
    pub(super) count: u64,
}

impl<'r> Tally<'r> {
    pub(super) fn of(rows: &'r [Row], run: &'r Run) -> Self {
        let mut tally = Self { hidden: run.findings.not_shown_by_rule.values().sum(), ..Self::default() };
        let (mut families, mut accounts) = (BTreeMap::new(), BTreeMap::new());
        let (mut years, mut platforms) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            tally.add(Shown::of(row, run, &Tally::default()));
            let counts: &mut BySeverity = families.entry(family(row)).or_default();
            count(counts, row.severity);
            let key = (row.platform.as_str(), row.account.as_str());
            accounts.entry(key).or_insert_with(|| Account::of(key)).add(row);
            years.extend(show::year(row));
            platforms.insert(row.platform.as_str());
        }
        let place = |name: &str| FAMILIES.iter().position(|known| *known == name).unwrap_or(FAMILIES.len());
        tally.families = families.into_iter().map(|(name, counts)| Family { name, counts }).collect();
        tally.families.sort_by_key(|family| place(family.name));
        tally.accounts = accounts.into_values().collect();
        tally.accounts.sort_by_key(|account| Reverse(account.counts));
        tally.numbers =
            tally.accounts.iter().enumerate().map(|(at, one)| ((one.platform, one.handle), at)).collect();
        tally.platforms = platforms.into_iter().map(|key| (key, show::platform(key))).collect();
        tally.years = years.into_iter().rev().collect();
        tally
    }

    fn add(&mut self, shown: Shown<'r>) {
        let row = shown.row;
        count(&mut self.severities, row.severity);
        match row.severity {
            _ if !row.is_open() => self.settled += 1,
            Severity::Critical => self.today += 1,
            Severity::High => self.soon += 1,
            _ => self.later += 1,
        }
        self.undated += usize::from(row.posted_at.is_none());
        self.rules.insert(&row.rule.id);
        self.statuses.insert(shown.status);
    }

    /// The number of a row's account.
    pub(super) fn account(&self, row: &Row) -> usize {
        self.numbers.get(&(row.platform.as_str(), row.account.as_str())).copied().unwrap_or_default()
    }
}

impl<'r> Account<'r> {
    fn of((platform, handle): (&'r str, &'r str)) -> Self {
        Self { platform, handle, counts: [0; 5], rules: BTreeMap::new(), years: None }
    }

    fn add(&mut self, row: &'r Row) {
        count(&mut self.counts, row.severity);
        let fresh = OfRule { title: &row.rule.title, worst: row.severity, count: 0 };
        let of_rule = self.rules.entry(&row.rule.id).or_insert(fresh);
        of_rule.count += 1;
        of_rule.worst = of_rule.worst.max(row.severity);
        if let Some(year) = show::year(row) {
            let (first, last) = self.years.unwrap_or((year, year));
            self.years = Some((first.min(year), last.max(year)));
        }
    }

    pub(super) fn name(&self) -> String {
        match self.handle {
            "" if self.platform.is_empty() => "Account not named".to_owned(),
            "" => format!("{}, account not named", show::platform(self.platform)),
            handle => format!("{handle} on {}", show::platform(self.platform)),
        }
    }

    /// `9 findings: 2 critical, 7 high; posts of 2019 to 2025`.
    pub(super) fn summary(&self) -> String {
        let named: Vec<_> = SEVERITIES
            .iter()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{} {}", thousands(count), severity.name()))
            .collect();
        let years = match self.years {
            None => String::new(),
            Some((first, last)) if first == last => format!("; posts of {first}"),
            Some((first, last)) => format!("; posts of {first} to {last}"),
        };
        let all = counted(self.counts.iter().sum(), "finding", "findings");
        format!("{all}: {}{years}", named.join(", "))
    }

    /// The worst first.
    pub(super) fn rules(&self) -> Vec<&OfRule<'r>> {
        let mut rules: Vec<_> = self.rules.values().collect();
        rules.sort_by_key(|rule| Reverse((rule.worst, rule.count)));
        rules
    }
}

fn count(counts: &mut BySeverity, severity: Severity) {
    let at = SEVERITIES.iter().position(|other| *other == severity);
    if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
        *count += 1;
    }
}

/// The family of a row's rule.
pub(super) fn family(row: &Row) -> &str {
    row.rule.id.split('/').next().unwrap_or_default()
}
