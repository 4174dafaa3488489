//! Counting right and wrong.

use std::collections::{BTreeMap, BTreeSet};

use whitecoat_engine::{Engine, Finding, Severity, Trace};

use super::groups::Groups;
use super::labelled::{Answer, Labelled};
use super::stories::Stories;

/// Right and wrong answers to one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// There, and found.
    pub found: u64,
    /// Not there, and found all the same.
    pub false_alarms: u64,
    /// There, and missed.
    pub missed: u64,
}

impl Counts {
    /// The share of findings that are right.
    pub fn precision(&self) -> Option<f64> {
        share(self.found, self.found + self.false_alarms)
    }

    /// The share of what is there that is found.
    pub fn recall(&self) -> Option<f64> {
        share(self.found, self.found + self.missed)
    }

    /// The harmonic mean of the two.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.found, 2 * self.found + self.false_alarms + self.missed)
    }

    /// Adds other counts to these.
    pub fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.false_alarms += other.false_alarms;
        self.missed += other.missed;
    }

    fn count(&mut self, wanted: bool, got: bool, excused: bool) {
        match (wanted, got) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) if !excused => self.false_alarms += 1,
            _ => {}
        }
    }
}

/// A part of a whole; `None` of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Everything measured on some labelled posts.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    /// By rule id.
    pub rules: BTreeMap<String, Counts>,
    /// Whether posts with something in them are noticed: any rule of a right family.
    pub items: Counts,
    /// Posts without anything in them.
    pub clean: u64,
    /// Those of them with a finding.
    pub clean_found: u64,
    /// Those of them with a finding of medium severity or worse.
    pub clean_medium: u64,
    /// Those of them with a finding of high severity or worse.
    pub clean_high: u64,
    /// Minimal pairs, and those with both posts right.
    pub pairs: (u64, u64),
    /// For corpora that label one thing: what is asked, and the answers.
    pub present: BTreeMap<String, Counts>,
    /// Their posts without it: how many, and how many with a finding of medium severity or worse.
    pub absent: (u64, u64),
    /// Stories that identify a patient only together, and tales that only look like one.
    pub stories: Stories,
    /// Posts by country, profession and kind.
    pub groups: Groups,
    /// A rule that was expected and missed, and one that was found there instead, with the number of times.
    pub confusions: BTreeMap<(String, String), u64>,
}

/// What a scan gave.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) findings: Vec<Finding>,
    pub(super) trace: Option<Trace>,
}

impl Quality {
    /// Scans and counts; with the reader, if the engine has one and it is not left out.
    pub fn measure(engine: &Engine, posts: &[Labelled], without_reader: bool) -> Self {
        let mut scanner = engine.scanner();
        scanner.leave_out_reader(without_reader);
        let mut quality = Self::default();
        let mut pairs: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
        for rule in engine.rules() {
            quality.rules.insert(rule.id.to_string(), Counts::default());
        }
        let mut scans: Vec<Scan> = Vec::with_capacity(posts.len());
        for post in posts {
            let findings = scanner.scan(&post.item);
            scans.push(Scan { findings, trace: scanner.take_trace() });
        }
        quality.stories = Stories::measure(engine, posts, &mut scans);
        for (post, Scan { findings, .. }) in posts.iter().zip(&scans) {
            match &post.answer {
                Answer::Rules { expect, also_ok } => {
                    let right = quality.count_rules(findings, expect, also_ok);
                    let is_clean = expect.is_empty();
                    quality.groups.count(&post.item, is_clean, is_clean != right);
                    if let Some(pair) = post.pair.as_deref() {
                        let (count, all_right) = pairs.entry(pair).or_insert((0, true));
                        *count += 1;
                        *all_right &= right;
                    }
                }
                Answer::Present { what, label } => quality.count_present(findings, what, *label),
            }
        }
        let whole = pairs.values().filter(|(count, _)| *count == 2);
        quality.pairs = (whole.clone().count() as u64, whole.filter(|(_, right)| *right).count() as u64);
        quality
    }

    /// All rules together.
    pub fn all_rules(&self) -> Counts {
        self.sum(|_| true)
    }

    /// The rules of each family together.
    pub fn families(&self) -> BTreeMap<&str, Counts> {
        let names: BTreeSet<&str> = self.rules.keys().map(|id| family(id)).collect();
        names.into_iter().map(|name| (name, self.sum(|id| family(id) == name))).collect()
    }

    fn sum(&self, wanted: impl Fn(&str) -> bool) -> Counts {
        let mut sum = Counts::default();
        self.rules.iter().filter(|(id, _)| wanted(id)).for_each(|(_, counts)| sum.add(counts));
        sum
    }

    /// Whether the post was judged right: something of a right family found, or rightly nothing.
    fn count_rules(
        &mut self,
        findings: &[Finding],
        expect: &BTreeSet<String>,
        also_ok: &BTreeSet<String>,
    ) -> bool {
        let found: BTreeSet<&str> = findings.iter().map(|finding| &*finding.rule.id).collect();
        for (id, counts) in &mut self.rules {
            let (wanted, got) = (expect.contains(id), found.contains(id.as_str()));
            counts.count(wanted, got, also_ok.contains(id));
        }
        // A label that no rule answers for is missed all the same.
        for id in expect.iter().filter(|id| !self.rules.contains_key(*id)).cloned().collect::<Vec<_>>() {
            self.rules.entry(id).or_default().missed += 1;
        }
        let wrong: Vec<&&str> =
            found.iter().filter(|id| !expect.contains(**id) && !also_ok.contains(**id)).collect();
        for missed in expect.iter().filter(|id| !found.contains(id.as_str())) {
            for instead in &wrong {
                *self.confusions.entry((missed.clone(), (**instead).to_owned())).or_default() += 1;
            }
        }
        let right_family = found.iter().any(|id| expect.iter().any(|other| family(other) == family(id)));
        if expect.is_empty() {
            self.count_clean(findings, also_ok);
            self.items.false_alarms += u64::from(!wrong.is_empty());
            return wrong.is_empty();
        }
        self.items.count(true, right_family, false);
        self.items.false_alarms += u64::from(!right_family && !wrong.is_empty());
        right_family
    }

    fn count_clean(&mut self, findings: &[Finding], also_ok: &BTreeSet<String>) {
        let worst = findings
            .iter()
            .filter(|finding| !also_ok.contains(&*finding.rule.id))
            .map(|finding| finding.severity)
            .max();
        self.clean += 1;
        self.clean_found += u64::from(worst.is_some());
        self.clean_medium += u64::from(worst >= Some(Severity::Medium));
        self.clean_high += u64::from(worst >= Some(Severity::High));
    }

    fn count_present(&mut self, findings: &[Finding], what: &[String], label: bool) {
        let names = |id: &str| what.iter().any(|part| part == id || part == family(id));
        let got = findings.iter().any(|finding| names(&finding.rule.id));
        self.present.entry(what.join(" + ")).or_default().count(label, got, false);
        if !label {
            let medium = findings.iter().any(|finding| finding.severity >= Severity::Medium);
            self.absent = (self.absent.0 + 1, self.absent.1 + u64::from(medium));
        }
    }
}

/// The part of a rule's id before the `/`.
fn family(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::groups::{By, Group};
    use super::*;
    use whitecoat_engine::Item;

    fn post(text: &str, expect: &[&str], pair: Option<&str>) -> Labelled {
        Labelled {
            why: String::new(),
            item: Item { id: "1".into(), text: text.into(), ..Item::default() },
            answer: Answer::Rules {
                expect: expect.iter().map(|id| (*id).to_owned()).collect(),
                also_ok: BTreeSet::new(),
            },
            pair: pair.map(str::to_owned),
            story: None,
        }
    }

    #[test]
    fn counts_found_missed_and_false_alarms() {
        let name = "Mrs Abernethy was discharged from our ward at last";
        let posts = [
            post(name, &["privacy/patient-name"], Some("a")),
            post("Lovely weather", &[], Some("a")),
            post(name, &[], Some("b")),
            post("Lovely weather", &["privacy/patient-name"], Some("b")),
        ];
        let quality = Quality::measure(&Engine::builtin().unwrap(), &posts, false);
        assert_eq!(quality.rules["privacy/patient-name"], Counts { found: 1, false_alarms: 1, missed: 1 });
        assert_eq!(quality.items, Counts { found: 1, false_alarms: 1, missed: 1 });
        assert_eq!((quality.clean, quality.clean_found, quality.pairs), (2, 1, (2, 1)));
        assert_eq!(quality.items.precision(), Some(0.5));
        let group = Group { clean: 2, alarmed: 1, there: 2, noticed: 1 };
        assert_eq!(quality.groups.by(By::Kind), [("others", group)]);
        assert_eq!(Counts::default().f1(), None);
    }
}
