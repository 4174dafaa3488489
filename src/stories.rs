//! Stories over a whole audit: what the scans left for them, gathered in the order of the inputs, becomes rows.

use std::collections::BTreeMap;

use whitecoat_engine::{Engine, Item, MAX_READINGS, MAX_TRACES, StoryFinding, Storyteller, Trace};

use crate::policy::Policy;
use crate::report::{People, Row};
use crate::wording::{counted, thousands};

/// What is kept of an item for stories.
#[derive(Debug)]
pub struct Kept {
    trace: Trace,
    /// `platform:id`.
    name: String,
    /// The row that a story would get if it stood on this item.
    row: Option<Box<Row>>,
}

impl Kept {
    /// From what a scan left of an item, with the row that a story on it would get.
    pub fn new(item: &Item, trace: Trace, row: Option<Box<Row>>) -> Self {
        Self { trace, name: format!("{}:{}", item.platform, item.id), row }
    }
}

/// A story, and the row that it gets.
struct Told {
    row: Box<Row>,
    people: People,
    story: StoryFinding,
}

/// Gathers.
#[derive(Debug)]
pub struct Stories<'e> {
    teller: Storyteller<'e>,
    names: Vec<String>,
    rows: Vec<Option<Box<Row>>>,
}

impl<'e> Stories<'e> {
    /// Nothing yet.
    pub fn new(engine: &'e Engine) -> Self {
        Self { teller: Storyteller::new(engine), names: Vec::new(), rows: Vec::new() }
    }

    /// Adds one item, in the order of the inputs.
    pub fn add(&mut self, kept: Kept) {
        if self.teller.is_full() {
            self.teller.leave_out();
            return;
        }
        self.teller.add(self.rows.len(), kept.trace);
        self.names.push(kept.name);
        self.rows.push(kept.row);
    }

    /// How many items were not looked at for stories, because there were too many.
    pub fn left_out_note(&self) -> Option<String> {
        let left_out = self.teller.left_out();
        let items = counted(left_out as u64, "item that looks like care", "items that look like care");
        let limit = thousands(MAX_TRACES as u64);
        (left_out > 0).then(|| {
            format!(
                "{items} were judged alone and not as parts of stories: the limit is {limit}; audit fewer accounts at a time"
            )
        })
    }

    /// Judges the stories, on so many cores, and adds them to the rows; answers how many the profile does not show, and what was
    /// not read.
    pub fn finish(
        self,
        rows: &mut Vec<Row>,
        policy: &Policy,
        cores: usize,
    ) -> (BTreeMap<String, u64>, Option<String>) {
        let mut hidden = BTreeMap::new();
        let (names, mut anchors) = (self.names, self.rows);
        let name = |handle: usize| names.get(handle).cloned().unwrap_or_default();
        let mut told: BTreeMap<String, Vec<Told>> = BTreeMap::new();
        let (stories, unread) = self.teller.finish(cores);
        for story in stories {
            let Some(mut row) = standing(&story, &mut anchors) else { continue };
            row.rule = story.rule.clone();
            (row.severity, row.confidence) = (story.severity, story.confidence);
            row.modifiers.clone_from(&story.modifiers);
            if !policy.lets_through(&row.rule.id, row.severity, row.confidence, row.authorship) {
                *hidden.entry(row.rule.id.to_string()).or_default() += 1;
                continue;
            }
            let people = People::of_story(&story, name);
            told.entry(row.finding_id.to_string()).or_default().push(Told { row, people, story });
        }
        // The item may have a finding of the same rule already: one row says both.
        let any = !told.is_empty();
        for known in rows.iter_mut().filter(|_| any) {
            let Some(same) = told.get_mut(&*known.finding_id) else { continue };
            if let Some(at) = same.iter().position(|story| story.row.source == known.source) {
                let Told { people, story, .. } = same.swap_remove(at);
                known.tell(people, &story);
            }
        }
        rows.extend(told.into_values().flatten().map(|Told { mut row, people, story }| {
            row.tell(people, &story);
            *row
        }));
        (hidden, (unread > 0).then(|| unread_note(unread)))
    }
}

fn unread_note(unread: usize) -> String {
    let groups = counted(unread as u64, "further group of posts", "further groups of posts");
    let limit = thousands(MAX_READINGS as u64);
    format!(
        "{groups} that look like care, near each other, were not read as one story: the limit is {limit}; audit fewer accounts at a time"
    )
}

/// The row that a story stands on: that of its tip, else of its last item that has one.
fn standing(story: &StoryFinding, anchors: &mut [Option<Box<Row>>]) -> Option<Box<Row>> {
    let tip = story.tip().handle;
    let last = story.members.iter().rev().map(|member| member.handle);
    let at = std::iter::once(tip).chain(last).find(|at| matches!(anchors.get(*at), Some(Some(_))))?;
    anchors.get_mut(at)?.take()
}
