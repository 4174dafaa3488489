//! Which items go on about the same patient. Weights are hand-set on the stories of corpus set M.

use rustc_hash::{FxHashMap, FxHashSet};

use super::trace::Trace;
use crate::crowd::Portrait;
use crate::quasi::{OWN, UNREAL};

const DAY: i64 = 86_400;

/// From this strength on an item belongs to a story.
const BELONGS: f32 = 1.0;

/// A thread, a chain of replies, a quote.
const SAME_THREAD: f32 = 3.0;

/// "Update", "he woke up", "same lady".
const REFERS_BACK: f32 = 1.2;

/// "He woke up" so many days later is about somebody else.
const REMEMBERED: i64 = 30;

/// A rare word in both, up to three.
const SHARED_WORD: f32 = 0.8;

/// A trait in both.
const SHARED_TRAIT: f32 = 0.8;

/// Days since the story's last item, and what so little time adds.
const PROXIMITY: [(i64, f32); 5] = [(1, 1.0), (4, 0.8), (14, 0.6), (45, 0.4), (100, 0.1)];

/// Later than all of those.
const LONG_AFTER: f32 = -1.5;

/// Nothing else that looks like care, or one other thing, was posted in between.
const NEXT: [f32; 3] = [0.9, 0.6, 0.2];

/// Each tells of an illness, and not of the same.
const OTHER_ILLNESS: f32 = -0.9;

/// So surely an item tells of one person in care.
const TELLS_OF_CARE: f32 = 1.1;

/// A word in more traces of one person than this, or than this share of them, links nothing.
const COMMON: (usize, usize) = (3, 40);

/// Items that go on about one patient.
#[derive(Debug)]
pub(crate) struct Story {
    /// Handle, trace, order among the person's traces, and how strongly it belongs.
    pub(crate) members: Vec<(usize, Trace, usize, f32)>,
    pub(crate) portrait: Portrait,
    /// How many of them are of the author, an animal or nobody.
    pub(crate) own: usize,
    /// One of them says that it is of nobody real.
    pub(crate) unreal: bool,
    /// One of them tells of care; of an illness; hints at somebody.
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
        story.join(handle, trace, order, 0.0);
        story
    }

    pub(crate) fn join(&mut self, handle: usize, trace: Trace, order: usize, strength: f32) {
        self.portrait.join(&trace.portrait);
        self.own += usize::from(trace.no_patient == OWN);
        self.unreal |= trace.no_patient == UNREAL;
        self.cares |= trace.care >= TELLS_OF_CARE;
        self.is_ill |= trace.is_ill;
        self.hints |= trace.is_clue;
        self.ids.extend([trace.thread, trace.own, trace.parent]);
        self.words.extend(&trace.words);
        self.members.push((handle, trace, order, strength));
    }

    /// A thread, a chain of replies, or answers to one post.
    fn is_thread_of(&self, trace: &Trace) -> bool {
        [trace.thread, trace.parent, trace.own].iter().any(|id| *id != 0 && self.ids.contains(id))
    }

    /// How strongly a trace belongs here; `None` if it does not.
    pub(crate) fn link(&self, trace: &Trace, order: usize, common: &FxHashSet<u32>) -> Option<f32> {
        let in_thread = self.is_thread_of(trace);
        if self.portrait.contradicts(&trace.portrait) || trace.other_patient {
            return None;
        }
        let (_, last, last_order, _) = self.members.last()?;
        let mut strength = if in_thread { SAME_THREAD } else { 0.0 };
        let days = last.at.zip(trace.at).map(|(before, now)| (now - before).abs() / DAY);
        strength += days.map_or(0.0, |days| {
            PROXIMITY.iter().find(|(most, _)| days <= *most).map_or(LONG_AFTER, |(_, adds)| *adds)
        });
        let back = trace.refers_back && days.is_none_or(|days| days <= REMEMBERED);
        strength += NEXT.get(order.saturating_sub(*last_order + 1)).copied().unwrap_or(0.0);
        if back {
            strength += REFERS_BACK;
        }
        let shared = trace.words.iter().filter(|word| !common.contains(word) && self.words.contains(word));
        let words = shared.count();
        strength += SHARED_WORD * words.min(3) as f32;
        let same = trace.portrait.traits.iter().filter(|index| self.portrait.traits.contains(index)).count();
        strength += SHARED_TRAIT * same.min(2) as f32;
        let both_ill = self.is_ill && trace.is_ill;
        if both_ill && same == 0 && words == 0 && !in_thread {
            strength += OTHER_ILLNESS;
        }
        // Near in time is not enough: one tells of care, and the other hints at who it is.
        let explicit = in_thread || back || words > 0 || same > 0;
        let cares = trace.care >= TELLS_OF_CARE;
        let hints = (trace.is_clue && self.cares) || (cares && self.hints);
        let other_job =
            self.members.iter().rev().take(LOOKED_BACK).any(|(_, member, ..)| member.is_other_person(trace));
        if other_job && !in_thread {
            return None;
        }
        // What is of the author, or of nobody, belongs to a story only where it says so.
        if trace.no_patient > 0 && !explicit {
            return None;
        }
        (strength >= BELONGS && (explicit || hints)).then_some(strength)
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
