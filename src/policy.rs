//! What a profile lets through. What it does not is counted.

use whitecoat_engine::{Authorship, Finding, Item, Rule, Severity};

use crate::profile::{Loaded, ProfileError};
use crate::wording::nearest;

/// A profile made ready for the rules of an engine.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Vec<String>,
    floor: Severity,
    minimum: f32,
    /// The pattern with the most letters first.
    confidence: Vec<(String, f32)>,
    authorship: Vec<Authorship>,
    /// Whether excerpts are masked.
    pub mask: bool,
    /// Whether rows keep what counted: an audit keeps all its rows in memory, and few are asked why.
    pub keep_evidence: bool,
}

impl Policy {
    /// Checks that every pattern of the profile fits a rule.
    pub fn new<'r>(
        loaded: &Loaded,
        rules: impl IntoIterator<Item = &'r Rule>,
        unmask: bool,
    ) -> Result<Self, ProfileError> {
        let ids: Vec<&str> = rules.into_iter().map(|rule| &*rule.id).collect();
        let profile = &loaded.profile;
        let patterns = profile.rules.iter().map(|pattern| (pattern.get_ref(), pattern.span().start));
        let thresholds =
            profile.confidence.rules.iter().map(|(pattern, value)| (pattern, value.span().start));
        for (pattern, at) in patterns.chain(thresholds) {
            if pattern != "*" && !ids.iter().any(|id| fits(pattern, id)) {
                let next = match nearest(pattern.trim_end_matches('*'), ids.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "see the ids with: whitecoat rules list".to_owned(),
                };
                return Err(loaded.invalid(at, format!("no rule fits {pattern:?}"), next));
            }
        }
        let mut confidence: Vec<_> = profile
            .confidence
            .rules
            .iter()
            .map(|(pattern, value)| (pattern.clone(), *value.get_ref()))
            .collect();
        confidence.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.replace('*', "").len()));
        Ok(Self {
            rules: profile.rules.iter().map(|pattern| pattern.get_ref().clone()).collect(),
            floor: profile.floor,
            minimum: profile.confidence.minimum.as_ref().map_or(0.0, |value| *value.get_ref()),
            confidence,
            authorship: profile.authorship.clone(),
            mask: profile.mask && !unmask,
            keep_evidence: true,
        })
    }

    /// Whether a finding in `item` is shown.
    pub fn shows(&self, item: &Item, finding: &Finding) -> bool {
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

    use whitecoat_engine::{Field, Span};

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
                    [confidence]\nminimum=0.5\n[confidence.rules]\n'privacy/*'=0.3\n'privacy/b'=0.9\n";
        let loaded = Loaded::parse("t", text.to_owned()).unwrap();
        let rules = [rule("privacy/a"), rule("privacy/b"), rule("conduct/c")];
        let policy = Policy::new(&loaded, rules.iter().map(Arc::as_ref), false).unwrap();
        let own = Item::default();
        let other = Item { authorship: Authorship::Other, ..Item::default() };
        for (item, id, severity, confidence, expected) in [
            (&own, "privacy/a", Severity::Low, 0.4, true),
            (&own, "privacy/a", Severity::Info, 0.9, false),
            (&own, "privacy/a", Severity::High, 0.2, false),
            (&own, "privacy/b", Severity::High, 0.8, false),
            (&own, "conduct/c", Severity::High, 0.9, false),
            (&other, "privacy/a", Severity::High, 0.9, false),
        ] {
            assert_eq!(
                policy.shows(item, &finding(id, severity, confidence)),
                expected,
                "{id} {severity:?} {confidence}"
            );
        }
    }

    #[test]
    fn a_pattern_that_fits_no_rule_is_an_error_with_the_nearest() {
        let text = "name='t'\ntitle='t'\nrules=['privacy/patient-nam']\n";
        let loaded = Loaded::parse("t.toml", text.to_owned()).unwrap();
        let rules = [rule("privacy/patient-name")];
        let message = Policy::new(&loaded, rules.iter().map(Arc::as_ref), false).unwrap_err().to_string();
        assert!(
            message.contains("line 3") && message.contains("did you mean privacy/patient-name?"),
            "{message}"
        );
    }
}
