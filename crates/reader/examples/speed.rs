//! How fast posts are read on one core: `cargo run --release -p whitecoat-reader --example speed -- POSTS.jsonl...`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use whitecoat_engine::Item;
use whitecoat_reader::{Reader, WEIGHTS};

/// So many posts of each file are read.
const POSTS: usize = 300;

#[path = "../tests/posts/mod.rs"]
mod posts;

fn main() -> Result<(), Box<dyn Error>> {
    let reader = Reader::load(WEIGHTS, std::iter::empty())?;
    for path in std::env::args().skip(1) {
        let posts: Result<Vec<Item>, _> =
            std::fs::read_to_string(&path)?.lines().take(POSTS).map(posts::item).collect();
        let posts = posts?;
        let started = Instant::now();
        let sum: f32 = posts.iter().filter_map(|post| reader.scores(post).0.first().copied()).sum();
        let taken = started.elapsed().as_secs_f64();
        println!(
            "{path}: {} posts, {:.1} a second (sum of scores {sum})",
            posts.len(),
            posts.len() as f64 / taken
        );
    }
    Ok(())
}
