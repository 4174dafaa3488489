//! Fitting the weights that stand in the rule files.
//!
//! For each rule a logistic regression over what its conditions met, towards the weights that are there (ridge), with what
//! the learned signal gives added. What counts on a post is its best place, as in the engine. A rule's new weights are kept
//! only where they are better on sets that they were not fitted on.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Value};
use whitecoat_engine::{Considered, Engine};

use crate::learn::{trust, unseen};
use crate::logistic::sigmoid;
use crate::posts::{Post, in_parallel, sets};

/// A rule that looked at fewer posts of either sort keeps its weights.
const LEAST_POSTS: usize = 12;

/// How strongly weights, and the base, are held where they are.
const HOLD: f64 = 1.5;
const HOLD_BASE: f64 = 0.3;

/// A missed post counts this much against a false alarm.
const MISSED: f64 = 0.7;

const STEPS: usize = 400;
const RATE: f64 = 0.03;

/// What the learned signal gives and takes at most, as in the engine.
const MOST: f64 = 1.8;
const MOST_FOR_STRANGERS: f64 = 0.8;

/// Rounding to one decimal may cost an example so much.
const MARGIN: f64 = 0.0;

/// Changes below this are not written.
const WORTH_WRITING: f64 = 0.05;

/// The lists of a rule file that have weights, with the weight of an entry without one.
const LISTS: [(&str, f64); 3] = [("focus", 0.0), ("evidence", 1.0), ("guards", -3.0)];

/// An example of the rule file counts as much as so many posts: a rule keeps its promises.
const PROMISED: f64 = 2.0;

/// The set of the examples.
const EXAMPLES: &str = "the rule's own examples";

/// What one rule looked at in one post, or in one of its examples.
struct Case<'p> {
    set: &'p str,
    places: &'p [Considered],
    given: f64,
    wanted: bool,
}

/// Fits every rule that was considered often enough, and writes its file.
pub(crate) fn fit(
    engine: &Engine,
    posts: &[Post],
    folder: &Path,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let rules: Vec<String> = engine.rules().iter().map(|rule| rule.id.to_string()).collect();
    let heads = in_parallel(&rules, |rule| unseen(posts, rule));
    let (weight, shift) = trust(posts, heads.iter());
    for (rule, head) in rules.iter().zip(&heads) {
        let path = folder.join(format!("{rule}.toml"));
        let mut file: DocumentMut = std::fs::read_to_string(&path)?.parse()?;
        let weights = weights(&mut file);
        let bare = posts.iter().zip(&head.bare).filter_map(|(post, score)| {
            Some(Case {
                set: &post.set,
                places: post.bare_considered.get(rule)?,
                given: (score * weight + shift).clamp(0.0, MOST_FOR_STRANGERS),
                wanted: post.wants(rule)?,
            })
        });
        let examples = examples(engine, rule);
        let promised = examples.iter().map(|(places, wanted)| Case {
            set: EXAMPLES,
            places,
            given: 0.0,
            wanted: *wanted,
        });
        let cases: Vec<Case<'_>> = posts
            .iter()
            .zip(&head.posts)
            .filter_map(|(post, (score, ..))| {
                Some(Case {
                    set: &post.set,
                    places: post.considered.get(rule)?,
                    given: (score * weight + shift).clamp(-MOST, MOST),
                    wanted: post.wants(rule)?,
                })
            })
            .chain(bare)
            .chain(promised)
            .collect();
        let wanted = cases.iter().filter(|case| case.wanted && case.set != EXAMPLES).count();
        if wanted < LEAST_POSTS {
            writeln!(out, "{rule:36} kept: only {wanted} posts")?;
            continue;
        }
        let (before, after) = on_unseen_sets(posts, &cases, &weights);
        if after <= before {
            writeln!(out, "{rule:36} kept: F1 on unseen sets would go from {before:.3} to {after:.3}")?;
            continue;
        }
        let changes = changes(&cases.iter().collect::<Vec<_>>(), &weights);
        let kept = |case: &&Case<'_>| (best(case, &changes, &weights).0 >= MARGIN) == case.wanted;
        let broken = cases.iter().filter(|case| case.set == EXAMPLES && !kept(case)).count();
        if broken > 0 {
            writeln!(out, "{rule:36} kept: {broken} of its own examples would be judged otherwise")?;
            continue;
        }
        apply(&mut file, &changes);
        std::fs::write(&path, file.to_string())?;
        writeln!(out, "{rule:36} F1 on unseen sets from {before:.3} to {after:.3}")?;
    }
    Ok(())
}

/// What a rule looked at in the examples of its own file, and whether it must make a finding.
fn examples(engine: &Engine, id: &str) -> Vec<(Vec<Considered>, bool)> {
    let mut scanner = engine.scanner();
    let rule = engine.rules().iter().find(|rule| &*rule.id == id);
    let examples = rule.into_iter().flat_map(|rule| &rule.examples);
    let look = |example: &whitecoat_engine::Example| {
        let considered = scanner.considered(&example.item).into_iter().find(|(rule, _)| *rule == id);
        considered.map(|(_, places)| (places, example.hit))
    };
    examples.filter_map(look).collect()
}

/// The weights of a file: the base first, then list by list.
struct Weights {
    all: Vec<f64>,
    /// Entries of `focus`.
    focus: usize,
    /// Where those of `guards` begin, which only take away.
    guards: usize,
}

impl Weights {
    /// The numbers of the weights that a place adds up.
    fn of<'c>(&self, place: &'c Considered) -> impl Iterator<Item = usize> + 'c {
        let met = 1 + self.focus;
        [0, 1 + place.focus].into_iter().chain(place.met.iter().map(move |at| met + at))
    }
}

fn weights(file: &mut DocumentMut) -> Weights {
    let base = file.get("base").and_then(number).unwrap_or_default();
    let mut all = vec![base];
    let (mut focus, mut guards) = (0, 0);
    for (list, default) in LISTS {
        guards = all.len();
        let entries = file.get(list).and_then(|item| item.as_array()).map_or(0, Array::len);
        if list == "focus" {
            focus = entries;
        }
        for entry in file.get(list).and_then(|item| item.as_array()).into_iter().flat_map(Array::iter) {
            let weight = entry.as_inline_table().and_then(|table| table.get("weight"));
            all.push(
                weight
                    .and_then(|value| value.as_float().or(value.as_integer().map(|n| n as f64)))
                    .unwrap_or(default),
            );
        }
    }
    Weights { all, focus, guards }
}

fn number(item: &toml_edit::Item) -> Option<f64> {
    item.as_float().or(item.as_integer().map(|number| number as f64))
}

/// F1 before and after, each set judged by weights that were fitted on the others.
fn on_unseen_sets(posts: &[Post], cases: &[Case<'_>], weights: &Weights) -> (f64, f64) {
    let none = vec![0.0; weights.all.len()];
    let (mut before, mut after) = ([0_u32; 3], [0_u32; 3]);
    for set in sets(posts) {
        let (seen, unseen): (Vec<&Case<'_>>, Vec<&Case<'_>>) = cases.iter().partition(|case| case.set != set);
        let changes = changes(&seen, weights);
        for case in unseen {
            for (counts, changes) in [(&mut before, &none), (&mut after, &changes)] {
                let (score, _) = best(case, changes, weights);
                match (case.wanted, score >= 0.0) {
                    (true, true) => counts[0] += 1,
                    (false, true) => counts[1] += 1,
                    (true, false) => counts[2] += 1,
                    (false, false) => {}
                }
            }
        }
    }
    let f1 = |[found, wrong, missed]: [u32; 3]| {
        f64::from(2 * found) / f64::from((2 * found + wrong + missed).max(1))
    };
    (f1(before), f1(after))
}

/// The score of a post's best place, and the place.
fn best<'c>(case: &Case<'c>, changes: &[f64], weights: &Weights) -> (f64, &'c Considered) {
    let score = |place: &Considered| {
        f64::from(place.score) + case.given + weights.of(place).map(|at| changes[at]).sum::<f64>()
    };
    let mut best = (f64::NEG_INFINITY, &case.places[0]);
    for place in case.places {
        let score = score(place);
        if score > best.0 {
            best = (score, place);
        }
    }
    best
}

/// What to add to each weight. Gradient descent with Adam (Kingma and Ba 2015); no weight changes its sign.
fn changes(cases: &[&Case<'_>], weights: &Weights) -> Vec<f64> {
    let count = weights.all.len();
    let (mut changes, mut mean, mut square) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    for step in 1..=STEPS {
        let mut gradient: Vec<f64> = changes
            .iter()
            .enumerate()
            .map(|(at, change)| change * if at == 0 { HOLD_BASE } else { HOLD })
            .collect();
        for case in cases {
            let (score, place) = best(case, &changes, weights);
            let wrong = sigmoid(score) - f64::from(u8::from(case.wanted));
            let wrong = if case.wanted { wrong * MISSED } else { wrong };
            let wrong = if case.set == EXAMPLES { wrong * PROMISED } else { wrong };
            weights.of(place).for_each(|at| gradient[at] += wrong);
        }
        let (slow, fast) = (1.0 - 0.9_f64.powi(step as i32), 1.0 - 0.99_f64.powi(step as i32));
        for at in 0..count {
            mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
            square[at] = 0.99 * square[at] + 0.01 * gradient[at] * gradient[at];
            changes[at] -= RATE * (mean[at] / slow) / ((square[at] / fast).sqrt() + 1e-8);
            let weight = weights.all[at];
            let now = weight + changes[at];
            if at > weights.focus && weight * now < 0.0 || at >= weights.guards && now > 0.0 {
                changes[at] = -weight;
            }
        }
    }
    changes
}

/// Writes changed weights where they stand, with one decimal.
fn apply(file: &mut DocumentMut, changes: &[f64]) {
    let mut changes = changes.iter().copied();
    let rounded = |weight: f64| (weight * 10.0).round() / 10.0 + 0.0;
    let base = changes.next().unwrap_or_default();
    if let Some(value) = file.get_mut("base").and_then(|item| item.as_value_mut()) {
        let old = value.as_float().or(value.as_integer().map(|n| n as f64)).unwrap_or_default();
        set(value, (old + base) * 10.0);
    }
    for (list, default) in LISTS {
        for entry in
            file.get_mut(list).and_then(|item| item.as_array_mut()).into_iter().flat_map(Array::iter_mut)
        {
            let change = changes.next().unwrap_or_default();
            let Some(table) = entry.as_inline_table_mut().filter(|_| change.abs() >= WORTH_WRITING) else {
                continue;
            };
            let old = table.get("weight").and_then(Value::as_float).unwrap_or(default);
            match table.get_mut("weight") {
                Some(value) => set(value, (old + change) * 10.0),
                None => {
                    table.insert("weight", rounded(old + change).into());
                }
            }
        }
    }
}

/// Sets a number in tenths, keeping the space around it.
fn set(value: &mut Value, tenths: f64) {
    let decor = value.decor().clone();
    *value = (tenths.round() / 10.0 + 0.0).into();
    *value.decor_mut() = decor;
}
