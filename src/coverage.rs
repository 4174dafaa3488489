//! What was read, what was not, and why: printed with every audit, so that nothing is lost silently.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// How many places one reason keeps as examples.
pub const EXAMPLES_PER_REASON: usize = 3;
/// What stands for a title that may not be told.
const NOT_SAID: &str = "what it is called tells of something that the profile never shows";
const NOT_SAID_NOTE: &str = "a remark that tells of something that the profile never shows is left out";
/// Of how many files one reason keeps a count.
pub const FILES_PER_REASON: usize = 10_000;

/// Coverage of one input that the user named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The input as the user typed it.
    pub input: String,
    /// What it was recognised as, such as `X archive of @name`.
    pub recognised: String,
    /// How many inputs it holds, for a folder of inputs; each has a coverage of its own.
    #[serde(skip_serializing_if = "is_zero")]
    pub holds: u64,
    /// Left out on purpose, by reason. Does not make a run incomplete.
    pub skipped: BTreeMap<String, Gap>,
    /// Should have been read and could not be, by reason. Makes a run incomplete.
    pub failed: BTreeMap<String, Gap>,
    /// Remarks that change how the result should be read, such as an export that says it is partial.
    pub notes: BTreeSet<String>,
    /// Hosts that were contacted.
    pub hosts: BTreeSet<String>,
}

/// How often something was not read, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// How many records or files.
    pub count: u64,
    /// Where: file and record, the first few in order.
    pub examples: BTreeSet<String>,
    /// How many in each file; of at most [`FILES_PER_REASON`] files.
    #[serde(skip)]
    pub files: BTreeMap<String, u64>,
}

impl Coverage {
    /// Coverage of `input`, nothing read yet.
    pub fn of(input: impl Into<String>) -> Self {
        Self { input: input.into(), ..Self::default() }
    }

    /// Counts something that was left out on purpose. `reason` is a fixed sentence, `place` is file and record.
    pub fn skip(&mut self, reason: &str, place: impl Into<String>) {
        Self::count(&mut self.skipped, reason, place.into(), 1);
    }

    /// Counts `count` things that were left out on purpose for the same reason at one place.
    pub fn skip_many(&mut self, reason: &str, place: impl Into<String>, count: u64) {
        Self::count(&mut self.skipped, reason, place.into(), count);
    }

    /// Counts something that should have been read and could not be.
    pub fn fail(&mut self, reason: &str, place: impl Into<String>) {
        Self::count(&mut self.failed, reason, place.into(), 1);
    }

    /// Counts `count` things that should have been read and could not be, for the same reason at one place.
    pub fn fail_many(&mut self, reason: &str, place: impl Into<String>, count: u64) {
        Self::count(&mut self.failed, reason, place.into(), count);
    }

    /// Adds a remark.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    /// Records that `host` was contacted.
    pub fn contacted(&mut self, host: impl Into<String>) {
        self.hosts.insert(host.into());
    }

    /// Adds what another part of the same input reported.
    pub fn absorb(&mut self, other: Coverage) {
        for (into, from) in [(&mut self.skipped, other.skipped), (&mut self.failed, other.failed)] {
            for (reason, gap) in from {
                let entry = into.entry(reason).or_default();
                entry.count += gap.count;
                entry.examples.extend(gap.examples);
                entry.trim();
                for (file, count) in gap.files {
                    entry.count_in(&file, count);
                }
            }
        }
        self.holds += other.holds;
        self.notes.extend(other.notes);
        self.hosts.extend(other.hosts);
    }

    /// Forgets where the gaps are, and keeps how many there are and why: an address may tell what its page is about. Of
    /// titles and remarks it forgets those that `tells` says do.
    pub fn forget_places(&mut self, tells: &mut dyn FnMut(&str) -> bool) {
        for gap in self.skipped.values_mut().chain(self.failed.values_mut()) {
            gap.examples.clear();
            gap.files.clear();
        }
        if tells(&self.recognised) {
            self.recognised = NOT_SAID.to_owned();
        }
        let count = self.notes.len();
        self.notes.retain(|note| !tells(note));
        if self.notes.len() < count {
            self.notes.insert(NOT_SAID_NOTE.to_owned());
        }
    }

    /// Whether all that should have been read was read.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    fn count(gaps: &mut BTreeMap<String, Gap>, reason: &str, place: String, count: u64) {
        if count == 0 {
            return;
        }
        let gap = gaps.entry(reason.to_owned()).or_default();
        gap.count += count;
        gap.count_in(file_of(&place), count);
        gap.examples.insert(place);
        gap.trim();
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The file in a place, which is a file or `file#record`.
pub fn file_of(place: &str) -> &str {
    place.split('#').next().unwrap_or(place)
}

impl Gap {
    /// The examples as one text, with `more` at its end if there are others; nothing where they were forgotten.
    pub fn places(&self, more: &str) -> String {
        let examples: Vec<&str> = self.examples.iter().map(String::as_str).collect();
        let more = if self.count > examples.len() as u64 && !examples.is_empty() { more } else { "" };
        examples.join(", ") + more
    }

    fn count_in(&mut self, file: &str, count: u64) {
        if let Some(known) = self.files.get_mut(file) {
            *known += count;
        } else if self.files.len() < FILES_PER_REASON {
            self.files.insert(file.to_owned(), count);
        }
    }

    fn trim(&mut self) {
        while self.examples.len() > EXAMPLES_PER_REASON {
            self.examples.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_forgotten_and_counts_are_not() {
        let mut coverage =
            Coverage { recognised: "page of a.example: My chemo diary".to_owned(), ..Coverage::default() };
        coverage.skip_many("no article", "https://a.example/my-breast-cancer-diary.pdf", 4);
        coverage.fail("not found", "https://a.example/ramadan");
        coverage.note("https://a.example/chemo was answered by https://a.example/");
        coverage.note("host asked: a.example");
        assert_eq!(
            coverage.skipped["no article"].places(", ..."),
            "https://a.example/my-breast-cancer-diary.pdf, ..."
        );
        coverage.forget_places(&mut |text| text.contains("chemo"));
        let said = serde_json::to_string(&coverage).unwrap_or_default();
        for gone in ["diary", "ramadan", "chemo"] {
            assert!(!said.contains(gone), "{said}");
        }
        assert!(said.contains("host asked: a.example") && coverage.notes.contains(NOT_SAID_NOTE));
        assert_eq!((coverage.skipped["no article"].count, coverage.failed["not found"].count), (4, 1));
        assert_eq!(coverage.skipped["no article"].places(", ..."), "");
    }
}
