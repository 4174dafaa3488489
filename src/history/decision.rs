//! What a reader wrote into the column `decision`.

use jiff::civil::Date;

/// A decision about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// None yet.
    None,
    /// It stays, for a reason, perhaps until a day.
    Keep {
        /// Whether a reason is given.
        reason: bool,
        /// The last day on which it holds.
        until: Option<Date>,
    },
    /// The finding is wrong.
    NotAnIssue {
        /// The last day on which it holds.
        until: Option<Date>,
    },
    /// The post was taken away.
    Removed,
    /// The post was changed.
    Edited,
    /// Something that is none of these, or a day that is none.
    Unclear,
}

impl Decision {
    /// Reads a cell. A reason for keeping may also stand in the column `note`.
    pub fn parse(cell: &str, note: &str) -> Self {
        let text = cell.trim();
        if text.is_empty() {
            return Self::None;
        }
        let (text, until) = match take_until(text) {
            Ok(found) => found,
            Err(()) => return Self::Unclear,
        };
        let (word, reason) = text.split_once([':', ',', ';']).unwrap_or((text.as_str(), ""));
        let has_reason = |text: &str| text.chars().any(char::is_alphanumeric);
        let word = word.trim().to_lowercase().replace(['_', ' '], "-");
        match word.trim_matches(|c: char| !c.is_alphanumeric()) {
            "keep" | "kept" => Self::Keep { reason: has_reason(reason) || has_reason(note), until },
            "not-an-issue" | "no-issue" | "false-positive" | "false-alarm" => Self::NotAnIssue { until },
            "removed" | "remove" | "deleted" | "delete" => Self::Removed,
            "edited" | "edit" | "changed" => Self::Edited,
            _ => Self::Unclear,
        }
    }
}

/// Takes `until DATE` out of a decision.
fn take_until(text: &str) -> Result<(String, Option<Date>), ()> {
    let lower = text.to_lowercase();
    let starts = |at: &usize| lower.get(..*at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let Some(at) = lower.match_indices("until ").map(|(at, _)| at).find(starts) else {
        return Ok((text.to_owned(), None));
    };
    // Lower case has the same length wherever a decision is in plain letters; else it is read without.
    let (Some(before), Some(rest)) = (text.get(..at), text.get(at + "until ".len()..)) else {
        return Err(());
    };
    let rest = rest.trim_start();
    let end =
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '/' | '.'))).unwrap_or(rest.len());
    let (date, after) = rest.split_at(end);
    match date.trim_end_matches(['.', '-']).replace(['/', '.'], "-").parse() {
        Ok(date) => Ok((format!("{} {after}", before.trim_end_matches([' ', '(', ','])), Some(date))),
        // "until he retires" is a reason, not a day.
        Err(_) if date.is_empty() => Ok((text.to_owned(), None)),
        Err(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let until = |date: &str| date.parse::<Date>().ok();
        let keep = |reason, date: &str| Decision::Keep { reason, until: until(date) };
        for (cell, expected) in [
            ("", Decision::None),
            ("  ", Decision::None),
            ("keep: consent form 12", keep(true, "")),
            ("Keep", keep(false, "")),
            ("keep:", keep(false, "")),
            ("keep: form 12, until 2026-05-01", keep(true, "2026-05-01")),
            ("keep until 2026-05-01: form 12", keep(true, "2026-05-01")),
            ("KEEP (until 2026/05/01): form 12", keep(true, "2026-05-01")),
            ("keep until 2026-05-01", keep(false, "2026-05-01")),
            ("keep: until he retires", keep(true, "")),
            ("not-an-issue", Decision::NotAnIssue { until: None }),
            ("Not an issue", Decision::NotAnIssue { until: None }),
            ("removed", Decision::Removed),
            ("Deleted: on Friday", Decision::Removed),
            ("edited", Decision::Edited),
            ("keep until 2026-13-45", Decision::Unclear),
            ("yes", Decision::Unclear),
            ("\u{130}\u{130}until 2026-05-01", Decision::Unclear),
        ] {
            assert_eq!(Decision::parse(cell, ""), expected, "{cell:?}");
        }
        assert_eq!(Decision::parse("keep", "the family agreed"), keep(true, ""));
    }
}
