//! Posts around one that looks like care, read as one text: for stories that nothing but their sense ties.

use super::judge::{Member, StoryFinding, fits_not_many};
use super::link::TELLS_OF_CARE;
use super::trace::Trace;
use crate::crowd::Portrait;
use crate::engine::Engine;
use crate::finding::{READER_ONLY, Severity};
use crate::reader::{Passage, StoryReading};

/// Posts before and after that are read with it, in so many days.
const NEAR: usize = 3;
const SECONDS: i64 = 30 * 86_400;

/// Of a thread so many posts; who has posted no more is read as a whole.
const MOST_OF_THREAD: usize = 8;

/// An item belongs to the story if leaving it out lowers the log-odds so much.
const MATTERS: f32 = 0.2;

/// With so many details that figures know, figures have the last word on how many people it fits.
const TOLD_IN_FIGURES: usize = 3;

/// Some posts of one person, in the order of time.
pub(crate) struct Window<'t> {
    members: Vec<&'t (usize, Trace)>,
    /// Of so many windows of one person one looks like a story by chance alone: that much is asked more of each.
    by_chance: f32,
}

/// The windows around traces that tell of care and that a reader can read; who is in one already begins no other.
pub(super) fn windows(traces: &[(usize, Trace)]) -> Vec<Window<'_>> {
    let mut found: Vec<Window<'_>> = Vec::new();
    let mut covered = vec![false; traces.len()];
    let is_small = traces.len() <= MOST_OF_THREAD;
    for (at, (_, seed)) in traces.iter().enumerate() {
        let is_seed = is_small || seed.thread != 0 || seed.is_found || seed.care >= TELLS_OF_CARE;
        if !is_seed || !seed.is_clinicians || covered.get(at).copied().unwrap_or_default() {
            continue;
        }
        let near = at.saturating_sub(NEAR)..traces.len().min(at + NEAR + 1);
        let around = if is_small { 0..traces.len() } else { near };
        let together: Vec<usize> = if seed.thread == 0 {
            around
                .filter(|other| is_small || traces.get(*other).is_some_and(|(_, other)| is_near(seed, other)))
                .collect()
        } else {
            let in_thread =
                |at: &usize| traces.get(*at).is_some_and(|(_, other)| other.thread == seed.thread);
            (0..traces.len()).filter(in_thread).take(MOST_OF_THREAD).collect()
        };
        for at in &together {
            if let Some(covered) = covered.get_mut(*at) {
                *covered = true;
            }
        }
        let members: Vec<_> = together.into_iter().filter_map(|at| traces.get(at)).collect();
        let window = Window { members, by_chance: 0.0 };
        if window.can_be_read() {
            found.push(window);
        }
    }
    let by_chance = (found.len().max(1) as f32).ln();
    found.iter_mut().for_each(|window| window.by_chance = by_chance);
    found
}

fn is_near(seed: &Trace, other: &Trace) -> bool {
    match (seed.at, other.at) {
        (Some(a), Some(b)) => (a - b).abs() <= SECONDS,
        (None, None) => true,
        _ => false,
    }
}

impl Window<'_> {
    pub(super) fn handles(&self) -> Vec<usize> {
        self.members.iter().map(|(handle, _)| *handle).collect()
    }

    /// Not where a reader kept nothing of it, and not what is mostly of the author, of animals or of nobody.
    fn can_be_read(&self) -> bool {
        let no_patient = self.members.iter().filter(|(_, trace)| trace.no_patient > 0).count();
        let kept = self.members.iter().any(|(_, trace)| trace.passage.is_some());
        self.members.len() >= 2 && kept && 2 * no_patient < self.members.len()
    }

    /// What the reader says of it.
    pub(super) fn read(&self, engine: &Engine) -> Option<StoryReading> {
        self.read_without(engine, usize::MAX)
    }

    fn read_without(&self, engine: &Engine, left_out: usize) -> Option<StoryReading> {
        let others = self.members.iter().enumerate().filter(|(at, _)| *at != left_out);
        let passages: Vec<&Passage> = others.filter_map(|(_, (_, trace))| trace.passage.as_ref()).collect();
        let read = engine.reader.as_deref().filter(|_| !passages.is_empty())?.read_story(&passages)?;
        Some(StoryReading { alone: read.alone - self.by_chance, ..read })
    }

    /// The story, if the reader takes it for one.
    pub(super) fn judge(&self, engine: &Engine) -> Option<StoryFinding> {
        let rule = engine.combination.clone()?;
        let read = self.read(engine).filter(|read| read.alone >= 0.0)?;
        let told = self.told(engine, read.alone);
        let mut portrait = Portrait::default();
        for (_, trace) in &told {
            if !portrait.contradicts(&trace.portrait) {
                portrait.join(&trace.portrait);
            }
        }
        let estimate = engine.crowd.estimate(&portrait, &engine.collector.figures);
        let details = portrait.traits.len() + usize::from(portrait.age.is_some());
        if details >= TOLD_IN_FIGURES && !estimate.as_ref().is_none_or(fits_not_many) {
            return None;
        }
        let few = estimate.as_ref().is_some_and(|estimate| estimate.is_few());
        let change = engine.crowd.change(&portrait, &engine.collector.figures, &engine.collector.areas);
        let members: Vec<Member> =
            told.iter().map(|(handle, _)| Member { handle: *handle, gives: Vec::new() }).collect();
        let confidence = 1.0 / (1.0 + (-read.alone).exp());
        let tip = members.len().checked_sub(1)?;
        // The reader gives no reason that one could check.
        let mut severity = if few { rule.severity.max(Severity::High) } else { Severity::Medium };
        let modifiers = severity.hold_back(Severity::Medium, READER_ONLY).into_iter().collect();
        Some(StoryFinding {
            rule,
            severity,
            modifiers,
            confidence,
            estimate,
            change: change.filter(|_| few),
            members,
            read: Some(read),
            tip,
        })
    }

    /// The items without which it would be less of a story; two at least.
    fn told(&self, engine: &Engine, all: f32) -> Vec<&(usize, Trace)> {
        if self.members.len() == 2 {
            return self.members.clone();
        }
        let without = |at: usize| self.read_without(engine, at).map_or(all, |read| read.alone);
        let mut counts: Vec<(usize, f32)> =
            (0..self.members.len()).map(|at| (at, all - without(at))).collect();
        counts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut kept: Vec<usize> = counts
            .iter()
            .enumerate()
            .filter(|(rank, (_, counts))| *rank < 2 || *counts >= MATTERS)
            .map(|(_, (at, _))| *at)
            .collect();
        kept.sort_unstable();
        kept.into_iter().filter_map(|at| self.members.get(at).copied()).collect()
    }
}
