//! Fits what the reader's score of a story is worth beside its signs, on sets that the reader has not seen.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use whitecoat::quality::Labelled;
use whitecoat_engine::{Engine, STORY_BAR};

use crate::logistic::{self, Fit, Row};
use crate::stories::{self, Candidate};

/// Scores of windows that are tried as bars.
const BARS: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

/// A candidate of the sets that were held out, with the log-odds of its signs and the reader's score.
struct Read<'c> {
    at: usize,
    set: &'c str,
    row: [(u16, f32); 2],
    is_story: bool,
}

/// Fits, reports and writes. The weights of `engine`'s reader have to be exported with a calibration that changes nothing.
pub(crate) fn fit(
    engine: &Engine,
    labelled: &[Labelled],
    held_out: &[String],
    alone: f64,
    output: &Path,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let timelines = stories::timelines(labelled);
    let (windows, candidates): (Vec<Candidate>, Vec<Candidate>) =
        stories::candidates(engine, &timelines).into_iter().partition(|candidate| candidate.is_window);
    let signs = stories::scores(&timelines, &candidates);
    let read = |(at, candidate): (usize, &Candidate)| {
        let set = timelines[candidate.timeline].set.as_str();
        let row = [(0, signs[at] as f32), (1, candidate.read?)];
        held_out.iter().any(|held| held == set).then_some((at, set, row, candidate.is_story))
    };
    let read: Vec<Read<'_>> = candidates
        .iter()
        .enumerate()
        .filter_map(read)
        .map(|(at, set, row, is_story)| Read { at, set, row, is_story })
        .collect();
    writeln!(out, "{} candidates of {held_out:?} were read", read.len())?;
    let mut by_signs = vec![f64::NEG_INFINITY; candidates.len()];
    let mut joined = by_signs.clone();
    for held in held_out {
        let (fit, bar) = fitted(read.iter().filter(|one| one.set != held));
        for one in read.iter().filter(|one| one.set == held) {
            by_signs[one.at] = signs[one.at];
            joined[one.at] = fit.score(&one.row) - bar + f64::from(STORY_BAR);
        }
    }
    for (what, scores) in [("signs alone", by_signs), ("with the reader", joined)] {
        writeln!(out, "\n{what}:")?;
        let is_held = |set: &str| held_out.iter().any(|held| held == set);
        stories::report(&timelines, &candidates, &scores, is_held, out)?;
    }
    let is_held = |set: &str| held_out.iter().any(|held| held == set);
    let scores: Vec<f64> =
        windows.iter().map(|window| window.read.map_or(f64::NEG_INFINITY, f64::from)).collect();
    for bar in BARS {
        writeln!(out, "\nwindows, read alone, from {bar} on:")?;
        let over: Vec<f64> = scores.iter().map(|score| score - bar + f64::from(STORY_BAR)).collect();
        stories::report(&timelines, &windows, &over, is_held, out)?;
    }
    let (fit, bar) = fitted(read.iter());
    let shift = fit.weights[2] - bar + f64::from(STORY_BAR);
    let (signs, score) = (fit.weights[0], fit.weights[1]);
    std::fs::write(
        output,
        format!(
            "{{\"signs\": {signs:.4}, \"score\": {score:.4}, \"shift\": {shift:.4}, \"alone\": {alone}}}\n"
        ),
    )?;
    writeln!(out, "\nwritten to {}", output.display())?;
    Ok(())
}

/// Weights, and the log-odds from which on a candidate is taken for a story: those of the best F1.
fn fitted<'r>(read: impl Iterator<Item = &'r Read<'r>> + Clone) -> (Fit, f64) {
    let rows: Vec<(&Row, bool)> = read.map(|one| (one.row.as_slice(), one.is_story)).collect();
    let fit = logistic::fit(&rows, 2);
    let mut scored: Vec<(f64, bool)> =
        rows.iter().map(|(row, is_story)| (fit.score(row), *is_story)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let stories = scored.iter().filter(|(_, is_story)| *is_story).count();
    let (mut right, mut best, mut bar) = (0, 0.0, 0.0);
    for (taken, (score, is_story)) in scored.iter().enumerate() {
        right += usize::from(*is_story);
        let f1 = 2.0 * right as f64 / (taken + 1 + stories) as f64;
        if f1 > best {
            (best, bar) = (f1, *score);
        }
    }
    (fit, bar)
}
