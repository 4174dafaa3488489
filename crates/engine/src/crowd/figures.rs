//! The figures behind an estimate: how common conditions, injuries, jobs and other traits are, from `figures/*.tsv`.
//!
//! Each row brings the words that it is told by. They become signals named `fits-KEY`, read with all others.

use std::fmt::Write as _;

use crate::builtin;
use crate::signal::{SignalId, Signals};

/// The sort of evidence of signals that only the estimate and stories look at: no rule names them, and the learned model,
/// which has never seen them, does not either.
pub(crate) const CUE: &str = "crowd";

/// What a trait is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// An age that has a figure of its own.
    Age,
    /// What somebody does.
    Occupation,
    /// A relative.
    Kin,
    /// Origin or faith.
    Ethnicity,
    /// An illness.
    Condition,
    /// Said to be rare, first or only.
    Rarity,
    /// What was done.
    Procedure,
    /// How an injury happened.
    Mechanism,
    /// How it ended.
    Outcome,
    /// Something that the public saw.
    Event,
    /// Known to many.
    Role,
    /// A thing or a mark.
    Object,
    /// The author says that readers could tell who it is.
    Identity,
}

impl Sort {
    /// What a body has or had done to it.
    pub(crate) fn is_medical(self) -> bool {
        matches!(self, Self::Condition | Self::Procedure | Self::Outcome)
    }

    fn of(name: &str) -> Self {
        match name {
            "age" => Self::Age,
            "kin" => Self::Kin,
            "ethnicity" => Self::Ethnicity,
            "rarity" => Self::Rarity,
            "outcome" => Self::Outcome,
            "event" => Self::Event,
            "role" => Self::Role,
            "identity" => Self::Identity,
            _ => Self::Object,
        }
    }

    /// A word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Occupation => "occupation",
            Self::Kin => "family",
            Self::Ethnicity => "origin or faith",
            Self::Condition => "condition",
            Self::Rarity => "rarity",
            Self::Procedure => "procedure",
            Self::Mechanism => "mechanism",
            Self::Outcome => "outcome",
            Self::Event => "public event",
            Self::Role => "public role",
            Self::Object => "distinctive detail",
            Self::Identity => "hint at who it is",
        }
    }
}

/// One row of a file of figures. Rates are per 100,000 people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) key: &'static str,
    pub(crate) says: &'static str,
    pub(crate) sort: Sort,
    patterns: &'static str,
    /// How many it is true of at a time.
    pub(crate) living: f32,
    /// How many new ones there are in a year; 0 where that makes no sense.
    pub(crate) new: f32,
    /// The rate is likely between itself divided by and multiplied with this.
    pub(crate) spread: f32,
    /// `m`, `f` or `b`.
    pub(crate) sex: u8,
    pub(crate) ages: (u8, u8),
    /// The key of the occupation that it mostly happens to.
    pub(crate) goes_with: &'static str,
}

/// All figures, and which signal tells of which.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) list: Vec<Figure>,
    by_signal: Vec<u16>,
}

/// No figure.
const NONE: u16 = u16::MAX;

impl Figures {
    /// Reads the files that are compiled in. Rows that cannot be read are left out; a test keeps them readable.
    pub(crate) fn read() -> Self {
        let mut list = Vec::new();
        for line in builtin::CONDITIONS_FIGURES.lines() {
            list.extend(treated(line, Sort::Condition));
        }
        for line in builtin::PROCEDURES_FIGURES.lines() {
            list.extend(treated(line, Sort::Procedure));
        }
        list.extend(builtin::MECHANISMS_FIGURES.lines().filter_map(mechanism));
        list.extend(builtin::OCCUPATIONS_FIGURES.lines().filter_map(occupation));
        list.extend(builtin::TRAITS_FIGURES.lines().filter_map(other));
        Self { list, by_signal: Vec::new() }
    }

    /// The text of a signal file that tells of them.
    pub(crate) fn signal_file(&self) -> String {
        let mut text = String::new();
        for figure in &self.list {
            let _ = writeln!(text, "[signal.\"fits-{}\"]\nsays = \"{}\"", figure.key, figure.says);
            let _ = writeln!(text, "cue = \"{CUE}\"\npatterns = [");
            for pattern in figure.patterns.split(';').filter(|pattern| !pattern.is_empty()) {
                let _ = writeln!(text, "  \"{pattern}\",");
            }
            text.push_str("]\n\n");
        }
        text
    }

    /// Looks up the signals.
    pub(crate) fn bind(&mut self, signals: &Signals) {
        self.by_signal = vec![NONE; signals.infos.len()];
        for (index, figure) in self.list.iter().enumerate() {
            let id = signals.id(&format!("fits-{}", figure.key));
            if let Some(slot) = id.and_then(|id| self.by_signal.get_mut(usize::from(id))) {
                *slot = index as u16;
            }
        }
    }

    /// The figure that a signal tells of.
    pub(crate) fn told_by(&self, signal: SignalId) -> Option<u16> {
        self.by_signal.get(usize::from(signal)).copied().filter(|index| *index != NONE)
    }

    pub(crate) fn get(&self, index: u16) -> Option<&Figure> {
        self.list.get(usize::from(index))
    }
}

/// The columns of a row; `None` for a comment.
fn columns(line: &'static str) -> Option<Vec<&'static str>> {
    (!line.starts_with('#') && !line.is_empty()).then(|| line.split('\t').collect())
}

fn ages(text: &str) -> Option<(u8, u8)> {
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn sex(text: &str) -> Option<u8> {
    text.bytes().next().filter(|sex| matches!(sex, b'm' | b'f' | b'b'))
}

/// key, says, patterns, living, new, spread, sex, ages, source
fn treated(line: &'static str, sort: Sort) -> Option<Figure> {
    let row = columns(line)?;
    let [key, says, patterns, living, new, spread, of, years, _] = row.as_slice() else { return None };
    Some(Figure {
        key,
        says,
        sort,
        patterns,
        living: living.parse().ok()?,
        new: new.parse().ok()?,
        spread: spread.parse().ok()?,
        sex: sex(of)?,
        ages: ages(years)?,
        goes_with: "",
    })
}

/// key, says, patterns, a year, spread, sex, ages, occupation, source
fn mechanism(line: &'static str) -> Option<Figure> {
    let row = columns(line)?;
    let [key, says, patterns, new, spread, of, years, goes_with, _] = row.as_slice() else { return None };
    Some(Figure {
        key,
        says,
        sort: Sort::Mechanism,
        patterns,
        living: 0.0,
        new: new.parse().ok()?,
        spread: spread.parse().ok()?,
        sex: sex(of)?,
        ages: ages(years)?,
        goes_with,
    })
}

/// key, says, patterns, people, spread, source
fn occupation(line: &'static str) -> Option<Figure> {
    let row = columns(line)?;
    let [key, says, patterns, living, spread, _] = row.as_slice() else { return None };
    Some(Figure { sort: Sort::Occupation, ..plain(key, says, patterns, living, spread)? })
}

/// key, says, sort, patterns, people, spread, source
fn other(line: &'static str) -> Option<Figure> {
    let row = columns(line)?;
    let [key, says, sort, patterns, living, spread, _] = row.as_slice() else { return None };
    Some(Figure { sort: Sort::of(sort), ..plain(key, says, patterns, living, spread)? })
}

fn plain(
    key: &'static str,
    says: &'static str,
    patterns: &'static str,
    living: &str,
    spread: &str,
) -> Option<Figure> {
    Some(Figure {
        key,
        says,
        sort: Sort::Object,
        patterns,
        living: living.parse().ok()?,
        new: 0.0,
        spread: spread.parse().ok()?,
        sex: b'b',
        ages: (0, 122),
        goes_with: "",
    })
}

#[cfg(test)]
mod tests {
    use super::Figures;
    use crate::builtin;

    #[test]
    fn every_row_of_every_file_is_read_and_keys_are_unique() {
        let files = [
            builtin::CONDITIONS_FIGURES,
            builtin::PROCEDURES_FIGURES,
            builtin::MECHANISMS_FIGURES,
            builtin::OCCUPATIONS_FIGURES,
            builtin::TRAITS_FIGURES,
        ];
        let rows: usize =
            files.iter().map(|file| file.lines().filter(|line| !line.starts_with('#')).count()).sum();
        let figures = Figures::read();
        assert_eq!(figures.list.len(), rows);
        let mut keys: Vec<&str> = figures.list.iter().map(|figure| figure.key).collect();
        keys.sort_unstable();
        let before = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), before);
        for figure in &figures.list {
            assert!(figure.living > 0.0 || figure.new > 0.0, "{}", figure.key);
            assert!(figure.spread >= 1.0 && figure.ages.0 <= figure.ages.1, "{}", figure.key);
        }
    }
}
