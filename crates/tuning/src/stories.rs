//! Fits what the signs of a story are worth: on labelled stories and tales that only look like one, alone and between posts
//! that have nothing to do with them, and on timelines of such posts.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use whitecoat::quality::{Answer, Labelled, StoryPart};
use whitecoat_engine::{Authorship, Engine, Item, Kind, SIGNS, STORY_BAR, Storyteller};

use crate::logistic::{self, Fit, Row};

/// Ordinary posts that are put between the items of a tale, and that make a timeline.
const BETWEEN: usize = 12;
const TIMELINE: usize = 100;

/// Hours from one ordinary post to the next, in turn.
const HOURS: [i64; 5] = [5, 30, 20, 50, 3];

/// Posts of one account, and which of them tell one patient's story.
pub(crate) struct Timeline {
    pub(crate) set: String,
    sort: Sort,
    items: Vec<Item>,
    story: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sort {
    Story,
    StoryAmongOthers,
    Decoy,
    DecoyAmongOthers,
    Unrelated,
}

/// A candidate, with whether it is a story.
pub(crate) struct Candidate {
    pub(crate) timeline: usize,
    signs: Vec<(u16, f32)>,
    /// Nothing but nearness ties it.
    pub(crate) is_window: bool,
    /// What the reader says of it, if there is one.
    pub(crate) read: Option<f32>,
    pub(crate) is_story: bool,
}

/// Fits and writes `story.tsv`.
pub(crate) fn fit(
    engine: &Engine,
    labelled: &[Labelled],
    output: &Path,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let timelines = timelines(labelled);
    let mut candidates = candidates(engine, &timelines);
    candidates.retain(|candidate| !candidate.is_window);
    let scores = scores(&timelines, &candidates);
    writeln!(out, "each set judged by weights that have not seen it")?;
    report(&timelines, &candidates, &scores, |_| true, out)?;
    let fit = fitted(&candidates, |_| true);
    let mut file = String::from(
        "# What each sign of a story is worth, in log-odds. Written by `whitecoat-tuning stories`; the signs are explained in\n# crates/engine/src/story/signs.rs.\n",
    );
    let bias = fit.weights.last().copied().unwrap_or_default();
    for (at, name) in SIGNS.iter().enumerate() {
        let weight = if at == 0 { bias } else { fit.weights[at] };
        writeln!(file, "{name}\t{weight:.2}")?;
    }
    std::fs::write(output, file)?;
    writeln!(out, "written to {}", output.display())?;
    Ok(())
}

/// Log-odds of each candidate, by weights that have not seen its set.
pub(crate) fn scores(timelines: &[Timeline], candidates: &[Candidate]) -> Vec<f64> {
    let sets: BTreeSet<&str> = timelines.iter().map(|timeline| timeline.set.as_str()).collect();
    let mut scores = vec![f64::NEG_INFINITY; candidates.len()];
    for set in sets {
        let fit = fitted(candidates, |candidate| timelines[candidate.timeline].set != set);
        for (score, candidate) in scores.iter_mut().zip(candidates) {
            if timelines[candidate.timeline].set == set {
                *score = fit.score(&candidate.signs);
            }
        }
    }
    scores
}

/// What can only speak for a story; the fit leaves out those that would speak against one.
const FOR: [&str; 13] = [
    "in-thread",
    "tells-of-care",
    "has-finding",
    "more-findings",
    "clues",
    "strongest-link",
    "back",
    "shared-words",
    "shared-traits",
    "place-from-profile",
    "age",
    "sex",
    "illness",
];

fn fitted(candidates: &[Candidate], take: impl Fn(&Candidate) -> bool) -> Fit {
    let mut left_out: BTreeSet<usize> = BTreeSet::new();
    loop {
        let rows: Vec<(Vec<(u16, f32)>, bool)> = candidates
            .iter()
            .filter(|candidate| take(candidate))
            .map(|candidate| {
                let kept = candidate.signs.iter().filter(|(at, _)| !left_out.contains(&usize::from(*at)));
                (kept.copied().collect(), candidate.is_story)
            })
            .collect();
        let rows: Vec<(&Row, bool)> =
            rows.iter().map(|(row, is_story)| (row.as_slice(), *is_story)).collect();
        let fit = logistic::fit(&rows, SIGNS.len());
        let against = |at: &usize| fit.weights[*at] < 0.0 && FOR.contains(&SIGNS[*at]);
        let before = left_out.len();
        left_out.extend((0..SIGNS.len()).filter(against));
        if left_out.len() == before {
            return fit;
        }
    }
}

pub(crate) fn candidates(engine: &Engine, timelines: &[Timeline]) -> Vec<Candidate> {
    let mut scanner = engine.scanner();
    // The learned signal knows these posts by heart.
    scanner.leave_out_learned();
    let mut all = Vec::new();
    for (timeline, Timeline { items, story, .. }) in timelines.iter().enumerate() {
        let mut teller = Storyteller::new(engine);
        for (at, item) in items.iter().enumerate() {
            scanner.scan(item);
            if let Some(trace) = scanner.take_trace() {
                teller.add(at, trace);
            }
        }
        all.extend(teller.candidates().into_iter().map(
            |whitecoat_engine::Candidate { members, signs, read }| {
                let of_story = members.iter().filter(|at| story.contains(&items[**at].id)).count();
                let is_window = signs.is_none();
                // The first sign is the bias, which the fit has of its own.
                let signs =
                    signs.iter().flatten().enumerate().skip(1).map(|(at, sign)| (at as u16, *sign)).collect();
                Candidate {
                    timeline,
                    is_window,
                    signs,
                    read: read.map(|read| if is_window { read.alone } else { read.evidence }),
                    is_story: of_story >= 2,
                }
            },
        ));
    }
    all
}

pub(crate) fn timelines(labelled: &[Labelled]) -> Vec<Timeline> {
    let set = |item: &Item| item.id.split('-').next().unwrap_or_default().to_owned();
    let mut told: BTreeMap<(String, String), Vec<&Labelled>> = BTreeMap::new();
    let mut ordinary: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for post in labelled {
        let item = &post.item;
        let clean = matches!(&post.answer, Answer::Rules { expect, .. } if expect.is_empty());
        let tale = item.thread.clone().or_else(|| Some(item.account.clone()).filter(|name| !name.is_empty()));
        match tale {
            Some(tale) => told.entry((set(item), tale)).or_default().push(post),
            None if clean && item.authorship == Authorship::Own && item.kind == Kind::Post => {
                ordinary.entry(set(item)).or_default().push(item);
            }
            None => {}
        }
    }
    let mut timelines = Vec::new();
    for (number, ((set, tale), posts)) in told.into_iter().enumerate() {
        let story: BTreeSet<String> = posts
            .iter()
            .filter_map(|post| match &post.story {
                Some(StoryPart::Last(ids)) => Some(ids.iter().cloned()),
                _ => None,
            })
            .flatten()
            .collect();
        let decoy = posts.iter().any(|post| matches!(post.story, Some(StoryPart::Decoy(_))));
        if story.is_empty() && !decoy {
            continue;
        }
        let items: Vec<Item> = posts
            .iter()
            .map(|post| {
                let account =
                    if post.item.account.is_empty() { tale.clone() } else { post.item.account.clone() };
                Item { account, ..post.item.clone() }
            })
            .collect();
        let others = ordinary.get(&set).map(Vec::as_slice).unwrap_or_default();
        let among = among_others(&items, others, number);
        let sorts =
            if decoy { [Sort::Decoy, Sort::DecoyAmongOthers] } else { [Sort::Story, Sort::StoryAmongOthers] };
        for (sort, items) in sorts.into_iter().zip([items, among]) {
            timelines.push(Timeline { set: set.clone(), sort, items, story: story.clone() });
        }
    }
    for (set, items) in &ordinary {
        for (number, posts) in items.chunks(TIMELINE).enumerate() {
            let first = Timestamp::from_second(1_700_000_000).unwrap_or_default();
            let account = format!("{set}{number}");
            let items = spread(posts.iter().copied(), posts[0], &account, first);
            timelines.push(Timeline {
                set: set.clone(),
                sort: Sort::Unrelated,
                items,
                story: BTreeSet::new(),
            });
        }
    }
    timelines
}

/// Posts as if one account had written them, one after another.
fn spread<'a>(
    posts: impl Iterator<Item = &'a Item>,
    like: &Item,
    account: &str,
    first: Timestamp,
) -> Vec<Item> {
    let mut at = first;
    posts
        .zip(HOURS.iter().cycle())
        .map(|(post, hours)| {
            at = at.checked_add(SignedDuration::from_hours(*hours)).unwrap_or(at);
            let created_at = at.to_string().parse().ok();
            let profile = like.profile.clone();
            Item { account: account.to_owned(), created_at, profile, thread: None, ..post.clone() }
        })
        .collect()
}

/// A tale with ordinary posts of other people between its items.
fn among_others(items: &[Item], others: &[&Item], number: usize) -> Vec<Item> {
    let Some(like) = items.first() else { return Vec::new() };
    let first = items.iter().filter_map(|item| item.created_at.as_ref()).map(|at| at.instant()).min();
    let Some(first) = first.and_then(|at| at.checked_sub(SignedDuration::from_hours(40)).ok()) else {
        return items.to_vec();
    };
    let start = if others.is_empty() { 0 } else { number * BETWEEN % others.len() };
    let chosen = others.iter().copied().cycle().skip(start).take(BETWEEN.min(others.len()));
    let mut all = spread(chosen, like, &like.account, first);
    all.extend(items.iter().cloned());
    all
}

pub(crate) fn report(
    timelines: &[Timeline],
    candidates: &[Candidate],
    scores: &[f64],
    of_set: impl Fn(&str) -> bool,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let bar = f64::from(STORY_BAR);
    writeln!(out, "from {bar} on")?;
    let mut of_sort: BTreeMap<Sort, [usize; 4]> = BTreeMap::new();
    for (at, timeline) in timelines.iter().enumerate().filter(|(_, timeline)| of_set(&timeline.set)) {
        let counts = of_sort.entry(timeline.sort).or_default();
        counts[0] += 1;
        let mine = || candidates.iter().zip(scores).filter(|(candidate, _)| candidate.timeline == at);
        counts[1] += usize::from(mine().any(|(candidate, _)| candidate.is_story));
        counts[2] += usize::from(mine().any(|(candidate, score)| candidate.is_story && *score >= bar));
        counts[3] += mine().filter(|(candidate, score)| !candidate.is_story && **score >= bar).count();
    }
    for (sort, [count, linked, found, wrong]) in of_sort {
        writeln!(
            out,
            "{sort:?}: {count} timelines, {linked} with two items linked, {found} found, {wrong} false stories"
        )?;
    }
    for bar in [-1.0, 0.0, 0.5, 1.0] {
        let over =
            |story| candidates.iter().zip(scores).filter(|(c, s)| c.is_story == story && **s >= bar).count();
        writeln!(out, "from {bar:+.1} on: {} right, {} wrong", over(true), over(false))?;
    }
    Ok(())
}
