//! Conditions: which signals must be seen, and how near to what a finding is about.

use serde::Deserialize;

use crate::error::{DefinitionError, SourceFile};
use crate::reading::{Hit, SignalSet};
use crate::signal::{SignalId, Signals};

/// How near to the focus a signal must stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Within {
    /// On the very words.
    At,
    /// In the same sentence, at most [`NEAR_TOKENS`] away.
    Near,
    /// In the same sentence.
    Sentence,
    /// In the same sentence or one beside it.
    Around,
    /// At most [`PASSAGE_SENTENCES`] sentences away, or in another of the item's texts. What `item` means for evidence:
    /// in long text, things far apart are about different matters.
    Passage,
    /// Anywhere in the item's own texts.
    #[default]
    Item,
    /// In a picture's alt text or file name.
    Media,
    /// In the text that the item answers.
    Parent,
    /// In the profile.
    Profile,
}

impl Within {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Within::At => "at",
            Within::Near => "near",
            Within::Sentence => "sentence",
            Within::Around => "around",
            Within::Passage => "passage",
            Within::Item => "item",
            Within::Media => "media",
            Within::Parent => "parent",
            Within::Profile => "profile",
        }
    }
}

impl Within {
    /// The place in words, to go behind a signal's meaning.
    fn words(self) -> &'static str {
        match self {
            Within::At | Within::Passage | Within::Item => "",
            Within::Near => " (close by)",
            Within::Sentence => " (in the same sentence)",
            Within::Around => " (in the same sentence or the next)",
            Within::Media => " (in a picture's text)",
            Within::Parent => " (in what it answers)",
            Within::Profile => " (in the profile)",
        }
    }
}

/// Sentences between a focus and a signal that belongs to the same passage.
pub(crate) const PASSAGE_SENTENCES: u32 = 3;

/// Tokens between a focus and a signal that is near it.
pub(crate) const NEAR_TOKENS: u32 = 7;

/// A condition as it is written: `signal` is short for `any` with one name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    pub(crate) signal: Option<String>,
    #[serde(default)]
    pub(crate) any: Vec<String>,
    #[serde(default)]
    pub(crate) all: Vec<String>,
    #[serde(default)]
    pub(crate) none: Vec<String>,
    #[serde(default)]
    pub(crate) within: Within,
    /// Log-odds, in evidence and guards.
    pub(crate) weight: Option<f32>,
    /// Severity steps, in modifiers.
    pub(crate) step: Option<i32>,
    /// A modifier's name.
    pub(crate) name: Option<String>,
}

impl RawCondition {
    /// The signals that it names, as they are written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.signal.iter().chain(&self.any).chain(&self.all).chain(&self.none).map(String::as_str)
    }
}

/// A condition with its signals resolved.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    any: Box<[SignalId]>,
    all: Box<[SignalId]>,
    none: Box<[SignalId]>,
    pub(crate) within: Within,
}

/// Everything that was seen around one item.
pub(crate) struct Seen<'a> {
    /// Hits in the item's own texts, by signal: `ranges[signal]` cuts `hits`.
    pub(crate) hits: &'a [Hit],
    pub(crate) ranges: &'a [(u32, u32)],
    /// Signals in pictures' texts.
    pub(crate) media: &'a SignalSet,
    pub(crate) parent: &'a SignalSet,
    pub(crate) profile: &'a SignalSet,
    pub(crate) facts: &'a SignalSet,
}

/// What a condition was met by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    pub(crate) signal: SignalId,
    /// The hit, when it stands in the item's own texts.
    pub(crate) hit: Option<Hit>,
}

impl Seen<'_> {
    pub(crate) fn hits_of(&self, signal: SignalId) -> &[Hit] {
        let (from, to) = self.ranges.get(usize::from(signal)).copied().unwrap_or_default();
        self.hits.get(from as usize..to as usize).unwrap_or_default()
    }

    fn find(&self, signal: SignalId, within: Within, focus: Hit) -> Option<Met> {
        let set = |set: &SignalSet| set.contains(signal).then_some(Met { signal, hit: None });
        if let Some(fact) = set(self.facts) {
            return Some(fact);
        }
        match within {
            Within::Parent => return set(self.parent),
            Within::Profile => return set(self.profile),
            Within::Media => return set(self.media),
            _ => {}
        }
        let near = |hit: &Hit| match within {
            Within::At => hit.start < focus.end && focus.start < hit.end,
            Within::Near => {
                let gap = if hit.start >= focus.end {
                    hit.start - focus.end
                } else {
                    focus.start.saturating_sub(hit.end)
                };
                hit.sentence == focus.sentence && gap <= NEAR_TOKENS
            }
            Within::Sentence => hit.sentence == focus.sentence,
            Within::Around => hit.sentence.abs_diff(focus.sentence) <= 1,
            Within::Passage => {
                hit.media != focus.media
                    || hit.sentence.abs_diff(focus.sentence) <= PASSAGE_SENTENCES
                    || (hit.start < focus.end && focus.start < hit.end)
            }
            _ => true,
        };
        let hits = self.hits_of(signal);
        // Hits are in reading order. Looking only where a hit can be keeps a long item from costing its square.
        let nearby = if matches!(within, Within::Item | Within::Passage) {
            let after = hits.partition_point(|hit| hit.start < focus.start);
            let before = hits.get(after.saturating_sub(1)).map_or(0, |hit| hit.start);
            hits.partition_point(|hit| hit.start < before)..hits.len().min(after + 1)
        } else {
            let first = focus.sentence.saturating_sub(1);
            hits.partition_point(|hit| hit.sentence < first)
                ..hits.partition_point(|hit| hit.sentence <= focus.sentence + 1)
        };
        let hits = hits.get(nearby).unwrap_or_default();
        // The closest one explains the most.
        hits.iter()
            .filter(|hit| near(hit))
            .min_by_key(|hit| hit.start.abs_diff(focus.start))
            .map(|hit| Met { signal, hit: Some(*hit) })
    }
}

impl Condition {
    /// Whether it is met by something that is there, and not only by what is missing.
    pub(crate) fn wants_something(&self) -> bool {
        !(self.any.is_empty() && self.all.is_empty())
    }

    /// Resolves names; an unknown one is an error that names the nearest.
    pub(crate) fn resolve(
        raw: &RawCondition,
        file: &SourceFile<'_>,
        signals: &Signals,
    ) -> Result<Self, DefinitionError> {
        let ids = |names: &mut dyn Iterator<Item = &String>| {
            names
                .map(|name| {
                    signals.id(name).ok_or_else(|| {
                        let next = signals.nearest(name).map(|near| format!("did you mean `{near}`?"));
                        let next = next.unwrap_or_else(|| {
                            "define it in a file of the engine's folder `signals`".to_owned()
                        });
                        file.error_at(&format!("\"{name}\""), format!("no signal is called `{name}`"), next)
                    })
                })
                .collect::<Result<Box<[_]>, _>>()
        };
        let condition = Self {
            any: ids(&mut raw.signal.iter().chain(&raw.any))?,
            all: ids(&mut raw.all.iter())?,
            none: ids(&mut raw.none.iter())?,
            within: raw.within,
        };
        if condition.any.is_empty() && condition.all.is_empty() && condition.none.is_empty() {
            return Err(file.error("a condition names no signal", "give it `signal`, `any`, `all` or `none`"));
        }
        Ok(condition)
    }

    pub(crate) fn signals(&self) -> impl Iterator<Item = SignalId> + '_ {
        self.any.iter().chain(&self.all).copied()
    }

    /// Whether one of its signals is all that it takes.
    pub(crate) fn one_is_enough(&self) -> bool {
        self.all.is_empty() || (self.all.len() == 1 && self.any.is_empty())
    }

    /// Narrows `item` to the passage around the focus.
    pub(crate) fn keep_to_passage(&mut self) {
        if self.within == Within::Item {
            self.within = Within::Passage;
        }
    }

    /// Whether the condition could be met somewhere, given all signals that were seen.
    pub(crate) fn possible(&self, seen: &SignalSet) -> bool {
        let any = self.any.is_empty() || self.any.iter().any(|signal| seen.contains(*signal));
        any && self.all.iter().all(|signal| seen.contains(*signal))
    }

    /// What meets the condition around `focus`, if it is met. A bare `none` that is met has no signal to show, and
    /// shows the focus.
    pub(crate) fn met(&self, seen: &Seen<'_>, focus: Hit) -> Option<Met> {
        let find = |signal: &SignalId| seen.find(*signal, self.within, focus);
        if self.none.iter().any(|signal| find(signal).is_some()) {
            return None;
        }
        let mut shown = None;
        for signal in &self.all {
            let met = find(signal)?;
            shown.get_or_insert(met);
        }
        if !self.any.is_empty() {
            let met = self.any.iter().find_map(find)?;
            shown.get_or_insert(met);
        }
        Some(shown.unwrap_or(Met { signal: focus.signal, hit: Some(focus) }))
    }

    /// The condition in words: what its signals mean, and where they must be seen.
    pub(crate) fn says(&self, signals: &Signals) -> String {
        let meaning = |id: &SignalId| signals.info(*id).says.as_str();
        let all = self.all.iter().map(meaning).collect::<Vec<_>>().join(" and ");
        let any = self.any.iter().map(meaning).collect::<Vec<_>>().join(", or ");
        let none = self.none.iter().map(meaning).collect::<Vec<_>>().join(", or ");
        let without = if none.is_empty() { none } else { format!("without {none}") };
        let words =
            [all, any, without].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        let facts_only =
            self.signals().chain(self.none.iter().copied()).all(|id| &*signals.info(id).cue == "context");
        if facts_only { words } else { format!("{words}{}", self.within.words()) }
    }

    /// The condition's name in a finding's evidence, shown by the signal that met it.
    pub(crate) fn describe(&self, met: Met, signals: &Signals) -> String {
        let mut names: Vec<&str> = self.all.iter().map(|id| &*signals.info(*id).name).collect();
        if !self.any.is_empty() && !self.all.contains(&met.signal) || names.is_empty() {
            names.push(&signals.info(met.signal).name);
        }
        names.join(" + ")
    }
}
