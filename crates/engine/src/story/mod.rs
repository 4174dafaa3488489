//! Stories: several items of one person that tell of one patient, and identify only together.
//!
//! The scanner leaves a [`Trace`] of each item that looks like care or like a hint at somebody; no texts. The
//! [`Storyteller`] takes the traces of a whole audit, links those that go on about one patient, never those that
//! contradict each other, and judges each story as one description.

mod judge;
mod link;
mod signs;
mod trace;

use rustc_hash::FxHashMap;

pub use judge::{Member, StoryFinding};
pub(crate) use signs::Weights;
pub use signs::{SIGNS, STORY_BAR};
pub use trace::Trace;
pub(crate) use trace::{NearItem, of_item};

use crate::engine::Engine;
use link::Story;

/// More traces than this are not kept: their items are judged alone. At about 300 bytes each.
pub const MAX_TRACES: usize = 150_000;

/// Stories of one person that are open at a time; the oldest is closed.
const OPEN_STORIES: usize = 16;

/// A story of more items goes on as another one.
const MAX_MEMBERS: usize = 48;

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

    /// The handles and signs ([`SIGNS`]) of all candidates, for fitting what the signs are worth.
    pub fn candidates(self) -> Vec<(Vec<usize>, Vec<f32>)> {
        let engine = self.engine;
        let of = |story: Story| {
            let signs = judge::weigh(engine, &story)?.signs.to_vec();
            Some((story.members.iter().map(|member| member.handle).collect(), signs))
        };
        self.people.into_values().flat_map(stories).filter_map(of).collect()
    }

    /// The stories that few people fit, in the order of the handles of the items that they stand on.
    pub fn finish(self) -> Vec<StoryFinding> {
        let engine = self.engine;
        let mut found: Vec<StoryFinding> = self
            .people
            .into_values()
            .flat_map(|traces| {
                let stories = stories(traces);
                stories.into_iter().filter_map(|story| judge::judge(engine, &story)).collect::<Vec<_>>()
            })
            .collect();
        found.sort_by_key(|finding| finding.tip().handle);
        found
    }
}

/// The stories of one person.
fn stories(mut traces: Vec<(usize, Trace)>) -> Vec<Story> {
    traces.sort_by_key(|(handle, trace)| (trace.at.is_none(), trace.at, *handle));
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
