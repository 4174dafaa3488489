//! Chooses, for each rule, labelled posts that stand for the kinds of post it is about.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use whitecoat::quality::{Answer, Labelled};
use whitecoat_engine::{Engine, Read, Reader as _};
use whitecoat_reader::kinds::{alike, to_bytes, unit};
use whitecoat_reader::{Reader, WEIGHTS};

/// Kinds of a rule, at most, and one for so many posts.
const MOST: usize = 16;
const POSTS_A_KIND: usize = 4;

/// The longest words that are taken, in characters.
const LONGEST: usize = 90;

const ROUNDS: usize = 10;

/// A labelled post: what is wrong with it, and where it lies.
struct Place<'p> {
    why: &'p str,
    at: Vec<f32>,
}

/// Writes `kinds.tsv`, `kinds.bin` and `kinds.weights` to a folder.
pub(crate) fn write(
    engine: &Engine,
    labelled: &[Labelled],
    folder: &Path,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let ids: Vec<&str> = engine.rules().iter().map(|rule| &*rule.id).collect();
    let reader = Reader::load(WEIGHTS, ids.iter().copied())?;
    let mut rules: Vec<Vec<Place<'_>>> = Vec::new();
    rules.resize_with(ids.len(), Vec::new);
    for post in labelled.iter().filter(|post| is_short(&post.why)) {
        let (Answer::Rules { expect, .. }, Read::Judged(reading)) = (&post.answer, reader.read(&post.item))
        else {
            continue;
        };
        for (number, (id, of_rule)) in ids.iter().zip(&mut rules).enumerate() {
            let place =
                expect.iter().any(|rule| &**rule == *id).then(|| reader.place(&reading.windows, number));
            let at = place.flatten().map(<[f32]>::to_vec);
            of_rule.extend(at.map(|at| Place { why: post.why.trim(), at }));
        }
    }
    let middle = mean(rules.iter().flatten());
    let mut words = String::new();
    let mut places: Vec<u8> = middle.iter().flat_map(|value| value.to_le_bytes()).collect();
    for (id, posts) in ids.iter().zip(&mut rules) {
        for post in posts.iter_mut() {
            post.at.iter_mut().zip(&middle).for_each(|(value, middle)| *value -= middle);
            post.at = unit(std::mem::take(&mut post.at));
        }
        for kind in chosen(posts) {
            words.push_str(&format!("{id}\t{}\n", kind.why));
            let times = (kind.at.len() as f32).sqrt();
            places.extend(to_bytes(&kind.at.iter().map(|value| value * times).collect::<Vec<_>>()));
        }
    }
    writeln!(out, "{} kinds", words.lines().count())?;
    std::fs::write(folder.join("kinds.tsv"), words)?;
    std::fs::write(folder.join("kinds.bin"), places)?;
    Ok(std::fs::write(folder.join("kinds.weights"), format!("{}\n", reader.digest()))?)
}

fn is_short(why: &str) -> bool {
    !why.trim().is_empty() && why.chars().count() <= LONGEST && !why.contains(['\t', '\n'])
}

fn mean<'p>(places: impl Iterator<Item = &'p Place<'p>>) -> Vec<f32> {
    let mut sum = Vec::new();
    let mut count = 0.0_f32;
    for place in places {
        sum.resize(place.at.len(), 0.0);
        sum.iter_mut().zip(&place.at).for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    sum.iter_mut().for_each(|sum| *sum /= count.max(1.0));
    sum
}

/// Posts in the middle of groups of like ones: k-means on the sphere, from posts far from each other.
fn chosen<'p>(posts: &'p [Place<'p>]) -> Vec<&'p Place<'p>> {
    let count = posts.len().div_ceil(POSTS_A_KIND).min(MOST);
    let mut middles: Vec<Vec<f32>> = posts.first().map(|post| post.at.clone()).into_iter().collect();
    while middles.len() < count {
        let nearest = |post: &&Place<'_>| {
            middles.iter().map(|middle| alike(&post.at, middle)).fold(f32::NEG_INFINITY, f32::max)
        };
        let Some(farthest) = posts.iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))) else { break };
        middles.push(farthest.at.clone());
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![vec![0.0; middles.first().map_or(0, Vec::len)]; middles.len()];
        for post in posts {
            let best = (0..middles.len())
                .max_by(|a, b| alike(&post.at, &middles[*a]).total_cmp(&alike(&post.at, &middles[*b])));
            if let Some(sum) = best.and_then(|best| sums.get_mut(best)) {
                sum.iter_mut().zip(&post.at).for_each(|(sum, value)| *sum += value);
            }
        }
        middles = sums.into_iter().map(unit).collect();
    }
    let mut kinds: Vec<&Place<'_>> = Vec::new();
    for middle in &middles {
        let nearest = posts.iter().max_by(|a, b| alike(&a.at, middle).total_cmp(&alike(&b.at, middle)));
        kinds.extend(nearest.filter(|post| !kinds.iter().any(|kind| kind.why == post.why)));
    }
    kinds
}
