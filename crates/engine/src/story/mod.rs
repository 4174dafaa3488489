//! Stories: several items of one person that tell of one patient, and identify only together.
//!
//! The scanner leaves a [`Trace`] of each item that looks like care or like a hint at somebody; no texts. The
//! [`Storyteller`] takes the traces of a whole audit, links those that go on about one patient, never those that
//! contradict each other, and judges each story as one description.

mod judge;
mod link;
mod signs;
mod trace;
mod window;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use judge::{Member, StoryFinding};
pub(crate) use signs::Weights;
pub use signs::{SIGNS, STORY_BAR};
pub use trace::Trace;
pub(crate) use trace::{NearItem, of_item};

use crate::engine::Engine;
use crate::reader::StoryReading;
use link::Story;

/// More traces than this are not kept: their items are judged alone. At about 300 bytes each.
pub const MAX_TRACES: usize = 120_000;

/// Stories of one person that are open at a time; the oldest is closed.
const OPEN_STORIES: usize = 16;

/// A story of more items goes on as another one.
const MAX_MEMBERS: usize = 48;

/// So many possible stories of a run are read; the others are judged by their signs. Each takes about a twentieth of a second.
pub const MAX_READINGS: usize = 500;

/// What could be a story.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The handles of its items.
    pub members: Vec<usize>,
    /// How much of each of [`SIGNS`] it has; nothing where only nearness ties them.
    pub signs: Option<[f32; signs::COUNT]>,
    /// What the reader says of it.
    pub read: Option<StoryReading>,
}

/// Links traces into stories.
#[derive(Debug)]
pub struct Storyteller<'e> {
    engine: &'e Engine,
    people: FxHashMap<u64, Vec<(usize, Trace)>>,
    kept: usize,
    left_out: usize,
}

impl<'e> Storyteller<'e> {
    /// Without any traces.
    pub fn new(engine: &'e Engine) -> Self {
        Self { engine, people: FxHashMap::default(), kept: 0, left_out: 0 }
    }

    /// Adds the trace of an item; `handle` is the caller's name for the item.
    pub fn add(&mut self, handle: usize, trace: Trace) {
        if self.is_full() {
            return self.leave_out();
        }
        self.kept += 1;
        self.people.entry(trace.person).or_default().push((handle, trace));
    }

    /// Whether there is no room for more.
    pub fn is_full(&self) -> bool {
        self.kept >= MAX_TRACES
    }

    /// Counts a trace that is not kept.
    pub fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// How many traces were not kept, because there were more than [`MAX_TRACES`].
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// All candidates, for fitting what the signs and the reader are worth.
    pub fn candidates(self) -> Vec<Candidate> {
        let engine = self.engine;
        let mut all = Vec::new();
        for traces in self.people.into_values().map(in_order) {
            all.extend(window::windows(&traces).into_iter().map(|window| Candidate {
                members: window.handles(),
                signs: None,
                read: window.read(engine),
            }));
            all.extend(stories(traces).into_iter().filter_map(|story| {
                let signs = Some(judge::weigh(engine, &story)?.signs);
                let members = story.members.iter().map(|member| member.handle).collect();
                Some(Candidate { members, signs, read: judge::read(engine, &story) })
            }));
        }
        all
    }

    /// The stories, in the order of the handles of the items that they stand on; and how many more groups of posts would have been
    /// read but for [`MAX_READINGS`]. On so many cores.
    pub fn finish(self, cores: usize) -> (Vec<StoryFinding>, usize) {
        // Without threads of its own it works all the same.
        match rayon::ThreadPoolBuilder::new().num_threads(cores.max(1)).build() {
            Ok(pool) => pool.install(|| self.judged()),
            Err(_) => self.judged(),
        }
    }

    fn judged(self) -> (Vec<StoryFinding>, usize) {
        let engine = self.engine;
        let (mut found, mut readings, mut unread): (Vec<StoryFinding>, _, _) = (Vec::new(), MAX_READINGS, 0);
        for traces in self.people.into_values().map(in_order) {
            let windows = window::windows(&traces);
            let read = windows.len().min(readings);
            readings -= read;
            unread += windows.len() - read;
            let windows = windows.get(..read).unwrap_or_default();
            let near: Vec<_> = windows.par_iter().filter_map(|window| window.judge(engine)).collect();
            let candidates = stories(traces);
            let weighed = |story| Some((story, judge::weigh(engine, story)?));
            let in_turn = |(story, weighed): (_, judge::Weighed)| {
                let may_be_read = readings > 0 && weighed.is_worth_reading();
                readings -= usize::from(may_be_read);
                (story, weighed, may_be_read)
            };
            let told: Vec<_> = candidates.iter().filter_map(weighed).map(in_turn).collect();
            let tied: Vec<StoryFinding> = told
                .par_iter()
                .filter_map(|(story, weighed, may_be_read)| {
                    judge::judge(engine, story, weighed, *may_be_read)
                })
                .collect();
            let is_new = |near: &StoryFinding| !tied.iter().any(|known| known.shares_items(near));
            found.extend(near.into_iter().filter(is_new));
            found.extend(tied);
        }
        found.sort_by_key(|finding| finding.tip().handle);
        (found, unread)
    }
}

fn in_order(mut traces: Vec<(usize, Trace)>) -> Vec<(usize, Trace)> {
    traces.sort_by_key(|(handle, trace)| (trace.at.is_none(), trace.at, *handle));
    traces
}

/// The stories of one person that signs tie.
fn stories(mut traces: Vec<(usize, Trace)>) -> Vec<Story> {
    traces.retain(|(_, trace)| !trace.is_idle);
    let common = link::common_words(&traces);
    let mut open: Vec<Story> = Vec::new();
    let mut closed: Vec<Story> = Vec::new();
    for (order, (handle, trace)) in traces.into_iter().enumerate() {
        let best = open
            .iter()
            .enumerate()
            .filter_map(|(at, story)| Some((at, story.link(&trace, order, &common)?)))
            .max_by(|a, b| a.1.strength.total_cmp(&b.1.strength).then(a.0.cmp(&b.0)));
        match best.and_then(|(at, link)| Some((open.get_mut(at)?, link))) {
            Some((story, link)) if story.members.len() < MAX_MEMBERS => {
                story.join(handle, trace, order, link)
            }
            _ => {
                if open.len() >= OPEN_STORIES {
                    closed.push(open.remove(0));
                }
                open.push(Story::begin(handle, trace, order));
            }
        }
    }
    closed.append(&mut open);
    closed
}
