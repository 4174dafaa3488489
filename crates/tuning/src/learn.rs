//! Training the learned signal, and finding out on posts that it has not seen how far to trust it.

use std::io::{self, Write};

use whitecoat_engine::Engine;

use crate::logistic::{self, Row, sigmoid};
use crate::model::{Head, Learned};
use crate::posts::{Post, folds, in_parallel};

/// Buckets of the engine's features.
const BUCKETS: usize = 1 << 16;

/// A rule with fewer posts than this has no head.
const LEAST_POSTS: usize = 6;

/// A head may make a finding alone where, on posts that it has not seen, so many of such findings were right.
const SURE: f64 = 0.75;

/// These are never found by the model alone: what is plain in the words, and speech that the law protects.
const NEVER_ALONE: &[&str] = &["conduct/profanity", "conduct/employer-criticism"];

/// And where there were at least so many of them.
const LEAST_SURE: usize = 6;

/// Scores of a rule's own signals beyond this tell no more.
const FAR: f64 = 4.0;

/// What one rule's head says of each post when it was trained without the post's set.
pub(crate) struct Unseen {
    rule: String,
    /// Score, whether the rule is right, whether it does not matter; one a post.
    pub(crate) posts: Vec<(f64, bool, bool)>,
    /// Scores without a profile, one a post.
    pub(crate) bare: Vec<f64>,
}

/// Trains a head for each rule that has enough posts.
pub(crate) fn learn(engine: &Engine, posts: &[Post], out: &mut dyn Write) -> io::Result<Learned> {
    let rules: Vec<String> = engine
        .rules()
        .iter()
        .map(|rule| rule.id.to_string())
        .filter(|id| posts.iter().filter(|post| post.wants(id) == Some(true)).count() >= LEAST_POSTS)
        .collect();
    let trained: Vec<(Unseen, Head)> = in_parallel(&rules, |rule| {
        let unseen = unseen(posts, rule);
        let fit = train(posts, rule, &[]);
        let (bias, weights) =
            fit.weights.split_last().map_or((0.0, &[][..]), |(bias, weights)| (*bias, weights));
        let head = Head {
            name: rule.clone(),
            bias: bias as f32,
            bar: if NEVER_ALONE.contains(&rule.as_str()) { f32::INFINITY } else { bar(&unseen) as f32 },
            weights: weights.iter().map(|weight| *weight as f32).collect(),
        };
        (unseen, head)
    });
    let (weight, shift) = trust(posts, trained.iter().map(|(unseen, _)| unseen));
    writeln!(out, "weight {weight:.3}, shift {shift:.3}")?;
    for (unseen, head) in &trained {
        let right = unseen.posts.iter().filter(|(score, ..)| *score >= f64::from(head.bar));
        let (found, all) =
            (right.clone().filter(|post| post.1).count(), right.filter(|post| !post.2).count());
        writeln!(out, "{:34} ranks {:.3}, alone {found} of {all}", head.name, ranking(unseen))?;
    }
    let heads = trained.into_iter().map(|(_, head)| head).collect();
    Ok(Learned { weight: weight as f32, shift: shift as f32, heads })
}

fn train(posts: &[Post], rule: &str, without: &[&str]) -> logistic::Fit {
    let rows: Vec<(&Row, bool)> = posts
        .iter()
        .filter(|post| !without.contains(&post.set.as_str()))
        .filter_map(|post| Some((post, post.wants(rule)?)))
        .flat_map(|(post, wanted)| {
            // A bare archive names no profession, and its posts must be understood all the same.
            [(post.features.as_slice(), wanted), (post.bare_features.as_slice(), wanted)]
        })
        .collect();
    logistic::fit(&rows, BUCKETS)
}

pub(crate) fn unseen(posts: &[Post], rule: &str) -> Unseen {
    let fits: Vec<(Vec<&str>, logistic::Fit)> = folds(posts)
        .into_iter()
        .map(|fold| {
            let fit = train(posts, rule, &fold);
            (fold, fit)
        })
        .collect();
    let of = |post: &Post, features: &Row| {
        let fit = fits.iter().find(|(fold, _)| fold.contains(&post.set.as_str()));
        fit.map_or(0.0, |(_, fit)| fit.score(features))
    };
    let judged = posts.iter().map(|post| {
        let score = of(post, &post.features);
        (score, post.wants(rule) == Some(true), post.wants(rule).is_none())
    });
    let bare = posts.iter().map(|post| of(post, &post.bare_features)).collect();
    Unseen { rule: rule.to_owned(), posts: judged.collect(), bare }
}

/// The lowest score from which on enough findings are right, infinite where there is none.
fn bar(unseen: &Unseen) -> f64 {
    let mut posts: Vec<(f64, bool)> =
        unseen.posts.iter().filter(|post| !post.2).map(|post| (post.0, post.1)).collect();
    posts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut bar) = (0, f64::INFINITY);
    for (at, (score, is_right)) in posts.iter().enumerate() {
        right += usize::from(*is_right);
        // One false alarm more than was seen: the sample is small.
        if right >= LEAST_SURE && right as f64 / (at + 2) as f64 >= SURE {
            bar = *score;
        }
    }
    bar
}

/// How much a head's score adds to that of the rule's own signals: logistic regression over all rules, by Newton's method,
/// on posts that the head has not seen. Both are divided by what the rule's own score weighs.
pub(crate) fn trust<'u>(posts: &[Post], trained: impl Iterator<Item = &'u Unseen>) -> (f64, f64) {
    let mut rows: Vec<([f64; 3], bool)> = Vec::new();
    for unseen in trained {
        for (post, (score, right, excused)) in posts.iter().zip(&unseen.posts) {
            if let Some(own) = post.score(&unseen.rule).filter(|_| !*excused) {
                rows.push(([own.clamp(-FAR, FAR), *score, 1.0], *right));
            }
        }
    }
    let mut fit = [1.0, 0.3, 0.0];
    for _ in 0..20 {
        let mut gradient = [0.0; 3];
        let mut curvature = [[0.0; 3]; 3];
        for (row, right) in &rows {
            let p = sigmoid(row.iter().zip(&fit).map(|(x, w)| x * w).sum());
            for i in 0..3 {
                gradient[i] += row[i] * (f64::from(u8::from(*right)) - p);
                for j in 0..3 {
                    curvature[i][j] += row[i] * row[j] * p * (1.0 - p);
                }
            }
        }
        let step = solve(curvature, gradient);
        for (weight, step) in fit.iter_mut().zip(step) {
            *weight += step;
        }
    }
    let [own, score, shift] = fit;
    (score / own, shift / own)
}

/// Three equations with three unknowns, by elimination.
fn solve(mut matrix: [[f64; 3]; 3], mut right: [f64; 3]) -> [f64; 3] {
    for i in 0..3 {
        matrix[i][i] += 1e-9;
        for below in i + 1..3 {
            let times = matrix[below][i] / matrix[i][i];
            let above = matrix[i];
            for (value, above) in matrix[below].iter_mut().zip(above).skip(i) {
                *value -= times * above;
            }
            right[below] -= times * right[i];
        }
    }
    let mut solution = [0.0; 3];
    for i in (0..3).rev() {
        let known: f64 = (i + 1..3).map(|column| matrix[i][column] * solution[column]).sum();
        solution[i] = (right[i] - known) / matrix[i][i];
    }
    solution
}

/// The chance that a post with the rule's finding scores higher than one without (area under the ROC curve).
fn ranking(unseen: &Unseen) -> f64 {
    let mut posts: Vec<(f64, bool)> =
        unseen.posts.iter().filter(|post| !post.2).map(|post| (post.0, post.1)).collect();
    posts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum, mut positives) = (0.0, 0.0, 0.0);
    for (_, positive) in posts {
        if positive {
            sum += below;
            positives += 1.0;
        } else {
            below += 1.0;
        }
    }
    if below * positives > 0.0 { sum / (below * positives) } else { f64::NAN }
}
