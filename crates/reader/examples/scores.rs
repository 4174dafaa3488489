//! What the reader, the rules and the learned signal say of labelled posts, for `training/calibrate.py`:
//!
//! `cargo run -p whitecoat-reader --example scores -- WEIGHTS.bin POSTS.jsonl... > scores.jsonl`
//!
//! A line for each post: scores of the reader's heads before calibration, how far each rule is from a finding by its own
//! signals, and the features of the learned signal.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::json;
use whitecoat_engine::Engine;
use whitecoat_reader::Reader;

#[path = "../tests/posts/mod.rs"]
mod posts;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let weights = std::fs::read(arguments.next().ok_or("name a file of weights")?)?;
    let engine = Engine::builtin()?;
    let mut scanner = engine.scanner();
    let reader = Reader::load(&weights, std::iter::empty())?;
    let (mut posts, mut taken) = (0_u32, Duration::ZERO);
    println!("{}", json!({ "heads": reader.heads() }));
    for path in arguments {
        for line in std::fs::read_to_string(path)?.lines() {
            let item = posts::item(line)?;
            let started = Instant::now();
            let scores = reader.scores(&item).0;
            taken += started.elapsed();
            posts += 1;
            let best = |places: Vec<whitecoat_engine::Considered>| {
                places.iter().map(|place| place.score).max_by(f32::total_cmp)
            };
            let own: BTreeMap<&str, Option<f32>> =
                scanner.considered(&item).into_iter().map(|(rule, places)| (rule, best(places))).collect();
            let features = scanner.features(&item);
            let able: Vec<&str> =
                engine.rules().iter().filter(|rule| rule.applies_to(&item)).map(|rule| &*rule.id).collect();
            let clinicians = scanner.is_clinicians();
            println!(
                "{}",
                json!({ "id": item.id, "scores": scores, "own": own, "features": features, "able": able, "clinicians": clinicians })
            );
        }
    }
    eprintln!("{posts} posts, read at {:.1} a second", f64::from(posts) / taken.as_secs_f64().max(1e-9));
    Ok(())
}
