//! Which items may go on about the same patient: candidates, which the judge weighs. Strengths are hand-set on the stories
//! of corpus set M.

use rustc_hash::{FxHashMap, FxHashSet};

use super::trace::Trace;
use crate::crowd::Portrait;
use crate::quasi::{OWN, UNREAL};

const DAY: i64 = 86_400;

/// From this strength on an item belongs to a candidate.
const BELONGS: f32 = 1.0;

/// A thread, a chain of replies, a quote.
const SAME_THREAD: f32 = 3.0;

/// "Update", "he woke up", "same lady".
const REFERS_BACK: f32 = 1.2;

/// "He woke up" so many days later, or after so many other tales, is about somebody else.
const REMEMBERED: (i64, usize) = (30, 2);

/// A rare word in both, up to three; from so many on they tell that one thing is meant.
const SHARED_WORD: f32 = 0.8;
const SURE_WORDS: u8 = 2;

/// A trait in both.
const SHARED_TRAIT: f32 = 0.8;

/// Days since the candidate's last item, and what so little time adds.
const PROXIMITY: [(i64, f32); 5] = [(1, 1.0), (4, 0.8), (14, 0.6), (45, 0.4), (100, 0.1)];

/// Later than all of those.
const LONG_AFTER: f32 = -1.5;

/// Nothing else that looks like care, or one other thing, was posted in between.
const NEXT: [f32; 3] = [0.9, 0.6, 0.2];

/// Each tells of an illness, and not of the same.
const OTHER_ILLNESS: f32 = -0.9;

/// So surely an item tells of one person in care.
pub(super) const TELLS_OF_CARE: f32 = 1.1;

/// A word in more traces of one person than this, or than this share of them, links nothing.
const COMMON: (usize, usize) = (3, 40);

/// An item of a candidate.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) handle: usize,
    pub(crate) trace: Trace,
    /// Its place among the person's traces.
    order: usize,
    pub(crate) link: Link,
}

/// What ties an item to those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Link {
    pub(crate) strength: f32,
    pub(crate) in_thread: bool,
    /// It goes on with somebody, soon after an item that tells of somebody.
    pub(crate) back: bool,
    /// Rarer words and traits that are in both.
    pub(crate) words: u8,
    pub(crate) traits: u8,
}

impl Link {
    /// Tied by more than nearness in time and a hint.
    pub(crate) fn is_explicit(&self) -> bool {
        self.in_thread || self.back || self.words >= SURE_WORDS || (self.words > 0 && self.traits > 0)
    }
}

/// Items that may go on about one patient.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) members: Vec<Part>,
    pub(crate) portrait: Portrait,
    /// How many of them are of the author, an animal or nobody.
    pub(crate) own: usize,
    /// One of them says that it is of nobody real.
    pub(crate) unreal: bool,
    /// One of them tells of care; of an illness; of somebody.
    cares: bool,
    is_ill: bool,
    hints: bool,
    /// Of all of them: ids of threads, items and what they answer; rarer words.
    ids: FxHashSet<u64>,
    words: FxHashSet<u32>,
}

/// Whether a job and an illness are another person's is asked of so many last members.
const LOOKED_BACK: usize = 6;

impl Story {
    pub(crate) fn begin(handle: usize, trace: Trace, order: usize) -> Self {
        let mut story = Self {
            members: Vec::new(),
            portrait: trace.portrait.clone(),
            own: 0,
            unreal: false,
            cares: false,
            is_ill: false,
            hints: false,
            ids: FxHashSet::default(),
            words: FxHashSet::default(),
        };
        story.join(handle, trace, order, Link::default());
        story
    }

    pub(crate) fn join(&mut self, handle: usize, trace: Trace, order: usize, link: Link) {
        self.portrait.join(&trace.portrait);
        self.own += usize::from(trace.no_patient == OWN);
        self.unreal |= trace.no_patient == UNREAL;
        self.cares |= trace.care >= TELLS_OF_CARE;
        self.is_ill |= trace.is_ill;
        self.hints |= trace.tells_of_somebody();
        self.ids.extend([trace.thread, trace.own, trace.parent]);
        // What is tied by a hint alone must not draw in what only resembles it.
        if self.members.is_empty() || link.is_explicit() || trace.care >= TELLS_OF_CARE {
            self.words.extend(&trace.words);
        }
        self.members.push(Part { handle, trace, order, link });
    }

    /// A thread, a chain of replies, or answers to one post.
    fn is_thread_of(&self, trace: &Trace) -> bool {
        [trace.thread, trace.parent, trace.own].iter().any(|id| *id != 0 && self.ids.contains(id))
    }

    /// How a trace belongs here; `None` if it does not.
    pub(crate) fn link(&self, trace: &Trace, order: usize, common: &FxHashSet<u32>) -> Option<Link> {
        if self.portrait.contradicts(&trace.portrait) || trace.other_patient {
            return None;
        }
        let last = self.members.last()?;
        let days = last.trace.at.zip(trace.at).map(|(before, now)| (now - before).abs() / DAY);
        let between = order.saturating_sub(last.order + 1);
        let shared = trace.words.iter().filter(|word| !common.contains(word) && self.words.contains(word));
        let same = trace.portrait.traits.iter().filter(|index| self.portrait.traits.contains(index));
        let mut link = Link {
            strength: 0.0,
            in_thread: self.is_thread_of(trace),
            back: trace.refers_back && between < REMEMBERED.1 && days.is_none_or(|days| days <= REMEMBERED.0),
            words: shared.count().min(u8::MAX.into()) as u8,
            traits: same.count().min(u8::MAX.into()) as u8,
        };
        link.strength = self.strength(trace, &link, days, between);
        let other_job =
            self.members.iter().rev().take(LOOKED_BACK).any(|member| member.trace.is_other_person(trace));
        if other_job && !link.in_thread {
            return None;
        }
        // What is of the author, or of nobody, belongs to a story only where it says so.
        let explicit = link.is_explicit();
        if trace.no_patient > 0 && !explicit {
            return None;
        }
        // Near in time is not enough: one tells of care, and the other of somebody too.
        let cares = trace.care >= TELLS_OF_CARE;
        let hints = (trace.tells_of_somebody() && self.cares) || (cares && self.hints);
        (link.strength >= BELONGS && (explicit || hints)).then_some(link)
    }

    fn strength(&self, trace: &Trace, link: &Link, days: Option<i64>, between: usize) -> f32 {
        let mut strength = if link.in_thread { SAME_THREAD } else { 0.0 };
        strength += days.map_or(0.0, |days| {
            PROXIMITY.iter().find(|(most, _)| days <= *most).map_or(LONG_AFTER, |(_, adds)| *adds)
        });
        strength += NEXT.get(between).copied().unwrap_or(0.0);
        if link.back {
            strength += REFERS_BACK;
        }
        strength += SHARED_WORD * f32::from(link.words.min(3)) + SHARED_TRAIT * f32::from(link.traits.min(2));
        let both_ill = self.is_ill && trace.is_ill;
        if both_ill && link.traits == 0 && link.words == 0 && !link.in_thread {
            strength += OTHER_ILLNESS;
        }
        strength
    }
}

/// Words that somebody uses often.
pub(crate) fn common_words(traces: &[(usize, Trace)]) -> FxHashSet<u32> {
    let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
    for word in traces.iter().flat_map(|(_, trace)| trace.words.iter()) {
        *counts.entry(*word).or_default() += 1;
    }
    let most = COMMON.0.max(traces.len() / COMMON.1);
    counts.into_iter().filter(|(_, count)| *count > most).map(|(word, _)| word).collect()
}
