//! Judging a story as one description.

use std::sync::Arc;

use super::link::{Part, Story, TELLS_OF_CARE};
use super::signs::{self, COUNT, STORY_BAR};
use super::trace::Trace;
use crate::crowd::{Change, Estimate, MANY, Portrait, Sort};
use crate::engine::Engine;
use crate::finding::{Modifier, NOT_SURE, Severity};
use crate::quasi::Basis;
use crate::reader::{Passage, StoryReading};
use crate::rule::Rule;

/// All items together have to tell so surely of one person in care, where no single one does.
const A_PATIENT_TOGETHER: f32 = 2.0;

/// The same of a clinician's thread, whose items are tied by more than what they tell.
const A_PATIENT_IN_A_THREAD: f32 = 0.4;

/// One item has to say that somebody is treated, and tell so surely of one person in care, on an account that names no health profession.
const A_PATIENT_OF_STRANGERS: f32 = 2.5;

/// An item that tells so surely of care and of who it is needs no story: it has a finding alone.
const TELLS_ALONE: f32 = 1.5;

/// So surely signs have to speak for a story for it to be read.
const WORTH_READING: f32 = -3.5;

/// An item that lowers the estimate so many times completes the story.
const COMPLETES: f64 = 3.0;

/// An item of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The caller's name for the item.
    pub handle: usize,
    /// What the item adds to the description, in words.
    pub gives: Vec<String>,
}

/// A story that few people fit.
#[derive(Clone, Debug)]
pub struct StoryFinding {
    /// `privacy/reidentifiable-combination`.
    pub rule: Arc<Rule>,
    /// How bad it is if it is true.
    pub severity: Severity,
    /// What moved the severity.
    pub modifiers: Vec<Modifier>,
    /// How sure.
    pub confidence: f32,
    /// How many people fit all items together, as far as what they say is in any list.
    pub estimate: Option<Estimate>,
    /// Which detail to coarsen.
    pub change: Option<Change>,
    /// The items, the oldest first.
    pub members: Vec<Member>,
    /// What the reader said of all of them, read as one text.
    pub read: Option<StoryReading>,
    pub(super) tip: usize,
}

impl StoryFinding {
    /// The item that completes the story, on which the finding stands.
    pub fn tip(&self) -> &Member {
        // A story has members, and the tip is one of them.
        self.members.get(self.tip).unwrap_or(&NOBODY)
    }

    /// Whether two items of another are among its own.
    pub(super) fn shares_items(&self, other: &Self) -> bool {
        let known = |member: &&Member| self.members.iter().any(|own| own.handle == member.handle);
        other.members.iter().filter(known).count() >= 2
    }

    /// What each item contributed, with names for the items.
    pub fn contributions(&self, name: impl Fn(usize) -> String) -> String {
        let each = self.members.iter().filter(|member| !member.gives.is_empty());
        let each = each.map(|member| format!("{}: {}", name(member.handle), member.gives.join(", ")));
        each.collect::<Vec<_>>().join("; ")
    }
}

static NOBODY: Member = Member { handle: usize::MAX, gives: Vec::new() };

/// A candidate that could be a story: it fits no great many people, and some item of it tells of care.
pub(super) struct Weighed {
    estimate: Estimate,
    pub(super) signs: [f32; COUNT],
    score: f32,
}

impl Weighed {
    /// Whether what the reader says can matter.
    pub(super) fn is_worth_reading(&self) -> bool {
        self.score >= WORTH_READING
    }
}

/// `None` for what cannot be a story of a patient, or fits many people; where the place is not known, more than a few.
pub(super) fn weigh(engine: &Engine, story: &Story) -> Option<Weighed> {
    if story.unreal || 2 * story.own >= story.members.len() || story.members.len() < 2 {
        return None;
    }
    let cares = || story.members.iter().map(|member| member.trace.care.max(0.0));
    let clinicians = is_clinicians(story);
    let in_thread = story.members.iter().skip(1).all(|member| member.link.in_thread);
    let (most, all) = (cares().fold(0.0, f32::max), cares().sum::<f32>());
    let in_care = most >= TELLS_OF_CARE
        || all >= A_PATIENT_TOGETHER
        || in_thread && clinicians && all >= A_PATIENT_IN_A_THREAD;
    let strangers = |member: &Part| member.trace.treats && member.trace.care >= A_PATIENT_OF_STRANGERS;
    if !in_care || !clinicians && !story.members.iter().any(strangers) {
        return None;
    }
    let estimate = engine.crowd.estimate(&story.portrait, &engine.collector.figures)?;
    let signs = signs::of(story, &estimate);
    fits_not_many(&estimate).then(|| Weighed { estimate, score: engine.story.score(&signs), signs })
}

/// Where the place is not known, it has to fit a few.
pub(super) fn fits_not_many(estimate: &Estimate) -> bool {
    let known = !matches!(estimate.basis, Basis::Country | Basis::Region);
    estimate.is_few() || known && estimate.about < MANY
}

fn is_clinicians(story: &Story) -> bool {
    story.members.iter().any(|member| member.trace.is_clinicians)
}

/// What the reader says of a story, if it knows two of its items or more.
pub(super) fn read(engine: &Engine, story: &Story) -> Option<StoryReading> {
    let passages: Vec<&Passage> =
        story.members.iter().filter_map(|member| member.trace.passage.as_ref()).collect();
    engine.reader.as_deref().filter(|_| passages.len() >= 2)?.read_story(&passages)
}

/// `None` for what is hardly a story of one patient, or is told by one item alone. The reader is asked if it may be.
pub(super) fn judge(
    engine: &Engine,
    story: &Story,
    weighed: &Weighed,
    may_be_read: bool,
) -> Option<StoryFinding> {
    let rule = engine.combination.clone()?;
    let figures = &engine.collector.figures;
    let (estimate, mut score) = (weighed.estimate.clone(), weighed.score);
    let mut is_doubted = false;
    let reading = if may_be_read { read(engine, story) } else { None };
    if let Some(StoryReading { evidence, beside, .. }) = reading {
        let joined = beside * score + evidence;
        // Arithmetic is not talked away: whom only one person fits, if a clinician says that somebody is treated. But then nobody is sure.
        is_doubted = joined < STORY_BAR;
        let treats = story.members.iter().any(|member| member.trace.treats);
        let stands = estimate.is_one() && is_clinicians(story) && treats;
        score = if stands { joined.max(score) } else { joined };
    }
    if score < STORY_BAR {
        return None;
    }
    let mut together = Portrait::default();
    let mut about = f64::INFINITY;
    let mut tip = None;
    let mut members = Vec::new();
    let (mut completing, mut hints_without_care) = (0, false);
    for (at, Part { handle, trace, .. }) in story.members.iter().enumerate() {
        let gives = gives(engine, &together, trace);
        together.join(&trace.portrait);
        let now = engine.crowd.estimate(&together, figures).map_or(f64::INFINITY, |estimate| estimate.about);
        let completes = now * COMPLETES <= about;
        completing += usize::from(completes);
        hints_without_care |= completes && trace.care < TELLS_ALONE;
        if completes || !trace.portrait.traits.is_empty() {
            tip = Some(at);
        }
        about = about.min(now);
        members.push(Member { handle: *handle, gives });
    }
    // What one item tells alone is a finding on that item.
    if completing < 2 && !hints_without_care {
        return None;
    }
    let confidence = 1.0 / (1.0 + (STORY_BAR - score).exp());
    let mut modifiers = Vec::new();
    let mut severity = if estimate.is_few() { rule.severity.max(Severity::High) } else { Severity::Medium };
    if estimate.is_one() && identifying(engine, &story.portrait) >= 2 {
        severity = Severity::Critical;
        modifiers.push(Modifier { name: "fits-one-person".into(), step: 1 });
    }
    if is_doubted || confidence < rule.sure {
        modifiers.extend(severity.hold_back(Severity::Medium, NOT_SURE));
    }
    let change = engine.crowd.change(&story.portrait, figures, &engine.collector.areas);
    let tip = tip.unwrap_or(members.len() - 1);
    let estimate = Some(estimate);
    Some(StoryFinding {
        rule,
        severity,
        modifiers,
        confidence,
        estimate,
        change,
        members,
        read: reading,
        tip,
    })
}

/// How many sorts of details there are that tell who somebody is.
fn identifying(engine: &Engine, portrait: &Portrait) -> usize {
    let figures = &engine.collector.figures;
    let mut sorts: Vec<Sort> =
        portrait.traits.iter().filter_map(|index| figures.get(*index)).map(|figure| figure.sort).collect();
    sorts.sort_unstable();
    sorts.dedup();
    let named = portrait.base.is_some_and(|base| matches!(base.basis, Basis::Named | Basis::Unlisted));
    sorts.len() + usize::from(named) + usize::from(portrait.age.is_some())
}

/// What a trace adds to what is known.
fn gives(engine: &Engine, known: &Portrait, trace: &Trace) -> Vec<String> {
    let figures = &engine.collector.figures;
    let portrait = &trace.portrait;
    let mut gives = Vec::new();
    match portrait.base.map(|base| base.basis) {
        Some(basis) if known.base.is_none() && basis.is_profile() => {
            gives.push("the place (from the profile)".to_owned());
        }
        Some(Basis::Named | Basis::Unlisted) if known.base != portrait.base => {
            gives.push("the place".to_owned());
        }
        _ => {}
    }
    if portrait.age.is_some() && known.age.is_none() {
        gives.push("age".to_owned());
    }
    if portrait.sex.is_some() && known.sex.is_none() {
        gives.push("sex".to_owned());
    }
    if portrait.window.is_some() && known.window.is_none() {
        gives.push("day".to_owned());
    }
    for index in portrait.traits.iter().filter(|index| !known.traits.contains(index)) {
        gives.extend(figures.get(*index).map(|figure| format!("{} ({})", figure.sort.name(), figure.says)));
    }
    gives
}
