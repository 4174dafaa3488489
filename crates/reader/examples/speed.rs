//! How fast posts are read on one core: `cargo run --release -p whitecoat-reader --example speed -- POSTS.jsonl...`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use serde_json::Value;
use whitecoat_engine::Item;
use whitecoat_reader::{Reader, WEIGHTS};

/// So many posts of each file are read.
const POSTS: usize = 300;

fn main() -> Result<(), Box<dyn Error>> {
    let reader = Reader::load(WEIGHTS, std::iter::empty())?;
    for path in std::env::args().skip(1) {
        let posts: Result<Vec<Item>, _> =
            std::fs::read_to_string(&path)?.lines().take(POSTS).map(item).collect();
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

fn item(line: &str) -> Result<Item, serde_json::Error> {
    serde_json::from_value(filled(serde_json::from_str(line)?))
}

/// Without keys that say nothing.
fn filled(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, filled(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(filled).collect(),
        other => other,
    }
}
