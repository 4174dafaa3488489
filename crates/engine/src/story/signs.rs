//! What speaks for or against a candidate being one patient's story, as numbers, and what each is worth.
//!
//! The weights are fitted by `crates/tuning` (`stories`) on labelled stories, on tales that only look like one, and on
//! timelines of posts that have nothing to do with each other; see `figures/story.tsv`.

use super::link::Story;
use crate::builtin;
use crate::crowd::Estimate;

/// The signs, by name.
pub const SIGNS: [&str; COUNT] = [
    "none",
    "in-thread",
    "tells-of-care",
    "others-tell-of-care",
    "has-finding",
    "more-findings",
    "clues",
    "few-people",
    "weakest-link",
    "strongest-link",
    "many-items",
    "back",
    "shared-words",
    "shared-traits",
    "long-time",
    "not-a-patient",
    "place-named",
    "place-from-profile",
    "age",
    "sex",
    "illness",
];

/// The log-odds from which on a candidate is a story.
pub const STORY_BAR: f32 = -0.5;

/// How many signs there are.
pub(crate) const COUNT: usize = 21;

/// What each sign is worth, in log-odds.
#[derive(Debug)]
pub(crate) struct Weights([f32; COUNT]);

impl Weights {
    /// The weights that are compiled in; a test holds that every sign has one.
    pub(crate) fn read() -> Self {
        let mut weights = [0.0; COUNT];
        let rows = builtin::STORY.lines().filter(|line| !line.starts_with('#'));
        for (name, weight) in rows.filter_map(|line| line.split_once('\t')) {
            if let Some(at) = SIGNS.iter().position(|sign| *sign == name) {
                weights[at] = weight.trim().parse().unwrap_or_default();
            }
        }
        Self(weights)
    }

    pub(crate) fn score(&self, signs: &[f32; COUNT]) -> f32 {
        self.0.iter().zip(signs).map(|(weight, sign)| weight * sign).sum()
    }
}

/// The signs of a candidate, most of them from 0 to about 1.
pub(crate) fn of(story: &Story, estimate: &Estimate) -> [f32; COUNT] {
    let traces = || story.members.iter().map(|member| &member.trace);
    let links = || story.members.iter().skip(1).map(|member| &member.link);
    let is = |truth: bool| f32::from(u8::from(truth));
    let share = |count: usize, most: usize| count.min(most) as f32 / most as f32;
    let most = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, f32::max);
    let care = most(&mut traces().map(|trace| trace.care)).min(4.0);
    let all: f32 = traces().map(|trace| trace.care.clamp(0.0, 4.0)).sum();
    let told = traces().filter(|trace| trace.is_found).count();
    let strengths = || links().map(|link| link.strength.min(6.0));
    let times = || traces().filter_map(|trace| trace.at);
    let days = times().max().zip(times().min()).map_or(0, |(last, first)| (last - first) / 86_400);
    let basis = estimate.basis;
    [
        1.0,
        is(links().all(|link| link.in_thread)),
        care / 4.0,
        ((all - care) / 4.0).min(1.5),
        is(told > 0),
        share(told.saturating_sub(1), 2),
        share(traces().filter(|trace| trace.is_clue).count(), 2),
        estimate.about.max(0.1).log10() as f32,
        strengths().fold(6.0, f32::min) / 4.0,
        most(&mut strengths()) / 4.0,
        share(story.members.len().saturating_sub(2), 6),
        share(links().filter(|link| link.back).count(), 2),
        share(links().map(|link| usize::from(link.words)).sum(), 3),
        share(links().map(|link| usize::from(link.traits)).sum(), 2),
        ((days as f32 + 1.0).ln() / 4.0).min(1.5),
        story.own as f32 / story.members.len().max(1) as f32,
        is(basis.is_named()),
        is(basis.is_profile()),
        is(story.portrait.age.is_some()),
        is(story.portrait.sex.is_some()),
        is(traces().any(|trace| trace.is_ill)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_a_weight_and_every_weight_a_sign() {
        let rows = builtin::STORY.lines().filter(|line| !line.starts_with('#'));
        let names: Vec<&str> = rows
            .filter_map(|line| line.split_once('\t'))
            .filter(|(_, weight)| weight.parse::<f32>().is_ok())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, SIGNS);
    }
}
