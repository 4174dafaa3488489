//! What a profile lets through. What it does not is counted.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use whitecoat_engine::{Authorship, Engine, Finding, Item, Kind, Severity, Visibility};

use crate::profile::{Identity, Loaded, ProfileError, Unmask};
use crate::suppress::{self, Class, Touch};
use crate::wording::nearest;

/// Why an item is not looked at, as reasons in the record of the run.
const NOT_PUBLIC: &str = "not known to be public";
const BEFORE_WINDOW: &str = "posted before the window";
const NO_DATE: &str = "without a date, so not known to lie in the window";

/// A profile made ready for the rules of an engine.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Vec<String>,
    floor: Severity,
    minimum: f32,
    /// The pattern with the most letters first.
    confidence: Vec<(String, f32)>,
    authorship: Vec<Authorship>,
    only: Vec<(String, Vec<String>)>,
    classes: Vec<Class>,
    public_only: bool,
    /// The first day of the window, and whether items without a date are looked at.
    window: Option<(Date, bool)>,
    patient_data: bool,
    /// Whether a row that goes without its words still says where they stand.
    pub keep_place: bool,
    /// Which accounts are looked at.
    pub identity: Identity,
    /// Whether excerpts are masked.
    pub mask: bool,
    /// Whether rows keep what counted: an audit keeps all its rows in memory, and few are asked why.
    pub keep_evidence: bool,
}

/// What is done with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'p> {
    /// It is shown.
    Show,
    /// It is shown without its words, because the post also shows these classes; with none, because it may hold a patient's data.
    WithoutWords(Vec<&'p str>),
    /// It is of a class that is never shown.
    Suppressed(&'p str),
    /// The profile is not about it.
    Hidden,
}

impl Policy {
    /// Checks that every pattern of the profile fits a rule, a signal or a class. A window ends `today`.
    pub fn new(loaded: &Loaded, engine: &Engine, unmask: bool, today: Date) -> Result<Self, ProfileError> {
        let profile = &loaded.profile;
        check_names(loaded, engine)?;
        if unmask && profile.unmask == Unmask::Refused {
            let at = loaded.text.find("unmask").unwrap_or(0);
            let problem = format!("profile {} does not allow --unmask", profile.name);
            return Err(loaded.invalid(at, problem, "run it without --unmask"));
        }
        let mut confidence: Vec<_> = profile
            .confidence
            .rules
            .iter()
            .map(|(pattern, value)| (pattern.clone(), *value.get_ref()))
            .collect();
        confidence.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.replace('*', "").len()));
        let only = profile.only.iter().map(|only| {
            (only.rule.get_ref().clone(), only.any.iter().map(|name| name.get_ref().clone()).collect())
        });
        let wanted = |class: &Class| {
            profile.suppress.classes.iter().any(|pattern| fits(pattern.get_ref(), &class.name))
        };
        Ok(Self {
            rules: profile.rules.iter().map(|pattern| pattern.get_ref().clone()).collect(),
            floor: profile.floor,
            minimum: profile.confidence.minimum.as_ref().map_or(0.0, |value| *value.get_ref()),
            confidence,
            authorship: profile.authorship.clone(),
            only: only.collect(),
            classes: suppress::classes().into_iter().filter(wanted).collect(),
            public_only: profile.inputs.public_only,
            window: profile
                .window
                .as_ref()
                .map(|window| (years_before(today, *window.years.get_ref()), window.undated)),
            patient_data: profile.patient_data,
            keep_place: profile.suppress.place,
            identity: profile.identity,
            mask: profile.mask && !unmask,
            keep_evidence: true,
        })
    }

    /// Looks at a draft, which is nobody else's, has no date and is not public yet: shows all of it.
    pub fn for_draft(&mut self) {
        (self.public_only, self.window, self.mask, self.patient_data) = (false, None, false, true);
        self.classes.clear();
    }

    /// Why an item is not looked at; `None` if it is.
    pub fn leaves_out(&self, item: &Item) -> Option<&'static str> {
        if self.public_only && (item.visibility != Visibility::Public || item.kind == Kind::Message) {
            return Some(NOT_PUBLIC);
        }
        let (from, undated) = self.window?;
        match item.created_at {
            Some(moment) => (day(moment.instant()) < from).then_some(BEFORE_WINDOW),
            None => (!undated).then_some(NO_DATE),
        }
    }

    /// The first day of the window.
    pub fn window_from(&self) -> Option<Date> {
        self.window.map(|(from, _)| from)
    }

    /// Whether some classes are never shown.
    pub fn suppresses(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Whether signals show a class that is never shown.
    pub fn tells(&self, seen: &[String]) -> bool {
        self.classes.iter().any(|class| class.signals.iter().any(|signal| seen.contains(signal)))
    }

    /// Whether [`Policy::judge`] needs to know which signals were seen in an item.
    pub fn needs_signals(&self) -> bool {
        self.suppresses() || !self.only.is_empty()
    }

    /// What is done with a finding in `item`, in which the signals `seen` were seen.
    pub fn judge(&self, item: &Item, finding: &Finding, seen: &[String]) -> Verdict<'_> {
        let id = &*finding.rule.id;
        let mut names = Vec::new();
        if self.needs_signals() {
            names.extend(finding.modifiers.iter().map(|modifier| modifier.name.to_string()));
            let counted = finding.evidence.iter().filter(|evidence| evidence.weight > 0.0);
            names.extend(counted.flat_map(|evidence| evidence.signal.split(" + ").map(str::to_owned)));
        }
        let touched = suppress::touch(&self.classes, id, &names, seen);
        if let Some(Touch::Is(class)) = touched.first() {
            return Verdict::Suppressed(class);
        }
        if !self.shows(item, finding) || !self.meets_conditions(id, &names) {
            return Verdict::Hidden;
        }
        let shown: Vec<&str> = touched
            .into_iter()
            .map(|touch| match touch {
                Touch::Is(class) | Touch::Shows(class) => class,
            })
            .collect();
        if shown.is_empty() { Verdict::Show } else { Verdict::WithoutWords(shown) }
    }

    /// Whether the words of what may hold a patient's data are shown.
    pub fn shows_patient_data(&self) -> bool {
        self.patient_data
    }

    fn meets_conditions(&self, id: &str, names: &[String]) -> bool {
        let conditions = self.only.iter().filter(|(pattern, _)| fits(pattern, id));
        conditions.into_iter().all(|(_, any)| any.iter().any(|name| names.contains(name)))
    }

    fn shows(&self, item: &Item, finding: &Finding) -> bool {
        self.lets_through(&finding.rule.id, finding.severity, finding.confidence, item.authorship)
    }

    /// The same for a finding that is not of one item.
    pub fn lets_through(
        &self,
        id: &str,
        severity: Severity,
        confidence: f32,
        authorship: Authorship,
    ) -> bool {
        let minimum =
            self.confidence.iter().find(|(pattern, _)| fits(pattern, id)).map_or(self.minimum, |(_, m)| *m);
        severity >= self.floor
            && confidence >= minimum
            && self.authorship.contains(&authorship)
            && self.rules.iter().any(|pattern| fits(pattern, id))
    }
}

/// The day of a time, in UTC.
pub fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// The time now, to the second: finer fractions in reports say nothing to anybody.
pub fn this_second() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn years_before(day: Date, years: u16) -> Date {
    let year = day.year().saturating_sub(i16::try_from(years).unwrap_or(i16::MAX));
    // The day before leap day, where a year has none.
    Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, 2, 28)).unwrap_or(Date::MIN)
}

fn check_names(loaded: &Loaded, engine: &Engine) -> Result<(), ProfileError> {
    let ids: Vec<&str> = engine.rules().iter().map(|rule| &*rule.id).collect();
    let profile = &loaded.profile;
    let patterns = profile.rules.iter().map(|pattern| (pattern.get_ref(), pattern.span().start));
    let thresholds = profile.confidence.rules.iter().map(|(pattern, value)| (pattern, value.span().start));
    let only = profile.only.iter().map(|only| (only.rule.get_ref(), only.rule.span().start));
    for (pattern, at) in patterns.chain(thresholds).chain(only) {
        if pattern != "*" && !ids.iter().any(|id| fits(pattern, id)) {
            let next = match nearest(pattern.trim_end_matches('*'), ids.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => "see the ids with: whitecoat rules list".to_owned(),
            };
            return Err(loaded.invalid(at, format!("no rule fits {pattern:?}"), next));
        }
    }
    for name in profile.only.iter().flat_map(|only| &only.any) {
        let known = engine.meaning(name.get_ref()).is_some()
            || engine.rules().iter().any(|rule| rule.modifier_names().any(|known| known == name.get_ref()));
        if !known {
            let problem = format!("there is no signal and no modifier {:?}", name.get_ref());
            let next =
                "look at `whitecoat rules explain ID`, or at an audit with --columns +evidence,modifiers";
            return Err(loaded.invalid(name.span().start, problem, next));
        }
    }
    let classes = suppress::classes();
    for pattern in &profile.suppress.classes {
        if !classes.iter().any(|class| fits(pattern.get_ref(), &class.name)) {
            let names = || classes.iter().map(|class| class.name.as_str());
            let next = match nearest(pattern.get_ref(), names()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("classes: {}", names().collect::<Vec<_>>().join(", ")),
            };
            let problem = format!("there is no class {:?}", pattern.get_ref());
            return Err(loaded.invalid(pattern.span().start, problem, next));
        }
    }
    Ok(())
}
/// Whether a pattern, in which `*` stands for anything, fits an id.
fn fits(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = id.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use whitecoat_engine::{Field, Modifier, Rule, Span};

    use super::*;

    fn rule(id: &str) -> Arc<Rule> {
        crate::report::tests::rule(id, Severity::Medium)
    }

    fn finding(id: &str, severity: Severity, confidence: f32) -> Finding {
        let span = Span { field: Field::Text, start: 0, end: 0 };
        Finding { severity, confidence, ..crate::report::tests::finding(rule(id), span, span) }
    }

    #[test]
    fn patterns_fit_like_file_patterns() {
        for (pattern, id, expected) in [
            ("*", "privacy/a", true),
            ("privacy/*", "privacy/a", true),
            ("privacy/*", "conduct/a", false),
            ("*/patient-*", "privacy/patient-name", true),
            ("*-name", "privacy/patient-name", true),
            ("privacy/patient", "privacy/patient-name", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, id), expected, "{pattern} {id}");
        }
    }

    #[test]
    fn hides_what_is_below_and_lets_the_longest_pattern_win() {
        let text = "name='t'\ntitle='t'\nrules=['privacy/*']\nfloor='low'\nauthorship=['self']\n\
                    [confidence]\nminimum=0.5\n[confidence.rules]\n'privacy/*'=0.3\n'privacy/patient-name'=0.9\n";
        let loaded = Loaded::parse("t", text.to_owned()).unwrap();
        let policy = Policy::new(&loaded, &Engine::builtin().unwrap(), false, Date::ZERO).unwrap();
        let own = Item::default();
        let other = Item { authorship: Authorship::Other, ..Item::default() };
        for (item, id, severity, confidence, expected) in [
            (&own, "privacy/a", Severity::Low, 0.4, true),
            (&own, "privacy/a", Severity::Info, 0.9, false),
            (&own, "privacy/a", Severity::High, 0.2, false),
            (&own, "privacy/patient-name", Severity::High, 0.8, false),
            (&own, "conduct/c", Severity::High, 0.9, false),
            (&other, "privacy/a", Severity::High, 0.9, false),
        ] {
            let verdict = policy.judge(item, &finding(id, severity, confidence), &[]);
            assert_eq!(verdict == Verdict::Show, expected, "{id} {severity:?} {confidence}");
        }
    }

    #[test]
    fn conditions_windows_and_classes() {
        let text = "name='t'\ntitle='t'\n[inputs]\npublic_only=true\n[window]\nyears=1\nundated=false\n\
                    [[only]]\nrule='conduct/substance'\nany=['tied-to-duty']\n[suppress]\nclasses=['religion']\n";
        let loaded = Loaded::parse("t", text.to_owned()).unwrap();
        let policy =
            Policy::new(&loaded, &Engine::builtin().unwrap(), false, "2024-10-04".parse().unwrap()).unwrap();
        let item = Item::default();
        let substance = finding("conduct/substance", Severity::High, 0.9);
        // What stands elsewhere in the post does not tie it to duty.
        let seen = ["tied-to-duty".to_owned(), "protected-religion".to_owned()];
        assert_eq!(policy.judge(&item, &substance, &seen), Verdict::Hidden);
        let on_duty = Modifier { name: "tied-to-duty".into(), step: 1 };
        let substance = Finding { modifiers: vec![on_duty], ..substance };
        assert_eq!(policy.judge(&item, &substance, &seen), Verdict::WithoutWords(vec!["religion"]));
        assert_eq!(policy.judge(&item, &substance, &[]), Verdict::Show);
        let posted = |time: &str| Item {
            visibility: Visibility::Public,
            created_at: time.parse().ok(),
            ..Item::default()
        };
        assert_eq!(years_before("2024-02-29".parse().unwrap(), 1).to_string(), "2023-02-28");
        assert_eq!(policy.leaves_out(&item), Some(NOT_PUBLIC));
        assert_eq!(policy.leaves_out(&posted("")), Some(NO_DATE));
        assert_eq!(policy.leaves_out(&posted("2023-10-03T23:59:59Z")), Some(BEFORE_WINDOW));
        assert_eq!(policy.leaves_out(&posted("2023-10-04T00:00:00Z")), None);
    }

    #[test]
    fn names_that_fit_nothing_are_errors_with_the_nearest() {
        for (line, near) in [
            ("rules=['privacy/patient-nam']\n", "did you mean privacy/patient-name?"),
            ("[suppress]\nclasses=['religon']\n", "did you mean religion?"),
            ("[[only]]\nrule='conduct/sexual'\nany=['no-such-signal']\n", "whitecoat rules explain"),
        ] {
            let loaded = Loaded::parse("t.toml", format!("name='t'\ntitle='t'\n{line}")).unwrap();
            let error =
                Policy::new(&loaded, &Engine::builtin().unwrap(), false, Date::ZERO).unwrap_err().to_string();
            assert!(error.contains("t.toml, line ") && error.contains(near), "{error}");
        }
    }

    #[test]
    fn a_profile_may_refuse_to_lift_the_masks() {
        let loaded = Loaded::find("pre-hire").unwrap();
        let error =
            Policy::new(&loaded, &Engine::builtin().unwrap(), true, Date::ZERO).unwrap_err().to_string();
        assert!(error.contains("does not allow --unmask"), "{error}");
    }
}
