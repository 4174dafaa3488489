//! The least that a measure may be: kept in a file, so that a change which makes the rules worse is noticed.

use std::path::Path;

use serde::Deserialize;

use super::tally::Quality;

/// The least values, each from 0 to 1. A measure without one may be anything.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Floor {
    items_precision: Option<f64>,
    items_recall: Option<f64>,
    rules_f1: Option<f64>,
    pairs_right: Option<f64>,
    /// The most, not the least.
    clean_with_high: Option<f64>,
}

/// Why a file of least values cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}\n  next: {next}")]
pub struct FloorError {
    file: String,
    problem: String,
    next: &'static str,
}

impl Floor {
    /// Reads a TOML file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds anything but known measures.
    pub fn read(path: &Path) -> Result<Self, FloorError> {
        let fail = |problem, next| FloorError { file: path.display().to_string(), problem, next };
        let text = std::fs::read_to_string(path).map_err(|error| {
            fail(format!("cannot be read: {error}"), "name a file of least values (TOML)")
        })?;
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let next =
                "use items-precision, items-recall, rules-f1, pairs-right, clean-with-high, each from 0 to 1";
            fail(error.to_string().trim_end().to_owned(), next)
        })
    }

    /// What has fallen below, a sentence each.
    pub fn broken(&self, quality: &Quality) -> Vec<String> {
        let clean_high = super::tally::share(quality.clean_high, quality.clean);
        let pairs = super::tally::share(quality.pairs.1, quality.pairs.0);
        let least = [
            ("items-precision", self.items_precision, quality.items.precision()),
            ("items-recall", self.items_recall, quality.items.recall()),
            ("rules-f1", self.rules_f1, quality.all_rules().f1()),
            ("pairs-right", self.pairs_right, pairs),
        ];
        let mut broken: Vec<String> = least
            .into_iter()
            .filter_map(|(name, least, is)| Some((name, least?, is.unwrap_or(0.0))))
            .filter(|(_, least, is)| is < least)
            .map(|(name, least, is)| format!("{name} is {is:.3}, and was {least:.3} at least"))
            .collect();
        if let (Some(most), Some(is)) = (self.clean_with_high, clean_high)
            && is > most
        {
            broken.push(format!("clean-with-high is {is:.3}, and was {most:.3} at most"));
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::quality::Counts;

    #[test]
    fn says_what_has_fallen() {
        let floor: Floor = toml::from_str("items-precision = 0.9\nclean-with-high = 0.1").unwrap();
        let mut quality =
            Quality { items: Counts { found: 8, false_alarms: 2, missed: 0 }, ..Quality::default() };
        assert_eq!(floor.broken(&quality), ["items-precision is 0.800, and was 0.900 at least"]);
        quality.items.found = 100;
        (quality.clean, quality.clean_high) = (10, 2);
        assert_eq!(floor.broken(&quality), ["clean-with-high is 0.200, and was 0.100 at most"]);
        assert!(toml::from_str::<Floor>("items = 1").is_err());
    }
}
