//! The engine alone: how fast posts are scanned, and how long the rules take to compile.
//!
//! `cargo bench --bench engine`. Posts are made here, always the same. Measures of large files: `benches/throughput.rs`.

#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::BytesCount;
use whitecoat_engine::{Engine, Item};

const POSTS: usize = 2_000;

/// Everyday words, and what a clinician may add to them.
const WORDS: &[&str] = &[
    "the", "you", "that", "coffee", "train", "again", "people", "with", "this", "really", "long", "shift",
    "today", "@friend", "my", "#running", "weekend", "in", "is", "of", "to", "a", "great", "paper", "about",
    "garden", "rain", "music", "when", "know",
];
const CLINICAL: &[&str] = &[
    "my patient",
    "Mrs Abernethy",
    "in bed 7",
    "died last night",
    "stop taking metformin",
    "MRN 12345678",
    "on our ward",
];

fn main() {
    divan::main();
}

/// Posts of about 150 bytes: one in `clinical_every` has two clinical phrases, one word in `emoji_every` an emoji.
fn posts(clinical_every: usize, emoji_every: usize) -> Vec<Item> {
    let mut state = 7usize;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut post = |id: usize| {
        let mut words: Vec<String> = (0..26).map(|_| WORDS[next(WORDS.len())].to_owned()).collect();
        for word in &mut words {
            if next(emoji_every) == 0 {
                word.push('\u{1f602}');
            }
        }
        if id.is_multiple_of(clinical_every) {
            words.extend((0..2).map(|_| CLINICAL[next(CLINICAL.len())].to_owned()));
        }
        Item { id: id.to_string(), text: words.join(" "), ..Item::default() }
    };
    (1..=POSTS).map(&mut post).collect()
}

fn scan(bencher: Bencher<'_, '_>, items: &[Item]) {
    let engine = Engine::builtin().unwrap();
    let mut scanner = engine.scanner();
    let bytes: usize = items.iter().map(|item| item.text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| items.iter().map(|item| scanner.scan(item).len()).sum::<usize>());
}

#[divan::bench]
fn everyday(bencher: Bencher<'_, '_>) {
    scan(bencher, &posts(30, usize::MAX));
}

#[divan::bench]
fn with_emoji(bencher: Bencher<'_, '_>) {
    scan(bencher, &posts(30, 7));
}

#[divan::bench]
fn every_post_clinical(bencher: Bencher<'_, '_>) {
    scan(bencher, &posts(1, usize::MAX));
}

#[divan::bench]
fn start_up() -> Engine {
    Engine::builtin().unwrap()
}
