//! Kinds of labelled posts: for each rule some of those that the reader was trained on, with what is wrong with them in a few
//! words, and where they lie in the reader's space. `whitecoat-tuning kinds` chooses and writes them.

use crate::arithmetic::dot;
use crate::forward::WIDTH;

/// BLAKE3 of the weights that they were made with.
pub const OF_WEIGHTS: &str = include_str!("../model/kinds.weights");

/// A line for each: the rule's id, a tab, and the words.
const WORDS: &str = include_str!("../model/kinds.tsv");

/// The middle of all posts, in plain numbers of 32 bits; then a row of 8-bit numbers for each kind, in the same order.
const PLACES: &[u8] = include_bytes!("../model/kinds.bin");

/// How alike a post has to be, from -1 to 1.
const ALIKE: f32 = 0.4;

/// Of each rule of the engine, its kinds.
#[derive(Debug, Default)]
pub struct Kinds {
    middle: Vec<f32>,
    rules: Vec<Vec<(&'static str, Vec<f32>)>>,
}

impl Kinds {
    /// The shipped ones, for rules with these ids.
    pub(crate) fn shipped(rules: &[&str]) -> Self {
        let (middle, places) = PLACES.split_at_checked(4 * WIDTH).unwrap_or_default();
        let middle = middle.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let places = places.chunks_exact(WIDTH).map(from_bytes);
        let mut kinds = Self { middle, rules: vec![Vec::new(); rules.len()] };
        for (line, place) in WORDS.lines().zip(places) {
            let Some((rule, words)) = line.split_once('\t') else { continue };
            let at = rules.iter().position(|id| *id == rule);
            if let Some(of_rule) = at.and_then(|at| kinds.rules.get_mut(at)) {
                of_rule.push((words, unit(place)));
            }
        }
        kinds
    }

    /// The kind that a post is most like, by its place; `None` where it is like none of them.
    pub(crate) fn nearest(&self, rule: usize, place: &[f32]) -> Option<&'static str> {
        let place = unit(place.iter().zip(&self.middle).map(|(value, middle)| value - middle).collect());
        let alike = self.rules.get(rule)?.iter().map(|(words, kind)| (alike(&place, kind), *words));
        let (alike, words) = alike.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (alike >= ALIKE).then_some(words)
    }
}

/// The bytes of a place, for the file. Numbers beyond four times either way are cut.
pub fn to_bytes(place: &[f32]) -> Vec<u8> {
    place.iter().map(|value| ((value * SCALE).round().clamp(-127.0, 127.0) as i8).cast_unsigned()).collect()
}

/// Of a value.
const SCALE: f32 = 32.0;

fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|byte| f32::from(byte.cast_signed()) / SCALE).collect()
}

/// How alike two places of length one are, from -1 to 1.
pub fn alike(a: &[f32], b: &[f32]) -> f32 {
    dot(a, b)
}

/// The same direction, of length one.
pub fn unit(mut place: Vec<f32>) -> Vec<f32> {
    let length = dot(&place, &place).sqrt().max(1e-6);
    place.iter_mut().for_each(|value| *value /= length);
    place
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_files_fit_each_other() {
        let lines: Vec<_> = WORDS.lines().map(|line| line.split_once('\t').unwrap()).collect();
        assert!(lines.iter().all(|(rule, words)| rule.contains('/') && !words.is_empty()));
        assert_eq!(PLACES.len(), (4 + lines.len()) * WIDTH);
    }

    #[test]
    fn a_place_is_like_the_kind_that_lies_there() {
        let rules = ["claims/guarantee", "conduct/threat"];
        let kinds = Kinds::shipped(&rules);
        for (rule, of_rule) in kinds.rules.iter().enumerate() {
            let (words, kind) = of_rule.last().unwrap();
            let at = |side: f32| -> Vec<f32> {
                kind.iter().zip(&kinds.middle).map(|(value, middle)| middle + side * value).collect()
            };
            assert_eq!(kinds.nearest(rule, &at(1.0)), Some(*words));
            assert_ne!(kinds.nearest(rule, &at(-1.0)), Some(*words));
        }
        assert_eq!(kinds.nearest(7, &kinds.middle), None);
        assert_eq!(Kinds::default().nearest(0, &[]), None);
    }
}
